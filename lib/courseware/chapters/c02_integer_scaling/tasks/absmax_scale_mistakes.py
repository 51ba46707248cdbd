"""Mistakes in `absmax_scale`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c02_integer_scaling.tasks.judges import reference_scale
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, each_instead, several, ways
from courseware.checks.outliers import (
    OUTLIERS_LEFT_OUT,
    SHARES,
    second_largest,
    upper_quantile,
)
from courseware.checks.precision import DECIMALS, HALF, IMPRECISE, imprecise_number
from courseware.checks.python_slips import CARET, PRECEDENCE
from courseware.checks.zero_guards import (
    GUARD_TOO_LARGE,
    TAKEN_FOR_ZEROS,
    ZERO_SCALE,
    guards,
)


def _top(n_bits: int, full_range: bool = False) -> float:
    """How many steps absmax is away from zero."""
    return (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1


def _over(steps: Callable[[int, bool], float]) -> Callable[..., float]:
    """absmax over another number of steps."""
    return lambda x, n_bits, full_range=False: (
        (float(x.abs().max()) or 1.0) / steps(n_bits, full_range)
    )


def _size(measure: Callable[[torch.Tensor], Any]) -> Callable[..., Any]:
    """Another measure of size over the right number of steps."""
    return lambda x, n_bits, full_range=False: measure(x) / _top(n_bits, full_range)


def _of(part: slice) -> Callable[[torch.Tensor], float]:
    """The largest magnitude of a part of the values."""
    return lambda x: float(x.reshape(-1)[part].abs().max()) if len(x.reshape(-1)[part]) else 1.0


def _quantile(share: float) -> Callable[..., Any]:
    return _size(lambda x: float(upper_quantile(x.flatten(), share)) or 1.0)


def _measured_in(half: torch.dtype) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda x: x.to(half).abs().max()


def _along(dim: int, keepdim: bool) -> Callable[..., torch.Tensor]:
    """A scale for each row (-1) or column (0) instead of one."""

    def behaves(x: torch.Tensor, n_bits: int, full_range: bool = False) -> torch.Tensor:
        absmax = x.abs().amax(dim=dim, keepdim=keepdim)
        return torch.where(absmax > 0, absmax / _top(n_bits, full_range), 1.0)

    return behaves


def _guarded(guard: Callable[..., float]) -> Callable[..., float]:
    return lambda x, n_bits, full_range=False: guard(float(x.abs().max()), n_bits, full_range)


def _taken_for_zeros(asks: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., float]:
    """1 for what is taken for zeros."""
    return lambda x, n_bits, full_range=False: (
        1.0 if bool(asks(x.reshape(-1))) else reference_scale(x, n_bits, full_range)
    )


def _has_rows(x: torch.Tensor, *rest: Any) -> bool:
    """Whether a loop over x meets more than one number at a time."""
    return x.dim() > 1 and x[0].numel() > 1


TO_WHOLE: tuple[Callable[[float], int], ...] = (math.ceil, round, math.floor)


def _to_power_of_two(steps: Callable[[int, bool], float]) -> Callable[..., Any]:
    """By a way to round: absmax over so many steps, made a power of two; 1 stays 1."""
    scale = _over(steps)

    def by(rounding: Callable[[float], int]) -> Callable[..., float]:
        return lambda x, n_bits, full_range=False: (
            2.0 ** rounding(math.log2(scale(x, n_bits, full_range))) if x.any() else 1.0
        )

    return by


def _largest_with_sign(x: torch.Tensor) -> float:
    flat = x.flatten()
    return float(flat[flat.abs().argmax()]) or 1.0


LEVELS_OFF_BY_ONE = (
    "levels-off-by-one",
    "absmax was spread over a step too many. Count the codes above zero: of the 2**b "
    "patterns, one half is negative, and one of the others is zero.",
)
FULL_RANGE_IGNORED = (
    "full-range-ignored",
    "`full_range` has no effect. The full range shares 2·absmax out among all the steps "
    "between the lowest and the highest code.",
)
RANGES_SWAPPED = (
    "ranges-swapped",
    "The two ranges have changed places: `full_range=True` gives the restricted scale, and False "
    "the one of the full range.",
)
POWER_OF_TWO = (
    "power-of-two",
    "The scale was made a power of two, as hardware of fixed points likes it. absmax is to land on "
    "the highest code: take the scale as it comes.",
)

ONE_SIDE = (
    "codes-all-on-one-side",
    "absmax was spread over all codes, as if none of them were negative. Only about half "
    "of the codes lie on each side of zero.",
)
STEPS: tuple[tuple[tuple[str, str], Callable[[int, bool], float]], ...] = (
    (FULL_RANGE_IGNORED, lambda n_bits, full_range: _top(n_bits)),
    (RANGES_SWAPPED, lambda n_bits, full_range: _top(n_bits, not full_range)),
    (LEVELS_OFF_BY_ONE, lambda n_bits, full_range: 2 ** (n_bits - 1)),
    (PRECEDENCE, lambda n_bits, full_range: _top(n_bits, True) if full_range else 2**n_bits - 2),
    (ONE_SIDE, lambda n_bits, full_range: 2**n_bits - 1),
    (ONE_SIDE, lambda n_bits, full_range: 2**n_bits),
)
"""Other numbers of steps, which a power of two may be made of."""

MISTAKES = several(
    FORMS,
    ways(
        "signed-max",
        "The largest value was taken, not the largest magnitude: −14 reaches further from "
        "zero than 2 does.",
        _size(lambda x: float(x.max())),
        _size(lambda x: abs(float(x.max()))),
    ),
    ways(
        *LEVELS_OFF_BY_ONE,
        _over(lambda n_bits, full_range: 2 ** (n_bits - 1)),
        _over(lambda n_bits, full_range: _top(n_bits, True) if full_range else 2**n_bits / 2),
    ),
    ways(
        "full-range-off-by-one",
        "The full range is a step too wide. It reaches from the lowest to the highest code: "
        "count the steps between them, not the codes.",
        _over(lambda n_bits, full_range: 2 ** (n_bits - 1) if full_range else _top(n_bits)),
    ),
    ways(
        "full-range-always",
        "This is the full-range scale although the restricted one is asked for. On the "
        "restricted grid +absmax lands on the highest code, not half a step above it.",
        _over(lambda n_bits, full_range: _top(n_bits, True)),
    ),
    ways(
        *FULL_RANGE_IGNORED,
        _over(lambda n_bits, full_range: _top(n_bits)),
    ),
    ways(*RANGES_SWAPPED, _over(lambda n_bits, full_range: _top(n_bits, not full_range))),
    both(
        RANGES_SWAPPED,
        LEVELS_OFF_BY_ONE,
        _over(lambda n_bits, full_range: _top(n_bits) if full_range else 2**n_bits / 2),
    ),
    ways(
        *POWER_OF_TWO,
        *map(_to_power_of_two(_top), TO_WHOLE),
    ),
    *(both(cause, POWER_OF_TWO, *map(_to_power_of_two(steps), TO_WHOLE)) for cause, steps in STEPS),
    *(ways(*cause, _over(steps)) for cause, steps in STEPS if cause == PRECEDENCE),
    ways(
        "sign-kept",
        "The value whose magnitude is largest was taken with its sign, so that the scale is "
        "negative where that value is. A scale is the width of a step: take the magnitude.",
        _size(_largest_with_sign),
        _size(lambda x: float(x.min())),
    ),
    ways(
        "range-not-absmax",
        "The distance from the smallest to the largest value was spread over the codes. A "
        "symmetric grid is centred on zero: only the largest magnitude counts.",
        lambda x, n_bits, full_range=False: float(x.max() - x.min()) / (2**n_bits - 1),
        lambda x, n_bits, full_range=False: (
            float(x.max() - x.min()) / (2 * _top(n_bits, full_range))
        ),
        lambda x, n_bits, full_range=False: (
            (float(x.max() - x.min()) / (2**n_bits - 1) or 1.0)
            if full_range
            else reference_scale(x, n_bits)
        ),
    ),
    ways(
        "full-range-not-doubled",
        "In the full range absmax alone was shared out among all the steps. The range reaches "
        "from −absmax to absmax, twice as far.",
        _over(lambda n_bits, full_range: 2**n_bits - 1 if full_range else _top(n_bits)),
        _over(lambda n_bits, full_range: 2**n_bits if full_range else _top(n_bits)),
    ),
    ways(
        *ONE_SIDE,
        _over(lambda n_bits, full_range: 2**n_bits - 1),
        _over(lambda n_bits, full_range: 2**n_bits),
    ),
    ways(
        "scale-inverted",
        "This is the number of steps per unit, the reciprocal of the scale. The scale is the "
        "width of one step, in the units of x.",
        lambda x, n_bits, full_range=False: (
            _top(n_bits, full_range) / (float(x.abs().max()) or 1.0)
        ),
    ),
    ways(
        "steps-per-unit-of-the-largest",
        "This is the number of steps per unit, the reciprocal of the scale, and it comes from "
        "the largest value instead of the largest magnitude. Both are to be mended.",
        lambda x, n_bits, full_range=False: _top(n_bits, full_range) / (float(x.max()) or 1.0),
    ),
    ways(
        "one-scale-a-row",
        "Several scales came back, one for each row or column. Here the whole tensor shares "
        "one scale, whatever its shape.",
        *(_along(dim, keepdim) for dim in (-1, 0) for keepdim in (False, True)),
    ),
    ways(
        "n-bits-ignored",
        N_BITS_IGNORED,
        _over(lambda n_bits, full_range: _top(8, full_range)),
    ),
    ways(
        "absmax-as-integer",
        "The largest magnitude was cut to an integer on the way. Weights are mostly below 1: "
        "keep the fraction.",
        lambda x, n_bits, full_range=False: int(x.abs().max()) / _top(n_bits, full_range) or 1.0,
        _size(lambda x: int(x.abs().max())),
        _size(lambda x: round(float(x.abs().max()))),
        lambda x, n_bits, full_range=False: float(x.abs().max()) // _top(n_bits, full_range),
        lambda x, n_bits, full_range=False: int(float(x.abs().max()) / _top(n_bits, full_range)),
    ),
    ways(
        "absmax-returned",
        "This is the largest magnitude itself. The scale is the width of one step: share it "
        "out among the steps.",
        lambda x, n_bits, full_range=False: float(x.abs().max()) or 1.0,
    ),
    ways(
        "other-measure",
        "The scale comes from something other than the largest magnitude. Only then do all "
        "values fit, and the largest one lands on the highest code.",
        *(
            _size(measure)
            for measure in (
                lambda x: float(x.abs().mean()) or 1.0,
                lambda x: float(x.std()) or 1.0,
                lambda x: float(x.norm()) or 1.0,
                lambda x: abs(float(x.sum())) or 1.0,
                lambda x: float(x.max() - x.min()) or 1.0,
                lambda x: abs(float(x.min())) or 1.0,
                lambda x: float(x.square().mean().sqrt()) or 1.0,
                lambda x: float(x.abs().median()) or 1.0,
                lambda x: 3 * float(x.std()) or 1.0,
            )
        ),
    ),
    ways(
        *OUTLIERS_LEFT_OUT,
        _size(lambda x: float(second_largest(x.flatten())) or 1.0),
        *map(_quantile, SHARES),
    ),
    ways(
        "part-of-the-values",
        "Only some of the values were looked at: the first or last one, the first row, or all "
        "but one at an end. The largest magnitude may be anywhere.",
        *(_size(_of(part)) for part in (slice(1), slice(-1, None), slice(1, None), slice(-1))),
        _size(lambda x: float(x[0].abs().max()) or 1.0),
        _size(lambda x: float(x[-1].abs().max()) or 1.0),
    ),
    ways(
        *CARET,
        _over(
            lambda n_bits, full_range: (
                (2 ^ n_bits - 1) / 2 if full_range else (2 ^ (n_bits - 1)) - 1
            )
        ),
        _over(
            lambda n_bits, full_range: (
                ((2 ^ n_bits) - 1) / 2 if full_range else (2 ^ (n_bits - 1)) - 1
            )
        ),
        _over(
            lambda n_bits, full_range: (2 ^ n_bits - 1) / 2 if full_range else 2 ^ (n_bits - 1) - 1
        ),
    ),
    ways(
        "rows-taken-for-numbers",
        "A loop over a tensor of two axes, or Python's `max` of one, meets rows instead of "
        "numbers. `x.abs().max()` looks at all values, whatever the shape.",
        *each_instead(_has_rows, (RuntimeError, ValueError, TypeError), reference_scale),
    ),
    ways(
        "zeros-taken-apart-too-late",
        "A tensor of zeros gets nan or an infinite scale. Any positive number will do.",
        *each_instead(
            lambda x, *rest: not bool(x.any()),
            (math.inf, ZeroDivisionError, ValueError),
            reference_scale,
        ),
    ),
    ways(
        *IMPRECISE,
        *imprecise_number(reference_scale),
        *(
            lambda *arguments, d=digits: round(reference_scale(*arguments), d) or 1.0
            for digits in DECIMALS
        ),
        *(_size(_measured_in(half)) for half in HALF),
    ),
    *(ways(*cause, _taken_for_zeros(asks)) for cause, asks in TAKEN_FOR_ZEROS),
    ways(*ZERO_SCALE, _size(lambda x: float(x.abs().max()))),
    ways(*GUARD_TOO_LARGE, *(_guarded(guard) for guard in guards(_top))),
)
