"""Mistakes of strangers in the tasks about NF4: tables, blocks and ties."""

import math
from statistics import NormalDist

import numpy as np
import torch

from tests.mutants.table import wrong


def table():
    d = 929 / 960
    pos = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:-1])
    neg = -torch.special.ndtri(torch.linspace(d, 0.5, 8, dtype=torch.float64)[:-1])
    values = torch.cat([neg, torch.zeros(1, dtype=torch.float64), pos]).sort().values
    return (values / values[-1]).float()


@wrong("nf4_codebook", says="share-taken-for-value")
def heights_of_the_bell_curve():
    d = 929 / 960

    def height(p):
        return NormalDist().pdf(p)

    pos = [height(p) for p in np.linspace(d, 0.5, 9)[:-1]]
    neg = [-height(p) for p in np.linspace(d, 0.5, 8)[:-1]]
    values = torch.tensor(sorted(pos + neg + [0.0]))
    return values / values.max()


@wrong("nf4_codebook", says="no-exact-zero")
def no_zero_and_the_smallest_twice():
    d = 929 / 960
    pos = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:8])
    neg = -torch.special.ndtri(torch.linspace(d, 0.5, 8, dtype=torch.float64)[:7])
    values = torch.cat([neg, pos]).sort().values
    values = torch.cat([values[:1], values])
    return values / values.max()


@wrong("nf4_codebook", says="wrong-end-left-out")
def other_end_left_out_and_descending():
    d = 929 / 960
    pos = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[1:])
    neg = -torch.special.ndtri(torch.linspace(d, 0.5, 8, dtype=torch.float64)[1:])
    values = torch.cat([pos, neg, torch.zeros(1, dtype=torch.float64)])
    values = values.sort(descending=True).values
    return values / values[0]


@wrong("nf4_codebook", says="no-exact-zero")
def mirrored_halves_rounded():
    d = 929 / 960
    half = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:-1])
    values = torch.cat([half, -half]).sort().values
    values = values / values.max()
    return torch.round(values, decimals=4)


@wrong("nf4_codebook", says="outermost-share-off")
def other_edge_and_three_zeros():
    d = 920 / 960
    pos = [NormalDist().inv_cdf(p) for p in np.linspace(d, 0.5, 8)]
    neg = [-NormalDist().inv_cdf(p) for p in np.linspace(d, 0.5, 7)]
    values = np.sort(np.array(pos + neg + [0.0]))
    return torch.tensor(values / values.max())


@wrong("nf4_codebook", says="divided-by-the-sum")
def divided_by_the_deviation():
    d = 929 / 960
    pos = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:-1])
    neg = -torch.special.ndtri(torch.linspace(d, 0.5, 8, dtype=torch.float64)[:-1])
    values = torch.cat([neg, torch.zeros(1, dtype=torch.float64), pos]).sort().values
    return values / values.std()


@wrong("nf4_quantize", says="guard-too-large")
def floor_under_the_absmax(x, block_size):
    book = table()
    flat = x.reshape(-1)
    absmax = torch.stack([b.abs().max() for b in flat.split(block_size)])
    safe = absmax.clamp(min=1e-8)
    scaled = flat / safe.repeat_interleave(block_size)[: flat.numel()]
    codes = (scaled[:, None] - book).abs().argmin(dim=1)
    return codes.to(torch.uint8).reshape(x.shape), torch.where(absmax == 0, absmax, safe)


@wrong("nf4_quantize", says="ties-to-the-upper-code")
def ties_up_with_a_table_of_its_own(x, block_size):
    book = table()
    mid = (book[1:] + book[:-1]) / 2
    flat = x.reshape(-1)
    absmax = torch.stack([b.abs().max() for b in flat.split(block_size)])
    safe = torch.where(absmax == 0, torch.ones_like(absmax), absmax)
    scaled = flat / safe.repeat_interleave(block_size)[: flat.numel()]
    codes = torch.bucketize(scaled, mid, right=True)
    return codes.to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="rest-dropped")
def short_block_left_at_seven(x, block_size):
    book = table()
    flat = x.reshape(-1)
    n_blocks = flat.numel() // block_size
    codes = torch.full((flat.numel(),), 7, dtype=torch.uint8)
    absmax = torch.zeros(n_blocks)
    for b in range(n_blocks):
        part = slice(b * block_size, (b + 1) * block_size)
        absmax[b] = flat[part].abs().max()
        if absmax[b] > 0:
            dist = (flat[part, None] / absmax[b] - book).abs()
            codes[part] = dist.argmin(dim=1).to(torch.uint8)
    return codes.reshape(x.shape), absmax


@wrong("nf4_quantize", says="one-absmax-for-all")
def even_grid_with_one_absmax(x, block_size):
    m = x.abs().max()
    n_blocks = math.ceil(x.numel() / block_size)
    absmax = m.repeat(n_blocks)
    if m == 0:
        return torch.full(x.shape, 7, dtype=torch.uint8), absmax
    codes = torch.round((x / m + 1) / 2 * 15)
    return codes.to(torch.uint8), absmax


@wrong("nf4_quantize", says="column-by-column")
def columns_and_zeros_as_code_0(x, block_size):
    book = table()
    flat = x.T.reshape(-1) if x.dim() == 2 else x.reshape(-1)
    codes, absmax = [], []
    for block in flat.split(block_size):
        m = block.abs().max()
        absmax.append(m)
        if m == 0:
            codes.append(torch.zeros(block.numel(), dtype=torch.long))
        else:
            codes.append(((block / m).unsqueeze(1) - book).abs().argmin(dim=1))
    codes = torch.cat(codes).to(torch.uint8)
    if x.dim() == 2:
        return codes.reshape(x.shape[1], x.shape[0]).T, torch.stack(absmax)
    return codes.reshape(x.shape), torch.stack(absmax)


@wrong("nf4_quantize", says="filled-with-values")
def filled_with_the_first_values(x, block_size):
    book = table().numpy()
    flat = x.numpy().reshape(-1)
    n = flat.size
    n_blocks = -(-n // block_size)
    blocks = np.resize(flat, (n_blocks, block_size))
    absmax = np.abs(blocks).max(axis=1)
    safe = np.where(absmax == 0, 1, absmax)[:, None]
    codes = np.abs((blocks / safe)[:, :, None] - book).argmin(axis=2)
    codes = codes.reshape(-1)[:n].reshape(tuple(x.shape)).astype(np.uint8)
    return torch.from_numpy(codes), torch.from_numpy(absmax.astype(np.float32))


@wrong("nf4_quantize", says="absmax-in-half")
def absmax_in_float16(x, block_size):
    book = table()
    codes, absmax = [], []
    for block in x.flatten().split(block_size):
        m = block.abs().max().half().float()
        absmax.append(m)
        if m == 0:
            codes.append(torch.full((len(block),), 7))
            continue
        codes.append((block.unsqueeze(1) / m - book).abs().argmin(1))
    return torch.cat(codes).byte().view(x.shape), torch.stack(absmax)


@wrong("nf4_dequantize", says="below-zero-in-a-byte")
def even_steps_below_zero_in_bytes(codes, absmax, block_size):
    steps = (codes.reshape(-1) - 7).float() / 8
    scale = absmax.repeat_interleave(block_size)[: codes.numel()]
    return (steps * scale).reshape(codes.shape)


@wrong("nf4_dequantize", says="codebook-reversed")
def table_upside_down_with_one_absmax(codes, absmax, block_size):
    book = table().flip(0)
    values = book[codes.long()]
    return values * absmax[0]
