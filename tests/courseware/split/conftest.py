"""Sandboxes for the tests, and a short way to run a piece of code in a worker."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from courseware.checks.call import Outcome
from courseware.grading.split.lockdown import Caps
from courseware.grading.split.sandbox import Limits, Sandbox
from courseware.grading.split.session import Cell, Session
from courseware.grading.split.stand_in import StandIn

LIMITS = Limits(cell_seconds=5.0, cells_seconds=20.0, task_seconds=30.0, call_seconds=5.0)
TIGHT = Limits(
    caps=Caps(memory_bytes=512 << 20, disk_bytes=4 << 20, open_files=32, cpu_seconds=2),
    call_seconds=10.0,
)

Open = Callable[..., AbstractContextManager[Session]]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The sandbox of exercise 01."""
    with Sandbox("01_number_formats", LIMITS) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def later_sandbox() -> Iterator[Sandbox]:
    """The sandbox of exercise 02, which may use what exercise 01 was about."""
    with Sandbox("02_integer_scaling", LIMITS) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def tight_sandbox() -> Iterator[Sandbox]:
    """A sandbox with little of everything."""
    with Sandbox("01_number_formats", TIGHT) as sandbox:
        yield sandbox


@contextlib.contextmanager
def opened(sandbox: Sandbox, *sources: str) -> Iterator[Session]:
    """A session in which some cells have run."""
    cells = [Cell(f"cell {i}", source) for i, source in enumerate(sources)]
    with Session(sandbox, cells) as session:
        for cell in cells:
            session.run(cell)
        yield session


@pytest.fixture
def open_session(sandbox: Sandbox) -> Open:
    """A session in the sandbox of exercise 01."""
    return lambda *sources: opened(sandbox, *sources)


@pytest.fixture
def inside(sandbox: Sandbox) -> Callable[..., Outcome]:
    """Define a function `f` in a worker, call it, return the outcome."""

    def run(source: str, *arguments: Any, seconds: float = 5.0) -> Outcome:
        with opened(sandbox, source) as session:
            return session.call("f", arguments, seconds=seconds)

    return run


def stand_in(session: Session, name: str = "f") -> StandIn:
    """The stand-in of a function of a session."""
    return StandIn(session, name)
