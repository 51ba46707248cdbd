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
def drawn_for(student: str, code: str, secret: str) -> Iterator[None]:
    """Within the block, inputs are drawn for one hand-in: no other one meets them.

    `code` tells apart what is run. So whoever changes a hand-in, to put in what the last one saw,
    gets other inputs, and the same hand-in the same ones.

    >>> for code in ("first attempt", "second attempt", "first attempt"):
    ...     with drawn_for("01_number_formats/ada", code, "secret"):
    ...         class_seed()[:8]
    'cdd7337e'
    'e59c943c'
    'cdd7337e'
    """
    seed = hashlib.sha256(f"{secret}/{student}/{code}".encode()).hexdigest()
    token = _of_this_hand_in.set(seed)
    try:
        yield
    finally:
        _of_this_hand_in.reset(token)
