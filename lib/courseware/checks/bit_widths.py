"""Slips of widths: a number of bits that is not looked at."""

from __future__ import annotations

N_BITS_IGNORED = (
    "The result does not depend on `n_bits`: it is that of 8 bits, whatever was asked for."
)
