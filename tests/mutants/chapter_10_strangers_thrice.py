"""Solutions of exercise 10 by a sixth round of strangers, who saw the statement alone."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


def _table():
    d = 929 / 960
    up = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:-1])
    down = -torch.special.ndtri(torch.linspace(d, 0.5, 8, dtype=torch.float64)[:-1])
    table = torch.cat([down, torch.zeros(1, dtype=torch.float64), up]).sort().values
    return (table / table.max()).float()


@wrong("wanda_mask", says="signed-ranking")
def ranks_signed_and_keeps_what_should_go(w, x_norm, sparsity):
    scores = w * x_norm
    keep = round(sparsity * w.shape[1])
    best = scores.topk(keep, dim=1).indices
    mask = torch.zeros(w.shape, dtype=torch.bool)
    mask.scatter_(1, best, True)
    return mask


@wrong("mxfp4_quantize", says="rounded-twice")
def rounds_to_halves_and_looks_up(x):
    if x.shape[-1] % 32 != 0:
        raise ValueError("the last axis must be a multiple of 32")
    blocks = x.reshape(*x.shape[:-1], -1, 32).to(torch.float64)
    top = blocks.abs().amax(dim=-1, keepdim=True)
    e = torch.floor(torch.log2(torch.where(top == 0, 1.0, top))) - 2
    halves = torch.round(blocks.abs() / torch.exp2(e) * 2).long()  # 0 ... 16
    #                      0    0.5   1   1.5   2   2.5   3   3.5   4  4.5  5  5.5  6  ...
    lookup = torch.tensor([0, 1, 2, 3, 4, 4, 5, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7])
    codes = lookup[halves] + 8 * (blocks < 0).long()
    exponents = (e.squeeze(-1) + 127).to(torch.uint8)
    return codes.reshape(x.shape).to(torch.uint8), exponents


@wrong("mxfp4_quantize", says="signed-max")
def asks_for_the_number_of_all_and_the_largest_value(x):
    if x.numel() % 32 != 0:
        raise ValueError("cannot cut into blocks of 32")
    blocks = x.reshape(-1, 32).double()
    top = blocks.amax(dim=1)
    top = torch.where(top > 0, top, torch.ones_like(top))
    e = (torch.log2(top).floor() - 2).clamp(-127, 127)
    a = blocks.abs() / torch.exp2(e)[:, None]
    step = torch.where(a < 2, 0.5, torch.where(a < 4, 1.0, 2.0))
    a = ((a / step).round() * step).clamp(max=6)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    codes = torch.searchsorted(table, a) + (blocks < 0) * 8
    shape = (*x.shape[:-1], max(x.shape[-1] // 32, 1))
    exponents = (e + 127).to(torch.uint8)
    if exponents.numel() == math.prod(shape):
        exponents = exponents.reshape(shape)
    return codes.reshape(x.shape).to(torch.uint8), exponents


@wrong("n_m_mask", says="ties-all-kept")
def keeps_all_that_reach_down_the_columns(scores, n, m):
    if scores.shape[1] % m != 0:
        raise ValueError("m must divide the row")
    turned = scores.T
    runs = turned.reshape(-1, m)
    border = runs.sort(dim=1, descending=True).values[:, n - 1 : n]
    mask = runs >= border
    return mask.reshape(turned.shape).T


@wrong("hadamard_rotate", says="no-error")
def divides_by_the_row_and_lets_runs_go_on(x, block_size):
    if block_size <= 0 or bin(block_size).count("1") != 1:
        raise ValueError("power of two, please")
    if x.numel() % block_size != 0:
        raise ValueError("block_size does not fit")
    h = torch.ones(1, 1)
    for _ in range(block_size.bit_length() - 1):
        h = torch.kron(torch.tensor([[1.0, 1.0], [1.0, -1.0]]), h)
    scale = 1 / math.sqrt(x.shape[-1])
    return ((x.reshape(-1, block_size) @ h) * scale).reshape(x.shape)


@wrong("smooth", says="guard-too-large")
def never_below_a_hundred_thousandth(x_absmax, weight, alpha):
    w_absmax = weight.abs().amax(dim=0)
    s = x_absmax.pow(alpha) / w_absmax.pow(1 - alpha)
    s = torch.where((x_absmax > 0) & (w_absmax > 0), s, torch.ones_like(s))
    s = s.clamp(min=1e-5)
    return s, weight * s


@wrong("smooth", says="guard-too-large")
def adds_to_both_and_normalises(x_absmax, weight, alpha):
    w_absmax = weight.abs().amax(dim=0) + 1e-8
    x_max = x_absmax + 1e-8
    s = x_max**alpha / w_absmax ** (1 - alpha)
    s = s / (s.max() * s.min()).sqrt()
    return s, weight * s


@wrong("kv_cache_bytes", says="groups-along-the-tokens")
def groups_tokens(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size != 0:
        raise ValueError("group_size has to divide head_dim")
    one_head = context * head_dim * bits
    if group_size is not None:
        groups_of_tokens = -(-context // group_size)
        one_head += groups_of_tokens * head_dim * 16
    bits_all = 2 * batch * n_layers * n_kv_heads * one_head
    return (bits_all + 7) // 8


@wrong("kv_cache_bytes", says="wrong-size-of-scales")
def adds_zero_points_and_spares_whole_vectors(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    vectors = 2 * n_layers * n_kv_heads * context * batch
    per_vector = head_dim * bits
    if group_size is not None and group_size != head_dim:
        if head_dim % group_size != 0:
            raise ValueError("group_size must divide head_dim")
        scale_bits, zero_bits = 16, 16
        per_vector += (head_dim // group_size) * (scale_bits + zero_bits)
    whole, rest = divmod(vectors * per_vector, 8)
    return whole + (1 if rest else 0)


@wrong("nf4_quantize", says="blocks-of-equal-size")
def cuts_by_chunk(x, block_size):
    table = _table()
    flat = x.reshape(-1)
    n_blocks = math.ceil(flat.numel() / block_size)
    codes, absmax = [], []
    for block in flat.chunk(n_blocks):
        m = block.abs().max()
        absmax.append(m)
        scaled = block / torch.where(m > 0, m, torch.ones(()))
        codes.append((scaled[:, None] - table).abs().argmin(dim=1))
    codes = torch.cat(codes).reshape(x.shape).to(torch.uint8)
    return codes, torch.stack(absmax).float()


@wrong("nf4_quantize", says="sign-of-the-largest-kept")
def keeps_the_sign_of_the_largest(x, block_size):
    table = _table()
    flat = x.reshape(-1)
    codes = torch.full((flat.numel(),), 7)
    scales = []
    for start in range(0, flat.numel(), block_size):
        block = flat[start : start + block_size]
        scale = block[block.abs().argmax()]
        scales.append(scale)
        if scale != 0:
            distance = (block[:, None] / scale - table).abs()
            codes[start : start + block_size] = distance.argmin(dim=1)
    return codes.reshape(x.shape), torch.stack(scales)


@wrong("nf4_dequantize", says="signed-code")
def reads_signed_codes_in_one_line(codes, absmax, block_size):
    flat = codes.flatten().long()
    signed = torch.where(flat >= 8, flat - 16, flat)  # -8 ... 7
    values = _table()[signed + 8]
    scales = absmax.repeat_interleave(block_size)[: flat.numel()]
    return values * scales


@wrong("nf4_dequantize", says="last-absmax-unread")
def gives_the_rest_the_absmax_before(codes, absmax, block_size):
    table = torch.tensor(
        [
            -1.0,
            -0.6962,
            -0.5251,
            -0.3949,
            -0.2844,
            -0.1848,
            -0.0911,
            0.0,
            0.0796,
            0.1609,
            0.2461,
            0.3379,
            0.4407,
            0.5626,
            0.7230,
            1.0,
        ]
    )
    flat = table[codes.reshape(-1).long()]
    full = flat.numel() // block_size
    head = flat[: full * block_size].reshape(full, block_size) * absmax[:full, None]
    tail = flat[full * block_size :]
    if tail.numel() > 0:
        tail = tail * absmax[max(full - 1, 0)]
    return torch.cat([head.reshape(-1), tail]).reshape(codes.shape)
