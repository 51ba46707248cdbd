"""The task `quantize_groupwise`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import OFF_LIMITS
from courseware.chapters.c02_integer_scaling.tasks.judges import (
    block_values,
    block_values_and_dtypes,
)
from courseware.chapters.c02_integer_scaling.tasks.quantize_groupwise_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.quantizer_inputs import LEAST, TINY, tied_blocks, tiny_blocks, weights
from courseware.checks.task import Check, Draw, Task
from courseware.checks.zero_guards import LIKE_ZEROS
from model_compression import integer_scaling as reference

Arguments = tuple[torch.Tensor, int, int]


def _runs(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[7.0, 3.0, 0.3, -0.7]]), 4, 2
    yield torch.tensor([[7.0, 3.0, 0.3, -0.7], [-0.1, 0.35, 14.0, -6.0]]), 4, 2
    for n_bits, shape, group_size in ((4, (4, 12), 4), (3, (6, 6), 3), (8, (8, 16), 8)):
        yield weights(draw, n_bits, *shape, group_size), n_bits, group_size


def _extreme_sizes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[7.0, -3.5], [0.25, 0.75]]), 4, 1
    yield weights(draw, 4, 3, 6), 4, 6
    yield weights(draw, 5, 3, 4, 1), 5, 1


def _ties(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.5, 1.5, 7.0, -0.5, -1.5, 7.0]]), 4, 3
    yield tied_blocks(draw, 4, 3, 2, 6).reshape(3, 12), 4, 6
    yield tied_blocks(draw, 6, 2, 2, 8).reshape(2, 16), 6, 8


def _zero_groups(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.0, 0.0, 3.5, -1.0]]), 4, 2
    w = weights(draw, 4, 3, 12, 4)
    w[draw.integer(0, 2), 4:8] = 0.0
    yield w, 4, 4
    yield torch.tensor(LIKE_ZEROS).reshape(2, -1), 4, len(LIKE_ZEROS[0])


def _tiny_groups(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[TINY, -TINY / 4, -TINY / 2, TINY * 2]]), 8, 2
    yield torch.tensor([[LEAST, -LEAST / 4, -LEAST / 2, LEAST * 2]]), 8, 2
    yield tiny_blocks(draw, 8, 3, 3, 4).reshape(3, 12), 8, 4


def _ragged(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, 2.0, 3.0]]), 4, 2
    yield weights(draw, 4, 2, 6), 4, 4
    yield weights(draw, 4, 4, 10), 4, 8
    yield weights(draw, 8, 2, 4), 8, 8
    yield weights(draw, 4, 2, 8, 4), 4, 4


def _group_types(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[7.0, 3.0, 0.25, -1.75]]), 4, 2
    yield weights(draw, 8, 3, 8, 4), 8, 4


QUANTIZE_GROUPWISE = Task(
    name="quantize_groupwise",
    points=10,
    reference=reference.quantize_groupwise,
    lecture="lecture 02, “One idea, three granularities”",
    off_limits=OFF_LIMITS,
    calls=("absmax_scale", "quantize", "quantize_per_channel"),
    checks=told_by_form(
        Check("consecutive runs within a row", 4, _runs, block_values),
        Check("groups of one, and whole rows", 1, _extreme_sizes, block_values),
        Check("ties go to the even code", 1, _ties, block_values),
        Check("a group of zeros", 1, _zero_groups, block_values),
        Check("groups of tiny values", 1, _tiny_groups, block_values),
        Check("ValueError where groups do not fill the row", 2, _ragged, block_values),
        Check("right codes as int8, scales as float32", 1, _group_types, block_values_and_dtypes),
        but=("flattened", "axis-lost", "axis-left-over"),
    ),
    misconceptions=MISTAKES,
)
