"""nbgrader's step that runs a notebook: solutions in a sandbox, test cells in this process.

    c.Autograde.autograde_preprocessors = [
        "courseware.grading.split.execute.SplitExecute",
        …

in place of `nbgrader.preprocessors.Execute`, behind `RebuildFromMaster`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from courseware.checks.follow import read_policy
from courseware.grading.class_secret import class_secret
from courseware.grading.jobs import Place, run_rebuilt, show, take_prepared
from courseware.grading.master import read_master, read_own_solutions
from courseware.grading.preprocessors import RECORD
from courseware.grading.split.notebook import student_names

Resources = dict[str, Any]


class SplitExecute(NbGraderPreprocessor):
    """Runs solution cells in a worker and test cells here, and writes their outputs and scores.

    Where `course grade` has run this very notebook before, in another process, its outputs are
    taken.
    """

    allow_unprotected = Bool(
        False,
        help="Where bubblewrap does not work, run hand-ins as plain processes: they can then read "
        "and write all that you can. For code that you trust.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Run a notebook that was rebuilt from its master."""
        converter, ids = self.parent.parent, resources["nbgrader"]
        assert isinstance(converter, Autograde)
        exercise, student, notebook_id = ids["assignment"], ids["student"], ids["notebook"]
        run = take_prepared(exercise, student, notebook_id, nb)
        if run is None:
            coursedir = converter.coursedir
            master = read_master(coursedir, exercise, notebook_id, parent=converter)
            root = Path(coursedir.root)
            place = Place(exercise, (root,), self.allow_unprotected)
            own = read_own_solutions(coursedir, exercise, notebook_id)
            follow = read_policy(converter.config.FollowThrough)
            names, secret = student_names(master), class_secret(root)
            run = run_rebuilt(nb, names, place, student, secret, own, follow)
        show(run, nb)
        nb.metadata.setdefault(RECORD, {}).update(graded=True, isolation=run.isolation)
        return nb, resources
