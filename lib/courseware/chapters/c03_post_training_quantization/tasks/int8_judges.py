"""Judges for `int8_linear`: the sums exactly, the outputs to 1e-5 of the largest.

An output is a sum times two scales plus a bias: three roundings of float32, 2e-7 of the largest
value that takes part. The bias is of the size of the outputs, so 1e-5 leaves a factor of 10 and
more; outputs computed from the floats instead of the sums are off by 1e-3 and more.
"""

from __future__ import annotations

from typing import Any

import torch

from courseware.checks.pairs import at, pair_of
from courseware.checks.values import Difference, close, difference

OUTPUT = 1e-5
EXACT_IN_FLOAT32 = 2**24
"""Above it a float32 leaves whole numbers out."""
LOST_DIGITS = 2**12
"""More than a sum of 2,048 products below 2**26 loses in float32: half a step of 4 at each."""
NARROW = torch.int8, torch.uint8, torch.int16

Sums = tuple[torch.Tensor, torch.Tensor]


def same_sums(arguments: tuple[Any, ...], expected: Sums, got: Any) -> Difference | None:
    """The accumulator alone, by value."""
    found = pair_of(expected, got) or at(0, difference(expected[0], got[0]))
    return _of_narrow_sums(found, expected, got)


def _of_narrow_sums(found: Difference | None, expected: Sums, got: Any) -> Difference | None:
    """What comes of sums that 8 or 16 bits hold, whatever their dtype, has a kind of its own."""
    if found is None or found.kind != "wrong-value":
        return found
    sums = difference(expected[0], got[0])
    if sums is None or sums.kind != "wrong-value":
        return found
    came = got[0].detach().double()
    far = (came - expected[0].double()).abs().max()
    if expected[0].abs().max() > EXACT_IN_FLOAT32 and far < LOST_DIGITS:
        return Difference("summed-in-float32", found.text)
    narrow = any(torch.equal(came, expected[0].to(dtype).double()) for dtype in NARROW)
    return Difference("narrow-accumulator", found.text) if narrow else found


def same_outputs(arguments: tuple[Any, ...], expected: Sums, got: Any) -> Difference | None:
    """The outputs alone, by value."""
    slack = OUTPUT * float(expected[1].abs().max())
    found = pair_of(expected, got) or at(1, close(expected[1], got[1], slack))
    return _of_narrow_sums(found, expected, got)


def same_layer(arguments: tuple[Any, ...], expected: Sums, got: Any) -> Difference | None:
    """Both by value."""
    return same_sums(arguments, expected, got) or same_outputs(arguments, expected, got)


def same_of_zeros(arguments: tuple[Any, ...], expected: Sums, got: Any) -> Difference | None:
    """Both by value; what a division by a scale of 0 leaves behind has a kind of its own."""
    found = same_layer(arguments, expected, got)
    if found is None or pair_of(expected, got):
        return found
    if any(_left_by_a_division_by_zero(expected, value) for value in got):
        return Difference("zero-scale", found.text)
    return found


def _left_by_a_division_by_zero(expected: Sums, value: Any) -> bool:
    """nan, or an integer that nan was turned into, where the sum is 0."""
    if not isinstance(value, torch.Tensor) or value.shape != expected[0].shape:
        return False
    of_zeros = value.detach().double()[expected[0] == 0]
    return bool((~torch.isfinite(of_zeros) | (of_zeros.abs() >= 2**31)).any())


def layer_types(arguments: tuple[Any, ...], expected: Sums, got: Any) -> Difference | None:
    """Both by value, the sums int32 or int64, the outputs float32."""
    found = same_layer(arguments, expected, got)
    if found:
        return found
    if got[0].dtype not in (torch.int32, torch.int64):
        text = f"dtype {got[0].dtype}, expected torch.int32 or torch.int64"
        return Difference("wrong-dtype", f"value 0: {text}")
    if got[1].dtype != torch.float32:
        return Difference("wrong-dtype", f"value 1: dtype {got[1].dtype}, expected torch.float32")
    return None
