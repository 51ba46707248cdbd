"""Judges for what the contract leaves open: the scale of zeros, decibels, the kind of a number."""

from __future__ import annotations

import math
from typing import Any

import torch

from courseware.checks.values import Difference, as_number, difference
from model_compression import integer_scaling as reference

DECIBELS = 1e-3
ASKED_FOR = "any finite number above 0 would do"


def reference_scale(x: torch.Tensor, n_bits: int, full_range: bool = False) -> float:
    """The right scale, a plain number."""
    return float(reference.absmax_scale(x, n_bits, full_range))


def reference_params(x: torch.Tensor, n_bits: int) -> tuple[float, int]:
    """The right scale and zero point, plain numbers."""
    scale, zero_point = reference.affine_params(x, n_bits)
    return float(scale), zero_point


def scale_number(arguments: tuple[Any, ...], expected: float, got: Any) -> Difference | None:
    """One scale; that of an all-zero tensor only has to be finite and positive.

    >>> scale_number((torch.zeros(2), 4), 1.0, torch.tensor(0.0)).text
    'the scale of the zeros is 0.0, any finite number above 0 would do'
    """
    return difference(_scale_asked_for(arguments[0], expected, got), got) or _unusable(got)


def affine_values(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """(scale, zero_point) by value: here a zero point may still be a whole number of float type."""
    if isinstance(got, tuple | list) and len(got) == 2:
        scale, zero_point = got[0], as_number(got[1])
        if isinstance(zero_point, float) and zero_point.is_integer():
            zero_point = int(zero_point)
        got = (scale, got[1] if zero_point is None else zero_point)
    return affine_numbers(arguments, expected, got)


def affine_numbers(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """(scale, zero_point), the zero point an integer; the scale of zeros is free if usable."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        return difference(expected, got)
    expected = (_scale_asked_for(arguments[0], expected[0], got[0]), expected[1])
    return difference(expected, got) or _unusable(got[0])


def _scale_asked_for(x: torch.Tensor, expected: float, got: Any) -> float:
    number = as_number(got)
    free = not bool(x.any()) and number is not None and math.isfinite(number)
    return float(number) if free and number is not None else expected


def _unusable(scale: Any) -> Difference | None:
    number = as_number(scale)
    if number is None or number > 0:
        return None
    return Difference("wrong-value", f"the scale of the zeros is {number}, {ASKED_FOR}")


def same_decibels(arguments: tuple[Any, ...], expected: float, got: Any) -> Difference | None:
    """A number of decibels to 0.001 dB; infinity only for infinity.

    >>> same_decibels((), 20.0, 20.0004) is None, same_decibels((), math.inf, 300.0) is None
    (True, False)
    """
    number = as_number(got)
    if number is None or math.isnan(number):
        return difference(expected, got)
    if number == expected or abs(number - expected) <= DECIBELS:
        return None
    return Difference("wrong-value", "another number")


def block_values(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """(codes, scale) by value; the scale of zeros only has to be finite and positive."""
    return _block_difference(arguments[0], expected, got, dtypes=False)


def block_values_and_dtypes(
    arguments: tuple[Any, ...], expected: Any, got: Any
) -> Difference | None:
    """The same, and the dtype of both."""
    return _block_difference(arguments[0], expected, got, dtypes=True)


def _block_difference(w: torch.Tensor, expected: Any, got: Any, dtypes: bool) -> Difference | None:
    if not isinstance(got, tuple | list) or len(got) != 2:
        return difference(expected, got)
    codes, scale = expected
    got_codes, got_scale = got[0], _one_axis(got[1], scale)
    if not isinstance(got_scale, torch.Tensor) or got_scale.shape != scale.shape:
        return difference(expected, (got_codes, got_scale), dtypes)
    # One scale per block, so the blocks are what is left of each entry of the scale.
    zero = ~w.reshape(*scale.shape, -1).any(dim=-1)
    graded = (codes, scale.masked_fill(zero, 0)), (got_codes, got_scale.masked_fill(zero, 0))
    return difference(*graded, dtypes) or _unusable_scales(got_scale.detach()[zero])


def _one_axis(scale: Any, expected: torch.Tensor) -> Any:
    """A scale per channel may keep axes of size 1, as in (C, 1, 1, 1)."""
    if not isinstance(scale, torch.Tensor) or expected.dim() != 1 or scale.dim() < 2:
        return scale
    only_ones = scale.numel() == len(expected) and len(expected) in scale.shape
    return scale.reshape(-1) if only_ones else scale


def _unusable_scales(of_zeros: torch.Tensor) -> Difference | None:
    for scale in of_zeros.tolist():
        if not (math.isfinite(scale) and scale > 0):
            kind = "wrong-value" if math.isfinite(scale) else "not-finite"
            return Difference(kind, f"value 1: the scale of the zeros is {scale}, {ASKED_FOR}")
    return None
