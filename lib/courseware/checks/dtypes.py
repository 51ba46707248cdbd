"""Slips of types: right values, stored as something else."""

from __future__ import annotations

WRONG_DTYPE = (
    "The codes are right, but they are stored in another type than the one asked for: as floats, "
    "say, which saves nothing. Round and clamp first, then change the type."
)
