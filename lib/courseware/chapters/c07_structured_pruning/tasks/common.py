"""What the tasks of this exercise have in common: off limits, judges of parts, causes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.task import Judge, Misconception
from courseware.checks.values import NOTHING_CAME, Difference, difference

T = torch.Tensor

OFF_LIMITS = tuple(
    f"model_compression.{module}"
    for module in (
        *("network_surgery", "structured_pruning"),
        *("pruning_schedules", "snip", "lottery_tickets"),
    )
)
"""The modules of the reference library that hold this chapter and later ones."""

NAMES_MISSING = Misconception(
    "entries-missing",
    "A name of the dict is missing in your result. A layer can be loaded only with all of its "
    "names: what is not cut is copied.",
)
NAMES_ADDED = Misconception(
    "entries-added",
    "Your result has a name that the layer does not have: a convolution without a bias gets none.",
)
WHOLE_TENSOR = (
    "one-number-for-all",
    "One number came back for the whole tensor. To compare them, each filter, unit or channel "
    "needs a number of its own.",
)
ZEROED = (
    "zeroed-not-removed",
    "The weights of the other units were set to zero, but they are still there. A tensor of the "
    "old shape takes as much memory and time as before: leave them out.",
)
PRUNED_RETURNED = (
    "others-kept",
    "The units that are to go were kept. `kept` names those that stay.",
)
FIRST_KEPT = (
    "first-ones-kept",
    "The first units were kept, as many as `kept` has entries. Its entries are the numbers of the "
    "units that stay.",
)


def exact(expected: Any, got: Any) -> Difference | None:
    """What tells `got` from `expected`, a tensor or a dict of tensors that were only copied."""
    found = difference(expected, got)
    if found:
        return found
    pairs = {"": (expected, got)}
    if isinstance(expected, dict):
        pairs = {f"{name}: ": (wanted, got[name]) for name, wanted in expected.items()}
    for where, (wanted, came) in pairs.items():
        if not torch.equal(wanted.double(), came.detach().double()):
            return Difference("wrong-value", f"{where}values that stay must not change at all")
    return None


def same_state(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """A judge of one dict of tensors that were only copied."""
    return exact(expected, got)


def parts(names: tuple[str, ...], *places: int) -> Judge:
    """A judge of some of the values of a tuple, by name; the others may be anything."""

    def judge(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
        if got is None:
            return NOTHING_CAME
        if type(got) not in (tuple, list) or len(got) != len(expected):
            return difference(expected, got)
        for place in places or range(len(names)):
            if _another(expected, place, got[place]):
                return Difference("order-swapped", f"{names[place]}: the names of another layer")
            found = exact(expected[place], got[place])
            if found:
                return Difference(found.kind, f"{names[place]}: {found.text}")
        return None

    return judge


def _another(expected: tuple[Any, ...], place: int, got: Any) -> bool:
    """Whether a dict came back in the place of another one."""
    if not isinstance(expected[place], dict) or not isinstance(got, dict):
        return False
    others = (set(value) for value in expected if set(value) != set(expected[place]))
    return set(got) in list(others)


def over(
    reduce: Callable[[T], T], axis: int, prepare: Callable[[T], T] = lambda values: values
) -> Callable[[T], T]:
    """A way to reduce: to a number for each place along an axis, over all others.

    >>> over(lambda rows: rows.sum(dim=1), axis=1)(torch.ones(2, 3, 4))
    tensor([8., 8., 8.])
    """
    return lambda values: reduce(prepare(values).movedim(axis, 0).flatten(1))


def by_channel(way: Callable[[T], T], otherwise: Callable[[T], T]) -> Callable[[T], T]:
    """A mistake that is made with places, flattened to axis 2; `otherwise` where there are none."""
    return lambda values: way(values.flatten(2)) if values.dim() > 2 else otherwise(values)
