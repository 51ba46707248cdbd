"""Mistakes in `int8_linear`."""

from __future__ import annotations

from courseware.chapters.c03_post_training_quantization.tasks.int8_wrong_ways import (
    ADDED,
    FRACTIONS,
    GUARDED,
    LEFT_OUT,
    LOWEST,
    SIGNED,
    affine_inputs,
    any_zeros,
    at_least,
    bias_in_the_sum,
    bias_rounded,
    changed,
    clamped_to,
    computed,
    divided_by,
    each_fixed_point,
    fixed_point,
    flat_row_scales,
    halved,
    in_half,
    not_transposed,
    nothing_but_bias,
    of_all,
    outputs_in,
    outputs_to,
    plus,
    reset_by_zeros,
    right,
    rounded_after_the_sum,
    saturated,
    scale_per_input,
    scales_down,
    taken_for_zeros,
    top,
    weight_reshaped,
    without_bias,
    wrapped,
)
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.precision import DECIMALS, HALF, HALF_PRECISION, IMPRECISE
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception
from courseware.checks.zero_guards import GUARD_TOO_LARGE, TAKEN_FOR_ZEROS

NARROW_ACCUMULATOR = (
    "The sums overflowed. Two codes multiply to as much as 16,129, far more than 8 bits hold, and "
    "a few of those no longer fit into 16: add them up in 32 bits."
)

LEVELS_OFF = (
    "levels-off",
    "absmax was not spread over 127 steps. Codes go from −127 to 127, and the largest "
    "magnitude gets one of the two.",
)
SCALE_LEFT_OUT = (
    "scale-left-out",
    "A scale was left out on the way back. Each code was divided by a scale, so each "
    "product lacks both: that of x and that of the row.",
)

BIAS_FORGOTTEN = "bias-forgotten", "The bias is missing."

SIGNED_MAX = (
    "signed-max",
    "The largest value was taken for the scale, not the largest magnitude. Negative "
    "values reach just as far from 0.",
)
NOT_TRANSPOSED = (
    "weight-not-transposed",
    "The shapes of x and weight do not meet. Each row of the weight holds the weights of "
    "one output: x is multiplied with its transpose.",
)

