"""The task `int8_linear`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c03_post_training_quantization.tasks import int8_judges as judges
from courseware.chapters.c03_post_training_quantization.tasks.int8_mistakes import MISTAKES
from courseware.chapters.c03_post_training_quantization.tasks.int8_pairs import two_mistakes
from courseware.chapters.c03_post_training_quantization.tasks.judges import OFF_LIMITS
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.quantizer_inputs import clear_blocks, codes, weights
from courseware.checks.task import Check, Draw, Task
from courseware.checks.zero_guards import LIKE_ZEROS
from model_compression import int8_linear as reference

T = torch.Tensor
Arguments = tuple[T, T, T]
Behaviour = Callable[..., Any]


def _layer(draw: Draw, n: int, outputs: int, inputs: int) -> Arguments:
    """A layer whose codes do not depend on how they are computed."""
    x = clear_blocks(draw.normal(n * inputs).double() * 2.0 ** draw.integer(-2, 2), 8)
    return x.reshape(n, inputs), weights(draw, 8, outputs, inputs), draw.normal(outputs)


def _short(draw: Draw, n: int, outputs: int, inputs: int) -> Arguments:
    """A layer whose sums fit into 16 bits: that they need not is a check of its own."""
    while True:
        layer = _layer(draw, n, outputs, inputs)
        if reference.int8_linear(*layer)[0].abs().max() < 2**15:
            return layer


def _exact(draw: Draw, n: int, outputs: int, inputs: int) -> Arguments:
    """A layer of ties: all scales are powers of two."""
    x = codes(draw, -80, 79, n, inputs) + 0.5
    x[draw.integer(0, n - 1), draw.integer(0, inputs - 1)] = -127.0
    weight = codes(draw, -126, 125, outputs, inputs) + 0.5
    weight[:, draw.integer(0, inputs - 1)] = 127.0
    powers = torch.tensor([2.0 ** draw.integer(-8, -5) for _ in range(outputs)])
    return x / 32, weight * powers[:, None], draw.normal(outputs)


def _sums(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[127.0, -2.0]]), torch.tensor([[12.7, 0.3]]), torch.tensor([0.5])
    for sizes in ((2, 3, 4), (3, 2, 6), (1, 4, 7)):
        yield _short(draw, *sizes)


def _ties(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[127.0, 0.5, 1.5]]), torch.tensor([[127.0, 40.0, 1.0]]), torch.ones(1)
    yield torch.tensor([[127.0, 40.0, 1.0]]), torch.tensor([[127.0, 0.5, -1.5]]), torch.ones(1)
    for sizes in ((2, 3, 2), (4, 1, 3)):
        yield _exact(draw, *sizes)


def _long_rows(draw: Draw) -> Iterator[Arguments]:
    yield torch.full((1, 4), 127.0), torch.full((1, 4), -127.0), torch.tensor([1.0])
    yield _layer(draw, 2, 3, 400)
    x, weight, bias = _layer(draw, 2, 3, 1024)
    yield x.abs(), weight.abs(), bias
    yield _beyond_float32(draw)


def _beyond_float32(draw: Draw) -> Arguments:
    """Two rows of odd codes, but for one of them: their sum is odd and above 2**24."""
    x, weight = (2 * codes(draw, 50, 62, 1, 2048).float() + 1 for _ in range(2))
    x[0, 0], weight[0, 0] = 127.0, 127.0
    weight[0, draw.integer(1, 2047)] = 120.0
    return x / 32, weight / 64, torch.zeros(1)


def _outputs(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[127.0, -64.0]]), torch.tensor([[63.5, 1.0]]), torch.tensor([2.0])
    yield _short(draw, 2, 3, 4)
    yield _short(draw, 3, 2, 6)


def _rows(draw: Draw) -> Iterator[Arguments]:
    yield (
        torch.tensor([[127.0, -64.0], [1.0, 2.0]]),
        torch.tensor([[127.0, 1.0], [0.0, -12.7]]),
        torch.tensor([0.0, 0.5]),
    )
    for sizes in ((2, 4, 5), (3, 3, 4)):
        x, weight, bias = _short(draw, *sizes)
        yield x, weight * 100.0 ** torch.arange(-1, len(weight) - 1)[:, None], bias


def _zeros(draw: Draw) -> Iterator[Arguments]:
    yield torch.zeros(1, 2), torch.tensor([[3.0, -1.0]]), torch.tensor([0.25])
    yield (
        torch.tensor([[127.0, -64.0]]),
        torch.tensor([[0.0, 0.0], [1.0, 12.7]]),
        torch.tensor([0.5, -1.0]),
    )
    for like_zeros in LIKE_ZEROS[:5]:
        yield torch.tensor([like_zeros]), torch.tensor([[2.0, 7.0, 1.0]]), torch.tensor([0.25])
    yield torch.tensor([[2.0, 7.0, 1.0]]), torch.tensor(LIKE_ZEROS), torch.arange(6.0)
    x, weight, bias = _short(draw, 3, 4, 6)
    weight[draw.integer(0, 3)] = 0.0
    yield x, weight, bias
    # Scales of 1e-7 to 2e-6: what guards against 0 must not be felt there.
    yield x * 2.0**-16, weight * 2.0**-16, bias
    yield x * 2.0**-45, weight * 2.0**-45, bias


INT8_LINEAR = Task(
    name="int8_linear",
    points=24,
    reference=reference.int8_linear,
    lecture="lecture 03, “Integers all the way”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("acc: products of codes, added up", 3, _sums, judges.same_sums),
        Check("acc: sums that do not fit into 8 or 16 bits", 3, _long_rows, judges.same_sums),
        Check("acc: ties go to the even code", 1, _ties, judges.same_sums),
        Check("y: sums scaled back, and the bias", 3, _outputs, judges.same_outputs),
        Check("a scale for each row of the weight", 3, _rows, judges.same_layer),
        Check(
            "a zero x or row gives the bias; what is only tiny has its codes",
            2,
            _zeros,
            judges.same_of_zeros,
        ),
        Check("right values: acc as int32 or int64, y as float32", 1, _outputs, judges.layer_types),
        but=("transposed",),
    ),
    misconceptions=(*FORMS, *MISTAKES, *two_mistakes(MISTAKES)),
)
