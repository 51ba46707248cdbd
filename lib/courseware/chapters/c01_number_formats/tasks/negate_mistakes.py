"""Mistakes in `negate`."""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.common import LEADING_ZEROS_KEPT, bare, inverted
from courseware.chapters.c01_number_formats.tasks.negate_causes import (
    BACKWARDS,
    CARRY_KEPT,
    CUT_AT_THE_WRONG_END,
    FIRST_BIT_KEPT,
    MINIMUM_SATURATED,
    MINIMUM_ZERO,
    ONE_SUBTRACTED,
    ONES_COMPLEMENT,
    PREFIX_KEPT,
    WIDTH_LOST,
    ZERO_CHANGED,
)
from courseware.chapters.c01_number_formats.tasks.negate_pairs import (
    ABOUT_THE_SHORTCUT,
    highest_for_lowest,
    ones_for_zero,
    two_at_once,
    zero_for_lowest,
)
from courseware.chapters.c01_number_formats.tasks.negate_values import (
    ABOUT_VALUES,
    EIGHT_BITS,
    MODULUS_OFF,
)
from courseware.chapters.c01_number_formats.tasks.negate_wrong_ways import (
    as_wide_as,
    but_first,
    carry_kept,
    carry_stops,
    inverted_bare,
    is_lowest,
    is_zero,
    leaves_ones,
    masked,
    negated,
    stops_at_ones,
    written,
)
from courseware.checks.forms import FORMS
from courseware.checks.machine_integers import DIGITS_LOST, through_float32
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.python_slips import CARET, REPLACED_TWICE

NOT_INVERTED = ("not-inverted", "One was added, but the bits were not inverted before.")

_PAIRS = two_at_once(
    {
        "inverts": (
            (NOT_INVERTED, lambda bits: int(bits, 2)),
            (BACKWARDS, lambda bits: int(bits[::-1], 2)),
            (LEADING_ZEROS_KEPT, inverted_bare),
            (REPLACED_TWICE, lambda bits: 0),
            (REPLACED_TWICE, lambda bits: 2 ** len(bits) - 1),
            (FIRST_BIT_KEPT, lambda bits: int(bits[0] + inverted(bits[1:]), 2)),
        ),
        "adds": ((ONES_COMPLEMENT, 0), (ONE_SUBTRACTED, -1)),
        "keeps": (
            (CARRY_KEPT, lambda number, width: number),
            (MODULUS_OFF, lambda number, width: number % max(2**width - 1, 1)),
            (EIGHT_BITS, lambda number, width: number % 256),
            (CUT_AT_THE_WRONG_END, lambda n, width: n >> max(n.bit_length() - width, 0)),
        ),
        "alone": (
            (MINIMUM_SATURATED, highest_for_lowest),
            (MINIMUM_ZERO, zero_for_lowest),
            (ZERO_CHANGED, ones_for_zero),
        ),
        "writes": (
            (WIDTH_LOST, lambda bits, number: bare(number)),
            (EIGHT_BITS, lambda bits, number: f"{number:08b}"),
            (PREFIX_KEPT, lambda bits, number: bin(number)),
        ),
    }
)

