"""What the tasks of this exercise have in common: mistakes, with what to say about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from courseware.checks.ready_made import FAKE_QUANTIZE, QUANTIZERS
from courseware.checks.task import Misconception

OFF_LIMITS = ("model_compression", *QUANTIZERS.names, *FAKE_QUANTIZE.names)
"""What answers a task: the reference library every one, torch's own quantizers some."""

ROUNDINGS: tuple[tuple[str, str, Callable[[torch.Tensor], torch.Tensor]], ...] = (
    (
        "truncated",
        "The part behind the decimal point was cut off, so every code moves towards zero by up "
        "to a whole step. Rounding to the nearest code errs by half a step at most.",
        torch.trunc,
    ),
    (
        "floored",
        "Every value was rounded down, −2.2 to −3 and 2.8 to 2: this shifts all codes to one "
        "side. The nearest code is asked for.",
        torch.floor,
    ),
    (
        "half-up",
        "Ties were rounded up. Here a value halfway between two codes goes to the even one: 0.5 "
        "to 0, 1.5 to 2, −0.5 to 0. Always up would shift the mean.",
        lambda steps: torch.floor(steps + 0.5),
    ),
    (
        "half-away-from-zero",
        "Ties were rounded away from zero, as a pocket calculator does. Here a value halfway "
        "between two codes goes to the even one: 0.5 to 0, 1.5 to 2, 2.5 to 2.",
        lambda steps: steps.sign() * torch.floor(steps.abs() + 0.5),
    ),
    (
        "rounded-up",
        "Every value was rounded up to the next code: this shifts all codes to one side. The "
        "nearest code is asked for.",
        torch.ceil,
    ),
)
"""Ways to round that are not to the nearest, half to even."""

WRONG_DTYPE = (
    "The codes are right, but they are stored in another type than the one asked for: as floats, "
    "say, which saves nothing. Round and clamp first, then change the type."
)
N_BITS_IGNORED = (
    "The result does not depend on `n_bits`: it is that of 8 bits, whatever was asked for."
)
ZERO_SCALE = (
    "Where all values are zero, the scale became 0, and the next step divides by it. Any positive "
    "scale maps zeros to code 0: choose one."
)
GUARD_TOO_LARGE = (
    "The guard against a scale of 0 also changes inputs that are small but not zero. Small "
    "weights are as common as large ones: treat only the case of all zeros apart."
)


def ways(name: str, message: str, *behaviours: Callable[..., Any]) -> tuple[Misconception, ...]:
    """One misconception that shows in several ways."""
    return tuple(Misconception(name, message, behaves) for behaves in behaviours)


def several(*groups: Iterable[Misconception]) -> tuple[Misconception, ...]:
    """The misconceptions of all groups in one tuple."""
    return tuple(misconception for group in groups for misconception in group)


def guards(top: Callable[..., float]) -> Iterator[Callable[..., float]]:
    """Scales absmax / top(...) whose guard is felt where absmax is 1e-4.

    Each takes absmax and what `top` takes: tiny numbers added to absmax or to the scale, or put in
    their place.
    """
    for small in (1e-8, float(torch.finfo(torch.float32).eps), 1e-6, 1e-5):
        yield lambda absmax, *rest, small=small: (absmax + small) / top(*rest)
        yield lambda absmax, *rest, small=small: absmax / top(*rest) + small
    for small in (1e-6, 1e-5, 1e-4, 1e-3):
        yield lambda absmax, *rest, small=small: max(absmax / top(*rest), small)
        yield lambda absmax, *rest, small=small: max(absmax, small) / top(*rest)
    yield lambda absmax, *rest: absmax / top(*rest) if absmax > 1e-3 else 1.0


def except_where(
    when: Callable[..., bool], instead: Any, otherwise: Callable[..., Any]
) -> Callable[..., Any]:
    """`otherwise`, but on the arguments that `when` picks the value or the error `instead`."""

    def behaves(*arguments: Any) -> Any:
        if not when(*arguments):
            return otherwise(*arguments)
        if isinstance(instead, type) and issubclass(instead, Exception):
            raise instead
        return instead

    return behaves
