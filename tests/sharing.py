"""A plugin of pytest: which tests go to one worker, and what starts first.

Tests of a file share its fixtures; solutions of a task share the inputs and answers that are kept
for them. What takes longest starts first, so that no worker is left alone with it.
"""

from __future__ import annotations

from collections import Counter

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from courseware.checks import all_tasks

LONGEST_FIRST = (
    "tests/cheats/test_cheats.py",
    "tests/courseware/grading/test_real_exercises.py",
    "tests/browser/test_explorers.py",
    "tests/browser/test_student.py",
)
"""Files that take a minute or more, whatever else is shared out."""

OF_TASKS = "tests/courseware/checks/test_tasks.py", "tests/courseware/split/test_parity.py"
"""Their tests share what belongs to one task: its inputs, and the reports on its solutions."""

OF_CONFIGURATIONS = ("tests/courseware/grading/test_real_exercises.py",)
"""Their tests share what was graded with their first parameter, a configuration of nbgrader."""

MOST = 30
"""Files that are named at the end with the time they took."""

SHARED_FOLDERS = ("tests/browser", "tests/courseware/publishing")
"""Folders whose files share what is made once in a session: a JupyterLab, the site."""


class Sharing(LoadScopeScheduling):
    """Hand out files as a whole, and the tests of tasks task by task."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """What a test shares with others: its file, its folder, its configuration, its task.

    >>> scope(f"{OF_TASKS[0]}::test_it[negate-by_text]"), scope("lib/a.py::test_it[negate]")
    ('the task negate', 'lib/a.py')
    """
    file, _, test = nodeid.partition("::")
    about = test.partition("[")[2].rstrip("]").partition("-")[0]
    if file in OF_TASKS and about in all_tasks():
        return f"the task {about}"
    if file in OF_CONFIGURATIONS:
        return f"{file} {about}"
    folder = file.rpartition("/")[0]
    return folder if folder in SHARED_FOLDERS else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, what can be shared out at will last."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> tuple[int, float]:
    file = item.nodeid.partition("::")[0]
    if file in LONGEST_FIRST:
        return LONGEST_FIRST.index(file), 0.0
    if file not in OF_TASKS:
        return len(LONGEST_FIRST), 0.0
    return len(LONGEST_FIRST) + 1, -_seconds_of_task(item)


def _seconds_of_task(item: pytest.Item) -> float:
    """What a call of the task may take; 0 for a test of no task."""
    given = getattr(item, "callspec", None)
    of = given.params if given else {}
    task = of["task"] if "task" in of else all_tasks()[of["entry"].task] if "entry" in of else None
    return task.seconds if task else 0.0


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """Take the tests in the order in which they were collected."""
    config.option.loadscopereorder = False
    return Sharing(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the time went: what the slowest tests' own list does not add up."""
    spent: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                spent[of_what(report.nodeid)] += report.duration
    terminalreporter.section(f"seconds by file, {sum(spent.values()):.0f} in all")
    for name, seconds in spent.most_common(MOST):
        terminalreporter.line(f"{seconds:8.1f}  {name}")


def of_what(nodeid: str) -> str:
    """The file of a test, and for tests of a task the task.

    >>> of_what(f"{OF_TASKS[1]}::test_it[negate-x]"), of_what("tests/setup/test_make.py::test_it")
    ('the task negate', 'tests/setup/test_make.py')
    """
    shared = scope(nodeid)
    return shared if shared.startswith("the task ") else nodeid.partition("::")[0]
