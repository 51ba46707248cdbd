"""Written answers, question by question: what is shown, what is written, nothing lost."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from courseware.grading.course import bring_gradebook_up_to_date, open_course, open_exercise
from courseware.grading.marking import command
from courseware.grading.marking.command import Way, go_through
from courseware.grading.marking.desk import (
    Answer,
    Given,
    MarkedMeanwhile,
    Question,
    answers,
    give,
    open_tasks,
    questions,
    questions_in,
)
from courseware.grading.marking.screen import page
from courseware.grading.standing import let_stand, marks_of
from tests.courseware.grading import toy

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

QUESTION = Question("01_toy", "why", 1.0, "Why?", "Because.", "**Rubric**\n- 1 point: a reason")


@pytest.fixture(scope="module")
def graded(released_course, tmp_path_factory) -> Path:
    root = shutil.copytree(released_course.root, tmp_path_factory.mktemp("marking") / "course")
    api = open_course(root)
    for student in ("ann", "bob"):
        notebook = toy.with_cell(toy.solved(root), "why", f"{student} says so.\x1b[2J")
        toy.hand_in(root, student, notebook)
        assert api.autograde(toy.EXERCISE, student)["success"]
    return root


@pytest.fixture
def exercise(graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course")
    return open_exercise(open_course(root), toy.EXERCISE)


def typing(exercise, *lines: str, blind: bool = False) -> tuple[bool, str]:
    """Go through all answers with these lines typed; what was shown."""
    shown: list[str] = []
    left = iter(lines)

    def ask(prompt: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    [question] = questions(exercise)
    there = [one for one in answers(exercise, question) if one.given.open]
    ended = go_through(Way(exercise, question, there, blind, 120), ask, shown.append)
    return ended, "\n".join(shown)


def given(exercise) -> dict[str, Given]:
    [question] = questions(exercise)
    return {one.student: one.given for one in answers(exercise, question)}


def test_points_and_comments_are_in_the_gradebook_as_they_are_typed(exercise):
    ended, shown = typing(exercise, "0,5 well put, but short", "c say why", "7", "b", "1")
    assert not ended  # no more lines came, as after a crash: what was typed is there
    assert given(exercise) == {
        "ann": Given(1.0, "well put, but short", False),
        "bob": Given(None, "say why", True),
    }
    assert "Nothing was written: expected 0 to 1 points, got 7." in shown
    assert "0.5 points · comment: well put, but short" in shown

    ended, shown = typing(exercise, "1")
    assert ended and "answer 1 of 1 · bob" in shown and "ann says so" not in shown
    with exercise.gradebook() as gradebook:
        assert gradebook.find_submission(toy.EXERCISE, "bob").score == 7.0
    assert exercise.api.generate_feedback(toy.EXERCISE, "bob", force=True)["success"]
    feedback = (exercise.folder("feedback", "bob") / "01_toy.html").read_text()
    assert "say why" in feedback and "7 of 7 points" in feedback and "still to be" not in feedback


def test_two_who_mark_at_once_do_not_overwrite_each_other(exercise):
    [question] = questions(exercise)
    ann, _ = answers(exercise, question)
    give(exercise, question, ann, 0.0, "the other one")
    with pytest.raises(MarkedMeanwhile):
        give(exercise, question, ann, 1.0, "")
    assert given(exercise)["ann"] == Given(0.0, "the other one", False)


def test_points_from_before_a_new_grading_are_shown_and_can_be_kept(exercise):
    typing(exercise, "0.5 short")
    assert exercise.api.autograde(toy.EXERCISE, "ann", force=True)["success"]
    assert given(exercise)["ann"] == Given(0.5, "short", True)
    _, shown = typing(exercise, "=")
    assert "0.5 points, from before it was graded again: = keeps them" in shown
    assert given(exercise)["ann"] == Given(0.5, "short", False)


def test_the_mark_for_the_same_answer_stands_when_it_is_graded_again(exercise):
    typing(exercise, "0.5 short")
    before = marks_of(exercise, "ann")
    assert exercise.api.autograde(toy.EXERCISE, "ann", force=True)["success"]
    let_stand(exercise, "ann", before)
    assert given(exercise)["ann"] == Given(0.5, "short", False)
    assert marks_of(exercise, "ann") == before and not marks_of(exercise, "bob")

    [marked] = before.values()
    root = Path(exercise.api.coursedir.root)
    toy.hand_in(root, "ann", toy.with_cell(toy.solved(root), "why", "Something else."))
    assert exercise.api.autograde(toy.EXERCISE, "ann", force=True)["success"]
    let_stand(exercise, "ann", before)
    assert given(exercise)["ann"] == Given(0.5, "short", True)
    worth_less = {place: replace(marked, text="Something else.", out_of=2.0) for place in before}
    let_stand(exercise, "ann", worth_less)
    assert given(exercise)["ann"].open


def test_a_mark_out_of_other_points_is_asked_for_again(exercise):
    typing(exercise, "1 good")
    folder = Path(exercise.api.coursedir.root) / "solutions" / toy.EXERCISE
    source = nbformat.read(folder / f"{toy.EXERCISE}.ipynb", as_version=4)
    toy.by_id(source, "why").metadata.nbgrader.points = 0.5
    nbformat.write(source, folder / f"{toy.EXERCISE}.ipynb")
    exercise = open_exercise(exercise.api, toy.EXERCISE)
    assert bring_gradebook_up_to_date(exercise)  # as the command does, before it grades anything
    before = marks_of(exercise, "ann")
    assert exercise.api.autograde(toy.EXERCISE, "ann", force=True)["success"]
    let_stand(exercise, "ann", before)
    assert given(exercise)["ann"] == Given(1.0, "good", True)
    _, shown = typing(exercise, "=", "0.5", "q")
    assert "1 points, from before it was graded again: there are 0.5 by now" in shown
    assert given(exercise)["ann"] == Given(0.5, "good", False)


def test_code_that_a_person_marked_and_that_was_graded_again_is_named(exercise, capsys):
    with exercise.gradebook() as gradebook:
        grade = gradebook.find_grade("test_square", toy.EXERCISE, toy.EXERCISE, "ann")
        grade.manual_score, grade.needs_manual_grade = 3.5, False
        gradebook.db.commit()
    assert exercise.api.autograde(toy.EXERCISE, "ann", force=True)["success"]
    assert open_tasks(exercise) == {"square": ["ann"]}
    typing(exercise, "1", "1")
    from courseware.grading.cli import main

    assert main(["mark", toy.EXERCISE, "--course-dir", exercise.api.coursedir.root]) == 0
    shown = capsys.readouterr().out
    assert "0 answers are still" in shown
    assert "square: points by hand, and graded again since; formgrader shows" in shown


def test_all_questions_are_counted_though_the_first_ends_the_way(exercise, monkeypatch, capsys):
    [question] = questions(exercise)
    monkeypatch.setattr(command, "questions", lambda exercise: [question, question])
    monkeypatch.setattr(command, "input", lambda prompt: "q", raising=False)
    from courseware.grading.cli import main

    assert main(["mark", toy.EXERCISE, "--course-dir", exercise.api.coursedir.root]) == 0
    assert "4 answers are still to be marked" in capsys.readouterr().out


def test_an_answer_stands_beside_what_it_is_marked_by_and_cannot_move_the_cursor():
    answer = Answer("ann", "Doe, Ann", "One.\x1b[2J\n" + "long " * 40, Given())
    wide = page(QUESTION, answer, "answer 1 of 2", 120, blind=False)
    assert "\x1b" not in wide and r"One.\x1b[2J" in wide
    assert any("What was written" in line and "Model answer" in line for line in wide.splitlines())
    assert "- 1 point: a reason" in wide and "why · 1 points · answer 1 of 2 · ann · Doe" in wide
    assert max(map(len, wide.splitlines())) <= 120
    narrow = page(QUESTION, answer, "answer 1 of 2", 60, blind=True)
    assert "ann" not in narrow and "Doe" not in narrow
    assert max(map(len, narrow.splitlines())) <= 60


def test_what_is_said_is_not_pushed_off_the_screen_by_the_same_page_again(exercise):
    _, shown = typing(exercise, "7", "?", "c say why", "1", "q")
    assert shown.count("answer 1 of 2") == shown.count("answer 2 of 2") == 1
    said = shown[shown.index("answer 1 of 2") : shown.index("answer 2 of 2")]
    assert said.index("expected 0 to 1 points, got 7") < said.index("not marked yet · comment: say")


def test_lines_of_a_paragraph_are_filled_and_those_of_code_are_kept():
    answer = Answer("ann", "", "One\ntwo.\n\n- a\n- b\n\n```\nx = 1\ny = 2\n```", Given())
    lines = [
        one.split("│")[0].rstrip() for one in page(QUESTION, answer, "", 120, False).split("\n")
    ]
    start = lines.index("One two.")
    assert lines[start : start + 8] == ["One two.", "", "- a", "- b", "", "```", "x = 1", "y = 2"]


def test_question_model_answer_and_rubric_are_told_apart():
    behind = "### BEGIN SOLUTION\nBecause.\n\n**Rubric** (2 points)\n\n- 2 points: so\n"
    meta = toy.meta("explain", grade=True, solution=True, points=2)
    cells = [
        new_markdown_cell("## In your own words"),
        new_markdown_cell(f"{behind}### END SOLUTION", metadata=meta),
    ]
    [found] = questions_in(new_notebook(cells=cells), "01")
    assert (found.asked, found.model) == ("## In your own words", "Because.")
    assert found.rubric == "**Rubric** (2 points)\n\n- 2 points: so" and found.points == 2


def test_every_exercise_of_the_course_has_a_question_with_model_and_rubric():
    for path in sorted((toy.REPOSITORY / "solutions").glob("*/*.ipynb")):
        [found] = questions_in(nbformat.read(path, as_version=4), path.stem)
        assert found.model and found.rubric and found.asked.startswith("## In your own words")


def test_the_command_goes_through_all_and_says_what_is_next(exercise, monkeypatch, capsys):
    lines = iter(["1", "?", "r", ""])
    monkeypatch.setattr(command, "input", lambda prompt: next(lines), raising=False)
    from courseware.grading.cli import main

    root = exercise.api.coursedir.root
    assert main(["mark", toy.EXERCISE, "--blind", "--course-dir", root]) == 0
    shown = capsys.readouterr().out
    assert "1 answer is still to be marked" in shown and "answer 2 of 2\n" in shown
    assert f"Next: course grade {toy.EXERCISE}" in shown
    assert main(["mark", toy.EXERCISE, "--question", "how", "--course-dir", root]) == 2
    assert "01_toy has no question how" in capsys.readouterr().err
