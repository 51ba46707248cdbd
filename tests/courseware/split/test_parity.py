"""The checks judge a function in a worker as they judge it in their own process."""

from __future__ import annotations

import re
from functools import cache

import pytest

from courseware.checks import all_tasks, check, reports_to
from courseware.checks.report import as_text
from courseware.checks.report_html import as_html
from courseware.checks.run import Report, run_task
from courseware.grading.split.sandbox import Sandbox
from courseware.grading.split.sandboxes import Place, close_sandboxes, sandbox_for
from courseware.registry import EXERCISES
from tests.courseware.split.conftest import opened, stand_in
from tests.mutants import table
from tests.mutants.reports import SEED, report_on
from tests.mutants.selftest import released_stubs
from tests.sample_class.handing_in import released

table.load()

FIRST, SECOND, *_ = (
    {task.name for task in chapter.part("tasks").TASKS} for chapter in EXERCISES.values()
)
LATER = set(all_tasks()) - FIRST - SECOND
A_FEW = 3
"""So many wrong and right solutions of a task: what a worker does differently, it does for all of
them. More of the first two exercises, whose tasks take and return all kinds of values."""


def solutions_of(tasks: set[str], most: int) -> pytest.MarkDecorator:
    """A parametrization by the first wrong and the first right solutions of some tasks."""
    chosen = [
        entry
        for task in sorted(tasks)
        for kind in (table.WRONG, table.RIGHT)
        for entry in [one for one in kind if one.task == task][:most]
    ]
    return pytest.mark.parametrize("entry", chosen, ids=lambda e: f"{e.task}-{e.function.__name__}")


def tasks_of(exercise: str) -> set[str]:
    """The names of an exercise's tasks."""
    return {task.name for task in EXERCISES[exercise].part("tasks").TASKS}


@cache
def imports_for(task: str, module: str | None) -> str:
    """What the notebook of a task imports for its solutions, and what their module adds."""
    [exercise] = [name for name in EXERCISES if task in tasks_of(name)]
    notebook = released(exercise)
    setup = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    added = table.imports_of(module) if module else ""
    lines = ["".join(setup["source"]), added]
    return "\n".join(
        re.findall(r"^(?:import|from) (?!courseware|tests|__future__).*", "\n".join(lines), re.M)
    )


@pytest.fixture(scope="session", autouse=True)
def sandboxes_end():
    """Those that tests here start are ended last: tests of other files run in between."""
    yield
    close_sandboxes()


def assert_same_report(sandbox: Sandbox, entry: table.Wrong | table.Right) -> None:
    """The same score, causes and words; only the numbering of lines is another."""
    task = all_tasks()[entry.task]
    here = report_on(task, entry.function)
    before = imports_for(task.name, entry.function.__module__), *table.cells_before(entry.function)
    with opened(sandbox, *before, table.source_as(entry.function, task.name)) as session:
        there = run_task(task, stand_in(session, task.name), SEED)
        assert session.fault is None
    assert there.score == here.score
    assert causes(there) == causes(here)
    assert there.refusal == here.refusal
    # Python's own messages name the function, which the notebook calls by the name of its task.
    words = as_text(here).replace(f"{entry.function.__name__}()", f"{task.name}()")
    if not (isinstance(entry, table.Wrong) and entry.by_chance):
        assert without_places(as_text(there)) == without_places(words)
    assert bool(there.results) == bool(here.results)
    if isinstance(entry, table.Right):
        assert there.score == task.points
    else:
        assert there.score < task.points


def causes(report: Report) -> list[tuple[str, str, bool]]:
    """What is named, without the lines of source that show it."""
    return [(one.name, one.message, one.sure) for one in report.diagnoses]


def without_places(text: str) -> str:
    """A report without the lines of source in it, and without warnings: pytest keeps those."""
    text = re.sub(r"\n +printed +(?:line \d+ of your cell: )?\w+Warning: .*", "", text)
    return re.sub(r"line \d+ of your cell: .*", "line of your cell", text)


