"""Mistakes in `kv_cache_bytes` around the scales: how many there are, and what each takes."""

from __future__ import annotations

from collections.abc import Callable

from courseware.chapters.c10_language_models.tasks.kv_cache_wrong_ways import (
    OF_TOKENS,
    WHOLE_NUMBERS,
    Cache,
    along_the_tokens,
    below,
    from_bits,
    none_of_the_whole,
    of_the_model,
    without_scales_from,
)
from courseware.checks.groups import SIZE_TAKEN_FOR_COUNT
from courseware.checks.misconceptions import both, several, ways

WIDTH_DIVIDED = (
    "width-divided-among-heads",
    "`head_dim` was divided by the number of heads. It is the width of one head already.",
)
SCALE_WITHOUT_GROUPS = (
    "scale-without-groups",
    "Scales were counted where `group_size` is None. Then the numbers are not quantized, and there "
    "are none.",
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

SCALE_NUMBERS: tuple[tuple[tuple[str, str], tuple[Callable[[Cache], int], ...]], ...] = (
    (ALONG_THE_TOKENS, OF_TOKENS),
    (NONE_OF_THE_WHOLE, (none_of_the_whole,)),
    (FEW_BITS_ALONE, tuple(map(below, WHOLE_NUMBERS))),
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

SCALES_MISCOUNTED = several(
    ways(
        *ALONG_THE_TOKENS,
        along_the_tokens,
        *(from_bits(lambda c, n=n: c.codes + 16 * n(c)) for n in OF_TOKENS),  # type: ignore[misc]
    ),
    ways(
        *NONE_OF_THE_WHOLE,
        from_bits(lambda c: c.codes + 16 * none_of_the_whole(c)),
    ),
    ways(
        *FEW_BITS_ALONE,
        *(without_scales_from(most, fits) for most in WHOLE_NUMBERS for fits in (True, False)),
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
)

SCALES_OF_PARTS = several(
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
)
