"""The task `bits_per_weight`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c03_post_training_quantization.tasks.judges import OFF_LIMITS, close_number
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import DECIMALS
from courseware.checks.python_slips import ZERO_FOR_MISSING
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference
from model_compression import weight_quantization as reference

EXACT = 1e-9
"""Every result here is a small number of binary digits: nothing needs rounding."""

Arguments = tuple[float, ...]


def _same_bits(arguments: tuple[Any, ...], expected: float, got: Any) -> Difference | None:
    return close_number(expected, got, EXACT)


def _group_size(draw: Draw, *sizes: int) -> int:
    return draw.rng.choice(sizes or (16, 32, 64, 128, 256))


def _scales(draw: Draw) -> Iterator[Arguments]:
    yield 4, 8, 32
    yield 4, 64, 16
    for n_bits in (2, 3, 5, 8):
        yield n_bits, _group_size(draw), draw.rng.choice((16, 32))


def _zero_points(draw: Draw) -> Iterator[Arguments]:
    yield 4, 8, 16, 4
    yield 2, 64, 16, 8
    for n_bits in (3, 4, 8):
        yield n_bits, _group_size(draw), draw.rng.choice((16, 32)), draw.rng.choice((2, 4, 8))


def _fractions(draw: Draw) -> Iterator[Arguments]:
    yield 4, 64, 8.125
    yield 4, 64, 8 + 32 / 256
    for n_bits in (2, 4):
        yield n_bits, _group_size(draw, 16, 32, 128), 8 + 32 / _group_size(draw)
    yield 3, 32, 8.25, 4


def _extremes(draw: Draw) -> Iterator[Arguments]:
    yield 4, 1, 16
    yield 8, draw.integer(2**12, 2**18), 32
    yield draw.integer(2, 8), 2, 16, 8


def _formula(
    of: Callable[[float, float, float, float], float],
) -> Callable[..., float]:
    return lambda n_bits, group_size, scale_bits, zero_point_bits=0: of(
        n_bits, group_size, scale_bits, zero_point_bits
    )


def _scale_and(extra: float) -> Callable[..., float]:
    """More bits for each scale."""
    return _formula(lambda b, g, s, z: b + (s + z + extra) / g)


def _second_scale_and_whole_zero_points(extra: float) -> Callable[..., float]:
    return _formula(lambda b, g, s, z: b + z + (s + extra) / g)


def _multiplied_and_rounded(digits: int) -> Callable[..., float]:
    return _formula(lambda b, g, s, z: round(b + (s * z if z else s) / g, digits))


def _rounded(digits: int) -> Callable[..., float]:
    return _formula(lambda b, g, s, z: round(b + (s + z) / g, digits))


ZERO_POINT_NOT_SHARED = (
    "zero-point-not-shared",
    "The zero point is counted in full for every weight. A group shares one, just as it "
    "shares a scale.",
)
SECOND_SCALE_TWICE = (
    "second-scale-twice",
    "Something of a second scale was added. `scale_bits` holds its share already, where "
    "there is one: 8 + 32 / 256 in the example. Take it as it is.",
)
ZERO_POINT_SUBTRACTED = (
    "zero-point-subtracted",
    "The bits of the zero point were taken off. They are stored as well: add them.",
)
RATIO = (
    "ratio-to-float32",
    "This is how many times smaller the weights become. The bits of one weight are asked for.",
)

BITS_PER_WEIGHT = Task(
    name="bits_per_weight",
    points=10,
    reference=reference.bits_per_weight,
    lecture="lecture 03, “How many bits is 4 bits”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("codes and scales", 2, _scales, _same_bits),
        Check("zero points as well", 2, _zero_points, _same_bits),
        Check("scales that are quantized themselves", 1, _fractions, _same_bits),
        Check("very small and very large groups", 1, _extremes, _same_bits),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "overhead-forgotten",
            "Only the codes are counted. Without their scales they cannot be read back, so the "
            "scales are stored too.",
            _formula(lambda b, g, s, z: float(b)),
        ),
        ways(
            "default-lost",
            "A call with three values stops your function. Many formats have no zero point: leave "
            "the default of 0 bits in the first line.",
            lambda n_bits, group_size, scale_bits, zero_point_bits: (
                n_bits + (scale_bits + zero_point_bits) / group_size
            ),
        ),
        ways(
            "zero-point-forgotten",
            "The zero points are not counted. Each group stores one beside its scale.",
            _formula(lambda b, g, s, z: b + s / g),
            lambda n_bits, group_size, scale_bits: n_bits + scale_bits / group_size,
        ),
        ways(
            *ZERO_FOR_MISSING,
            _formula(lambda b, g, s, z: b + (s + (z or b)) / g),
            _formula(lambda b, g, s, z: b + (s + (z or s)) / g),
        ),
        ways(
            *ZERO_POINT_NOT_SHARED,
            _formula(lambda b, g, s, z: b + s / g + z),
        ),
        ways(
            "scale-not-shared",
            "The scale is counted in full for every weight. All weights of a group share one.",
            _formula(lambda b, g, s, z: b + s + z),
            _formula(lambda b, g, s, z: b + s),
            _formula(lambda b, g, s, z: b + s + z / g),
        ),
        ways(
            "code-shared",
            "The code was divided by the group size as well. Every weight has a code of its own; "
            "only scale and zero point are shared.",
            _formula(lambda b, g, s, z: (b + s + z) / g),
        ),
        ways(
            *SECOND_SCALE_TWICE,
            *(_scale_and(extra) for extra in (32 / 256, 32)),
            _formula(lambda b, g, s, z: b + (s + z) / g + 32 / 256),
        ),
        ways(
            "zero-point-as-scale",
            "The zero point was counted with the bits of the scale. It has a size of its own: "
            "`zero_point_bits`.",
            _formula(lambda b, g, s, z: b + (2 * s if z else s) / g),
            _formula(lambda b, g, s, z: b + 2 * s / g),
        ),
        ways(
            "scale-or-zero-point",
            "As soon as there is a zero point, the scale is no longer counted, or only the larger "
            "of the two is. Each group stores both.",
            _formula(lambda b, g, s, z: b + (z or s) / g),
            _formula(lambda b, g, s, z: b + max(s, z) / g),
        ),
        ways(
            "bits-multiplied",
            "The bits of scale and zero point were multiplied. Each group stores one after the "
            "other: add them.",
            _formula(lambda b, g, s, z: b + (s * z if z else s) / g),
            _formula(lambda b, g, s, z: b + s * z / g),
            *(_multiplied_and_rounded(digits) for digits in DECIMALS),
        ),
        ways(
            "bits-of-a-group",
            "These are the bits of a whole group. One weight's share is asked for.",
            _formula(lambda b, g, s, z: b * g + s + z),
        ),
        ways(
            "whole-bits",
            "The result was rounded to whole bits. An average need not be a whole number: many "
            "weights share one scale.",
            _formula(lambda b, g, s, z: b + (s + z) // g),
            _formula(lambda b, g, s, z: b + int(s) // g + int(z) // g),
            _formula(lambda b, g, s, z: math.ceil(b + (s + z) / g)),
            _formula(lambda b, g, s, z: round(b + (s + z) / g)),
        ),
        ways(
            "single-precision",
            "The last digits are off: the number was computed in float32, or in 16 bits.",
            _formula(lambda b, g, s, z: float(torch.tensor(b + (s + z) / g, dtype=torch.float32))),
            _formula(lambda b, g, s, z: float(torch.tensor(b + (s + z) / g).half())),
            _formula(lambda b, g, s, z: float(torch.tensor(b + (s + z) / g).bfloat16())),
        ),
        ways(
            *ZERO_POINT_SUBTRACTED,
            _formula(lambda b, g, s, z: b + (s - z) / g),
        ),
        ways(
            "group-of-codes-forgotten",
            "Only the overhead is counted: the bits of the code itself are missing.",
            _formula(lambda b, g, s, z: (s + z) / g),
        ),
        ways(
            "digits-dropped",
            "The result was rounded to a few decimals. Over billions of weights they add up.",
            *(_rounded(digits) for digits in DECIMALS),
        ),
        ways(
            "scale-bits-cut",
            "The bits of a scale were cut to a whole number. Scales that share a second scale take "
            "a fraction of a bit more.",
            _formula(lambda b, g, s, z: b + (int(s) + z) / g),
            _formula(lambda b, g, s, z: b + (math.ceil(s) + z) / g),
        ),
        ways(
            "bytes-not-bits",
            "This is the number of bytes. Bits are asked for.",
            _formula(lambda b, g, s, z: (b + (s + z) / g) / 8),
            _formula(lambda b, g, s, z: b + (s + z) / g / 8),
        ),
        ways(
            *RATIO,
            _formula(lambda b, g, s, z: 32 / (b + (s + z) / g)),
        ),
        both(RATIO, ZERO_POINT_SUBTRACTED, _formula(lambda b, g, s, z: 32 / (b + (s - z) / g))),
        both(
            SECOND_SCALE_TWICE,
            ZERO_POINT_NOT_SHARED,
            *map(_second_scale_and_whole_zero_points, (32 / 256, 32)),
        ),
        ways(
            "filled-up-to-bytes",
            "The bits of a group were filled up to whole bytes. What is asked for are the bits "
            "that hold something; they go on from one group to the next.",
            _formula(lambda b, g, s, z: math.ceil((b * g + s + z) / 8) * 8 / g),
            _formula(lambda b, g, s, z: (math.ceil(b * g / 8) * 8 + s + z) / g),
        ),
        ways(
            "codes-counted",
            "2**n_bits is how many codes there are. One of them takes `n_bits` bits.",
            _formula(lambda b, g, s, z: 2**b + (s + z) / g),
        ),
        ways(
            "overhead-multiplied",
            "The larger the group, the smaller the share of each weight. Here it grows with the "
            "group.",
            _formula(lambda b, g, s, z: b + (s + z) * g),
        ),
    ),
)
