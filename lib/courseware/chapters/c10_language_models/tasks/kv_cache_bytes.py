"""The task `kv_cache_bytes`."""

from __future__ import annotations

import math
from collections.abc import Iterator

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.kv_cache_wrong_ways import (
    counted,
    factor_by_factor,
    from_bits,
    left_out,
    misfit,
    right,
    rounded_each,
    through_bits,
    through_values,
)
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.groups import OTHER_ERROR, SIZE_TAKEN_FOR_COUNT
from courseware.checks.machine_integers import DIGITS_LOST, machine_integers
from courseware.checks.misconceptions import except_where, several, ways
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
    for bits in (2, 3, 4):
        layers, heads, _, context, batch = _sizes(draw)
        group, count = draw.rng.choice((4, 8, 16)), draw.rng.choice((3, 5))
        yield layers, heads, group * count, context, batch, bits, group


def _large(draw: Draw) -> Iterator[Arguments]:
    """Up to 10**13 bytes, odd ones: neither 32 bits nor the 24 digits of a float32 hold them."""
    yield 32, 8, 128, 131_072, 1, 16
    for context in (10**6, 10**8):
        yield 61, 7, 127, context + 2 * draw.integer(1, 999) + 1, 3, 12
    yield 79, 7, 128, 10**7 + draw.integer(1, 999), 33, 4, 32


