"""What students are told of mistakes in `negate`."""

from __future__ import annotations

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
BACKWARDS = (
    "written-backwards",
    "The pattern was turned around, its last bit first. To invert it is to make each bit the other "
    "one, where it stands: 0 becomes 1, and 1 becomes 0.",
)
ZERO_CHANGED = (
    "zero-changed",
    "Zero came out as another pattern, and all others are right. It maps to itself: "
    "inverted it is all ones, and the one that is added carries out of the first place.",
)
MINIMUM_SATURATED = (
    "minimum-saturated",
    "The lowest number became the highest one. It has no positive counterpart of this "
    "width; the rule “invert, add one” gives the same pattern again.",
)
MINIMUM_ZERO = (
    "minimum-becomes-zero",
    "The lowest number became zero. The rule “invert, add one” gives its own pattern again.",
)
PREFIX_KEPT = (
    "prefix-kept",
    "Python's `0b` prefix is still there. Bits are only the characters 0 and 1.",
)
ONE_SUBTRACTED = (
    "one-subtracted",
    "One was subtracted after inverting, or added before it, which comes to the same. "
    "Invert first, then add one.",
)
