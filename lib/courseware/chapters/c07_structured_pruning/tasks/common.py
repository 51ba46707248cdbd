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
    "Your result has a name that the layer does not have. A convolution without a bias gets no "
    "entry for one, not even None.",
)
WHOLE_TENSOR = (
    "one-number-for-all",
    "One number came back for the whole tensor. To compare them, each filter, unit or channel "
    "needs a number of its own.",
)
RESHAPED = (
    "reshaped-not-transposed",
    "`reshape` and `view` take the values in their order in memory, image by image, so a row holds "
    "values of several units. Bring the axis of the units to the front first: `transpose(0, 1)`.",
)
LAST_FOR_UNITS = (
    "last-axis-taken-for-units",
    "There is a number for each column of the picture: the last axis was taken for the units, or "
    "all axes were turned round (`.T`). After a convolution, too, the units stand along axis 1.",
)
PART_OF_UNIT = (
    "part-of-unit",
    "Only a part of what each unit puts out was looked at: one image, one place, or all but the "
    "last. Every image and every place counts.",
)
UNITS_MISSING = (
    "units-missing",
    "There is no number for one of the units: the loop stops too early, or starts too late.",
)
SORTED = (
    "sorted",
    "The numbers were sorted. Entry i must belong to unit i, or no one knows which to remove.",
)
SIGN_TURNED = (
    "sign-turned",
    "The right numbers, with a minus sign. Return them as they are: whoever makes a score of them "
    "turns the sign where less is better.",
)
WHOLE_NUMBERS = (
    "cut-to-whole-numbers",
    "Only whole numbers came back: `//`, `int`, or a type for integers cut the fraction off. "
    "Divide with `/`, and keep floats.",
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


def over(
    reduce: Callable[[T], T], axis: int, prepare: Callable[[T], T] = lambda values: values
) -> Callable[[T], T]:
    """A way to reduce: to a number for each place along an axis, over all others.

    >>> over(lambda rows: rows.sum(dim=1), axis=1)(torch.ones(2, 3, 4))
    tensor([8., 8., 8.])
    """
    return lambda values: reduce(prepare(values).movedim(axis, 0).flatten(1))


def mixed(cut: Callable[[T, T], T]) -> tuple[Callable[[T, T], T], ...]:
    """Ways to cut a tensor to as many units that are not the kept ones, or in another order.

    `cut(tensor, kept)` is the right way.
    """

    def first(tensor: T, kept: T) -> T:
        return cut(tensor, torch.arange(len(kept)))

    def last_first(tensor: T, kept: T) -> T:
        return cut(tensor, kept.flip(0))

    return first, last_first


def by_size(tensor: T, kept: T, n_units: int) -> T:
    """Cut along both of the first axes, if they are as long as there are units."""
    for axis in range(min(tensor.dim(), 2)):
        if tensor.shape[axis] == n_units:
            tensor = tensor.index_select(axis, kept)
    return tensor


def whole_run(kept: T, n_units: int) -> T:
    """All units from the first to the last."""
    return torch.arange(int(kept.min()), int(kept.max()) + 1)


def whole_numbers(right: Callable[[T], T]) -> tuple[Callable[[T], T], ...]:
    """The right numbers without their fractions, or rounded to whole ones."""
    return (lambda values: right(values).floor(), lambda values: right(values).round())


def part_of(way: Callable[[T], T], *parts: Callable[[T], T]) -> tuple[Callable[[T], T], ...]:
    """The right way on some part of the values only."""
    return tuple(lambda values, part=part: way(part(values)) for part in parts)


def parts_of_units() -> tuple[Callable[[T], T], ...]:
    """One image or all but one, one place or all but one line."""
    images = tuple(
        lambda a, cut=cut: a[cut] for cut in (slice(1), slice(-1, None), slice(-1), slice(1, None))
    )
    places = (
        lambda a: a.flatten(2)[..., :1] if a.dim() > 2 else a,
        *(lambda a, cut=cut: a[..., cut] if a.dim() > 2 else a for cut in (slice(1), slice(-1))),
    )
    return *images, *places


def in_memory_order(right: Callable[[T], T]) -> tuple[Callable[[T], T], ...]:
    """Rows or columns for the units, made without moving their axis."""
    return (
        lambda a: right(a.reshape(a.shape[1], -1).T),
        lambda a: right(a.reshape(-1, a.shape[1])),
    )


def by_channel(way: Callable[[T], T], otherwise: Callable[[T], T]) -> Callable[[T], T]:
    """A mistake that is made with places, flattened to axis 2; `otherwise` where there are none."""
    return lambda values: way(values.flatten(2)) if values.dim() > 2 else otherwise(values)
