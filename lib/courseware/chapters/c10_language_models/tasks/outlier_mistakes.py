"""Mistakes in `int8_linear_outliers`."""

from __future__ import annotations

import torch

from courseware.chapters.c10_language_models.tasks.outlier_pairs import (
    BIAS_FORGOTTEN,
    BIAS_TWICE,
    FLOAT_WITHOUT,
    LEVELS_OFF,
    ONE_SCALE_EACH,
    ONE_SCALE_FOR_THE_WEIGHT,
    ONE_SCALE_FOR_X,
    SCALES_OF_BOTH,
    SIGNED_MAX,
    SIGNED_OUTLIERS,
    THRESHOLD_LEFT_OUT,
    TO_THE_OUTLIERS,
    TWO_OF_THE_LAYER,
)
from courseware.chapters.c10_language_models.tasks.outlier_wrong_ways import (
    by_size,
    by_values,
    changed,
    computed,
    counted_twice,
    counted_twice_cut,
    dequantized_outside,
    float_without_outliers,
    guarded,
    no_outlier,
    nothing_taken_out,
    of_all,
    only_rows_with_outliers,
    outputs,
    outputs_in,
    rescaled_by,
    right,
    rounded_inputs_outside,
    rounded_weight,
    rows_listed,
    scale,
    scale_of_small_values,
    signed,
    steps,
    unguarded,
    wrapped,
    zero_row,
)
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.precision import HALF, IMPRECISE
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.zero_guards import GUARD_TOO_LARGE

