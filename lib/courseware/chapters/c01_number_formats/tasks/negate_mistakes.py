"""Mistakes in `negate`."""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.common import LEADING_ZEROS_KEPT, inverted
from courseware.chapters.c01_number_formats.tasks.negate_values import ABOUT_VALUES
from courseware.chapters.c01_number_formats.tasks.negate_wrong_ways import (
    as_wide_as,
    but_first,
    carry_kept,
    carry_stops,
    first_bit_kept,
    inverted_bare,
    is_lowest,
    is_zero,
    last_one_inverted,
    negated,
    stops_at_ones,
    written,
)
from courseware.checks.forms import FORMS
from courseware.checks.machine_integers import DIGITS_LOST, through_float32
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.python_slips import CARET, REPLACED_TWICE

ONES_COMPLEMENT = (
    "ones-complement",
    "The bits are inverted; the one that makes it two's complement is not added.",
)

CARRY_KEPT = (
    "carry-kept",
    "The carry out of the first place was kept, so the result has one bit too many. "
    "A register has no place for it: it is dropped.",
)

CUT_AT_THE_WRONG_END = (
    "carry-cut-at-the-wrong-end",
    "The carry out of the first place makes the result one bit longer. It is this first "
    "bit that is dropped, not the last one.",
)

WIDTH_LOST = (
    "width-lost",
    "The width was lost on the way: leading zeros belong to the pattern.",
)

FIRST_BIT_KEPT = (
    "first-bit-kept",
    "The first bit was left as it is. Every bit is inverted, the first one as well.",
)

LAST_ONE_INVERTED = (
    "last-one-inverted",
    "All up to the last 1 was inverted, and this 1 as well. In the shortcut it stays as it is, as "
    "the zeros behind it do: only what is to its left is inverted.",
)
NOT_INVERTED = ("not-inverted", "One was added, but the bits were not inverted before.")
BACKWARDS = (
    "written-backwards",
    "The pattern was turned around, its last bit first. To invert it is to make each bit the other "
    "one, where it stands: 0 becomes 1, and 1 becomes 0.",
)

MISTAKES = several(
    FORMS,
    ways(
        *LAST_ONE_INVERTED,
        last_one_inverted,
    ),
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
    several(
        *(
            both(first, second, lambda bits, of=of, cut=cut: cut(of(bits), len(bits)))
            for first, of in (
                (NOT_INVERTED, lambda bits: as_wide_as(bits, int(bits, 2) + 1)),
                (BACKWARDS, lambda bits: as_wide_as(bits, int(bits[::-1], 2) + 1)),
            )
            for second, cut in (
                (CUT_AT_THE_WRONG_END, lambda pattern, width: pattern[:width]),
                (CARRY_KEPT, lambda pattern, width: pattern),
            )
        )
    ),
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
    both(
        LEADING_ZEROS_KEPT,
        ONES_COMPLEMENT,
        lambda bits: as_wide_as(bits, inverted_bare(bits)),
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
        "zero-changed",
        "Zero came out as another pattern, and all others are right. It maps to itself: "
        "inverted it is all ones, and the one that is added carries out of the first place.",
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
        "minimum-saturated",
        "The lowest number became the highest one. It has no positive counterpart of this "
        "width; the rule “invert, add one” gives the same pattern again.",
        lambda bits: inverted(bits) if is_lowest(bits) else negated(bits),
    ),
    ways(
        "minimum-becomes-zero",
        "The lowest number became zero. The rule “invert, add one” gives its own pattern again.",
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
        "carry-forgotten",
        "The one was put into the last place without its carry. 1 + 1 is 0, carry 1.",
        lambda bits: inverted(bits)[:-1] + "1",
        lambda bits: inverted(bits)[:-1] + bits[-1],
    ),
    ways(
        "prefix-kept",
        "Python's `0b` prefix is still there. Bits are only the characters 0 and 1.",
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
        "one-subtracted",
        "One was subtracted after inverting, or added before it, which comes to the same. "
        "Invert first, then add one.",
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
    both(
        FIRST_BIT_KEPT,
        ONES_COMPLEMENT,
        lambda bits: bits[0] + inverted(bits[1:]),
    ),
    both(
        FIRST_BIT_KEPT,
        CUT_AT_THE_WRONG_END,
        lambda bits: first_bit_kept(bits)[: len(bits)],
    ),
    both(
        FIRST_BIT_KEPT,
        CARRY_KEPT,
        first_bit_kept,
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
)
