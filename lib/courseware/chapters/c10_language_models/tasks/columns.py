"""One column after the other: the loop of GPTQ with parts to exchange, and inputs clear of ties.

All models of mistakes, and the search for inputs, are this one loop in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from courseware.checks.task import Draw

T = torch.Tensor
Factor = Callable[[T], T]
Rounding = Callable[[T], T]

MARGIN = 2e-3
"""Distance of w / s from a half step on the way. Right ways to the same errors differ by less."""
CONDITION = 300.0
"""Of the Hessian: below it Cholesky, elimination and normal equations, in float32 and float64, gave
the same codes in 680 problems."""


@dataclass(frozen=True)
class Trace:
    """What the loop gives: codes, scales, how near a weight came to a half step on the way, and
    whether any lay beyond the grid below and above."""

    codes: T
    scale: T
    margin: float
    beyond: tuple[bool, bool]


def top(n_bits: int) -> int:
    return 2 ** (n_bits - 1) - 1


def factor(hessian: T) -> T:
    """U, upper triangular, with UᵀU = H⁻¹."""
    inverse = torch.linalg.inv(hessian.double())
    lower: T = torch.linalg.cholesky((inverse + inverse.T) / 2)
    return lower.T


def row_scale(group: T, n_bits: int) -> T:
    """absmax / q of each row; 1 for zeros."""
    absmax = group.abs().amax(dim=1)
    return torch.where(absmax > 0, absmax / top(n_bits), 1.0)


def shares(hessian: T) -> T:
    """By how much each column to the right changes for an error of 1: U[j, k] / U[j, j]."""
    upper = factor(hessian)
    return upper / upper.diagonal()[:, None]


def without_the_cut(w_j: T, w_hat: T, step: T) -> T:
    """The error of a rounding without a clamp."""
    return w_j - torch.round(w_j / step) * step


def to_the_end_of_the_group(j: int, size: int) -> slice:
    """The columns on the right, as far as the group of column j reaches."""
    return slice(j + 1, j - j % size + size)


def trace(
    w: T,
    hessian: T,
    n_bits: int,
    group_size: int,
    *,
    shift: Factor = shares,
    scale_of: Callable[[T, T, int, int], T] | None = None,
    every_column: bool = False,
    rounding: Rounding = torch.round,
    lowest: int | None = None,
    sign: float = -1.0,
    error_of: Callable[[T, T, T], T] = lambda w_j, w_hat, s: w_j - w_hat,
    reach: Callable[[int, int], slice] = lambda j, size: slice(j + 1, None),
) -> Trace:
    """The loop; what is not given is right.

    `scale_of(now, given, start, size)` are the scales of a group that begins at `start`, `shift`
    the part of an error that each column gets, `reach` the columns that it goes to.
    """
    now, given = w.double().clone(), w.double()
    share, q = shift(hessian), top(n_bits)
    low = -q if lowest is None else lowest
    codes, scales = torch.zeros_like(now), []
    margin, below, above = torch.inf, False, False
    step = torch.ones(len(w), dtype=torch.float64)
    for j in range(now.shape[1]):
        start = j - j % group_size
        if j == start or every_column:
            if scale_of is None:
                step = row_scale(now[:, start : start + group_size], n_bits)
            else:
                step = scale_of(now, given, start, group_size)
        if j == start:
            scales.append(step)
        steps = now[:, j] / step
        below, above = (
            below or bool((steps < -q - 0.5).any()),
            above or bool((steps > q + 0.5).any()),
        )
        beyond = steps.abs() > q + 0.5
        if not bool(beyond.all()):
            inside = steps[~beyond]
            margin = min(margin, float((inside.abs() % 1 - 0.5).abs().min()))
        codes[:, j] = rounding(steps).clamp(low, q)
        error = error_of(now[:, j], codes[:, j] * step, step)
        columns = reach(j, group_size)
        now[:, columns] += sign * error[:, None] * share[j, columns]
    return Trace(codes, torch.stack(scales, dim=1), margin, (below, above))


def hessian_of(draw: Draw, n: int, shrinking: bool = False) -> T:
    """XᵀX of inputs that come together, damped: symmetric, condition number of at most 300.

    `shrinking` inputs get smaller from left to right, so that errors grow: what a small input is to
    make up for takes a large change of its weight.
    """
    while True:
        mixed = torch.eye(n) + 0.5 * draw.normal(n, n)
        x = (draw.normal(4 * n, n) @ mixed + draw.normal(4 * n, 1)).double()
        order = torch.arange(n) if shrinking else torch.randperm(n, generator=draw.generator)
        x = x * torch.linspace(2.0 if shrinking else 1.5, 0.6, n, dtype=torch.float64)[order]
        h = x.T @ x / len(x)
        h = h + 0.05 * h.diagonal().mean() * torch.eye(n, dtype=torch.float64)
        made = ((h + h.T) / 2).float()
        if float(torch.linalg.cond(made.double())) <= CONDITION:
            return made


def clear(w: T, hessian: T, n_bits: int, group_size: int) -> bool:
    """Whether no right way can round another way."""
    return trace(w, hessian, n_bits, group_size).margin >= MARGIN
