"""Steps of nbgrader's that go through cells: what they need of the gradebook, at once.

nbgrader asks for the grade and the comment of each cell by itself, and saves each by itself: some
fifty requests a notebook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from unittest import mock

from nbformat import NotebookNode
from nbgrader.api import BaseCell, Comment, Grade, Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy.orm import undefer

Row = TypeVar("Row")


class AtOnce(NbGraderPreprocessor):
    """Between a step that opens the gradebook and the cells that it goes through.

    All changes are saved in one transaction behind the last cell, or none.
    """

    gradebook: Gradebook
    notebook_id: str
    assignment_id: str
    student_id: str

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Go through the cells with grades and comments at hand."""
        gradebook, session = self.gradebook, self.gradebook.db
        submitted = gradebook.find_submission_notebook(
            self.notebook_id, self.assignment_id, self.student_id
        )
        named = session.query(BaseCell.name)
        grades = named.join(Grade, Grade.cell_id == BaseCell.id).add_entity(Grade)
        grades = grades.filter(Grade.notebook_id == submitted.id).options(undefer(Grade.max_score))
        comments = named.join(Comment, Comment.cell_id == BaseCell.id).add_entity(Comment)
        comments = comments.filter(Comment.notebook_id == submitted.id)
        find_grade = _at_hand(dict(grades.all()), gradebook.find_grade)
        find_comment = _at_hand(dict(comments.all()), gradebook.find_comment)
        with (
            mock.patch.object(gradebook, "find_grade", find_grade),
            mock.patch.object(gradebook, "find_comment", find_comment),
            mock.patch.object(session, "commit", lambda: None),
        ):
            nb, resources = super().preprocess(nb, resources)
        session.commit()
        return nb, resources


def _at_hand(rows: Mapping[str, Row], otherwise: Callable[..., Row]) -> Callable[..., Row]:
    """nbgrader's way to find the row of a cell; of one that it has none for, its own error."""

    def find(cell: str, *ids: str) -> Row:
        row = rows.get(cell)
        return otherwise(cell, *ids) if row is None else row

    return find
