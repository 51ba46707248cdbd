"""Solutions of exercise 01 as students could write them: model_bytes."""

from __future__ import annotations

import math

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