MISTAKES = several(
    FORMS,
    ABOUT_THE_SHORTCUT,
    ways(
        *ONES_COMPLEMENT,
        inverted,
    ),
    ways(
        "sign-bit-flipped",
        "Only the first bit was flipped. That negates a sign-and-magnitude number; in two's "
        "complement the first bit has a weight, so flipping it changes the value by "
        "2**(width−1).",
        lambda bits: inverted(bits[0]) + bits[1:],
    ),
    ways(
        *NOT_INVERTED,
        lambda bits: written(int(bits, 2) + 1, len(bits)),
        lambda bits: bits,
    ),
    ways(*BACKWARDS, lambda bits: written(int(bits[::-1], 2) + 1, len(bits))),
    both(BACKWARDS, ONES_COMPLEMENT, lambda bits: bits[::-1]),
    ways(
        *CARRY_KEPT,
        carry_kept,
    ),
    both(
        WIDTH_LOST,
        (
            "carry-kept-for-zero",
            "Zero comes out with one bit too many: inverted it is all ones, and the carry out of "
            "the first place was kept. A register has no place for it: it is dropped.",
        ),
        lambda bits: bin(int(inverted(bits), 2) + 1)[2:],
    ),
    ways(
        *LEADING_ZEROS_KEPT,
        lambda bits: written(inverted_bare(bits) + 1, len(bits)),
        lambda bits: as_wide_as(bits, inverted_bare(bits) + 1),
        lambda bits: negated(bits.lstrip("0") or "0").zfill(len(bits)),
    ),
    ways(
        *CUT_AT_THE_WRONG_END,
        lambda bits: carry_kept(bits)[: len(bits)],
    ),
    ways(
        "carry-refused",
        "Your function fails on zero, which maps to itself. There is no 1 in it that could be "
        "looked for; and by the rule, the carry runs out of the first place (1111 + 1 is a "
        "number of five bits) and is dropped.",
        *each_instead(
            is_zero, (ValueError, IndexError, OverflowError, TypeError, RuntimeError), negated
        ),
    ),
    ways(
        *ZERO_CHANGED,
        lambda bits: inverted(bits) if is_zero(bits) else negated(bits),
        lambda bits: inverted(bits[:-1]) + "0" if is_zero(bits) else negated(bits),
        lambda bits: "1" + bits[1:] if is_zero(bits) else negated(bits),
    ),
    ABOUT_VALUES,
    ways(
        "unsigned-value-negated",
        "The unsigned value was negated, which leaves the range where the pattern starts with "
        "1: −251 does not fit into 8 bits. Negate the signed value, or bring the result into "
        "the range by a remainder.",
        *each_instead(
            lambda bits: -int(bits, 2) < -(2 ** (len(bits) - 1)),
            (ValueError, OverflowError),
            negated,
        ),
    ),
    ways(
        "minimum-refused",
        "The lowest number was refused. It has no positive counterpart of this width, and "
        "the rule “invert, add one” gives the same pattern again.",
        *each_instead(
            is_lowest, (ValueError, IndexError, OverflowError, TypeError, RuntimeError), negated
        ),
    ),
    ways(
        *MINIMUM_SATURATED,
        lambda bits: inverted(bits) if is_lowest(bits) else negated(bits),
    ),
    ways(
        *MINIMUM_ZERO,
        lambda bits: "0" * len(bits) if is_lowest(bits) else negated(bits),
    ),
    ways(
        "carry-stops-before-the-first-place",
        "The carry never reaches the first bit, which was only inverted. The one is added to "
        "the whole pattern: the first bit is a place like the others.",
        but_first,
    ),
    ways(
        "carry-stops",
        "The carry goes too short a way. As long as 1 + 1 meet, it runs on to the next place.",
        *(carry_stops(places) for places in (2, 3, 4, 8)),
        stops_at_ones,
    ),
    ways(
        "ones-left-by-the-carry",
        "The last 0 of the inverted bits became 1, and the ones behind it stayed. The one is added "
        "at the last place: 1 + 1 is 0, so each 1 that the carry passes becomes 0.",
        leaves_ones,
        lambda bits: "0" * len(bits) if is_zero(bits) else leaves_ones(bits),
        lambda bits: (
            inverted(bits)[:-1] + "1" + inverted(bits) if is_zero(bits) else leaves_ones(bits)
        ),
        *each_instead(is_zero, (ValueError, IndexError), leaves_ones),
    ),
    ways(
        "mask-of-fixed-width",
        "The result was cut to a fixed number of bits, as by `& 0xFFFFFFFF`, whatever the width: "
        "where that is more, the bits in front come out as zeros. The mask of so wide a pattern is "
        "2**width − 1.",
        *map(masked, (16, 32)),
    ),
    ways(
        "carry-forgotten",
        "The one was put into the last place without its carry. 1 + 1 is 0, carry 1.",
        lambda bits: inverted(bits)[:-1] + "1",
        lambda bits: inverted(bits)[:-1] + bits[-1],
    ),
    ways(
        *PREFIX_KEPT,
        lambda bits: bin(int(negated(bits), 2)),
        lambda bits: bin(int(inverted(bits), 2) + 1),
        lambda bits: bin(int(negated(bits), 2)).zfill(len(bits)),
    ),
    ways(
        *WIDTH_LOST,
        lambda bits: format(int(negated(bits), 2), "b"),
        lambda bits: "0" if is_zero(bits) else negated(bits),
        lambda bits: negated(bits.lstrip("0") or "0"),
    ),
    ways(
        *ONE_SUBTRACTED,
        lambda bits: written(int(inverted(bits), 2) - 1, len(bits)),
    ),
    ways(
        "one-appended",
        "The one was written behind the pattern. It is to be added, as to a number.",
        lambda bits: inverted(bits) + "1",
        lambda bits: (inverted(bits) + "1")[1:],
    ),
    ways(
        "negative-left-alone",
        "Only numbers of one sign were negated. The rule is the same for all: invert, add one.",
        lambda bits: bits if bits[0] == "1" else negated(bits),
        lambda bits: bits if bits[0] == "0" else negated(bits),
        lambda bits: inverted(bits) if bits[0] == "0" else negated(bits),
        lambda bits: inverted(bits) if bits[0] == "1" else negated(bits),
    ),
    ways(
        *REPLACED_TWICE,
        lambda bits: written(1, len(bits)),
        lambda bits: "0" * len(bits),
        lambda bits: format(2 ** len(bits), "b"),
        lambda bits: "1" * len(bits),
    ),
    ways(
        "bits-reversed",
        "The result is written from the wrong end: the carry runs from the right to the left, "
        "but the most significant bit still comes first.",
        lambda bits: negated(bits)[::-1],
        lambda bits: negated(bits[::-1]),
    ),
    ways(
        "begun-at-the-wrong-end",
        "The rule was applied from the left. The one is added at the last place, and its carry "
        "runs to the left. The shortcut goes the same way: all from the last 1 on stays, and what "
        "is to its left is inverted.",
        lambda bits: negated(bits[::-1])[::-1],
    ),
    ways(
        *FIRST_BIT_KEPT,
        lambda bits: bits[0] + negated(bits)[1:],
        lambda bits: written(int(bits[0] + inverted(bits[1:]), 2) + 1, len(bits)),
    ),
    ways(
        "bit-skipped",
        "A bit was skipped at one of the ends: look at where your loop or slice begins and ends.",
        lambda bits: inverted(bits[:-1]) + bits[-1],
        lambda bits: negated(bits)[1:],
        lambda bits: negated(bits)[:-1],
        lambda bits: "0" + negated(bits)[1:],
    ),
    ways(
        *CARET,
        lambda bits: format((int(inverted(bits), 2) + 1) % (2 ^ len(bits)), f"0{len(bits)}b"),
        lambda bits: format(-int(bits, 2) % (2 ^ len(bits)), f"0{len(bits)}b"),
        lambda bits: format((2 ^ len(bits)) - int(bits, 2), f"0{len(bits)}b"),
    ),
    ways(
        *DIGITS_LOST,
        lambda bits: written(int(float(int(inverted(bits), 2)) + 1), len(bits)),
        lambda bits: written(-int(float(int(bits, 2))), len(bits)),
        lambda bits: written(int(2.0 ** len(bits) - int(bits, 2)), len(bits)),
        lambda bits: written(-through_float32(int(bits, 2)), len(bits)),
        lambda bits: written(through_float32(int(inverted(bits), 2)) + 1, len(bits)),
    ),
    _PAIRS,
)
