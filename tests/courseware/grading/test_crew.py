"""The processes that run hand-ins: as they begin, as they are lost, as they end."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from courseware.grading import scratch
from courseware.grading.crew import LocalCrew
from courseware.grading.split import sandboxes
from courseware.grading.split.sandbox import InfrastructureError
from courseware.grading.split.sandboxes import Place
from courseware.grading.split.session import Cell, Session

PLACE = Place("01_toy")


def has_sandbox(place: Place) -> bool:
    return (os.getpid(), place) in sandboxes._sandboxes


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leftovers(folder: Path) -> list[Path]:
    return list(folder.glob(f"{scratch.PREFIX}*"))


def test_sandboxes_are_there_before_the_first_hand_in() -> None:
    with LocalCrew(1, PLACE) as crew:
        assert crew.submit(has_sandbox, PLACE).result()
    with LocalCrew(1) as crew:
        assert not crew.submit(has_sandbox, PLACE).result()


def cores(number: int) -> set[int]:
    return os.sched_getaffinity(0)


def test_every_process_stays_on_a_core_of_its_own_and_so_does_its_sandbox() -> None:
    available = os.sched_getaffinity(0)
    with LocalCrew(len(available)) as crew:
        found = [crew.submit(cores, number).result() for number in range(20)]
    assert all(len(one) == 1 and one <= available for one in found)
    with LocalCrew(1, PLACE) as crew:
        assert crew.submit(seen_from_the_sandbox).result() == 1


def seen_from_the_sandbox() -> int:
    source = (
        "import os\ndef f():\n    try: os.sched_setaffinity(0, range(64))\n"
        "    except PermissionError: return len(os.sched_getaffinity(0))"
    )
    with Session(sandboxes.sandbox_for(PLACE), [Cell("a", source)]) as session:
        session.run(Cell("a", source))
        return int(session.call("f", ()).value)


def test_a_sandbox_that_does_not_start_leaves_the_process_alive(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(place: Place) -> None:
        (tmp_path / "tried").touch()
        raise InfrastructureError("disk full")

    monkeypatch.setattr("courseware.grading.crew.sandbox_for", fail)
    with LocalCrew(1, PLACE) as crew:
        assert crew.submit(len, "ab").result() == 2
    assert (tmp_path / "tried").exists()


def test_a_process_that_is_lost_costs_only_what_it_worked_on() -> None:
    with LocalCrew(2) as crew:
        slow, first, second = crew.submit(time.sleep, 1), crew.submit(die), crew.submit(die)
        others = [crew.submit(len, "ab") for _ in range(4)]
        for lost in (first, second):
            with pytest.raises(BrokenExecutor):
                lost.result()
            crew.renew()
        assert [one.result() for one in others] == [2] * 4
        assert slow.result() is None
        assert crew.submit(len, "abc").result() == 3


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with LocalCrew(1, PLACE) as crew:
        assert crew.submit(leftovers, tmp_path).result()
    assert not leftovers(tmp_path)


def test_what_a_killed_process_leaves_is_removed_by_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The processes of a crew end with the one that made it, and so do their sandboxes."""
    program = (
        "import os, time\n"
        "from courseware.grading.crew import LocalCrew\n"
        "from courseware.grading.split.sandboxes import Place\n"
        "crew = LocalCrew(1, Place('01_toy'))\n"
        "print(crew.submit(os.getpid).result(), flush=True)\n"
        "time.sleep(600)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    waiting = select.poll()
    waiting.register(child, select.POLLIN)
    assert waiting.poll(240_000)
    os.close(child)
    assert leftovers(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch.scratch_folder() as folder:
        assert leftovers(tmp_path) == [folder]
        scratch.sweep_scratch()
        assert folder.is_dir()
    assert not leftovers(tmp_path)
