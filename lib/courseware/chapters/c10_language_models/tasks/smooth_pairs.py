"""Two mistakes in the formula of `smooth`: how the sizes are put together, and what a size is."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c10_language_models.tasks.smooth_wrong_ways import Pair, by, of, top
from courseware.checks.misconceptions import products, several

T = torch.Tensor

ONE_SIZE = (
    "one-size-for-all-columns",
    "The largest magnitude of the whole weight was used for all channels. Each column has its own.",
)
ALPHA_IGNORED = (
    "alpha-ignored",
    "The result does not depend on `alpha`: it is that of one half, whatever was asked for.",
)
UPSIDE_DOWN = (
    "scale-upside-down",
    "The scale is upside down. The input is divided by it and the weight multiplied: large inputs "
    "have large scales.",
)
OTHER_MEASURE = (
    "other-measure",
    "The size of a column comes from something other than its largest magnitude.",
)
MULTIPLIED = (
    "multiplied-not-divided",
    "The two factors were multiplied. The scale grows with the input, which is divided by "
    "it, and shrinks with the weight, which is multiplied.",
)
ALPHA_SWAPPED = (
    "alpha-the-wrong-way-round",
    "The two shares are swapped. At alpha 1 all of the size moves into the weight: the "
    "scale is then that of the input.",
)
ONE_EXPONENT = (
    "one-exponent-for-both",
    "Both magnitudes got the same exponent. They share the size between them: alpha for "
    "the input, 1 − alpha for the weight.",
)
SIGNED_MAX = (
    "signed-max",
    "The largest value of each column was taken, not its largest magnitude. Negative "
    "weights reach just as far from zero.",
)

MEASURES: tuple[Callable[[torch.Tensor], torch.Tensor], ...] = (
    lambda w: w.abs().mean(dim=0),
    lambda w: w.norm(dim=0),
    lambda w: w.abs().sum(dim=0),
    lambda w: w.std(dim=0),
    lambda w: torch.where(w == 0, torch.inf, w.abs()).amin(dim=0),
)

Knob = tuple[tuple[tuple[str, str], dict[str, Callable[..., T]]], ...]

FORMULAS: Knob = (
    (ALPHA_SWAPPED, {"formula": lambda x, size, a: x ** (1 - a) / size**a}),
    (MULTIPLIED, {"formula": lambda x, size, a: x**a * size ** (1 - a)}),
    (ONE_EXPONENT, {"formula": lambda x, size, a: (x / size) ** a}),
    (ONE_EXPONENT, {"formula": lambda x, size, a: (x / size) ** (1 - a)}),
    (ALPHA_IGNORED, {"formula": lambda x, size, a: (x / size) ** 0.5}),
    (UPSIDE_DOWN, {"formula": lambda x, size, a: size ** (1 - a) / x**a}),
)
OF_WHAT: Knob = (
    (ONE_SIZE, {"size": lambda w: w.abs().max().expand(w.shape[1])}),
    (SIGNED_MAX, {"size": lambda w: w.amax(dim=0)}),
    (SIGNED_MAX, {"size": lambda w: w.amax(dim=0).abs()}),
    *((OTHER_MEASURE, {"size": measure}) for measure in MEASURES),
)


def _right(x: T, size: T, alpha: float) -> T:
    return x**alpha / size ** (1 - alpha)


def guarded(
    formula: Callable[[T, T, float], T] = _right, size: Callable[[T], T] = top
) -> Callable[..., Pair]:
    """1 where a column has no weights."""
    return of(lambda x, w, alpha: formula(x, size(w), alpha))


def guarded_by_size(
    formula: Callable[[T, T, float], T] = _right, size: Callable[[T], T] = top
) -> Callable[..., Pair]:
    """1 where that other size is not positive."""

    def scale(x: T, w: T, alpha: float) -> T:
        return torch.where((x > 0) & (size(w) > 0), formula(x, size(w), alpha), 1.0)

    return by(scale)


TWO_IN_THE_FORMULA = several(
    *(products(make, FORMULAS, OF_WHAT) for make in (guarded, guarded_by_size))
)
