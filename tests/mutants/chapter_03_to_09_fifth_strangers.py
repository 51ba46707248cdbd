"""Answers of a fifth round of strangers who were told a cause that is not true: exercises 03–09."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("random_reinit", says="same-in-each-layer")
def starts_the_generator_anew_for_each_layer(shapes, masks, seed):
    new = {}
    for name, shape in shapes.items():
        g = torch.Generator().manual_seed(seed)
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        new[name] = (torch.rand(shape, generator=g) * 2 - 1) * bound * masks[name]
    return new


@wrong("bits_per_weight", says="whole-bits")
def shares_out_a_group_by_whole_division(n_bits, group_size, scale_bits, zero_point_bits=0):
    return (n_bits * group_size + scale_bits + zero_point_bits) // group_size
