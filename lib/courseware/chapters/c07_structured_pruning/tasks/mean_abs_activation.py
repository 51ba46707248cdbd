"""The task `mean_abs_activation`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch

from courseware.chapters.c07_structured_pruning.tasks import inputs
from courseware.chapters.c07_structured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c07_structured_pruning.tasks.unit_numbers import (
    LAYOUTS,
    NORMALISED_BY,
    NOT_SET_TO_ZERO,
    OCCURRING,
    OTHER_AXES,
    PART_OF_UNIT,
    Layout,
    Reduce,
    behind,
    by_channel,
    crossed,
    over,
    per_image,
    per_place,
    slips,
)
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import IMPRECISE, by_digits
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import same_values
from model_compression import structured_pruning as reference

T = torch.Tensor

NEGATIVES_DROPPED = (
    "negatives-dropped",
    "Negative activations were set to zero first. −2 counts as much as 2 here.",
)
PLACES_NOT_JOINED = (
    "places-not-joined",
    "There is a number for each place of a channel. A channel is one thing, wherever in the "
    "picture it answers: average over the places too.",
)


def _units(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[0.0, 2.0], [1.0, 4.0]]),)
    # The last one is silent: sums of what is not 0 end before it.
    yield (torch.tensor([[0.0, 2.0, 0.0], [1.0, 4.0, 0.0]]),)
    yield from inputs.of_units(draw)


def _channels(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[[[0.0, 2.0]], [[4.0, 6.0]]], [[[1.0, 3.0]], [[8.0, 0.0]]]]),)
    yield from inputs.of_channels(draw)


def _negative(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[1.0, 2.0], [-2.0, -4.0]]),)
    yield (draw.normal(9, 5),)
    yield (draw.normal(4, 3, 2, 5),)


def _running(first: int, from_zero: bool) -> Callable[[T], T]:
    """(old + new) / 2 over the images from one on; from 0, or from that image's own mean."""

    def behaves(activations: T) -> T:
        each = activations.abs().flatten(2).mean(dim=2) if activations.dim() > 2 else None
        images = (activations.abs() if each is None else each)[first:]
        if not len(images):
            return torch.zeros(activations.shape[1])
        mean = torch.zeros_like(images[0]) if from_zero else images[0]
        for image in images:
            mean = (mean + image) / 2
        return mean

    return behaves


RUNNING_MEAN = (
    "running-mean",
    "Each image was averaged with the mean of those before it, so that the last ones count most. "
    "Add all of them up, and divide once, by their number.",
)


def _of_those_not_zero(rows: T) -> T:
    return rows.abs().sum(dim=1) / (rows != 0).sum(dim=1)


def _of_those_not_zero_or_0(rows: T) -> T:
    return rows.abs().sum(dim=1) / (rows != 0).sum(dim=1).clamp(min=1)


SIGNS_CANCEL = (
    "signs-cancel",
    "Negative activations were added with their sign, so that they cancel positive ones. Take the "
    "magnitude of each before you average.",
)

IMAGES_NOT_JOINED = (
    "images-not-joined",
    "There is a number for each image and channel. Average over the images too.",
)
SUMMED = (
    "summed",
    "The activations were added up over something. A mean divides by everything that was "
    "added, so that it does not grow with the batch or the picture.",
)
ZEROS_LEFT_OUT = (
    "zeros-left-out",
    "Zeros were left out of the mean. A unit that is silent most of the time does little, "
    "and the zeros are what says so.",
)
ONE_LESS = (
    "divided-by-one-less",
    "The sum was divided by one less than the number of activations, as it is done for a "
    "variance. A mean divides by their number.",
)
OTHER_AVERAGE = (
    "other-average",
    "This is the mean of the squares, its root, the median, the largest, or how far the "
    "activations spread. The mean of the magnitudes is asked for.",
)
NORMALISED = (
    "normalised",
    "The means were divided by their sum, their largest, or their mean. They are asked for "
    "as they are.",
)
SCALED: tuple[tuple[tuple[str, str], Layout], ...] = tuple(
    (NORMALISED, behind(by)) for by in NORMALISED_BY
)
AVERAGES: tuple[Reduce, ...] = (
    lambda rows: rows.square().mean(dim=1),
    lambda rows: rows.square().mean(dim=1).sqrt(),
    lambda rows: rows.abs().median(dim=1).values,
    lambda rows: rows.abs().amax(dim=1),
    lambda rows: rows.norm(dim=1),
    lambda rows: rows.std(dim=1),
    lambda rows: rows.std(dim=1, correction=0),
    lambda rows: rows.abs().quantile(0.5, dim=1),
)
OTHER_NUMBERS: tuple[tuple[tuple[str, str], Reduce], ...] = (
    (SIGNS_CANCEL, lambda rows: rows.mean(dim=1)),
    (NEGATIVES_DROPPED, lambda rows: rows.relu().mean(dim=1)),
    (SUMMED, lambda rows: rows.abs().sum(dim=1)),
    (ZEROS_LEFT_OUT, _of_those_not_zero),
    (ONE_LESS, lambda rows: rows.abs().sum(dim=1) / (rows.shape[1] - 1)),
    *((OTHER_AVERAGE, reduce) for reduce in AVERAGES),
)

