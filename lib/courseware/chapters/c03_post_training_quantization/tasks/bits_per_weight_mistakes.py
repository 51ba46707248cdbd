"""Mistakes in `bits_per_weight`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

import torch

from courseware.chapters.c03_post_training_quantization.tasks.bits_per_weight_causes import (
    BITS_CUT,
    BYTES,
    CODE_SHARED,
    CODES_COUNTED,
    DIGITS_DROPPED,
    GROUP_ONE_OFF,
    MULTIPLIED,
    ONE_OF_BOTH,
    OVERHEAD_MULTIPLIED,
    RATIO,
    SCALE_BITS_CUT,
    SCALE_NOT_SHARED,
    SECOND_SCALE_TWICE,
    WHOLE_BITS,
    ZERO_POINT_AS_SCALE,
    ZERO_POINT_FORGOTTEN,
    ZERO_POINT_NOT_SHARED,
    ZERO_POINT_SUBTRACTED,
)
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import DECIMALS
from courseware.checks.python_slips import ZERO_FOR_MISSING
from courseware.checks.task import Misconception


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


NOT_SHARED: tuple[tuple[tuple[str, str], Callable[[float, float, float], float]], ...] = (
    (ZERO_POINT_NOT_SHARED, lambda s, z, g: s / g + z),
    (SCALE_NOT_SHARED, lambda s, z, g: s + z),
    (SCALE_NOT_SHARED, lambda s, z, g: s),
    (SCALE_NOT_SHARED, lambda s, z, g: s + z / g),
)
DIVISORS: tuple[Callable[[float], float], ...] = (lambda g: max(g - 1, 1), lambda g: g + 1)
CUTS: tuple[Callable[[float], int], ...] = (int, round, math.ceil)


def _put_together(
    overhead: Callable[[float, float, float], float] = lambda b, s, z: s + z,
    divisor: Callable[[float], float] = lambda g: g,
    codes: Callable[[float, float], float] = lambda b, g: b,
    finish: Callable[[float], float] = lambda bits: bits,
    scale: Callable[[float], float] = lambda s: s,
    share: Callable[[float, float, float], float] | None = None,
) -> Callable[..., float]:
    """Bits of the code and a share of the overhead, each found in a way of its own.

    `share` is told from scale, zero point and group where these are not shared alike.
    """

    def of_a_weight(b: float, g: float, s: float, z: float) -> float:
        return share(scale(s), z, divisor(g)) if share else overhead(b, scale(s), z) / divisor(g)

    return _formula(lambda b, g, s, z: finish(codes(b, g) + of_a_weight(b, g, s, z)))


def _with_codes_of(cut: Callable[[float], int]) -> Callable[..., float]:
    return _put_together(codes=lambda b, g: cut(b))


def _two_mistakes() -> Iterator[tuple[Misconception, ...]]:
    """Each two of a wrong overhead, group, code and last step."""
    knobs: dict[str, tuple[tuple[tuple[str, str], Callable[..., float]], ...]] = {
        "overhead": (
            (ZERO_POINT_SUBTRACTED, lambda b, s, z: s - z),
            (ZERO_POINT_FORGOTTEN, lambda b, s, z: s),
            (MULTIPLIED, lambda b, s, z: s * z if z else s),
            (SECOND_SCALE_TWICE, lambda b, s, z: s + z + 32),
            (SECOND_SCALE_TWICE, lambda b, s, z: 2 * s + z),
            (ONE_OF_BOTH, lambda b, s, z: z or s),
            (ZERO_FOR_MISSING, lambda b, s, z: s + (z or b)),
            (ZERO_FOR_MISSING, lambda b, s, z: s + (z or s)),
        ),
        "share": NOT_SHARED,
        "scale": ((SCALE_BITS_CUT, int), (SCALE_BITS_CUT, math.ceil)),
        "divisor": (
            *((GROUP_ONE_OFF, divisor) for divisor in DIVISORS),
            (OVERHEAD_MULTIPLIED, lambda g: 1 / g),
        ),
        "codes": (
            *((BITS_CUT, lambda b, g, cut=cut: cut(b)) for cut in CUTS),
            (CODE_SHARED, lambda b, g: b / g),
            (CODES_COUNTED, lambda b, g: 2**b),
        ),
        "finish": (
            (BYTES, lambda bits: bits / 8),
            (RATIO, lambda bits: 32 / bits if bits else math.inf),
            (WHOLE_BITS, round),
            (WHOLE_BITS, math.ceil),
            (WHOLE_BITS, math.floor),
            *((DIGITS_DROPPED, partial(round, ndigits=digits)) for digits in DECIMALS),
        ),
    }
    for (one, firsts), (other, seconds) in combinations(knobs.items(), 2):
        if (one, other) == ("overhead", "share"):
            continue  # the one stands in the place of the other
        for first, change in firsts:
            for second, also in seconds:
                yield both(first, second, _put_together(**{one: change, other: also}))
    # Two that are both about what a group stores.
    yield both(
        SECOND_SCALE_TWICE,
        ZERO_POINT_SUBTRACTED,
        _put_together(lambda b, s, z: 2 * s - z),
        _put_together(lambda b, s, z: s + 32 - z),
    )


MISTAKES = several(
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
        *ZERO_POINT_FORGOTTEN,
        _formula(lambda b, g, s, z: b + s / g),
        lambda n_bits, group_size, scale_bits: n_bits + scale_bits / group_size,
    ),
    ways(
        *ZERO_FOR_MISSING,
        _formula(lambda b, g, s, z: b + (s + (z or b)) / g),
        _formula(lambda b, g, s, z: b + (s + (z or s)) / g),
    ),
    *(ways(*cause, _put_together(share=share)) for cause, share in NOT_SHARED),
    ways(
        *CODE_SHARED,
        _formula(lambda b, g, s, z: (b + s + z) / g),
    ),
    ways(
        *SECOND_SCALE_TWICE,
        *(_scale_and(extra) for extra in (32 / 256, 32)),
        _formula(lambda b, g, s, z: b + (s + z) / g + 32 / 256),
    ),
    ways(
        *ZERO_POINT_AS_SCALE,
        _formula(lambda b, g, s, z: b + (2 * s if z else s) / g),
        _formula(lambda b, g, s, z: b + 2 * s / g),
    ),
    ways(
        *ONE_OF_BOTH,
        _formula(lambda b, g, s, z: b + (z or s) / g),
        _formula(lambda b, g, s, z: b + max(s, z) / g),
    ),
    ways(
        *MULTIPLIED,
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
        *WHOLE_BITS,
        _formula(lambda b, g, s, z: b + (s + z) // g),
        _formula(lambda b, g, s, z: b + int(s) // g + int(z) // g),
        _formula(lambda b, g, s, z: math.ceil(b + (s + z) / g)),
        _formula(lambda b, g, s, z: math.floor(b + (s + z) / g)),
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
        *DIGITS_DROPPED,
        *(_rounded(digits) for digits in DECIMALS),
    ),
    ways(
        *SCALE_BITS_CUT,
        _formula(lambda b, g, s, z: b + (int(s) + z) / g),
        _formula(lambda b, g, s, z: b + (math.ceil(s) + z) / g),
    ),
    ways(
        *BYTES,
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
        *CODES_COUNTED,
        _formula(lambda b, g, s, z: 2**b + (s + z) / g),
    ),
    ways(
        *OVERHEAD_MULTIPLIED,
        _formula(lambda b, g, s, z: b + (s + z) * g),
    ),
    ways(
        "shared-among-all-that-is-stored",
        "The bits of a group were shared out among all that is stored, the scale as well. Only "
        "weights are counted: divide by `group_size`.",
        _formula(lambda b, g, s, z: (b * g + s + z) / (g + 1 + bool(z))),
        _formula(lambda b, g, s, z: (b * g + s + z) / (g + 1)),
        _formula(lambda b, g, s, z: (b * g + s + z) / (g + 2)),
    ),
    ways(*GROUP_ONE_OFF, *(_put_together(divisor=divisor) for divisor in DIVISORS)),
    ways(*BITS_CUT, *map(_with_codes_of, CUTS)),
    *_two_mistakes(),
)
