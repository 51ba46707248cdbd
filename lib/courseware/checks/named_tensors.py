"""Dicts of tensors: in reports, as arguments and as results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch

from courseware.checks.call import Outcome, call
from courseware.checks.states import plain
from courseware.checks.values import SHOWN_ELEMENTS, show


class Named(dict[str, torch.Tensor]):
    """Tensors by name, as an argument or a result that a report shows in a line.

    >>> Named(bias=torch.tensor([0.5]))
    {'bias': tensor([0.5], dtype=float32)}
    >>> Named(weight=torch.ones(32, 64), bias=torch.ones(32))
    {'weight': float32 (32, 64), 'bias': float32 (32,)}
    """

    def __repr__(self) -> str:
        tensors = [t for t in self.values() if isinstance(t, torch.Tensor)]
        short = len(tensors) == len(self) and any(t.numel() > SHOWN_ELEMENTS for t in tensors)
        entries = (f"{name!r}: {_shape(t) if short else show(t)}" for name, t in self.items())
        return "{" + ", ".join(entries) + "}"


def _shape(tensor: torch.Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def total(tensors: Mapping[str, torch.Tensor]) -> int:
    """The number of entries of all tensors together."""
    return sum(tensor.numel() for tensor in tensors.values())


class Pairs(tuple[tuple[str, torch.Tensor], ...]):
    """A dict that came back, as (name, tensor) pairs: these can be compared by `difference`.

    >>> Pairs((("bias", torch.tensor([True])),))
    {'bias': tensor([True], dtype=bool)}
    """

    def __repr__(self) -> str:
        return repr(Named(self))


def paired_call(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe: a dict that comes back becomes `Pairs`, in the order of the argument.

    Its own order is not graded.
    """
    outcome = call(function, plain(arguments), seconds)
    # By its type alone: an object of a student's may fail at whatever it is asked.
    if not issubclass(type(outcome.value), dict):
        return outcome
    came = dict(dict.items(outcome.value))
    known = [(name, came.pop(name)) for name in arguments[0] if name in came]
    return replace(outcome, value=Pairs((*known, *came.items())))


def named_call(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    """A probe: `call`, and every dict that comes back becomes `Named`."""
    outcome = call(function, plain(arguments), seconds)
    return replace(outcome, value=named(outcome.value))


def named(value: Any) -> Any:
    """A result with every dict made `Named`, also within a tuple."""
    if issubclass(type(value), dict):
        return Named(dict.items(value))
    return tuple(named(item) for item in value) if type(value) in (tuple, list) else value
