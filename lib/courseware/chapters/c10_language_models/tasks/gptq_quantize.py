"""The task `gptq_quantize`.

Codes are compared exactly, on inputs where no right way to compute can come to others. The error of
the outputs would be no judge: it lets ten of thirty wrong ways pass, and some of them are better.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.columns import (
    MARGIN,
    clear,
    hessian_of,
    trace,
    without_the_cut,
)
from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.gptq_mistakes import MISTAKES
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.pairs import at, other_dtypes, pair_of
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, close, difference
from model_compression import gptq as reference

T = torch.Tensor
Arguments = tuple[T, T, int, int]
Pair = tuple[T, T]


def _problem(draw: Draw, rows: int, columns: int, n_bits: int, group_size: int) -> Arguments:
    """A weight whose codes do not depend on how they are computed."""
    while True:
        hessian = hessian_of(draw, columns)
        w = draw.normal(rows, columns)
        if clear(w, hessian, n_bits, group_size):
            return w, hessian, n_bits, group_size


def _with_a_cut(
    draw: Draw, rows: int, columns: int, n_bits: int, group_size: int, both_ends: bool = True
) -> Arguments:
    """One with codes that depend on what became of a part that was cut off, at both ends or one."""
    while True:
        hessian = hessian_of(draw, columns, shrinking=True)
        w = draw.normal(rows, columns)
        right = trace(w, hessian, n_bits, group_size)
        if right.margin < MARGIN or not (all if both_ends else any)(right.beyond):
            continue
        lost = trace(w, hessian, n_bits, group_size, error_of=without_the_cut).codes
        if bool((lost != right.codes).any()):
            return w, hessian, n_bits, group_size


def _together(n: int) -> T:
    """Inputs of one size that come together, two and two."""
    return torch.ones(n, n) + torch.eye(n)


def _unrelated(draw: Draw) -> Iterator[Arguments]:
    """Nothing is passed on: codes and scales are those of rounding to nearest."""
    yield torch.tensor([[7.0, -2.3, 0.4]]), torch.eye(3), 4, 3
    for rows, columns, n_bits, size in ((2, 4, 4, 4), (3, 6, 3, 3)):
        diagonal = torch.diag(torch.rand(columns, generator=draw.generator) + 0.5)
        while True:
            w = draw.normal(rows, columns)
            if clear(w, diagonal, n_bits, size):
                yield w, diagonal, n_bits, size
                break


def _one_group(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.4, 0.4, 7.0]]), _together(3), 4, 3
    for rows, columns, n_bits in ((1, 4, 4), (2, 6, 4), (4, 8, 3), (3, 12, 4)):
        yield _problem(draw, rows, columns, n_bits, columns)


def _groups(draw: Draw) -> Iterator[Arguments]:
    # 0.4 of column 0 goes on: column 2 stands at 6.8 + 0.2 when its group begins.
    hessian = torch.eye(4)
    hessian[0, 2] = hessian[2, 0] = 0.5
    yield torch.tensor([[0.4, 7.0, 6.8, 0.0]]), hessian, 4, 2
    for rows, columns, n_bits, size in ((2, 8, 4, 4), (3, 12, 3, 4), (2, 16, 4, 8)):
        yield _problem(draw, rows, columns, n_bits, size)


def _cut_off(draw: Draw) -> Iterator[Arguments]:
    yield _with_a_cut(draw, 2, 6, 3, 6, both_ends=False)
    yield _with_a_cut(draw, 4, 8, 2, 8)
    yield _with_a_cut(draw, 3, 8, 3, 8)


def _other_widths(draw: Draw) -> Iterator[Arguments]:
    for n_bits in (2, 5, 8):
        yield _problem(draw, 2, 6, n_bits, 6 if n_bits == 8 else 3)
    yield _problem(draw, 4, 4, 6, 2)


def _zeros(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.0, 0.0, 7.0, -2.4]]), _together(4), 4, 2
    while True:
        w, hessian = draw.normal(3, 8), hessian_of(draw, 8)
        w[:, :4] = 0.0
        if clear(w, hessian, 4, 4):
            yield w, hessian, 4, 4
            return


def _refused(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[7.0, -2.3, 0.4]]), torch.eye(3), 4, 2
    yield draw.normal(2, 8), hessian_of(draw, 8), 4, 3
    yield draw.normal(3, 6), hessian_of(draw, 6), 3, 4
    yield _problem(draw, 2, 6, 4, 3)


def same_codes(arguments: tuple[Any, ...], expected: Pair, got: Any) -> Difference | None:
    """The codes exactly."""
    return pair_of(expected, got) or at(0, difference(expected[0], got[0]))


def same_codes_and_scales(
    arguments: tuple[Any, ...], expected: Pair, got: Any
) -> Difference | None:
    """The same, and the scales to 1e-4."""
    return same_codes(arguments, expected, got) or at(1, close(expected[1], got[1]))


def same_of_zeros(arguments: tuple[Any, ...], expected: Pair, got: Any) -> Difference | None:
    """The same; where a group is all zero, any finite, positive scale will do."""
    if found := same_codes(arguments, expected, got):
        return found
    wanted, came = expected[1], got[1]
    found = close(wanted, came)
    if found is None or found.kind not in ("wrong-value", "not-finite"):
        return at(1, found)
    w, size = arguments[0], arguments[3]
    there = w.reshape(len(w), -1, size).any(dim=2)
    came = came.detach().to(wanted.dtype)
    free = ~there & torch.isfinite(came) & (came > 0)
    return at(1, close(wanted, torch.where(free, wanted, came)))


def same_types(arguments: tuple[Any, ...], expected: Pair, got: Any) -> Difference | None:
    """Both by value and dtype."""
    return same_codes_and_scales(arguments, expected, got) or other_dtypes(expected, got)


GPTQ_QUANTIZE = Task(
    name="gptq_quantize",
    points=16,
    reference=reference.gptq_quantize,
    lecture="lecture 10, “Errors that make up for each other”",
    off_limits=OFF_LIMITS,
    seconds=6.0,
    checks=told_by_form(
        Check(
            "inputs that have nothing to do with each other", 2, _unrelated, same_codes_and_scales
        ),
        Check("errors go on to the right", 5, _one_group, same_codes_and_scales),
        Check("a scale for each group, when it begins", 4, _groups, same_codes_and_scales),
        Check("what is cut off goes on, too", 2, _cut_off, same_codes_and_scales),
        Check("2, 5, 6 and 8 bits", 2, _other_widths, same_codes_and_scales),
        Check("a group of zeros", 1, _zeros, same_of_zeros),
        Check(
            "refused: a group size that does not divide the row, and no other",
            1,
            _refused,
            same_codes_and_scales,
        ),
        Check("right values: codes as int8, scale as float32", 1, _one_group, same_types),
    ),
    misconceptions=(*FORMS, *MISTAKES),
)
