"""The sandboxes of this process: one per exercise, started on first use and kept."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from courseware.grading.split.sandbox import (
    InfrastructureError,
    Sandbox,
    check_machine,
    open_sandbox,
)

ATTEMPTS = 2
"""How often something is tried when the machine fails."""

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """What a sandbox is for, and the folders that must not be seen in it."""

    exercise: str
    secret: tuple[Path, ...] = ()
    allow_unprotected: bool = False


def in_sandbox(place: Place, use: Callable[[Sandbox], T]) -> T:
    """Call `use` with the sandbox of a place; once more, in a new one, if the machine failed."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return use(sandbox_for(place))
        except InfrastructureError:
            close_sandbox(place)
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


_sandboxes: dict[tuple[int, Place], Sandbox] = {}
"""Running ones, by process: a forked one must not use its parent's."""


def _key(place: Place) -> tuple[int, Place]:
    """Course folders share what is the same for all: nothing of them is seen in there."""
    return os.getpid(), place if place.allow_unprotected else replace(place, secret=())


@cache
def _check(secret: tuple[Path, ...]) -> None:
    """What a new sandbox is checked for, once for each course folder."""
    check_machine(secret)


def sandbox_for(place: Place) -> Sandbox:
    """The sandbox of a place; another thread's ends with that thread and is replaced."""
    key = _key(place)
    if key in _sandboxes and not _sandboxes[key].is_alive():
        close_sandbox(place)
    if key in _sandboxes and not place.allow_unprotected:
        _check(place.secret)
    if key not in _sandboxes:
        _sandboxes[key] = open_sandbox(
            place.exercise, secret=place.secret, allow_unprotected=place.allow_unprotected
        )
    return _sandboxes[key]


def close_sandbox(place: Place) -> None:
    """End a sandbox, if it is running."""
    sandbox = _sandboxes.pop(_key(place), None)
    if sandbox is not None:
        sandbox.close()


@atexit.register
def close_sandboxes() -> None:
    """End every sandbox of this process."""
    for pid, place in list(_sandboxes):
        if pid == os.getpid():
            close_sandbox(place)
