"""Solutions of exercise 03 as students could write them: bits per weight."""

from __future__ import annotations

import math

import numpy as np

from tests.mutants.table import right, wrong


@wrong("bits_per_weight", says="overhead-forgotten")
def counts_only_codes(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits


@wrong("bits_per_weight", says="zero-point-forgotten")
def counts_no_zero_points(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + scale_bits / group_size


@wrong("bits_per_weight", says="zero-point-not-shared")
def misplaces_a_bracket(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + scale_bits / group_size + zero_point_bits


@wrong("bits_per_weight", says="scale-not-shared")
def gives_every_weight_a_scale(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + scale_bits + zero_point_bits


@wrong("bits_per_weight", says="scale-not-shared")
def divides_only_the_zero_point(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + scale_bits + zero_point_bits / group_size


@wrong("bits_per_weight", says="code-shared")
def divides_everything(n_bits, group_size, scale_bits, zero_point_bits=0):
    return (n_bits + scale_bits + zero_point_bits) / group_size


@wrong("bits_per_weight", says="bits-of-a-group")
def returns_the_bits_of_a_group(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits * group_size + scale_bits + zero_point_bits


@wrong("bits_per_weight", says="whole-bits")
def divides_without_remainder(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + (scale_bits + zero_point_bits) // group_size


@wrong("bits_per_weight", says="whole-bits")
def rounds_up(n_bits, group_size, scale_bits, zero_point_bits=0):
    return math.ceil(n_bits + (scale_bits + zero_point_bits) / group_size)


@wrong("bits_per_weight", says="digits-dropped")
def rounds_to_two_decimals(n_bits, group_size, scale_bits, zero_point_bits=0):
    return round(n_bits + (scale_bits + zero_point_bits) / group_size, 2)


@wrong("bits_per_weight", says="scale-bits-cut")
def cuts_the_scale_bits(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + (int(scale_bits) + zero_point_bits) / group_size


@wrong("bits_per_weight", says="bytes-not-bits")
def returns_bytes(n_bits, group_size, scale_bits, zero_point_bits=0):
    return (n_bits + (scale_bits + zero_point_bits) / group_size) / 8


@wrong("bits_per_weight", says="overhead-multiplied")
def multiplies_by_the_group(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + (scale_bits + zero_point_bits) * group_size


@wrong("bits_per_weight", says="ratio-to-float32")
def returns_the_compression(n_bits, group_size, scale_bits, zero_point_bits=0):
    return 32 / (n_bits + (scale_bits + zero_point_bits) / group_size)


@wrong("bits_per_weight", says="returns-none")
def prints_the_bits(n_bits, group_size, scale_bits, zero_point_bits=0):
    print(n_bits + (scale_bits + zero_point_bits) / group_size)


@wrong("bits_per_weight", says="default-lost")
def wants_all_four_values(n_bits, group_size, scale_bits, zero_point_bits):
    return n_bits + (scale_bits + zero_point_bits) / group_size


@wrong("bits_per_weight", says="zero-point-forgotten")
def takes_no_zero_point(n_bits, group_size, scale_bits):
    return n_bits + scale_bits / group_size


@wrong("bits_per_weight", says="off-limits")
def asks_the_library(n_bits, group_size, scale_bits, zero_point_bits=0):
    import model_compression.weight_quantization as ready

    return ready.bits_per_weight(n_bits, group_size, scale_bits, zero_point_bits)


@right("bits_per_weight")
def total_of_a_group_over_its_size(n_bits, group_size, scale_bits, zero_point_bits=0):
    return (n_bits * group_size + scale_bits + zero_point_bits) / group_size


@right("bits_per_weight")
def exact_fractions(n_bits, group_size, scale_bits, zero_point_bits=0):
    from fractions import Fraction

    overhead = Fraction(scale_bits) + Fraction(zero_point_bits)
    return float(n_bits + overhead / group_size)


@right("bits_per_weight")
def a_numpy_scalar(n_bits, group_size, scale_bits, zero_point_bits=0):
    return np.float64(n_bits) + np.float64(scale_bits + zero_point_bits) / group_size


@wrong("bits_per_weight", says="overhead-forgotten")
def counts_codes_alone(n_bits, group_size, scale_bits, zero_point_bits=0):
    return float(n_bits)


@wrong("bits_per_weight", says="group-of-codes-forgotten")
def counts_the_overhead_alone(n_bits, group_size, scale_bits, zero_point_bits=0):
    return (scale_bits + zero_point_bits) / group_size


@wrong("bits_per_weight", says="zero-point-subtracted")
def takes_the_zero_point_off(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + (scale_bits - zero_point_bits) / group_size


@wrong("bits_per_weight", says="text-not-number")
def writes_the_bits_down(n_bits, group_size, scale_bits, zero_point_bits=0):
    return str(n_bits + (scale_bits + zero_point_bits) / group_size)


@wrong("bits_per_weight", says="second-scale-twice")
def adds_the_second_scale_again(n_bits, group_size, scale_bits, zero_point_bits=0):
    return n_bits + (scale_bits + 32 / 256 + zero_point_bits) / group_size


@wrong("bits_per_weight", says="zero-point-as-scale")
def stores_a_zero_point_like_a_scale(n_bits, group_size, scale_bits, zero_point_bits=0):
    numbers = 2 if zero_point_bits else 1
    return n_bits + numbers * scale_bits / group_size


@wrong("bits_per_weight", says="scale-or-zero-point")
def counts_one_of_the_two(n_bits, group_size, scale_bits, zero_point_bits=0):
    if zero_point_bits > 0:
        return n_bits + zero_point_bits / group_size
    return n_bits + scale_bits / group_size


@wrong("bits_per_weight", says="bits-multiplied")
def multiplies_the_bits_and_rounds(n_bits, group_size, scale_bits, zero_point_bits=0):
    extra = scale_bits * zero_point_bits if zero_point_bits else scale_bits
    return round(n_bits + extra / group_size, 2)


@wrong("bits_per_weight", says="zero-taken-for-missing")
def takes_no_zero_point_for_an_unknown_one(n_bits, group_size, scale_bits, zero_point_bits=0):
    zero_point_bits = zero_point_bits or n_bits
    return (group_size * n_bits + scale_bits + zero_point_bits) / group_size
