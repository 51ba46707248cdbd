"""The task `nf4_quantize`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.nf4_blocks import (
    TABLE,
    TIES,
    blocks_of,
    tie_of,
    unit_block,
)
from courseware.chapters.c10_language_models.tasks.nf4_codebook_judges import TOLERANCE
from courseware.chapters.c10_language_models.tasks.nf4_judges import (
    codes_and_absmax,
    codes_and_absmax_dtypes,
)
from courseware.chapters.c10_language_models.tasks.nf4_quantize_mistakes import MISTAKES
from courseware.checks.call import Outcome, call
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.memory_order import turned
from courseware.checks.off_limits import called_names, other_function
from courseware.checks.quantizer_inputs import TINY
from courseware.checks.task import Check, Draw, Task
from model_compression import nf4 as reference

CODEBOOK = "nf4_codebook"

T = torch.Tensor
Arguments = tuple[T, int]
Behaviour = Callable[[T, int], Any]


def _one_block(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([2.0, -1.0, 0.0]), 3
    yield torch.tensor([0.5, -4.0, 1.0, 0.1]), 4
    for size, sign in ((16, 1.0), (32, -1.0)):
        yield (unit_block(draw, size, sign) * draw.rng.uniform(0.2, 30)).float(), size


def _several_blocks(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([2.0, -1.0, 0.1, -0.1]), 2
    for count, block_size in ((12, 4), (64, 16)):
        yield blocks_of(draw, count, block_size), block_size


def _across_rows(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[4.0, -1.0, 0.5], [0.1, 0.2, -0.1]]), 2
    for shape, block_size in (((4, 6), 8), ((2, 3, 5), 15)):
        count = torch.Size(shape).numel()
        yield blocks_of(draw, count, block_size).reshape(shape), block_size
    yield turned(blocks_of(draw, 24, 6).reshape(4, 6)), 6


def _shorter_last(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([2.0, -1.0, 0.5]), 2
    yield torch.tensor([0.3, -0.1]), 64
    for count, block_size in ((13, 4), (70, 64)):
        yield blocks_of(draw, count, block_size), block_size


def _ties(draw: Draw) -> Iterator[Arguments]:
    low, high = (tie_of(TABLE, place) for place in TIES)
    yield torch.tensor([1.0, high]), 2
    yield torch.tensor([-1.0, low, 0.0]), 3
    for size in (6, 12):
        values = unit_block(draw, size, 1.0)
        values[values.abs() < 1] = torch.tensor(
            draw.rng.choices((low, high), k=size - 1), dtype=torch.float64
        )
        yield (values * 2.0 ** draw.integer(-5, 4)).float(), size


def _zeros_and_tiny(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.0, 0.0, 2.0, -1.0]), 2
    yield torch.tensor([TINY, -TINY / 2, TINY / 4]), 3
    # A guard of a millionth is felt here, then one of 1e-12, and one of 1e-17.
    yield torch.tensor([TINY, -TINY / 2, TINY / 4]) * 1e-3, 3
    yield torch.tensor([TINY, -TINY / 2, TINY / 4]) * 1e-10, 3
    yield torch.tensor([TINY, -TINY / 2, TINY / 4]) * 1e-15, 3
    x = blocks_of(draw, 24, 8)
    place = 8 * draw.integer(0, 2)
    x[place : place + 8] = 0.0
    yield x, 8


def _types(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[2.0, -1.0], [0.5, 0.1]]), 2
    yield blocks_of(draw, 12, 4).reshape(3, 4), 4


def _with_own_ties(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe: the ties are those of the student's own codebook, where the function calls it.

    They differ from the ones that are shown in the last digits alone.
    """
    x, block_size = arguments
    table = _own_codebook(function, seconds)
    absmax = float(x.abs().max())  # of one block, and a power of two
    for place in TIES:
        x = torch.where(x == tie_of(TABLE, place) * absmax, tie_of(table, place) * absmax, x)
    return call(function, (x, block_size), seconds)


def _own_codebook(function: Callable[..., Any], seconds: float) -> T:
    """The student's, if it is right; else that of bitsandbytes.

    It is what a function gives that is called without arguments, whatever it is named.
    """
    for name in sorted(called_names(function), key=lambda name: name != CODEBOOK):
        own = other_function(function, name) if name.isidentifier() else None
        value = call(own, (), seconds).value if own else None
        if not isinstance(value, torch.Tensor) or value.shape != TABLE.shape:
            continue
        if bool(((value.detach().double() - TABLE).abs() <= TOLERANCE).all()):
            return value.detach()
    return TABLE


NF4_QUANTIZE = Task(
    name="nf4_quantize",
    points=8,
    reference=reference.nf4_quantize,
    lecture="lecture 10, “Sixteen values for a bell curve”",
    off_limits=OFF_LIMITS,
    calls=(CODEBOOK,),
    checks=told_by_form(
        Check("the nearest entry, in one block", 3, _one_block, codes_and_absmax),
        Check("an absmax for each block", 2, _several_blocks, codes_and_absmax),
        Check("blocks run on from row to row", 2, _across_rows, codes_and_absmax),
        Check("the last block may be shorter", 2, _shorter_last, codes_and_absmax),
        Check(
            "halfway between two entries: the lower code",
            1,
            _ties,
            codes_and_absmax,
            _with_own_ties,
        ),
        Check("blocks of zeros, and of tiny values", 1, _zeros_and_tiny, codes_and_absmax),
        Check("right codes as uint8, absmax as float32", 1, _types, codes_and_absmax_dtypes),
        but=("flattened", "axis-left-over", "axis-lost"),
    ),
    misconceptions=(*FORMS, *MISTAKES),
)
