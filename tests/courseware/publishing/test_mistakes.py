"""docs/mistakes.md quotes what the checks say today."""

import re
from pathlib import Path

import pytest

from courseware.checks import all_tasks
from courseware.checks.task import Task
from courseware.registry import EXERCISES

PAGE = (Path(__file__).parents[3] / "docs" / "mistakes.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| (\d+) \|$", re.M)


def messages(task: Task) -> list[str]:
    """All that the report of a task can say of a cause of its own."""
    known = list(task.misconceptions)
    known += [one.also for one in task.misconceptions if one.also]
    known += [one.contradicts[1] for one in task.misconceptions if one.contradicts]
    return [one.message for one in known]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_ten_mistakes_are_quoted_as_the_report_tells_them(exercise):
    [part] = re.findall(rf"^## {exercise[:2]} · .*?(?=^## |\Z)", PAGE, re.M | re.S)
    rows = ROW.findall(part)
    assert len(rows) == 10
    names = {task.name for task in EXERCISES[exercise].part("tasks").TASKS}
    for task, quoted, _ in rows:
        assert task in names
        said = quoted.replace("\\|", "|").replace("\\*", "*")
        assert any(message.startswith(said) for message in messages(all_tasks()[task])), said


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_most_frequent_stands_first(exercise):
    [part] = re.findall(rf"^## {exercise[:2]} · .*?(?=^## |\Z)", PAGE, re.M | re.S)
    counts = [int(count) for *_, count in ROW.findall(part)]
    assert counts == sorted(counts, reverse=True)
