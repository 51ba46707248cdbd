"""Two mistakes in `fake_quantize`: one in the values, one in where the gradient passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.mistakes import (
    MASKS,
    T,
    with_gradient,
)
from courseware.checks.misconceptions import both
from courseware.checks.quantizer_inputs import Scale
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception

Of = Callable[[T, Scale, int, int], T]
"""Values, or where the gradient passes, from all arguments."""


def wrapped_floats(x: T, scale: Scale, low: int, high: int) -> T:
    """Codes that were int8 before the clamp, and floats again for it."""
    codes = torch.round(x.detach() / scale).long().to(torch.int8).float()
    return codes.clamp(low, high) * scale


VALUES: tuple[tuple[str, Of], ...] = (
    ("stored-before-clamped", wrapped_floats),
    ("clamp-missing", lambda x, s, low, high: torch.round(x / s) * s),
    ("clamp-one-sided", lambda x, s, low, high: torch.round(x / s).clamp(max=high) * s),
    ("clamp-one-sided", lambda x, s, low, high: torch.round(x / s).clamp(min=low) * s),
    ("rounded-before-scaled", lambda x, s, low, high: (torch.round(x) / s).clamp(low, high) * s),
    ("codes-returned", lambda x, s, low, high: torch.round(x / s).clamp(low, high)),
    ("scale-multiplied", lambda x, s, low, high: torch.round(x * s).clamp(low, high) / s),
    ("values-clamped", lambda x, s, low, high: (torch.round(x / s) * s).clamp(low, high)),
)
PASSES: tuple[tuple[str, Of], ...] = (
    *((name, lambda x, s, low, high, m=mask: m(x / s, low, high)) for name, _, mask in MASKS),
    ("binary-mask", lambda x, s, low, high: x.abs() <= 1),
    ("binary-mask", lambda x, s, low, high: x.abs() < 1),
    ("mask-of-values", lambda x, s, low, high: (x >= low) & (x <= high)),
    ("passes-everywhere", lambda x, s, low, high: torch.ones_like(x)),
)


def two_mistakes(known: Iterable[Misconception]) -> Iterator[Misconception]:
    """Each two of them, with what is told of either alone."""
    told = {one.name: one.message for one in known if one.behaves is not None}
    for name, values in VALUES:
        for other, passes in PASSES:
            yield from both((name, told[name]), (other, told[other]), _layer(values, passes))
    for name, message, rounding in ROUNDINGS:
        for other, passes in PASSES:
            yield from both(
                (name, message), (other, told[other]), _layer(_rounded_by(rounding), passes)
            )
            if other != "border-before-rounding":
                of_codes = _layer(_rounded_by(rounding), _of_codes(rounding, passes))
                yield from both((name, message), (other, told[other]), of_codes)


def _layer(values: Of, passes: Of) -> Of:
    return lambda x, s, low, high: with_gradient(
        values(x, s, low, high), x, passes(x.detach(), s, low, high)
    )


def _rounded_by(rounding: Callable[[T], T]) -> Of:
    """Values of another rounding."""
    return lambda x, s, low, high: rounding(x / s).clamp(low, high) * s


def _of_codes(rounding: Callable[[T], T], passes: Of) -> Of:
    return lambda x, s, low, high: passes(rounding(x / s), 1.0, low, high)
