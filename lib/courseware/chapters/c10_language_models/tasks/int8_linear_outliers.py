"""The task `int8_linear_outliers`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c10_language_models.tasks import outlier_judges as judges
from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.outlier_mistakes import MISTAKES
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.quantizer_inputs import clear_blocks
from courseware.checks.task import Check, Draw, Task
from model_compression import activation_outliers as reference

T = torch.Tensor
Arguments = tuple[T, T, T, float]

SMALL = 1e-14
"""What a guard against zeros must not change."""

TIES = torch.tensor([[127.0, 0.5, 2.5, -1.5, -2.5]])
"""A row whose scale is 1, with values halfway between two codes, on both sides of 0."""


def _layer(draw: Draw, n: int, outputs: int, inputs: int, outliers: int) -> Arguments:
    """A layer whose codes do not depend on how they are computed.

    In an outlier column one value reaches the threshold, or a few; some just miss it. The largest
    weight of each row stands in another column, so that it does not matter whether a row's scale is
    taken over all of its columns.
    """
    order = torch.randperm(inputs, generator=draw.generator)
    large, rest = order[:outliers], order[outliers:]
    threshold = draw.rng.choice((3.0, 4.0, 6.0))
    x = torch.zeros(n, inputs, dtype=torch.float64)
    sizes = 2.0 ** (torch.rand(n, 1, generator=draw.generator, dtype=torch.float64) * 4 - 3)
    inside = draw.normal(n, len(rest)).double()
    inside = inside / inside.abs().amax(dim=1, keepdim=True) * sizes * threshold / 2.2
    x[:, rest] = clear_blocks(inside, 8).double()
    for column in large.tolist():
        values = draw.normal(n).double().clamp(-0.9, 0.9) * threshold
        reaches = draw.integer(0, n - 1)
        values[reaches] = draw.rng.choice((-1, 1)) * threshold * draw.rng.uniform(1.5, 9)
        if n > 2 and draw.rng.random() < 0.5:
            values[(reaches + 1) % n] = threshold * draw.rng.uniform(1.2, 4)
        x[:, column] = values
    weight = torch.zeros(outputs, inputs, dtype=torch.float64)
    body = clear_blocks(draw.normal(outputs, len(rest)).double(), 8).double()
    weight[:, rest] = body
    tops = body.abs().amax(dim=1, keepdim=True)
    part = torch.rand(outputs, outliers, generator=draw.generator, dtype=torch.float64)
    weight[:, large] = (1.6 * part - 0.8) * tops
    rows = 2.0 ** torch.randint(-2, 3, (outputs, 1), generator=draw.generator)
    return x.float(), (weight * rows).float(), draw.normal(outputs), threshold


def _columns(draw: Draw) -> Iterator[Arguments]:
    # A negative one in the first row alone; one that nearly is.
    yield torch.tensor([[1.0, -8.0], [2.0, 0.5]]), torch.tensor([[1.0, 0.5]]), torch.zeros(1), 6.0
    for sizes in ((3, 2, 6, 2), (4, 3, 8, 3), (2, 2, 5, 1)):
        yield _layer(draw, *sizes)


def _at_the_threshold(draw: Draw) -> Iterator[Arguments]:
    weight = torch.tensor([[127.0, 64.0, -32.0]])
    yield torch.tensor([[1.0, 6.0, 2.0]]), weight, torch.zeros(1), 6.0
    yield torch.tensor([[127.0, -64.0, 2.0]]), weight, torch.ones(1), 200.0
    x, w, bias, threshold = _layer(draw, 3, 2, 6, 2)
    x[x.abs() >= threshold] = -threshold
    yield x, w, bias, threshold
    yield _layer(draw, 3, 2, 6, 0)
    yield _layer(draw, 2, 3, 4, 0)


def _float_part(draw: Draw) -> Iterator[Arguments]:
    """Nothing but outliers counts for much: their product shows in all its digits."""
    yield (
        torch.tensor([[127.0, 1000.3]]),
        torch.tensor([[127.0, 50.7]]),
        torch.tensor([2.0]),
        500.0,
    )
    for sizes in ((2, 3, 6, 3), (3, 2, 8, 5)):
        x, weight, bias, threshold = _layer(draw, *sizes)
        yield x, weight, bias, threshold


def _scales_of_x(draw: Draw) -> Iterator[Arguments]:
    yield (
        torch.tensor([[127.0, -64.0, 1000.0], [1.27, -0.64, 0.0]]),
        torch.tensor([[127.0, 3.0, 2.0]]),
        torch.tensor([0.5]),
        200.0,
    )
    yield TIES, torch.tensor([[127.0, 3.0, 5.0, 2.0, 7.0]]), torch.tensor([0.5]), 200.0
    for sizes in ((4, 2, 6, 1), (3, 3, 7, 2), (3, 2, 5, 0)):
        yield _layer(draw, *sizes)
    # Every product of two codes fits into 16 bits, and not their sum.
    large = torch.tensor([[127.0, draw.integer(110, 126), 126.0, -1.0]])
    yield torch.cat((large, -large)), large.abs(), torch.tensor([0.5]), 200.0


def _scales_of_weights(draw: Draw) -> Iterator[Arguments]:
    yield (
        torch.tensor([[127.0, -64.0, 1000.0]]),
        torch.tensor([[127.0, 3.0, 2.0], [1.27, 0.05, 0.01]]),
        torch.tensor([0.5, -1.0]),
        200.0,
    )
    yield torch.tensor([[127.0, 3.0, 5.0, 2.0, 7.0]]), TIES, torch.tensor([0.5]), 200.0
    for sizes in ((2, 5, 6, 1), (1, 4, 8, 2)):
        x, weight, bias, threshold = _layer(draw, *sizes)
        yield x, weight * 10.0 ** torch.arange(len(weight))[:, None], bias, threshold


def _zero_rows(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.0, 9.0]]), torch.tensor([[3.0, 1.0]]), torch.tensor([0.25]), 6.0
    yield torch.tensor([[2.0, 1.0]]), torch.zeros(1, 2), torch.tensor([0.25]), 6.0
    x, weight, bias, threshold = _layer(draw, 4, 3, 6, 1)
    large = (x.abs() >= threshold).any(dim=0)
    zero = draw.integer(0, 3)
    x[zero] = 0.0
    x[(zero + 1) % 4, large] = threshold
    weight[draw.integer(0, 2)] = 0.0
    yield x, weight, bias, threshold
    x, weight, bias, threshold = _layer(draw, 3, 2, 6, 2)
    x[1, (x.abs() < threshold).all(dim=0)] = 0.0
    yield x, weight, bias, threshold
    # Small values are no zeros: rows of x, of the weight, of both.
    one = torch.tensor([[3.0, -1.0, 2.0]])
    for small, smaller in ((SMALL, 1.0), (1.0, SMALL), (SMALL, SMALL)):
        yield one * small, one.flip(1) * smaller, torch.zeros(1), 6.0


INT8_LINEAR_OUTLIERS = Task(
    name="int8_linear_outliers",
    points=9,
    reference=reference.int8_linear_outliers,
    lecture="lecture 10, “A few large channels”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("columns: one large value is enough", 3, _columns, judges.same_columns),
        Check(
            "columns: the threshold itself, and none at all",
            2,
            _at_the_threshold,
            judges.same_layer,
        ),
        Check("y: outlier columns as they are", 2, _float_part, judges.same_outputs),
        Check(
            "y: a scale for each row of x, of what is left", 3, _scales_of_x, judges.same_outputs
        ),
        Check("y: a scale for each row of the weight", 2, _scales_of_weights, judges.same_outputs),
        Check("rows of zeros, and of tiny values", 1, _zero_rows, judges.same_of_zeros),
        Check("right values: columns as int64, y as float32", 1, _columns, judges.layer_types),
        but=("transposed", "axis-left-over"),
    ),
    misconceptions=(*FORMS, *MISTAKES),
)
