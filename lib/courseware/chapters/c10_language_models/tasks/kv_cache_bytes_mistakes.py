"""Mistakes in `kv_cache_bytes`."""

from __future__ import annotations

import math
from collections.abc import Callable

from courseware.chapters.c10_language_models.tasks.kv_cache_scale_mistakes import (
    SCALES_MISCOUNTED,
    SCALES_OF_PARTS,
)
from courseware.chapters.c10_language_models.tasks.kv_cache_wrong_ways import (
    Cache,
    counted,
    factor_by_factor,
    from_bits,
    left_out,
    misfit,
    refused_by,
    right,
    rounded_each,
    through_bits,
    through_values,
)
from courseware.checks.forms import FORMS
from courseware.checks.groups import OTHER_ERROR
from courseware.checks.machine_integers import DIGITS_LOST, machine_integers
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways

BITS_CUT = (
    "bits-cut-to-bytes",
    "The bits of a value were made into whole bytes before the values were counted. Two values of "
    "4 bits share a byte: multiply first, divide at the end.",
)
CUT: tuple[Callable[[Cache], int], ...] = (
    lambda c: c.vectors * c.width * (c.bits // 8) + c.scales // 8,
    lambda c: c.vectors * c.width * math.ceil(c.bits / 8) + c.scales // 8,
    lambda c: c.vectors * c.width * max(c.bits // 8, 1) + c.scales // 8,
)
TESTED_BACKWARDS = (
    "division-tested-backwards",
    "The test asks whether `head_dim` divides `group_size`. It is the other way round: a vector is "
    "cut into groups, so `head_dim % group_size` must be 0.",
)

LAST_BYTE = (
    "last-byte-cut-off",
    "The last bits were cut off. If they do not fill a byte, they still take one: round up.",
)
CUT_OFF: tuple[Callable[[float], int], ...] = math.floor, round
LEFT_OUT: tuple[tuple[tuple[str, str], Callable[[Cache], int]], ...] = (
    (
        (
            "layers-left-out",
            "This is the cache of one layer. Every layer has keys and values of its own.",
        ),
        lambda c: c.layers,
    ),
    (
        (
            "heads-left-out",
            "This is the cache of one head. Every head of keys and values has a vector of its own.",
        ),
        lambda c: c.heads,
    ),
    (
        (
            "context-left-out",
            "This is the cache of one token. It holds all tokens of the context.",
        ),
        lambda c: c.context,
    ),
    (
        (
            "batch-left-out",
            "This is the cache of one text. Texts that are written at the same time share the "
            "weights, but each has a cache of its own.",
        ),
        lambda c: c.batch,
    ),
)

MISTAKES = several(
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
    *(ways(*mistake, left_out(factor)) for mistake, factor in LEFT_OUT),
    *(
        both(mistake, LAST_BYTE, *(left_out(factor, part) for part in CUT_OFF))
        for mistake, factor in LEFT_OUT
    ),
    ways(
        "width-left-out",
        "Every key and value was taken for one number. It is a vector of `head_dim` numbers.",
        from_bits(lambda c: c.vectors * (c.bits + 16 * c.groups)),
        from_bits(lambda c: c.vectors * c.bits),
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
        *BITS_CUT,
        *map(counted, CUT),
    ),
    both(
        BITS_CUT,
        TESTED_BACKWARDS,
        *(refused_by(lambda c: (c.group or 0) % c.width != 0, count) for count in CUT),
    ),
    ways(
        *TESTED_BACKWARDS,
        refused_by(
            lambda c: (c.group or 0) % c.width != 0,
            lambda c: -(-(c.codes + (c.vectors * c.width // c.group * 16 if c.group else 0)) // 8),
        ),
        refused_by(
            lambda c: (c.group or 0) % c.width != 0, lambda c: -(-(c.codes + c.scales) // 8)
        ),
    ),
    SCALES_MISCOUNTED,
    ways(*LAST_BYTE, *(left_out(lambda c: 1, part) for part in CUT_OFF)),
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
    SCALES_OF_PARTS,
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
                (c.codes + c.vectors * 16 * math.ceil(c.width / c.group) if c.group else c.codes)
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
        *each_instead(misfit, (AssertionError, TypeError), right),
    ),
    machine_integers(right, through_values, through_bits),
    ways(*DIGITS_LOST, factor_by_factor),
)
