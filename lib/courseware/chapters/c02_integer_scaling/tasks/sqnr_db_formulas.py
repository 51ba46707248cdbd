"""Wrong formulas of decibels, and what students are told of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from courseware.chapters.c02_integer_scaling.tasks.sqnr_db_wrong_ways import (
    in_bels,
    log_of,
    measured_by,
    ratio_only,
)
from courseware.checks.misconceptions import both, several

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
NEGATIVE_CUT = (
    "negative-cut-off",
    "A result below 0 dB was raised to 0. It is a valid result: the noise is louder than "
    "the signal.",
)
RECONSTRUCTION_ABOVE = (
    "reconstruction-as-signal",
    "The power of the reconstruction is on top. The signal is the original.",
)
MAGNITUDES = (
    "magnitudes-not-squares",
    "Magnitudes were added up where squares are asked for. Power is the sum of squares.",
)
CANCEL = (
    "errors-cancel",
    "The errors were added up before they were squared, so positive and negative ones "
    "cancel. Square each of them, then add up.",
)

twice = log_of(lambda signal, noise: (signal / noise) ** 2)
half = log_of(lambda signal, noise: math.sqrt(signal / noise))
sum_over_mean = measured_by(
    lambda x, x_hat: x.square().sum(), lambda x, x_hat: (x - x_hat).square().mean()
)
mean_over_sum = measured_by(
    lambda x, x_hat: x.square().mean(), lambda x, x_hat: (x - x_hat).square().sum()
)
Measure = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
VARIANCES: tuple[tuple[Measure, Measure], ...] = (
    (lambda x, x_hat: x.var(correction=0), lambda x, x_hat: (x - x_hat).var(correction=0)),
    (lambda x, x_hat: x.var(), lambda x, x_hat: (x - x_hat).var()),
    (lambda x, x_hat: x.square().mean(), lambda x, x_hat: (x - x_hat).var(correction=0)),
)
by_variance = measured_by(*VARIANCES[0])
reconstruction_above = measured_by(
    lambda x, x_hat: x_hat.square().sum(), lambda x, x_hat: (x - x_hat).square().sum()
)
magnitudes = measured_by(lambda x, x_hat: x.abs().sum(), lambda x, x_hat: (x - x_hat).abs().sum())

SUMS: tuple[Measure, Measure] = (
    lambda x, x_hat: x.square().sum(),
    lambda x, x_hat: (x - x_hat).sum().square(),
)
FACTORS: tuple[tuple[tuple[str, str], float], ...] = (
    (NATURAL_LOG, 10 * math.log(10)),
    (NATURAL_LOG, 10 * math.log2(10)),
    (TWENTY_LOG, 20.0),
    (AMPLITUDES, 5.0),
    (BELS, 1.0),
)
"""What stands before the decimal logarithm, or comes to it."""

NOISE_GONE = several(
    *(
        both(cause, factor, *(measured_by(*measure, number) for measure in measures))
        for cause, measures in ((VARIANCE, VARIANCES), (CANCEL, (SUMS,)))
        for factor, number in FACTORS
    )
)
"""Measures by which noise may be 0 though there is some: there no factor shows behind them."""

FORMULAS: tuple[tuple[tuple[str, str], Callable[..., float]], ...] = (
    (TWENTY_LOG, twice),
    (AMPLITUDES, half),
    (BELS, in_bels),
    (LOG_MISSING, ratio_only),
    (NATURAL_LOG, log_of(lambda signal, noise: signal / noise, math.log)),
    (NATURAL_LOG, log_of(lambda signal, noise: signal / noise, math.log2)),
    (SUM_AGAINST_MEAN, sum_over_mean),
    (SUM_AGAINST_MEAN, mean_over_sum),
    (VARIANCE, by_variance),
    (RECONSTRUCTION_ABOVE, reconstruction_above),
    (MAGNITUDES, magnitudes),
    (CANCEL, measured_by(*SUMS)),
)
"""Wrong formulas, which may stop at a perfect reconstruction as well, or be held at 0."""
