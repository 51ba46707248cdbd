"""A plugin of pytest: which tests go to one worker, and what starts first.

Tests of a file share its fixtures; solutions of a task share the inputs and answers that are kept
for them. What takes longest starts first, so that no worker is left alone with it.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

LONGEST_FIRST = (
    "tests/cheats/test_cheats.py",
    "tests/browser/test_explorers.py",
    "tests/browser/test_student.py",
    "tests/courseware/grading/test_real_exercises.py",
)
"""Files that take a minute or more, whatever else is shared out."""

OF_TASKS = "tests/courseware/checks/test_tasks.py"
"""Its tests share only what belongs to one task."""


class Sharing(LoadScopeScheduling):
    """Hand out files as a whole, and the tests of tasks task by task."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """What a test shares with others: its file, or the task that it is about."""
    file, _, test = nodeid.partition("::")
    if file != OF_TASKS:
        return file
    return f"{file} {test.partition('[')[2].rstrip(']').partition('-')[0]}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, what can be shared out at will last."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    file = item.nodeid.partition("::")[0]
    if file in LONGEST_FIRST:
        return LONGEST_FIRST.index(file)
    return len(LONGEST_FIRST) + (file == OF_TASKS)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """Take the tests in the order in which they were collected."""
    config.option.loadscopereorder = False
    return Sharing(config, log)