@solutions_of(FIRST, 3 * A_FEW)
def test_solutions_of_exercise_01(sandbox, entry):
    assert_same_report(sandbox, entry)


@pytest.mark.slow
@solutions_of(SECOND, 2 * A_FEW)
def test_solutions_of_exercise_02(later_sandbox, entry):
    assert_same_report(later_sandbox, entry)


@pytest.mark.slow
@solutions_of(LATER, A_FEW)
def test_solutions_of_later_exercises(entry):
    [exercise] = [name for name in EXERCISES if entry.task in tasks_of(name)]
    assert_same_report(sandbox_for(Place(exercise)), entry)


@pytest.mark.parametrize("name", sorted(FIRST))
def test_a_stub_scores_nothing(sandbox, name):
    stub = (
        f"def {name}(*arguments):\n    raise NotImplementedError('this task is still to be done')"
    )
    task = all_tasks()[name]
    with opened(sandbox, stub) as session:
        there = run_task(task, stand_in(session, name), "parity")
    here = run_task(task, released_stubs()[name], "parity")
    assert there.score == here.score == 0
    assert causes(there) == causes(here)


def test_a_shortcut_is_refused_with_the_same_words(later_sandbox):
    source = (
        "from model_compression.number_formats import to_bits\n"
        "import torch.nn.utils.prune\n"
        "def helper(x): return torch.nn.utils.prune.identity(x)\n"
        "def absmax_scale(x, n_bits, full_range=False): return helper(x)"
    )
    with opened(later_sandbox, source) as session:
        report = run_task(all_tasks()["absmax_scale"], stand_in(session, "absmax_scale"), "s")
    assert "torch.nn.utils.prune" in report.refusal and report.score == 0


def test_a_function_that_builds_on_another_is_told_so(sandbox):
    source = "def unsigned_value(b): return 0\ndef signed_value(b): return unsigned_value(b)"
    with opened(sandbox, source) as session:
        report = run_task(all_tasks()["signed_value"], stand_in(session, "signed_value"), "s")
    assert report.builds_on == ("unsigned_value",)


def test_what_a_student_controls_is_escaped(sandbox):
    source = (
        "class E(Exception): pass\nE.__name__ = '<script>a'\n"
        "def unsigned_value(bits):\n    print('<script>b')\n    raise E('<script>c')  # <script>d"
    )
    shown: list[str] = []
    with (
        opened(sandbox, source) as session,
        reports_to(lambda text, html, facts: shown.append(html)),
    ):
        assert check("unsigned_value", stand_in(session, "unsigned_value")) == 0.0
    assert "<script" not in shown[0] and "&lt;script&gt;c" in shown[0]


def test_the_right_answers_do_not_reach_the_worker(sandbox):
    """A function that keeps all it is ever given learns the inputs and nothing else."""
    source = (
        "seen = []\n"
        "def unsigned_value(*a, **k):\n    seen.append(repr((a, k)))\n    return 0\n"
        "def f(): return seen"
    )
    task = all_tasks()["unsigned_value"]
    with opened(sandbox, source) as session:
        report = run_task(task, stand_in(session, "unsigned_value"), "secret seed")
        seen = session.call("f", ()).value
    assert report.score == 0
    assert all(re.fullmatch(r"\(\('[01]+',\), \{\}\)", line) for line in seen)
    assert as_html(report)


@pytest.mark.slow
@pytest.mark.parametrize("entry", [one for one in table.WRONG if one.says == "not-repeatable-anew"])
def test_what_a_new_process_shows(entry):
    """Only the sandbox starts one; in a notebook nothing but `hash` is of another process."""
    [exercise] = [name for name in EXERCISES if entry.task in tasks_of(name)]
    assert_same_report(sandbox_for(Place(exercise)), entry)
