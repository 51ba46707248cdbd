"""Mistakes in reading a pattern: the same for both readings, unsigned and signed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c01_number_formats.tasks.common import inverted, twos, unsigned
from courseware.chapters.c01_number_formats.tasks.reading_pairs import worth
from courseware.chapters.c01_number_formats.tasks.reading_slips import (
    BITS_REVERSED,
    CHARACTERS_NOT_DIGITS,
    DECIMAL,
    LAST_BIT_DROPPED,
    PLACES_OFF_BY_ONE,
    TRAILING_ZEROS_CUT,
    ZEROS_COUNTED,
    about_characters_and_places,
    about_shifts,
    about_the_negative_place,
)
from courseware.checks.machine_integers import DIGITS_LOST, machine_integers
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.python_slips import CARET, FIRST_OF_EQUALS, PRECEDENCE, REPLACED_TWICE
from courseware.checks.task import Misconception

Reading = Callable[[str], int]


PLACE_SQUARED = (
    "place-squared",
    "A place counts the square of its number, i², as in `i**2`. It is two to the power of it, "
    "`2**i`: 1, 2, 4, 8 and not 0, 1, 4, 9.",
)


def about_reading(signed: bool) -> tuple[Misconception, ...]:
    """Misconceptions of whoever reads a pattern, with its first place negative if `signed`."""
    right = twos if signed else unsigned
    return several(
        _about_places(right),
        _about_two_ends(right),
        _about_zero(right),
        _about_characters(right),
        machine_integers(right),
        ways(
            *DIGITS_LOST,
            lambda bits: int(sum(map(float, worth(right, bits)))),
            lambda bits: int(sum(map(float, reversed(worth(right, bits))))),
            lambda bits: int(torch.tensor(worth(right, bits), dtype=torch.float32).sum().item()),
        ),
        ways(
            "last-bit-dropped-and-float",
            "Two mistakes: the last bit has no effect on your result (look at where your loop or "
            "slice ends), and it is a float, as `/` and `math.pow` give one.",
            lambda bits: float(sum(map(float, worth(right, bits)[:-1]))),
        ),
        _about_padding(right),
        about_shifts(signed),
        about_characters_and_places(),
        about_the_negative_place() if signed else (),
        _about_sign_taken_off() if signed else (),
    )


def _about_sign_taken_off() -> Iterator[Misconception]:
    """Two's complement from an unsigned number that is wrong."""

    def taken_off(read: Callable[[str], Any]) -> Callable[[str], Any]:
        return lambda bits: read(bits) - (int(bits[0]) << len(bits))

    yield from machine_integers(
        unsigned, lambda change: taken_off(lambda bits: change(unsigned(bits)))
    )
    yield from ways(
        *DIGITS_LOST,
        lambda bits: int(float(unsigned(bits)) - int(bits[0]) * 2.0 ** len(bits)),
    )
    yield from ways(
        *DIGITS_LOST,
        lambda bits: (
            int(float(unsigned(bits)) - 2.0 ** len(bits)) if bits[0] == "1" else twos(bits)
        ),
    )
    yield from ways(*DECIMAL, taken_off(int), taken_off(lambda bits: int(bits, 16)))
    yield from ways(
        *REPLACED_TWICE,
        *(
            lambda bits, of=of: of(len(bits)) if bits[0] == "1" else twos(bits)
            for of in (
                lambda width: -1,
                lambda width: -(2**width),
            )
        ),
    )
    yield from ways(
        *PRECEDENCE,
        lambda bits: _rest(bits) - int(bits[0]) * (2 ** len(bits) - 1),
        lambda bits: _rest(bits) - int(bits[0]) * 2 ** len(bits) - 1,
        lambda bits: _rest(bits) - 2 ** len(bits) - 1 if bits[0] == "1" else _rest(bits),
        lambda bits: _rest(bits) - 2 ** len(bits) + 1 if bits[0] == "1" else _rest(bits),
        lambda bits: unsigned(bits) - 2 ** len(bits) - 1 if bits[0] == "1" else unsigned(bits),
    )


def _rest(bits: str) -> int:
    """The value of all bits but the first."""
    return int("0" + bits[1:], 2)


