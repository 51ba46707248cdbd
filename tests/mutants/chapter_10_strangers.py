"""Answers of a fourth round of strangers, who saw the statements alone: caches and outliers."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("smooth", says="guard-too-large")
def clamps_both_at_1e_5(x_absmax, weight, alpha):
    w_max = weight.abs().amax(dim=0).clamp(min=1e-5)
    x_max = x_absmax.clamp(min=1e-5)
    s = x_max.pow(alpha) / w_max.pow(1 - alpha)
    return s, weight * s


@wrong("smooth", says="normalised")
def normalises_as_awq_does(x_absmax, weight, alpha):
    w_max = weight.abs().amax(dim=0)
    s = x_absmax**alpha / w_max ** (1 - alpha)
    s = torch.where((x_absmax == 0) | (w_max == 0), torch.ones_like(s), s)
    s = s / (s.max() * s.min()).sqrt()
    return s, weight * s


@wrong("smooth", says="exponent-cut-short")
def forgets_the_parentheses_of_an_exponent(x_absmax, weight, alpha):
    w_max = weight.abs().amax(dim=0)
    numerator = x_absmax**alpha
    denominator = w_max**1 - alpha
    s = numerator / denominator
    s = torch.where((x_absmax == 0) | (w_max == 0), torch.ones_like(s), s)
    return s, weight * s


@wrong("smooth", says="column-set-to-zero")
def sets_silent_columns_to_zero(x_absmax, weight, alpha):
    w_max = weight.abs().amax(dim=0)
    dead = (x_absmax == 0) | (w_max == 0)
    s = x_absmax**alpha / w_max ** (1 - alpha)
    s = torch.where(dead, torch.ones_like(s), s)
    new = torch.zeros_like(weight)
    new[:, ~dead] = weight[:, ~dead] * s[~dead]
    return s, new


@wrong("smooth", says="scale-upside-down")
def takes_the_norm_and_turns_it_over(x_absmax, weight, alpha):
    w_norm = weight.norm(dim=0)
    s = x_absmax**alpha / w_norm ** (1 - alpha)
    s = torch.where((x_absmax == 0) | (w_norm == 0), torch.ones_like(s), s)
    return 1 / s, weight * s


@wrong("smooth", says="alpha-ignored")
def takes_roots_above_a_millionth(x_absmax, weight, alpha=0.5):
    w_max = weight.abs().amax(dim=0)
    s = torch.sqrt(x_absmax) / torch.sqrt(w_max)
    tiny = (x_absmax < 1e-6) | (w_max < 1e-6)
    s = torch.where(tiny, torch.ones_like(s), s)
    return s, weight * s


@wrong("kv_cache_bytes", says="digits-lost")
def rounds_a_float_division_up(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    n_vectors = 2 * n_layers * n_kv_heads * context * batch
    total = n_vectors * head_dim * bits
    if group_size is not None:
        if head_dim % group_size != 0:
            raise ValueError("group_size")
        total += n_vectors * (head_dim // group_size) * 16
    return math.ceil(total / 8)


@wrong("kv_cache_bytes", says="groups-along-the-tokens")
def groups_along_the_tokens(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    numbers = 2 * n_layers * n_kv_heads * head_dim * context * batch
    total_bits = numbers * bits
    if group_size is not None:
        if context % group_size:
            raise ValueError("group_size does not divide context")
        groups = context // group_size
        total_bits += 2 * n_layers * n_kv_heads * head_dim * batch * groups * 16
    return (total_bits + 7) // 8


@wrong("kv_cache_bytes", says="integers-wrapped")
def multiplies_in_64_bits(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    vector_bits = head_dim * bits
    if group_size is not None:
        if head_dim % group_size != 0:
            raise ValueError("group_size must divide head_dim")
        vector_bits += head_dim // group_size * 16
    total = np.prod([2, n_layers, n_kv_heads, context, batch, vector_bits], dtype=np.int64)
    return int((total + 7) // 8)


@wrong("kv_cache_bytes", says="width-divided-among-heads")
def divides_the_width_among_heads(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    d = head_dim // n_kv_heads
    if group_size is None:
        group_size = d
    if d % group_size != 0:
        raise ValueError("group_size must divide the head")
    vectors = 2 * n_layers * n_kv_heads * context * batch
    total = vectors * (d * bits + d // group_size * 16)
    return (total + 7) // 8


@wrong("kv_cache_bytes", says="division-tested-backwards")
def tests_the_division_backwards(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    numbers = 2 * n_layers * n_kv_heads * head_dim * context * batch
    total = numbers * ((bits + 7) // 8)
    if group_size is not None:
        if group_size % head_dim != 0:
            raise ValueError("group_size and head_dim do not fit")
        total += numbers // group_size * 2
    return total


@wrong("hadamard_rotate", says="sign-by-the-product")
def takes_signs_of_the_product(x, block_size):
    if block_size < 1 or block_size & (block_size - 1) or x.shape[-1] % block_size:
        raise ValueError("block_size")
    H = torch.empty(block_size, block_size)
    for i in range(block_size):
        for j in range(block_size):
            H[i, j] = (-1) ** (i * j)
    return (x.reshape(-1, block_size) @ H / math.sqrt(block_size)).reshape(x.shape)


@wrong("hadamard_rotate", says="signs-changed-first")
def draws_signs_first(x, block_size):
    if block_size < 1 or block_size & (block_size - 1) or x.shape[-1] % block_size:
        raise ValueError("block_size")
    g = torch.Generator().manual_seed(0)
    signs = torch.randint(0, 2, (block_size,), generator=g) * 2.0 - 1.0
    H = torch.ones(1, 1)
    while H.shape[0] < block_size:
        H = torch.kron(torch.tensor([[1.0, 1.0], [1.0, -1.0]]), H)
    x2 = torch.atleast_2d(x)
    return ((x2.reshape(-1, block_size) * signs) @ H / math.sqrt(block_size)).reshape(x2.shape)


@wrong("hadamard_rotate", says="first-block-only")
def rotates_the_first_run_by_halves(x, block_size):
    if block_size < 1 or block_size & (block_size - 1) or x.shape[-1] % block_size:
        raise ValueError("block_size")
    H = torch.ones(1, 1)
    while H.shape[0] < block_size:
        H = torch.cat([torch.cat([H, H], 1), torch.cat([H, -H], 1)], 0) / 2
    out = x.clone()
    out[..., :block_size] = x[..., :block_size] @ H
    return out


@wrong("hadamard_rotate", says="zero-not-refused")
def lets_zero_reach_the_remainder(x, block_size):
    if block_size & (block_size - 1) != 0:
        raise ValueError("block_size is not a power of two")
    if x.shape[-1] % block_size != 0:
        raise ValueError("block_size does not divide the last axis")
    H = torch.ones(1, 1)
    for _ in range(block_size.bit_length() - 1):
        H = torch.cat([torch.cat([H, H], 1), torch.cat([H, -H], 1)], 0)
    return (x.reshape(-1, block_size) @ H / math.sqrt(block_size)).reshape(x.shape)


@wrong("int8_linear_outliers", says="guard-too-large")
def clamps_scales_at_1e_5(x, weight, bias, threshold):
    mask = (x.abs() >= threshold).any(dim=0)
    columns = mask.nonzero().flatten()
    rest = x.masked_fill(mask, 0.0)
    sx = rest.abs().amax(dim=1, keepdim=True).div(127).clamp(min=1e-5)
    sw = weight.abs().amax(dim=1, keepdim=True).div(127).clamp(min=1e-5)
    y = (torch.round(rest / sx) @ torch.round(weight / sw).T) * sx * sw.T
    return columns, y + x[:, columns] @ weight[:, columns].T + bias


@wrong("int8_linear_outliers", says="float-without-outliers")
def rounds_nothing_without_outliers(x, weight, bias, threshold):
    mask = (x.abs() >= threshold).any(dim=0)
    columns = mask.nonzero().flatten()
    if len(columns) == 0:
        return columns, x @ weight.T + bias
    rest = x.masked_fill(mask, 0.0)
    sx = rest.abs().amax(dim=1, keepdim=True) / 127
    sx = torch.where(sx == 0, torch.ones_like(sx), sx)
    sw = weight.abs().max() / 127
    if sw == 0:
        sw = torch.tensor(1.0)
    y = (torch.round(rest / sx) @ torch.round(weight / sw).T) * sx * sw
    return columns, y + x[:, columns] @ weight[:, columns].T + bias


@right("kv_cache_bytes")
def in_exact_fractions(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    bits_per_number = Fraction(bits)
    if group_size is not None:
        if head_dim % group_size:
            raise ValueError(f"{group_size} does not divide {head_dim}")
        bits_per_number += Fraction(16, group_size)
    numbers = 2 * n_layers * n_kv_heads * head_dim * context * batch
    return math.ceil(numbers * bits_per_number / 8)


@right("kv_cache_bytes")
def multiplies_a_list_and_divides_back(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    shape = [n_layers, 2, batch, n_kv_heads, context]
    code_bits = math.prod([*shape, head_dim, bits])
    scale_bits = 0
    if group_size is not None:
        groups, rest = divmod(head_dim, group_size)
        if rest > 0:
            raise ValueError("the groups do not fill the head")
        scale_bits = math.prod([*shape, groups, 16])
    whole, rest = divmod(code_bits + scale_bits, 8)
    return whole + (1 if rest else 0)
