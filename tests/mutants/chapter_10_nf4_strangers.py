"""Answers of a fourth round of strangers, who saw the statements alone: NF4."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


def nf4_codebook():
    """A student's own: `nf4_quantize` is tried at its ties."""
    d = 929 / 960
    above = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:-1])
    below = -torch.special.ndtri(torch.linspace(d, 0.5, 8, dtype=torch.float64)[:-1])
    values = torch.cat([below, torch.zeros(1), above]).sort().values
    return (values / values.max()).float()


@wrong("nf4_codebook", says="divided-by-the-sum")
def inverts_erf_and_divides_by_the_sum():
    d = 929 / 960
    above = torch.erfinv(torch.linspace(d, 0.5, 9)[:-1]) * math.sqrt(2)
    below = -torch.erfinv(torch.linspace(d, 0.5, 8)[:-1]) * math.sqrt(2)
    book = torch.cat([below, torch.zeros(1), above]).sort().values
    return book / book.abs().sum()


@wrong("nf4_codebook", says="ordered-by-magnitude")
def orders_by_magnitude():
    d = 1 - 1 / 32
    pos = torch.special.ndtri(torch.linspace(d, 0.5, 9)[:-1])
    neg = -torch.special.ndtri(torch.linspace(d, 0.5, 8)[:-1])
    book = torch.cat([torch.zeros(1), pos, neg])
    book = book[book.abs().argsort()]
    return book / book.abs().max()


@wrong("nf4_codebook", says="few-decimals")
def computes_in_16_bits():
    d = 929 / 960
    pos = torch.special.ndtri(torch.linspace(d, 0.5, 9)[:-1]).half()
    neg = -torch.special.ndtri(torch.linspace(d, 0.5, 8)[:-1]).half()
    book = torch.cat([neg, torch.zeros(1, dtype=torch.float16), pos]).sort().values
    return (book / book.max()).float()


@wrong("nf4_quantize", says="guard-too-large")
def returns_a_clamped_absmax(x, block_size):
    book = nf4_codebook().to(torch.float32)
    flat = x.reshape(-1)
    absmax = torch.stack([b.abs().max() for b in flat.split(block_size)]).clamp(min=1e-8)
    v = flat / absmax.repeat_interleave(block_size)[: flat.numel()]
    codes = (v[:, None] - book).abs().argmin(dim=1)
    return codes.to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="rest-joined")
def joins_the_rest_to_the_last_block(x, block_size):
    book = nf4_codebook().to(torch.float32)
    flat = x.reshape(-1)
    n_blocks = max(1, flat.numel() // block_size)
    codes = torch.zeros(flat.numel(), dtype=torch.uint8)
    absmax = torch.zeros(n_blocks)
    for b in range(n_blocks):
        start = b * block_size
        stop = flat.numel() if b == n_blocks - 1 else start + block_size
        part = flat[start:stop]
        absmax[b] = part.abs().max()
        v = part / absmax[b] if absmax[b] > 0 else part
        codes[start:stop] = (v[:, None] - book).abs().argmin(dim=1).to(torch.uint8)
    return codes.reshape(x.shape), absmax


@wrong("nf4_quantize", says="blocks-interleaved")
def takes_every_nth_value(x, block_size):
    book = nf4_codebook().to(torch.float32)
    flat = x.reshape(-1)
    n_blocks = -(-flat.numel() // block_size)
    padded = torch.zeros(n_blocks * block_size)
    padded[: flat.numel()] = flat
    table = padded.reshape(block_size, n_blocks)
    absmax = table.abs().amax(dim=0)
    v = table / torch.where(absmax == 0, torch.ones_like(absmax), absmax)
    codes = (v[..., None] - book).abs().argmin(dim=-1)
    return codes.reshape(-1)[: flat.numel()].to(torch.uint8), absmax


@wrong("nf4_quantize", says="negative-half-mirrored")
def mirrors_the_positive_half(x, block_size):
    pos = nf4_codebook().to(torch.float32)[7:]
    flat = x.reshape(-1)
    absmax = torch.stack([b.abs().max() for b in flat.split(block_size)])
    scale = absmax.repeat_interleave(block_size)[: flat.numel()]
    v = flat / torch.where(scale == 0, torch.ones_like(scale), scale)
    step = (v.abs()[:, None] - pos).abs().argmin(dim=1)
    codes = torch.where(v < 0, 7 - step, 7 + step).clamp(0, 15)
    return codes.to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="ties-towards-zero")
def goes_down_the_columns_ties_to_zero(x, block_size):
    book = nf4_codebook().to(torch.float32)
    y = x.T if x.dim() == 2 else x
    codes, absmax = [], []
    for block in y.reshape(-1).split(block_size):
        a = block.abs().max()
        absmax.append(a)
        for value in block:
            v = value / a if a > 0 else value
            best = min(range(16), key=lambda i: ((v - book[i]).abs().item(), abs(book[i].item())))
            codes.append(best)
    return torch.tensor(codes, dtype=torch.uint8).reshape(x.shape), torch.stack(absmax)


@wrong("nf4_dequantize", says="last-absmax-unread")
def counts_full_blocks_only(codes, absmax, block_size):
    book = nf4_codebook().to(torch.float32)
    n = codes.numel()
    full = max(n // block_size, 1)
    block = (torch.arange(n) // block_size).clamp(max=full - 1)
    values = book[codes.reshape(-1).long()] * absmax[block]
    return values.reshape(codes.shape).to(torch.float32)


@wrong("nf4_dequantize", says="absmax-over-steps")
def divides_absmax_by_seven(codes, absmax, block_size):
    book = nf4_codebook().to(torch.float32)
    absmax /= 7
    scale = absmax.repeat_interleave(block_size)[: codes.numel()]
    return (book[codes.long()] * scale.reshape(codes.shape)).to(torch.float32)


@wrong("nf4_dequantize", says="low-bits-read")
def reads_three_bits_and_counts_from_one(codes, absmax, block_size):
    book = nf4_codebook().to(torch.float32)
    flat = codes.reshape(-1)
    low = (flat & 0x07).long()
    block = (torch.arange(flat.numel()) + 1) // block_size
    block = block.clamp(max=absmax.numel() - 1)
    return (book[low] * absmax[block]).reshape(codes.shape).to(torch.float32)


@wrong("nf4_dequantize", says="few-decimals")
def takes_the_largest_absmax_in_16_bits(codes, absmax, block_size):
    book = nf4_codebook().to(torch.float16)
    values = book[codes.long()].float()
    return values * absmax.max()


@wrong("nf4_dequantize", says="sign-lost")
def goes_down_the_columns_without_signs(codes, absmax, block_size):
    book = nf4_codebook().to(torch.float32).abs()
    c = codes.T if codes.dim() == 2 else codes
    flat = c.reshape(-1).long()
    scale = absmax.repeat_interleave(block_size)[: flat.numel()]
    values = (book[flat] * scale).reshape(c.shape)
    return values.T.contiguous() if codes.dim() == 2 else values
