"""Solutions of exercise 01 as students could write them: integer_range."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("integer_range", says="range-symmetric")
def same_on_both_sides(width, signed):
    if not signed:
        return 0, 2**width - 1
    return -(2 ** (width - 1) - 1), 2 ** (width - 1) - 1


@wrong("integer_range", says="end-not-included")
def like_pythons_range(width, signed):
    return (-(2 ** (width - 1)), 2 ** (width - 1)) if signed else (0, 2**width)


@wrong("integer_range", says="signed-ignored")
def always_from_zero(width, signed):
    return 0, 2**width - 1


@wrong("integer_range", says="always-signed")
def always_with_a_sign(width, signed):
    return -(2 ** (width - 1)), 2 ** (width - 1) - 1


@wrong("integer_range", says="ends-swapped")
def highest_first(width, signed):
    return (2 ** (width - 1) - 1, -(2 ** (width - 1))) if signed else (2**width - 1, 0)


@wrong("integer_range", says="sign-bit-not-counted")
def sign_costs_nothing(width, signed):
    return (-(2**width), 2**width - 1) if signed else (0, 2**width - 1)


@wrong("integer_range", says="count-returned")
def number_of_patterns(width, signed):
    return 2**width


@wrong("integer_range", says="float-for-integer")
def divides_to_floats(width, signed):
    half = 2**width / 2
    return (-half, half - 1) if signed else (0, 2**width - 1)


@right("integer_range")
def with_shifts(width, signed):
    half = 1 << (width - 1)
    return [-half, half - 1] if signed else [0, (1 << width) - 1]


@right("integer_range")
def by_counting(width, signed):
    patterns = 2**width
    low = -(patterns // 2) if signed else 0
    return low, low + patterns - 1


@right("integer_range")
def with_numpy_integers(width, signed):
    if width == 64:
        return (-(2**63), 2**63 - 1) if signed else (0, 2**64 - 1)
    top = np.int64(2 ** (width - 1 if signed else width) - 1)
    return (-top - 1, top) if signed else (np.int64(0), top)


@wrong("integer_range", says="one-bit-rounded")
def takes_one_bit_apart(width, signed):
    if width == 1:
        return 0, 1
    return (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if signed else (0, 2**width - 1)


@wrong("integer_range", says="end-not-included")
def forgets_the_zero_of_signed_ones(width, signed):
    return (-(2 ** (width - 1)), 2 ** (width - 1)) if signed else (0, 2**width - 1)


@wrong("integer_range", says="end-left-out")
def takes_the_one_off_twice(width, signed):
    count = 2**width - 1
    return (-(2 ** (width - 1)), 2 ** (width - 1) - 2) if signed else (0, count - 1)


@wrong("integer_range", says="starts-at-one")
def begins_at_one(width, signed):
    return (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if signed else (1, 2**width)


@wrong("integer_range", says="exponent-cut-short")
def forgets_the_parentheses(width, signed):
    return (-(2**width) - 1, 2**width - 1 - 1) if signed else (0, 2**width - 1)


@wrong("integer_range", says="caret-for-power")
def writes_carets(width, signed):
    if signed:
        return -(2 ^ (width - 1)), (2 ^ (width - 1)) - 1
    return 0, (2 ^ width) - 1


@wrong("integer_range", says="eight-bits-assumed")
def knows_bytes_only(width, signed):
    return (-128, 127) if signed else (0, 255)


@wrong("integer_range", says="signed-inverted")
def swaps_the_branches(width, signed):
    return (0, 2**width - 1) if signed else (-(2 ** (width - 1)), 2 ** (width - 1) - 1)


@wrong("integer_range", says="minus-lost")
def forgets_the_minus_sign(width, signed):
    return (2 ** (width - 1), 2 ** (width - 1) - 1) if signed else (0, 2**width - 1)


@wrong("integer_range", says="minus-binds-last")
def raises_minus_two(width, signed):
    return ((-2) ** (width - 1), 2 ** (width - 1) - 1) if signed else (0, 2**width - 1)


@wrong("integer_range", says="one-end-only")
def returns_the_highest(width, signed):
    return 2 ** (width - 1) - 1 if signed else 2**width - 1


@wrong("integer_range", says="width-for-power")
def multiplies_by_the_width(width, signed):
    return (-width, width - 1) if signed else (0, 2 * width - 1)


@wrong("integer_range", says="integers-wrapped")
def powers_of_int64(width, signed):
    count = np.int64(2) ** np.int64(width)
    return (int(-(count // 2)), int(count // 2 - 1)) if signed else (0, int(count - 1))


@wrong("integer_range", says="integers-wrapped")
def powers_of_int32(width, signed):
    half = (torch.tensor(2, dtype=torch.int32) ** (width - 1)).item()
    return (-half, half - 1) if signed else (0, 2 * half - 1)


@wrong("integer_range", says="digits-lost")
def powers_of_floats(width, signed):
    half = math.pow(2, width - 1)
    return (int(-half), int(half - 1)) if signed else (0, int(2 * half - 1))


@wrong("integer_range", says="text-not-number")
def two_strings(width, signed):
    if signed:
        return str(-(2 ** (width - 1))), str(2 ** (width - 1) - 1)
    return "0", str(2**width - 1)


@wrong("integer_range", says="pair-in-another-container")
def a_dict_of_ends(width, signed):
    low = -(2 ** (width - 1)) if signed else 0
    return {"lowest": low, "highest": low + 2**width - 1}


@wrong("integer_range", says="digits-lost")
def halves_with_true_division(width, signed):
    patterns = 2**width
    if signed:
        return (int(-patterns / 2), int(patterns / 2 - 1))
    return (0, patterns - 1)


@wrong("integer_range", says="range-of-the-next-type")
def asks_torch_for_the_next_type(width, signed):
    room = next(room for room in (8, 16, 32, 64) if width <= room)
    info = torch.iinfo(getattr(torch, f"{'' if signed else 'u'}int{room}"))
    return int(info.min), int(info.max)


@wrong("integer_range", says="all-ones-for-the-lowest")
def takes_all_ones_for_the_lowest(width, signed):
    ones = 2**width - 1
    return (ones - 2**width, ones >> 1) if signed else (0, ones)


@wrong("integer_range", says="exponent-cut-short")
def forgets_the_brackets_at_both_ends(width, signed):
    return (-(2**width - 1), 2**width - 1 - 1) if signed else (0, 2**width - 1)


@wrong("integer_range", says="one-end-moved")
def moves_the_lower_end_alone(width, signed):
    low, high = 0, 2**width - 1
    if signed:
        low = -(2 ** (width - 1))
    return low, high


@wrong("integer_range", says="one-bit-rounded")
def rounds_half_of_the_highest(width, signed):
    highest = 2**width - 1
    low = round(-highest / 2) if signed and width < 50 else -(2 ** (width - 1)) * signed
    return low, low + highest


@wrong("integer_range", says="range-symmetric")
def excludes_the_end_and_mirrors_it(width, signed):
    return (-(2 ** (width - 1)) + 1, 2 ** (width - 1)) if signed else (0, 2**width)
