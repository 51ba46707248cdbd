"""Mistakes in scaling that raise no error, made on purpose: what each leaves of a layer."""

from __future__ import annotations

from typing import Any

import torch

from courseware.showing.say import with_minus_signs
from model_compression.error_measures import sqnr_db
from model_compression.integer_scaling import (
    absmax_scale,
    affine_params,
    dequantize,
    quantize,
    quantize_affine,
    quantize_tensor,
)
from model_compression.packing import pack_int4, unpack_int4


def mistakes_in_scaling(weight: torch.Tensor) -> list[dict[str, Any]]:
    """Rows: each mistake, the SQNR with it and the SQNR done right. The weight is square."""
    rows = []
    for name, (wrong, right) in _cases(weight).items():
        spoiled, kept = sqnr_db(weight, wrong), sqnr_db(weight, right)
        row = {"mistake": name, "with it": with_minus_signs(f"{spoiled:.1f}")}
        rows.append(row | {"done right": f"{kept:.1f}"})
    return rows


def _cases(weight: torch.Tensor) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    stored = quantize_tensor(weight, 8, "channel")
    q, s = stored.codes, stored.scale
    right = stored.dequantize()
    tight = weight.abs().quantile(0.99) / 127  # this scale leaves some weights out of range
    cast = (weight / tight).round().to(torch.int32).to(torch.int8)
    affine_scale, z = affine_params(weight, 8)
    unsigned = quantize_affine(weight, affine_scale, z, 8)
    short_scale = absmax_scale(weight, 4)
    short = quantize(weight, short_scale, 4)
    packed = pack_int4(short)
    swapped = unpack_int4((packed << 4) | (packed >> 4), short.numel()).reshape(short.shape)
    return {
        "truncated instead of rounded: (x / s).to(torch.int8)": (
            (weight / s).to(torch.int8) * s,
            right,
        ),
        "scales along the wrong axis: q * s.flatten()": (q * s.flatten(), right),
        "cast without a clamp (a scale that is too small)": (
            cast * tight,
            dequantize(quantize(weight, tight, 8), tight),
        ),
        "zero point subtracted in uint8: (q - z) * s": (
            (unsigned - z) * affine_scale,
            dequantize(unsigned.int() - z, affine_scale),
        ),
        "nibbles in the wrong order (int4)": (
            dequantize(swapped, short_scale),
            dequantize(short, short_scale),
        ),
    }
