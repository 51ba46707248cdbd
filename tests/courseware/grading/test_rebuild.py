"""Rebuilding a submission from its master, as a pure function."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.utils import compute_checksum

from courseware.grading import jobs
from courseware.grading.anomalies import name, notes_cell, plain
from courseware.grading.limited import Bounds
from courseware.grading.master import digest
from courseware.grading.reading import MAX_SOURCE_LENGTH
from courseware.grading.rebuild import NotRecognised, rebuild, without_hidden_parts
from tests.courseware.grading import toy
from tests.courseware.grading.toy import SOLUTIONS, kinds_of, source_of


def test_takes_sources_of_solutions_and_nothing_else(
    master: NotebookNode, good: NotebookNode
) -> None:
    before = copy.deepcopy(good)
    rebuilt, found = rebuild(master, toy.as_bytes(good))
    assert found == []
    for cell, original, submitted in zip(rebuilt.cells, master.cells, good.cells, strict=True):
        takes = submitted if cell.id in SOLUTIONS else original
        assert cell.source == takes.source
        assert {**cell, "source": ""} == {**original, "source": ""}
    assert rebuilt.metadata == master.metadata
    assert rebuild(master, good)[0] == rebuilt
    assert good == before


def test_hidden_tests_and_stubs_are_in_the_master(master: NotebookNode) -> None:
    assert "(10, 100)" in toy.by_id(master, "test-square").source
    assert "NotImplementedError" in toy.by_id(master, "square").source
    assert "x * x" not in toy.by_id(master, "square").source


def test_all_else_in_a_submission_has_no_effect(master: NotebookNode, good: NotebookNode) -> None:
    changed = copy.deepcopy(good)
    changed.metadata = {"kernelspec": {"name": "evil", "display_name": "e", "language": "R"}}
    changed.nbformat_minor = 2
    for cell in changed.cells:
        cell.metadata["nbgrader"] = {
            **cell.metadata.get("nbgrader", {}),
            "schema_version": 0,
            "checksum": "0",
        }
        cell.metadata["deletable"] = True
        cell.outputs = [{"output_type": "stream", "name": "stderr", "text": "x"}]
    assert rebuild(master, changed)[0] == rebuild(master, good)[0]


@pytest.mark.parametrize("cell_id", ["setup", "square", "test-square", "why"])
def test_missing_cell(master: NotebookNode, good: NotebookNode, cell_id: str) -> None:
    rebuilt, found = rebuild(master, toy.without(good, cell_id))
    assert [(one.kind, one.cell) for one in found] == [("missing cell", cell_id.replace("-", "_"))]
    assert toy.by_id(rebuilt, cell_id).source == toy.by_id(master, cell_id).source


def doubled(notebook: NotebookNode, *sources: str, cell_id: str = "square") -> NotebookNode:
    """A copy in which one cell is there several times, next to each other."""

    def edit(changed: NotebookNode) -> None:
        first = toy.by_id(changed, cell_id)
        place = changed.cells.index(first)
        copies = [copy.deepcopy(first) for _ in sources]
        for number, (cell, source) in enumerate(zip(copies, sources, strict=True)):
            cell.id, cell.source = f"copy{number}", source
        changed.cells[place : place + 1] = copies

    return toy.edited(notebook, edit)


def test_of_doubled_cells_the_last_answer_counts(master: NotebookNode, good: NotebookNode) -> None:
    one, two = "def square(x):\n    return 1", "def square(x):\n    return 2"
    stub = toy.by_id(master, "square").source
    cases = [((one, two), two), ((one, two, one), one), ((one, stub), one), ((stub, stub), stub)]
    for sources, expected in cases:
        submitted = doubled(good, *sources)
        assert kinds_of(master, submitted) == [("duplicated cell", "square")]
        assert source_of(master, submitted, "square") == expected


@pytest.mark.parametrize(
    "parts",
    [
        ("def square(x):", "    return x * x"),
        ("import math\n\ndef square(x):\n    return helper(x)", "def helper(x):\n    return x"),
    ],
)
def test_a_split_cell_is_joined(
    master: NotebookNode, good: NotebookNode, parts: tuple[str, str]
) -> None:
    submitted = doubled(good, *parts)
    assert kinds_of(master, submitted) == [("split cell", "square")]
    assert source_of(master, submitted, "square") == "\n".join(parts)


def test_all_parts_of_a_written_answer_are_kept(master: NotebookNode, good: NotebookNode) -> None:
    submitted = doubled(good, "First.", "Second.", cell_id="why")
    assert kinds_of(master, submitted) == [("split cell", "why")]
    assert source_of(master, submitted, "why") == "First.\n\nSecond."


def test_the_limit_of_a_cell_holds_for_its_pieces_together(
    master: NotebookNode, good: NotebookNode
) -> None:
    half = "x" * (MAX_SOURCE_LENGTH // 2)
    submitted = doubled(good, half, half + "y", cell_id="why")
    assert ("too large", "why") in kinds_of(master, submitted)
    assert source_of(master, submitted, "why") == ""


def test_cells_without_nbgraders_metadata_are_found_by_their_ids(
    master: NotebookNode, good: NotebookNode
) -> None:
    def strip(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            cell.metadata = {}

    def colab(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            cell.metadata = {"id": cell.pop("id")}

    for edit in (strip, colab):
        stripped = toy.edited(good, edit)
        assert rebuild(master, stripped) == rebuild(master, good)


def test_a_notebook_of_which_no_cell_is_known_is_not_graded(
    master: NotebookNode, good: NotebookNode
) -> None:
    def strip(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            cell.metadata, cell.id = {}, f"new-{cell.id}"

    for stranger in (toy.edited(good, strip), toy.edited(good, lambda nb: nb.update(cells=[]))):
        with pytest.raises(NotRecognised, match="no cell could be recognised"):
            rebuild(master, stranger)


def test_a_notebook_that_takes_long_to_read_is_not_graded(
    master: NotebookNode, good: NotebookNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(jobs, "READING", Bounds(processor_seconds=1))
    monkeypatch.setattr(jobs, "rebuild", endless)
    with pytest.raises(NotRecognised, match="reading the notebook takes more than 1 s"):
        jobs.rebuild_limited(master, digest(master), toy.as_bytes(good))


def test_retyped_cells(master: NotebookNode, good: NotebookNode) -> None:
    def edit(notebook: NotebookNode) -> None:
        toy.by_id(notebook, "square").cell_type = "markdown"
        toy.by_id(notebook, "test-cube").cell_type = "<b>"

    rebuilt, found = rebuild(master, toy.edited(good, edit))
    assert [one.cell for one in found] == ["square", "test_cube"]
    assert "<" not in found[1].text
    assert [cell.cell_type for cell in rebuilt.cells] == [c.cell_type for c in master.cells]
    assert toy.by_id(rebuilt, "square").source == toy.by_id(good, "square").source


def test_changed_test_and_setup(master: NotebookNode, good: NotebookNode) -> None:
    changed = toy.with_cell(toy.with_cell(good, "test-cube", "2.0"), "setup", "def score(*a): ...")
    assert kinds_of(master, changed) == [
        ("changed test cell", "setup"),
        ("changed test cell", "test_cube"),
    ]
    blank = toy.edited(
        good, lambda nb: toy.by_id(nb, "test-cube").update(source=toy.TEST_CUBE + " \n")
    )
    assert kinds_of(master, blank) == []


def test_the_source_notebook_itself_can_be_handed_in(master: NotebookNode) -> None:
    assert kinds_of(master, toy.source_notebook()) == []


@pytest.mark.parametrize(
    ("cell_id", "change"),
    [
        ("test-square", {"points": 100}),
        ("test-square", {"points": "4"}),
        ("test-square", {"grade": False}),
        ("test-square", {"solution": True}),
        ("square", {"locked": True}),
        ("why", {"points": None}),
    ],
)
def test_changed_flags(
    master: NotebookNode, good: NotebookNode, cell_id: str, change: dict[str, Any]
) -> None:
    changed = toy.edited(good, lambda nb: toy.by_id(nb, cell_id).metadata.nbgrader.update(change))
    expected = ("changed points or flags", cell_id.replace("-", "_"))
    assert kinds_of(master, changed) == [expected]
    assert rebuild(master, changed)[0] == rebuild(master, good)[0]


def test_what_the_teacher_has_changed_since_is_no_students_doing(
    master: NotebookNode, good: NotebookNode
) -> None:
    came = copy.deepcopy(good)
    test, why = toy.by_id(came, "test-square"), toy.by_id(came, "why")
    for cell in (test, why):
        cell.metadata.nbgrader["points"] += 1
    test.source += "\n# as it was"
    changed = copy.deepcopy(came)
    noted = [("changed points or flags", "test_square"), ("changed test cell", "test_square")]
    assert kinds_of(master, changed)[:2] == noted
    test.metadata.nbgrader["checksum"] = compute_checksum(test)
    assert kinds_of(master, came) == [("earlier release", "")]
    note = notes_cell(rebuild(master, came)[1]).source
    assert "made from an earlier release" in note and "not quite in the form" not in note
    assert rebuild(master, came)[0] == rebuild(master, good)[0]
    test.source += " and a line more"
    assert ("changed test cell", "test_square") in kinds_of(master, came)


@pytest.mark.parametrize("points", ["4", [], 10**400], ids=("text", "list", "huge"))
def test_a_checksum_of_anything_is_read(
    master: NotebookNode, good: NotebookNode, points: object
) -> None:
    came = copy.deepcopy(good)
    toy.by_id(came, "test-square").metadata.nbgrader.update(points=points, checksum="0")
    assert kinds_of(master, came) == [("changed points or flags", "test_square")]


def test_reordered(master: NotebookNode, good: NotebookNode) -> None:
    def swap(notebook: NotebookNode) -> None:
        notebook.cells[4], notebook.cells[7] = notebook.cells[7], notebook.cells[4]

    assert kinds_of(master, toy.edited(good, swap)) == [("reordered cells", "")]
    moved_text = toy.edited(good, lambda nb: nb.cells.append(nb.cells.pop(0)))
    assert kinds_of(master, moved_text) == []


def with_own(notebook: NotebookNode, *sources: str) -> NotebookNode:
    """A copy with code cells of the student's own in front."""
    own = [new_code_cell(source) for source in sources]
    return toy.edited(notebook, lambda nb: nb.cells.__setitem__(slice(0, 0), own))


