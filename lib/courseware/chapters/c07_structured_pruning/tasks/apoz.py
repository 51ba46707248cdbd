"""The task `apoz`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch

from courseware.chapters.c07_structured_pruning.tasks import inputs
from courseware.chapters.c07_structured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c07_structured_pruning.tasks.unit_numbers import (
    LAYOUTS,
    NEVER_OCCURS,
    NOT_SET_TO_ZERO,
    OCCURRING,
    OTHER_AXES,
    Reduce,
    behind,
    by_channel,
    crossed,
    over,
    per_image,
    per_place,
    slips,
    those_that_occur,
    up_to_the_last,
)
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.machine_integers import COUNTED_IN_8_BITS, wrapped
from courseware.checks.misconceptions import several, ways
from courseware.checks.precision import IMPRECISE, by_digits
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import same_values
from model_compression import structured_pruning as reference

T = torch.Tensor


def _units(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[0.0, 2.0], [0.0, 4.0], [1.0, 0.0], [0.0, 3.0]]),)
    yield from inputs.of_units(draw)


def _channels(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[[[0.0, 2.0]], [[4.0, 6.0]]], [[[0.0, 0.0]], [[8.0, 0.0]]]]),)
    yield from inputs.of_channels(draw)
    # More zeros than 8 bits can count.
    yield (inputs.after_relu(draw, 2, 3, 20, 20),)


def _exact_zeros(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[0.0, -2.0], [-1.0, 3.0]]),)
    yield (torch.tensor([[0.0, -2.0], [0.0, 0.0], [-1.0, 3.0], [0.0001, -4.0]]),)
    yield (torch.tensor([[0.0, 1e-3], [1e-30, 0.0], [1e-11, 1e-7]]),)
    for shape in ((9, 5), (12, 4)):
        values = draw.normal(*shape)
        chosen = torch.rand(shape, generator=draw.generator)
        values = torch.where(chosen < 0.3, values * 1e-4, values)
        yield (torch.where(chosen > 0.6, 0.0, values),)


def _ends(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[0.0, 2.0, 0.0], [0.0, 1.0, 3.0]]),)
    # The last unit is never silent, or always: a count of what occurs ends before it.
    yield (torch.tensor([[0.0, 0.0, 2.0], [0.0, 1.0, 3.0]]),)
    yield (torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 0.0]]),)
    values = inputs.after_relu(draw, 6, 5)
    values[:, 1], values[:, 3] = 0.0, 0.5
    yield (values,)


def _counts(rows: T) -> T:
    return (rows == 0).sum(dim=1)


def _counted_in_8_bits(signed: bool) -> Callable[[T], T]:
    def behaves(rows: T) -> T:
        counted = [wrapped(count, 8, signed) for count in _counts(rows).tolist()]
        return torch.tensor(counted) / rows.shape[1]

    return behaves


COUNTED = (
    "counted",
    "The zeros were counted. Divide by the number of all activations of the unit, over images and "
    "places, so that the share does not grow with the batch.",
)
NEGATIVES_COUNTED = (
    "negatives-counted",
    "Negative activations were counted as zeros. Whoever measures before the ReLU finds hardly any "
    "zeros, and that is the right answer there.",
)
ACTIVE_SHARE = (
    "active-share",
    "This is the share of activations that are not zero. APoZ is the share of zeros: high "
    "means that a unit is mostly silent.",
)
PER_CENT = (
    "per-cent",
    "These are per cent. A share from 0 to 1 is asked for.",
)
SMALL_COUNTED = (
    "small-counted",
    "Small activations were counted as zeros, too. Only those that are exactly 0 count: "
    "after a ReLU no limit has to be chosen.",
)
MAGNITUDES = (
    "magnitudes-averaged",
    "This is the mean of the activations. APoZ does not ask how large they are, only how "
    "many are zero.",
)
PLACES_NOT_JOINED = (
    "places-not-joined",
    "There is a number for each place of a channel. A channel is one thing, wherever in "
    "the picture it answers: count over the places too.",
)
IMAGES_NOT_JOINED = (
    "images-not-joined",
    "There is a number for each image and channel. Count over the images too.",
)

SHARE_OF_ALL_ZEROS = (
    "share-of-all-zeros",
    "The zeros of each unit were divided by all zeros. Divide by the number of activations of that "
    "unit.",
)

LIMITS = 1e-12, *(10.0**-n for n in range(10, 0, -1))
"""What students take for nearly 0; `torch.isclose` takes 1e-8."""


def _below(limit: float, magnitude: bool) -> Reduce:
    return lambda rows: ((rows.abs() if magnitude else rows) < limit).float().mean(dim=1)


SMALL_TOO: tuple[Reduce, ...] = (
    *(_below(limit, magnitude) for magnitude in (False, True) for limit in LIMITS),
    lambda rows: (rows.round() == 0).float().mean(dim=1),
    lambda rows: (rows.int() == 0).float().mean(dim=1),
)
OTHER_SHARES: tuple[tuple[tuple[str, str], Reduce], ...] = (
    (COUNTED, lambda rows: _counts(rows).float()),
    (NEGATIVES_COUNTED, lambda rows: (rows <= 0).float().mean(dim=1)),
    (ACTIVE_SHARE, lambda rows: (rows != 0).float().mean(dim=1)),
    (ACTIVE_SHARE, lambda rows: (rows > 0).float().mean(dim=1)),
    (PER_CENT, lambda rows: 100 * (rows == 0).float().mean(dim=1)),
    (MAGNITUDES, lambda rows: rows.abs().mean(dim=1)),
    *((SMALL_COUNTED, reduce) for reduce in SMALL_TOO),
)

_check = partial(Check, judge=by_digits(same_values))

APOZ = Task(
    name="apoz",
    points=8,
    reference=reference.apoz,
    lecture="lecture 07, “Which neuron can go”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        _check("units of a linear layer", 3, _units),
        _check("channels: over all images and all places", 3, _channels),
        _check("only exact zeros count", 1, _exact_zeros),
        _check("a unit that is always silent, and one that never is", 1, _ends),
    ),
    misconceptions=several(
        FORMS,
        (Misconception(*IMPRECISE),),
        ways(
            *ACTIVE_SHARE,
            over(lambda rows: (rows != 0).float().mean(dim=1), axis=1),
            over(lambda rows: (rows > 0).float().mean(dim=1), axis=1),
        ),
        ways(
            *PER_CENT,
            over(lambda rows: 100 * (rows == 0).float().mean(dim=1), axis=1),
        ),
        ways(
            *COUNTED,
            over(_counts, axis=1),
            over(lambda rows: _counts(rows).float(), axis=1),
            by_channel(lambda a: (a == 0).sum(dim=2).float().mean(dim=0), reference.apoz),
            by_channel(lambda a: (a == 0).float().mean(dim=2).sum(dim=0), reference.apoz),
            by_channel(lambda a: (a == 0).float().mean(dim=2).sum(dim=0), over(_counts, axis=1)),
        ),
        ways(
            *SHARE_OF_ALL_ZEROS,
            over(lambda rows: _counts(rows) / _counts(rows).sum(), axis=1),
        ),
        ways(
            "divided-by-everything",
            "The zeros of each unit were divided by the number of all activations. Divide by the "
            "number of activations of that unit.",
            over(lambda rows: _counts(rows) / rows.numel(), axis=1),
        ),
        ways(
            *NEGATIVES_COUNTED,
            over(lambda rows: (rows <= 0).float().mean(dim=1), axis=1),
        ),
        ways(
            "signs-averaged",
            "1 less the mean of the signs was taken. A negative activation has the sign −1, so "
            "that it counts as two zeros. Compare with 0.",
            over(lambda rows: 1 - rows.sign().mean(dim=1), axis=1),
        ),
        ways(
            *SMALL_COUNTED,
            *(over(reduce, axis=1) for reduce in SMALL_TOO),
        ),
        *(
            ways(*of_axis, layout(lambda rows: (rows == 0).float().mean(dim=1)))
            for of_axis, layout in OTHER_AXES
        ),
        ways(
            *COUNTED_IN_8_BITS,
            *(over(_counted_in_8_bits(signed), axis=1) for signed in (True, False)),
        ),
        ways(
            *NOT_SET_TO_ZERO,
            over(lambda rows: _counts(rows).cumsum(dim=0) / rows.shape[1], axis=1),
        ),
        ways(
            *PLACES_NOT_JOINED,
            lambda a: (a == 0).float().mean(dim=0),
            lambda a: (a == 0).float().flatten(1).mean(dim=0),
        ),
        ways(
            *IMAGES_NOT_JOINED,
            by_channel(lambda a: (a == 0).float().mean(dim=2), reference.apoz),
        ),
        ways(
            "whole-channel-silent",
            "An image was counted only where the whole channel is zero. Every place of the channel "
            "counts by itself.",
            by_channel(lambda a: (a == 0).all(dim=2).float().mean(dim=0), reference.apoz),
        ),
        ways(
            *MAGNITUDES,
            over(lambda rows: rows.mean(dim=1), axis=1),
            over(lambda rows: rows.abs().mean(dim=1), axis=1),
        ),
        slips(reference.apoz, lambda a: (a == 0).float().mean()),
        crossed(
            (
                *LAYOUTS,
                (PLACES_NOT_JOINED, per_place),
                (IMAGES_NOT_JOINED, per_image),
            ),
            OTHER_SHARES,
        ),
        crossed(
            [(SHARE_OF_ALL_ZEROS, behind(lambda numbers: numbers / numbers.sum()))],
            [one for one in OTHER_SHARES if one[0] not in (COUNTED, PER_CENT, MAGNITUDES)],
        ),
        ways(
            *NEVER_OCCURS,
            lambda a: 1 - up_to_the_last(1 - reference.apoz(a)),
            lambda a: 1 - those_that_occur(1 - reference.apoz(a)),
        ),
        crossed(OCCURRING, [one for one in OTHER_SHARES if one[0] is not SMALL_COUNTED]),
    ),
)
