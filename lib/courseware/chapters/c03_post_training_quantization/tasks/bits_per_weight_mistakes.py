"""Mistakes in `bits_per_weight`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

import torch

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
MULTIPLIED = (
    "bits-multiplied",
    "The bits of scale and zero point were multiplied. Each group stores one after the "
    "other: add them.",
)
ZERO_POINT_FORGOTTEN = (
    "zero-point-forgotten",
    "The zero points are not counted. Each group stores one beside its scale.",
)
ZERO_POINT_AS_SCALE = (
    "zero-point-as-scale",
    "The zero point was counted with the bits of the scale. It has a size of its own: "
    "`zero_point_bits`.",
)
ONE_OF_BOTH = (
    "scale-or-zero-point",
    "As soon as there is a zero point, the scale is no longer counted, or only the larger "
    "of the two is. Each group stores both.",
)
BYTES = (
    "bytes-not-bits",
    "This is the number of bytes. Bits are asked for.",
)
DIGITS_DROPPED = (
    "digits-dropped",
    "The result was rounded to a few decimals. Over billions of weights they add up.",
)
WHOLE_BITS = (
    "whole-bits",
    "The result was rounded to whole bits. An average need not be a whole number: many "
    "weights share one scale.",
)
OVERHEAD_MULTIPLIED = (
    "overhead-multiplied",
    "The larger the group, the smaller the share of each weight. Here it grows with the group.",
)
CODE_SHARED = (
    "code-shared",
    "The code was divided by the group size as well. Every weight has a code of its own; "
    "only scale and zero point are shared.",
)
CODES_COUNTED = (
    "codes-counted",
    "2**n_bits is how many codes there are. One of them takes `n_bits` bits.",
)

GROUP_ONE_OFF = (
    "group-one-off",
    "The share of a weight was counted in a group of one weight more, or one less. All "
    "`group_size` weights share a scale, the first one as well.",
)
BITS_CUT = (
    "n-bits-cut",
    "`n_bits` was made a whole number. On average codes may take 1.5 bits: take it as it is.",
)

SCALE_BITS_CUT = (
    "scale-bits-cut",
    "The bits of a scale were cut to a whole number. Scales that share a second scale take "
    "a fraction of a bit more.",
)

DIVISORS: tuple[Callable[[float], float], ...] = (lambda g: max(g - 1, 1), lambda g: g + 1)
CUTS: tuple[Callable[[float], int], ...] = (int, round, math.ceil)


def _put_together(
    overhead: Callable[[float, float, float], float] = lambda b, s, z: s + z,
    divisor: Callable[[float], float] = lambda g: g,
    codes: Callable[[float, float], float] = lambda b, g: b,
    finish: Callable[[float], float] = lambda bits: bits,
    scale: Callable[[float], float] = lambda s: s,
) -> Callable[..., float]:
    """Bits of the code and a share of the overhead, each found in a way of its own."""
    return _formula(lambda b, g, s, z: finish(codes(b, g) + overhead(b, scale(s), z) / divisor(g)))


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
            *((DIGITS_DROPPED, partial(round, ndigits=digits)) for digits in DECIMALS),
        ),
    }
    for (one, firsts), (other, seconds) in combinations(knobs.items(), 2):
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
