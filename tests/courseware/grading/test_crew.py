"""The processes that run hand-ins, as they begin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from courseware.grading.crew import LocalCrew
from courseware.grading.split import sandboxes
from courseware.grading.split.sandbox import InfrastructureError
from courseware.grading.split.sandboxes import Place

PLACE = Place("01_toy")


def has_sandbox(place: Place) -> bool:
    return (os.getpid(), place) in sandboxes._sandboxes


def test_sandboxes_are_there_before_the_first_hand_in() -> None:
    with LocalCrew(1, PLACE) as crew:
        assert crew.submit(has_sandbox, PLACE).result()
    with LocalCrew(1) as crew:
        assert not crew.submit(has_sandbox, PLACE).result()


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
