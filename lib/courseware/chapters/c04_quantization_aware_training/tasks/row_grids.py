"""Whether the rows of a weight lie on grids of some bits, and with which codes."""

from __future__ import annotations

import bisect

import torch

T = torch.Tensor

STEP = 1e-3
"""Distance from a whole number of steps that counts as none; but a code of 0 stands for 0 alone."""


def rounded(w: T, n_bits: int) -> T:
    """Post-training quantization: each row on the restricted grid of its largest magnitude."""
    top = 2 ** (n_bits - 1) - 1
    scale = w.abs().amax(dim=1, keepdim=True) / top
    return torch.round(w / torch.where(scale > 0, scale, 1.0)) * scale


def off_grid(w: T, n_bits: int) -> str:
    """Which row of w is no scale times whole numbers, of 2^b neighbouring ones; empty if none is.

    >>> off_grid(torch.tensor([[0.5, -0.5, 0.0], [0.2, 0.1, -0.1]]), 2)
    ''
    >>> off_grid(torch.tensor([[0.5, 0.3]]), 2)
    'row 0: 0.5, 0.3 are not multiples of one step with 2-bit codes'
    >>> off_grid(torch.tensor([[1e6, 0.5, 0.3]]), 8)
    'row 0: 1e+06, 0.5, 0.3 are not multiples of one step with 8-bit codes'
    """
    for number, row in enumerate(w.double()):
        if steps_of(row, n_bits) is None:
            values = ", ".join(f"{value:.4g}" for value in _different(row)[:4])
            return f"row {number}: {values} are not multiples of one step with {n_bits}-bit codes"
    return ""


def steps_of(row: T, n_bits: int) -> T | None:
    """The codes of a row of float64 on the coarsest grid that fits, or None.

    The scale is not asked for: the largest magnitude may lie on any code.
    """
    n_steps = 2**n_bits - 1
    absmax = row.abs().max()
    if absmax == 0:
        return row
    steps = row[None] / absmax * torch.arange(1, n_steps + 1, dtype=row.dtype)[:, None]
    codes = torch.round(steps)
    # Next to one huge value all others would look like 0.
    whole = ((steps - codes).abs() <= STEP * (codes != 0)).all(dim=1)
    fits = whole & (codes.amax(dim=1) - codes.amin(dim=1) <= n_steps)
    return codes[fits.to(torch.uint8).argmax()] if fits.any() else None


def codes_of(w: T) -> T:
    """The codes of each row on the coarsest grid of up to 8 bits that fits; nan where none does."""
    codes = (steps_of(row, 8) for row in w.double())
    rows = zip(codes, w, strict=True)
    return torch.stack(
        [torch.full_like(row, torch.nan).double() if c is None else c for c, row in rows]
    )


def out_of_order(before: T, codes: T) -> int:
    """How many codes are in the way of each row being a rounding of what it was before.

    Whatever the scale, and wherever its borders are: rounding never turns the order of two values.

    >>> before = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
    >>> out_of_order(before, torch.tensor([[-1, 0, 0, 1]]))
    0
    >>> out_of_order(before, torch.tensor([[0, 1, 0, 1]]))
    1
    """
    pairs = zip(before, codes, strict=True)
    return sum(len(row) - _longest_rise(row[w.argsort()].tolist()) for w, row in pairs)


def _longest_rise(values: list[float]) -> int:
    """The length of the longest part, gaps allowed, that never falls."""
    last: list[float] = []  # of a rise of each length, the smallest that ends one
    for value in values:
        place = bisect.bisect_right(last, value)
        last[place : place + 1] = [value]
    return len(last)


def _different(row: T) -> list[float]:
    """The values of a row from the largest magnitude down, each once."""
    values = dict.fromkeys(row.tolist())
    return sorted(values, key=abs, reverse=True)
