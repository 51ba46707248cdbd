"""The processes that run hand-ins, as they begin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from courseware.grading.crew import LocalCrew
from courseware.grading.split import sandboxes
from courseware.grading.split.sandbox import InfrastructureError
from courseware.grading.split.sandboxes import Place
from courseware.grading.split.session import Cell, Session

PLACE = Place("01_toy")


def has_sandbox(place: Place) -> bool:
    return (os.getpid(), place) in sandboxes._sandboxes


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
