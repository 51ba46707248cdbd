"""The task `sparse_bytes`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from courseware.chapters.c06_unstructured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c06_unstructured_pruning.tasks.sparse_bytes_mistakes import MISTAKES
from courseware.checks.task import Check, Draw, Task
from model_compression import sparse_storage as reference

Arguments = tuple[torch.Tensor, str]

SLIDE = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1], [1, 0, 0, 1]]).bool()
"""The mask of the slides."""

EMPTY_ROW = torch.tensor([[1, 0, 1], [0, 0, 0], [0, 1, 0]]).bool()


def _of(storage: str) -> Callable[[Draw], Iterator[Arguments]]:
    """The mask of the slides, then matrices of whole and broken bytes, of uneven densities."""

    def draw_masks(draw: Draw) -> Iterator[Arguments]:
        yield SLIDE, storage
        yield EMPTY_ROW, storage
        for rows, columns in ((2, 7), (5, 3), (4, 6), (9, 11)):
            yield _mask(draw, rows, columns), storage

    return draw_masks


def _mask(draw: Draw, rows: int, columns: int) -> torch.Tensor:
    """A mask that keeps an odd number, and prunes some, but not as many as it keeps."""
    n = rows * columns
    n_kept = draw.rng.choice([k for k in range(3, n - 1, 2) if abs(2 * k - n) > 1])
    order = torch.randperm(n, generator=draw.generator)
    return (order < n_kept).reshape(rows, columns)


def _extremes(draw: Draw) -> Iterator[Arguments]:
    for storage in ("dense", "coo", "csr", "bitmask"):
        yield torch.ones(2, 5, dtype=torch.bool), storage
        yield torch.zeros(3, 2, dtype=torch.bool), storage
        # More than 8 bits can count.
        yield torch.ones(draw.integer(16, 40), draw.integer(17, 40), dtype=torch.bool), storage


SPARSE_BYTES = Task(
    name="sparse_bytes",
    points=12,
    reference=reference.sparse_bytes,
    lecture="lecture 06, “Zeros are not bytes”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("dense", 2, _of("dense")),
        Check("coo", 2, _of("coo")),
        Check("csr", 3, _of("csr")),
        Check("bitmask", 3, _of("bitmask")),
        Check("masks that keep all, or nothing", 2, _extremes),
    ),
    misconceptions=MISTAKES,
)