_check = partial(Check, judge=by_digits(same_values))

MEAN_ABS_ACTIVATION = Task(
    name="mean_abs_activation",
    points=8,
    reference=reference.mean_abs_activation,
    lecture="lecture 07, “Which neuron can go”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        _check("units of a linear layer", 3, _units),
        _check("channels: over all images and all places", 3, _channels),
        _check("negative activations: their magnitude counts", 2, _negative),
    ),
    misconceptions=several(
        FORMS,
        (Misconception(*IMPRECISE),),
        ways(
            *SIGNS_CANCEL,
            over(lambda rows: rows.mean(dim=1), axis=1),
        ),
        ways(
            "magnitude-of-the-mean",
            "The magnitude was taken of the mean. By then the signs have cancelled: take the "
            "magnitudes first.",
            over(lambda rows: rows.mean(dim=1).abs(), axis=1),
            by_channel(lambda a: a.mean(dim=2).abs().mean(dim=0), reference.mean_abs_activation),
            by_channel(lambda a: a.mean(dim=0).abs().mean(dim=1), reference.mean_abs_activation),
        ),
        ways(*NEGATIVES_DROPPED, over(lambda rows: rows.relu().mean(dim=1), axis=1)),
        *(
            ways(*of_axis, layout(lambda rows: rows.abs().mean(dim=1)))
            for of_axis, layout in OTHER_AXES
        ),
        ways(
            *PLACES_NOT_JOINED,
            lambda a: a.abs().mean(dim=0),
            lambda a: a.abs().flatten(1).mean(dim=0),
        ),
        ways(
            *IMAGES_NOT_JOINED,
            by_channel(lambda a: a.abs().mean(dim=2), reference.mean_abs_activation),
        ),
        ways(
            *SUMMED,
            over(lambda rows: rows.abs().sum(dim=1), axis=1),
            by_channel(lambda a: a.abs().sum(dim=2).mean(dim=0), reference.mean_abs_activation),
            by_channel(lambda a: a.abs().mean(dim=2).sum(dim=0), reference.mean_abs_activation),
            by_channel(lambda a: a.abs().mean(dim=2).sum(dim=0), lambda a: a.abs().sum(dim=0)),
        ),
        ways(
            "largest-of-each-image",
            "Of each image only the largest magnitude of a channel counts. The mean runs over all "
            "places, too.",
            by_channel(lambda a: a.abs().amax(dim=2).mean(dim=0), reference.mean_abs_activation),
        ),
        ways(*RUNNING_MEAN, _running(0, from_zero=True), _running(0, from_zero=False)),
        ways(
            *PART_OF_UNIT,
            *(
                lambda a, some=some: reference.mean_abs_activation(a[some]) * (len(a) - 1) / len(a)
                for some in (slice(1, None), slice(-1))
            ),
        ),
        both(RUNNING_MEAN, PART_OF_UNIT, _running(1, from_zero=True)),
        ways(
            *NOT_SET_TO_ZERO,
            over(lambda rows: rows.abs().mean(dim=1).cumsum(dim=0), axis=1),
        ),
        ways(
            *ONE_LESS,
            over(lambda rows: rows.abs().sum(dim=1) / (rows.shape[1] - 1), axis=1),
        ),
        ways(
            "divided-by-everything",
            "The magnitudes of each unit were divided by the number of all activations. Divide by "
            "the number of activations of that unit.",
            over(lambda rows: rows.abs().sum(dim=1) / rows.numel(), axis=1),
        ),
        ways(
            *NORMALISED,
            *(layout(lambda rows: rows.abs().mean(dim=1)) for _, layout in SCALED),
        ),
        ways(
            *ZEROS_LEFT_OUT,
            over(_of_those_not_zero, axis=1),
            over(_of_those_not_zero_or_0, axis=1),
        ),
        ways(
            *OTHER_AVERAGE,
            *(over(reduce, axis=1) for reduce in AVERAGES),
        ),
        slips(reference.mean_abs_activation, of_all=lambda a: a.abs().mean()),
        crossed(
            (
                *LAYOUTS,
                (PLACES_NOT_JOINED, per_place),
                (IMAGES_NOT_JOINED, per_image),
                *SCALED,
            ),
            OTHER_NUMBERS,
        ),
        crossed(OCCURRING, [*OTHER_NUMBERS[:5], (ZEROS_LEFT_OUT, _of_those_not_zero_or_0)]),
    ),
)
