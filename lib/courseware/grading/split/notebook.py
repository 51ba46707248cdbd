"""One notebook, cell by cell: solutions in a sandbox, test cells in this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution

from courseware.grading.split.sandbox import InfrastructureError, Sandbox
from courseware.grading.split.session import Cell, Session
from courseware.grading.split.test_cells import TestCells, cell_outputs, in_one_line
from courseware.handing_in.names import bound_names, used_names


def run_notebook(
    notebook: NotebookNode,
    names: tuple[str, ...],
    sandbox: Sandbox,
    own: Mapping[str, str] | None = None,
) -> None:
    """Give every code cell its outputs. `names` are those that the student's cells are to define.

    `own` are the course's own solutions by their cells' nbgrader ids, for a second judging.

    Solution cells run in the worker, test cells here. The master's other cells run in the worker,
    locked ones here as well.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    labels = {id(cell): cell.metadata.get("nbgrader", {}).get("grade_id", cell.id) for cell in code}
    inside = [Cell(labels[id(cell)], cell.source) for cell in code if not _is_test(cell)]
    with Session(sandbox, inside, own) as session:
        run = _Run(session, names, TestCells())
        for cell in code:
            cell.execution_count = None
            if _is_test(cell):
                cell.outputs = run.test(cell)
            elif is_locked(cell) and not is_solution(cell):
                cell.outputs = run.both(cell, labels[id(cell)])
            else:
                cell.outputs = run.solution(cell, labels[id(cell)])


@dataclass
class _Run:
    """The way through one notebook."""

    session: Session
    names: tuple[str, ...]
    trusted: TestCells
    student_ran: bool = False

    def solution(self, cell: NotebookNode, name: str) -> list[NotebookNode]:
        self.student_ran = True
        result = self.session.run(Cell(name, cell.source), self.names)
        self.trusted.bind(self.session, self.names, result.names)
        return cell_outputs(result)

    def both(self, cell: NotebookNode, name: str) -> list[NotebookNode]:
        result = self.session.run(Cell(name, cell.source))
        if result.error is not None and not self.student_ran:
            raise InfrastructureError(f"the cell {name} fails in a worker: {result.error}")
        outputs = self.trusted.run(cell.source)
        error = self.trusted.error
        if error is not None and not used_names(cell.source) & set(self.names):
            raise InfrastructureError(f"the cell {name} fails: {in_one_line(error)}")
        self._raise_faults()
        return outputs

    def test(self, cell: NotebookNode) -> list[NotebookNode]:
        self.session.start_task()
        outputs = self.trusted.run_test(cell.source, float(cell.metadata.nbgrader["points"]))
        self._raise_faults()
        return outputs

    def _raise_faults(self) -> None:
        if self.session.fault is not None:
            raise self.session.fault


def student_names(master: NotebookNode) -> tuple[str, ...]:
    """What the stubs of a master define, and none of its own cells."""
    code = [cell for cell in master.cells if cell.cell_type == "code"]
    stubs = [bound_names(cell.source) for cell in code if is_solution(cell)]
    own = [bound_names(cell.source) for cell in code if not is_solution(cell)]
    return tuple(sorted(frozenset().union(*stubs) - frozenset().union(*own)))


def _is_test(cell: NotebookNode) -> bool:
    return is_grade(cell) and not is_solution(cell)
