"""Mistakes in `signed_value`."""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.common import (
    inverted,
    twos,
    unsigned,
)
from courseware.chapters.c01_number_formats.tasks.reading import about_reading
from courseware.chapters.c01_number_formats.tasks.reading_pairs import about_two_at_once
from courseware.checks.forms import FORMS
from courseware.checks.machine_integers import FIXED, fits, raises_as, wrapped
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from courseware.checks.python_slips import REPLACED_TWICE


def _sign_magnitude(bits: str) -> int:
    return (-1 if bits[0] == "1" else 1) * int("0" + bits[1:], 2)


def _ones_complement(bits: str) -> int:
    return -int(inverted(bits), 2) if bits[0] == "1" else int(bits, 2)


def _next_larger(bits: str) -> int:
    """The integer that NumPy makes of the pattern in the smallest type that holds it."""
    room = next(width for width in (8, *FIXED) if len(bits) <= width)
    return wrapped(int(bits, 2), room)


def _without_leading_zeros(bits: str) -> int:
    return twos(bits.lstrip("0") or "0")


REST_REVERSED = (
    "rest-reversed",
    "The bits behind the first one were read from the wrong end: the last character is the place "
    "of 2**0, the second one that of 2**(width−2).",
)

LEADING_WEIGHT = (
    "leading-weight-off-by-one",
    "The leading bit counts −2**width in your result. Its place is one lower than that.",
)

SIGN_FROM_LAST = (
    "sign-from-the-last-bit",
    "The last bit decided about the sign: `bits[-1]` is the last character. The leading one is "
    "`bits[0]`.",
)


def _rest_reversed(bits: str) -> int:
    return int(bits[:0:-1] or "0", 2)


def _is_lowest(bits: str) -> bool:
    return bits == "1" + "0" * (len(bits) - 1)


def _is_one_bit(bits: str) -> bool:
    return len(bits) == 1


ONES_COMPLEMENT = (
    "ones-complement",
    "You inverted the bits to read a negative number and stopped one short: two's complement is "
    "“invert, then add one”.",
)

SIGN_NOT_EXTENDED = (
    "sign-not-extended",
    "The pattern was put into an integer of 8, 16, 32 or 64 bits, with zeros in front of "
    "it: only a pattern that fills all of them can be negative then. The leading bit of "
    "the pattern counts −2**(width−1), whatever the width.",
)

ONE_BIT = (
    "one-bit",
    "A pattern of a single bit was treated in another way, or stops your function. Its "
    "only bit is the leading one, which counts −2**0 = −1.",
)

LOWEST_NUMBER = (
    "lowest-number",
    "The lowest number came out wrong, and not as the other negative ones. It has no positive "
    "counterpart of its width: 1000 is −8, and there is no +8 of 4 bits.",
)

UNSIGNED_READ = (
    "unsigned-read",
    "The leading bit was counted as positive, which is the unsigned reading. In two's "
    "complement its place counts negative. If you do take something off: is that line ever "
    'reached (`bits[0] == 1` is never true, the character is `"1"`), and is it taken off '
    "once (`~` has no width: −(~v + 1) is v again)?",
)
SIGN_MAGNITUDE = (
    "sign-magnitude",
    "The leading bit was taken for a minus sign in front of the other bits. In two's "
    "complement the leading bit has a weight of its own, and the others still add to it.",
)
EIGHT_BITS = (
    "eight-bits-assumed",
    "The leading bit was given the weight of an 8-bit number. Its weight depends on how "
    "many bits there are.",
)
FIXED_LIMIT = (
    "fixed-limit",
    "Whether a number is negative was decided by a fixed limit, 127, which is that of 8 "
    "bits. The first bit of the pattern tells it, whatever the width.",
)


