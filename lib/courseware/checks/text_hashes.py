"""`hash` of a text: in Python another number in each process, in forked processes the same.

A draw that is seeded with `hash(name)` seems to repeat itself as long as nobody starts Python anew.
Here it does not: `hash` answers for texts, and for tuples of them, as a new process would.
"""

from __future__ import annotations

import builtins
import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

_hash = builtins.hash


def another_hash() -> Callable[[Any], int]:
    """A `hash` as of a process that was started just now.

    >>> another_hash()(3) == hash(3), another_hash()("w") == hash("w")
    (True, False)
    """
    salt = os.urandom(16)

    def salted(value: Any, /) -> int:
        found = _hash(value)
        return _hash((salt, found)) if _depends_on_process(value) else found

    return salted


@contextlib.contextmanager
def hashed_anew() -> Iterator[None]:
    """Within the block texts have other hashes than before it.

    Sets and dicts do not ask this function: they keep their order.
    """
    with mock.patch.object(builtins, "hash", another_hash()):
        yield


def _depends_on_process(value: Any) -> bool:
    if isinstance(value, tuple | frozenset):
        return any(map(_depends_on_process, value))
    return isinstance(value, str | bytes)
