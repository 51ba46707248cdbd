"""Solutions of exercise 03 as students could write them: nf4_quantize."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.nf4_tables import _exact_table, _table
from tests.mutants.table import right, wrong


def _absmax(x, block_size):
    return torch.stack([block.abs().max() for block in x.reshape(-1).split(block_size)])


def _unit(x, block_size):
    blocks = x.reshape(-1).split(block_size)
    return torch.cat([block / (block.abs().max() if block.any() else 1.0) for block in blocks])


def _nearest(unit, table):
    return (unit[:, None] - table).abs().argmin(dim=1)


@wrong("nf4_quantize", says="other-dtype")
def leaves_the_codes_as_int64(x, block_size):
    return _nearest(_unit(x, block_size), _table()).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="ties-to-the-upper-code")
def counts_midpoints_that_are_reached(x, block_size):
    table = _exact_table()
    midpoints = (table[1:] + table[:-1]) / 2
    codes = (_unit(x, block_size)[:, None] >= midpoints).sum(dim=1)
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="not-the-nearest")
def searches_the_table_itself(x, block_size):
    codes = torch.bucketize(_unit(x, block_size), _table())
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="evenly-spaced")
def spreads_the_codes_evenly(x, block_size):
    codes = torch.round((_unit(x, block_size) + 1) * 7.5)
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="codes-shifted")
def gives_signed_codes(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()) - 8
    return codes.to(torch.int8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="values-not-codes")
def returns_the_entries(x, block_size):
    codes = _nearest(_unit(x, block_size), _table())
    return _table()[codes].reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="not-normalised")
def forgets_to_divide(x, block_size):
    codes = _nearest(x.reshape(-1), _table()).to(torch.uint8).reshape(x.shape)
    return codes, _absmax(x, block_size)


@wrong("nf4_quantize", says="one-absmax-for-all")
def divides_by_the_largest_of_all(x, block_size):
    absmax = x.abs().max()
    return _nearest(x.reshape(-1) / absmax, _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="signed-max")
def takes_the_largest_value(x, block_size):
    parts, sizes = x.reshape(-1).split(block_size), []
    for part in parts:
        sizes.append(part.max())
    units = [part / (s if s != 0 else 1.0) for part, s in zip(parts, sizes, strict=True)]
    codes = [_nearest(unit, _table()) for unit in units]
    return torch.cat(codes).to(torch.uint8).reshape(x.shape), torch.stack(sizes)


@wrong("nf4_quantize", says="other-measure")
def divides_by_the_deviation(x, block_size):
    parts = x.reshape(-1).split(block_size)
    sizes = [part.std() if len(part) > 1 else part.abs().max() for part in parts]
    units = [part / (s if s > 0 else 1.0) for part, s in zip(parts, sizes, strict=True)]
    codes = [_nearest(unit, _table()) for unit in units]
    return torch.cat(codes).to(torch.uint8).reshape(x.shape), torch.stack(sizes)


@wrong("nf4_quantize", says="blocks-stop-at-rows")
def begins_a_block_in_every_row(x, block_size):
    codes, sizes = [], []
    for row in x.reshape(-1, x.shape[-1]):
        codes.append(_nearest(_unit(row, block_size), _table()))
        sizes.append(_absmax(row, block_size))
    return torch.cat(codes).to(torch.uint8).reshape(x.shape), torch.cat(sizes)


@wrong("nf4_quantize", says="size-taken-for-count")
def cuts_into_that_many_blocks(x, block_size):
    blocks = x.reshape(block_size, -1)
    absmax = blocks.abs().amax(dim=1)
    unit = blocks / torch.where(absmax > 0, absmax, 1.0)[:, None]
    return _nearest(unit.reshape(-1), _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="blocks-interleaved")
def reshapes_the_wrong_way_round(x, block_size):
    blocks = x.reshape(block_size, -1)
    absmax = blocks.abs().amax(dim=0)
    unit = blocks / torch.where(absmax > 0, absmax, 1.0)
    return _nearest(unit.reshape(-1), _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="padding-kept")
def keeps_the_filling(x, block_size):
    flat = torch.nn.functional.pad(x.reshape(-1), (0, -x.numel() % block_size))
    return _nearest(_unit(flat, block_size), _table()).to(torch.uint8), _absmax(flat, block_size)


@wrong("nf4_quantize", says="short-block-refused")
def needs_whole_blocks(x, block_size):
    blocks = x.reshape(-1, block_size)
    absmax = blocks.abs().amax(dim=1)
    unit = blocks / torch.where(absmax > 0, absmax, 1.0)[:, None]
    return _nearest(unit.reshape(-1), _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="rest-dropped")
def leaves_out_the_rest(x, block_size):
    whole = x.reshape(-1)[: x.numel() // block_size * block_size]
    if len(whole) == 0:
        return torch.zeros(0, dtype=torch.uint8), torch.zeros(0)
    return _nearest(_unit(whole, block_size), _table()).to(torch.uint8), _absmax(whole, block_size)


@wrong("nf4_quantize", says="shape-lost")
def leaves_the_codes_flat(x, block_size):
    return _nearest(_unit(x, block_size), _table()).to(torch.uint8), _absmax(x, block_size)


@wrong("nf4_quantize", says="absmax-keeps-an-axis")
def keeps_the_axis_of_the_block(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8).reshape(x.shape)
    return codes, _absmax(x, block_size)[:, None]


@wrong("nf4_quantize", says="absmax-per-value")
def repeats_the_absmax(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8).reshape(x.shape)
    return codes, _absmax(x, block_size).repeat_interleave(block_size)[: x.numel()]


@wrong("nf4_quantize", says="packed")
def packs_at_once(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8)
    codes = torch.nn.functional.pad(codes, (0, len(codes) % 2))
    return (codes[0::2] << 4) | codes[1::2], _absmax(x, block_size)


@wrong("nf4_quantize", says="order-swapped")
def returns_the_absmax_first(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8).reshape(x.shape)
    return _absmax(x, block_size), codes


@wrong("nf4_quantize", says="zero-divided-by-zero")
def lets_zero_be_divided_by_zero(x, block_size):
    absmax = _absmax(x, block_size)
    unit = x.reshape(-1) / absmax.repeat_interleave(block_size)[: x.numel()]
    return _nearest(unit, _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="zero-block-changed")
def shows_the_guard(x, block_size):
    absmax = _absmax(x, block_size)
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8).reshape(x.shape)
    return codes, torch.where(absmax == 0, 1.0, absmax)


@wrong("nf4_quantize", says="guard-too-large")
def adds_a_large_epsilon(x, block_size):
    absmax = _absmax(x, block_size) + 1e-5
    unit = x.reshape(-1) / absmax.repeat_interleave(block_size)[: x.numel()]
    return _nearest(unit, _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="off-limits")
def asks_the_library(x, block_size):
    from model_compression.nf4 import nf4_quantize as ready

    return ready(x, block_size)


@right("nf4_quantize")
def value_by_value(x, block_size):
    table = _table().tolist()
    codes, sizes = [], []
    for block in x.reshape(-1).split(block_size):
        size = max(abs(v) for v in block.tolist())
        sizes.append(size)
        for value in block.tolist():
            unit = value / size if size else 0.0
            distances = [abs(unit - entry) for entry in table]
            codes.append(distances.index(min(distances)))
    return torch.tensor(codes, dtype=torch.uint8).reshape(x.shape), torch.tensor(sizes)


@right("nf4_quantize")
def buckets_between_midpoints(x, block_size):
    flat = torch.nn.functional.pad(x.reshape(-1), (0, -x.numel() % block_size))
    blocks = flat.reshape(-1, block_size)
    absmax = blocks.abs().amax(dim=1)
    table = _table()
    unit = blocks * (1 / absmax.clamp(min=1e-38))[:, None]
    codes = torch.bucketize(unit, (table[1:] + table[:-1]) / 2).reshape(-1)[: x.numel()]
    return codes.to(torch.uint8).reshape(x.shape), absmax


@right("nf4_quantize")
def numpy_in_float64(x, block_size):
    flat = x.numpy().astype(np.float64).ravel()
    starts = np.arange(0, flat.size, block_size)
    absmax = np.maximum.reduceat(np.abs(flat), starts)
    unit = flat / np.where(absmax > 0, absmax, 1.0)[np.arange(flat.size) // block_size]
    table = _table().numpy().astype(np.float64)
    codes = np.searchsorted((table[1:] + table[:-1]) / 2, unit, side="left")
    codes = torch.from_numpy(codes.astype(np.uint8).reshape(x.shape))
    return [codes, torch.from_numpy(absmax.astype(np.float32))]


@right("nf4_quantize")
def compares_scaled_entries(x, block_size):
    parts = []
    for block in x.reshape(-1).split(block_size):
        parts.append((block[:, None] - _table() * block.abs().max()).abs().argmin(dim=1))
        if not block.any():
            parts[-1] = torch.full_like(parts[-1], 7)
    return torch.cat(parts).byte().view(x.shape), _absmax(x, block_size)
