"""Slips of types: right values, stored as something else; and tensors of a type, for inputs."""

from __future__ import annotations

import torch

WRONG_DTYPE = (
    "The codes are right, but they are stored in another type than the one asked for: as floats, "
    "say, which saves nothing. Round and clamp first, then change the type."
)


def int8(*values: int) -> torch.Tensor:
    """A line of int8 codes."""
    return torch.tensor(values, dtype=torch.int8)


def uint8(*values: int) -> torch.Tensor:
    """A line of uint8 codes, or of packed bytes."""
    return torch.tensor(values, dtype=torch.uint8)
