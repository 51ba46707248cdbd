"""Slips of precision: right numbers of which too few digits are left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.task import Judge
from courseware.checks.values import Difference

IMPRECISE = (
    "too-few-digits",
    "The last digits are wrong: the values were rounded to a few decimals, or "
    "computed in float16. Leave them as they come, in float32.",
)

HALF_PRECISION = (
    "half-precision",
    "Some codes are off by one: on the way there were floats of 16 bits, which keep about three "
    "digits. Compute in float32.",
)

T = torch.Tensor
DECIMALS = 1, 2, 3, 4
HALF = torch.float16, torch.bfloat16
NEAR = 0.02
"""Relative: more than what a sum of some dozen numbers loses in bfloat16."""


def less_precise(right: Callable[[T], T]) -> tuple[Callable[[T], T], ...]:
    """A function of one tensor with a result that is rounded, or cut to 16 bits."""
    rounded = (lambda x, n=n: right(x).round(decimals=n) for n in DECIMALS)
    after = (lambda x, half=half: right(x).to(half).float() for half in HALF)
    return *rounded, *after


def rounded_number(right: Callable[..., float]) -> tuple[Callable[..., Any], ...]:
    """The same for a number: rounded to some decimals.

    >>> [behaves(2, 3) for behaves in rounded_number(lambda a, b: a / b)]
    [0.7, 0.67, 0.667, 0.6667]
    """
    return tuple(lambda *a, n=n: round(float(right(*a)), n) for n in DECIMALS)


def in_half(number: float, half: torch.dtype) -> float:
    """What is left of a number that was a float of 16 bits.

    >>> in_half(0.1, torch.bfloat16)
    0.10009765625
    """
    return float(torch.tensor(number, dtype=torch.float64).to(half))


def imprecise_number(right: Callable[..., float]) -> tuple[Callable[..., Any], ...]:
    """A right number that is rounded, or cut to 16 bits."""
    after = (lambda *a, half=half: in_half(float(right(*a)), half) for half in HALF)
    return *rounded_number(right), *after


def by_digits(judge: Judge) -> Judge:
    """A judge that also recognises a result from 16 bits, in whatever order it was computed."""

    def judges(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
        found = judge(arguments, expected, got)
        if found is None or found.kind != "wrong-value" or not _from_16_bits(expected, got):
            return found
        return Difference(IMPRECISE[0], found.text)

    return judges


def _from_16_bits(expected: T, got: T) -> bool:
    """Whether a tensor is near to the expected one and fits into 16 bits a number."""
    wanted, came = expected.double(), got.detach().double()
    near = (came - wanted).abs() <= NEAR * wanted.abs()
    return bool(near.all()) and any(torch.equal(came.to(half).double(), came) for half in HALF)
