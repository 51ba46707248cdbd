"""A number for each unit, as `filter_norms`, `apoz` and `mean_abs_activation` make it, and slips.

A way to reduce takes rows, one a unit, and makes a number of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch

from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.precision import IMPRECISE, less_precise
from courseware.checks.task import Misconception

T = torch.Tensor
Reduce = Callable[[T], T]
Way = Callable[[T], T]
Layout = Callable[[Reduce], Way]
"""What is reduced, and what is made of it: from a way to reduce to a way to do the task."""

IMAGES_FOR_UNITS = (
    "images-taken-for-units",
    "There is a number for each image. The units stand along axis 1: average over all other axes, "
    "the images included.",
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
NOT_SET_TO_ZERO = (
    "not-set-to-zero-again",
    "The sum was not set to 0 for each filter or unit, so that every number holds all those before "
    "it as well. Set it to 0 inside of the loop, not in front of it.",
)
NEVER_OCCURS = (
    "what-never-occurs-left-out",
    "A filter or unit got no number because there is nothing of it to count or add up. What "
    "gathers the places that occur (`bincount`, `unique`, a `Counter`) knows nothing of the "
    "others: give it the length, as `minlength`, or begin with a 0 for each.",
)
NORMALISED_BY = (
    lambda numbers, *a: numbers / numbers.sum(),
    lambda numbers, *a: numbers / numbers.amax(),
    lambda numbers, *a: numbers / numbers.mean(),
)
WHOLE_NUMBERS = (
    "cut-to-whole-numbers",
    "Only whole numbers came back: `//`, `int`, or a type for integers cut the fraction off. "
    "Divide with `/`, and keep floats.",
)


def up_to_the_last(numbers: T) -> T:
    """As many as `bincount` gives: what comes behind the last one that is not 0 is left out."""
    places = numbers.nonzero()
    return numbers[: int(places.max()) + 1] if len(places) else numbers[:0]


def those_that_occur(numbers: T) -> T:
    """As many as `unique` and `Counter` give."""
    return numbers[numbers != 0]


def over(
    reduce: Callable[[T], T], axis: int, prepare: Callable[[T], T] = lambda values: values
) -> Callable[[T], T]:
    """A way to reduce: to a number for each place along an axis, over all others.

    >>> over(lambda rows: rows.sum(dim=1), axis=1)(torch.ones(2, 3, 4))
    tensor([8., 8., 8.])
    """
    return lambda values: reduce(prepare(values).movedim(axis, 0).flatten(1))


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


def per_place(reduce: Reduce) -> Way:
    """A number for each place of a channel: over the images alone."""
    return lambda a: reduce(a.flatten(1).T).reshape(a.shape[1:])


def per_image(reduce: Reduce) -> Way:
    """A number for each image and channel: over the places alone."""
    return by_channel(lambda a: reduce(a.flatten(0, 1)).reshape(a.shape[:2]), over(reduce, axis=1))


def behind(change: Callable[[T], T], axis: int = 1) -> Layout:
    """The numbers are made along the right axis, and then changed."""
    return lambda reduce: lambda values: change(over(reduce, axis)(values))


OCCURRING: tuple[tuple[tuple[str, str], Layout], ...] = (
    (NEVER_OCCURS, behind(up_to_the_last)),
    (NEVER_OCCURS, behind(those_that_occur)),
)
"""No number where there is nothing to count."""

OTHER_AXES: tuple[tuple[tuple[str, str], Layout], ...] = (
    (IMAGES_FOR_UNITS, lambda reduce: over(reduce, axis=0)),
    (LAST_FOR_UNITS, lambda reduce: over(reduce, axis=-1)),
)
"""Other axes than that of the units."""

LAYOUTS: tuple[tuple[tuple[str, str], Layout], ...] = (
    *OTHER_AXES,
    (RESHAPED, lambda reduce: lambda a: reduce(a.reshape(a.shape[1], -1))),
    (RESHAPED, lambda reduce: lambda a: reduce(a.reshape(-1, a.shape[1]).T)),
    (WHOLE_TENSOR, lambda reduce: lambda a: reduce(a.reshape(1, -1))[0]),
    *(
        (PART_OF_UNIT, lambda reduce, part=part: over(reduce, axis=1, prepare=part))
        for part in parts_of_units()
    ),
    (UNITS_MISSING, behind(lambda numbers: numbers[:-1])),
    (UNITS_MISSING, behind(lambda numbers: numbers[1:])),
    (SORTED, behind(lambda numbers: numbers.sort().values)),
    (SORTED, behind(lambda numbers: numbers.sort(descending=True).values)),
    (SIGN_TURNED, behind(torch.neg)),
    (NOT_SET_TO_ZERO, behind(lambda numbers: numbers.cumsum(dim=0))),
)
"""What may be wrong with any number that is made of activations, one a unit."""


def crossed(
    layouts: Iterable[tuple[tuple[str, str], Layout]],
    others: Iterable[tuple[tuple[str, str], Reduce]],
) -> tuple[Misconception, ...]:
    """Another number than the one asked for, over other values: both mistakes."""
    return several(
        *(
            both(of_layout, of_number, layout(reduce))
            for of_number, reduce in others
            for of_layout, layout in layouts
        )
    )


def missing_one(
    missing: tuple[str, str], right: Callable[[T], T], parts: tuple[Misconception, ...]
) -> tuple[Misconception, ...]:
    """No number for the first or the last one, or a 0; made behind the mistakes in `parts` too."""

    def changed(numbers: T, change: int) -> T:
        place = -(change % 2)
        if change < 2:
            return numbers[:-1] if place else numbers[1:]
        return numbers.index_fill(0, torch.tensor([place % len(numbers)]), 0.0)

    changes = [lambda numbers, *a, change=change: changed(numbers, change) for change in range(4)]
    return several(
        ways(*missing, *(lambda a, change=change: change(right(a)) for change in changes)),
        *(followed_by(missing, change, parts) for change in changes),
    )


def never_occurring(right: Way) -> tuple[Misconception, ...]:
    """No number where it would be 0."""
    return ways(
        *NEVER_OCCURS, lambda a: up_to_the_last(right(a)), lambda a: those_that_occur(right(a))
    )


def slips(right: Way, of_all: Way) -> tuple[Misconception, ...]:
    """What may go wrong before and after the right numbers are made of activations, one a unit."""
    return several(
        ways(*WHOLE_TENSOR, of_all, lambda a: of_all(a).repeat(a.shape[1])),
        ways(*RESHAPED, *in_memory_order(right)),
        ways(*PART_OF_UNIT, *part_of(right, *parts_of_units())),
        missing_one(UNITS_MISSING, right, ()),
        never_occurring(right),
        ways(
            *SORTED,
            lambda a: right(a).sort().values,
            lambda a: right(a).sort(descending=True).values,
        ),
        ways(*SIGN_TURNED, lambda a: -right(a)),
        ways(*WHOLE_NUMBERS, *whole_numbers(right)),
        ways(*IMPRECISE, *less_precise(right)),
    )
