"""What students are told of mistakes in `affine_params`."""

from __future__ import annotations

from courseware.checks.bit_widths import N_BITS_IGNORED

ZERO_POINT_TIE = (
    "zero-point-tie",
    "The zero point lies exactly halfway between two integers here. It goes to the even "
    "one, as `round` and `torch.round` do: 2.5 to 2, 3.5 to 4.",
)
AS_FLOAT = (
    "zero-point-as-float",
    "The zero point has the right value, but it is a float. It is a code, added to other "
    "codes: an integer.",
)
NOT_ROUNDED = (
    "zero-point-not-rounded",
    "The zero point is not a whole number. It is the code of 0.0, and codes are integers.",
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
WITHOUT_ZERO = (
    "range-without-zero",
    "The range runs from the smallest to the largest value even where both have the same "
    "sign. It must contain 0, or 0.0 has no code of its own: stretch it.",
)
ONE_END = (
    "one-end-stretched",
    "Only one end of the range was stretched to 0. Where all values are negative, the "
    "upper end must reach up to it; where all are positive, the lower end down.",
)
LOWER_IGNORED = (
    "lower-end-ignored",
    "The range begins at 0 in your result, whatever the lowest value is.",
)
LEVELS = (
    "levels-off-by-one",
    "The range was shared out among the codes instead of the steps between them. Between "
    "2**b codes there is one step less, as there is one fence less than posts.",
)
SIGNED_LEVELS = (
    "signed-levels",
    "The whole range was spread over the positive codes of a signed number. Here all "
    "codes from 0 to 2**b − 1 are in use.",
)
FROM_THE_TOP = (
    "zero-point-from-the-top",
    "The zero point was counted down from the highest value. Count from the lowest one: "
    "that is where code 0 lies.",
)
NEGATIVE = (
    "zero-point-negative",
    "The zero point has the wrong sign. The lowest value is to get code 0, so 0.0 lies as "
    "many codes above as the lowest value lies steps below zero.",
)
SIGNED_GRID = (
    "signed-grid",
    "This zero point belongs to a signed grid, which starts at −2**(b−1). Here the lowest "
    "code is 0.",
)
IN_UNITS = (
    "zero-point-in-units-of-x",
    "The zero point was not divided by the scale: it counts codes, not units of x.",
)
BITS_IGNORED = ("n-bits-ignored", N_BITS_IGNORED)
