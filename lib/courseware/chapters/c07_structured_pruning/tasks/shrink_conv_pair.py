"""The task `shrink_conv_pair`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from courseware.chapters.c07_structured_pruning.tasks import inputs, surgery
from courseware.chapters.c07_structured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c07_structured_pruning.tasks.shrink_conv_pair_mistakes import MISTAKES
from courseware.checks.named_tensors import Named, named_call
from courseware.checks.task import Check, Draw, Task
from model_compression import network_surgery as reference

T = torch.Tensor
Arguments = tuple[Named, Named, Named, T]
NAMES = "conv1", "bn", "conv2"


def _drawn(
    draw: Draw, n_in: int, channels: int, n_out: int, n_kept: int, size: int, biases: str
) -> Arguments:
    return (
        inputs.convolution(draw, channels, n_in, size, "1" in biases),
        inputs.batch_norm(draw, channels),
        inputs.convolution(draw, n_out, channels, size, "2" in biases),
        inputs.kept(draw, channels, n_kept),
    )


def _small(bias: bool = False) -> Arguments:
    """Small enough for a report to show nearly all of it: the second of two channels stays."""
    vectors = (torch.tensor([low, low + 1.0]) for low in (1.0, 3.0, 5.0, 7.0))
    bn = Named(zip(surgery.VECTORS, vectors, strict=True))
    bn[surgery.COUNTER] = torch.tensor(9)
    conv1 = Named(weight=torch.tensor([10.0, 20.0]).reshape(2, 1, 1, 1))
    conv2 = Named(weight=torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(2, 2, 1, 1))
    if bias:
        conv1["bias"], conv2["bias"] = torch.tensor([30.0, 40.0]), torch.tensor([5.0, 6.0])
    return conv1, bn, conv2, torch.tensor([1])


def _without_bias(draw: Draw) -> Iterator[Arguments]:
    yield _small()
    yield _drawn(draw, 3, 6, 4, 4, 3, "")
    yield _drawn(draw, 5, 5, 5, 3, 3, "")
    yield *_drawn(draw, 2, 24, 2, 3, 1, "")[:3], inputs.kept_of_24(draw)


def _with_biases(draw: Draw) -> Iterator[Arguments]:
    yield _small(bias=True)
    yield _drawn(draw, 2, 4, 6, 3, 3, "12")
    yield _drawn(draw, 5, 5, 5, 3, 1, "12")
    yield _drawn(draw, 3, 6, 2, 1, 3, "1")
    yield *_drawn(draw, 2, 24, 2, 3, 1, "12")[:3], inputs.kept_of_24(draw)


_check = partial(Check, probe=named_call)
_parts = partial(surgery.parts, NAMES)

SHRINK_CONV_PAIR = Task(
    name="shrink_conv_pair",
    points=16,
    reference=reference.shrink_conv_pair,
    lecture="lecture 07, “Layers that hold hands”",
    off_limits=OFF_LIMITS,
    calls=("shrink_linear_pair",),
    checks=(
        _check("conv1: its filters", 3, _without_bias, judge=_parts(0)),
        _check("conv1 with a bias", 2, _with_biases, judge=_parts(0)),
        _check("bn: every vector, and the counter as it is", 5, _without_bias, judge=_parts(1)),
        _check("conv2: its input channels", 4, _without_bias, judge=_parts(2)),
        _check("conv2 with a bias, which stays as it is", 2, _with_biases, judge=_parts(2)),
    ),
    misconceptions=MISTAKES,
)
