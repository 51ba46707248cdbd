"""What is told of `int8_linear_outliers`, and two mistakes at once."""

from __future__ import annotations

from typing import Any

from courseware.chapters.c10_language_models.tasks.outlier_wrong_ways import (
    computed,
    of_all,
    scale,
    signed,
)
from courseware.checks.misconceptions import products, several
from courseware.checks.roundings import ROUNDINGS

ONE_SCALE_FOR_X = (
    "one-scale-for-x",
    "All of x shares one scale. Each of its rows has its own here.",
)
ONE_SCALE_FOR_THE_WEIGHT = (
    "one-scale-for-the-weight",
    "The whole weight shares one scale. Each row has its own.",
)
ONE_SCALE_EACH = (
    "one-scale-each",
    "All of x shares one scale, and the whole weight another one. Each row of both has its own.",
)
FLOAT_WITHOUT = (
    "float-without-outliers",
    "Where no column is an outlier, all was multiplied in float. Then all columns go to int8.",
)
THRESHOLD_LEFT_OUT = (
    "threshold-left-out",
    "A value at the threshold itself was not taken for an outlier. `>=` counts it.",
)
SIGNED_OUTLIERS = (
    "signed-outliers",
    "Only large positive values were taken for outliers. Negative ones reach just as far from "
    "zero.",
)
BIAS_FORGOTTEN = (
    "bias-forgotten",
    "The bias is missing.",
)
BIAS_TWICE = (
    "bias-twice",
    "The bias was added to both parts. It belongs to the output once.",
)
TO_THE_OUTLIERS = (
    "outliers-set-the-scale",
    "The scale of a row of x reaches to its outliers. They are not rounded: take the scale "
    "over the columns that are left, or nothing is gained.",
)
SIGNED_MAX = (
    "signed-max",
    "The largest value was taken for the scale, not the largest magnitude. Negative values "
    "reach just as far from 0.",
)
LEVELS_OFF = (
    "levels-off",
    "absmax was not spread over 127 steps. Codes go from −127 to 127, and the largest "
    "magnitude gets one of the two.",
)

Knob = tuple[tuple[tuple[str, str], dict[str, Any]], ...]

PICKS: Knob = (
    (THRESHOLD_LEFT_OUT, {"pick": lambda x, t: (x.abs() > t).any(dim=0)}),
    (SIGNED_OUTLIERS, {"pick": lambda x, t: (x >= t).any(dim=0)}),
)
SCALES_OF_X: Knob = (
    (ONE_SCALE_FOR_X, {"scale_x": lambda x, rest: of_all(rest)}),
    (TO_THE_OUTLIERS, {"scale_x": lambda x, rest: scale(x)}),
    (SIGNED_MAX, {"scale_x": lambda x, rest: signed(rest)}),
)
SCALES_OF_THE_WEIGHT: Knob = (
    (ONE_SCALE_FOR_THE_WEIGHT, {"scale_w": of_all}),
    (SIGNED_MAX, {"scale_w": signed}),
)
SCALES_OF_BOTH: Knob = (
    (ONE_SCALE_EACH, {"scale_x": lambda x, rest: of_all(rest), "scale_w": of_all}),
)
CODES: Knob = tuple(
    ((name, message), {"rounding": rounding})
    for name, message, rounding in ROUNDINGS
    if not name.startswith("half")
)
SUMS: Knob = (
    (BIAS_FORGOTTEN, {"put_together": lambda out, inside, bias: out + inside}),
    (BIAS_TWICE, {"put_together": lambda out, inside, bias: out + inside + 2 * bias}),
)
"""What may be another one each by itself."""

TWO_OF_THE_LAYER = several(
    products(computed, PICKS, SCALES_OF_X, SCALES_OF_THE_WEIGHT, CODES, SUMS),
    *(products(computed, SCALES_OF_BOTH, other) for other in (PICKS, CODES, SUMS)),
)
