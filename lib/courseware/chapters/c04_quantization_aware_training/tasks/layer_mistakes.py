"""Mistakes in `qat_forward`, as layers that a student who makes them would have written."""

from __future__ import annotations

import torch
from torch.nn.functional import linear

from courseware.chapters.c04_quantization_aware_training.tasks.layer_pairs import (
    BIAS_MISSING,
    BIAS_QUANTIZED,
    BIAS_SCALED,
    BIAS_TWICE,
    BORDER_BEFORE_ROUNDING,
    CUT_OFF,
    FIRST_SCALE,
    FULL_RANGE,
    GRADIENT_IN_STEPS,
    LEVELS_OFF_BY_ONE,
    MEAN_NOT_LARGEST,
    ONE_SCALE,
    SCALE_NOT_CONSTANT,
    SIGNED_MAX,
    SIZES,
    TWO_SIDED,
    WRONG_AXIS,
    X_CUT_OFF,
    two_mistakes,
)
from courseware.chapters.c04_quantization_aware_training.tasks.layer_wrong_ways import (
    asked_unrounded,
    asymmetric,
    bias_on_the_rows_grids,
    clipped,
    codes,
    column_scale,
    column_wise,
    ends_left_out,
    gradient_in_steps,
    grid,
    guarded_signed_scale,
    layer,
    learned,
    mean_scale,
    measured,
    one_row,
    over_steps,
    rescaled_afterwards,
    right,
    row_scale,
    scale_over,
    signed_scale,
    straight_through,
    tensor_wide,
    through_the_outputs,
    twice_the_mean,
    two_sided_scale,
    valued,
    whole_scale,
    whole_scale_too_fine,
)
from courseware.chapters.c04_quantization_aware_training.tasks.mistakes import with_gradient
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.roundings import ROUNDINGS

