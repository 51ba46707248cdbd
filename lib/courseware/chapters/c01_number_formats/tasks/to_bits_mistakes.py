"""Mistakes in `to_bits`."""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.common import (
    LEADING_ZEROS_KEPT,
    bare,
    inverted,
)
from courseware.chapters.c01_number_formats.tasks.to_bits_wrong_ways import (
    by_true_division,
    demanding,
    halved_by_float,
    inverted_bare,
    inverted_plus_one,
    limit_as_float,
    masked,
    moved_range,
    negative,
    of_pattern,
    of_register,
    of_sign,
    padded_bare,
    right,
    shifted_up,
    wrapped,
    written,
)
from courseware.checks.forms import FORMS
from courseware.checks.machine_integers import DIGITS_LOST, through_float32
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.python_slips import CARET, REPLACED_TWICE

ONES_COMPLEMENT = (
    "ones-complement",
    "The pattern of a negative number is one too low: the bits of the positive one are "
    "inverted, but one must still be added. (To add 2**width − 1 is the same slip.)",
)

SIGN_MAGNITUDE = (
    "sign-magnitude",
    "This is a sign bit followed by the magnitude. In two's complement the leading bit "
    "has a negative weight, and the other bits add up to the rest.",
)
SIGN_IN_FRONT = (
    "sign-bit-in-front",
    "The pattern is one character too long: a sign bit was put in front of all `width` bits. The "
    "first of them is the sign, and no further one.",
)

