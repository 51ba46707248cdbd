"""Mistakes in `integer_range`."""

from __future__ import annotations

from collections.abc import Callable

from courseware.chapters.c01_number_formats.tasks.integer_range_ends import (
    ABOUT_ENDS,
    ALWAYS_SIGNED,
    END_LEFT_OUT,
    END_NOT_INCLUDED,
    LOWEST_TOO_LOW,
    MINUS_LOST,
    ONE_END_MOVED,
    RANGE_SYMMETRIC,
    SIGNED_IGNORED,
    SIGNED_INVERTED,
    STARTS_AT_ONE,
    WIDTH_FOR_POWER,
)
from courseware.checks.forms import FORMS
from courseware.checks.machine_integers import (
    DIGITS_LOST,
    FIXED,
    each_integer,
    machine_integers,
    through_float32,
)
from courseware.checks.misconceptions import each_instead, except_where, several, ways
from courseware.checks.python_slips import CARET, PRECEDENCE

Range = tuple[int, int]


def _right(width: int, signed: bool) -> Range:
    return (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if signed else (0, 2**width - 1)


def _moved(low: int, high: int, signed: bool | None = None) -> Callable[[int, bool], Range]:
    """The ends moved so far; of one kind of range only, if `signed` says which."""

    def behaves(width: int, is_signed: bool) -> Range:
        first, last = _right(width, is_signed)
        if signed is not None and signed != is_signed:
            return first, last
        return first + low, last + high

    return behaves


def _if_signed(of_width: Callable[[int], Range]) -> Callable[[int, bool], Range]:
    """Another signed range."""
    return lambda width, signed: of_width(width) if signed else _right(width, False)


def _signed_ends(
    low: Callable[[int], int], high: Callable[[int], int]
) -> Callable[[int, bool], Range]:
    return _if_signed(lambda width: (low(width), high(width)))


def _of_one_kind(
    signed: bool, behaves: Callable[[int, bool], Range]
) -> Callable[[int, bool], Range]:
    """Another range of one kind, signed or not; the other kind is right."""
    return lambda width, is_signed: (behaves if is_signed is signed else _right)(width, is_signed)


def _ends(change: Callable[[Range], object]) -> Callable[[int, bool], object]:
    return lambda width, signed: change(_right(width, signed))


MISTAKES = several(
    FORMS,
    ways(*RANGE_SYMMETRIC, _moved(1, 0, signed=True)),
    ways(
        "width-in-bytes",
        "`width` was taken for a number of bytes and multiplied by 8. It is the number of bits.",
        lambda width, signed: _right(8 * width, signed),
    ),
    ways(
        "range-object",
        "A `range` came back, and not the two numbers; and `range(low, high)` ends before `high`, "
        "so that the highest number is not in it. Return them with a comma in between.",
        lambda width, signed: range(*_right(width, signed)),
    ),
    ways(
        *END_NOT_INCLUDED,
        _moved(0, 1),
        _moved(0, 1, signed=True),
        _moved(0, 1, signed=False),
    ),
    ways(
        *END_LEFT_OUT,
        _moved(0, -1),
        _moved(0, -1, signed=True),
        _moved(0, -1, signed=False),
    ),
    ways(
        *STARTS_AT_ONE,
        _moved(1, 0, signed=False),
        _moved(1, 1, signed=False),
        _moved(1, 1),
    ),
    ways(
        *LOWEST_TOO_LOW,
        _moved(-1, 0, signed=True),
        _moved(-1, 1, signed=True),
    ),
    ways(
        *SIGNED_IGNORED,
        lambda width, signed: _right(width, False),
    ),
    ways(
        *ALWAYS_SIGNED,
        lambda width, signed: _right(width, True),
    ),
    ways(
        *SIGNED_INVERTED,
        lambda width, signed: _right(width, not signed),
    ),
    ways(
        *ONE_END_MOVED,
        _if_signed(lambda width: (-(2 ** (width - 1)), 2**width - 1)),
        _if_signed(lambda width: (0, 2 ** (width - 1) - 1)),
    ),
    ways(
        "all-ones-for-the-lowest",
        "One end is the pattern of all ones, which is −1 in two's complement, whatever the "
        "width. The lowest number is a 1 followed by zeros, the highest a 0 followed by ones.",
        _if_signed(lambda width: (-1, 2 ** (width - 1) - 1)),
        _if_signed(lambda width: (-(2 ** (width - 1)), -1)),
    ),
    ways(
        "range-of-the-next-type",
        "This is the range of the next type that has room for so many bits: 8, 16, 32 or 64. "
        "The range is that of `width` bits themselves.",
        lambda width, signed: _right(next(room for room in (8, *FIXED) if width <= room), signed),
    ),
    ways(
        "ends-swapped",
        "The two ends are swapped: lowest first.",
        _ends(lambda ends: ends[::-1]),
        lambda width, signed: _right(width, signed)[:: -1 if signed else 1],
    ),
    ways(
        "sign-bit-not-counted",
        "Both halves reach as far as all `width` bits would. One of the bits tells the "
        "halves apart.",
        _if_signed(lambda width: (-(2**width), 2**width - 1)),
        _if_signed(lambda width: (1 - 2**width, 2**width - 1)),
        _if_signed(lambda width: (-(2**width), 2**width)),
    ),
    ways(
        "halves-too-narrow",
        "The signed range has a quarter of the patterns on each side. One half of them all "
        "starts with a 1.",
        _if_signed(lambda width: (-(2 ** (width - 2)), 2 ** (width - 2) - 1)),
        _if_signed(lambda width: (-(2**width) // 4, 2**width // 4 - 1)),
    ),
    ways(
        *MINUS_LOST,
        _ends(lambda ends: (abs(ends[0]), ends[1])),
    ),
    ways(
        "count-returned",
        "This is how many patterns there are, not the lowest and highest number.",
        lambda width, signed: 2**width,
        lambda width, signed: (0, 2**width) if signed else 2**width,
    ),
    ways(
        "one-end-only",
        "One end of the range came back. Both are asked for: lowest and highest.",
        _ends(lambda ends: ends[0]),
        _ends(lambda ends: ends[1]),
    ),
    ways(
        *WIDTH_FOR_POWER,
        lambda width, signed: (
            (-2 * (width - 1), 2 * (width - 1) - 1) if signed else (0, 2 * width - 1)
        ),
        lambda width, signed: (-width, width - 1) if signed else (0, 2 * width - 1),
        lambda width, signed: (-width, width - 1) if signed else (0, width - 1),
        lambda width, signed: (
            (-(width**2) // 2, width**2 // 2 - 1) if signed else (0, width**2 - 1)
        ),
    ),
    ways(
        "eight-bits-assumed",
        "The result does not depend on `width`: this is the range of 8 bits.",
        lambda width, signed: _right(8, signed),
    ),
    ways(
        "one-bit",
        "Only a width of 1 is wrong. One bit holds 0 and 1, or, in two's complement, −1 and 0: "
        "the formula of the other widths holds here as well.",
        *each_instead(
            lambda width, signed: width == 1 and signed,
            ((-1, 1), (0, 0), ValueError, TypeError),
            _right,
        ),
        except_where(lambda width, signed: width == 1, (0, 0), _right),
    ),
    ways(
        "one-bit-rounded",
        "Only a width of 1 is wrong: with a sign, one bit holds −1 and 0. If half of an odd "
        "number was rounded: `round(-0.5)` is 0, as ties go to the even number, and "
        "`-(2**(width - 1))` needs no rounding.",
        except_where(lambda width, signed: width == 1 and signed, (0, 1), _right),
    ),
    ways(
        *PRECEDENCE,
        *(
            _signed_ends(low, high)
            for low in (
                lambda width: -(2**width) - 1,
                lambda width: 1 - 2**width,
                lambda width: -(2 ** (width - 1)),
            )
            for high in (lambda width: 2**width - 2, lambda width: 2 ** (width - 1) - 1)
        ),
    ),
    ways(
        "minus-binds-last",
        "`-2**n` is −(2**n), and `(-2)**n` is positive where n is even: the lower end is "
        "minus a power of two.",
        _if_signed(lambda width: ((-2) ** (width - 1), 2 ** (width - 1) - 1)),
    ),
    ways(
        *CARET,
        lambda width, signed: (
            (-(2 ^ (width - 1)), (2 ^ (width - 1)) - 1) if signed else (0, (2 ^ width) - 1)
        ),
        lambda width, signed: (
            (-(2 ^ (width - 1)), 2 ^ (width - 1) - 1) if signed else (0, 2 ^ width - 1)
        ),
        lambda width, signed: (
            (-2 ^ (width - 1), 2 ^ (width - 1) - 1) if signed else (0, 2 ^ width - 1)
        ),
    ),
    machine_integers(
        _right,
        lambda change: (
            lambda width, signed: (
                (-change(2 ** (width - 1)), change(2 ** (width - 1)) - 1)
                if signed
                else (0, change(2**width) - 1)
            )
        ),
        lambda change: (
            lambda width, signed: (
                (-change(2**width) // 2, change(2**width) // 2 - 1)
                if signed
                else (0, change(2**width) - 1)
            )
        ),
        lambda change: (
            lambda width, signed: (
                (change(-change(2 ** (width - 1))), change(change(2 ** (width - 1)) - 1))
                if signed
                else (0, change(change(2**width) - 1))
            )
        ),
    ),
    ways(
        *DIGITS_LOST,
        *(
            _of_one_kind(signed, each_integer(change, _right))
            for signed in (True, False)
            for change in (lambda value: int(float(value)), through_float32)
        ),
    ),
    ABOUT_ENDS,
)
