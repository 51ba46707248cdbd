"""The task `kmeans_codebook`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.chapters.c11_deep_compression.tasks.kmeans_mistakes import MISTAKES
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, close, difference
from model_compression import weight_sharing as reference

T = torch.Tensor
Arguments = tuple[T, T, int, int]

BORDER = 1e-3
"""How far weights stay from the middle between two entries, in all steps."""


TINY = 2.0**-20
"""Small weights are divided as large ones are: an end to all moves that is a number shows."""


def _clear(w: T, mask: T, k: int, iterations: int) -> bool:
    """Whether no kept weight comes near a border on the way."""
    values = w[mask].double()
    for step in range(iterations + 1):
        table = reference.kmeans_codebook(w, mask, k, step)[0].double()
        middles = (table[1:] + table[:-1]) / 2
        if len(middles) and (values[:, None] - middles).abs().min() < BORDER:
            return False
    return True


def _case(draw: Draw, shape: tuple[int, ...], kept: float, k: int, iterations: int) -> Arguments:
    """Weights of two heaps, of which some are pruned, in their places with any values."""
    while True:
        heaps = 2.0 * torch.randint(2, shape, generator=draw.generator) - 1
        w = (heaps + 0.6 * draw.normal(*shape)).mul(64).round() / 64
        mask = torch.rand(shape, generator=draw.generator) < kept
        w = torch.where(mask, w, w * draw.rng.choice((0.0, 3.0)))
        if mask.sum() > k and _clear(w, mask, k, iterations):
            return w, mask, k, iterations


def _start(draw: Draw) -> Iterator[Arguments]:
    w = torch.tensor([0.0, 1.0, 2.0, 6.0])
    yield w, torch.ones(4, dtype=torch.bool), 3, 0
    for k in (2, 5):
        yield _case(draw, (4, 5), 1.1, k, 0)


def _one_step(draw: Draw) -> Iterator[Arguments]:
    w = torch.tensor([0.0, 1.0, 2.0, 6.0])
    yield w, torch.ones(4, dtype=torch.bool), 2, 1
    for k in (2, 3, 4):
        yield _case(draw, (6, 5), 1.1, k, 1)


def _several(draw: Draw) -> Iterator[Arguments]:
    for k, iterations in ((3, 2), (4, 3), (5, 8)):
        yield _case(draw, (5, 9), 1.1, k, iterations)
    w, mask, k, iterations = _case(draw, (5, 9), 1.1, 4, 4)
    yield w * TINY, mask, k, iterations


def _masked(draw: Draw) -> Iterator[Arguments]:
    w = torch.tensor([[0.0, 1.0, 2.0], [9.0, 0.0, 6.0]])
    mask = torch.tensor([[False, True, True], [False, False, True]])
    yield w, mask, 2, 0
    yield w, mask, 2, 1
    for k, iterations in ((2, 1), (3, 3), (4, 2)):
        yield _case(draw, (6, 8), 0.5, k, iterations)


def _empty_entries(draw: Draw) -> Iterator[Arguments]:
    """Entries that no weight is nearest to, where the start puts them."""
    yield torch.tensor([0.0, 0.25, 8.0]), torch.ones(3, dtype=torch.bool), 5, 2
    for k in (7, 9):
        far = draw.integer(6, 9)
        while True:
            near = draw.normal(12).mul(64).round() / 64
            w = torch.cat((near, torch.tensor([float(far)])))
            mask = torch.ones(13, dtype=torch.bool)
            counts = reference.kmeans_codebook(w, mask, k, 2)[1].bincount(minlength=k)
            if _clear(w, mask, k, 2) and 0 in counts.tolist():
                yield w, mask, k, 2
                break


def _same_book(arguments: Arguments, expected: Any, got: Any) -> Difference | None:
    """The table to 1e-4; the codes exactly, but for those of pruned places, which may be any."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        return difference(expected, got)
    table, codes = got
    found = close(expected[0], table)
    if found:
        return Difference(found.kind, f"the table: {found.text}")
    mask = arguments[1]
    found = difference(expected[1], codes, dtypes=True)
    if found and found.kind == "wrong-value":
        codes = codes.detach()
        found = difference(expected[1], torch.where(mask, codes, expected[1]), dtypes=True)
        return found and Difference("wrong-codes", f"the codes: {found.text}")
    return found and Difference(found.kind, f"the codes: {found.text}")


KMEANS_CODEBOOK = Task(
    name="kmeans_codebook",
    points=9,
    reference=reference.kmeans_codebook,
    lecture="lecture 11, “Shared weights”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("the start: no iteration yet", 2, _start, _same_book),
        Check("one iteration", 2, _one_step, _same_book),
        Check("several iterations", 2, _several, _same_book),
        Check("pruned weights do not count", 2, _masked, _same_book),
        Check("entries without weights stay", 1, _empty_entries, _same_book),
    ),
    misconceptions=MISTAKES,
)
