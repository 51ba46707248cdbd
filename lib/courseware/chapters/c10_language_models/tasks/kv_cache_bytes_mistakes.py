"""Mistakes in `kv_cache_bytes`."""

from __future__ import annotations

import math
from collections.abc import Callable

from courseware.chapters.c10_language_models.tasks.kv_cache_wrong_ways import (
    Cache,
    along_the_tokens,
    counted,
    factor_by_factor,
    from_bits,
    left_out,
    misfit,
    of_the_model,
    refused_by,
    right,
    rounded_each,
    through_bits,
    through_values,
)
from courseware.checks.forms import FORMS
from courseware.checks.groups import OTHER_ERROR, SIZE_TAKEN_FOR_COUNT
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
WIDTH_DIVIDED = (
    "width-divided-among-heads",
    "`head_dim` was divided by the number of heads. It is the width of one head already.",
)
SCALE_WITHOUT_GROUPS = (
    "scale-without-groups",
    "Scales were counted where `group_size` is None. Then the numbers are not quantized, and there "
    "are none.",
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

ALONG_THE_TOKENS = (
    "groups-along-the-tokens",
    "The groups run along the tokens of the context, of the keys, the values, or both. They are "
    "parts of one vector: `group_size` has to divide `head_dim`, whatever the context is.",
)
FEW_BITS_ALONE = (
    "scales-of-few-bits-alone",
    "No scales were counted from a number of bits on, as if 8 or 16 bits were not quantized. With "
    "a `group_size` every group has a scale, whatever `bits` is, and has to fit.",
)
NONE_OF_THE_WHOLE = (
    "whole-vector-without-scale",
    "Where `group_size` is as large as `head_dim`, no scale was counted. Then the vector is one "
    "group, which has one scale.",
)
WRONG_SIZE = (
    "wrong-size-of-scales",
    "The scales were counted with another size. They take 16 bits each, and there is no "
    "zero point beside them.",
)
ONE_SCALE = (
    "one-scale-a-vector",
    "Each vector got one scale. It has one for every `group_size` of its values.",
)
EACH_VALUE = (
    "scale-for-each-value",
    "Each value got a scale of its own. All values of a group share one.",
)


def _of_tokens(rounding: Callable[[float], int], keys_alone: bool) -> Callable[[Cache], int]:
    """Scales of groups that run along the tokens, one a place of the vector."""

    def number(c: Cache) -> int:
        if not c.group or not c.context:
            return 0
        turned = c.vectors // c.context * c.width * rounding(c.context / c.group)
        return (turned + c.vectors * c.groups) // 2 if keys_alone else turned

    return number


OF_TOKENS = tuple(
    _of_tokens(rounding, alone) for rounding in (math.ceil, math.floor) for alone in (False, True)
)


def _below(most: int) -> Callable[[Cache], int]:
    """Scales of codes of fewer bits alone."""
    return lambda c: c.vectors * c.groups if c.bits < most else 0


WHOLE_NUMBERS = 8, 9, 16, 17
"""From so many bits on, numbers may seem not to be quantized."""


def _without_scales_from(most: int, fits: bool) -> Callable[..., int]:
    """From so many bits on no scales; the group size has to fit there as well, or not."""

    def refuses(c: Cache) -> bool:
        return c.width % (c.group or 1) != 0 and (fits or c.bits < most)

    return refused_by(refuses, lambda c: -(-(c.codes + 16 * _below(most)(c)) // 8))


def _none_of_the_whole(c: Cache) -> int:
    return c.vectors * c.groups if c.group != c.width else 0


SCALE_NUMBERS: tuple[tuple[tuple[str, str], tuple[Callable[[Cache], int], ...]], ...] = (
    (ALONG_THE_TOKENS, OF_TOKENS),
    (NONE_OF_THE_WHOLE, (_none_of_the_whole,)),
    (FEW_BITS_ALONE, tuple(map(_below, WHOLE_NUMBERS))),
    (ONE_SCALE, (lambda c: c.vectors if c.group else 0,)),
    (EACH_VALUE, (lambda c: c.vectors * c.width if c.group else 0,)),
)
"""How many scales were counted."""
SCALE_SIZES: tuple[Callable[[Cache], int], ...] = (
    lambda c: 32,
    lambda c: 8,
    lambda c: c.bits,
    lambda c: 1,
)
"""Bits of a scale, with its zero point if it has one."""

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
    ways(
        *ALONG_THE_TOKENS,
        along_the_tokens,
        *(from_bits(lambda c, n=n: c.codes + 16 * n(c)) for n in OF_TOKENS),  # type: ignore[misc]
    ),
    ways(
        *NONE_OF_THE_WHOLE,
        from_bits(lambda c: c.codes + 16 * _none_of_the_whole(c)),
    ),
    ways(
        *FEW_BITS_ALONE,
        *(_without_scales_from(most, fits) for most in WHOLE_NUMBERS for fits in (True, False)),
    ),
    *(
        both(
            WRONG_SIZE,
            known,
            *(
                from_bits(lambda c, n=n, size=size: c.codes + size(c) * n(c))  # type: ignore[misc]
                for size in SCALE_SIZES
                for n in numbers
            ),
        )
        for known, numbers in SCALE_NUMBERS
    ),
    both(WIDTH_DIVIDED, SCALE_WITHOUT_GROUPS, of_the_model(True)),
    ways(*WIDTH_DIVIDED, of_the_model(False)),
    ways(
        *SCALE_WITHOUT_GROUPS,
        from_bits(lambda c: c.codes + (c.scales if c.group else 16 * c.vectors)),
    ),
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
    ways(
        "scales-forgotten",
        "The scales are not counted. Without them nobody can read the codes back.",
        from_bits(lambda c: c.codes),
    ),
    ways(
        *ONE_SCALE,
        from_bits(lambda c: c.codes + (c.vectors * 16 if c.group else 0)),
    ),
    ways(
        *EACH_VALUE,
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
        *WRONG_SIZE,
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
