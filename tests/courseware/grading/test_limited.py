"""Steps with limits, here and in a process of their own."""

from __future__ import annotations

import ast
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from courseware.grading import limited as module
from courseware.grading.limited import Bounds, LimitExceeded, limited
from courseware.grading.memory import limited_memory

SMALL = Bounds(memory=100 << 20, processor_seconds=60, seconds=120, result=1000)
"""Memory runs out long before the time does."""
SHORT = replace(SMALL, processor_seconds=1)
DOTS = "import " + "𠀀." * 30_000 + "a"
"""Takes more than a gigabyte to parse."""


def spin() -> None:
    while True:
        pass


TOO_MUCH: list[tuple[Callable[[], Any], Bounds, str]] = [
    (spin, SHORT, "it takes more than 1 s"),
    (lambda: bytearray(1 << 30), SMALL, "it takes more than 100 MB of memory"),
    (lambda: ast.parse(DOTS), SMALL, "it takes more than 100 MB of memory"),
]
ENDS: list[tuple[Callable[[], Any], Bounds, str]] = [
    (lambda: os._exit(3), SMALL, "it ended its process (exit code 3)"),
    (lambda: os.kill(os.getpid(), signal.SIGKILL), SMALL, "it ended its process (exit code -9)"),
    (lambda: "x" * 2000, SMALL, "it makes more than 0 MB of text"),
]


def test_what_is_returned_comes_back() -> None:
    assert limited("it", lambda one, two: [one, {"b": two}], "é\ud800", 1.5) == [
        "é\ud800",
        {"b": 1.5},
    ]


@pytest.mark.parametrize(("function", "bounds", "told"), TOO_MUCH + ENDS)
def test_what_takes_too_much_costs_another_process(
    function: Callable[[], Any], bounds: Bounds, told: str
) -> None:
    with pytest.raises(LimitExceeded) as raised:
        limited("it", function, bounds=bounds)
    assert str(raised.value) == told


@pytest.mark.parametrize(("function", "bounds", "told"), TOO_MUCH)
def test_a_process_that_may_be_lost_is_interrupted(
    function: Callable[[], Any], bounds: Bounds, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_expendable", True)
    with pytest.raises(LimitExceeded) as raised:
        limited("it", function, bounds=bounds)
    assert str(raised.value) == told
    assert limited("it", len, "abc", bounds=SMALL) == 3


def test_what_does_not_return_in_time_is_ended() -> None:
    with pytest.raises(LimitExceeded, match="on the clock"):
        limited("it", time.sleep, 60, bounds=Bounds(seconds=1))


def test_errors_are_told() -> None:
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        limited("it", lambda: 1 / 0, raises=ZeroDivisionError)
    with pytest.raises(RuntimeError, match="it failed: ZeroDivisionError: "):
        limited("it", lambda: 1 / 0)


def test_limits_around_it_are_kept() -> None:
    with limited_memory(50 << 20), pytest.raises(LimitExceeded):
        limited("it", bytearray, 80 << 20, bounds=SMALL)


def test_it_ends_with_its_parent() -> None:
    """Killed so that it can clean nothing up."""
    program = (
        "import os, time\n"
        "from courseware.grading.limited import limited\n"
        "limited('it', lambda: (print(os.getpid(), flush=True), time.sleep(60)))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    assert ended(child)
    parent.wait()
    parent.stdout.close()


def ended(pidfd: int) -> bool:
    """Whether a process ends; waits for it."""
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    try:
        return bool(waiting.poll(240_000))
    finally:
        os.close(pidfd)
