"""Judges for `mxfp4_quantize`: all exactly, but for what does not change a value.

Codes 0 and 8 are both zero, and a block of zeros has no largest magnitude to take an exponent of.
"""

from __future__ import annotations

from typing import Any

import torch

from courseware.checks.pairs import at, pair_of
from courseware.checks.values import Difference, difference
from model_compression.microscaling import BLOCK

T = torch.Tensor
Pair = tuple[T, T]

MINUS_ZERO = 8
BIAS = 127


def same_exponents(arguments: tuple[T], expected: Pair, got: Any) -> Difference | None:
    """The exponents alone, by value."""
    return _exponents(arguments[0], expected, got)


def same_codes(arguments: tuple[T], expected: Pair, got: Any) -> Difference | None:
    """The codes alone, by value."""
    return pair_of(expected, got) or _codes(arguments[0], expected, got)


def same_pair(arguments: tuple[T], expected: Pair, got: Any) -> Difference | None:
    """Both by value."""
    return _exponents(arguments[0], expected, got) or _codes(arguments[0], expected, got)


def same_pair_and_dtypes(arguments: tuple[T], expected: Pair, got: Any) -> Difference | None:
    """Both by value and dtype."""
    if found := same_pair(arguments, expected, got):
        return found
    for place, came in enumerate(got):
        if came.dtype != torch.uint8:
            text = f"dtype {came.dtype}, expected torch.uint8"
            return at(place, Difference("wrong-dtype", text))
    return None


def _codes(x: T, expected: Pair, got: Any) -> Difference | None:
    wanted, came = expected[0], got[0]
    found = difference(wanted, came)
    if found is None or found.kind != "wrong-value":
        return at(0, found)
    came = came.detach().double()
    came = torch.where(came == MINUS_ZERO, 0.0, came)
    plain = torch.where(wanted == MINUS_ZERO, 0, wanted)
    found = difference(plain, came)
    if found is None:
        return None
    wrong = tuple((plain != came).nonzero()[0].tolist())
    return at(0, Difference(found.kind, f"{found.text}; {_what_is_there(x, expected[1], wrong)}"))


def _what_is_there(x: T, exponents: T, place: tuple[int, ...]) -> str:
    """A block is too long to be shown: what was to be rounded at one place."""
    block = (*place[:-1], place[-1] // BLOCK)
    e, value = int(exponents[block]) - BIAS, x[place].item()
    return f"x is {value:.6g} there, that is {value / 2.0**e:.6g} · 2^{e} in block {[*block]}"


def _exponents(x: T, expected: Pair, got: Any) -> Difference | None:
    if found := pair_of(expected, got):
        return found
    wanted, came = expected[1], got[1]
    found = difference(wanted, came)
    if found is None or found.kind not in ("wrong-value", "not-finite"):
        return at(1, found)
    there = x.unflatten(-1, (-1, BLOCK)).any(dim=-1)
    return at(1, difference(wanted, torch.where(there, came.detach().double(), wanted.double())))
