"""The task `sqnr_db`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import OFF_LIMITS
from courseware.chapters.c02_integer_scaling.tasks.judges import same_decibels
from courseware.chapters.c02_integer_scaling.tasks.sqnr_db_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.quantizer_inputs import some_scale
from courseware.checks.task import Check, Draw, Task
from model_compression import error_measures as reference

Pair = tuple[torch.Tensor, torch.Tensor]


def _quantized(draw: Draw) -> Iterator[Pair]:
    yield torch.tensor([3.0, -4.0]), torch.tensor([3.5, -4.0])
    for shape in ((20,), (4, 6), (2, 3, 4)):
        x, scale = draw.normal(*shape), 5 * some_scale(draw)
        yield x, torch.round(x / scale) * scale
    # Where a value is 0, its error counts as well.
    x = draw.normal(12)
    x[::3] = 0.0
    yield x, x + 0.3 * draw.normal(12)


def _off_centre(draw: Draw) -> Iterator[Pair]:
    yield torch.tensor([10.0, 12.0]), torch.tensor([9.0, 11.0])
    for _ in range(3):
        x = draw.normal(24) + draw.rng.uniform(3, 6)
        yield x, x + 0.1 * draw.normal(24) + draw.rng.uniform(0.2, 0.4)


def _louder_noise(draw: Draw) -> Iterator[Pair]:
    yield torch.tensor([1.0, -2.0]), torch.tensor([-1.0, 2.0])
    for _ in range(2):
        x = draw.normal(15)
        yield x, x + draw.rng.uniform(2, 4) * draw.normal(15)


def _perfect(draw: Draw) -> Iterator[Pair]:
    yield torch.tensor([1.5, -2.0]), torch.tensor([1.5, -2.0])
    x = draw.normal(3, 5)
    yield x, x.clone()
    yield torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.25])
    # Errors that cancel, and a part without any, are no perfect reconstruction.
    yield torch.tensor([1.0, 2.0]), torch.tensor([1.25, 1.75])
    yield torch.tensor([3.0, 4.0]), torch.tensor([4.0, 3.0])
    yield torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 2.0], [2.5, 4.0]])
    # Errors that closeness overlooks (`allclose`, a bound of 1e-3 or 1e-6) are errors.
    yield torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0 + 2.0**-17])
    yield torch.tensor([2.0**-20, 0.0]), torch.tensor([2.0**-21, 0.0])


SQNR_DB = Task(
    name="sqnr_db",
    points=6,
    reference=reference.sqnr_db,
    lecture="lecture 02, “How large is the error”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("a typical reconstruction", 2, _quantized, same_decibels),
        Check("values whose mean is not 0", 2, _off_centre, same_decibels),
        Check("noise louder than the signal", 1, _louder_noise, same_decibels),
        Check("a perfect reconstruction, and almost perfect ones", 1, _perfect, same_decibels),
    ),
    misconceptions=MISTAKES,
)
