"""The task `smooth`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.smooth_wrong_ways import (
    SMALL,
    by,
    by_rows,
    changed,
    down,
    has_zeros,
    of,
    reset_by_zeros,
    scale,
    top,
    unguarded,
    with_small,
)
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, except_where, several, ways
from courseware.checks.pairs import at, pair_of
from courseware.checks.precision import DECIMALS, HALF, IMPRECISE
from courseware.checks.quantizer_inputs import uniform
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from courseware.checks.zero_guards import GUARD_TOO_LARGE
from model_compression import activation_outliers as reference

T = torch.Tensor
Arguments = tuple[T, T, float]
Pair = tuple[T, T]
Scale = Callable[[T, T, float], T]


def _layer(draw: Draw, outputs: int, inputs: int, size: float = 1.0) -> Pair:
    """Sizes of input channels, and a weight whose columns differ in size as well."""
    x_absmax = size * 2.0 ** uniform(draw, 0, 5, inputs)
    weight = uniform(draw, 0.1, 1, outputs, inputs) * 2.0 ** uniform(draw, 0, 3, inputs)
    signs = torch.randint(0, 2, (outputs, inputs), generator=draw.generator) * 2 - 1
    # The largest magnitude of half of the columns is negative.
    largest = weight.argmax(dim=0), torch.arange(inputs)
    signs[largest] = torch.where(torch.arange(inputs) % 2 == 0, -1, 1)
    return x_absmax.float(), (size * signs * weight).float()


def _alpha(draw: Draw) -> float:
    return round(draw.rng.choice((0.15, 0.65)) + draw.rng.uniform(0, 0.2), 3)


def _balanced(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([16.0, 1.0]), torch.tensor([[0.5, 4.0], [-1.0, 0.0]]), 0.5
    for outputs, inputs in ((3, 4), (5, 3), (4, 4)):
        yield *_layer(draw, outputs, inputs), 0.5


def _other_alphas(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([16.0, 1.0]), torch.tensor([[0.5, 4.0], [-1.0, 0.0]]), 0.25
    for _ in range(3):
        yield *_layer(draw, 3, 5), _alpha(draw)


def _ends(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([16.0, 2.0]), torch.tensor([[0.5, 4.0], [-0.25, 0.0]]), 1.0
    yield torch.tensor([16.0, 2.0]), torch.tensor([[0.5, 4.0], [-0.25, 0.0]]), 0.0
    for alpha in (0.0, 1.0):
        yield *_layer(draw, 4, 3), alpha


def _zeros(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.0, 4.0]), torch.tensor([[3.0, 1.0]]), 0.5
    yield torch.tensor([9.0, 4.0]), torch.tensor([[0.0, 1.0], [0.0, -0.5]]), 0.5
    for alpha in (_alpha(draw), 0.0, 1.0):
        x_absmax, weight = _layer(draw, 3, 6)
        silent, unused, neither, *_ = torch.randperm(6, generator=draw.generator).tolist()
        x_absmax[[silent, neither]] = 0.0
        weight[:, [unused, neither]] = 0.0
        yield x_absmax, weight, alpha


def _tiny(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([SMALL, 4 * SMALL]), torch.tensor([[1.0, 2.0]]), 0.5
    yield torch.tensor([1.0, 4.0]), torch.tensor([[SMALL, -2 * SMALL]]), 0.5
    for alpha in (0.5, _alpha(draw)):
        yield *_layer(draw, 3, 4, size=10 * SMALL), alpha


def same_smoothing(arguments: tuple[Any, ...], expected: Pair, got: Any) -> Difference | None:
    """The scales and the weight; where there is nothing to balance, any scale that both share."""
    return _difference(arguments, expected, got, dtypes=False)


def same_smoothing_and_dtypes(
    arguments: tuple[Any, ...], expected: Pair, got: Any
) -> Difference | None:
    """The same, and both float32."""
    return _difference(arguments, expected, got, dtypes=True)


def _difference(
    arguments: tuple[Any, ...], expected: Pair, got: Any, dtypes: bool
) -> Difference | None:
    x_absmax, weight, _ = arguments
    if found := pair_of(expected, got):
        return found
    free = (x_absmax == 0) | (weight == 0).all(dim=0)
    scale = expected[0]
    found = difference(scale, got[0], dtypes)
    if found is not None and found.kind in ("wrong-value", "not-finite"):
        came = got[0].detach().to(scale.dtype)
        scale = torch.where(free & torch.isfinite(came) & (came > 0), came, scale)
        found = difference(scale, got[0])
    return at(0, found) or at(1, difference(weight * scale, got[1], dtypes))


ONE_SIZE = (
    "one-size-for-all-columns",
    "The largest magnitude of the whole weight was used for all channels. Each column has its own.",
)
ZERO_CHANNEL = (
    "zero-channel",
    "Where a channel of the input or a column of the weight is all zeros, the scale became 0, "
    "infinite, or no number. There is nothing to balance: any finite, positive scale will do, such "
    "as 1.",
)

SMOOTH = Task(
    name="smooth",
    points=6,
    reference=reference.smooth,
    lecture="lecture 10, “Smoothing where the weights are flat”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("half and half", 3, _balanced, same_smoothing),
        Check("other shares", 2, _other_alphas, same_smoothing),
        Check("alpha 0, and alpha 1", 1, _ends, same_smoothing),
        Check("channels of zeros", 2, _zeros, same_smoothing),
        Check("small values are no zeros", 1, _tiny, same_smoothing),
        Check("right values as float32", 1, _balanced, same_smoothing_and_dtypes),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "alpha-the-wrong-way-round",
            "The two shares are swapped. At alpha 1 all of the size moves into the weight: the "
            "scale is then that of the input.",
            of(lambda x, w, a: x ** (1 - a) / top(w) ** a),
        ),
        ways(
            "weight-left-out",
            "The scale does not depend on the weight. Where the weight of a channel is large "
            "already, less may be moved into it.",
            of(lambda x, w, a: x**a),
            of(lambda x, w, a: x),
        ),
        ways(
            "input-left-out",
            "The scale does not depend on the size of the input.",
            of(lambda x, w, a: 1 / top(w) ** (1 - a)),
            of(lambda x, w, a: top(w) ** (1 - a)),
        ),
        ways(
            "multiplied-not-divided",
            "The two factors were multiplied. The scale grows with the input, which is divided by "
            "it, and shrinks with the weight, which is multiplied.",
            of(lambda x, w, a: x**a * top(w) ** (1 - a)),
        ),
        ways(
            "one-exponent-for-both",
            "Both magnitudes got the same exponent. They share the size between them: alpha for "
            "the input, 1 − alpha for the weight.",
            of(lambda x, w, a: (x / top(w)) ** a),
            of(lambda x, w, a: (x / top(w)) ** (1 - a)),
        ),
        ways(
            "alpha-ignored",
            "The result does not depend on `alpha`: it is that of one half, whatever was asked "
            "for.",
            of(lambda x, w, a: (x / top(w)) ** 0.5),
        ),
        ways(
            "alpha-as-a-factor",
            "`alpha` was multiplied by. It is an exponent.",
            of(lambda x, w, a: x * a / (top(w) * (1 - a))),
            of(lambda x, w, a: a * x / top(w)),
            of(lambda x, w, a: a * x + (1 - a) * top(w)),
        ),
        ways(
            "scale-upside-down",
            "The scale is upside down. The input is divided by it and the weight multiplied: large "
            "inputs have large scales.",
            changed(lambda s, x, w: (1 / s, w * s)),
            changed(lambda s, x, w: (1 / s, w / s)),
        ),
        ways(
            "weight-divided",
            "The weight was divided by the scale. The input is; so the weight must be multiplied, "
            "or the outputs change.",
            changed(lambda s, x, w: (s, w / s)),
        ),
        ways(
            "weight-as-it-was",
            "The weight came back as it was. It has to take over what the input gave away.",
            changed(lambda s, x, w: (s, w)),
        ),
        ways(
            "signed-max",
            "The largest value of each column was taken, not its largest magnitude. Negative "
            "weights reach just as far from zero.",
            of(lambda x, w, a: x**a / w.amax(dim=0).clamp(min=0) ** (1 - a)),
            of(lambda x, w, a: x**a / w.amax(dim=0) ** (1 - a)),
            of(lambda x, w, a: x**a / w.amax(dim=0).abs() ** (1 - a)),
        ),
        ways(
            "other-measure",
            "The size of a column comes from something other than its largest magnitude.",
            of(lambda x, w, a: x**a / w.abs().mean(dim=0) ** (1 - a)),
            of(lambda x, w, a: x**a / w.norm(dim=0) ** (1 - a)),
            of(lambda x, w, a: x**a / w.abs().sum(dim=0) ** (1 - a)),
            of(lambda x, w, a: x**a / w.std(dim=0) ** (1 - a)),
        ),
        both(
            ONE_SIZE,
            ZERO_CHANNEL,
            by(lambda x, w, a: x**a / w.abs().max() ** (1 - a)),
        ),
        ways(
            *ONE_SIZE,
            of(lambda x, w, a: x**a / w.abs().max() ** (1 - a)),
        ),
        ways(
            "one-size-for-all-inputs",
            "The largest magnitude of all inputs was used for all channels. Each has its own.",
            of(lambda x, w, a: x.max() ** a / top(w) ** (1 - a)),
        ),
        ways(
            "rows-measured",
            "The largest magnitude of each row of the weight was taken. An input channel meets the "
            "weights of one column.",
            by(by_rows),
        ),
        ways(
            "scales-along-the-outputs",
            "The scales were laid along the rows of the weight. There is one for each input: a "
            "column of the weight.",
            down,
        ),
        ways(
            "normalised",
            "The scales were divided by their mean, their largest or smallest one. They come as "
            "the formula gives them.",
            by(lambda x, w, a: scale(x, w, a) / scale(x, w, a).mean()),
            by(lambda x, w, a: scale(x, w, a) / scale(x, w, a).max()),
            by(lambda x, w, a: scale(x, w, a) / scale(x, w, a).min()),
        ),
        ways(
            "never-below-one",
            "Scales below 1 were raised to 1. A channel that is smaller than its weights is to get "
            "larger.",
            by(lambda x, w, a: scale(x, w, a).clamp(min=1.0)),
        ),
        ways(
            "sizes-rounded",
            "The scales were rounded to powers of two. They come as the formula gives them.",
            by(lambda x, w, a: 2.0 ** scale(x, w, a).log2().round()),
        ),
        ways(
            "input-returned",
            "The smoothed sizes of the input came back. Its scales are asked for.",
            changed(lambda s, x, w: (x / s, w * s)),
        ),
        ways(
            "order-swapped",
            "The two results are swapped: the scale comes first, then the weight.",
            changed(lambda s, x, w: (w * s, s)),
        ),
        ways(
            "one-of-two",
            "Only one result came back. Both are asked for: (scale, weight).",
            changed(lambda s, x, w: s),
            changed(lambda s, x, w: w * s),
        ),
        ways(
            "scale-keeps-an-axis",
            "The scale kept the axis of the outputs. It has one axis: an entry for each input.",
            changed(lambda s, x, w: (s[None], w * s)),
        ),
        ways(
            *ZERO_CHANNEL,
            by(unguarded),
            by(lambda x, w, a: torch.nan_to_num(unguarded(x, w, a))),
            by(lambda x, w, a: torch.nan_to_num(unguarded(x, w, a), 0.0, 0.0, 0.0)),
            by(lambda x, w, a: torch.nan_to_num(unguarded(x, w, a), 1.0, 1.0, 1.0)),
            by(lambda x, w, a: torch.where(x > 0, unguarded(x, w, a), 1.0)),
            by(lambda x, w, a: torch.where(unguarded(x, w, a) > 0, unguarded(x, w, a), 1.0)),
            by(lambda x, w, a: torch.where(top(w) > 0, unguarded(x, w, a), 1.0)),
            by(lambda x, w, a: torch.where((x > 0) & (top(w) > 0), unguarded(x, w, a), 0.0)),
            by(lambda x, w, a: x**a / top(w).clamp(min=1e-5) ** (1 - a)),
            by(lambda x, w, a: x**a / top(w).clamp(min=1e-8) ** (1 - a)),
            *(
                except_where(has_zeros, error, by(scale))
                for error in (ZeroDivisionError, ValueError)
            ),
        ),
        ways(
            "zero-channel-changes-all",
            "One channel of zeros changes the scales of all others. Treat it alone: `torch.where` "
            "decides for each entry.",
            by(reset_by_zeros),
        ),
        ways(
            "guard-too-large",
            GUARD_TOO_LARGE,
            *(
                by(with_small(small, added, where))
                for small in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
                for added in (True, False)
                for where in ("xw", "x", "w")
            ),
            by(lambda x, w, a: torch.where(x > 0.01, scale(x, w, a), 1.0)),
            *(
                by(lambda x, w, a, s=s: scale(x, w, a).clamp(min=s))  # type: ignore[misc]
                for s in (1e-2, 1e-1)
            ),
        ),
        ways(
            *IMPRECISE,
            *(
                by(lambda x, w, a, n=n: scale(x, w, a).round(decimals=n))  # type: ignore[misc]
                for n in DECIMALS
            ),
            *(
                changed(
                    lambda s, x, w, n=n: (s.round(decimals=n), (w * s).round(decimals=n))  # type: ignore[misc]
                )
                for n in DECIMALS
            ),
            *(
                by(lambda x, w, a, half=half: scale(x, w, a).to(half).float())  # type: ignore[misc]
                for half in HALF
            ),
        ),
        ways(
            "logarithm-taken",
            "The sizes were mixed as logarithms and not turned back. The scale is a factor.",
            of(lambda x, w, a: a * x.log() - (1 - a) * top(w).log()),
            of(lambda x, w, a: (math.e * x).log() ** a / top(w) ** (1 - a)),
        ),
    ),
)
