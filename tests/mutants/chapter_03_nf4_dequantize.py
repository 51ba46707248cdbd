"""Solutions of exercise 03 as students could write them: nf4_dequantize."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.nf4_tables import _exact_table, _table
from tests.mutants.table import right, wrong


@wrong("nf4_dequantize", says="codes-as-numbers")
def computes_with_the_codes(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return (codes.float() / 7.5 - 1) * spread


@wrong("nf4_dequantize", says="codes-as-numbers")
def reads_the_codes_as_int4(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return (codes.float() - 8) * spread / 7


@wrong("nf4_dequantize", says="index-read-as-mask")
def indexes_with_uint8(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table()[codes] * spread


@wrong("nf4_dequantize", says="index-read-as-mask")
def looks_up_one_by_one_with_uint8(codes, absmax, block_size):
    flat = enumerate(codes.reshape(-1))
    values = torch.tensor([_table()[code] * absmax[i // block_size] for i, code in flat])
    return values.reshape(codes.shape)


@wrong("nf4_dequantize", says="unscaled")
def forgets_the_absmax(codes, absmax, block_size):
    return _table()[codes.long()]


@wrong("nf4_dequantize", says="divided-by-absmax")
def divides_by_the_absmax(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table()[codes.long()] / spread


@wrong("nf4_dequantize", says="absmax-in-turn")
def hands_out_the_absmax_in_turn(codes, absmax, block_size):
    spread = absmax.repeat(block_size)[: codes.numel()].reshape(codes.shape)
    return _table()[codes.long()] * spread


@wrong("nf4_dequantize", says="one-absmax-for-all")
def uses_the_first_absmax(codes, absmax, block_size):
    return _table()[codes.long()] * absmax[0]


@wrong("nf4_dequantize", says="blocks-stop-at-rows")
def multiplies_rows(codes, absmax, block_size):
    if codes.dim() == 1:
        spread = absmax.repeat_interleave(block_size)[: codes.numel()]
        return _table()[codes.long()] * spread
    rows = codes.reshape(-1, block_size) if codes.shape[-1] == block_size else codes
    return _table()[rows.long()] * absmax.reshape(rows.shape[0], 1)


@wrong("nf4_dequantize", says="absmax-not-spread")
def multiplies_by_all_of_absmax(codes, absmax, block_size):
    return _table()[codes.long()] * absmax


@wrong("nf4_dequantize", says="short-block-refused")
def needs_whole_blocks_back(codes, absmax, block_size):
    values = _table()[codes.long()].reshape(-1, block_size) * absmax[:, None]
    return values.reshape(codes.shape)


@wrong("nf4_dequantize", says="padding-kept")
def returns_the_filling(codes, absmax, block_size):
    flat = torch.nn.functional.pad(codes.reshape(-1).long(), (0, -codes.numel() % block_size))
    return (_table()[flat].reshape(-1, block_size) * absmax[:, None]).reshape(-1)


@wrong("nf4_dequantize", says="shape-lost")
def leaves_the_values_flat(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()]
    return _table()[codes.reshape(-1).long()] * spread


@wrong("nf4_dequantize", says="code-off-by-one")
def counts_codes_from_one(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table()[codes.long() - 1] * spread


@wrong("nf4_dequantize", says="codebook-reversed")
def reads_the_table_downwards(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table().flip(0)[codes.long()] * spread


@wrong("nf4_dequantize", says="few-decimals")
def uses_a_table_of_four_decimals(codes, absmax, block_size):
    table = torch.round(_exact_table() * 1e4) / 1e4
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return table[codes.long()] * spread


@wrong("nf4_dequantize", says="few-decimals")
def multiplies_in_16_bits(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return (_table().half()[codes.long()] * spread.half()).float()


@wrong("nf4_dequantize", says="other-dtype")
def returns_float64(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table().double()[codes.long()] * spread


@wrong("nf4_dequantize", says="changes-input")
def scales_the_absmax_in_place(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    values = _table()[codes.long()] * spread
    absmax.zero_()
    return values


@right("nf4_dequantize")
def looks_up_code_by_code(codes, absmax, block_size):
    table, sizes = _table().tolist(), absmax.tolist()
    values = [
        table[code] * sizes[place // block_size]
        for place, code in enumerate(codes.reshape(-1).tolist())
    ]
    return torch.tensor(values).reshape(codes.shape)


@right("nf4_dequantize")
def numpy_look_up(codes, absmax, block_size):
    flat = codes.numpy().ravel()
    sizes = absmax.numpy()[np.arange(flat.size) // block_size]
    values = _table().numpy()[flat] * sizes
    return torch.from_numpy(values.reshape(codes.shape).astype(np.float32))


@right("nf4_dequantize")
def block_by_block(codes, absmax, block_size):
    parts = [
        torch.take(_table(), part.long()) * size
        for part, size in zip(codes.reshape(-1).split(block_size), absmax, strict=True)
    ]
    return torch.cat(parts).view_as(codes)


@right("nf4_dequantize")
def with_a_one_hot_product(codes, absmax, block_size):
    hot = torch.nn.functional.one_hot(codes.reshape(-1).long(), 16).double()
    spread = absmax.double().repeat_interleave(block_size)[: codes.numel()]
    return ((hot @ _table().double()) * spread).float().reshape(codes.shape)
