"""Mistakes in `affine_params`."""

from __future__ import annotations

import math

from courseware.chapters.c02_integer_scaling.tasks.affine_causes import (
    AS_FLOAT,
    BITS_IGNORED,
    FROM_THE_TOP,
    IN_UNITS,
    LEVELS,
    LOWER_IGNORED,
    NEGATIVE,
    NOT_ROUNDED,
    ONE_END,
    PART_OF_THE_VALUES,
    SIGNED_GRID,
    SIGNED_LEVELS,
    WITHOUT_ZERO,
    ZERO_POINT_CUT,
    ZERO_POINT_TIE,
)
from courseware.chapters.c02_integer_scaling.tasks.affine_pairs import (
    bare,
    from_zero,
    high_stretched,
    low_stretched,
    two_at_once,
)
from courseware.chapters.c02_integer_scaling.tasks.affine_wrong_ways import (
    PARTS,
    all_alike,
    all_zero,
    bare_range,
    bare_range_clamped,
    bare_range_guarded,
    few_digits,
    guarded,
    low_high,
    of_part,
    one_end_stretched,
    rounded_before_dividing,
    step,
    symmetric,
    taken_for_zeros,
    with_steps,
    with_zero_point,
)
from courseware.chapters.c02_integer_scaling.tasks.judges import reference_params
from courseware.checks.forms import FORMS
from courseware.checks.machine_integers import wrapped
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from courseware.checks.precision import HALF, IMPRECISE, in_half
from courseware.checks.python_slips import CARET
from courseware.checks.zero_guards import (
    GUARD_TOO_LARGE,
    SUM_OF_ZERO,
    TAKEN_FOR_ZEROS,
    ZERO_SCALE,
    guards,
)

_PAIRS = two_at_once(
    ends=(
        (WITHOUT_ZERO, bare),
        (ONE_END, low_stretched),
        (ONE_END, high_stretched),
        (LOWER_IGNORED, from_zero),
    ),
    steps=(
        (LEVELS, lambda b: 2**b),
        (LEVELS, lambda b: 2**b - 2),
        (SIGNED_LEVELS, lambda b: 2 ** (b - 1) - 1),
        (SIGNED_LEVELS, lambda b: 2 ** (b - 1)),
        (BITS_IGNORED, lambda b: 255),
    ),
    zero_point=(
        (ZERO_POINT_CUT, lambda low, high, scale, b: int(-low / scale)),
        (ZERO_POINT_CUT, lambda low, high, scale, b: math.ceil(-low / scale)),
        (ZERO_POINT_TIE, lambda low, high, scale, b: math.floor(-low / scale + 0.5)),
        (AS_FLOAT, lambda low, high, scale, b: float(round(-low / scale))),
        (NOT_ROUNDED, lambda low, high, scale, b: -low / scale),
        (NEGATIVE, lambda low, high, scale, b: round(low / scale)),
        (IN_UNITS, lambda low, high, scale, b: round(-low)),
        (FROM_THE_TOP, lambda low, high, scale, b: round(high / scale)),
        (SIGNED_GRID, lambda low, high, scale, b: round(-low / scale) - 2 ** (b - 1)),
    ),
)

MISTAKES = several(
    FORMS,
    ways(
        *AS_FLOAT,
        with_zero_point(lambda low, high, scale, n_bits: float(round(-low / scale))),
    ),
    ways(
        *WITHOUT_ZERO,
        bare_range,
        bare_range_clamped,
        bare_range_guarded,
    ),
    ways(
        *ONE_END,
        *(
            one_end_stretched(low, round, guarded)
            for low in (True, False)
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
        *NOT_ROUNDED,
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
        *NEGATIVE,
        with_zero_point(lambda low, high, scale, n_bits: round(low / scale)),
    ),
    ways(
        *IN_UNITS,
        with_zero_point(lambda low, high, scale, n_bits: round(-low)),
        with_zero_point(lambda low, high, scale, n_bits: -low),
    ),
    ways(
        *FROM_THE_TOP,
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
        *SIGNED_GRID,
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
        *LEVELS,
        with_steps(lambda n_bits: 2**n_bits),
        with_steps(lambda n_bits: 2**n_bits - 2),
        with_steps(lambda n_bits: 2**n_bits, clamped=True),
    ),
    ways(
        *SIGNED_LEVELS,
        with_steps(lambda n_bits: 2 ** (n_bits - 1) - 1),
        with_steps(lambda n_bits: 2 ** (n_bits - 1)),
    ),
    ways(*BITS_IGNORED, with_steps(lambda n_bits: 255)),
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
        *LOWER_IGNORED,
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
    *(ways(*cause, taken_for_zeros(asks)) for cause, asks in TAKEN_FOR_ZEROS),
    ways(
        *SUM_OF_ZERO,
        except_where(lambda x, n_bits: sum(low_high(x)) == 0, (1.0, 0), reference_params),
    ),
    ways(
        *GUARD_TOO_LARGE,
        *(guarded(guard) for guard in guards(lambda n_bits: 2**n_bits - 1)),
    ),
    _PAIRS,
)