def test_own_cells_are_not_run(master: NotebookNode, good: NotebookNode) -> None:
    rebuilt, found = rebuild(master, with_own(good, "print(1)", "%timeit square(2)", ""))
    assert [(one.kind, one.cell) for one in found] == [("extra cell", "")]
    assert "2 here" in found[0].text
    assert rebuilt == rebuild(master, good)[0]


def test_playing_with_an_example_is_nothing_special(
    master: NotebookNode, good: NotebookNode
) -> None:
    assert kinds_of(master, toy.with_cell(good, "play", "square(3)")) == []


@pytest.mark.parametrize(
    ("own", "solution", "needs"),
    [
        ("import math", "def square(x):\n    return math.prod([x, x])", "math"),
        ("from math import prod as p\nq = 1", "def square(x):\n    return p([x, x]) * q", "p, q"),
        ("def helper(x):\n    return x", "def square(x):\n    return helper(x)", "helper"),
        ("import math", "import math\n\ndef square(x):\n    return math.prod([x, x])", ""),
        ("def square(x):\n    return 0", "def square(x):\n    return x * x", ""),
    ],
)
def test_an_own_cell_that_is_needed_is_named(
    master: NotebookNode, good: NotebookNode, own: str, solution: str, needs: str
) -> None:
    submitted = with_own(toy.with_cell(good, "square", solution), own)
    found = rebuild(master, submitted)[1]
    kind = "needs an extra cell" if needs else "extra cell"
    assert [one.kind for one in found] == [kind]
    assert not needs or f"The cell square uses {needs}, defined" in found[0].text


