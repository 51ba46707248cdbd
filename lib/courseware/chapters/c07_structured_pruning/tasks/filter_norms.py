"""The task `filter_norms`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch

from courseware.chapters.c07_structured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c07_structured_pruning.tasks.unit_numbers import (
    NORMALISED_BY,
    NOT_SET_TO_ZERO,
    SIGN_TURNED,
    WHOLE_NUMBERS,
    WHOLE_TENSOR,
    Layout,
    Reduce,
    behind,
    by_channel,
    crossed,
    missing_one,
    never_occurring,
    over,
    part_of,
    per_image,
    per_place,
    whole_numbers,
)
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.precision import IMPRECISE, by_digits, less_precise
from courseware.checks.python_slips import CARET
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import same_values
from model_compression import structured_pruning as reference

ABSOLUTE_SUM = (
    "absolute-sum",
    "This is the L1 norm, the sum of the magnitudes. For the L2 norm add up the squares and take "
    "the square root.",
)
ROOT_FORGOTTEN = (
    "root-forgotten",
    "These are the squares, without the root. The norm is the square root of their sum.",
)
AVERAGED = ("averaged", "The squares or magnitudes were averaged. A norm adds them up.")
MEAN_TAKEN_OFF = (
    "mean-taken-off",
    "The mean of the filter was taken off first, as for a standard deviation. A norm is a distance "
    "from 0.",
)
NORMALISED = (
    "normalised",
    "The norms were divided by their sum, their largest, or their mean. They are asked for as they "
    "are.",
)
FILTERS_MISSING = (
    "filters-missing",
    "There is no norm for one of the filters: the loop starts too late, or stops too early.",
)
INPUTS_FOR_OUTPUTS = (
    "inputs-taken-for-outputs",
    "There is a number for each input. Filters stand along axis 0, the outputs: reduce over all "
    "other axes.",
)

T = torch.Tensor


def _rows(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[3.0, 4.0], [-6.0, 8.0]]),)
    yield (draw.normal(5, 7),)
    yield (draw.normal(6, 6) * 0.05,)
    yield (draw.normal(1, 7),)


def _filters(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[[[1.0, 2.0]], [[2.0, 4.0]]], [[[-2.0, 4.0]], [[4.0, -8.0]]]]),)
    yield (draw.normal(4, 3, 3, 3),)
    yield (draw.normal(6, 5, 1, 1),)
    yield (draw.normal(3, 4, 2),)


def _zeros(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[3.0, -4.0], [0.0, 0.0], [0.0, -2.0]]),)
    # The last one: sums of what is not 0 end before it.
    yield (torch.tensor([[0.0, 2.0], [-3.0, 4.0], [0.0, 0.0]]),)
    weight = draw.normal(4, 2, 3, 3)
    weight[draw.integer(0, 3)] = 0.0
    yield (weight,)


def _uncentred(rows: T) -> T:
    return (rows - rows.mean(dim=1, keepdim=True)).norm(dim=1)


def _singular(matrices: T) -> T:
    """The largest singular value of each matrix, or of the one there is."""
    return torch.linalg.matrix_norm(matrices, ord=2)


def _with_more(more: float) -> Callable[[T], T]:
    return lambda rows: (rows.square().sum(dim=1) + more).sqrt()


def _squares(rows: T) -> T:
    return rows.square().sum(dim=1)


def _scaled(by: Callable[[T], T]) -> Reduce:
    return lambda rows: by(rows.norm(dim=1))


OTHER_NUMBERS = several(
    ways(*ABSOLUTE_SUM, over(lambda rows: rows.abs().sum(dim=1), axis=0)),
    ways(*ROOT_FORGOTTEN, over(_squares, axis=0)),
    ways(*AVERAGED, over(lambda rows: rows.square().mean(dim=1).sqrt(), axis=0)),
    ways(
        "largest-weight",
        "Only the largest weight of each filter was looked at. A norm takes all of them together.",
        over(lambda rows: rows.abs().amax(dim=1), axis=0),
        over(lambda rows: rows.amax(dim=1), axis=0),
    ),
)
PARTS: tuple[Callable[[T], T], ...] = (
    lambda weight: weight[:, :1],
    lambda weight: weight[:, 1:],
    lambda weight: weight[:, :-1],
    lambda weight: weight[..., :1],
    lambda weight: weight[..., :-1],
    lambda weight: weight.flatten(1)[:, 1:],
    lambda weight: weight.flatten(1)[:, :-1],
    lambda weight: weight.flatten(2)[..., 0] if weight.dim() > 2 else weight,
)
PART_OF_FILTER = (
    "part-of-filter",
    "Only a part of each filter was looked at: one input, one place of the kernel, or all but the "
    "first or the last. A norm takes all weights of the filter together.",
)
PARTLY = ways(*PART_OF_FILTER, *part_of(reference.filter_norms, *PARTS))
SORTED = (
    "sorted",
    "The norms were sorted. Entry i must belong to filter i, or no one knows which to remove.",
)
KERNELS_NOT_JOINED = (
    "kernels-not-joined",
    "There is more than one number for each filter. A filter reaches over all input channels and "
    "all places of its kernel: reduce over every axis but 0.",
)
FILTERS_MIXED = (
    "filters-mixed",
    "`reshape(-1, filters)` takes the values in their order in memory, so a column holds weights "
    "of several filters. `flatten(1)` has one filter a row.",
)
SIGNS_CANCEL = (
    "signs-cancel",
    "The weights were added up with their signs, so that they cancel. Square them first.",
)
OF_FILTERS: tuple[tuple[tuple[str, str], Layout], ...] = (
    (INPUTS_FOR_OUTPUTS, lambda reduce: over(reduce, axis=1)),
    (INPUTS_FOR_OUTPUTS, per_place),
    (KERNELS_NOT_JOINED, per_image),
    (KERNELS_NOT_JOINED, lambda reduce: lambda w: per_place(reduce)(w.transpose(0, 1))),
    (FILTERS_MIXED, lambda reduce: lambda weight: reduce(weight.reshape(-1, len(weight)).T)),
    (WHOLE_TENSOR, lambda reduce: lambda weight: reduce(weight.reshape(1, -1))[0]),
    *(
        (PART_OF_FILTER, lambda reduce, part=part: over(reduce, axis=0, prepare=part))
        for part in PARTS
    ),
    (SORTED, behind(lambda numbers: numbers.sort().values, axis=0)),
    (SORTED, behind(lambda numbers: numbers.sort(descending=True).values, axis=0)),
    (SIGN_TURNED, behind(torch.neg, axis=0)),
    (NOT_SET_TO_ZERO, behind(lambda numbers: numbers.cumsum(dim=0), axis=0)),
)
"""Other values than those of one filter, or an order of their own."""
NUMBERS: tuple[tuple[tuple[str, str], Reduce], ...] = (
    (ABSOLUTE_SUM, lambda rows: rows.abs().sum(dim=1)),
    (ROOT_FORGOTTEN, _squares),
    (AVERAGED, lambda rows: rows.square().mean(dim=1).sqrt()),
    (SIGNS_CANCEL, lambda rows: rows.sum(dim=1)),
    (MEAN_TAKEN_OFF, _uncentred),
)
SCALED: tuple[tuple[tuple[str, str], Reduce], ...] = tuple(
    (NORMALISED, _scaled(by)) for by in NORMALISED_BY
)

UNDER_THE_ROOT = ways(
    "number-under-the-root",
    "A number was added under the root. The norm of a filter of zeros is 0, and nothing divides by "
    "it here.",
    *(over(_with_more(10.0**exponent), axis=0) for exponent in (-12, -10, -8, -6, -4, -3, -2, -1)),
)

_check = partial(Check, judge=by_digits(same_values))

FILTER_NORMS = Task(
    name="filter_norms",
    points=8,
    reference=reference.filter_norms,
    lecture="lecture 07, “Which neuron can go”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        _check("rows of a linear layer", 3, _rows),
        _check("filters of a convolution: one number each", 4, _filters),
        _check("a filter of zeros", 1, _zeros),
    ),
    misconceptions=several(
        FORMS,
        (Misconception(*IMPRECISE),),
        OTHER_NUMBERS,
        both(AVERAGED, ROOT_FORGOTTEN, over(lambda rows: rows.square().mean(dim=1), axis=0)),
        both(ABSOLUTE_SUM, AVERAGED, over(lambda rows: rows.abs().mean(dim=1), axis=0)),
        ways(
            *SIGNS_CANCEL,
            over(lambda rows: rows.sum(dim=1), axis=0),
            over(lambda rows: rows.sum(dim=1).abs(), axis=0),
            over(lambda rows: rows.mean(dim=1), axis=0),
        ),
        ways(*MEAN_TAKEN_OFF, over(_uncentred, axis=0)),
        both(
            MEAN_TAKEN_OFF,
            AVERAGED,
            over(lambda rows: rows.std(dim=1), axis=0),
            over(lambda rows: rows.std(dim=1, correction=0), axis=0),
        ),
        ways(
            *NOT_SET_TO_ZERO,
            over(lambda rows: _squares(rows).cumsum(dim=0).sqrt(), axis=0),
        ),
        both(
            INPUTS_FOR_OUTPUTS,
            ROOT_FORGOTTEN,
            lambda weight: weight.square().sum(dim=0).flatten(),
        ),
        ways(
            *INPUTS_FOR_OUTPUTS,
            over(lambda rows: rows.norm(dim=1), axis=1),
            lambda weight: weight.norm(dim=0),
            lambda weight: weight.flatten(1).norm(dim=0),
        ),
        crossed(OF_FILTERS, (*NUMBERS, *SCALED)),
        ways(
            *KERNELS_NOT_JOINED,
            by_channel(lambda w: w.norm(dim=2), reference.filter_norms),
            lambda weight: weight.norm(dim=1),
            lambda weight: weight.norm(dim=-1),
            lambda weight: weight.norm(dim=(1, 2) if weight.dim() > 2 else 1),
            lambda weight: weight.norm(dim=(1, -1) if weight.dim() > 2 else 1),
            lambda weight: (
                weight.flatten(1).norm(dim=1) if weight.dim() == 4 else weight.norm(dim=1)
            ),
        ),
        ways(
            "kernels-added-up",
            "The norms of the kernels were added up. The norm of a filter is the root of the sum "
            "of all its squares, taken once.",
            by_channel(lambda w: w.norm(dim=2).sum(dim=1), reference.filter_norms),
            by_channel(lambda w: w.norm(dim=2).mean(dim=1), reference.filter_norms),
        ),
        ways(
            "kernel-weights-cancel",
            "The weights of each kernel were added up before they were squared, so that signs "
            "cancel. Square every weight, then add up all of them.",
            by_channel(lambda w: w.sum(dim=2).norm(dim=1), reference.filter_norms),
        ),
        ways(
            *FILTERS_MIXED,
            lambda weight: weight.reshape(-1, len(weight)).norm(dim=0),
        ),
        UNDER_THE_ROOT,
        *(
            ways(*NORMALISED, lambda w, by=by: by(reference.filter_norms(w)))
            for by in NORMALISED_BY
        ),
        *(followed_by(NORMALISED, by, OTHER_NUMBERS) for by in NORMALISED_BY),
        crossed([(NORMALISED, behind(by, axis=0)) for by in NORMALISED_BY], NUMBERS[-2:]),
        ways(
            *SORTED,
            over(lambda rows: rows.norm(dim=1).sort().values, axis=0),
            over(lambda rows: rows.norm(dim=1).sort(descending=True).values, axis=0),
        ),
        ways(
            "spectral-norm",
            "This is the largest singular value, the spectral norm of a matrix. For the L2 norm, "
            "lay all weights of a filter out in one row, add up their squares, and take the root.",
            by_channel(_singular, reference.filter_norms),
            by_channel(_singular, _singular),
            _singular,
        ),
        PARTLY,
        missing_one(
            FILTERS_MISSING,
            reference.filter_norms,
            several(PARTLY, OTHER_NUMBERS, UNDER_THE_ROOT),
        ),
        never_occurring(reference.filter_norms),
        ways(
            *WHOLE_TENSOR,
            lambda weight: weight.norm(),
            lambda weight: weight.norm().repeat(len(weight)),
        ),
        ways(*CARET, lambda weight: (weight ^ 2).flatten(1).sum(dim=1).sqrt()),
        ways(*SIGN_TURNED, lambda values: -reference.filter_norms(values)),
        ways(*WHOLE_NUMBERS, *whole_numbers(reference.filter_norms)),
        ways(*IMPRECISE, *less_precise(reference.filter_norms)),
    ),
)
