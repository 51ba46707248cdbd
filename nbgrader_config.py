"""nbgrader's settings for this course. Every nbgrader command run in this folder reads them.

The steps of grading that are replaced are named as text, so that a student's `nbgrader validate`
does not import them.
"""

import os
import sys
import sysconfig
from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader defines it)

# nbgrader starts `alembic` by its bare name to make a gradebook, which fails where the environment
# is used without being activated.
scripts = sysconfig.get_path("scripts")
if scripts not in os.environ["PATH"].split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([scripts, os.environ["PATH"]])

# In its UTF-8 mode (any C locale) Python still lets alembic read the path of this folder in the
# encoding of the locale. What is started from here takes a UTF-8 locale, which LC_ALL would forbid.
if sys.flags.utf8_mode:
    os.environ.pop("LC_ALL", None)
    os.environ["LC_CTYPE"] = "C"

c.CourseDirectory.course_id = "model_compression"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# What editors and systems leave behind is neither released nor graded.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "__pycache__", "*.pyc", ".DS_Store", "Thumbs.db", "desktop.ini",
    ".git", ".vscode", ".idea", "feedback",
]  # fmt: skip

# A gradebook elsewhere, such as postgresql://user@host/name, for many teachers or machines.
if "COURSE_DB_URL" in os.environ:
    c.CourseDirectory.db_url = os.environ["COURSE_DB_URL"]
# The folder through which the accounts of one machine hand in, where it is not nbgrader's own.
if "COURSE_EXCHANGE" in os.environ:
    c.Exchange.root = os.environ["COURSE_EXCHANGE"]
# A server made in the C locale knows no encoding, and its driver would read bytes in place of text.
os.environ.setdefault("PGCLIENTENCODING", "UTF8")

# What a student finds in place of a solution. The error keeps an empty task from passing.
c.ClearSolutions.code_stub = {
    "python": "# Your code here, in place of the next line.\n"
    'raise NotImplementedError("this task is still to be done")'
}
c.ClearSolutions.text_stub = "*Your answer here, in your own words.*"

# Hand-ins are graded on inputs that nobody can know before: drawn from a secret of the class. The
# first grading makes the file. A stock nbgrader without it draws the same inputs in every class.
secret = Path(__file__).with_name("class_secret.txt")
if secret.is_file():
    os.environ["COURSE_CLASS_SEED"] = secret.read_text(encoding="utf-8").strip()

# Where grading is done, nbgrader sees copies of what was handed in, never the folders themselves.
if os.name == "posix" and Path(__file__).with_name("solutions").is_dir():
    from courseware.grading.guard import guard_nbgrader

    guard_nbgrader()

# A hand-in is not repaired but rebuilt: only the sources of its solution cells are used. So all of
# its metadata is the master's, and nbgrader's own repairs and checks have nothing left to do.
c.Autograde.exporter_class = "courseware.grading.exporter.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    "courseware.grading.preprocessors.RebuildFromMaster",
]
# Solutions run in a sandbox, tests in nbgrader's own process. Where bubblewrap does not work,
# `c.SplitExecute.allow_unprotected = True` runs code that you trust without.
c.Autograde.autograde_preprocessors = [
    "courseware.grading.split.execute.SplitExecute",
    "nbgrader.preprocessors.LimitOutput",
    "courseware.grading.scores.SaveAutoGradesAtOnce",
    "courseware.grading.late.settling.SettleLateness",
]

# The page that students get back has its own template, without scripts and hidden tests.
c.GenerateFeedback.exporter_class = "courseware.grading.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["courseware.grading.feedback.PrepareFeedback"]
# Written answers may hold HTML; formgrader would run it with the teacher's rights.
c.HTMLExporter.filters = {
    "markdown2html": "courseware.grading.safe_html.safe_markdown",
    "highlight_code": "courseware.grading.safe_html.safe_highlight",
    "strip_files_prefix": "courseware.grading.safe_html.as_it_is",
}

# What is one class's own, as c.Late with its dates and names, is neither in git nor handed out.
load_subconfig("class_settings.py")  # noqa: F821  (as get_config; nothing where there is no file)
