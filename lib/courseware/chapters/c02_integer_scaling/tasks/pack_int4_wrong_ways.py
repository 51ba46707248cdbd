"""What wrong ways of `pack_int4` give."""

from __future__ import annotations

from collections.abc import Callable

import torch


def nibbles_of(q: torch.Tensor) -> torch.Tensor:
    """Codes row by row as 0 … 15, with a 0 behind an odd number of them; int32."""
    flat = q.flatten().to(torch.int32) & 15
    return torch.nn.functional.pad(flat, (0, flat.numel() % 2))


def whole_pairs(q: torch.Tensor) -> torch.Tensor:
    return nibbles_of(q.flatten()[: q.numel() // 2 * 2])


def packed_from(of: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Two a byte, the first in the low nibble, from other nibbles."""

    def behaves(q: torch.Tensor) -> torch.Tensor:
        values = of(q)
        return ((values[0::2] + 16 * values[1::2]) % 256).to(torch.uint8)

    return behaves


def paired(
    pair: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> Callable[..., torch.Tensor]:
    """Bytes made of the nibbles of each pair in another way."""
    return lambda q: (pair(nibbles_of(q)[0::2], nibbles_of(q)[1::2]) % 256).to(torch.uint8)


def shifted_by(factor: int) -> Callable[..., torch.Tensor]:
    return paired(lambda first, second: first + factor * second)


NOT_SIXTEEN = 8, 10, 4, 15
"""What is taken for 2**4."""


def first_times(factor: int) -> Callable[..., torch.Tensor]:
    return paired(lambda first, second: second + factor * first)


def first_moved_by(shift: int) -> Callable[..., torch.Tensor]:
    return paired(lambda first, second: second | (first << shift))


def second_moved_by(shift: int) -> Callable[..., torch.Tensor]:
    return paired(lambda first, second: first | (second << shift))


def padded_unpaired(q: torch.Tensor) -> torch.Tensor:
    """A zero behind any number of codes: where it was even, a low nibble has no high one."""
    flat = torch.nn.functional.pad(q.flatten().to(torch.int32) & 15, (0, 1))
    return flat[0::2] | (flat[1::2] << 4)


def planar(q: torch.Tensor) -> torch.Tensor:
    """The first half of the codes in the low nibbles, the second half in the high ones."""
    nibbles = nibbles_of(q)
    half = len(nibbles) // 2
    return nibbles[:half] + 16 * nibbles[half:]


def sign_and_magnitude(q: torch.Tensor) -> torch.Tensor:
    flat = q.flatten().to(torch.int32)
    return nibbles_of(torch.where(flat < 0, 8 + flat.abs() % 8, flat))


def row_by_row(q: torch.Tensor) -> torch.Tensor:
    rows = q.reshape(-1, q.shape[-1])
    return torch.cat([nibbles_of(row) for row in rows])


def sign_spills_over(q: torch.Tensor) -> torch.Tensor:
    """A negative code with all eight bits in the low nibble's place covers its neighbour."""
    flat = q.flatten().to(torch.int32)
    flat = torch.nn.functional.pad(flat, (0, flat.numel() % 2))
    return (flat[0::2] | (flat[1::2] << 4)) & 255
