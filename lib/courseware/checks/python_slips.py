"""Slips of the language: Python does not do what it seems to say."""

from __future__ import annotations

CARET = (
    "caret-for-power",
    "`^` is no power in Python: it compares two numbers bit by bit (XOR), so `2 ^ 3` is 1. A power "
    "is written `2**3`.",
)
REPLACED_TWICE = (
    "replaced-twice",
    "Two `replace`s in a row undo each other: after the first one all characters are alike, and "
    "the second one turns them all. Decide for each character, or use `str.translate`.",
)
SHIFTS_FIRST = (
    "shift-before-and",
    "Shifts bind tighter than `&`, and `+` and `-` tighter than shifts: `n & 0xFF00 >> 8` is "
    "`n & (0xFF00 >> 8)`, and `1 << 8 - 1` is `1 << 7`. Write the parentheses.",
)
FIRST_OF_EQUALS = (
    "first-of-equals",
    "`index` and `find` give the place of the first character that is equal, and so the same "
    "place for every 1. Take the place from the loop: `enumerate`.",
)
ZERO_FOR_MISSING = (
    "zero-taken-for-missing",
    "A 0 was taken for a value that is missing: `value or …` and `if value` ask whether it is 0. "
    "It is a number like the others.",
)
PRECEDENCE = (
    "exponent-cut-short",
    "`**` binds tighter than `-`: `2**n - 1` is (2**n) − 1. An exponent that is a difference "
    "needs its own parentheses.",
)
