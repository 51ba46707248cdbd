"""Reading what was handed in under nbgrader's own `autograde`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde

from courseware.grading.reading import read_file
from courseware.grading.scores import clear_auto_scores

SUBMITTED = "submitted_file"
"""Key of the conversion's resources: the bytes of the submitted file, or why there are none."""

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
            self.parent.pre_convert_hook = forgetting_scores(self.parent)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a file; a submitted one is not parsed here."""
        if resources is None or not self._is_submitted(Path(filename), resources):
            return super().from_filename(filename, resources, **kw)
        path = Path(filename)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        resources[SUBMITTED] = read_file(path)
        output, resources = self.from_notebook_node(nbformat.v4.new_notebook(), resources, **kw)
        if not resources.get(REBUILT):
            needed = "courseware.grading.preprocessors.RebuildFromMaster"
            raise RuntimeError(f"c.Autograde.sanitize_preprocessors must begin with {needed}")
        return output, resources

    def _is_submitted(self, path: Path, resources: dict[str, Any]) -> bool:
        if not isinstance(self.parent, Autograde):
            return False
        ids, coursedir = resources["nbgrader"], self.parent.coursedir
        submitted = coursedir.submitted_directory
        folder = coursedir.format_path(submitted, ids["student"], ids["assignment"])
        return path.parent == Path(folder)


def forgetting_scores(converter: Autograde) -> Callable[..., None]:
    """nbgrader's hook before it grades a submission: drop the scores of the last time.

    Whatever fails from here on, copying the files included, leaves no old score in place. A hook
    that was configured runs after it.
    """
    hook, db = converter.pre_convert_hook, converter.coursedir.db_url

    def before(assignment: str, student: str, notebooks: list[str]) -> None:
        for path in map(Path, notebooks):
            clear_auto_scores(db, assignment, path.parent.parent.name, path.stem)
        if hook is not None:
            hook(assignment=assignment, student=student, notebooks=notebooks)

    return before
