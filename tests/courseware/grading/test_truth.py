"""Nothing is graded by an exercise that its own solution does not pass."""

import json

import pytest

from courseware.grading.course import open_course, open_exercise
from courseware.grading.named import CourseError
from courseware.grading.truth import prove
from tests.courseware.grading import toy

COURSE = "courseware.grading.cli"


def source_of(course):
    return course.root / "solutions" / toy.EXERCISE / f"{toy.EXERCISE}.ipynb"


def change(course, before, after):
    path = source_of(course)
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        cell["source"] = source.replace(before, after)
    path.write_text(json.dumps(notebook))


def proven(course):
    return prove(open_exercise(open_course(course.root), toy.EXERCISE))


def test_it_is_proven_once_and_again_after_a_change(course):
    assert not proven(course)
    change(course, "Square and cube.", "Square, then cube.")
    assert proven(course)
    assert not proven(course)


def test_a_solution_below_full_marks_stops_the_class(course):
    change(course, "return x * x\n", "return x * x + (x > 5)\n")
    toy.hand_in(course.root, "ada", toy.solved(course.root))
    result = course.run(COURSE, "grade", toy.EXERCISE)
    assert result.returncode == 2
    told = result.stderr.splitlines()[-1]
    assert "the course's own solution gets" in told and "of 4 points in test_square" in told
    assert not (course.root / "autograded").exists()


@pytest.mark.parametrize(
    ("solution", "test", "told"),
    [
        ("answer = object()", "assert type(answer) is object", "in test_square (NameError"),
        ("class Net:\n    pass\nnet = Net()", "assert net.x == 1", "in test_square ("),
    ],
)
def test_a_test_that_cannot_see_what_it_needs_is_refused_with_the_reason(
    course, solution, test, told
):
    marked = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
    change(course, toy.SQUARE, marked)
    change(course, toy.TEST_SQUARE, test)
    with pytest.raises(CourseError) as caught:
        proven(course)
    assert "cannot be graded: the course's own solution gets 0 of 4 points" in str(caught.value)


def test_an_ordinary_task_with_asserts_and_plain_values_is_graded(course):
    stub = "answer = None\n### BEGIN SOLUTION\nanswer = [42, 'x']\n### END SOLUTION"
    change(course, toy.SQUARE, stub)
    change(course, toy.TEST_SQUARE, "assert answer == [42, 'x']\n4.0")
    assert proven(course)


@pytest.mark.parametrize("end", ["", "\nprint('all of it held')"])
def test_an_ordinary_test_of_asserts_alone_is_graded_and_may_not_be_empty(course, end):
    stub = "answer = None\n### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION"
    change(course, toy.SQUARE, stub)
    change(course, toy.TEST_SQUARE, f"assert answer == 42{end}")
    assert proven(course)
    change(course, "assert answer == 42", "assert answer != 41")
    with pytest.raises(CourseError, match="an untouched exercise gets all 4 points in test_square"):
        proven(course)


def test_the_command_names_each_exercise(course):
    assert course.run(COURSE, "prove").stdout == f"{toy.EXERCISE}: full marks, as before\n"
    change(course, "return x * x * x", "return x")
    result = course.run(COURSE, "prove", toy.EXERCISE)
    assert result.returncode == 2
    assert "in test_cube" in result.stderr
