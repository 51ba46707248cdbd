"""Solutions of exercise 01 as students could write them: model_bytes."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("model_bytes", says="bits-not-bytes")
def counts_bits(n_params, bits_per_param):
    return math.ceil(n_params * bits_per_param)


@wrong("model_bytes", says="rounded-down")
def floors_the_total(n_params, bits_per_param):
    return int(n_params * bits_per_param) // 8


@wrong("model_bytes", says="rounded-per-parameter")
def a_byte_for_every_parameter(n_params, bits_per_param):
    return n_params * math.ceil(bits_per_param / 8)


@wrong("model_bytes", says="rounded-to-nearest")
def rounds_the_total(n_params, bits_per_param):
    return round(n_params * bits_per_param / 8)


@wrong("model_bytes", says="float-returned")
def leaves_the_fraction(n_params, bits_per_param):
    return n_params * bits_per_param / 8


@wrong("model_bytes", says="bytes-multiplied")
def multiplies_by_eight(n_params, bits_per_param):
    return math.ceil(8 * n_params * bits_per_param)


@wrong("model_bytes", says="floor-division-first")
def divides_too_early(n_params, bits_per_param):
    return int(n_params * (bits_per_param // 8))


@right("model_bytes")
def with_ceil(n_params, bits_per_param):
    return math.ceil(n_params * bits_per_param / 8)


@right("model_bytes")
def with_negative_floor(n_params, bits_per_param):
    return int(-(-(n_params * bits_per_param) // 8))


@right("model_bytes")
def with_a_remainder(n_params, bits_per_param):
    whole, rest = divmod(n_params * bits_per_param, 8)
    return int(whole) + (rest > 0)


@right("model_bytes")
def with_a_float64_tensor(n_params, bits_per_param):
    total = torch.tensor(n_params, dtype=torch.float64) * bits_per_param / 8
    return total.ceil().to(torch.int64)


@wrong("model_bytes", says="float-from-floor-division")
def negative_floor_of_a_float(n_params, bits_per_param):
    return -(-n_params * bits_per_param // 8)


@wrong("model_bytes", says="rounded-down-to-a-float")
def floor_division_of_a_float(n_params, bits_per_param):
    return n_params * bits_per_param // 8


@wrong("model_bytes", says="bits-ignored")
def always_float32(n_params, bits_per_param):
    return n_params * 4


@wrong("model_bytes", says="digits-lost")
def counts_in_float32(n_params, bits_per_param):
    return int(torch.ceil(torch.tensor(float(n_params)) * bits_per_param / 8))


@wrong("model_bytes", says="integers-wrapped")
def counts_in_int32(n_params, bits_per_param):
    bits = np.array([int(n_params * bits_per_param + 0.999)]).astype(np.int32)
    return math.ceil(int(bits[0]) / 8)


@wrong("model_bytes", says="always-one-more")
def adds_a_byte_in_any_case(n_params, bits_per_param):
    return int(n_params * bits_per_param / 8) + 1


@wrong("model_bytes", says="bits-made-whole")
def takes_whole_bits(n_params, bits_per_param):
    return math.ceil(n_params * int(bits_per_param) / 8)


@wrong("model_bytes", says="bits-made-whole")
def takes_the_next_whole_bits(n_params, bits_per_param):
    return math.ceil(n_params * math.ceil(bits_per_param) / 8)


@wrong("model_bytes", says="fraction-of-a-bit-lost")
def makes_the_bits_whole_first(n_params, bits_per_param):
    return (int(n_params * bits_per_param) + 7) // 8


@wrong("model_bytes", says="rounded-to-nearest")
def adds_a_half(n_params, bits_per_param):
    return int(n_params * bits_per_param / 8 + 0.5)


@wrong("model_bytes", says="count-divided-first")
def divides_the_count(n_params, bits_per_param):
    return math.ceil(n_params // 8 * bits_per_param)


@wrong("model_bytes", says="other-unit")
def returns_kilobytes(n_params, bits_per_param):
    return n_params * bits_per_param / 8 / 1024


@wrong("model_bytes", says="at-least-one-byte")
def never_returns_zero(n_params, bits_per_param):
    return max(1, math.ceil(n_params * bits_per_param / 8))


@wrong("model_bytes", says="float-returned")
def rounds_up_with_numpy(n_params, bits_per_param):
    return np.ceil(n_params * bits_per_param / 8)


@wrong("model_bytes", says="bits-not-bytes")
def divides_by_two_caret_three(n_params, bits_per_param):
    return math.ceil(n_params * bits_per_param / (2 ^ 3))


@wrong("model_bytes", says="text-not-number")
def returns_a_text(n_params, bits_per_param):
    return f"{math.ceil(n_params * bits_per_param / 8)}"


@wrong("model_bytes", says="gaps-left")
def fills_bytes_with_whole_parameters(n_params, bits_per_param):
    if bits_per_param >= 8:
        return math.ceil(n_params * bits_per_param / 8)
    per_byte = int(8 // bits_per_param)
    return math.ceil(n_params / per_byte)


@wrong("model_bytes", says="half-added-before-round")
def adds_a_half_and_rounds(n_params, bits_per_param):
    size = n_params * bits_per_param / 8
    return round(size + 0.5)


@wrong("model_bytes", says="fraction-of-a-bit-lost")
def adds_nine_tenths(n_params, bits_per_param):
    return int(n_params * bits_per_param / 8 + 0.9)


@wrong("model_bytes", says="bits-made-whole")
def cuts_the_bits_and_rounds_each(n_params, bits_per_param):
    return n_params * math.ceil(int(bits_per_param) / 8)


@wrong("model_bytes", says="bits-made-whole")
def rounds_bits_up_and_bytes_down(n_params, bits_per_param):
    return math.ceil(bits_per_param) * n_params // 8
