"""Two mistakes in `qat_forward`, and what is told of either."""

from __future__ import annotations

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.layer_wrong_ways import (
    Of,
    absmax,
    bias_on_the_rows_grids,
    column_scale,
    constant,
    grid,
    in_steps_of,
    largest,
    layer,
    learned,
    mean_magnitude,
    mean_scale,
    one_row,
    right,
    row_scale,
    scale_over,
    signed_scale,
    straight_through,
    top,
    twice_the_mean,
    two_sided_scale,
    whole_scale,
)
from courseware.checks.misconceptions import both, several
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception

ONE_SCALE = (
    "one-scale-for-all",
    "All rows share one scale. Each row has its own, from its own largest magnitude.",
)
WRONG_AXIS = (
    "wrong-axis",
    "There is one scale for each column, an input. Asked for is one for each row of the weight, an "
    "output; the axis that a maximum runs over is the one that vanishes.",
)
BIAS_QUANTIZED = (
    "bias-quantized",
    "The bias was quantized as well. It stays as it is: there are few biases, and an error in one "
    "shifts an output for every input.",
)

SIGNED_MAX = (
    "signed-max",
    "The largest value of each row was taken, not its largest magnitude.",
)
BIAS_SCALED = (
    "bias-scaled",
    "The bias was multiplied by the scale. It is no code: scale the product first, then add "
    "the bias.",
)
FIRST_SCALE = (
    "first-scale-for-all",
    "The outputs were all multiplied by the scale of the first row. Each column of the output "
    "comes from one row of the weight, and takes the scale of that row.",
)

MEAN_NOT_LARGEST = (
    "mean-not-largest",
    "The scale comes from the mean magnitude of a row, so that the larger weights lie beyond "
    "the highest code. Asked for is the one of the largest magnitude: nothing is clipped.",
)
LEVELS_OFF_BY_ONE = (
    "levels-off-by-one",
    "The largest magnitude of a row was spread over a step too many. The highest code is "
    "2**(b − 1) − 1: half of the patterns are negative, and one of the others is zero.",
)
X_CUT_OFF = (
    "x-cut-off",
    "x no longer takes part in what torch differentiates: a `detach` or `no_grad` cut it off. "
    "The layer below learns from its gradient: only the scale, and the difference that "
    "rounding makes, may be constants.",
)
GRADIENT_IN_STEPS = (
    "gradient-in-steps",
    "The gradient of the weight is off by a factor of the scale. The weight was divided by it "
    "on the way to the codes and multiplied on the way back: the two cancel.",
)
BIAS_MISSING = "bias-missing", "The bias was not added."
BIAS_TWICE = "bias-twice", "The bias was added twice."

FULL_RANGE = (
    "full-range-scale",
    "The scale is the full-range one. Here the grid is restricted: the largest magnitude of a "
    "row lands on the highest code, 2**(b − 1) − 1.",
)

TWO_SIDED = (
    "lowest-code-used",
    "Where the largest magnitude of a row is a negative weight, it was put on `-2**(b - 1)`. The "
    "grid is restricted: this code, the lowest one that b bits have, is not used, and whatever its "
    "sign, the largest magnitude is 2**(b − 1) − 1 steps long.",
)
SCALE_NOT_CONSTANT = (
    "scale-not-constant",
    "The gradient also runs through the scale, so the largest weight of each row gets that of "
    "the whole row on top. The scale counts as a constant: take it from the weight without its "
    "graph.",
)
CUT_OFF = (
    "cut-off",
    "The weight no longer takes part in what torch differentiates: a `detach`, `no_grad`, "
    "`.data` or a way through NumPy cut it off. Only the scale, and the difference that "
    "rounding makes, may be constants.",
)
BORDER_BEFORE_ROUNDING = (
    "border-before-rounding",
    "The largest weight of a row gets no gradient where its quotient by the scale lies above the "
    "highest code by the last digit of a float32, as 7.0000005 does. It rounds to that code, so it "
    "was not clipped: ask the rounded value.",
)

SIZES = (
    (FULL_RANGE, absmax, lambda n_bits: (2**n_bits - 1) / 2),
    (LEVELS_OFF_BY_ONE, absmax, lambda n_bits: 2 ** (n_bits - 1)),
    (LEVELS_OFF_BY_ONE, absmax, lambda n_bits: 2**n_bits - 1),
    (SIGNED_MAX, largest, top),
    (MEAN_NOT_LARGEST, mean_magnitude, top),
)
"""Other sizes of a scale: of what measure, and over how many steps."""
_SCALES = (
    (ONE_SCALE, whole_scale),
    (WRONG_AXIS, column_scale),
    (LEVELS_OFF_BY_ONE, scale_over(lambda n_bits: 2 ** (n_bits - 1))),
    (LEVELS_OFF_BY_ONE, scale_over(lambda n_bits: 2**n_bits - 1)),
    (SIGNED_MAX, signed_scale),
    (MEAN_NOT_LARGEST, mean_scale),
    (MEAN_NOT_LARGEST, twice_the_mean),
    (FULL_RANGE, scale_over(lambda n_bits: (2**n_bits - 1) / 2)),
    (TWO_SIDED, two_sided_scale),
)
_ROUNDINGS = tuple(
    ((name, message), rounding)
    for name, message, rounding in ROUNDINGS
    if not name.startswith("half")
)


def two_mistakes() -> tuple[Misconception, ...]:
    """One in the weight, and one in what is done with it: bias, x, gradient."""
    weights: list[tuple[tuple[str, str], Of, Of]] = [
        *(
            (mistake, scale, grid(scale, clamped=clamped))
            for mistake, scale in _SCALES
            for clamped in (True, False)
        ),
        *((mistake, row_scale, grid(rounding=rounding)) for mistake, rounding in _ROUNDINGS),
    ]
    return several(
        *(
            several(
                both(
                    mistake,
                    BIAS_QUANTIZED,
                    layer(straight_through(values), of_bias=one_row(right)),
                    bias_on_the_rows_grids(row_scale, straight_through(values)),
                ),
                both(
                    mistake,
                    BIAS_MISSING,
                    layer(straight_through(values), of_bias=lambda bias, n_bits: bias * 0),
                    layer(straight_through(values), of_bias=lambda b, n_bits: torch.zeros_like(b)),
                ),
                both(
                    mistake,
                    BIAS_TWICE,
                    layer(straight_through(values), of_bias=lambda bias, n_bits: 2 * bias),
                ),
                both(
                    mistake,
                    X_CUT_OFF,
                    layer(straight_through(values), of_x=lambda x, n_bits: x.detach()),
                ),
                both(mistake, GRADIENT_IN_STEPS, layer(in_steps_of(values, scale))),
                both(
                    mistake,
                    SCALE_NOT_CONSTANT,
                    layer(values),
                    *map(layer, learned(values, scale)),
                ),
                both(mistake, CUT_OFF, layer(constant(values))),
            )
            for mistake, scale, values in weights
        )
    )
