"""Scales that make the squared error least, instead of reaching as far as the absmax."""

from __future__ import annotations

import torch

from model_compression.granularity import Granularity
from model_compression.integer_scaling import QuantizedTensor, quantize_tensor
from model_compression.number_formats import integer_range

_SIZES = torch.linspace(0.15, 1.0, 86)
FACTORS = torch.cat((_SIZES, -_SIZES))
"""What the widest scale, that of the full range, is multiplied by: every hundredth.

A scale below zero lets the lowest code, which has no counterpart above, stand for the largest
weight if that is positive, as Q4_0 of llama.cpp does. The sign takes no room in a float.
"""


def least_error(
    w: torch.Tensor,
    n_bits: int,
    granularity: Granularity = "tensor",
    scale_dtype: torch.dtype = torch.float32,
) -> QuantizedTensor:
    """Codes of the full range; of many scales each block takes the one with the least error.

    Scales of both signs are tried.

    Weights beyond the grid are clamped. No data are needed: only the weights are looked at.

    Args:
        w: (out, in) float.
        n_bits: 2 ... 8.
        granularity: as in `quantize_tensor`.
        scale_dtype: how a scale is stored; its bytes count.

    >>> stored = least_error(torch.tensor([[1.0, 1.0, 1.0, 10.0]]), 2)
    >>> stored.codes.tolist(), round(stored.scale.item(), 2)
    ([[0, 0, 0, -2]], -5.0)
    """
    widest = quantize_tensor(w, n_bits, granularity, full_range=True)
    blocks = w.reshape(widest.scale.numel(), -1)  # the blocks of all granularities lie in a row
    scales = (FACTORS.reshape(-1, 1) * widest.scale.reshape(1, -1)).to(scale_dtype).float()
    errors = torch.stack([_squared_error(blocks, scale, n_bits) for scale in scales])
    chosen = scales.gather(0, errors.argmin(dim=0, keepdim=True)).reshape(-1, 1)
    return QuantizedTensor(
        codes=_codes(blocks, chosen, n_bits).to(torch.int8).reshape(w.shape),
        scale=chosen.reshape(widest.scale.shape).to(scale_dtype),
        zero_point=None,
        n_bits=n_bits,
        block=widest.block,
    )


def _squared_error(blocks: torch.Tensor, scale: torch.Tensor, n_bits: int) -> torch.Tensor:
    """Of each block, (blocks, values) with a scale each."""
    scale = scale.reshape(-1, 1)
    return (blocks - _codes(blocks, scale, n_bits) * scale).square().sum(dim=1)


def _codes(blocks: torch.Tensor, scale: torch.Tensor, n_bits: int) -> torch.Tensor:
    return torch.round(blocks / scale).clamp(*integer_range(n_bits, signed=True))