def test_an_answer_in_an_own_cell_is_named(master: NotebookNode, good: NotebookNode) -> None:
    stub = toy.by_id(master, "square").source
    answer = "def square(x):\n    return x * x"
    for left in (stub, "", f"{stub}\n"):
        found = rebuild(master, with_own(toy.with_cell(good, "square", left), answer))[1]
        assert [(one.kind, one.cell) for one in found] == [("answered in an extra cell", "square")]
        assert "square is still the stub, but an added code cell defines square" in found[0].text
    assert kinds_of(master, with_own(good, answer)) == [("extra cell", "")]


def test_markers_in_an_answer_are_text(master: NotebookNode, good: NotebookNode) -> None:
    marked = toy.with_cell(good, "square", "### BEGIN HIDDEN TESTS\ndef square(x):\n    return 1")
    rebuilt, found = rebuild(master, marked)
    assert found == []
    shown = without_hidden_parts(rebuilt)
    assert toy.by_id(shown, "square").source == toy.by_id(marked, "square").source
    assert "(10, 100)" not in toy.by_id(shown, "test-square").source


@pytest.mark.parametrize("escape", [name, plain])
def test_notes_cannot_carry_markup(escape: Callable[[str], str]) -> None:
    shown = escape("<script>[x](javascript:y) `z` $m$ **b** http://a \x1b[31m")
    assert not set(shown) & set("<>[]`$*\x1b")


def test_a_note_shows_its_text_as_it_is(master: NotebookNode) -> None:
    found = rebuild(master, toy.without(toy.source_notebook(), "test-square"))[1]
    assert plain("test_square").replace("&#95;", "_") == "test_square"
    assert "&#95;" in notes_cell(found).source
