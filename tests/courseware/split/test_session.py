"""Deaths, replays, budgets, and faults that are not the student's."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from courseware.checks.call import TimeLimit, call, call_anew, shuffled_call
from courseware.grading.split import sandbox as sandbox_module
from courseware.grading.split import seats
from courseware.grading.split.replies import FUNCTION, TOO_LARGE
from courseware.grading.split.sandbox import InfrastructureError, Sandbox
from courseware.grading.split.seats import PLAIN, USED_UP, ProcessEnded
from courseware.grading.split.session import Cell, Session
from tests.courseware.busy import busy
from tests.courseware.split.conftest import LIMITS, opened, stand_in
from tests.courseware.split.test_facts import HOSTILE

COUNTER = "runs = globals().get('runs', 0) + 1\nk = 10"


def cells(*sources: str) -> list[Cell]:
    return [Cell(f"cell {i}", source) for i, source in enumerate(sources)]


def with_limits(sandbox: Sandbox, **changes: float) -> Sandbox:
    """The same sandbox with other limits on the trusted side."""
    other = object.__new__(Sandbox)
    other.__dict__.update(sandbox.__dict__, limits=replace(LIMITS, **changes))
    return other


# --- replay -------------------------------------------------------------------------------------


def test_after_a_death_all_cells_have_run_again(sandbox):
    sources = ("import os\nk = 10", "def die(): os._exit(0)", "def add(x): return x + k")
    with opened(sandbox, *sources) as session:
        assert session.call("add", (1,)).value == 11
        for _ in range(3):
            assert isinstance(session.call("die", ()).error, ProcessEnded)
            assert session.call("add", (1,)).value == 11


def test_a_cell_that_dies_is_left_out_and_the_others_are_kept(sandbox):
    some = cells(
        "def f(): return 1", "import os; os._exit(0)\ndef f(): return 2", "def g(): return 3"
    )
    with Session(sandbox, some) as session:
        results = [session.run(cell, ("f", "g")) for cell in some]
        assert [sorted(result.names) for result in results] == [["f"], ["f"], ["f", "g"]]
        assert isinstance(results[1].error, ProcessEnded)
        assert session.call("f", ()).value == 1
        assert session.call("g", ()).value == 3


def test_a_cell_that_hangs_is_stopped(sandbox):
    quick = with_limits(sandbox, cell_seconds=0.3)
    some = cells("while True: pass", "import time\ntime.sleep(0.1)\ndef g(): return 3")
    with Session(quick, some) as session:
        result = session.run(some[0])
        assert isinstance(result.error, TimeLimit)
        assert result.at.startswith("line 1 of your cell")
        session.run(some[1])
        assert session.call("g", ()).value == 3


def test_all_cells_together_have_a_limit(sandbox):
    quick = with_limits(sandbox, cell_seconds=0.3, cells_seconds=0.5)
    some = cells(*["import time\ntime.sleep(0.2)"] * 4)
    with Session(quick, some) as session:
        results = [session.run(cell) for cell in some]
    assert results[0].error is None
    assert isinstance(results[3].error, TimeLimit)


LEFT_BEHIND = {
    "threads": "import threading, time\ndef f():\n    for _ in range(100):\n"
    "        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
    "a timer": "import os, signal\ndef f():\n"
    "    signal.signal(signal.SIGVTALRM, lambda *_: os._exit(0))\n"
    "    signal.setitimer(signal.ITIMER_VIRTUAL, 0.05)",
}
COMPUTES = (
    "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end:\n    pass"
)


@pytest.mark.parametrize("source", LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_what_a_call_leaves_behind_costs_no_later_cell_and_no_other_task(sandbox, source):
    """It ends the worker, sooner or later."""
    later = f"def g():\n    {COMPUTES.replace(chr(10), chr(10) + '    ')}\n    return 3\n{COMPUTES}"
    some = cells(source, later)
    with Session(sandbox, some) as session:
        session.run(some[0])
        session.call("f", ())
        for seat in session._seats.present().values():
            seat.worker.has_ended(seconds=0.5)
        assert session.run(some[1], ("g",)).error is None
        session.call("f", ())
        session.start_task()
        assert session.call("g", ()).value == 3


def test_a_cell_that_dies_only_when_it_runs_again(sandbox):
    """It cannot tell a first run from a second; chance is the nearest to it."""
    flag = "import os, random\nx = 1\nif random.random() < 0.5: os._exit(0)"
    some = cells(*[flag] * 3, "def die(): os._exit(0)", "def g(): return 3")
    with Session(sandbox, some) as session:
        for cell in some:
            session.run(cell)
        for _ in range(5):
            session.call("die", ())
            assert session.call("g", ()).value in (3, None)
            session.start_task()


def test_a_large_value_of_one_name_does_not_cost_the_others(sandbox):
    some = cells(
        "def f(): return 1", "import torch\ng = torch.zeros(10**7)\nh = ['x' * 10**6]\nk = 1"
    )
    with Session(sandbox, some) as session:
        for cell in some:
            names = session.run(cell, ("f", "g", "h", "k")).names
    assert names["f"] is FUNCTION and names["k"] == 1
    assert type(names["g"]).__name__ == "Tensor" and type(names["h"]).__name__ == "list"
    assert len(repr(names["h"])) <= 2_000


def test_a_cell_that_is_too_long(sandbox):
    some = cells("x = 1\n" * 100_000, "def g(): return 3")
    with Session(sandbox, some) as session:
        assert isinstance(session.run(some[0]).error, ProcessEnded)
        session.run(some[1])
        assert session.call("g", ()).value == 3
        assert session.fault is None


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_sources_that_are_hard_to_read_hurt_only_themselves(sandbox, source):
    some = cells(source, "def g(): return 3")
    with Session(sandbox, some) as session:
        for cell in some:
            session.run(cell)
        assert session.call("g", ()).value == 3
        assert session.fault is None


def test_facts_are_those_of_the_cells_so_far(sandbox):
    some = cells("import torch", "def f(x): return torch.softmax(x, -1)", "def f(x): return x")
    with Session(sandbox, some) as session:
        function = stand_in(session)
        seen = []
        for cell in some:
            session.run(cell)
            seen.append("torch.softmax" in function.__course_names__)
    assert seen == [False, True, False]


# --- budgets ------------------------------------------------------------------------------------


def test_a_task_has_a_budget_and_the_next_one_has_its_own(sandbox):
    short = with_limits(sandbox, task_seconds=0.5)
    source = "import time\ndef f():\n    time.sleep(0.3)\n    return 1"
    with opened(short, source) as session:
        outcomes = [session.call("f", ()) for _ in range(4)]
        assert outcomes[0].value == 1
        assert isinstance(outcomes[2].error, TimeLimit)
        assert str(outcomes[3].error) == USED_UP
        session.start_task()
        assert session.call("f", ()).value == 1


def test_a_busy_machine_costs_nothing_and_waiting_is_told_from_computing(sandbox):
    source = BURN + "\nimport time\ndef sleep(): time.sleep(60)"
    with opened(sandbox, source) as session, busy_processor(session):
        assert session.call("burn", (0.2,), seconds=0.5).value == "done"
    with opened(sandbox, source) as session:
        computed = session.call("burn", (60,), seconds=0.3).error
        waited = session.call("sleep", (), seconds=0.3).error
    assert str(computed) == "it has used up its 0.3 s of processor time"
    assert str(waited).startswith("it waited for ")


BURN = """
def burn(seconds):
    import time
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"
"""


@contextlib.contextmanager
def busy_processor(session):
    """Eight other programs on the processor that a worker keeps to."""
    session.call("burn", (0.01,))
    [seat] = session._seats.present().values()
    cores = os.sched_getaffinity(seat.worker._pid())
    with busy(cores):
        yield


def test_a_task_may_cost_a_number_of_workers(sandbox):
    few = with_limits(sandbox, deaths=2)
    with opened(few, "import os\ndef f(): os._exit(0)\ndef g(): return 1") as session:
        kinds = [type(session.call("f", ()).error) for _ in range(4)]
        assert kinds == [ProcessEnded] * 4
        assert isinstance(session.call("g", ()).error, ProcessEnded)
        session.start_task()
        assert session.call("g", ()).value == 1


def test_the_results_of_a_task_have_a_limit_and_the_next_task_has_its_own(sandbox):
    small = with_limits(sandbox, task_replies=1 << 20)
    source = "import torch\ndef f(n): return torch.zeros(n << 10, dtype=torch.uint8)"
    with opened(small, source) as session:
        errors = [str(session.call("f", (300,)).error) for _ in range(5)]
        assert errors == ["None"] * 3 + [TOO_LARGE] * 2
        session.start_task()
        assert session.call("f", (300,)).error is None


def test_many_small_objects_count_by_what_they_take(sandbox):
    small = with_limits(sandbox, task_replies=1 << 20)
    with opened(small, "def f(): return [[]] * 20_000") as session:
        assert str(session.call("f", ()).error) == TOO_LARGE


def test_what_a_task_prints_is_cut_off_and_costs_nothing(sandbox):
    small = with_limits(sandbox, task_printed=10)
    with opened(small, "def f():\n    print('four')\n    return 1") as session:
        outcomes = [session.call("f", ()) for _ in range(4)]
    assert [outcome.printed for outcome in outcomes] == ["four\n", "four\n", "", ""]
    assert {outcome.value for outcome in outcomes} == {1}


def test_a_slow_replay_is_charged_to_the_task(sandbox):
    short = with_limits(sandbox, task_seconds=1.0)
    source = "import os, time\ntime.sleep(0.6)\ndef f(): os._exit(0)"
    with opened(short, source) as session:
        errors = [session.call("f", ()).error for _ in range(10)]
    kinds = [type(error) for error in errors]
    assert kinds.count(ProcessEnded) <= 3 and kinds[-1] is TimeLimit


def test_a_worn_worker_is_replaced_between_tasks(sandbox):
    worn = with_limits(sandbox, worn_seconds=0.2)
    source = (
        "import time\nn = []\ndef f():\n    time.sleep(0.3)\n    n.append(1)\n    return len(n)"
    )
    with opened(worn, source) as session:
        assert [session.call("f", ()).value for _ in range(2)] == [1, 2]
        session.start_task()
        assert session.call("f", ()).value == 1


# --- what a worker remembers ----------------------------------------------------------------------


def test_a_renewed_session_has_forgotten_earlier_calls_and_no_cell(sandbox):
    with opened(sandbox, "seen = []", "def f(): seen.append(1); return len(seen)") as session:
        assert [session.call("f", ()).value for _ in range(2)] == [1, 2]
        session.renew()
        assert session.call("f", ()).value == 1


def test_a_cache_does_not_make_a_function_repeatable(sandbox):
    source = (
        "import torch\nknown = {}\n"
        "def f(seed): return known.setdefault(seed, float(torch.rand(())))"
    )
    with opened(sandbox, source) as session:
        f = stand_in(session)
        first, second = shuffled_call(f, (3,), 5.0), shuffled_call(f, (3,), 5.0)
        assert first.value == second.value != call_anew(f, (3,), 5.0).value


def test_a_hash_of_a_name_is_no_seed(sandbox):
    with opened(sandbox, "def f(name): return hash(name), hash((name, 1)), hash(3)") as session:
        f = stand_in(session)
        first, again = call(f, ("w",), 5.0).value, call_anew(f, ("w",), 5.0).value
    assert first[0] != again[0] and first[1] != again[1] and first[2] == again[2]


# --- stand-ins ----------------------------------------------------------------------------------


def test_a_stand_in_can_just_be_called(sandbox):
    source = (
        "def f(x, factor=2):\n    if x < 0: raise ValueError('negative')\n    return x * factor\n"
        "def hang():\n    while True: pass"
    )
    with opened(with_limits(sandbox, call_seconds=0.3), source) as session:
        f = stand_in(session)
        assert (f(3), f(3, factor=5)) == (6, 15)
        with pytest.raises(ValueError, match="negative"):
            f(-1)
        with pytest.raises(TimeoutError):
            stand_in(session, "hang")()
        assert f.__name__ == "f" and "f" in repr(f)


def test_an_argument_that_cannot_cross_is_a_fault_of_the_test(sandbox):
    with opened(sandbox, "def f(x): return x") as session:
        with pytest.raises(InfrastructureError, match="cannot be passed"):
            stand_in(session)({1, 2})
        assert session.fault is not None


def test_arguments_that_are_too_large_are_a_fault_of_the_test(sandbox):
    fault = pytest.raises(InfrastructureError, match="too large")
    with opened(sandbox, "def f(x): return 1") as session, fault:
        stand_in(session)(torch.zeros(1 << 25))


# --- faults of the machine ----------------------------------------------------------------------


def test_the_death_of_the_sandbox_is_no_fault_of_the_student():
    with Sandbox("01_number_formats", LIMITS) as sandbox:
        with opened(sandbox, "def f(): return 1") as session:
            assert session.call("f", ()).value == 1
            sandbox._process.kill()
            assert session._seats.present()[PLAIN].worker.has_ended(seconds=240.0)
            with pytest.raises(InfrastructureError):
                session.call("f", ())
            assert session.fault is not None
        assert not sandbox.is_alive()
        with pytest.raises(InfrastructureError):
            sandbox.start_worker()


def test_nothing_outlives_the_process_that_grades(tmp_path):
    """Not even when it is killed while a worker is busy."""
    program = (
        "import os, signal, sys, threading\n"
        "from courseware.grading.split.sandbox import Sandbox\n"
        "from courseware.grading.split.session import Cell, Session\n"
        "cell = Cell('a', 'def f():\\n    while True: pass')\n"
        "sandbox = Sandbox('01_number_formats')\n"
        "session = Session(sandbox, [cell])\n"
        "session.run(cell)\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGKILL)).start()\n"
        "session.call('f', (), seconds=60.0)\n"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", program], env=environment, timeout=280)
    assert result.returncode == -signal.SIGKILL
    while any(str(tmp_path) in line for line in command_lines()):
        time.sleep(0.05)


def command_lines() -> list[str]:
    """What runs on this machine."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(path.read_text())
    return lines


