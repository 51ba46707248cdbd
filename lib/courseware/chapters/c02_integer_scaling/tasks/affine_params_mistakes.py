"""Mistakes in `affine_params`."""

from __future__ import annotations

import math

from courseware.chapters.c02_integer_scaling.tasks.affine_wrong_ways import (
    PARTS,
    all_alike,
    all_zero,
    bare_range,
    bare_range_clamped,
    few_digits,
    guarded,
    loose,
    low_high,
    of_part,
    one_end_stretched,
    rounded_before_dividing,
    step,
    symmetric,
    with_steps,
    with_zero_point,
)
from courseware.chapters.c02_integer_scaling.tasks.judges import reference_params
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.forms import FORMS
from courseware.checks.machine_integers import wrapped
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from courseware.checks.precision import HALF, IMPRECISE, in_half
from courseware.checks.python_slips import CARET
from courseware.checks.zero_guards import GUARD_TOO_LARGE, ZERO_SCALE, guards

ZERO_POINT_TIE = (
    "zero-point-tie",
    "The zero point lies exactly halfway between two integers here. It goes to the even "
    "one, as `round` and `torch.round` do: 2.5 to 2, 3.5 to 4.",
)
ZERO_POINT_CUT = (
    "zero-point-truncated",
    "The zero point was cut off or rounded to one side. Round it to the nearest integer.",
)
PART_OF_THE_VALUES = (
    "part-of-the-values",
    "Only some of the values were looked at: the first and the last, as if they were sorted, one "
    "row, or all but one at an end. The ends of the range may be anywhere.",
)

