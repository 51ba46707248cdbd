"""Drawing values for grids of any range, and weights whose scales are powers of two."""

from __future__ import annotations

import torch

from courseware.checks.quantizer_inputs import (
    Scale,
    clear_of_half_steps,
    some_scale,
    uniform,
    weights,
)
from courseware.checks.task import Draw

T = torch.Tensor
Grid = tuple[int, int]
"""The lowest and the highest code."""

GRIDS: tuple[Grid, ...] = ((-8, 7), (-128, 127), (-7, 7), (0, 15), (-2, 1), (0, 255), (-3, 6))

INNER = 0.6
"""Steps from an end of the range to the values that round to another code."""


def on_both_sides(draw: Draw, grid: Grid, count: int = 14) -> tuple[T, Scale]:
    """Values between the ends of the range and well beyond them; and their scale.

    They are clear of half steps, and none rounds to the lowest or the highest code.
    """
    scale = some_scale(draw)
    low, high = grid
    width = high - low
    steps = torch.cat(
        [
            uniform(draw, low - width, low - 1, 3),
            uniform(draw, low + INNER, high - INNER, count - 6),
            uniform(draw, high + 1, high + width, 3),
        ]
    )
    x = clear_of_half_steps(steps[torch.randperm(count, generator=draw.generator)] * scale, scale)
    return x, torch.tensor(scale) if draw.rng.random() < 0.5 else scale


def within(draw: Draw, grid: Grid, count: int = 12) -> tuple[T, Scale]:
    """Values between the ends of the range, clear of half steps; and their scale."""
    scale = some_scale(draw)
    steps = uniform(draw, grid[0] + INNER, grid[1] - INNER, count)
    x = clear_of_half_steps(steps * scale, scale)
    return x, torch.tensor(scale) if draw.rng.random() < 0.5 else scale


def around_the_ends(draw: Draw, grid: Grid) -> tuple[T, float]:
    """Up to a step beyond each end, ties included: the scale is a power of two."""
    low, high = grid
    beyond = torch.tensor([-0.75, -0.25, 0.0, 0.25, 0.375, 0.5, 0.625, 1.0])
    steps = torch.cat([high + beyond, low - beyond])
    scale = 2.0 ** draw.integer(-4, 2)
    return steps[torch.randperm(len(steps), generator=draw.generator)] * scale, scale


def power_of_two_rows(draw: Draw, n_bits: int, rows: int, columns: int) -> T:
    """A weight whose scale is a power of two in each row, another one in the next row.

    The largest magnitude of a row is on the highest or the lowest code, and x / scale is exact.
    """
    top = 2 ** (n_bits - 1) - 1
    steps = clear_of_half_steps(uniform(draw, -top, top, rows, columns), 1.0)
    for row in steps:
        row[draw.integer(0, columns - 1)] = draw.rng.choice((-top, top))
    exponents = torch.tensor(draw.rng.sample(range(-5, 2), rows))
    return steps * 2.0 ** exponents[:, None]


def rows_a_little_beyond(draw: Draw, n_bits: int, rows: int, columns: int) -> T:
    """A weight of which the largest magnitude of a row, over its scale, is above the highest code.

    It is so by the last digit of a float32: from 4 bits on in about every tenth row.
    """
    top = 2 ** (n_bits - 1) - 1
    found: list[T] = []
    while len(found) < rows:
        row = weights(draw, n_bits, 1, columns)
        largest = row.abs().amax()
        if largest / (largest / top) > top:
            found.append(row)
    return torch.cat(found)
