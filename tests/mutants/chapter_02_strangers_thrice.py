"""Exercise 02: answers of a third round of strangers."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("dequantize", says="codes-clamped")
def clamps_the_codes_and_loses_their_shape(q, scale):
    values = []
    for code in q.flatten().tolist():
        code = max(-128, min(127, code))
        values.append(code * float(scale))
    return torch.tensor(values, dtype=torch.float32)


@wrong("pack_int4", says="sign-and-magnitude")
def writes_signs_and_magnitudes_into_int8(q):
    flat = q.flatten().to(torch.int16)
    nibbles = torch.where(flat < 0, flat.abs() | 8, flat)
    if nibbles.numel() % 2 == 1:
        nibbles = torch.nn.functional.pad(nibbles, (0, 1))
    both = nibbles[0::2] + nibbles[1::2] * 16
    return both.to(torch.int8)