MISTAKES = several(
    FORMS,
    ways(
        *UNSIGNED_READ,
        lambda bits: int(bits, 2),
    ),
    ways(
        *SIGN_MAGNITUDE,
        _sign_magnitude,
    ),
    ways(
        "minus-before-the-whole-pattern",
        "The whole pattern, its first bit included, was read as an unsigned number and got a minus "
        "sign: −5 for 101. `~v + 1` is that, too: Python's integers have no width, so it is −v. "
        "The first place alone counts negative: take 2**width off.",
        lambda bits: -int(bits, 2) if bits[0] == "1" else int(bits, 2),
    ),
    ways(*ONES_COMPLEMENT, _ones_complement),
    ways(
        *SIGN_NOT_EXTENDED,
        _next_larger,
        *(lambda bits, w=width: wrapped(int(bits, 2), w) for width in FIXED),
        *(
            lambda bits, w=width, error=error: wrapped(
                raises_as(error, fits(w, signed=False))(int(bits, 2)), w
            )
            for width in (8, *FIXED)
            for error in (OverflowError, ValueError, RuntimeError)
        ),
    ),
    both(
        REPLACED_TWICE,
        ONES_COMPLEMENT,
        *(
            lambda bits, of=of: of(len(bits)) if bits[0] == "1" else twos(bits)
            for of in (lambda width: 0, lambda width: 1 - 2**width)
        ),
    ),
    both(
        ONES_COMPLEMENT,
        ONE_BIT,
        lambda bits: int(bits) if _is_one_bit(bits) else _ones_complement(bits),
    ),
    both(
        ONES_COMPLEMENT,
        LOWEST_NUMBER,
        lambda bits: -twos(bits) if _is_lowest(bits) else _ones_complement(bits),
    ),
    ways(
        "sign-lost",
        "You found the magnitude of a negative number; the minus sign in front of it is missing.",
        lambda bits: abs(twos(bits)),
    ),
    about_reading(signed=True),
    ways(
        *EIGHT_BITS,
        lambda bits: int(bits, 2) - (256 if len(bits) >= 8 and int(bits, 2) > 127 else 0),
        lambda bits: int(bits, 2) - (256 if int(bits, 2) > 127 else 0),
        lambda bits: int(bits, 2) - (256 if bits[0] == "1" else 0),
        lambda bits: int("0" + bits[1:], 2) - (128 if bits[0] == "1" else 0),
        lambda bits: wrapped(int(bits, 2), 8),
        lambda bits: twos(bits[-8:]),
        lambda bits: twos(bits.zfill(8)),
    ),
    both(
        EIGHT_BITS,
        ONES_COMPLEMENT,
        lambda bits: int(bits, 2) - (255 if bits[0] == "1" else 0),
        lambda bits: int("0" + bits[1:], 2) - (127 if bits[0] == "1" else 0),
        lambda bits: -(int(bits, 2) ^ 255) if bits[0] == "1" else int(bits, 2),
        lambda bits: int(bits, 2) - (255 if int(bits, 2) > 127 else 0),
    ),
    ways(
        *FIXED_LIMIT,
        lambda bits: int(bits, 2) - (2 ** len(bits) if int(bits, 2) > 127 else 0),
    ),
    both(
        FIXED_LIMIT,
        ONES_COMPLEMENT,
        lambda bits: int(bits, 2) - (2 ** len(bits) - 1 if int(bits, 2) > 127 else 0),
    ),
    ways(
        "fixed-limit-and-half",
        "Two mistakes: whether a number is negative was decided by a fixed limit, 127, where "
        "the first bit tells it; and half as much as needed was taken off, where it is "
        "2**width.",
        lambda bits: int(bits, 2) - (2 ** (len(bits) - 1) if int(bits, 2) > 127 else 0),
        lambda bits: int(bits, 2) - (128 if int(bits, 2) > 127 else 0),
    ),
    ways(
        "leading-zeros-lost",
        "Patterns that start with 0 came out negative: the width was taken from the number "
        "(`bit_length`), or leading zeros were cut off. They belong to the pattern: its width "
        "is `len(bits)`.",
        _without_leading_zeros,
        *each_instead(
            lambda bits: "1" not in bits, (ValueError, IndexError), _without_leading_zeros
        ),
    ),
    ways(
        "one-added-after-the-minus",
        "Negative numbers are two too high: the one was added behind the minus sign. It "
        "belongs to the inverted number, −(inverted + 1).",
        lambda bits: 1 - int(inverted(bits), 2) if bits[0] == "1" else int(bits, 2),
    ),
    ways(
        "bits-reversed-sign-magnitude",
        "Two mistakes: the bits were read from the wrong end (the first character is the most "
        "significant bit), and the one that decides about the sign was taken for a minus sign "
        "in front of the others. It has a weight of its own.",
        lambda bits: _sign_magnitude(bits[::-1]),
        lambda bits: (-1 if bits[0] == "1" else 1) * int(bits[:0:-1] or "0", 2),
    ),
    ways(
        *LEADING_WEIGHT,
        lambda bits: int("0" + bits[1:], 2) - (int(bits[0]) << len(bits)),
    ),
    ways(
        *REST_REVERSED,
        lambda bits: _rest_reversed(bits) - (int(bits[0]) << (len(bits) - 1)),
    ),
    both(
        LEADING_WEIGHT,
        REST_REVERSED,
        lambda bits: _rest_reversed(bits) - (int(bits[0]) << len(bits)),
    ),
    ways(
        "first-bit-dropped",
        "The leading bit has no effect on your result: it was left out, or its weight was "
        "added and taken off again. It counts minus, not nothing.",
        lambda bits: int("0" + bits[1:], 2),
    ),
    ways(
        *SIGN_FROM_LAST,
        lambda bits: int(bits, 2) - (int(bits[-1]) << len(bits)),
        lambda bits: int(bits[:-1] or "0", 2) * (1 - 2 * int(bits[-1])),
    ),
    both(
        SIGN_FROM_LAST,
        (
            "half-taken-off",
            "Half as much as needed was taken off a number that is to be negative. It is "
            "2**width, the number of patterns.",
        ),
        lambda bits: int(bits, 2) - (int(bits[-1]) << (len(bits) - 1)),
    ),
    ways(
        "always-negative",
        "Patterns that start with 0 were read as negative, too. Only a leading 1 counts minus.",
        lambda bits: int(bits, 2) - 2 ** len(bits),
        lambda bits: -int(bits, 2),
        lambda bits: -(int(inverted(bits), 2) + 1),
    ),
    ways(
        "offset-binary",
        "Half of the range was taken off every number. That is offset binary, as in the "
        "exponent of a float; here patterns that start with 0 keep their value.",
        lambda bits: int(bits, 2) - 2 ** (len(bits) - 1),
    ),
    ways(
        *LOWEST_NUMBER,
        except_where(_is_lowest, 0, twos),
        lambda bits: -twos(bits) if _is_lowest(bits) else twos(bits),
        lambda bits: twos(bits) + 1 if _is_lowest(bits) else twos(bits),
        except_where(_is_lowest, ValueError, twos),
    ),
    ways(
        *ONE_BIT,
        *each_instead(_is_one_bit, (ValueError, IndexError, TypeError), twos),
        lambda bits: int(bits) if _is_one_bit(bits) else twos(bits),
        lambda bits: 0 if _is_one_bit(bits) else twos(bits),
        lambda bits: -2 * int(bits) if _is_one_bit(bits) else twos(bits),
    ),
    about_two_at_once(
        signed=True,
        readings=(
            (UNSIGNED_READ, unsigned),
            (SIGN_MAGNITUDE, _sign_magnitude),
            (ONES_COMPLEMENT, _ones_complement),
            (LEADING_WEIGHT, lambda bits: int("0" + bits[1:], 2) - (int(bits[0]) << len(bits))),
        ),
    ),
)