MISCONCEPTIONS = several(
    ways(
        "gradient-of-a-staircase",
        "The gradient of the weight is 0: rounding has no other derivative. Let the gradient "
        "through as if the weight had not been rounded, as `fake_quantize` does.",
        layer(lambda w, n_bits: grid()(w, n_bits).detach() + 0 * w),
    ),
    ways(
        *CUT_OFF,
        layer(lambda w, n_bits: grid()(w, n_bits).detach()),
    ),
    ways(
        "all-cut-off",
        "The output no longer depends on anything as far as torch can tell: the whole layer is "
        "under a `no_grad`, or its output was detached. Only the scale, and the difference that "
        "rounding makes, may be constants.",
        lambda x, w, bias, n_bits: layer(grid())(x, w, bias, n_bits).detach(),
    ),
    ways(
        *SCALE_NOT_CONSTANT,
        *map(layer, learned(grid(), row_scale)),
        layer(grid()),
    ),
    ways(
        "not-quantized",
        "This is the layer with the float weight. In the forward pass the weight must be rounded, "
        "or training does not feel what rounding does.",
        layer(lambda w, n_bits: w),
    ),
    ways(
        "gradient-of-the-float-layer",
        "The gradient of x belongs to the float weight. What the layer below gets back has to fit "
        "the weight that was used: only the rounding of the weight is looked through.",
        through_the_outputs,
        twice_the_mean,
    ),
    ways(
        "ends-left-out",
        "The largest weights of each row get no gradient. They lie on the highest or lowest code, "
        "which belong to the grid: nothing was clipped.",
        layer(ends_left_out),
    ),
    ways(*BORDER_BEFORE_ROUNDING, *map(layer, asked_unrounded())),
    ways(
        *GRADIENT_IN_STEPS,
        layer(gradient_in_steps),
        layer(over_steps),
    ),
    ways(
        *ONE_SCALE,
        layer(straight_through(grid(whole_scale))),
    ),
    ways(
        *WRONG_AXIS,
        layer(straight_through(grid(column_scale))),
    ),
    ways(
        "axis-dropped",
        "The scales of the rows have lost their axis, so they were matched with the columns, or "
        "with nothing at all. `keepdim=True` leaves it there, with size 1.",
        layer(straight_through(grid(lambda w, n_bits: row_scale(w, n_bits)[:, 0]))),
        layer(clipped(lambda w, n_bits: row_scale(w, n_bits)[:, 0])),
    ),
    ways(
        *FULL_RANGE,
        layer(straight_through(grid(scale_over(lambda n_bits: (2**n_bits - 1) / 2)))),
    ),
    ways(
        *LEVELS_OFF_BY_ONE,
        layer(straight_through(grid(scale_over(lambda n_bits: 2 ** (n_bits - 1))))),
        layer(straight_through(grid(scale_over(lambda n_bits: 2 ** (n_bits - 1)), clamped=False))),
        layer(clipped(scale_over(lambda n_bits: 2 ** (n_bits - 1)))),
        layer(straight_through(grid(scale_over(lambda n_bits: 2**n_bits - 1)))),
        layer(straight_through(grid(scale_over(lambda n_bits: 2**n_bits - 1), clamped=False))),
    ),
    ways(
        "levels-off-by-one-for-all",
        "Two mistakes: all rows share one scale, where each has its own; and the largest magnitude "
        "was spread over a step too many. The highest code is 2**(b − 1) − 1.",
        *valued(grid(whole_scale_too_fine)),
        layer(clipped(whole_scale_too_fine)),
    ),
    ways(
        "asymmetric-grid",
        "The grid runs from the smallest to the largest weight of a row, so that 0 may have no "
        "code or another one. Asked for is a symmetric one: 0 has the code 0, and the largest "
        "magnitude the highest.",
        *valued(asymmetric),
    ),
    ways(*TWO_SIDED, layer(straight_through(grid(two_sided_scale)))),
    ways(
        *SIGNED_MAX,
        layer(straight_through(grid(signed_scale))),
        *valued(grid(guarded_signed_scale)),
        *valued(grid(guarded_signed_scale, above_lowest=1)),
        layer(straight_through(grid(signed_scale, clamped=False))),
        layer(clipped(signed_scale)),
        layer(clipped(signed_scale, 1)),
    ),
    ways(
        *MEAN_NOT_LARGEST,
        *(
            way
            for values in (
                *(grid(twice_the_mean, above_lowest=above) for above in (0, 1)),
                grid(mean_scale),
                grid(mean_scale, above_lowest=1),
                grid(mean_scale, clamped=False),
            )
            for way in valued(values)
        ),
        layer(clipped(mean_scale)),
        layer(clipped(mean_scale, 1)),
    ),
    ways(
        "n-bits-ignored",
        N_BITS_IGNORED,
        layer(lambda w, n_bits: right(w, 8)),
        layer(lambda w, n_bits: grid()(w, 8)),
    ),
    ways(
        "x-quantized",
        "x was quantized as well. In this layer only the weight is.",
        *(layer(right, of_x=of_x) for of_x in (right, tensor_wide, column_wise)),
        *(layer(right, of_x=grid(scale)) for scale in (row_scale, whole_scale, column_scale)),
    ),
    *(
        both(scale_mistake, BIAS_QUANTIZED, layer(straight_through(grid(scale)), of_bias=of_bias))
        for scale_mistake, scale in ((ONE_SCALE, whole_scale), (WRONG_AXIS, column_scale))
        for of_bias in (one_row(right), straight_through(grid(whole_scale)))
    ),
    ways(
        *BIAS_QUANTIZED,
        layer(right, of_bias=one_row(right)),
        bias_on_the_rows_grids(row_scale, right),
    ),
    two_mistakes(),
    *(
        both(axis_mistake, mistake, *valued(grid(measured(axis, measure, steps), clamped=clamped)))
        for axis_mistake, axis in ((ONE_SCALE, None), (WRONG_AXIS, 0))
        for mistake, measure, steps in SIZES
        for clamped in (True, False)
    ),
    both(
        SIGNED_MAX,
        BIAS_QUANTIZED,
        *(
            bias_on_the_rows_grids(scale, straight_through(grid(scale, above_lowest=above)))
            for scale in (signed_scale, guarded_signed_scale)
            for above in (0, 1)
        ),
    ),
    ways(
        *BIAS_MISSING,
        layer(right, of_bias=lambda bias, n_bits: bias * 0),
        layer(right, of_bias=lambda bias, n_bits: torch.zeros_like(bias)),
    ),
    ways(*BIAS_TWICE, layer(right, of_bias=lambda bias, n_bits: 2 * bias)),
    ways(
        *BIAS_SCALED,
        rescaled_afterwards(slice(None), bias_too=True),
    ),
    ways(*FIRST_SCALE, rescaled_afterwards(slice(1), bias_too=False)),
    both(FIRST_SCALE, BIAS_SCALED, rescaled_afterwards(slice(1), bias_too=True)),
    ways(
        "codes-used",
        "The inputs were multiplied by the codes, and the scale is missing: the weight that acts "
        "is code times scale.",
        layer(lambda w, n_bits: with_gradient(codes(w, n_bits), w, 1.0)),
        layer(
            lambda w, n_bits: with_gradient(codes(w, n_bits), w, 1 / row_scale(w, n_bits).detach())
        ),
    ),
    ways(
        "not-transposed",
        "The weight was not transposed. It is (outputs, inputs): x @ weight.T, as `linear` does.",
        lambda x, w, bias, n_bits: x @ right(w, n_bits) + bias,
        lambda x, w, bias, n_bits: x @ grid()(w, n_bits).detach() + bias,
    ),
    ways(
        *X_CUT_OFF,
        lambda x, w, bias, n_bits: linear(x.detach(), right(w, n_bits), bias),
    ),
    *(
        both(scale_mistake, (name, message), *valued(grid(scale, rounding)))
        for name, message, rounding in ROUNDINGS
        if not name.startswith("half")
        for scale_mistake, scale in ((ONE_SCALE, whole_scale), (WRONG_AXIS, column_scale))
    ),
    *(
        ways(name, message, *valued(grid(rounding=rounding)))
        for name, message, rounding in ROUNDINGS
        if not name.startswith("half")
    ),
)
"""No ties are tested here, so how they are rounded is not asked."""
