"""Mistakes in `quantize`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import (
    CLAMP_MISSING,
    SCALE_GUARDED,
    SCALE_GUARDS,
    SCALE_MULTIPLIED,
)
from courseware.chapters.c02_integer_scaling.tasks.quantize_wrong_ways import (
    Limits,
    clamped_to,
    limits_of,
    rounded_by,
    rounded_first,
    steps_of,
    wrapped,
    wrapped_to,
)
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.dtypes import WRONG_DTYPE
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import HALF, HALF_PRECISION
from courseware.checks.python_slips import CARET
from courseware.checks.quantizer_inputs import Scale
from courseware.checks.roundings import ROUNDINGS

RANGE_ONE_TOO_HIGH = (
    "range-one-too-high",
    "The upper end of the range is one too high. There is no +8 of 4 bits.",
)

ROUNDED_BEFORE_SCALING = (
    "rounded-before-scaling",
    "x was rounded before it was divided by the scale. Codes count steps: divide first, "
    "then round.",
)
UNSIGNED_RANGE = (
    "unsigned-range",
    "All negative values became 0: the codes were clamped to the range of unsigned "
    "numbers. This grid is signed.",
)
LOWEST_UNUSED = (
    "lowest-code-unused",
    "The lowest code never appears. b bits hold one more negative number than positive "
    "ones; only the restricted scale leaves it out, `quantize` need not.",
)
HIGHEST_UNUSED = (
    "highest-code-unused",
    "The highest code never appears: the range ends one code too early.",
)
A_BIT_TOO_WIDE = (
    "range-a-bit-too-wide",
    "The range is that of one bit more. One of the b bits tells negative from positive.",
)
SCALED_BACK = (
    "scaled-back",
    "The codes were multiplied by the scale again. That is the job of `dequantize`: here "
    "integers are asked for.",
)
IGNORES_BITS = ("n-bits-ignored", N_BITS_IGNORED)
ONE_END_CLAMPED = (
    "one-end-clamped",
    "Only one end of the range is clamped. Values may lie beyond either.",
)

STEPS: tuple[tuple[tuple[str, str], Callable[[torch.Tensor, Scale], torch.Tensor]], ...] = (
    *(
        ((name, message), lambda x, scale, r=rounding: r(x / scale))
        for name, message, rounding in ROUNDINGS
    ),
    (ROUNDED_BEFORE_SCALING, lambda x, scale: torch.round(x) / scale),
    (SCALE_MULTIPLIED, lambda x, scale: torch.round(x * scale)),
)
"""Wrong numbers of steps."""
LIMITS: tuple[tuple[tuple[str, str], Limits], ...] = (
    (RANGE_ONE_TOO_HIGH, lambda b: (-(2 ** (b - 1)), 2 ** (b - 1))),
    (UNSIGNED_RANGE, lambda b: (0, 2**b - 1)),
    (UNSIGNED_RANGE, lambda b: (0, 2 ** (b - 1) - 1)),
    (LOWEST_UNUSED, lambda b: (1 - 2 ** (b - 1), 2 ** (b - 1) - 1)),
    (HIGHEST_UNUSED, lambda b: (-(2 ** (b - 1)), 2 ** (b - 1) - 2)),
    (IGNORES_BITS, lambda b: (-128, 127)),
    (A_BIT_TOO_WIDE, lambda b: (-(2**b), 2**b - 1)),
    (ONE_END_CLAMPED, lambda b: (None, 2 ** (b - 1) - 1)),
    (ONE_END_CLAMPED, lambda b: (-(2 ** (b - 1)), None)),
)
"""Wrong ranges."""


def _both_wrong(
    steps: Callable[[torch.Tensor, Scale], torch.Tensor], limits: Limits
) -> Callable[..., torch.Tensor]:
    """Stored in 8 bits, where what is not whole is cut off."""
    return lambda x, scale, n_bits: (
        steps(x, scale).clamp(*limits(n_bits)).to(torch.int32).to(torch.int8)
    )


def _values_of(
    steps: Callable[[torch.Tensor, Scale], torch.Tensor], limits: Limits
) -> Callable[..., torch.Tensor]:
    """The codes multiplied by the scale again."""
    return lambda x, scale, n_bits: steps(x, scale).clamp(*limits(n_bits)) * scale


def _own_scale(steps: Callable[[int], float], lowest: int) -> Callable[..., torch.Tensor]:
    """absmax of x shared out among so many steps; the lowest code is used (0), or not (1)."""

    def behaves(x: torch.Tensor, scale: Scale, n_bits: int) -> torch.Tensor:
        absmax = x.abs().max()
        own = absmax / steps(n_bits) if absmax > 0 else scale
        low, high = limits_of(n_bits)
        return torch.round(x / own).clamp(low + lowest, high).to(torch.int8)

    return behaves


def _beyond(x: torch.Tensor, scale: Scale, n_bits: int, above: int, below: int) -> torch.Tensor:
    """Other codes for what lies beyond the ends."""
    steps, (low, high) = steps_of(x, scale), limits_of(n_bits)
    return torch.where(steps > high, above, torch.where(steps < low, below, steps))


MISTAKES = several(
    FORMS,
    # First, since it explains nothing that another one does not explain as well.
    ways(
        "other-dtype",
        WRONG_DTYPE,
        lambda x, scale, n_bits: steps_of(x, scale).clamp(*limits_of(n_bits)),
    ),
    *(ways(name, message, rounded_by(rounding)) for name, message, rounding in ROUNDINGS),
    ways(
        "scale-ignored",
        "The scale that comes in has no effect: x was divided by one of its own, from its largest "
        "magnitude. Whoever calls has chosen the scale already.",
        *(
            _own_scale(steps, lowest)
            for steps in (
                lambda b: 2 ** (b - 1) - 1,
                lambda b: (2**b - 1) / 2,
                lambda b: 2 ** (b - 1),
            )
            for lowest in (0, 1)
        ),
    ),
    ways(
        "scale-guarded",
        SCALE_GUARDED,
        *(
            lambda x, scale, n_bits, guard=guard: steps_of(x, guard(scale)).clamp(
                *limits_of(n_bits)
            )
            for guard in SCALE_GUARDS
        ),
    ),
    ways(
        "values-beyond-replaced",
        "What lies beyond the range got the code of another value, that of 0.0, or of the other "
        "end. It goes to the nearer end: that is what `clamp` does.",
        lambda x, scale, n_bits: _beyond(x, scale, n_bits, 0, 0),
        lambda x, scale, n_bits: _beyond(x, scale, n_bits, *limits_of(n_bits)),
    ),
    *(
        both(
            (name, message),
            CLAMP_MISSING,
            lambda x, scale, n_bits, r=rounding: r(x / scale),
            lambda x, scale, n_bits, r=rounding: r(x / scale).to(torch.int32).to(torch.int8),
            lambda x, scale, n_bits, r=rounding: wrapped(r(x / scale), n_bits),
        )
        for name, message, rounding in ROUNDINGS
    ),
    ways(
        *SCALE_MULTIPLIED,
        lambda x, scale, n_bits: torch.round(x * scale).clamp(*limits_of(n_bits)),
    ),
    ways(
        *CLAMP_MISSING,
        lambda x, scale, n_bits: steps_of(x, scale),
        lambda x, scale, n_bits: steps_of(x, scale).to(torch.int32).to(torch.int8),
        lambda x, scale, n_bits: wrapped(steps_of(x, scale), n_bits),
    ),
    ways(
        *ROUNDED_BEFORE_SCALING,
        *(
            rounded_first(rounding, limits)
            for rounding in (torch.round, torch.trunc)
            for limits in (
                limits_of,
                lambda n_bits: (None, limits_of(n_bits)[1]),
                lambda n_bits: (limits_of(n_bits)[0], None),
                lambda n_bits: (-(2**15), 2**15),
            )
        ),
    ),
    ways(
        "cast-before-clamp",
        "The codes were stored in 8 bits first and clamped afterwards. By then a value of "
        "200 has already wrapped around to −56: the clamp comes too late.",
        lambda x, scale, n_bits: (
            steps_of(x, scale).to(torch.int32).to(torch.int8).clamp(*limits_of(n_bits))
        ),
    ),
    ways(
        *LOWEST_UNUSED,
        clamped_to(lambda n_bits: (1 - 2 ** (n_bits - 1), 2 ** (n_bits - 1) - 1)),
    ),
    ways(
        *RANGE_ONE_TOO_HIGH,
        clamped_to(lambda n_bits: (-(2 ** (n_bits - 1)), 2 ** (n_bits - 1))),
        clamped_to(lambda n_bits: (-(2 ** (n_bits - 1)) + 1, 2 ** (n_bits - 1))),
    ),
    ways(
        *HIGHEST_UNUSED,
        clamped_to(lambda n_bits: (-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 2)),
        clamped_to(lambda n_bits: (1 - 2 ** (n_bits - 1), 2 ** (n_bits - 1) - 2)),
    ),
    ways(
        "range-one-too-low",
        "The lower end of the range is one too low: half of the 2**b patterns are negative.",
        clamped_to(lambda n_bits: (-(2 ** (n_bits - 1)) - 1, 2 ** (n_bits - 1) - 1)),
    ),
    ways(
        *ONE_END_CLAMPED,
        *(
            behaves
            for ends in (lambda b: (None, 2 ** (b - 1) - 1), lambda b: (-(2 ** (b - 1)), None))
            for behaves in (clamped_to(ends), wrapped_to(ends))
        ),
    ),
    ways(
        "sign-lost",
        "The codes have lost their signs: negative values get negative codes.",
        lambda x, scale, n_bits: steps_of(x, scale).abs().clamp(*limits_of(n_bits)),
    ),
    ways(
        *CARET,
        clamped_to(lambda b: (-(2 ^ (b - 1)), (2 ^ (b - 1)) - 1)),
        clamped_to(lambda b: (-(2 ^ (b - 1)), 2 ^ (b - 1) - 1)),
        clamped_to(lambda b: (-(2 ** (b - 1)), 2 ^ (b - 1) - 1)),
        clamped_to(lambda b: (-2 ^ (b - 1), 2 ^ (b - 1) - 1)),
    ),
    ways(
        *HALF_PRECISION,
        *(
            lambda x, scale, n_bits, dtype=dtype: (
                torch.round((x / scale).to(dtype)).float().clamp(*limits_of(n_bits))
            )
            for dtype in HALF
        ),
        *(
            lambda x, scale, n_bits, dtype=dtype: (
                steps_of(x.to(dtype), torch.as_tensor(scale).to(dtype))
                .float()
                .clamp(*limits_of(n_bits))
            )
            for dtype in HALF
        ),
        *(
            lambda x, scale, n_bits, dtype=dtype: (
                steps_of(x.to(dtype), scale).float().clamp(*limits_of(n_bits))
            )
            for dtype in HALF
        ),
    ),
    ways(
        "codes-transposed",
        "Rows and columns have changed places. The codes keep the shape of x.",
        lambda x, scale, n_bits: rounded_by(torch.round)(x, scale, n_bits).T,
    ),
    ways(
        "not-rounded",
        "The steps were never rounded: what came back are not codes, which are whole numbers.",
        lambda x, scale, n_bits: (x / scale).clamp(*limits_of(n_bits)),
        lambda x, scale, n_bits: x / scale,
    ),
    ways(
        *UNSIGNED_RANGE,
        clamped_to(lambda n_bits: (0, 2**n_bits - 1)),
        clamped_to(lambda n_bits: (0, 2 ** (n_bits - 1) - 1)),
    ),
    ways(
        *A_BIT_TOO_WIDE,
        clamped_to(lambda n_bits: (-(2**n_bits), 2**n_bits - 1)),
    ),
    ways(*IGNORES_BITS, clamped_to(lambda n_bits: (-128, 127))),
    ways(
        "clamped-before-scaling",
        "x itself was clamped, before it was divided by the scale. The range is one of "
        "codes, not of values.",
        lambda x, scale, n_bits: steps_of(x.clamp(*limits_of(n_bits)), scale),
        lambda x, scale, n_bits: steps_of(x.clamp(*limits_of(n_bits)), scale).to(torch.int8),
        lambda x, scale, n_bits: steps_of(x.clamp(*limits_of(n_bits)), scale).clamp(-128, 127),
    ),
    ways(
        *SCALED_BACK,
        lambda x, scale, n_bits: steps_of(x, scale).clamp(*limits_of(n_bits)) * scale,
    ),
    # Behind all single ones, which explain most of what they explain.
    *(both(cause, SCALED_BACK, _values_of(steps, limits_of)) for cause, steps in STEPS),
    *(both(cause, SCALED_BACK, _values_of(steps_of, limits)) for cause, limits in LIMITS),
    *(
        both(first, second, _both_wrong(steps, limits))
        for first, steps in STEPS
        for second, limits in LIMITS
    ),
)
