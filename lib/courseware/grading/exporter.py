"""Reading what was handed in under nbgrader's own `autograde`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde

from courseware.grading.anomalies import Anomaly
from courseware.grading.copies import copies_in_use
from courseware.grading.scores import forget_grading

SUBMITTED = "submitted_file"
"""Key of the conversion's resources: the bytes of the submitted file."""

NOTES = "notes_of_the_intake"
"""Key of the conversion's resources: what was odd about the folder that it lay in."""

REBUILT = "rebuilt_from_master"
"""Key of the conversion's resources that `RebuildFromMaster` sets."""


class SubmissionExporter(NotebookExporter):
    """`c.Autograde.exporter_class`: a submitted file is handed on unread.

    nbconvert parses a file before any preprocessor runs, and a broken file would end the grading
    of that student there. For a submitted file `RebuildFromMaster` gets an empty notebook with the
    bytes beside it. Other files (the rebuilt notebook, in the second pass) are read as usual.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.optimistic_validation = True  # after the last step, not after each
        if isinstance(self.parent, Autograde):
            if copies_in_use(self.parent.coursedir) is None:
                needed = "courseware.grading.guard.guard_nbgrader()"
                raise RuntimeError(f"nbgrader_config.py must call {needed}")
            self.parent.pre_convert_hook = forgetting_grading(self.parent)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a file; a submitted one is not parsed here."""
        path = Path(filename)
        notes = self._notes_on(path)
        if resources is None or notes is None:
            return super().from_filename(filename, resources, **kw)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        resources[SUBMITTED] = path.read_bytes()
        resources[NOTES] = notes
        output, resources = self.from_notebook_node(nbformat.v4.new_notebook(), resources, **kw)
        if not resources.get(REBUILT):
            needed = "courseware.grading.preprocessors.RebuildFromMaster"
            raise RuntimeError(f"c.Autograde.sanitize_preprocessors must begin with {needed}")
        return output, resources

    def _notes_on(self, path: Path) -> tuple[Anomaly, ...] | None:
        """What was odd about the hand-in that a file is the copy of, if it is one."""
        copies = copies_in_use(self.parent.coursedir) if self.parent is not None else None
        return copies.notes.get(path.parent) if copies is not None else None


def forgetting_grading(converter: Autograde) -> Callable[..., None]:
    """nbgrader's hook before it grades a submission: drop what is left of the last time.

    Whatever fails from here on leaves no old score in place. A hook that was configured runs after
    it.
    """
    hook, db = converter.pre_convert_hook, converter.coursedir.db_url

    def before(assignment: str, student: str, notebooks: list[str]) -> None:
        for path in map(Path, notebooks):
            forget_grading(db, assignment, path.parent.parent.name, path.stem)
        if hook is not None:
            hook(assignment=assignment, student=student, notebooks=notebooks)

    return before
