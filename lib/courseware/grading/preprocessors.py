"""The steps that nbgrader runs on a submission, in place of some of its own."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor

from courseware.grading.anomalies import SIDE_FILE, Anomaly, name, notes_cell, to_metadata
from courseware.grading.exporter import REBUILT, SUBMITTED
from courseware.grading.master import check_against_gradebook, digest, read_master, side_files
from courseware.grading.rebuild import rebuild

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
