"""The task `mxfp4_quantize`."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.mxfp4_judges import (
    same_codes,
    same_exponents,
    same_pair,
    same_pair_and_dtypes,
)
from courseware.chapters.c10_language_models.tasks.mxfp4_mistakes import MISTAKES
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import microscaling as reference

T = torch.Tensor
Arguments = tuple[T]

BLOCK = reference.BLOCK
TIES = 0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0
BELOW_A_POWER = 1e-4
"""Relative distance of a block's maximum from the power of two above it; the contract asks for
1e-5, below which a logarithm in float32 is rounded up."""


def _block(draw: Draw, exponent: int, largest: float = 0.0) -> T:
    """32 values of which the largest magnitude, negative as often as positive, is in 4 … 8 times
    2**exponent."""
    values = torch.rand(BLOCK, generator=draw.generator, dtype=torch.float64) ** 2 * 3.9
    signs = torch.randint(0, 2, (BLOCK,), generator=draw.generator) * 2 - 1
    top = largest or draw.rng.uniform(4, 8 * (1 - BELOW_A_POWER))
    values[draw.integer(0, BLOCK - 1)] = top
    return (values * signs * 2.0**exponent).float()


def _blocks(draw: Draw, count: int) -> T:
    """Blocks of sizes that differ much."""
    exponents = draw.rng.sample(range(-12, 12), count)
    return torch.cat([_block(draw, exponent) for exponent in exponents])


def _ramp() -> T:
    """−8, −7.5, … 7.5, where the exponent is 1."""
    return torch.arange(-16.0, 16.0) / 2


def _one_exponent(draw: Draw) -> Iterator[Arguments]:
    yield (_ramp(),)
    # The contract ends at 2**-60 and 2**61: a guard of 1e-15 is felt.
    for exponent in (
        0,
        -7,
        9,
        draw.integer(-60, -54),
        draw.integer(-53, -30),
        draw.integer(30, 55),
    ):
        yield (_block(draw, exponent),)
    # Powers of two themselves: nothing is to be rounded up or down.
    yield (_block(draw, draw.integer(-5, 5), largest=4.0),)


def _elements(draw: Draw) -> Iterator[Arguments]:
    yield (torch.tensor([4.0, 0.0, 0.4, 0.6, 1.4, 2.2, 2.8, 3.2, -1.1, -2.9, *[0.1] * 22]),)
    for exponent in (0, 3, -6):
        # Nothing beyond 6, and no ties: those are checks of their own.
        yield (_block(draw, exponent, largest=draw.rng.uniform(4.2, 5.9)),)


def _ties(draw: Draw) -> Iterator[Arguments]:
    values = torch.tensor([4.0, *TIES, *(-tie for tie in TIES)])
    yield (torch.cat((values, torch.zeros(BLOCK - len(values)))),)
    for _ in range(3):
        drawn = [draw.rng.choice(TIES) * draw.rng.choice((-1, 1)) for _ in range(BLOCK - 1)]
        yield (torch.tensor([4.0, *drawn]) * 2.0 ** draw.integer(-9, 9),)


def _beyond_six(draw: Draw) -> Iterator[Arguments]:
    yield (torch.tensor([7.5, -7.5, 6.5, 7.0, -6.0, 5.5, *[0.5] * 26]),)
    for _ in range(3):
        x = _block(draw, 0, largest=draw.rng.uniform(7.1, 7.9))
        places = torch.randperm(BLOCK, generator=draw.generator)[:4]
        x[places] = torch.tensor([6.2, -6.8, 7.05, -7.9])
        yield (x * 2.0 ** draw.integer(-6, 6),)


def _several_blocks(draw: Draw) -> Iterator[Arguments]:
    yield (_blocks(draw, 2),)
    yield (_blocks(draw, 6).reshape(3, 64),)
    yield (_blocks(draw, 6).reshape(6, 32),)
    yield (_blocks(draw, 12).reshape(2, 3, 64),)


def _zeros(draw: Draw) -> Iterator[Arguments]:
    yield (torch.zeros(BLOCK),)
    x = _blocks(draw, 4).reshape(2, 64)
    x[draw.integer(0, 1), :BLOCK] = 0.0
    yield (x,)


def _refused(draw: Draw) -> Iterator[Arguments]:
    yield (draw.normal(31),)
    yield (draw.normal(2, 48),)
    yield (draw.normal(64, 16),)
    yield (_blocks(draw, 2).reshape(2, 32),)


MXFP4_QUANTIZE = Task(
    name="mxfp4_quantize",
    points=11,
    reference=reference.mxfp4_quantize,
    lecture="lecture 10, “Floats of four bits”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("the exponent of a block", 3, _one_exponent, same_exponents),
        Check("elements: the nearest, and the sign", 4, _elements, same_codes),
        Check("elements: a tie goes to the even code", 2, _ties, same_codes),
        Check("elements: beyond 6", 1, _beyond_six, same_codes),
        Check("blocks of 32 along the last axis", 2, _several_blocks, same_pair),
        Check("a block of zeros", 1, _zeros, same_pair),
        Check("refused: a last axis that 32 does not divide, and no other", 1, _refused, same_pair),
        Check("right values as uint8", 1, _elements, same_pair_and_dtypes),
        but=("flattened", "axis-left-over", "axis-lost"),
    ),
    misconceptions=(*FORMS, *MISTAKES),
)