MISTAKES = several(
    ways(
        *THRESHOLD_LEFT_OUT,
        computed(pick=lambda x, t: (x.abs() > t).any(dim=0)),
    ),
    ways(
        *SIGNED_OUTLIERS,
        computed(pick=lambda x, t: (x >= t).any(dim=0)),
    ),
    ways(
        "all-values-must-be-large",
        "A column was taken for an outlier only if all its values are large, or their mean is. One "
        "value is enough: it alone would stretch the scale of its row.",
        computed(pick=lambda x, t: (x.abs() >= t).all(dim=0)),
        computed(pick=lambda x, t: x.abs().mean(dim=0) >= t),
        computed(pick=lambda x, t: x.mean(dim=0).abs() >= t),
    ),
    ways(
        "first-row-decides",
        "Only one row of x was looked at. A column is an outlier if it is large in any of them.",
        computed(pick=lambda x, t: x[0].abs() >= t),
        computed(pick=lambda x, t: x[-1].abs() >= t),
    ),
    ways(
        "rows-not-columns",
        "Rows with a large value were looked for. A column of x is one channel of the input, and "
        "in a language model it is a few channels that are large.",
        computed(pick=only_rows_with_outliers),
        rows_listed,
    ),
    ways(
        "weight-decides",
        "Columns with large weights were taken out. It is the input that has outliers.",
        lambda x, w, b, t: computed(pick=lambda x_, t_: (w.abs() >= t).any(dim=0))(x, w, b, t),
    ),
    ways(
        "columns-of-the-rest",
        "The columns that are no outliers came back. Those that are taken out are asked for.",
        computed(columns=lambda large: (~large).nonzero().flatten()),
    ),
    ways(
        "columns-as-mask",
        "Which columns are outliers came back as True and False for each. Their numbers are asked "
        "for.",
        computed(columns=lambda large: large),
        computed(columns=lambda large: large.long()),
    ),
    ways(
        "column-of-indices",
        "Each number stands in a row of its own, as `nonzero` and `argwhere` return them. One axis "
        "is asked for: flatten.",
        computed(columns=lambda large: large.nonzero()),
    ),
    ways(
        "columns-unordered",
        "The columns are not in ascending order, or one comes more than once.",
        computed(columns=lambda large: large.nonzero().flatten().flip(0)),
        lambda x, w, b, t: ((x.abs() >= t).nonzero()[:, 1], right(x, w, b, t)[1]),
        *(by_size(descending) for descending in (True, False)),
    ),
    ways(
        "values-not-columns",
        "Single large values were taken out, and the rest of their columns went to int8. A column "
        "is taken out whole: then the weights need not be split value by value.",
        by_values,
        scale_of_small_values,
    ),
    ways(
        *TO_THE_OUTLIERS,
        computed(scale_x=lambda x, rest: scale(x)),
        computed(scale_x=lambda x, rest: of_all(x)),
    ),
    ways(*ONE_SCALE_FOR_X, computed(scale_x=lambda x, rest: of_all(rest))),
    ways(*ONE_SCALE_FOR_THE_WEIGHT, computed(scale_w=of_all)),
    TWO_OF_THE_LAYER,
    ways(*ONE_SCALE_EACH, computed(**SCALES_OF_BOTH[0][1])),
    both(ONE_SCALE_FOR_THE_WEIGHT, FLOAT_WITHOUT, float_without_outliers(computed(scale_w=of_all))),
    ways(*FLOAT_WITHOUT, float_without_outliers(right)),
    ways(
        *GUARD_TOO_LARGE,
        *(
            computed(**guarded(small, added, where))
            for small in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4)
            for added in (False, True)
            for where in ("xw", "x", "w")
        ),
    ),
    ways(
        "counted-twice",
        "The outlier columns were multiplied in float and in int8 as well. They must not take part "
        "in the second product.",
        outputs(counted_twice),
        outputs(counted_twice_cut),
    ),
    ways(
        "outliers-lost",
        "The outlier columns are missing in y. Their product, in float, is added.",
        computed(outside=lambda x, w: torch.zeros(len(x), len(w), dtype=x.dtype)),
    ),
    ways(
        "rest-lost",
        "Only the outlier columns are in y. The others are multiplied as well, in int8.",
        computed(put_together=lambda out, inside, bias: out + bias),
    ),
    ways(
        "nothing-taken-out",
        "All columns went to int8, the outliers as well.",
        outputs(nothing_taken_out),
    ),
    ways(
        "all-in-float",
        "All columns were multiplied in float. Those that are no outliers go to int8: that is what "
        "saves time and memory.",
        outputs(lambda x, w, b, large: x @ w.T + b),
    ),
    ways(
        "outlier-weights-rounded",
        "The weights of the outlier columns were rounded to int8 before they were multiplied. In "
        "the float part both factors stay as they are.",
        outputs(dequantized_outside),
    ),
    ways(
        "outliers-rounded",
        "The outliers were rounded to int8, with a scale of their own. In the float part both "
        "factors stay as they are.",
        outputs(rounded_inputs_outside),
        computed(outside=lambda x, w: torch.round(x) @ w.T),
    ),
    ways(
        "weight-not-rounded",
        "Only one factor of the second product was rounded. Integer hardware needs both as codes.",
        outputs(
            lambda x, w, b, large: (
                x[:, large] @ w[:, large].T
                + rounded_weight(x.masked_fill(large, 0.0), x.masked_fill(large, 0.0)) @ w.T
                + b
            )
        ),
        outputs(
            lambda x, w, b, large: (
                x[:, large] @ w[:, large].T + x.masked_fill(large, 0.0) @ rounded_weight(w, w).T + b
            )
        ),
    ),
    ways(
        *LEVELS_OFF,
        *(computed(**steps(top)) for top in (127.5, 128, 255, 7)),
    ),
    ways(
        *SIGNED_MAX,
        computed(scale_x=lambda x, rest: signed(rest), scale_w=signed),
        computed(scale_w=signed),
        computed(scale_x=lambda x, rest: signed(rest)),
    ),
    *(ways(name, message, computed(rounding=rounding)) for name, message, rounding in ROUNDINGS),
    ways(
        *BIAS_FORGOTTEN,
        computed(put_together=lambda out, inside, bias: out + inside),
    ),
    ways(
        *BIAS_TWICE,
        computed(put_together=lambda out, inside, bias: out + inside + 2 * bias),
    ),
    ways(
        "scale-left-out",
        "A scale was left out on the way back from the integers. Each code was divided by a scale, "
        "so each product lacks both: that of the row of x and that of the row of the weight.",
        computed(put_together=lambda out, inside, bias: out + inside + bias, scale_w=scale),
        rescaled_by(lambda rest, w: 1.0),
        rescaled_by(lambda rest, w: scale(rest)),
        rescaled_by(lambda rest, w: scale(w).T),
    ),
    ways(
        "narrow-accumulator",
        "The sums overflowed. Two codes multiply to as much as 16,129, far more than 8 bits hold, "
        "and a few of those no longer fit into 16: add them up in 32 bits.",
        wrapped(8),
        wrapped(16),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the columns come first, then the outputs.",
        changed(lambda columns, y: (y, columns)),
    ),
    ways(
        "one-of-two",
        "Only one result came back. Both are asked for: (columns, y).",
        changed(lambda columns, y: y),
        changed(lambda columns, y: columns),
    ),
    ways(
        "other-dtype",
        "The values are right, but not their types: int64 for the columns, float32 for y. An empty "
        "`torch.tensor([])` is float32, too.",
        changed(lambda columns, y: (columns.int(), y)),
        changed(lambda columns, y: (columns, y.double())),
        changed(lambda columns, y: (columns.float(), y)),
    ),
    ways(
        "no-outlier-refused",
        "An input without outliers stops your function, or gives nothing. Then the columns are an "
        "empty tensor, and everything goes to int8.",
        *each_instead(no_outlier, (RuntimeError, IndexError, ValueError), right),
        lambda x, w, b, t: (
            (None, right(x, w, b, t)[1]) if no_outlier(x, w, b, t) else right(x, w, b, t)
        ),
    ),
    ways(
        "zero-scale",
        "Where all values of a row are 0, the scale became 0, and 0 / 0 is not a number. Any "
        "positive scale maps zeros to code 0: choose one.",
        unguarded,
        *each_instead(zero_row, (ZeroDivisionError, ValueError), right),
    ),
    ways(*IMPRECISE, *map(outputs_in, HALF)),
)
