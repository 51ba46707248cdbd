"""What a mistake does to a finished result, where that is simple: a factor, or one less it.

Who adds up in place of averaging, or returns per cent, changes whatever stands before that in one
way. So another mistake with this one behind it can be told, without a model of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.checks.values import as_number

Change = Callable[[Any], Any]

SAME = 1e-5
"""Of the largest number: what float32 may be off by."""


def change_between(right: Any, wrong: Any) -> Change | None:
    """What turns a right result into a wrong one, all of its numbers in the same way.

    >>> change_between(torch.tensor([1.0, 2.0]), torch.tensor([100.0, 200.0]))(torch.tensor([3.0]))
    tensor([300.])
    >>> change_between(torch.tensor([0.25, 1.0]), torch.tensor([0.75, 0.0]))(torch.tensor([0.5]))
    tensor([0.5000])
    >>> change_between(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0])) is None
    True
    """
    before, after = (list(_floats(value)) for value in (right, wrong))
    if not before or [one.shape for one in before] != [one.shape for one in after]:
        return None
    one, other = (torch.cat([part.flatten() for part in parts]) for parts in (before, after))
    if not one.numel() or not (one.isfinite().all() and other.isfinite().all()):
        return None
    place = one.abs().argmax()
    factor = float(other[place] / one[place]) if one[place] else 1.0
    if abs(factor - 1) > SAME and factor and _near(one * factor, other):
        return lambda value: _each(lambda numbers: numbers * factor, value)
    if one.numel() > 1 and _near(1 - one, other) and not _near(one, other):
        return lambda value: _each(lambda numbers: 1 - numbers, value)
    return None


def _near(one: torch.Tensor, other: torch.Tensor) -> bool:
    return bool((one - other).abs().max() <= SAME * other.abs().max())


def _floats(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        if value.is_floating_point():
            yield value.detach().double()
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _floats(item)
    elif isinstance(number := as_number(value), float):
        yield torch.tensor(number, dtype=torch.float64)


def _each(change: Change, value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value.detach()) if value.is_floating_point() else value
    if isinstance(value, tuple | list):
        return tuple(_each(change, item) for item in value)
    return change(value) if isinstance(value, float) else value
