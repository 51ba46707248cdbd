"""The steps that nbgrader runs on a submission, in place of some of its own."""

from __future__ import annotations

import hashlib
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor

from courseware.checks.follow import read_policy
from courseware.grading.anomalies import notes_cell, to_metadata
from courseware.grading.checks_version import judged_by
from courseware.grading.exporter import NOTES, REBUILT, SUBMITTED
from courseware.grading.jobs import rebuilt_hand_in
from courseware.grading.master import check_against_gradebook, digest_of_master, read_master

RECORD = "courseware"
"""Key of the graded notebook's metadata: its anomalies, and what it was made from."""

Resources = dict[str, Any]


class RebuildFromMaster(NbGraderPreprocessor):
    """First in `c.Autograde.sanitize_preprocessors`; needs `SubmissionExporter`."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Replace the empty notebook by the one to grade."""
        converter = self.parent.parent
        assert isinstance(converter, Autograde)
        coursedir, ids = converter.coursedir, resources["nbgrader"]
        assignment, student, notebook_id = ids["assignment"], ids["student"], ids["notebook"]
        master = read_master(coursedir, assignment, notebook_id, parent=converter)
        check_against_gradebook(master, assignment, notebook_id, ids["db_url"])
        digest = digest_of_master(coursedir, assignment, notebook_id, parent=converter)
        submitted = resources.pop(SUBMITTED)
        found = rebuilt_hand_in(assignment, student, notebook_id, master, digest, submitted)
        rebuilt = found.notebook(master)
        anomalies = [*found.anomalies, *resources.pop(NOTES)]
        for anomaly in anomalies:
            self.log.warning("%s/%s: %s: %s", student, notebook_id, anomaly.kind, anomaly.text)
        if anomalies:
            rebuilt.cells.insert(0, notes_cell(anomalies))
        rebuilt.metadata[RECORD] = {
            "anomalies": to_metadata(anomalies),
            "submitted": fingerprint(submitted),
            "master": digest,
            "checks": judged_by(assignment, read_policy(converter.config.FollowThrough)),
            "graded": False,
        }
        resources[REBUILT] = True
        return rebuilt, resources


def fingerprint(submitted: bytes) -> str:
    """Tells whether a file was handed in again."""
    return hashlib.sha256(submitted).hexdigest()