def _about_padding(right: Reading) -> Iterator[Misconception]:
    """More places than there are bits: right as long as the zeros stand in front."""
    yield from ways(
        "padded-on-the-right",
        "Patterns were filled up with zeros behind them, to whole bytes or to a fixed width, as "
        "`np.packbits` does: every place counts too much then. Zeros in front change nothing of an "
        "unsigned number.",
        lambda bits: right(bits.ljust(-(-len(bits) // 8) * 8, "0")),
        *(lambda bits, width=width: right(bits.ljust(width, "0")) for width in (8, 16, 32, 64)),
    )


def _weighed(weight: Callable[[int, int], Any]) -> Callable[[str], Any]:
    """The sum of what each 1 counts, told from its place (0 is the last) and the width."""
    return lambda bits: sum(
        weight(place, len(bits)) for place, bit in enumerate(reversed(bits)) if bit == "1"
    )


def _all_at(bits: str, place: int) -> int:
    """As many ones as there are, each worth what a bit of that index is."""
    return bits.count("1") * 2 ** (len(bits) - 1 - place) if "1" in bits else 0


def _about_places(right: Reading) -> Iterator[Misconception]:
    yield from ways(*BITS_REVERSED, lambda bits: right(bits[::-1]))
    yield from ways(
        *TRAILING_ZEROS_CUT,
        lambda bits: right(bits.rstrip("0") or "0"),
        lambda bits: right(bits.strip("0") or "0"),
    )
    yield from ways(*PLACE_SQUARED, _weighed(lambda place, width: place**2))
    yield from both(
        PLACE_SQUARED, BITS_REVERSED, _weighed(lambda place, width: (width - 1 - place) ** 2)
    )
    yield from ways(
        *LAST_BIT_DROPPED,
        lambda bits: right(bits[:-1] or "0"),
        lambda bits: right(bits[:-1] + "0"),
        lambda bits: right(bits) / 2,
    )
    yield from ways(*PLACES_OFF_BY_ONE, lambda bits: 2 * right(bits))
    yield from ways(
        "zeros-without-a-place",
        "A 0 has no effect in your result, as if it were not there. It counts nothing, but it "
        "moves all bits before it one place up: double at every bit, not only at a 1.",
        lambda bits: 2 ** bits.count("1") - 1,
        lambda bits: right(bits.replace("0", "") or "0"),
        lambda bits: 2 ** bits.count("1") - 1 - (int(bits[0]) << len(bits)),
    )
    yield from ways(
        *FIRST_OF_EQUALS,
        lambda bits: _all_at(bits, bits.find("1")),
        lambda bits: _all_at(bits, bits.rfind("1")),
        lambda bits: _all_at(bits, bits.find("1")) - (int(bits[0]) << len(bits)),
        lambda bits: _all_at(bits, bits.rfind("1")) - (int(bits[0]) << len(bits)),
    )
    yield from ways(
        *PRECEDENCE,
        _weighed(lambda place, width: 2**width - width + place),
        lambda bits: sum(int(bit) * 2 ** len(bits) - 1 - i for i, bit in enumerate(bits)),
    )
    yield from ways(
        "one-place-only",
        "A single place makes up your result. Is the `return` inside of the loop, or `=` where "
        "`+=` is meant?",
        lambda bits: int(bits[0]),
        lambda bits: int(bits[-1]),
        lambda bits: int(bits[0]) << (len(bits) - 1),
        lambda bits: 1 << (len(bits) - 1),
        lambda bits: 1 << bits[::-1].rfind("1") if "1" in bits else 0,
    )
    yield from ways(
        *CARET,
        _weighed(lambda place, width: 2 ^ place),
        lambda bits: sum(int(bit) * (2 ^ (len(bits) - i)) for i, bit in enumerate(bits)),
        lambda bits: int(bits, 2) - (2 ^ len(bits)) if bits[0] == "1" else int(bits, 2),
        lambda bits: int("0" + bits[1:], 2) - int(bits[0]) * (2 ^ (len(bits) - 1)),
        _weighed(lambda place, width: -(2 ^ place) if place == width - 1 else 2 ^ place),
        _weighed(lambda place, width: -(2 ^ place) if place == width - 1 else 2**place),
    )


def _about_two_ends(right: Reading) -> Iterator[Misconception]:
    yield from ways(
        "bits-reversed-and-dropped",
        "Two mistakes: the bits were read from the wrong end (the first character is the most "
        "significant bit), and one of the ends was left out of the loop or slice.",
        lambda bits: right(bits[-2::-1] or "0"),
        lambda bits: right("0" + bits[-2::-1]),
        lambda bits: right(bits[:0:-1] or "0"),
    )
    yield from ways(
        "bits-reversed-and-doubled",
        "Two mistakes: the bits were read from the wrong end (the first character is the most "
        "significant bit), and every place counts twice what it should.",
        lambda bits: 2 * right(bits[::-1]),
    )


def _about_zero(right: Reading) -> Iterator[Misconception]:
    """Without its leading zeros, a pattern of zeros is empty."""
    yield from ways(
        "zero-fails",
        "Your function fails on patterns without a 1: nothing is left of them once the leading "
        "zeros are cut off. The value of all zeros is 0.",
        *each_instead(_is_zero, (ValueError, IndexError, TypeError), right),
    )


def _is_zero(bits: str) -> bool:
    return "1" not in bits


def _about_characters(right: Reading) -> Iterator[Misconception]:
    yield from ways(
        *DECIMAL,
        *(lambda bits, base=base: int(bits, base) for base in (10, 16, 8)),
    )
    yield from ways(
        "base-guessed",
        "`int(bits, 0)` guesses the base from a prefix such as `0b`. Without one it reads decimal "
        "digits, and refuses leading zeros: `int(bits, 2)`.",
        lambda bits: int(bits, 0),
    )
    yield from ways(
        "ones-counted",
        "The ones were counted. A one counts what its place is worth, not 1.",
        lambda bits: bits.count("1"),
    )
    yield from ways(
        *ZEROS_COUNTED,
        lambda bits: right(inverted(bits)),
    )
    yield from ways(
        *CHARACTERS_NOT_DIGITS,
        lambda bits: sum(ord(bit) << place for place, bit in enumerate(reversed(bits))),
        lambda bits: 2 ** len(bits) - 1,
    )
    yield from both(CHARACTERS_NOT_DIGITS, PLACES_OFF_BY_ONE, lambda bits: 2 * (2 ** len(bits) - 1))
