"""Mistakes in `smooth`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.smooth_pairs import (
    ALPHA_IGNORED,
    ALPHA_SWAPPED,
    MEASURES,
    MULTIPLIED,
    ONE_EXPONENT,
    ONE_SIZE,
    OTHER_MEASURE,
    SIGNED_MAX,
    TWO_IN_THE_FORMULA,
    UPSIDE_DOWN,
)
from courseware.chapters.c10_language_models.tasks.smooth_wrong_ways import (
    SIZES,
    Scale,
    above,
    at_least,
    behind,
    by,
    by_rows,
    changed,
    down,
    has_zeros,
    normalised,
    of,
    only_above,
    reset_by_zeros,
    scale,
    top,
    unguarded,
    with_small,
)
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.precision import DECIMALS, HALF, IMPRECISE
from courseware.checks.python_slips import PRECEDENCE
from courseware.checks.zero_guards import GUARD_TOO_LARGE

ZERO_CHANNEL = (
    "zero-channel",
    "Where a channel of the input or a column of the weight is all zeros, the scale became 0, "
    "infinite, or no number. There is nothing to balance: any finite, positive scale will do, such "
    "as 1.",
)


NORMALISED = (
    "normalised",
    "The scales were divided by their mean, by their largest or smallest one, or by the root "
    "of the product of these. They come as the formula gives them.",
)


WEIGHT_DIVIDED = (
    "weight-divided",
    "The weight was divided by the scale. The input is; so the weight must be multiplied, "
    "or the outputs change.",
)


SIZES_ROUNDED = (
    "sizes-rounded",
    "The scales were rounded to powers of two. They come as the formula gives them.",
)


def _of_one_half(x: torch.Tensor, w: torch.Tensor, alpha: float) -> torch.Tensor:
    return (x / top(w)) ** 0.5


def _measured(measure: Callable[[torch.Tensor], torch.Tensor]) -> Scale:
    return lambda x, w, alpha: x**alpha / measure(w) ** (1 - alpha)


def _inverted(behaves: Callable[..., Any]) -> Callable[..., Any]:
    def inverted(*arguments: Any) -> Any:
        found, weight = behaves(*arguments)
        return 1 / found, weight

    return inverted


RATIOS: tuple[tuple[tuple[str, str], tuple[Scale, ...]], ...] = (
    (ALPHA_SWAPPED, (lambda x, w, a: x ** (1 - a) / top(w) ** a,)),
    (MULTIPLIED, (lambda x, w, a: x**a * top(w) ** (1 - a),)),
    (
        ONE_EXPONENT,
        (lambda x, w, a: (x / top(w)) ** a, lambda x, w, a: (x / top(w)) ** (1 - a)),
    ),
    (ALPHA_IGNORED, (_of_one_half,)),
    (OTHER_MEASURE, tuple(map(_measured, MEASURES))),
)
BEHIND: tuple[tuple[tuple[str, str], Callable[..., Any]], ...] = (
    (SIZES_ROUNDED, lambda s, w: (2.0 ** s.log2().round(), w * 2.0 ** s.log2().round())),
    (WEIGHT_DIVIDED, lambda s, w: (s, w / s)),
    (IMPRECISE, lambda s, w: (s.round(decimals=2), w * s.round(decimals=2))),
    *((NORMALISED, lambda s, w, of=size: (s / of(s), w * (s / of(s)))) for size in SIZES),
)
"""Another scale, and what is done with it."""

SMALL = 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2

GUARDS: tuple[Scale, ...] = (
    *(
        with_small(small, added, where)
        for small in SMALL
        for added in (True, False)
        for where in ("xw", "x", "w")
    ),
    *(above(small) for small in SMALL),
    *(only_above(scale, small) for small in SMALL),
    *(at_least(small) for small in (*SMALL, 1e-1)),
)
"""Scales whose guard against zeros is felt elsewhere."""

MISTAKES = several(
    FORMS,
    ways(
        *ALPHA_SWAPPED,
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
        *MULTIPLIED,
        of(lambda x, w, a: x**a * top(w) ** (1 - a)),
    ),
    ways(
        *ONE_EXPONENT,
        of(lambda x, w, a: (x / top(w)) ** a),
        of(lambda x, w, a: (x / top(w)) ** (1 - a)),
    ),
    ways(*ALPHA_IGNORED, of(_of_one_half)),
    both(ALPHA_IGNORED, GUARD_TOO_LARGE, *(by(only_above(_of_one_half, s)) for s in SMALL)),
    ways(
        *PRECEDENCE,
        of(lambda x, w, a: x**a / (top(w) - a)),
        of(lambda x, w, a: x**a / top(w) - a),
    ),
    ways(
        "alpha-as-a-factor",
        "`alpha` was multiplied by. It is an exponent.",
        of(lambda x, w, a: x * a / (top(w) * (1 - a))),
        of(lambda x, w, a: a * x / top(w)),
        of(lambda x, w, a: a * x + (1 - a) * top(w)),
    ),
    both(OTHER_MEASURE, UPSIDE_DOWN, *(_inverted(of(_measured(m))) for m in MEASURES)),
    ways(
        *UPSIDE_DOWN,
        changed(lambda s, x, w: (1 / s, w * s)),
        changed(lambda s, x, w: (1 / s, w / s)),
    ),
    ways(
        *WEIGHT_DIVIDED,
        changed(lambda s, x, w: (s, w / s)),
    ),
    ways(
        "weight-as-it-was",
        "The weight came back as it was. It has to take over what the input gave away.",
        changed(lambda s, x, w: (s, w)),
    ),
    ways(
        *SIGNED_MAX,
        of(lambda x, w, a: x**a / w.amax(dim=0).clamp(min=0) ** (1 - a)),
        of(lambda x, w, a: x**a / w.amax(dim=0) ** (1 - a)),
        of(lambda x, w, a: x**a / w.amax(dim=0).abs() ** (1 - a)),
    ),
    ways(
        *OTHER_MEASURE,
        *(of(_measured(m)) for m in MEASURES),
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
        *NORMALISED,
        *(by(normalised(scale, size)) for size in SIZES),
    ),
    ways(
        "never-below-one",
        "Scales below 1 were raised to 1. A channel that is smaller than its weights is to get "
        "larger.",
        by(lambda x, w, a: scale(x, w, a).clamp(min=1.0)),
    ),
    ways(
        *SIZES_ROUNDED,
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
        *each_instead(has_zeros, (ZeroDivisionError, ValueError), by(scale)),
    ),
    ways(
        "weight-before-the-guard",
        "The weight was multiplied by the scale before that was mended for channels of zeros, so "
        "the two results do not belong together. Mend the scale first, then multiply.",
        lambda x, w, a: (scale(x, w, a), w * unguarded(x, w, a)),
        lambda x, w, a: (scale(x, w, a), torch.nan_to_num(w * unguarded(x, w, a))),
    ),
    *(
        both(first, second, *(behind(of(ratio), change) for ratio in ratios))
        for first, ratios in RATIOS
        for second, change in BEHIND
    ),
    TWO_IN_THE_FORMULA,
    ways(
        "column-set-to-zero",
        "Where an input channel is 0, its column of the weight was set to 0. What is silent in "
        "these texts may not be in others: the column is the weight's times the scale returned.",
        lambda x, w, a: (scale(x, w, a), torch.where(x > 0, w * scale(x, w, a), 0.0)),
    ),
    ways(
        "zero-channel-changes-all",
        "One channel of zeros changes the scales of all others. Treat it alone: `torch.where` "
        "decides for each entry.",
        by(reset_by_zeros),
    ),
    ways(
        *GUARD_TOO_LARGE,
        *map(by, GUARDS),
    ),
    both(
        NORMALISED,
        GUARD_TOO_LARGE,
        *(by(normalised(guarded, size)) for guarded in GUARDS for size in SIZES),
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
)