MISTAKES = several(
    FORMS,
    ways(
        "not-padded",
        "The leading zeros are missing: exactly `width` characters are asked for.",
        *of_pattern(lambda bits: bits.lstrip("0") or "0"),
        *of_pattern(lambda bits: bits.lstrip("0")),
    ),
    ways(
        "padded-on-the-right",
        "The zeros that fill up the width stand behind the pattern, which changes its value. "
        "Leading zeros change nothing.",
        *of_pattern(lambda bits: (bits.lstrip("0") or "0").ljust(len(bits), "0")),
    ),
    ways(
        "prefix-kept",
        "Python's `0b` prefix is still there. Bits are only the characters 0 and 1.",
        *written(lambda value, width: bin(value)),
        *written(lambda value, width: bin(value % 2**width)),
        *written(lambda value, width: bin(value % 2**width).zfill(width)),
        *written(lambda value, width: "0b" + wrapped(value, width)),
    ),
    ways(
        "zeros-stripped",
        "`strip` takes all 0 and b away, at both ends: those of the number as well as those "
        "of the prefix. Cut off two characters instead: `bin(n)[2:]`.",
        *of_pattern(lambda bits: bits.strip("0").zfill(len(bits))),
        *of_pattern(lambda bits: bits.strip("0")),
        *of_pattern(lambda bits: bits.rstrip("0")),
    ),
    ways(
        "minus-sign-in-bits",
        "A minus sign is not a bit. A negative number is told by its pattern alone.",
        *written(lambda value, width: format(value, f"0{width}b")),
        *written(lambda value, width: format(value, "b")),
        *written(
            lambda value, width: (
                "-" + format(-value, f"0{width}b") if value < 0 else wrapped(value, width)
            )
        ),
        *written(lambda value, width: bin(value)[2:].zfill(width)),
    ),
    ways(
        *SIGN_MAGNITUDE,
        *negative(lambda magnitude, width: "1" + magnitude[1:]),
        *written(
            lambda value, width: (
                "1" + format(-value, f"0{width - 1}b") if value < 0 else wrapped(value, width)
            )
        ),
    ),
    ways(
        *ONES_COMPLEMENT,
        *negative(lambda magnitude, width: inverted(magnitude)),
    ),
    both(
        SIGN_MAGNITUDE,
        SIGN_IN_FRONT,
        *negative(lambda magnitude, width: "1" + magnitude),
        *of_sign(lambda value, width: format(abs(value), f"0{width}b")),
    ),
    both(
        ONES_COMPLEMENT,
        SIGN_IN_FRONT,
        *negative(lambda magnitude, width: "1" + inverted(magnitude)),
        *of_sign(lambda value, width: wrapped(value - (value < 0), width)),
    ),
    ways(
        *SIGN_IN_FRONT,
        *written(lambda value, width: "1" * (value < 0) + wrapped(value, width)),
        *of_sign(wrapped),
    ),
    ways(
        "padded-with-zeros",
        "A negative number was written in as few bits as it needs, and zeros were put in front of "
        "them. That makes a positive number of it: in front of a negative one belong ones, its "
        "first bit repeated.",
        *written(padded_bare(lambda value: (-value - 1).bit_length() + 1)),
        *written(padded_bare(lambda value: (-value).bit_length() + 1)),
    ),
    ways(
        "sign-lost",
        "The sign of a negative number has no effect here.",
        *negative(lambda magnitude, width: magnitude),
    ),
    ways(
        *REPLACED_TWICE,
        *negative(lambda magnitude, width: inverted_plus_one(magnitude)),
        *negative(lambda magnitude, width: "0" * width),
        *negative(lambda magnitude, width: "1" * width),
    ),
    ways(
        "modulus-off-by-one",
        "The pattern of a negative number is one too high. What is added to it is 2**width, "
        "the number of patterns.",
        *written(lambda value, width: shifted_up(value, width, 2**width + 1)),
    ),
    ways(
        "zero-as-negative",
        "Zero was treated as a negative number: 2**width is one character too long for the "
        "width. Only numbers below 0 get something added.",
        *written(
            lambda value, width: wrapped(value, width) if value else format(2**width, f"0{width}b")
        ),
    ),
    ways(
        "half-the-range-added",
        "Half of the patterns were added to a negative number. The numbers with the same "
        "pattern differ by all of them, 2**width.",
        *written(lambda value, width: shifted_up(value, width, 2 ** (width - 1))),
    ),
    ways(
        *CARET,
        *written(lambda value, width: shifted_up(value, width, 2 ^ width)),
        *written(lambda value, width: format(value % (2 ^ width), f"0{width}b")),
        demanding(lambda value, width: -(2 ^ (width - 1)) <= value <= (2 ^ width) - 1),
        demanding(lambda value, width: -(2 ^ (width - 1)) <= value <= 2 ^ (width - 1)),
        demanding(
            lambda value, width: -(2 ^ (width - 1)) <= value <= (2 ^ width) - 1,
            lambda value, width: shifted_up(value, width, 2 ^ width),
        ),
    ),
    ways(
        "eight-bits-assumed",
        "The number was written with 8 bits, whatever the width. How many there are, and what "
        "is added to a negative number, depends on `width`.",
        *written(lambda value, width: wrapped(value, 8)),
        *written(lambda value, width: shifted_up(value, 8, 256)),
        *written(lambda value, width: shifted_up(value, width, 256)),
        *written(lambda value, width: wrapped(value % 256, width)),
        demanding(lambda value, width: -128 <= value <= 255),
        demanding(
            lambda value, width: -128 <= value <= 255, lambda value, width: wrapped(value, 8)
        ),
    ),
    ways(
        "another-width-assumed",
        "A negative number was written with 16, 32 or 64 bits, and not cut to `width`: it has "
        "as many leading ones as there is room for.",
        *(behaves for fixed in (16, 32, 64) for behaves in written(of_register(fixed))),
    ),
    ways(
        "mask-of-fixed-width",
        "A negative number was cut to a fixed number of bits, as by `& 0xFFFFFFFF`, whatever the "
        "width: where that is more, zeros stand in front that are to be ones. The mask of `width` "
        "bits is 2**width − 1.",
        *(behaves for fixed in (16, 32) for behaves in written(masked(fixed))),
    ),
    ways(
        "does-not-fit",
        "A value that does not fit was written all the same, with too many characters or as "
        "some other number's pattern. Raise a ValueError instead of answering for another "
        "number.",
        wrapped,
        lambda value, width: shifted_up(value, width, 2**width),
        lambda value, width: shifted_up(value, width, 2**width)[-width:],
        lambda value, width: shifted_up(value, width, 2**width)[:width],
        demanding(lambda value, width: value < 2**width),
        demanding(lambda value, width: value >= -(2 ** (width - 1))),
        demanding(
            lambda value, width: value >= -(2 ** (width - 1)),
            lambda value, width: shifted_up(value, width, 2**width),
        ),
        demanding(
            lambda value, width: value < 2**width,
            lambda value, width: shifted_up(value, width, 2**width),
        ),
    ),
    ways(
        "limit-off-by-one",
        "An end of the range is off by one. A width of w bits takes all values from "
        "−2**(w−1) to 2**w − 1, both of them included.",
        *(
            demanding(moved_range(low, high), write)
            for low in (-1, 0, 1)
            for high in (-1, 0, 1)
            if (low, high) != (0, 0)
            for write in (
                wrapped,
                lambda value, width: shifted_up(value, width, 2**width),
            )
        ),
    ),
    ways(
        "lowest-number-clamped",
        "The lowest number, −2**(width−1), was moved to the one above it, as to the end of a "
        "range that is the same on both sides. It fits: the negative side reaches one further.",
        *written(lambda value, width: wrapped(max(value, 1 - 2 ** (width - 1)), width)),
    ),
    ways(
        "padded-with-ones",
        "A negative number is the pattern of its magnitude with ones in front. The leading ones "
        "are right, the rest is not: invert all bits of the magnitude and add one.",
        *negative(lambda magnitude, width: (magnitude.lstrip("0") or "0").rjust(width, "1")),
    ),
    ways(
        "signed-range-only",
        "Values above the largest signed number were refused. The same width also holds "
        "unsigned numbers: 159 fits into 8 bits.",
        demanding(lambda value, width: -(2 ** (width - 1)) <= value < 2 ** (width - 1)),
    ),
    ways(
        "unsigned-range-only",
        "Negative numbers were refused. They fit, down to −2**(width−1).",
        demanding(lambda value, width: 0 <= value < 2**width),
    ),
    ways(
        "negative-range-too-wide",
        "Negative numbers were accepted down to −2**width. Half of the patterns are all that "
        "negative numbers have: they end at −2**(width−1).",
        demanding(lambda value, width: -(2**width) <= value < 2**width),
        demanding(lambda value, width: -(2**width) < value < 2**width),
    ),
    ways(
        "bits-reversed",
        "The bits are written from the wrong end: the most significant one comes first.",
        *of_pattern(lambda bits: bits[::-1]),
    ),
    ways(
        "limit-as-a-float",
        "2**width itself is let through where it is large: it was compared, or its bits were "
        "counted (`math.log2`), as a float, which holds 53 binary digits and cannot tell it from "
        "2**width − 1. Compare integers.",
        demanding(limit_as_float),
        demanding(limit_as_float, lambda value, width: shifted_up(value, width, 2**width)),
    ),
    ways(
        *LEADING_ZEROS_KEPT,
        *(behaves for wraps in (True, False) for behaves in written(inverted_bare(1, wraps))),
    ),
    both(
        LEADING_ZEROS_KEPT,
        ONES_COMPLEMENT,
        *written(inverted_bare(0, False)),
    ),
    ways(
        "halved-towards-zero",
        "Negative numbers get wrong bits where they are halved: `int(value / 2)` goes towards "
        "zero, −3 becomes −1, and it is a float, so that large numbers lose digits. `//` and `>>` "
        "go down: −3 becomes −2.",
        *written(halved_by_float),
    ),
    ways(
        "bit-skipped",
        "A bit is missing, the first or the last one: look at where your loop or slice begins "
        "and ends.",
        *of_pattern(lambda bits: bits[:-1]),
        *of_pattern(lambda bits: bits[1:]),
        *written(lambda value, width: wrapped(value >> 1, width)),
        *written(lambda value, width: bare((value >> 1) % 2**width).zfill(width - 1)),
        *of_pattern(lambda bits: "0" + bits[:-1]),
        *of_pattern(lambda bits: "0" + bits[1:]),
    ),
    ways(
        "zero-fails",
        "Your function fails on 0, which has no logarithm and no first 1. Its pattern is all "
        "zeros.",
        *each_instead(
            lambda value, width: value == 0, (ValueError, IndexError, OverflowError, "", "0"), right
        ),
    ),
    ways(
        *DIGITS_LOST,
        *written(lambda value, width: wrapped(int(float(value)), width)),
        *written(lambda value, width: format(int(float(value % 2**width)), f"0{width}b")),
        *written(lambda value, width: wrapped(through_float32(value), width)),
        *written(by_true_division),
    ),
)
