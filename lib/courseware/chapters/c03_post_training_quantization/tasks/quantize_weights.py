"""The task `quantize_weights`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c03_post_training_quantization.tasks.judges import OFF_LIMITS
from courseware.chapters.c03_post_training_quantization.tasks.quantize_weights_mistakes import (
    MISTAKES,
)
from courseware.chapters.c03_post_training_quantization.tasks.states import (
    Named,
    rest_untouched,
    same_state,
    same_state_and_dtypes,
)
from courseware.checks.quantizer_inputs import LEAST, TINY, tiny_blocks, weights
from courseware.checks.task import Check, Draw, Task
from courseware.checks.zero_guards import LIKE_ZEROS
from model_compression import weight_quantization as reference

T = torch.Tensor
Arguments = tuple[Named, int, int]


def _like(draw: Draw, n_bits: int, group_size: int, *shape: int) -> T:
    """A weight of any shape whose groups differ much in size."""
    columns = torch.Size(shape[1:]).numel()
    return weights(draw, n_bits, shape[0], columns, group_size).reshape(shape)


def _matrices(draw: Draw) -> Iterator[Arguments]:
    yield {"weight": torch.tensor([[7.0, 3.0, 0.3, -0.75]])}, 4, 4
    yield {"weight": torch.tensor([[7.0, 2.9, 0.7, -0.29]])}, 4, 2
    for n_bits, group_size in ((4, 4), (3, 6), (8, 3), (2, 12)):
        shapes = {"0.weight": (12, 12), "2.weight": (3, 24)}
        named = {name: _like(draw, n_bits, group_size, *s) for name, s in shapes.items()}
        yield named, n_bits, group_size


def _more_axes(draw: Draw) -> Iterator[Arguments]:
    yield {"weight": torch.tensor([[[7.0, 2.9], [0.7, -0.29]]])}, 4, 4
    for group_size in (2, 9, 18):
        conv, other = _like(draw, 4, group_size, 4, 2, 3, 3), _like(draw, 4, group_size, 3, 6, 6)
        yield {"0.weight": conv, "2.weight": other}, 4, group_size
    yield {"weight": _like(draw, 4, 4, 3, 1, 2, 2, 2)}, 4, 4


def _rest(draw: Draw) -> Iterator[Arguments]:
    yield {"weight": torch.tensor([[7.0, 2.9]]), "bias": torch.tensor([0.123, -0.7])}, 4, 2
    yield {"positions": torch.tensor([[7.0, 2.9]]), "weight": torch.tensor([0.12, 3.0])}, 4, 2
    yield {"table": torch.tensor([[7.0, 2.9]]), "places": torch.tensor([[90, 41]])}, 4, 2
    counts = torch.tensor([draw.integer(1, 99), draw.integer(100, 999)])
    named = {
        "embedding": _like(draw, 4, 4, 3, 8),
        "norm.weight": draw.normal(8),
        "norm.bias": draw.normal(8),
        "norm.num_batches_tracked": counts[0],
        "logit_scale": draw.normal(1)[0],
        "position_ids": torch.arange(8).reshape(1, 8) * counts[1],
        "mask": draw.normal(4, 4) > 0,
        "head.weight": _like(draw, 4, 4, 2, 8),
    }
    yield named, 4, 4


def _zeros_and_tiny(draw: Draw) -> Iterator[Arguments]:
    yield {"weight": torch.tensor([[0.0, 0.0, 3.0, -1.25]])}, 3, 2
    yield {"weight": torch.tensor([[TINY, -TINY / 4, -TINY / 2, TINY * 2]])}, 8, 2
    yield {"weight": torch.tensor([[LEAST, -LEAST / 4, -LEAST / 2, LEAST * 2]])}, 8, 2
    yield {"weight": torch.tensor(LIKE_ZEROS)}, 4, len(LIKE_ZEROS[0])
    w = _like(draw, 4, 4, 3, 12)
    w[draw.integer(0, 2), 4:8] = 0.0
    tiny = tiny_blocks(draw, 4, 3, 3, 4).reshape(3, 12)
    yield {"0.weight": w, "2.weight": tiny}, 4, 4


def _ties(draw: Draw) -> Iterator[Arguments]:
    yield {"weight": torch.tensor([[7.0, 0.5, 1.5, -2.5]])}, 4, 4
    steps = torch.randint(-7, 7, (3, 8), generator=draw.generator) + 0.5
    steps[:, ::4] = 7.0
    scale = 2.0 ** torch.randint(-4, 3, (3, 2), generator=draw.generator)
    yield {"weight": steps * scale.repeat_interleave(4, dim=1)}, 4, 4


def _does_not_divide(draw: Draw) -> Iterator[Arguments]:
    yield {"weight": torch.tensor([[7.0, 2.9, 1.4]])}, 4, 2
    # 12 weights: groups of 4 would fill the tensor, but not its rows.
    named = {"0.weight": _like(draw, 4, 4, 2, 8), "2.weight": draw.normal(2, 6)}
    yield named, 4, 4
    yield {"weight": draw.normal(2, 4)}, 4, 8
    yield {"weight": draw.normal(4, 3, 3, 3)}, 4, 4
    # What is not quantized need not be filled.
    yield (
        {"weight": _like(draw, 4, 4, 2, 8), "bias": draw.normal(2), "ids": torch.ones(2, 3).long()},
        4,
        4,
    )


def _dtypes(draw: Draw) -> Iterator[Arguments]:
    """Codes and scales that are exact in 16 bits; and once scales that do not fit into them."""
    yield {"weight": torch.tensor([[7.0, 3.25]], dtype=torch.float16)}, 4, 2
    # Multiples of the smallest float16: their scale is 15.7 of them, and no whole number.
    yield {"weight": (torch.tensor([[2000.0, -700.0]]) / 2**24).half()}, 8, 2
    named = {}
    for dtype in (torch.float16, torch.bfloat16, torch.float64, torch.float32):
        steps = torch.randint(-24, 24, (3, 8), generator=draw.generator) / 4 + 0.0625
        steps[:, ::4] = 7.0
        scale = 2.0 ** torch.randint(-4, 3, (3, 2), generator=draw.generator)
        named[f"{str(dtype).removeprefix('torch.')}.weight"] = (
            steps * scale.repeat_interleave(4, dim=1)
        ).to(dtype)
    yield named, 4, 4


QUANTIZE_WEIGHTS = Task(
    name="quantize_weights",
    points=20,
    reference=reference.quantize_weights,
    lecture="lecture 03, “A whole model”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("matrices, group by group", 4, _matrices, same_state),
        Check("weights with more than two axes", 2, _more_axes, same_state),
        Check("all else as it was, bit for bit", 3, _rest, rest_untouched),
        Check("ties go to the even code", 1, _ties, same_state),
        Check("groups of zeros, and of tiny values", 1, _zeros_and_tiny, same_state),
        Check("ValueError where groups do not fill a row", 2, _does_not_divide, same_state),
        Check("each tensor keeps its dtype", 1, _dtypes, same_state_and_dtypes),
    ),
    misconceptions=MISTAKES,
)
