"""Steps of nbgrader's that ask the gradebook at once, not cell by cell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import event

from courseware.grading.feedback import PrepareFeedback
from courseware.grading.scores import SaveAutoGradesAtOnce

MANY = 40


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gradebook]:
    url = f"sqlite:///{tmp_path_factory.mktemp('at_once')}/gradebook.db"
    with Gradebook(url) as made:
        made.add_assignment("toy")
        made.add_notebook("toy", "toy")
        for number in range(MANY):
            made.add_grade_cell(f"answer_{number}", "toy", "toy", max_score=2, cell_type="markdown")
            made.add_solution_cell(f"answer_{number}", "toy", "toy")
        made.add_student("ada")
        made.add_submission("toy", "ada")
        found = made.find_grade("answer_7", "toy", "toy", "ada")
        found.manual_score = 1.5
        made.find_comment("answer_7", "toy", "toy", "ada").manual_comment = "Why?"
        made.db.commit()
        yield made


def notebook(cells: int) -> NotebookNode:
    about = {"grade": True, "solution": True, "locked": False, "task": False, "points": 2}
    about |= {"schema_version": 3, "cell_type": "markdown"}
    return new_notebook(
        cells=[
            new_markdown_cell("me", metadata={"nbgrader": about | {"grade_id": f"answer_{one}"}})
            for one in range(cells)
        ]
    )


def resources(gradebook: Gradebook) -> dict[str, dict[str, str]]:
    url = str(gradebook.engine.url)
    ids = {"notebook": "toy", "assignment": "toy", "student": "ada", "db_url": url}
    return {"nbgrader": ids}


@pytest.mark.parametrize("step", [PrepareFeedback, SaveAutoGradesAtOnce])
def test_more_cells_are_no_more_questions(
    gradebook: Gradebook, step: type[PrepareFeedback | SaveAutoGradesAtOnce]
) -> None:
    asked: list[str] = []

    def count(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    counts = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbgrader.api.create_engine", lambda *_, **__: gradebook.engine)
        event.listen(gradebook.engine, "before_cursor_execute", count)
        for cells in (1, MANY):
            asked.clear()
            step().preprocess(notebook(cells), resources(gradebook))
            counts.append(sum(one.startswith("SELECT") for one in asked))
        event.remove(gradebook.engine, "before_cursor_execute", count)
    assert counts[0] == counts[1]


def test_each_cell_gets_its_own(gradebook: Gradebook) -> None:
    made, _ = PrepareFeedback().preprocess(notebook(MANY), resources(gradebook))
    told = {
        one.metadata.nbgrader.grade_id: (one.metadata.nbgrader.score, one.metadata.nbgrader.comment)
        for one in made.cells
    }
    assert told.pop("answer_7") == (1.5, "Why?")
    assert set(told.values()) <= {(0.0, None), (0.0, "No response.")}
    assert len(told) == MANY - 1


def test_a_cell_that_the_gradebook_lacks_is_named_by_nbgrader(gradebook: Gradebook) -> None:
    stranger = notebook(1)
    stranger.cells[0].metadata.nbgrader.grade_id = "nobody"
    with pytest.raises(MissingEntry, match="nobody"):
        SaveAutoGradesAtOnce().preprocess(stranger, resources(gradebook))
