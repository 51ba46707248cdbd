"""What the workers of one run share out, and what starts first."""

from types import SimpleNamespace

from tests.sharing import (
    LONGEST_FIRST,
    OF_CONFIGURATIONS,
    OF_TASKS,
    SHARED_FOLDERS,
    pytest_collection_modifyitems,
    scope,
)
from tests.tracked import ROOT


def test_a_file_stays_together_and_tasks_are_shared_out() -> None:
    assert scope("tests/setup/test_lock.py::test_it[a-b]") == "tests/setup/test_lock.py"
    tasks, parity = OF_TASKS
    assert scope(f"{tasks}::test_wrong[negate-first]") == scope(f"{parity}::test_it[negate-first]")
    assert scope(f"{tasks}::test_it[negate]") != scope(f"{tasks}::test_it[to_bits-by_text]")
    assert scope(f"{tasks}::test_it[0]") == scope(f"{tasks}::test_another") == tasks
    assert len({scope(f"tests/browser/test_{name}.py::a") for name in ("student", "lab")}) == 1
    [real] = OF_CONFIGURATIONS
    assert (
        scope(f"{real}::a[ours-01]")
        == scope(f"{real}::b[ours-02]")
        != scope(f"{real}::a[stock-01]")
    )


def test_the_longest_come_first_and_the_tasks_last() -> None:
    names = [
        f"{OF_TASKS[0]}::a",
        "tests/setup/test_lock.py::b",
        f"{LONGEST_FIRST[-1]}::c",
        "lib/d.py",
    ]
    items = [SimpleNamespace(nodeid=name) for name in names]
    pytest_collection_modifyitems(items)
    assert [item.nodeid[-1] for item in items] == ["c", "b", "y", "a"]
    files = (*LONGEST_FIRST, *OF_TASKS, *OF_CONFIGURATIONS)
    assert [name for name in files if not (ROOT / name).is_file()] == []
    assert [name for name in SHARED_FOLDERS if not (ROOT / name).is_dir()] == []