MISTAKES = several(
    FORMS,
    ways(
        "zero-point-as-float",
        "The zero point has the right value, but it is a float. It is a code, added to other "
        "codes: an integer.",
        with_zero_point(lambda low, high, scale, n_bits: float(round(-low / scale))),
    ),
    ways(
        "range-without-zero",
        "The range runs from the smallest to the largest value even where both have the same "
        "sign. It must contain 0, or 0.0 has no code of its own: stretch it.",
        bare_range,
        bare_range_clamped,
        lambda x, n_bits: (bare_range(x, n_bits)[0], float(bare_range(x, n_bits)[1])),
        loose,
    ),
    ways(
        "one-end-stretched",
        "Only one end of the range was stretched to 0. Where all values are negative, the "
        "upper end must reach up to it; where all are positive, the lower end down.",
        *(
            one_end_stretched(low, rounding, guarded)
            for low in (True, False)
            for rounding in (round, int)
            for guarded in (True, False)
        ),
        *(one_end_stretched(low, round, False, clamped=True) for low in (True, False)),
    ),
    ways(*PART_OF_THE_VALUES, *(of_part(part) for part in PARTS)),
    both(
        PART_OF_THE_VALUES,
        ZERO_POINT_TIE,
        *(of_part(part, lambda z: math.floor(z + 0.5)) for part in PARTS),
    ),
    both(PART_OF_THE_VALUES, ZERO_POINT_CUT, *(of_part(part, int) for part in PARTS)),
    ways(
        "rounded-before-dividing",
        "The lower end was rounded before it was divided by the scale. The zero point counts "
        "steps: divide first, then round.",
        *(
            rounded_before_dividing(before, after)
            for before in (round, int, math.ceil)
            for after in (int, round)
        ),
    ),
    ways(
        "zero-point-in-8-signed-bits",
        "The zero point was stored as an int8, which ends at 127: larger ones turned negative. The "
        "codes of this grid have no sign; Python's own `int` will do.",
        with_zero_point(lambda low, high, scale, n_bits: wrapped(round(-low / scale), 8)),
    ),
    ways(
        "zero-point-not-rounded",
        "The zero point is not a whole number. It is the code of 0.0, and codes are integers.",
        with_zero_point(lambda low, high, scale, n_bits: -low / scale),
    ),
    ways(
        *ZERO_POINT_TIE,
        with_zero_point(lambda low, high, scale, n_bits: math.floor(-low / scale + 0.5)),
        with_zero_point(lambda low, high, scale, n_bits: math.ceil(-low / scale - 0.5)),
    ),
    ways(
        "constant-taken-for-zeros",
        "Values that are all alike were treated as zeros. They have a range, from 0 to the "
        "value: only zeros have none.",
        *each_instead(
            all_alike, ((1.0, 0), (1, 0), ZeroDivisionError, ValueError), reference_params
        ),
        lambda x, n_bits: (
            (1.0, round(-low_high(x)[0])) if all_alike(x, n_bits) else reference_params(x, n_bits)
        ),
        lambda x, n_bits: (
            (1.0, round(-float(x.min()))) if all_alike(x, n_bits) else reference_params(x, n_bits)
        ),
    ),
    ways(
        *ZERO_POINT_CUT,
        with_zero_point(lambda low, high, scale, n_bits: math.ceil(-low / scale)),
        with_zero_point(lambda low, high, scale, n_bits: int(-low / scale)),
        with_zero_point(lambda low, high, scale, n_bits: -int(low // scale)),
    ),
    ways(
        "zero-point-negative",
        "The zero point has the wrong sign. The lowest value is to get code 0, so 0.0 lies as "
        "many codes above as the lowest value lies steps below zero.",
        with_zero_point(lambda low, high, scale, n_bits: round(low / scale)),
    ),
    ways(
        "zero-point-in-units-of-x",
        "The zero point was not divided by the scale: it counts codes, not units of x.",
        with_zero_point(lambda low, high, scale, n_bits: round(-low)),
        with_zero_point(lambda low, high, scale, n_bits: -low),
    ),
    ways(
        "zero-point-from-the-top",
        "The zero point was counted down from the highest value. Count from the lowest one: "
        "that is where code 0 lies.",
        with_zero_point(lambda low, high, scale, n_bits: round(high / scale)),
    ),
    ways(
        "zero-point-fixed",
        "The zero point does not follow the values. It moves with the range: near 0 when "
        "nearly all values are positive, near the top when nearly all are negative.",
        with_zero_point(lambda low, high, scale, n_bits: 2 ** (n_bits - 1)),
        with_zero_point(lambda low, high, scale, n_bits: 2 ** (n_bits - 1) - 1),
        with_zero_point(lambda low, high, scale, n_bits: 0),
    ),
    ways(
        "signed-grid",
        "This zero point belongs to a signed grid, which starts at −2**(b−1). Here the lowest "
        "code is 0.",
        with_zero_point(lambda low, high, scale, n_bits: round(-low / scale) - 2 ** (n_bits - 1)),
    ),
    ways(
        "symmetric-range",
        "The range was made symmetric around 0. The point of a zero point is that it need "
        "not be: no code is spent on values that do not occur.",
        symmetric(lambda b: (2**b - 1) / 2, lambda b: 2 ** (b - 1)),
        symmetric(lambda b: (2**b - 1) / 2, lambda b: 0),
        symmetric(lambda b: 2 ** (b - 1) - 1, lambda b: 0),
        symmetric(lambda b: 2 ** (b - 1) - 1, lambda b: 2 ** (b - 1)),
        symmetric(lambda b: 2 ** (b - 1) - 1, lambda b: 2 ** (b - 1) - 1),
    ),
    ways(
        "levels-off-by-one",
        "The range was shared out among the codes instead of the steps between them. Between "
        "2**b codes there is one step less, as there is one fence less than posts.",
        with_steps(lambda n_bits: 2**n_bits),
        with_steps(lambda n_bits: 2**n_bits - 2),
        with_steps(lambda n_bits: 2**n_bits, clamped=True),
    ),
    ways(
        "signed-levels",
        "The whole range was spread over the positive codes of a signed number. Here all "
        "codes from 0 to 2**b − 1 are in use.",
        with_steps(lambda n_bits: 2 ** (n_bits - 1) - 1),
        with_steps(lambda n_bits: 2 ** (n_bits - 1)),
    ),
    ways("n-bits-ignored", N_BITS_IGNORED, with_steps(lambda n_bits: 255)),
    ways(
        *CARET,
        with_steps(lambda n_bits: (2 ^ n_bits) - 1),
        with_steps(lambda n_bits: 2 ^ (n_bits - 1)),
    ),
    ways(
        "scale-inverted",
        "This is the number of steps per unit, the reciprocal of the scale. The scale is the "
        "width of one step, in the units of x.",
        lambda x, n_bits: (
            1 / step(x, n_bits),
            round(-low_high(x)[0] / step(x, n_bits)),
        ),
        lambda x, n_bits: (
            1 / step(x, n_bits),
            round(-low_high(x)[0] * step(x, n_bits)),
        ),
    ),
    ways(
        "lower-end-ignored",
        "The range begins at 0 in your result, whatever the lowest value is.",
        lambda x, n_bits: (low_high(x)[1] / (2**n_bits - 1) or 1.0, 0),
    ),
    ways(
        *IMPRECISE,
        *(few_digits(digits) for digits in (1, 2, 3, 4)),
        *(
            lambda x, n_bits, d=digits: (
                round(step(x, n_bits), d),
                round(-low_high(x)[0] / step(x, n_bits)),
            )
            for digits in (1, 2, 3, 4)
        ),
    ),
    ways(
        *IMPRECISE,
        *(
            lambda x, n_bits, dtype=dtype: (
                in_half(step(x.to(dtype).float(), n_bits), dtype),
                round(-low_high(x)[0] / step(x, n_bits)),
            )
            for dtype in HALF
        ),
    ),
    ways(
        "zero-point-not-a-number",
        "For zeros the zero point came from 0 / 0, which is not a number, or stops your "
        "function. It is 0 there: choose the scale first.",
        except_where(all_zero, (0.0, math.nan), reference_params),
        except_where(all_zero, (1.0, math.nan), reference_params),
        except_where(all_zero, (math.nan, math.nan), reference_params),
    ),
    ways(
        "zero-point-of-zeros",
        "Only zeros got another zero point. Their range begins at 0 and ends there, and the lowest "
        "value has code 0, as always: the zero point is 0.",
        *(
            lambda x, n_bits, middle=middle: (
                (1.0, middle(n_bits)) if all_zero(x, n_bits) else reference_params(x, n_bits)
            )
            for middle in (
                lambda b: 2 ** (b - 1),
                lambda b: 2 ** (b - 1) - 1,
                lambda b: 2**b - 1,
                lambda b: 1,
            )
        ),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the scale comes first, then the zero point.",
        lambda x, n_bits: tuple(reversed(with_steps(lambda b: 2**b - 1)(x, n_bits))),
    ),
    ways(
        *ZERO_SCALE,
        *each_instead(all_zero, ((0.0, 0), ZeroDivisionError, ValueError), reference_params),
    ),
    ways(
        *GUARD_TOO_LARGE,
        *(guarded(guard) for guard in guards(lambda n_bits: 2**n_bits - 1)),
    ),
)
