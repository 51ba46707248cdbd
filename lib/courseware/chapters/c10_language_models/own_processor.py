"""One token's product on the reader's own processor: a weight in 32, 16, 8 and 4 bits.

A token meets every weight once, so the time is that of reading, if unpacking keeps up. The kernels
are torch's own: `linear`, `_weight_int8pack_mm` and `_weight_int4pack_mm_for_cpu`, the last two
made for inputs in bfloat16.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from courseware.showing.timing import alternating_times
from model_compression.integer_scaling import quantize_per_channel

GROUP = 64
PLAIN, FEWEST = "float32", "int4"
ZERO_CODE = 8  # torch's kernel stores codes of 0 ... 15, and takes 8 off


@dataclass(frozen=True, eq=False)
class Kernel:
    """A stored weight: its bytes, and the product with one token."""

    n_bytes: int
    product: Callable[[], torch.Tensor]


def kernels(size: int, seed: int = 0) -> dict[str, Kernel]:
    """The same square weight and the same token in every format, by name.

    Args:
        size: rows and columns, a multiple of 64.
        seed: of weight and token.
    """
    draw = torch.Generator().manual_seed(seed)
    w, x = torch.randn(size, size, generator=draw), torch.randn(1, size, generator=draw)
    wide, token = w.bfloat16(), x.bfloat16()
    codes, scale = quantize_per_channel(w, 8)
    scale = scale.bfloat16()
    packed, scales = _packed_int4(w)
    return {
        PLAIN: Kernel(w.nbytes, lambda: F.linear(x, w)),
        "bfloat16": Kernel(wide.nbytes, lambda: F.linear(token, wide)),
        "int8": Kernel(
            codes.nbytes + scale.nbytes,
            lambda: torch.ops.aten._weight_int8pack_mm(token, codes, scale),
        ),
        FEWEST: Kernel(
            packed.nbytes + scales.nbytes,
            lambda: torch.ops.aten._weight_int4pack_mm_for_cpu(token, packed, GROUP, scales),
        ),
    }


def times(size: int, rounds: int = 15, calls: int = 2) -> dict[str, list[float]]:
    """Seconds of a product by format, one value a round, measured in turns on one thread."""
    runs = {name: kernel.product for name, kernel in kernels(size).items()}
    return alternating_times(runs, rounds=rounds, calls=calls)


def relative(of_all: dict[str, list[float]]) -> dict[str, list[float]]:
    """Times as shares of float32's in the same round, by format.

    >>> relative({"float32": [2.0, 4.0], "int4": [1.0, 1.0]})
    {'float32': [1.0, 1.0], 'int4': [0.5, 0.25]}
    """
    return {
        name: [t / plain for t, plain in zip(found, of_all[PLAIN], strict=True)]
        for name, found in of_all.items()
    }


def _packed_int4(w: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """As torch's kernel wants it: packed codes; bfloat16 (groups, rows, 2), scale and zero."""
    blocks = w.unflatten(1, (-1, GROUP))
    scale = blocks.abs().amax(dim=2) / 7
    codes = torch.round(blocks / scale[..., None]).clamp(-7, 7) + ZERO_CODE
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(codes.flatten(1).int(), 2)
    both = torch.stack((scale, torch.zeros_like(scale)), dim=-1)
    return packed, both.transpose(0, 1).contiguous().bfloat16()
