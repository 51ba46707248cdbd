"""Exercise 01: the bytes of a model."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c01_number_formats.tasks.common import OFF_LIMITS
from courseware.chapters.c01_number_formats.tasks.model_bytes_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import number_formats as reference


def _whole_bytes(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 9, 8
    yield 9, 32
    yield 86_000_000, 32
    yield draw.integer(1_000, 9_999), 16
    # More parameters than a float32 counts, and more bits than an int32 does.
    yield 2**24 + 2 * draw.integer(1, 9_999) + 1, 8
    yield 2**32 + draw.integer(1, 99_999), 16


def _half_bytes(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 9, 4
    yield 3, 1
    yield 2 * draw.integer(50, 50_000) + 1, 4
    yield 7, 2
    yield 5, 5
    yield 2**25 + 1, 1


def _fractional_bits(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 64, 4.5
    yield 1_000, 4.127
    yield 3, 1.5
    yield 17, 0.5
    yield draw.integer(1_000, 9_999), 2.5


def _nothing(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 0, 32
    yield 2, 32
    yield 1, 8
    yield 1, draw.integer(65, 9_999) / 64


MODEL_BYTES = Task(
    name="model_bytes",
    points=8,
    reference=reference.model_bytes,
    lecture="lecture 00, “Parameters, bits, bytes”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("parameters of whole bytes", 2, _whole_bytes),
        Check("a last byte that is only part full", 2, _half_bytes),
        Check("fractional bits per parameter", 1, _fractional_bits),
        Check("no parameters, one parameter", 1, _nothing),
    ),
    misconceptions=MISTAKES,
)
