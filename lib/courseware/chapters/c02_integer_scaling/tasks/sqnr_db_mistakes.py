"""Mistakes in `sqnr_db`."""

from __future__ import annotations

import math

import torch

from courseware.chapters.c02_integer_scaling.tasks.sqnr_db_formulas import (
    AMPLITUDES,
    BELS,
    CANCEL,
    FORMULAS,
    LOG_MISSING,
    MAGNITUDES,
    NATURAL_LOG,
    NEGATIVE_CUT,
    NOISE_GONE,
    PERFECT_FAILS,
    RECONSTRUCTION_ABOVE,
    STOPGAPS,
    SUM_AGAINST_MEAN,
    SUMS,
    TWENTY_LOG,
    VARIANCE,
    by_variance,
    half,
    magnitudes,
    mean_over_sum,
    reconstruction_above,
    sum_over_mean,
    twice,
)
from courseware.chapters.c02_integer_scaling.tasks.sqnr_db_wrong_ways import (
    CLOSE,
    SEEM_PERFECT,
    at_least_zero,
    errors_left_out,
    in_bels,
    log_of,
    measured_by,
    noise_at_least,
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
    ways(*TWENTY_LOG, twice),
    ways(*AMPLITUDES, half),
    NOISE_GONE,
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
        by_variance,
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
        *MAGNITUDES,
        magnitudes,
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
        *CANCEL,
        measured_by(*SUMS),
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
        errors_left_out(lambda x, x_hat: x),
        errors_left_out(lambda x, x_hat: x_hat),
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
        *RECONSTRUCTION_ABOVE,
        reconstruction_above,
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
        sum_over_mean,
        mean_over_sum,
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
        *NEGATIVE_CUT,
        at_least_zero(reference.sqnr_db),
        lambda x, x_hat: abs(reference.sqnr_db(x, x_hat)),
    ),
    ways(
        "epsilon-in-noise",
        "A small number was added to the noise, or set below it, so that a perfect reconstruction "
        "gets a finite value that depends on it. Without any noise the ratio is infinite.",
        *(
            by(small, mean)
            for by in (with_epsilon, noise_at_least)
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
        "taken-for-perfect",
        "A reconstruction was called perfect because something else is equal: the sum, the largest "
        "value, the power, or a part of the values. It is perfect where every error is 0.",
        *(except_where(seems, math.inf, reference.sqnr_db) for seems in SEEM_PERFECT),
    ),
    ways(
        *PERFECT_FAILS,
        *each_instead(torch.equal, STOPGAPS, reference.sqnr_db),
    ),
    *(
        both(cause, PERFECT_FAILS, *each_instead(torch.equal, STOPGAPS, formula))
        for cause, formula in FORMULAS
    ),
    *(both(cause, NEGATIVE_CUT, at_least_zero(formula)) for cause, formula in FORMULAS),
    both(
        PERFECT_FAILS,
        NEGATIVE_CUT,
        *(at_least_zero(way) for way in each_instead(torch.equal, STOPGAPS, reference.sqnr_db)),
    ),
)
