"""Tensors that are cut to the units that stay: how they are judged, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.task import Judge, Misconception
from courseware.checks.values import NOTHING_CAME, Difference, difference

T = torch.Tensor

VECTORS = "weight", "bias", "running_mean", "running_var"
"""Of a batch norm, one entry a channel."""

COUNTER = "num_batches_tracked"
"""Of a batch norm, too: one number."""

NAMES_MISSING = Misconception(
    "entries-missing",
    "A name of the dict is missing in your result. A layer can be loaded only with all of its "
    "names: what is not cut is copied.",
)
NAMES_ADDED = Misconception(
    "entries-added",
    "Your result has a name that the layer does not have. A convolution without a bias gets no "
    "entry for one, not even None.",
)
RUN_KEPT = (
    "whole-run-kept",
    "All units from the first in `kept` to the last were kept. Only those that are named in it "
    "stay: index with `kept` itself, not with a slice.",
)
RESCALED = (
    "weights-rescaled",
    "The weights that stay were multiplied by something, as dropout does to make up for the units "
    "that are gone. They must not change.",
)
AXES_BY_SIZE = (
    "axes-told-by-size",
    "An axis was cut because it is as long as there are units. Another axis can have the same "
    "length by chance: which one holds the units depends on the layer, not on sizes.",
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
UNITS_MIXED = (
    "units-mixed",
    "The tensors do not belong together: one of them was cut to other units than the rest, or to "
    "the same ones in another order. Entry i of every tensor must be of the same unit, so cut all "
    "of them with the same `kept`.",
)
ORDER_OF_A_SET = (
    "order-of-a-set",
    "The units stand in the order of a Python set. That ascends for some small numbers only, as "
    "for those below 8: a set keeps no order, so sort what comes out of it.",
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
            if _another(expected, place, got):
                return Difference("order-swapped", f"{names[place]}: the names of another layer")
            found = exact(expected[place], got[place])
            if found:
                return Difference(found.kind, f"{names[place]}: {found.text}")
        return None

    return judge


def _another(expected: tuple[Any, ...], place: int, got: tuple[Any, ...]) -> bool:
    """Whether the same dicts came back, by their names, but another one in this place."""
    if not all(isinstance(value, dict) for value in (*expected, *got)):
        return False
    wanted, came = ([sorted(map(str, value)) for value in values] for values in (expected, got))
    return wanted[place] != came[place] and sorted(wanted) == sorted(came)


def mixed(cut: Callable[[T, T], T]) -> tuple[Callable[[T, T], T], ...]:
    """Ways to cut a tensor to as many units that are not the kept ones, or in another order.

    `cut(tensor, kept)` is the right way.
    """

    def first(tensor: T, kept: T) -> T:
        return cut(tensor, torch.arange(len(kept)))

    def last_first(tensor: T, kept: T) -> T:
        return cut(tensor, kept.flip(0))

    return first, last_first


def out_of_a_set(units: T) -> T:
    """The units in the order of a Python set."""
    return torch.tensor([*{*units.tolist()}], dtype=torch.int64)


def by_size(tensor: T, kept: T, n_units: int) -> T:
    """Cut along both of the first axes, if they are as long as there are units."""
    for axis in range(min(tensor.dim(), 2)):
        if tensor.shape[axis] == n_units:
            tensor = tensor.index_select(axis, kept)
    return tensor


def whole_run(kept: T, n_units: int) -> T:
    """All units from the first to the last."""
    return torch.arange(int(kept.min()), int(kept.max()) + 1)


def others(kept: T, n_units: int) -> T:
    """The units that are not kept."""
    return torch.tensor([unit for unit in range(n_units) if unit not in kept.tolist()])
