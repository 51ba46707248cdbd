"""Mistakes in `quantize_affine`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import (
    CLAMP_MISSING,
    SCALE_GUARDED,
    SCALE_GUARDS,
    SCALE_MULTIPLIED,
)
from courseware.chapters.c02_integer_scaling.tasks.quantize_affine_wrong_ways import (
    BEFORE_ROUNDING,
    FORGOTTEN,
    FROM_THE_ZERO_POINT,
    HIGHEST_UNUSED,
    LIMITS,
    RANGE_ONE_TOO_HIGH,
    SCALED_BACK,
    SIGNED_RANGE,
    STEPS,
    SUBTRACTED,
    beyond,
    clamped,
    codes_of,
    given_back,
    limits_of,
    shifted,
)
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.dtypes import WRONG_DTYPE
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import HALF, HALF_PRECISION
from courseware.checks.python_slips import CARET
from courseware.checks.quantizer_inputs import Scale
from courseware.checks.roundings import ROUNDINGS


def _in_range(
    codes: Callable[[torch.Tensor, Scale, int], torch.Tensor],
) -> Callable[..., torch.Tensor]:
    """Other codes, clamped as they should be."""
    return lambda x, scale, zero_point, n_bits: clamped(codes(x, scale, zero_point), n_bits)


def _rounded_by(rounding: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    return lambda x, scale, zero_point, n_bits: clamped(rounding(x / scale) + zero_point, n_bits)


def _steps_of(x: torch.Tensor, scale: Scale, n_bits: int) -> torch.Tensor:
    """What `quantize` returns."""
    top = 2 ** (n_bits - 1)
    return torch.round(x / scale).clamp(-top, top - 1).to(torch.int8)


_AFTER_QUANTIZE: tuple[Callable[[torch.Tensor, int, int], torch.Tensor], ...] = (
    lambda steps, zero_point, n_bits: steps + zero_point,
    lambda steps, zero_point, n_bits: (steps + zero_point).to(torch.uint8),
    lambda steps, zero_point, n_bits: clamped(steps + zero_point, n_bits),
    lambda steps, zero_point, n_bits: (steps + zero_point).clamp(0, 127),
    lambda steps, zero_point, n_bits: steps.int() + zero_point,
    lambda steps, zero_point, n_bits: (steps.int() + zero_point).to(torch.uint8),
    lambda steps, zero_point, n_bits: clamped(steps.int() + zero_point, n_bits),
)
"""What is done with codes of 8 bits, with and without another type in between."""


MISTAKES = several(
    FORMS,
    ways(
        "other-dtype",
        WRONG_DTYPE,
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point).clamp(
            *limits_of(n_bits)
        ),
    ),
    *(ways(name, message, _rounded_by(rounding)) for name, message, rounding in ROUNDINGS),
    ways(
        *BEFORE_ROUNDING,
        _in_range(lambda x, scale, zero_point: torch.round(x / scale + zero_point)),
    ),
    ways(
        *SUBTRACTED,
        _in_range(lambda x, scale, zero_point: shifted(x, scale, -zero_point)),
    ),
    ways(
        *FORGOTTEN,
        _in_range(lambda x, scale, zero_point: shifted(x, scale, 0)),
    ),
    ways(
        "zero-point-after-clamp",
        "The codes were clamped first, and the zero point was added afterwards: values below "
        "zero are lost, and large ones leave the range again.",
        lambda x, scale, zero_point, n_bits: (
            torch.round(x / scale).clamp(*limits_of(n_bits)) + zero_point
        ),
        lambda x, scale, zero_point, n_bits: (
            torch.round(x / scale).clamp(*limits_of(n_bits)).to(torch.uint8) + zero_point
        ),
    ),
    ways(
        "clamped-as-signed",
        "The steps were clamped to the signed range before the zero point came in, as "
        "`quantize` does it. With the zero point they may well fit: round, add, and clamp only "
        "then, to 0 … 2**b − 1.",
        *(
            lambda x, scale, zero_point, n_bits, after=after: after(
                _steps_of(x, scale, n_bits), zero_point, n_bits
            )
            for after in _AFTER_QUANTIZE
        ),
    ),
    ways(
        "zero-point-in-units-of-x",
        "The zero point was added to x. It counts codes, not units of x: it comes after the "
        "division.",
        _in_range(lambda x, scale, zero_point: torch.round((x + zero_point) / scale)),
        _in_range(lambda x, scale, zero_point: torch.round((x - zero_point) / scale)),
    ),
    ways(
        *CLAMP_MISSING,
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point),
        lambda x, scale, zero_point, n_bits: (
            shifted(x, scale, zero_point).to(torch.int32).to(torch.uint8)
        ),
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point) % 2**n_bits,
    ),
    *(
        both(
            (name, message),
            CLAMP_MISSING,
            lambda x, scale, zero_point, n_bits, r=rounding: r(x / scale) + zero_point,
            lambda x, scale, zero_point, n_bits, r=rounding: (
                (r(x / scale) + zero_point).to(torch.int32).to(torch.uint8)
            ),
            lambda x, scale, zero_point, n_bits, r=rounding: (
                (r(x / scale) + zero_point) % 2**n_bits
            ),
        )
        for name, message, rounding in ROUNDINGS
    ),
    ways(
        "cast-before-clamp",
        "The codes were stored in 8 bits first and clamped afterwards. By then a code of −3 "
        "has already wrapped around to 253: the clamp comes too late.",
        _in_range(
            lambda x, scale, zero_point: (
                shifted(x, scale, zero_point).to(torch.int32).to(torch.uint8)
            )
        ),
    ),
    ways(
        "steps-in-16-bits",
        "The number of steps was stored in 16 bits before the clamp. Values more than 32,767 "
        "steps away wrap around there and come out at the wrong end: clamp first.",
        _in_range(
            lambda x, scale, zero_point: (
                torch.round(x / scale).to(torch.int64).to(torch.int16) + zero_point
            )
        ),
        _in_range(
            lambda x, scale, zero_point: (
                shifted(x, scale, zero_point).to(torch.int64).to(torch.int16)
            )
        ),
    ),
    ways(
        *SIGNED_RANGE,
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point).clamp(
            -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
        ),
        lambda x, scale, zero_point, n_bits: (
            shifted(x, scale, zero_point)
            .clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
            .to(torch.int8)
            .to(torch.uint8)
        ),
    ),
    ways(
        "stored-signed",
        "The codes were stored in a signed type. Codes above 127 do not fit into int8 and "
        "turn negative there.",
        lambda x, scale, zero_point, n_bits: clamped(shifted(x, scale, zero_point), n_bits).view(
            torch.int8
        ),
    ),
    ways(
        *RANGE_ONE_TOO_HIGH,
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point).clamp(0, 2**n_bits),
    ),
    ways(
        *HIGHEST_UNUSED,
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point).clamp(0, 2**n_bits - 2),
    ),
    ways(
        "lowest-code-unused",
        "The lowest code, 0, never appears: the range begins one code too late.",
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point).clamp(1, 2**n_bits - 1),
    ),
    ways(
        "one-end-clamped",
        "Only one end of the range is clamped. Values may lie beyond either.",
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point).clamp(min=0),
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point).clamp(max=2**n_bits - 1),
        lambda x, scale, zero_point, n_bits: (
            shifted(x, scale, zero_point).clamp(min=0).to(torch.int32).to(torch.uint8)
        ),
        lambda x, scale, zero_point, n_bits: (
            shifted(x, scale, zero_point).clamp(max=2**n_bits - 1).to(torch.int32).to(torch.uint8)
        ),
    ),
    ways(
        *CARET,
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point).clamp(
            0, (2 ^ n_bits) - 1
        ),
        lambda x, scale, zero_point, n_bits: shifted(x, scale, zero_point).clamp(0, 2 ^ n_bits - 1),
    ),
    ways(
        *HALF_PRECISION,
        *(
            lambda x, scale, zero_point, n_bits, dtype=dtype: clamped(
                torch.round((x / scale).to(dtype)).float() + zero_point, n_bits
            )
            for dtype in HALF
        ),
        *(
            lambda x, scale, zero_point, n_bits, dtype=dtype: clamped(
                torch.round((x / scale + zero_point).to(dtype)).float(), n_bits
            )
            for dtype in HALF
        ),
        *(
            lambda x, scale, zero_point, n_bits, dtype=dtype: clamped(
                torch.round(x.to(dtype) / scale).float() + zero_point, n_bits
            )
            for dtype in HALF
        ),
        *(
            lambda x, scale, zero_point, n_bits, dtype=dtype: clamped(
                (torch.round(x.to(dtype) / scale) + zero_point).float(), n_bits
            )
            for dtype in HALF
        ),
    ),
    ways(
        "not-rounded",
        "The steps were never rounded, only cut off when they were stored, or not at all.",
        lambda x, scale, zero_point, n_bits: (x / scale + zero_point).clamp(*limits_of(n_bits)),
        _in_range(lambda x, scale, zero_point: x / scale + zero_point),
    ),
    ways(
        "n-bits-ignored",
        N_BITS_IGNORED,
        lambda x, scale, zero_point, n_bits: clamped(shifted(x, scale, zero_point), 8),
    ),
    ways(
        *SCALE_MULTIPLIED,
        _in_range(lambda x, scale, zero_point: torch.round(x * scale) + zero_point),
    ),
    ways(
        "added-after-the-cast",
        "The zero point was added after the codes had been stored in 8 bits. There the sum "
        "wraps around: add and clamp on floats, and change the type last.",
        *(
            lambda x, scale, zero_point, n_bits, dtype=dtype, after=after: after(
                torch.round(x / scale).to(torch.int32).to(dtype), zero_point, n_bits
            )
            for dtype in (torch.int8, torch.uint8)
            for after in _AFTER_QUANTIZE
        ),
    ),
    ways(*FROM_THE_ZERO_POINT, codes_of(limits=LIMITS[-1][1])),
    ways(
        "values-beyond-replaced",
        "What lies beyond the range got the code of another value, that of 0.0, or of the other "
        "end. It goes to the nearer end: that is what `clamp` does.",
        beyond(lambda b, z: z, lambda b, z: z),
        beyond(lambda b, z: 0, lambda b, z: 0),
        beyond(lambda b, z: 0, lambda b, z: 2**b - 1),
    ),
    ways(
        "scale-guarded",
        SCALE_GUARDED,
        *(
            lambda x, scale, zero_point, n_bits, guard=guard: codes_of()(
                x, guard(scale), zero_point, n_bits
            )
            for guard in SCALE_GUARDS
        ),
    ),
    ways(
        *SCALED_BACK,
        given_back(codes_of()),
        lambda x, scale, zero_point, n_bits: codes_of()(x, scale, zero_point, n_bits) * scale,
    ),
    *(both(cause, SCALED_BACK, given_back(codes_of(steps))) for cause, steps in STEPS),
    *(both(cause, SCALED_BACK, given_back(codes_of(limits=limits))) for cause, limits in LIMITS),
    *(
        both(first, second, codes_of(steps, limits))
        for first, steps in STEPS
        for second, limits in LIMITS
    ),
)
