"""Which of torch's functions a call uses, however it came by them.

Names are read from a solution's code (`off_limits`), where `getattr` and `exec` can hide them. So
short calls are watched as well. A student can get round this, as it runs in the student's process:
it recognises shortcuts, and is no wall.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from torch.overrides import TorchFunctionMode, resolve_name

WATCHED_SECONDS = 5.0
"""A call that may take longer trains: watched, it would take half as long again."""


@contextlib.contextmanager
def watched(seconds: float) -> Iterator[set[str]]:
    """Collect the dotted names of torch's functions that are called within the block.

    >>> import torch
    >>> with watched(seconds=1.0) as used:
    ...     x = getattr(torch, "soft" + "max")(torch.zeros(2), 0)
    ...     y = torch.ops.aten.relu(x)
    >>> sorted(used & {"torch.softmax", "torch.relu"})
    ['torch.relu', 'torch.softmax']
    """
    used: set[str] = set()
    with _Watch(used) if seconds <= WATCHED_SECONDS else contextlib.nullcontext():
        yield used


class _Watch(TorchFunctionMode):
    """Notes the functions that are called from outside of torch, and calls them."""

    def __init__(self, used: set[str]) -> None:
        super().__init__()
        self._used = used

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        self._used.add(name_of(function))
        return function(*args, **(kwargs or {}))


@cache
def name_of(function: Callable[..., Any]) -> str:
    """What a function of torch is called in its documentation; an operator like its function.

    >>> import torch
    >>> name_of(torch.Tensor.exp), name_of(torch.ops.aten.exp.default), name_of(print)
    ('torch.Tensor.exp', 'torch.exp', '')
    """
    name = resolve_name(function) or ""
    library, _, operator = name.partition(".")
    return f"torch.{operator.partition('.')[0]}" if library == "aten" else name
