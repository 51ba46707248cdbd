"""Where the inputs of a hand-in come from: a secret of the class, unknown to the students."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from contextvars import ContextVar

VARIABLE = "COURSE_CLASS_SEED"
"""Environment variable that `nbgrader_config.py` sets from the class's secret file."""

_of_this_hand_in: ContextVar[str] = ContextVar("_of_this_hand_in", default="")


def secret() -> str:
    """The class's secret. Without one (stock nbgrader) it is a fixed word."""
    return os.environ.get(VARIABLE, "hand-in")


def class_seed() -> str:
    """The seed for grading: of the hand-in that is being graded, else of the whole class."""
    return _of_this_hand_in.get() or secret()


@contextlib.contextmanager
def drawn_for(hand_in: str, secret: str) -> Iterator[None]:
    """Within the block, inputs are drawn for one hand-in: no other one meets them.

    >>> with drawn_for("01_number_formats/ada", "secret"):
    ...     class_seed()[:8]
    'c14a7f0a'
    """
    seed = hashlib.sha256(f"{secret}/{hand_in}".encode()).hexdigest()
    token = _of_this_hand_in.set(seed)
    try:
        yield
    finally:
        _of_this_hand_in.reset(token)
