"""Solutions of exercise 01 as students could write them: integer_range."""

from __future__ import annotations

import numpy as np

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
