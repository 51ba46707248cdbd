"""The task `kv_cache_bytes`."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.kv_cache_bytes_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import kv_cache as reference

Arguments = tuple[int, ...]

PRIMES = 3, 5, 7, 11, 13
"""Sizes of which no two products are the same: a factor that is left out shows."""


def _sizes(draw: Draw) -> Arguments:
    """Layers, heads, width, context and batch: five different primes."""
    return tuple(draw.rng.sample(PRIMES, 5))


def _sixteen_bits(draw: Draw) -> Iterator[Arguments]:
    yield 1, 1, 2, 3, 1, 16
    yield 32, 32, 128, 4096, 1, 16
    for _ in range(3):
        yield *_sizes(draw), 16


def _several_texts(draw: Draw) -> Iterator[Arguments]:
    yield 1, 1, 1, 1, 2, 8
    for bits in (8, 32):
        layers, heads, width, context, batch = _sizes(draw)
        yield layers, heads, width, context, 10 * batch, bits


def _few_bits(draw: Draw) -> Iterator[Arguments]:
    """Half of the totals fill their last byte, half of them do not."""
    yield 1, 1, 1, 1, 1, 4
    yield 1, 1, 1, 3, 1, 3
    yield 1, 1, 1, 1, 1, 3
    for bits in (2, 3, 4, 5):
        yield *_sizes(draw), bits


def _groups(draw: Draw) -> Iterator[Arguments]:
    yield 1, 1, 4, 1, 1, 4, 2
    yield 1, 1, 4, 1, 1, 4, 4
    yield 32, 8, 128, 1000, 1, 4, 64
    # The scales are there whatever the codes take.
    yield 1, 1, 4, 1, 1, 16, 2
    for bits in (2, 3, 4, 8, 16):
        layers, heads, _, context, batch = _sizes(draw)
        group, count = draw.rng.choice((4, 8, 16)), draw.rng.choice((3, 5))
        yield layers, heads, group * count, context, batch, bits, group


def _large(draw: Draw) -> Iterator[Arguments]:
    """Odd numbers that neither 32 bits nor the 24 digits of a float32 hold, then 53 and 64 bits."""
    yield 32, 8, 128, 131_072, 1, 16
    for context in (10**6, 10**8):
        yield 61, 7, 127, context + 2 * draw.integer(1, 999) + 1, 3, 12
    yield 79, 7, 128, 10**7 + draw.integer(1, 999), 33, 4, 32
    for context in (10**11, 10**15):
        yield 61, 7, 127, context + 2 * draw.integer(1, 999) + 1, 3, 12


def _refused(draw: Draw) -> Iterator[Arguments]:
    yield 1, 1, 4, 1, 1, 4, 3
    yield 2, 1, 6, 1, 1, 4, 3
    for _ in range(2):
        layers, heads, _, context, batch = _sizes(draw)
        yield layers, heads, 64, context, batch, 4, draw.rng.choice((48, 24, 40))
        yield layers, heads, 64, context, batch, 4, draw.rng.choice((16, 32))
    yield 1, 2, 16, 1, 1, 4, 32
    yield 1, 1, 4, 1, 1, 16, 3


KV_CACHE_BYTES = Task(
    name="kv_cache_bytes",
    points=6,
    reference=reference.kv_cache_bytes,
    lecture="lecture 10, “The cache that grows”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("keys and values of every head, layer and token", 3, _sixteen_bits),
        Check("several texts at a time", 1, _several_texts),
        Check("fewer bits, and the last byte", 2, _few_bits),
        Check("a scale for each group", 2, _groups),
        Check("exact for large caches", 1, _large),
        Check("refused: a group size that does not divide `head_dim`, and no other", 1, _refused),
    ),
    misconceptions=MISTAKES,
)
