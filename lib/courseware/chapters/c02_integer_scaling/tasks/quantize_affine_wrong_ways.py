"""What wrong ways of `quantize_affine` give: wrong codes, wrong ranges, values in their place."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import SCALE_MULTIPLIED
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.quantizer_inputs import Scale
from courseware.checks.roundings import ROUNDINGS


def limits_of(n_bits: int) -> tuple[int, int]:
    return 0, 2**n_bits - 1


def clamped(codes: torch.Tensor, n_bits: int) -> torch.Tensor:
    return codes.clamp(*limits_of(n_bits)).to(torch.uint8)


def shifted(x: torch.Tensor, scale: Scale, zero_point: int) -> torch.Tensor:
    return torch.round(x / scale) + zero_point


BEFORE_ROUNDING = (
    "zero-point-before-rounding",
    "The zero point was added before rounding. With an odd zero point a tie then goes "
    "the other way: round x / scale first.",
)
SUBTRACTED = (
    "zero-point-subtracted",
    "The zero point was subtracted. It is the code of 0.0, so codes are counted up from "
    "it; it is taken off on the way back.",
)
FORGOTTEN = (
    "zero-point-forgotten",
    "The zero point has no effect. 0.0 must get the zero point as its code.",
)
SIGNED_RANGE = (
    "signed-range",
    "The codes were clamped to a signed range. The affine grid has no negative codes, "
    "and twice as many positive ones.",
)
RANGE_ONE_TOO_HIGH = (
    "range-one-too-high",
    "The upper end of the range is one too high: of 2**b codes that start at 0 the last "
    "one is 2**b − 1.",
)
HIGHEST_UNUSED = (
    "highest-code-unused",
    "The highest code never appears: the range ends one code too early.",
)
FROM_THE_ZERO_POINT = (
    "clamped-from-the-zero-point",
    "The codes were clamped at the zero point, as if nothing were below 0.0. Codes begin at 0: "
    "those under the zero point are for negative values.",
)
SCALED_BACK = (
    "scaled-back",
    "The codes were turned into values again. That is the way back: here integers are asked for, "
    "the codes themselves.",
)

STEPS: tuple[tuple[tuple[str, str], Callable[[torch.Tensor, Scale, int], torch.Tensor]], ...] = (
    *(
        ((name, message), lambda x, scale, z, r=rounding: r(x / scale) + z)
        for name, message, rounding in ROUNDINGS
    ),
    (BEFORE_ROUNDING, lambda x, scale, z: torch.round(x / scale + z)),
    (SUBTRACTED, lambda x, scale, z: shifted(x, scale, -z)),
    (FORGOTTEN, lambda x, scale, z: shifted(x, scale, 0)),
    (SCALE_MULTIPLIED, lambda x, scale, z: torch.round(x * scale) + z),
)
"""Wrong codes, before they are clamped."""
LIMITS: tuple[tuple[tuple[str, str], Callable[[int, int], tuple[int, int]]], ...] = (
    (RANGE_ONE_TOO_HIGH, lambda b, z: (0, 2**b)),
    (HIGHEST_UNUSED, lambda b, z: (0, 2**b - 2)),
    (SIGNED_RANGE, lambda b, z: (-(2 ** (b - 1)), 2 ** (b - 1) - 1)),
    (("n-bits-ignored", N_BITS_IGNORED), lambda b, z: (0, 255)),
    (FROM_THE_ZERO_POINT, lambda b, z: (z, 2**b - 1)),
)
"""Wrong ranges."""


def codes_of(
    steps: Callable[[torch.Tensor, Scale, int], torch.Tensor] = shifted,
    limits: Callable[[int, int], tuple[int, int]] = lambda b, z: limits_of(b),
) -> Callable[..., torch.Tensor]:
    return lambda x, scale, zero_point, n_bits: steps(x, scale, zero_point).clamp(
        *limits(n_bits, zero_point)
    )


def given_back(behaves: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    return lambda x, scale, zero_point, n_bits: (
        (behaves(x, scale, zero_point, n_bits) - zero_point) * scale
    )


def beyond(
    above: Callable[[int, int], int], below: Callable[[int, int], int]
) -> Callable[..., torch.Tensor]:
    """Other codes for what lies beyond the ends, told from n_bits and the zero point."""

    def behaves(x: torch.Tensor, scale: Scale, zero_point: int, n_bits: int) -> torch.Tensor:
        codes, (low, high) = shifted(x, scale, zero_point), limits_of(n_bits)
        codes = torch.where(codes > high, above(n_bits, zero_point), codes)
        return torch.where(codes < low, below(n_bits, zero_point), codes)

    return behaves
