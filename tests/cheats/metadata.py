"""Attacks on what nbgrader keeps in the notebook: points, flags, ids, tags, outputs, cells."""

from __future__ import annotations

import copy

from tests.cheats.attack import NUMBERS, attack, tasks_of
from tests.sample_class.handing_in import Cell, Notebook, added_cell, cell_of, fill_in, place

TESTS = tuple(f"test_{name}" for name in tasks_of(NUMBERS))


def flags(**values: object):
    """Set nbgrader's settings of every test cell."""

    def edit(notebook: Notebook) -> None:
        for name in TESTS:
            cell_of(notebook, name)["metadata"]["nbgrader"].update(values)

    return edit


def tags(*names: str):
    """Put tags on every test cell."""

    def edit(notebook: Notebook) -> None:
        for name in TESTS:
            cell_of(notebook, name)["metadata"]["tags"] = [*names]

    return edit


def result(text: str) -> dict[str, object]:
    """An output that looks like a score."""
    data = {"text/plain": text}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}


def forged_outputs(notebook: Notebook) -> None:
    for name in TESTS:
        cell_of(notebook, name).update(outputs=[result("4.0")], execution_count=1)


def edited_tests(notebook: Notebook) -> None:
    for name in TESTS:
        fill_in(notebook, name, "4.0")
        cell_of(notebook, name)["metadata"]["nbgrader"].update(locked=False, checksum="0" * 32)


def swapped_ids(notebook: Notebook) -> None:
    """The test of a task that is solved under the id of one that is not, and the other way."""
    easy, hard = (cell_of(notebook, f"test_{n}") for n in ("unsigned_value", "signed_value"))
    one, other = (cell["metadata"]["nbgrader"] for cell in (easy, hard))
    one["grade_id"], other["grade_id"] = other["grade_id"], one["grade_id"]


def swapped_solutions(notebook: Notebook) -> None:
    """What solves one task under the ids of others."""
    source = "".join(cell_of(notebook, "unsigned_value")["source"])
    for name in ("signed_value", "negate"):
        fill_in(notebook, name, source)


def added_test(grade_id: str, points: float, source: str = "50.0", **values: object) -> Cell:
    """A test cell of one's own."""
    settings = {"schema_version": 3, "grade": True, "solution": False, "locked": True}
    settings |= {"task": False, "points": points, "grade_id": grade_id, "cell_type": "code"}
    cell = added_cell(source)
    cell["id"] = f"added-{grade_id}"[:60]
    cell["metadata"]["nbgrader"] = settings | values
    return cell


def further_tests(notebook: Notebook) -> None:
    notebook["cells"] += [added_test("test_gift", 50), added_test("test_gift_2", 50)]


def doubled_tests(notebook: Notebook) -> None:
    for name in TESTS:
        index = place(notebook, name)
        twin = copy.deepcopy(notebook["cells"][index])
        twin["id"], twin["source"] = f"{name}-again".replace("_", "-"), ["4.0"]
        notebook["cells"].insert(index + 1, twin)


def solution_that_grades_itself(notebook: Notebook) -> None:
    for name in ("signed_value", "negate"):
        cell = cell_of(notebook, name)
        cell["metadata"]["nbgrader"].update(grade=True, points=50)
        cell["source"] = ["50.0"]


def cell_on_top(source: str):
    """A code cell of one's own before all others."""
    return lambda notebook: notebook["cells"].insert(0, added_cell(source))


def other_setup(notebook: Notebook) -> None:
    source = "check = check_quiz = lambda *a, **k: 4.0"
    fill_in(notebook, "setup", source)
    cell_of(notebook, "setup")["metadata"]["nbgrader"].update(locked=False, solution=True)


def retyped_tests(notebook: Notebook) -> None:
    for name in TESTS:
        cell_of(notebook, name)["cell_type"] = "markdown"


def deleted_tests(notebook: Notebook) -> None:
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") not in TESTS
    ]


def forged_record(notebook: Notebook) -> None:
    """The notes that graded notebooks carry."""
    notebook["metadata"]["courseware"] = {"graded": True, "anomalies": [], "isolation": "none"}
    notebook["metadata"]["nbgrader"] = {"score": 90, "auto_score": 90}


def other_kernel(notebook: Notebook) -> None:
    kernel = {"name": "python3", "display_name": "R", "language": "R"}
    notebook["metadata"]["kernelspec"] = kernel
    notebook["metadata"]["language_info"] = {"name": "R", "file_extension": ".r"}


ATTACKS = (
    attack("tag-skip", "Tags test cells so that they are not run.", edit=tags("skip-execution")),
    attack(
        "tag-raises",
        "Tags the test cells so that their errors are expected.",
        edit=tags("raises-exception", "nbval-skip", "remove-cell"),
    ),
    attack(
        "points-raised",
        "Raises the points of the task that it solves.",
        honest=("model_bytes",),
        edit=flags(points=100),
    ),
    attack("negative-points", "Makes points negative and zero.", edit=flags(points=-5)),
    attack("no-grade", "Says of test cells that they are not graded.", edit=flags(grade=False)),
    attack(
        "manual-grade",
        "Says of test cells that they are answers, which a person grades.",
        edit=flags(solution=True, locked=False),
    ),
    attack("task-cells", "Says of test cells that they are tasks.", edit=flags(task=True)),
    attack("old-schema", "Says that cells are of an old version.", edit=flags(schema_version=1)),
    attack("tests-edited", "Unlocks test cells and writes a number into them.", edit=edited_tests),
    attack("tests-deleted", "Deletes the test cells.", edit=deleted_tests),
    attack("tests-retyped", "Turns test cells into text.", edit=retyped_tests),
    attack("tests-doubled", "Adds a second test cell of the same id.", edit=doubled_tests),
    attack("tests-added", "Adds test cells that give points.", edit=further_tests),
    attack("outputs-forged", "Hands in outputs that look like scores.", edit=forged_outputs),
    attack(
        "ids-swapped",
        "Swaps the ids of two test cells.",
        honest=("unsigned_value",),
        edit=swapped_ids,
    ),
    attack(
        "solutions-swapped",
        "Puts the solution of one task into the cells of others.",
        honest=("unsigned_value",),
        edit=swapped_solutions,
    ),
    attack(
        "solution-that-grades-itself",
        "Makes solution cells count, and ends them in a number.",
        edit=solution_that_grades_itself,
    ),
    attack(
        "own-cell-on-top",
        "Adds a cell on top that defines a forged `check` which an import does not replace.",
        edit=cell_on_top(
            "import courseware.checks as c\nc.check = c.check_quiz = lambda *a, **k: 4.0"
        ),
    ),
    attack("setup-replaced", "Replaces the locked cell with the imports.", edit=other_setup),
    attack("record-forged", "Writes a forged record of grading into the file.", edit=forged_record),
    attack("kernel-changed", "Asks for another language.", edit=other_kernel),
)
