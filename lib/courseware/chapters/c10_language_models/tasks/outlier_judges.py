"""Judges for `int8_linear_outliers`: the columns exactly, the outputs to 1e-5 of the largest.

An output is a float product over the outlier columns and an integer sum times two scales: float32
leaves about 3e-7 of the largest value that takes part. 1e-5 is far above that, and far below a
rounding that was forgotten or done twice, which is off by 1e-3 and more.
"""

from __future__ import annotations

from typing import Any

import torch

from courseware.checks.pairs import at, other_dtypes, pair_of
from courseware.checks.values import Difference, close, difference

OUTPUT = 1e-5

Results = tuple[torch.Tensor, torch.Tensor]


def same_columns(arguments: tuple[Any, ...], expected: Results, got: Any) -> Difference | None:
    """The columns alone, by value; an empty tensor of any dtype is empty."""
    if found := pair_of(expected, got):
        return found
    found = difference(expected[0], got[0])
    if found is None or found.kind != "wrong-shape" or got[0].dim() != 1:
        return at(0, found)
    came, wanted = got[0].detach().tolist(), expected[0].tolist()
    return at(0, Difference("wrong-value", f"the columns are {came}, expected {wanted}"))


def same_outputs(arguments: tuple[Any, ...], expected: Results, got: Any) -> Difference | None:
    """The outputs alone, by value."""
    slack = OUTPUT * float(expected[1].abs().max())
    return pair_of(expected, got) or at(1, close(expected[1], got[1], slack))


def same_layer(arguments: tuple[Any, ...], expected: Results, got: Any) -> Difference | None:
    """Both by value."""
    return same_columns(arguments, expected, got) or same_outputs(arguments, expected, got)


def same_of_zeros(arguments: tuple[Any, ...], expected: Results, got: Any) -> Difference | None:
    """Both by value; what a division by a scale of 0 leaves behind has a kind of its own."""
    found = same_layer(arguments, expected, got)
    if found is not None and found.kind == "not-finite":
        return Difference("zero-scale", found.text)
    return found


def layer_types(arguments: tuple[Any, ...], expected: Results, got: Any) -> Difference | None:
    """Both by value, the columns int64 and the outputs float32."""
    return same_layer(arguments, expected, got) or other_dtypes(expected, got)