MISTAKES = several(
    ways(
        "other-dtype",
        "The values are right, but not their types. `acc` holds whole numbers and is stored "
        "as integers of 32 or 64 bits; `y` is float32 again.",
        changed(lambda acc, y, *_: (acc.double(), y)),
    ),
    (Misconception("narrow-accumulator", NARROW_ACCUMULATOR),),
    ways(
        "narrow-accumulator",
        NARROW_ACCUMULATOR,
        *(computed(accumulate=change(bits)) for bits in (8, 16) for change in (wrapped, saturated)),
    ),
    (
        Misconception(
            "summed-in-float32",
            "The last digits of a long sum are gone: the codes were multiplied and added up as "
            "float32, which holds every whole number only up to 2**24. Integer hardware adds in "
            "32 bits, exactly: change the codes to `torch.int32` before you multiply.",
        ),
    ),
    ways(
        "sums-clamped",
        "The sums were clamped to the range of the codes, −127 to 127. Only what is stored in 8 "
        "bits is clamped; a sum of products is much larger and stays as it is.",
        computed(accumulate=lambda acc: acc.clamp(-127, 127)),
    ),
    both(
        LEVELS_OFF,
        SCALE_LEFT_OUT,
        *(
            computed(
                divided_by(steps, of_all),
                divided_by(steps, top),
                rescale=rescale,
                lowest=lowest,
                highest=highest,
            )
            for steps in (127.5, 128)
            for lowest, highest in ((-128, 127), (-127, 127), (-128, 128))
            for rescale in LEFT_OUT
        ),
    ),
    ways(
        "sums-from-floats",
        "`acc` was computed from the floats and rounded afterwards. On integer hardware the "
        "floats are gone by then: round x and the weight first, then multiply the codes.",
        rounded_after_the_sum,
    ),
    ways(
        "outputs-from-floats",
        "`y` is the product of the original floats, so the integers were computed for "
        "nothing. It follows from `acc`, the scales and the bias alone.",
        changed(lambda acc, y, x, weight, bias: (acc, x @ weight.T + bias)),
    ),
    ways(
        "one-scale-for-the-weight",
        "The whole weight shares one scale. Each row has its own here: it can be put back "
        "after the sum, since every sum belongs to one row.",
        computed(scale_w=of_all),
    ),
    ways(
        "row-scales-misplaced",
        "The scales of the rows were laid along the wrong axis. There is one for each row of the "
        "weight, so the codes need them in a column, `[:, None]`; each row of the weight makes a "
        "column of `acc`, so `y` needs them in a row.",
        *(scales_down(error) for error in (RuntimeError, ValueError)),
        *(flat_row_scales(error) for error in (RuntimeError, ValueError)),
    ),
    ways(
        *GUARD_TOO_LARGE,
        *(computed(at_least(x, of_all), at_least(w, top)) for x, w in GUARDED),
        *(computed(plus(x, of_all), plus(w, top)) for x, w in ADDED),
    ),
    ways(
        "scale-per-input",
        "Each column of the weight got its own scale. The sum runs over the columns, so "
        "those scales cannot be taken out of it: scale by rows.",
        scale_per_input,
    ),
    ways(
        "scale-per-row-of-x",
        "Each row of x got its own scale. One scale for all of x is asked for.",
        computed(scale_x=top),
    ),
    ways(
        "affine-inputs",
        "x was put on a grid with a zero point. Here both grids are symmetric, so that the "
        "product of two codes needs no correction.",
        affine_inputs,
    ),
    ways(
        *LEVELS_OFF,
        *(
            computed(divided_by(x, of_all), divided_by(w, top), lowest=lowest)
            for x, w in ((127.5, 127.5), (128, 128), (255, 255), (7, 7), (127, 128), (128, 127))
            for lowest in LOWEST
        ),
        # Codes in a wide type, which are never clamped, reach 128 as well.
        *(
            computed(divided_by(x, of_all), divided_by(w, top), highest=128)
            for x, w in ((127.5, 127.5), (128, 128), (127, 128), (128, 127))
        ),
    ),
    ways(
        *SIGNED_MAX,
        *(computed(*scales, lowest=lowest) for scales in SIGNED for lowest in LOWEST),
    ),
    (
        Misconception(name, message, computed(rounding=rounding))
        for name, message, rounding in ROUNDINGS
    ),
    *(
        both(
            SIGNED_MAX, (name, message), *(computed(*two, rounding, lowest=-127) for two in SIGNED)
        )
        for name, message, rounding in ROUNDINGS
    ),
    ways(*BIAS_FORGOTTEN, computed(rescale=without_bias)),
    *(
        both((name, message), BIAS_FORGOTTEN, computed(rounding=rounding, rescale=without_bias))
        for name, message, rounding in ROUNDINGS
    ),
    ways(
        "bias-scaled",
        "The bias was added before scaling, as if it were one of the sums. It is a float in "
        "the units of y: add it at the end.",
        computed(rescale=lambda acc, s_x, s_w, bias: (acc + bias) * s_x * s_w.T),
    ),
    ways(
        "bias-in-the-sum",
        "The bias was put into `acc`. `acc` is the product of the codes alone.",
        bias_in_the_sum,
    ),
    ways(
        "bias-rounded",
        "The bias was rounded before it was added: to whole steps of s_x · s_w, or to whole "
        "numbers. It is a float in the units of `y`: add it at the end, as it is.",
        computed(rescale=bias_rounded),
        computed(rescale=lambda acc, s_x, s_w, bias: acc * s_x * s_w.T + bias.round()),
        computed(rescale=lambda acc, s_x, s_w, bias: acc * s_x * s_w.T + bias.trunc()),
    ),
    ways(
        "scales-in-fixed-point",
        "The scales were rounded to so many bits behind the point, as integer hardware has them: "
        "small ones keep few digits, or become 0. `y` is float32: multiply by them as they are.",
        *(
            computed(rescale=by(bits))
            for bits in FRACTIONS
            for by in (fixed_point, each_fixed_point)
        ),
    ),
    ways(
        *SCALE_LEFT_OUT,
        *(computed(rescale=rescale) for rescale in LEFT_OUT),
    ),
    ways(
        "scales-added",
        "The scales were added, or divided by. Each product of codes lacks the product of "
        "both scales.",
        computed(rescale=lambda acc, s_x, s_w, bias: acc * (s_x + s_w.T) + bias),
        computed(rescale=lambda acc, s_x, s_w, bias: acc / (s_x * s_w.T) + bias),
    ),
    ways(
        "clamped-too-early",
        "The codes were clamped to a range that is too narrow: they go from −127 to 127.",
        clamped_to(-127, 126),
        clamped_to(-126, 127),
        clamped_to(0, 127),
        clamped_to(0, 255),
        clamped_to(-126, 126),
        clamped_to(-8, 7),
    ),
    ways(
        *HALF_PRECISION,
        *map(in_half, HALF),
        *(computed(rounding=halved(half)) for half in HALF),
    ),
    ways(
        *IMPRECISE,
        *(changed(outputs_in(half)) for half in HALF),
        *(changed(outputs_to(digits)) for digits in DECIMALS),
    ),
    ways(
        "part-of-the-rows",
        "Only a part of the rows was computed: the first row of x, or all but the last.",
        lambda x, weight, bias: tuple(part[:1] for part in right(x, weight, bias)),
        lambda x, weight, bias: tuple(part[0] for part in right(x, weight, bias)),
        lambda x, weight, bias: tuple(part[:-1] for part in right(x, weight, bias)),
        lambda x, weight, bias: tuple(part[:, :-1] for part in right(x, weight, bias)),
    ),
    *(
        ways(
            *cause,
            computed(taken_for_zeros(asks, of_all), taken_for_zeros(asks, top)),
            computed(scale_x=taken_for_zeros(asks, of_all)),
            computed(scale_w=taken_for_zeros(asks, top)),
        )
        for cause, asks in TAKEN_FOR_ZEROS
    ),
    ways(
        "zero-row-changes-all",
        "One row of zeros changes the scales of all others. Treat it alone: `torch.where` decides "
        "for each entry.",
        computed(scale_w=reset_by_zeros),
    ),
    ways(
        "zero-row-empties-all",
        "As soon as one row of the weight is all zeros, every output is the bias alone. Such a row "
        "has sums of 0, the others have theirs: treat it alone, with `torch.where`.",
        lambda x, weight, bias: (
            nothing_but_bias(x, weight, bias)
            if any_zeros(x, weight, bias)
            else right(x, weight, bias)
        ),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the integer sums come first, then the outputs.",
        changed(lambda acc, y, *_: (y, acc)),
    ),
    ways(
        "outputs-only",
        "Only `y` came back. The integer sums are asked for as well: (acc, y).",
        changed(lambda acc, y, *_: y),
    ),
    ways(
        "weight-reshaped",
        "The codes of the weight were given the shape of its transpose by `reshape` or `view`, "
        "which lays the same line of numbers out anew: a row then holds parts of several rows. "
        "`.T` makes each row a column.",
        weight_reshaped,
    ),
    ways(
        *NOT_TRANSPOSED,
        not_transposed(RuntimeError),
        not_transposed(ValueError),
        changed(lambda acc, y, *_: (acc.T, y.T)),
    ),
    (
        Misconception(
            "zero-scale",
            "Where all values are 0, the scale became 0, and 0 / 0 is not a number. Any "
            "positive scale maps zeros to code 0: choose one.",
        ),
    ),
    ways(
        "zeros-refused",
        "A tensor of zeros stops your function. Its codes are 0, whatever the scale, and the "
        "outputs are the bias.",
        *each_instead(any_zeros, (ZeroDivisionError, ValueError, RuntimeError), right),
    ),
)