def killed_while_it_works(session: Session) -> None:
    """Let somebody outside kill the worker during a call."""
    assert PLAIN in session._seats.present()
    pidfd = session._seats.present()[PLAIN].worker.pidfd
    threading.Timer(0.3, signal.pidfd_send_signal, (pidfd, signal.SIGKILL)).start()


def test_a_worker_that_the_machine_kills_for_want_of_memory(sandbox, monkeypatch):
    counts = iter((3, 4))
    monkeypatch.setattr(seats, "oom_kills", lambda: next(counts))
    with opened(sandbox, "import time\ndef f(): time.sleep(100)") as session:
        killed_while_it_works(session)
        with pytest.raises(InfrastructureError, match="memory"):
            session.call("f", (), seconds=100.0)
        assert session.fault is not None


def test_a_worker_that_is_killed_otherwise(sandbox):
    """A student can bring this about: by a lower CPU limit of their own."""
    with opened(sandbox, "import time\ndef f(): time.sleep(100)\ndef g(): return 1") as session:
        killed_while_it_works(session)
        assert isinstance(session.call("f", (), seconds=100.0).error, ProcessEnded)
        assert session.call("g", ()).value == 1


def test_the_counter_of_the_kernel_is_there():
    assert seats.oom_kills() >= 0


def test_no_more_processes(sandbox, monkeypatch):
    def fail(*arguments: object) -> None:
        raise OSError(24, "Too many open files")

    with opened(sandbox, "def f(): return 1") as session:
        session.close()
        monkeypatch.setattr(socket, "socketpair", fail)
        with pytest.raises(InfrastructureError, match="Too many open files"):
            session.call("f", ())


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (tempfile, "mkdtemp"),
        (sandbox_module.visible, "copy_to"),
        (sandbox_module.subprocess, "Popen"),
        (sandbox_module.socket, "socketpair"),
    ],
)
def test_no_space_left(monkeypatch, module, name):
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, name, fail)
    with pytest.raises(InfrastructureError, match="No space left"):
        Sandbox("01_number_formats")


def test_no_descriptors_and_no_processes_are_left_behind():
    def children() -> str:
        return "".join(path.read_text() for path in Path("/proc/self/task").glob("*/children"))

    before = set(os.listdir("/proc/self/fd")), children()
    with Sandbox("01_number_formats", LIMITS) as sandbox:
        for _ in range(3):
            with opened(sandbox, "def f(): return 1") as session:
                session.call("f", ())
        folder = sandbox._log.parent
    assert (set(os.listdir("/proc/self/fd")), children()) == before
    assert not folder.exists()


def test_a_worker_that_lacks_something_is_kept_for_the_next_task(later_sandbox):
    with opened(later_sandbox, "def f(): return 1") as session:
        softmax, divergence = (
            session.can_lack([name]) for name in ("torch.softmax", "torch.nn.functional.kl_div")
        )
        assert session.call("f", (), without=softmax).value == 1
        seat = session._seats.present()[softmax]
        session.start_task()
        session.run(Cell("next", "def g(): return 2"))
        assert session.call("g", (), without=softmax).value == 2
        assert session._seats.present()[softmax] is seat
        assert session.call("g", (), without=divergence).value == 2
        assert set(session._seats.present()) == {PLAIN, divergence}  # two at most
