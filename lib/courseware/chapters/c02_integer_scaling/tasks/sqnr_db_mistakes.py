"""Mistakes in `sqnr_db`."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from courseware.chapters.c02_integer_scaling.tasks.sqnr_db_wrong_ways import (
    CLOSE,
    capped_at_zero,
    in_bels,
    log_of,
    measured_by,
    powers,
    ratio_only,
    row_by_row,
    upside_down,
    with_epsilon,
)
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from courseware.checks.precision import HALF, IMPRECISE, imprecise_number
from model_compression import error_measures as reference

STOPGAPS = ZeroDivisionError, 0.0, 100.0, -math.inf

TWENTY_LOG = (
    "twenty-log",
    "The result is twice what it should be. The factor 20 belongs to a ratio of "
    "amplitudes; here it is one of powers, already squared.",
)
PERFECT_FAILS = (
    "perfect-fails",
    "A perfect reconstruction leads to a division by 0, or to a stopgap such as 0. "
    "Without any noise the ratio is infinite: treat this case on its own.",
)

AMPLITUDES = (
    "amplitudes-not-powers",
    "The result is half of what it should be. A ratio of amplitudes (of norms) was taken; "
    "the factor 10 belongs to one of powers.",
)
NATURAL_LOG = (
    "natural-log",
    "This is the logarithm to another base. Decibels count powers of ten.",
)
BELS = ("bels", "The factor of 10 is missing: these are bels, not decibels.")
LOG_MISSING = (
    "log-missing",
    "This is the ratio itself. Decibels are ten times its logarithm.",
)
VARIANCE = (
    "variance-not-power",
    "The mean was subtracted before squaring: that is the variance. Power counts the mean "
    "too, and an error that is the same everywhere is an error as well.",
)
SUM_AGAINST_MEAN = (
    "sum-against-mean",
    "One of the two powers is a sum and the other one a mean. Take the same for both.",
)

_twice = log_of(lambda signal, noise: (signal / noise) ** 2)
_half = log_of(lambda signal, noise: math.sqrt(signal / noise))
_sum_over_mean = measured_by(
    lambda x, x_hat: x.square().sum(), lambda x, x_hat: (x - x_hat).square().mean()
)
_mean_over_sum = measured_by(
    lambda x, x_hat: x.square().mean(), lambda x, x_hat: (x - x_hat).square().sum()
)
_by_variance = measured_by(
    lambda x, x_hat: x.var(correction=0), lambda x, x_hat: (x - x_hat).var(correction=0)
)

_FORMULAS: tuple[tuple[tuple[str, str], Callable[..., float]], ...] = (
    (TWENTY_LOG, _twice),
    (AMPLITUDES, _half),
    (BELS, in_bels),
    (LOG_MISSING, ratio_only),
    (NATURAL_LOG, log_of(lambda signal, noise: signal / noise, math.log)),
    (NATURAL_LOG, log_of(lambda signal, noise: signal / noise, math.log2)),
    (SUM_AGAINST_MEAN, _sum_over_mean),
    (SUM_AGAINST_MEAN, _mean_over_sum),
    (VARIANCE, _by_variance),
)
"""Wrong formulas, which may stop at a perfect reconstruction as well."""


def _logs_divided(x: torch.Tensor, x_hat: torch.Tensor) -> float:
    signal, noise = powers(x, x_hat)
    if not noise:
        return math.inf
    below = math.log10(noise)
    return 10 * math.log10(signal) / below if below else 10 * math.log10(signal)


def _logs_divided_or_fails(x: torch.Tensor, x_hat: torch.Tensor) -> float:
    signal, noise = powers(x, x_hat)
    return 10 * math.log10(signal) / math.log10(noise) if noise else math.inf


MISTAKES = several(
    FORMS,
    ways(
        "decibels-averaged",
        "The ratio was taken for each row, and the decibels were averaged. Add up the squares "
        "of all values first: there is one ratio.",
        row_by_row(torch.mean),
        row_by_row(torch.sum),
    ),
    ways(*TWENTY_LOG, _twice),
    ways(*AMPLITUDES, _half),
    ways(
        "logarithms-divided",
        "The logarithm of the signal was divided by that of the noise. Decibels are the logarithm "
        "of the quotient, which is the one logarithm less the other.",
        _logs_divided,
        _logs_divided_or_fails,
    ),
    ways(
        "logarithms-added",
        "The two logarithms were added, which makes a product of the powers. The logarithm of a "
        "quotient is the one less the other.",
        log_of(lambda signal, noise: signal * noise),
    ),
    ways(
        "ratio-inverted",
        "The ratio is upside down: the better the reconstruction, the lower your result. "
        "The signal is on top.",
        upside_down,
        *each_instead(torch.equal, (math.inf, ValueError), upside_down),
    ),
    ways(
        *NATURAL_LOG,
        log_of(lambda signal, noise: signal / noise, math.log),
        log_of(lambda signal, noise: signal / noise, math.log2),
    ),
    ways(
        *LOG_MISSING,
        ratio_only,
    ),
    ways(
        *BELS,
        in_bels,
    ),
    ways(
        *VARIANCE,
        _by_variance,
        measured_by(
            lambda x, x_hat: (x - x.mean()).square().sum(),
            lambda x, x_hat: (x - x_hat).square().sum(),
        ),
        measured_by(
            lambda x, x_hat: x.square().mean(),
            lambda x, x_hat: (x - x_hat).var(correction=0),
        ),
        measured_by(lambda x, x_hat: x.var(), lambda x, x_hat: (x - x_hat).square().mean()),
        measured_by(lambda x, x_hat: x.var(), lambda x, x_hat: (x - x_hat).var()),
        measured_by(lambda x, x_hat: x.std(), lambda x, x_hat: (x - x_hat).std(), 20.0),
    ),
    ways(
        "magnitudes-not-squares",
        "Magnitudes were added up where squares are asked for. Power is the sum of squares.",
        measured_by(lambda x, x_hat: x.abs().sum(), lambda x, x_hat: (x - x_hat).abs().sum()),
        measured_by(lambda x, x_hat: x.abs().sum(), lambda x, x_hat: (x - x_hat).abs().sum(), 20.0),
    ),
    ways(
        "difference-of-powers",
        "The noise was taken for the difference of two powers. Subtract first, value by "
        "value, then square.",
        measured_by(
            lambda x, x_hat: x.square().sum(),
            lambda x, x_hat: (x.square().sum() - x_hat.square().sum()).abs(),
        ),
    ),
    ways(
        "errors-cancel",
        "The errors were added up before they were squared, so positive and negative ones "
        "cancel. Square each of them, then add up.",
        measured_by(lambda x, x_hat: x.square().sum(), lambda x, x_hat: (x - x_hat).sum().square()),
        measured_by(lambda x, x_hat: x.sum().square(), lambda x, x_hat: (x - x_hat).sum().square()),
        measured_by(
            lambda x, x_hat: x.square().mean(), lambda x, x_hat: (x - x_hat).mean().square()
        ),
    ),
    ways(
        "zeros-left-out",
        "Values that are 0 were left out, with their errors. No value is divided by itself here: "
        "an error counts wherever it is.",
        lambda x, x_hat: reference.sqnr_db(x[x != 0], x_hat[x != 0]),
        lambda x, x_hat: reference.sqnr_db(x[x_hat != 0], x_hat[x_hat != 0]),
    ),
    ways(
        "error-as-signal",
        "The power of the error was taken for that of the signal as well, so that the ratio is "
        "always 1. The signal is the original: measure it before the error takes its place.",
        lambda x, x_hat: math.inf if torch.equal(x, x_hat) else 0.0,
        lambda x, x_hat: 0.0,
    ),
    ways(
        "reconstruction-as-noise",
        "The power of the reconstruction was taken for that of the noise. The noise is what "
        "the reconstruction lacks: the difference.",
        measured_by(lambda x, x_hat: x.square().sum(), lambda x, x_hat: x_hat.square().sum()),
    ),
    ways(
        "reconstruction-as-signal",
        "The power of the reconstruction is on top. The signal is the original.",
        measured_by(
            lambda x, x_hat: x_hat.square().sum(), lambda x, x_hat: (x - x_hat).square().sum()
        ),
    ),
    ways(
        "peak-not-power",
        "The largest value was taken for the signal: that is the peak ratio (PSNR). Here the "
        "signal is its power, over all values.",
        measured_by(
            lambda x, x_hat: x.abs().max().square(),
            lambda x, x_hat: (x - x_hat).square().mean(),
        ),
    ),
    ways(
        *SUM_AGAINST_MEAN,
        _sum_over_mean,
        _mean_over_sum,
    ),
    ways(
        "part-of-the-values",
        "Only some of the values were looked at: the first row, or all but one at an end.",
        lambda x, x_hat: (
            reference.sqnr_db(x[0], x_hat[0]) if x.dim() > 1 else reference.sqnr_db(x, x_hat)
        ),
        lambda x, x_hat: reference.sqnr_db(x.flatten()[:-1], x_hat.flatten()[:-1]),
        lambda x, x_hat: reference.sqnr_db(x.flatten()[1:], x_hat.flatten()[1:]),
    ),
    ways(
        "one-ratio-a-row",
        "There is a ratio for each row or column. One is asked for, of all values together.",
        *(
            lambda x, x_hat, dim=dim: (
                10 * torch.log10(x.square().sum(dim=dim) / (x - x_hat).square().sum(dim=dim))
            )
            for dim in (0, -1)
        ),
    ),
    ways(
        "ratios-averaged",
        "The ratio was taken value by value or row by row, and then averaged or added up. Add "
        "up first: one ratio of two sums.",
        lambda x, x_hat: float((10 * torch.log10(x.square() / (x - x_hat).square())).mean()),
        lambda x, x_hat: float(10 * torch.log10((x.square() / (x - x_hat).square()).mean())),
        lambda x, x_hat: float(10 * torch.log10((x.square() / (x - x_hat).square()).sum())),
    ),
    ways(*IMPRECISE, *imprecise_number(reference.sqnr_db)),
    ways(
        *IMPRECISE,
        *(
            lambda x, x_hat, dtype=dtype: reference.sqnr_db(
                x.to(dtype).float(), x_hat.to(dtype).float()
            )
            for dtype in HALF
        ),
    ),
    ways(
        "negative-cut-off",
        "A result below 0 dB was raised to 0. It is a valid result: the noise is louder than "
        "the signal.",
        capped_at_zero,
        lambda x, x_hat: abs(reference.sqnr_db(x, x_hat)),
    ),
    ways(
        "epsilon-in-noise",
        "A small number was added to the noise, so that a perfect reconstruction gets a "
        "finite value that depends on it. Without any noise the ratio is infinite.",
        *(
            with_epsilon(small, mean)
            for small in (1e-6, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20, 1e-30)
            for mean in (False, True)
        ),
    ),
    ways(
        "small-errors-taken-for-none",
        "An error that is only small was taken for none (`allclose`, or a bound). The ratio is "
        "infinite only where every value is exactly right.",
        *(except_where(closeness, math.inf, reference.sqnr_db) for closeness in CLOSE),
    ),
    ways(
        *PERFECT_FAILS,
        *each_instead(torch.equal, STOPGAPS, reference.sqnr_db),
    ),
    *(
        both(cause, PERFECT_FAILS, *each_instead(torch.equal, STOPGAPS, formula))
        for cause, formula in _FORMULAS
    ),
)