def _refused(draw: Draw) -> Iterator[Arguments]:
    yield 1, 1, 4, 1, 1, 4, 3
    yield 2, 1, 6, 1, 1, 4, 3
    for _ in range(2):
        layers, heads, _, context, batch = _sizes(draw)
        yield layers, heads, 64, context, batch, 4, draw.rng.choice((48, 24, 40))
        yield layers, heads, 64, context, batch, 4, draw.rng.choice((16, 32))
    yield 1, 2, 16, 1, 1, 4, 32


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
        Check("groups that do not fill a vector are refused", 1, _refused),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "keys-or-values-alone",
            "Only the keys were counted, or only the values. Attention needs both of every token: "
            "the keys to find it, the values to read it.",
            left_out(lambda c: 2),
        ),
        ways(
            "queries-counted",
            "Three vectors a token were counted. The query of a token is used once, when the token "
            "is written; only its key and its value are needed again.",
            from_bits(lambda c: 3 * (c.codes + c.scales) / 2),
        ),
        ways(
            "layers-left-out",
            "This is the cache of one layer. Every layer has keys and values of its own.",
            left_out(lambda c: c.layers),
        ),
        ways(
            "heads-left-out",
            "This is the cache of one head. Every head of keys and values has a vector of its own.",
            left_out(lambda c: c.heads),
        ),
        ways(
            "width-left-out",
            "Every key and value was taken for one number. It is a vector of `head_dim` numbers.",
            from_bits(lambda c: c.vectors * (c.bits + 16 * c.groups)),
            from_bits(lambda c: c.vectors * c.bits),
        ),
        ways(
            "context-left-out",
            "This is the cache of one token. It holds all tokens of the context.",
            left_out(lambda c: c.context),
        ),
        ways(
            "batch-left-out",
            "This is the cache of one text. Texts that are written at the same time share the "
            "weights, but each has a cache of its own.",
            left_out(lambda c: c.batch),
        ),
        ways(
            "context-squared",
            "The context was counted twice over. The table of attention has a cell for every pair "
            "of tokens, but it is not kept: keys and values are, one each a token.",
            from_bits(lambda c: (c.codes + c.scales) * c.context),
        ),
        ways(
            "bits-not-bytes",
            "This is the number of bits. Bytes are asked for: eight bits each.",
            counted(lambda c: c.codes + c.scales),
        ),
        ways(
            "values-not-bytes",
            "This is the number of values that are kept. Each of them takes `bits` bits.",
            counted(lambda c: c.vectors * c.width),
        ),
        ways(
            "bits-cut-to-bytes",
            "The bits of a value were made into whole bytes before the values were counted. Two "
            "values of 4 bits share a byte: multiply first, divide at the end.",
            counted(lambda c: c.vectors * c.width * (c.bits // 8) + c.scales // 8),
            counted(lambda c: c.vectors * c.width * math.ceil(c.bits / 8) + c.scales // 8),
            counted(lambda c: c.vectors * c.width * max(c.bits // 8, 1) + c.scales // 8),
        ),
        ways(
            "last-byte-cut-off",
            "The last bits were cut off. If they do not fill a byte, they still take one: round "
            "up.",
            counted(lambda c: (c.codes + c.scales) // 8),
            counted(lambda c: round((c.codes + c.scales) / 8)),
        ),
        ways(
            "one-byte-more",
            "There is one byte too many where the bits fill the last byte. Round up only what is "
            "no whole number.",
            counted(lambda c: (c.codes + c.scales) // 8 + 1),
        ),
        ways(
            "rounded-more-than-once",
            "The bytes were rounded up more than once: for each vector, token, text or layer. All "
            "bits stand in one line here, and only the last byte of all is filled up.",
            *(
                rounded_each(part)
                for part in (
                    lambda c: c.vectors,
                    lambda c: 2,
                    lambda c: c.layers,
                    lambda c: 2 * c.layers,
                    lambda c: c.context,
                    lambda c: c.batch,
                    lambda c: c.context * c.batch,
                    lambda c: 2 * c.layers * c.heads,
                    lambda c: c.layers * c.context,
                )
            ),
            counted(lambda c: 2 * math.ceil(c.codes / 16) + c.scales // 8),
        ),
        ways(
            "not-rounded",
            "The result is a fraction of a byte. Memory comes in whole bytes: round up.",
            counted(lambda c: (c.codes + c.scales) / 8),
        ),
        ways(
            "scales-forgotten",
            "The scales are not counted. Without them nobody can read the codes back.",
            from_bits(lambda c: c.codes),
        ),
        ways(
            "one-scale-a-vector",
            "Each vector got one scale. It has one for every `group_size` of its values.",
            from_bits(lambda c: c.codes + (c.vectors * 16 if c.group else 0)),
        ),
        ways(
            "scale-for-each-value",
            "Each value got a scale of its own. All values of a group share one.",
            from_bits(lambda c: c.codes + (c.vectors * c.width * 16 if c.group else 0)),
        ),
        ways(
            "scales-of-keys-alone",
            "Only half of the scales are there. Keys and values both have them.",
            from_bits(lambda c: c.codes + c.scales // 2),
        ),
        ways(
            "scales-of-one-token",
            "The scales of one token, one layer or one text were counted. Every vector in the "
            "cache has its own.",
            from_bits(lambda c: c.codes + 16 * c.groups),
            *(
                from_bits(lambda c, part=part: c.codes + c.scales // part(c))  # type: ignore[misc]
                for part in (
                    lambda c: c.layers,
                    lambda c: c.heads,
                    lambda c: c.context,
                    lambda c: c.batch,
                    lambda c: c.context * c.batch,
                )
            ),
        ),
        ways(
            "wrong-size-of-scales",
            "The scales were counted with another size. They take 16 bits each, and there is no "
            "zero point beside them.",
            from_bits(lambda c: c.codes + 2 * c.scales),
            from_bits(lambda c: c.codes + c.scales // 2),
            from_bits(lambda c: c.codes + c.scales // 16 * c.bits),
            from_bits(lambda c: c.codes + c.scales // 16),
            from_bits(lambda c: c.codes + 8 * c.scales),
        ),
        ways(
            *SIZE_TAKEN_FOR_COUNT,
            from_bits(lambda c: c.codes + c.vectors * (c.group or 0) * 16),
        ),
        ways(
            "default-lost",
            "A call with six values stops your function. A cache in 16 bits has no groups: leave "
            "the default of `None` in the first line.",
            lambda layers, heads, width, context, batch, bits, group: right(
                layers, heads, width, context, batch, bits, group
            ),
            except_where(lambda *a: len(a) == 6, TypeError, right),
        ),
        ways(
            "misfit-let-through",
            "A group size that does not divide the vector was let through. Then a group would lack "
            "values, and its share of a scale is no whole number: refuse it with a ValueError.",
            counted(lambda c: math.ceil((c.codes + c.scales) / 8), refuses=False),
            counted(
                lambda c: math.ceil(
                    (
                        c.codes + c.vectors * 16 * math.ceil(c.width / c.group)
                        if c.group
                        else c.codes
                    )
                    / 8
                ),
                refuses=False,
            ),
            counted(
                lambda c: math.ceil(
                    (c.codes + c.vectors * 16 * c.width / c.group if c.group else c.codes) / 8
                ),
                refuses=False,
            ),
        ),
        ways(
            *OTHER_ERROR,
            *(except_where(misfit, error, right) for error in (AssertionError, TypeError)),
        ),
        machine_integers(right, through_values, through_bits),
        ways(*DIGITS_LOST, factor_by_factor),
    ),
)
