"""The steps that nbgrader runs on a submission, in place of some of its own."""

from __future__ import annotations

import hashlib
import math
import os
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from courseware.grading.anomalies import SIDE_FILE, Anomaly, name, notes_cell, to_metadata
from courseware.grading.exporter import REBUILT, SUBMITTED
from courseware.grading.master import check_against_gradebook, digest, read_master, side_files
from courseware.grading.rebuild import rebuild
from courseware.grading.scores import clear_auto_scores

RECORD = "courseware"
"""Key of the graded notebook's metadata: its anomalies, and what it was made from."""

KEPT_FILES = frozenset({Path("timestamp.txt"), Path("submission_secret.txt")})
"""Files of nbgrader's own that come with a submission."""

Resources = dict[str, Any]


class RebuildFromMaster(NbGraderPreprocessor):
    """First in `c.Autograde.sanitize_preprocessors`; needs `SubmissionExporter`."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Replace the empty notebook by the one to grade, and clear the folder it will run in."""
        converter = self.parent.parent
        assert isinstance(converter, Autograde)
        coursedir, ids = converter.coursedir, resources["nbgrader"]
        assignment, student, notebook_id = ids["assignment"], ids["student"], ids["notebook"]
        master = read_master(coursedir, assignment, notebook_id, parent=converter)
        check_against_gradebook(master, assignment, notebook_id, ids["db_url"])
        clear_auto_scores(ids["db_url"], assignment, student, notebook_id)
        submitted = resources.pop(SUBMITTED)
        rebuilt, anomalies = rebuild(master, submitted)
        folder = coursedir.format_path(coursedir.autograded_directory, student, assignment)
        anomalies += remove_side_files(Path(folder), side_files(coursedir, assignment))
        for anomaly in anomalies:
            self.log.warning("%s/%s: %s: %s", student, notebook_id, anomaly.kind, anomaly.text)
        if anomalies:
            rebuilt.cells.insert(0, notes_cell(anomalies))
        rebuilt.metadata[RECORD] = {
            "anomalies": to_metadata(anomalies),
            "submitted": fingerprint(submitted),
            "master": digest(master),
            "graded": False,
        }
        resources[REBUILT] = True
        return rebuilt, resources


class ExecuteToTheEnd(Execute):
    """nbgrader's `Execute`, with a result for cells that a dead kernel did not come to.

    A solution that ends its process would otherwise take the whole submission with it. What fails
    before the first cell runs is no fault of the student's and is raised as ever.
    """

    _running: int | None = None

    def preprocess(
        self, nb: NotebookNode, resources: Resources, km: Any = None
    ) -> tuple[NotebookNode, Resources]:
        """Run every cell; after the kernel's death the rest end in an error."""
        self._running = None
        try:
            return super().preprocess(nb, resources, km)
        except (DeadKernelError, CellTimeoutError) as error:
            if self._running is None:
                raise
            self.log.error("The kernel was lost in cell %d: %s", self._running, error)
            text = "the process that ran this notebook ended here"
            for cell in nb.cells[self._running :]:
                if cell.cell_type == "code":
                    cell.outputs.append(_error_output("KernelDied", text))
                    text = "not run: the process had ended in an earlier cell"
            return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Run one cell."""
        self._running = index
        return super().preprocess_cell(cell, resources, index)


class SettleScores(NbGraderPreprocessor):
    """After the run: every test cell shows what nbgrader is to read, and nothing else counts.

    nbgrader gives full points for no output, for a negative number, for `nan` and for what is no
    number, none for a warning, and fails the submission for more than the maximum. Here a test
    cell is worth the last number that it shows, within 0 and its points, and 0 without one.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Settle every test cell."""
        nb, resources = super().preprocess(nb, resources)
        nb.metadata.setdefault(RECORD, {})["graded"] = True
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        """Settle one cell."""
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            cell.outputs = self._settled(cell)
        return cell, resources

    def _settled(self, cell: NotebookNode) -> list[NotebookNode]:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        results = [output for output in cell.outputs if output.output_type == "execute_result"]
        shown = [output for output in cell.outputs if output.output_type not in _DECISIVE]
        for output in shown:
            if output.output_type == "stream":
                output.name = "stdout"
        if errors:
            return [*errors, *shown]
        points = float(cell.metadata.nbgrader["points"])
        score = _number(results[-1].data.get("text/plain", "")) if results else None
        if score is None:
            self.log.warning("The test cell %s shows no score", cell.metadata.nbgrader["grade_id"])
            return [_error_output("NoScore", "the test cell did not end in a number"), *shown]
        text = str(min(max(score, 0.0), points))
        return [*shown, new_output("execute_result", {"text/plain": text})]


_DECISIVE = ("error", "execute_result")


def fingerprint(submitted: bytes | str) -> str:
    """Tells whether a file was handed in again; also for one that could not be read."""
    return hashlib.sha256(
        submitted.encode() if isinstance(submitted, str) else submitted
    ).hexdigest()


def remove_side_files(folder: Path, wanted: frozenset[Path]) -> list[Anomaly]:
    """Remove all files but the master's from the folder that a notebook will run in.

    A file called `numpy.py` there would be imported in place of the library. Notebooks stay: they
    are rebuilt ones, of the same submission.
    """
    removed = []
    for parent, folders, files in os.walk(folder, topdown=False):
        for file in files:
            path = Path(parent, file)
            inside = path.relative_to(folder)
            if inside not in wanted | KEPT_FILES and path.suffix != ".ipynb":
                path.unlink()
                removed.append(str(inside))
        for child in folders:
            path = Path(parent, child)
            if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
                path.rmdir()
    if not removed:
        return []
    names = ", ".join(map(name, sorted(removed)[:5]))
    more = f" and {len(removed) - 5} more" if len(removed) > 5 else ""
    text = f"Only the notebook is graded; other files were left out: {names}{more}."
    return [Anomaly(SIDE_FILE, "", text)]


def _number(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _error_output(kind: str, text: str) -> NotebookNode:
    line = f"{kind}: {text}"
    return new_output("error", ename=kind, evalue=text, traceback=[line])
