"""Mistakes in `nf4_codebook`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c10_language_models.tasks.nf4_codebook_wrong_ways import (
    NOTHING,
    OUTERMOST,
    between_quantiles,
    between_shares,
    both_to_the_middle,
    by_values,
    evenly,
    filled_with_zeros,
    from_share,
    half_way,
    height,
    normalised,
    of_sides,
    one_side,
    quantile_of,
    quantiles_in,
    raw,
    without_zero,
)
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.precision import HALF
from courseware.checks.task import Misconception

NOT_SORTED = Misconception(
    "not-sorted",
    "The values are right, but not in ascending order: the code of a value is its position.",
)

NEARLY = 0.01
ESTIMATED = Misconception(
    "quantiles-estimated",
    "All values are near the right ones, and some of them are not the same. Were quantiles "
    "estimated, from random numbers or by a rough formula, or read off a coarse table? "
    "`ndtri` and `inv_cdf` compute them to all digits.",
    unless_explained=True,
)
MEANS_OF_NEIGHBOURS = (
    "means-of-neighbours",
    "Means of neighbours were taken, of two quantiles or of two shares, as the formula of the "
    "paper reads. Here the values are the quantiles at the shares themselves: of n + 1 points the "
    "last one, 1/2, is left out.",
)
NO_ZERO = (
    "no-exact-zero",
    "There is no exact 0 in it. Zeros are frequent and must stay zeros, hence the two sides of "
    "different length with a 0 in between.",
)
SIDES_SWAPPED = (
    "sides-swapped",
    "The sides are swapped: there are eight values above 0 and seven below.",
)
OUTERMOST_OFF = (
    "outermost-share-off",
    "The outermost share is not the one asked for: d = 929 / 960. With another one all values "
    "move, also after the division by the largest.",
)
NO_QUANTILE = (
    "share-taken-for-value",
    "That is not the quantile of a share p. It is the value below which the share p lies: the "
    "inverse of the distribution function (`ndtri`, not `ndtr`), or √2·erfinv(2p − 1).",
)
BY_THE_SUM = (
    "divided-by-the-sum",
    "The values were divided by their sum, their norm or their standard deviation. Divided by the "
    "largest, they reach from −1 to 1.",
)
BY_MAGNITUDE = (
    "ordered-by-magnitude",
    "The values are ordered by magnitude, 0 first. They ascend, from −1 over 0 to 1: the code of a "
    "value is its position.",
)
NORMS: tuple[Callable[[torch.Tensor], torch.Tensor], ...] = (
    lambda values: values.abs().sum(),
    torch.norm,
    torch.std,
    lambda values: values.std(correction=0),
)
OTHER_EDGES = (
    *(1 - 1 / 32, 1 - 1 / 30, 1 - 1 / 16, 0.95, 0.99, 0.995),
    *(0.97, 0.968, 0.967, 0.9677, 0.96771, 0.96),
)

ZERO_TWICE = (
    "zero-twice",
    "The 0 is there more than once. Of 9 and of 8 shares the last one, 1/2, whose quantile is 0, "
    "is left out, so that eight values stand above 0 and seven below; then a single 0 is put in "
    "between.",
)
NOT_NORMALISED = (
    "not-normalised",
    "These are the quantiles themselves. They are divided by the largest, so that the codebook "
    "reaches from −1 to 1 as a block does after division by its absmax.",
)
FEW_DECIMALS = (
    "few-decimals",
    "The values have lost digits: they were rounded to a few decimals, or kept in 16 bits. Compute "
    "them in float32, or copy all digits: bytes that others wrote must be read back as the same "
    "values.",
)
DESCENDING = (
    "descending",
    "The values descend. They ascend, from −1 to 1: the code of a value is its position.",
)
Change = Callable[[torch.Tensor], torch.Tensor]


def _divided_by(norm: Change) -> Change:
    return lambda values: values / norm(values)


CHANGES: tuple[tuple[tuple[str, str], tuple[Change, ...]], ...] = (
    (BY_THE_SUM, tuple(map(_divided_by, NORMS))),
    (NOT_NORMALISED, (lambda values: values * quantile_of(torch.tensor(OUTERMOST)).double(),)),
    (
        FEW_DECIMALS,
        (
            *(lambda values, n=n: values.double().round(decimals=n) for n in (4, 3, 2, 5)),
            *(lambda values, half=half: values.to(half).float() for half in HALF),
        ),
    ),
    (DESCENDING, (lambda values: values.flip(0),)),
    (BY_MAGNITUDE, (lambda values: values[values.abs().argsort()],)),
)
"""What is done to the values of both sides once they stand there."""

SIDES = several(
    ways(
        "evenly-spaced",
        "These are 16 values at even distances: the grid of integers. NF4 spaces them by the "
        "bell curve, close together near 0 where most weights are.",
        lambda: torch.linspace(-1, 1, 16),
        lambda: torch.arange(-8, 8) / 8,
        lambda: torch.arange(-8, 8) / 7,
        lambda: torch.cat((torch.linspace(-1, 0, 8), torch.linspace(0, 1, 9)[1:])),
    ),
    ways(
        *SIDES_SWAPPED,
        lambda: of_sides(8, 7),
    ),
    ways(
        *MEANS_OF_NEIGHBOURS,
        *(lambda of=of: by_values(of, slice(None)) for of in (between_quantiles, between_shares)),
    ),
    both(MEANS_OF_NEIGHBOURS, NO_ZERO, half_way),
    ways(
        *NO_ZERO,
        lambda: normalised(-one_side(8), one_side(8)),
        *(without_zero(twice) for twice in (0, -1)),
        *(evenly(edge) for edge in (OUTERMOST, 1 - 1 / 32, 1 - 1 / 30, 16 / 17, 17 / 18)),
    ),
    ways(
        *ZERO_TWICE,
        lambda: normalised(-one_side(8, last=True), one_side(8, last=True)),
        lambda: normalised(-one_side(7, last=True), NOTHING, one_side(8, last=True)),
        lambda: normalised(-one_side(7, last=True), one_side(9, last=True)),
        lambda: normalised(-one_side(7), NOTHING, one_side(8, last=True)),
        lambda: normalised(-one_side(7, last=True), NOTHING, one_side(8)),
    ),
    both(
        ZERO_TWICE,
        OUTERMOST_OFF,
        *(both_to_the_middle(edge) for edge in (*OTHER_EDGES, 920 / 960, 919 / 960)),
    ),
    ways(
        "sides-too-short",
        "There are too few or too many values. A series of n points without its last one has "
        "n − 1 of them: 9 points for the eight values above 0, 8 points for the seven below.",
        *(lambda pair=pair: of_sides(*pair) for pair in ((6, 7), (7, 7), (8, 8), (8, 9))),
        *(lambda pair=pair: raw(*pair) for pair in ((6, 7), (7, 7), (8, 8), (8, 9))),
        filled_with_zeros,
    ),
    ways(
        "wrong-end-left-out",
        "The wrong end of the shares was left out: d is kept, and 1/2, whose quantile is 0, is "
        "not.",
        lambda: by_values(quantile_of, slice(1, None)),
    ),
    ways(
        *NO_QUANTILE,
        lambda: by_values(torch.special.ndtr),
        lambda: by_values(torch.erfinv),
        lambda: by_values(lambda p: p),
        lambda: by_values(lambda p: p - 0.5),
        lambda: by_values(torch.special.logit),
        lambda: by_values(height),
    ),
    ways(
        "one-spacing-for-both",
        "Both sides have the same spacing. Eight shares on one side and seven on the other, "
        "over the same distance, lie at different steps.",
        lambda: normalised(-one_side(8)[:7], NOTHING, one_side(8)),
        lambda: normalised(-one_side(8)[1:], NOTHING, one_side(8)),
        lambda: torch.cat((-raw()[9:].flip(0), raw()[8:9] * 0, raw()[8:])) / raw().max(),
    ),
    ways(
        *OUTERMOST_OFF,
        *(from_share(edge) for edge in OTHER_EDGES),
    ),
    both(SIDES_SWAPPED, OUTERMOST_OFF, *(from_share(edge, 8, 7) for edge in OTHER_EDGES)),
    ways(
        "sign-lost",
        "There are no negative values in it. The lower side mirrors quantiles too.",
        lambda: normalised(one_side(7), NOTHING, one_side(8)),
    ),
)

MISTAKES = several(
    (*FORMS, NOT_SORTED, ESTIMATED),
    SIDES,
    *(
        ways(*mistake, *(lambda c=change: c(of_sides(7, 8)) for change in changes))
        for mistake, changes in CHANGES
    ),
    *(
        followed_by(mistake, change, SIDES)
        for mistake, changes in CHANGES
        for change in changes[:2]
    ),
    *(
        both(
            mistake, order, *(lambda c=change, t=turned: t(c(of_sides(7, 8))) for change in changes)
        )
        for mistake, changes in CHANGES[:3]
        for order, (turned,) in CHANGES[3:]
    ),
    ways(
        *NOT_NORMALISED,
        raw,
        lambda: raw(8, 7),
    ),
    ways(*FEW_DECIMALS, *(lambda half=half: quantiles_in(half) for half in HALF)),
)
