"""The task `qat_forward`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.inputs import (
    T,
    power_of_two_rows,
    rows_a_little_beyond,
)
from courseware.chapters.c04_quantization_aware_training.tasks.judges import (
    OFF_LIMITS,
    with_gradient_of,
)
from courseware.chapters.c04_quantization_aware_training.tasks.layer_mistakes import MISCONCEPTIONS
from courseware.checks import gradients
from courseware.checks.gradients import GRADIENT_SECONDS
from courseware.checks.quantizer_inputs import weights
from courseware.checks.task import Check, Draw, Probe, Task
from courseware.checks.values import same_reals
from model_compression import fake_quantization as reference

Arguments = tuple[T, T, T, int]
WithUpstream = tuple[T, T, T, int, T]

X, WEIGHT, BIAS = (gradients.probe(place) for place in range(3))


def _four_bits(draw: Draw) -> Iterator[Arguments]:
    x = torch.tensor([[1.0, 10.0], [0.0, 0.1]])
    yield x, torch.tensor([[0.7, -0.24]]), torch.tensor([0.5]), 4
    yield x, torch.tensor([[14.0, 3.0], [-0.3, 0.7]]), torch.tensor([0.31, -0.12]), 4
    for rows, columns in ((3, 5), (6, 9)):
        yield draw.normal(4, columns), weights(draw, 4, rows, columns), draw.normal(rows), 4


def _two_to_eight_bits(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, 10.0]]), torch.tensor([[0.7, -0.24]]), torch.tensor([0.5]), 2
    for n_bits in (2, 3, 5, 8):
        yield draw.normal(3, 8), weights(draw, n_bits, 4, 8), draw.normal(4), n_bits


def _gradients(draw: Draw) -> Iterator[WithUpstream]:
    """Scales that are powers of two, where x / scale is exact, and others, where it is not."""
    x, upstream = torch.tensor([[1.0, 10.0]]), torch.tensor([[2.0]])
    yield x, torch.tensor([[3.5, -1.2]]), torch.tensor([0.5]), 4, upstream
    for n_bits, rows, columns in ((2, 2, 4), (4, 4, 6), (8, 3, 9)):
        weight = power_of_two_rows(draw, n_bits, rows, columns)
        x = draw.normal(5, columns)
        yield x, weight, draw.normal(rows), n_bits, draw.normal(5, rows)
    for n_bits, rows, columns in ((4, 2, 3), (8, 3, 6)):
        weight = rows_a_little_beyond(draw, n_bits, rows, columns)
        x = draw.normal(5, columns)
        yield x, weight, draw.normal(rows), n_bits, draw.normal(5, rows)


def _gradient_check(name: str, weight: int, probe: Probe) -> Check:
    title = f"gradient of {name} (last input: upstream)"
    return Check(title, weight, _gradients, with_gradient_of(name), probe)


QAT_FORWARD = Task(
    name="qat_forward",
    points=20,
    reference=reference.qat_forward,
    lecture="lecture 04, “Training with the rounding in the loop”",
    off_limits=OFF_LIMITS,
    seconds=GRADIENT_SECONDS,
    calls=("fake_quantize", "ste_mask"),
    checks=(
        Check("the output, with weights of 4 bits", 3, _four_bits, same_reals),
        Check("the output, with 2 to 8 bits", 2, _two_to_eight_bits, same_reals),
        _gradient_check("the weight", 4, WEIGHT),
        _gradient_check("x", 2, X),
        _gradient_check("the bias", 1, BIAS),
    ),
    misconceptions=MISCONCEPTIONS,
)
