"""Exercise 01: the bytes of a model."""

from __future__ import annotations

import math
from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import OFF_LIMITS
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import number_formats as reference


def _whole_bytes(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 9, 8
    yield 9, 32
    yield 86_000_000, 32
    yield draw.integer(1_000, 9_999), 16


def _half_bytes(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 9, 4
    yield 3, 1
    yield 2 * draw.integer(50, 50_000) + 1, 4
    yield 7, 2


def _fractional_bits(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 64, 4.5
    yield 1_000, 4.127
    yield 3, 1.5
    yield draw.integer(1_000, 9_999), 2.5


def _nothing(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 0, 32
    yield 2, 32
    yield 1, draw.integer(65, 9_999) / 64


MODEL_BYTES = Task(
    name="model_bytes",
    points=8,
    reference=reference.model_bytes,
    lecture="lecture 00, “Parameters, bits, bytes”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("parameters of whole bytes", 2, _whole_bytes),
        Check("a last byte that is only part full", 2, _half_bytes),
        Check("fractional bits per parameter", 1, _fractional_bits),
        Check("no parameters, one parameter", 1, _nothing),
    ),
    misconceptions=(
        Misconception(
            "bits-not-bytes",
            "This is a number of bits. A byte holds eight of them.",
            lambda n_params, bits_per_param: math.ceil(n_params * bits_per_param),
        ),
        Misconception(
            "rounded-down",
            "The last, part-full byte was dropped: nine 4-bit numbers do not fit into 4 bytes.",
            lambda n_params, bits_per_param: int(n_params * bits_per_param // 8),
        ),
        Misconception(
            "rounded-per-parameter",
            "Every parameter was given whole bytes of its own. Parameters are packed: round up "
            "once, over the total.",
            lambda n_params, bits_per_param: n_params * math.ceil(bits_per_param / 8),
        ),
        Misconception(
            "rounded-to-nearest",
            "The total was rounded to the nearest byte. A part-full byte is still a byte: "
            "round up.",
            lambda n_params, bits_per_param: round(n_params * bits_per_param / 8),
        ),
        Misconception(
            "float-returned",
            "The total is still a float, or not whole: a file has a whole number of bytes.",
            lambda n_params, bits_per_param: n_params * bits_per_param / 8,
        ),
        Misconception(
            "bytes-multiplied",
            "The bits per parameter were taken for bytes per parameter, then counted in bits.",
            lambda n_params, bits_per_param: math.ceil(n_params * bits_per_param * 8),
        ),
        Misconception(
            "floor-division-first",
            "The bits per parameter were divided by 8 before multiplying, and the fraction was "
            "lost on the way: 4 // 8 is 0.",
            lambda n_params, bits_per_param: int(n_params * (bits_per_param // 8)),
        ),
    ),
)
