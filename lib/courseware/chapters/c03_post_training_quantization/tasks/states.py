"""Judges of a model's state_dict."""

from __future__ import annotations

from typing import Any

import torch

from courseware.checks.values import Difference, close, difference, other_entries

Named = dict[str, torch.Tensor]


def same_state(arguments: tuple[Any, ...], expected: Named, got: Any) -> Difference | None:
    """Every entry by value; weights to the tolerance of the chapter, all else exactly."""
    return _state_difference(arguments[0], expected, got, dtypes=False)


def same_state_and_dtypes(
    arguments: tuple[Any, ...], expected: Named, got: Any
) -> Difference | None:
    """The same, and the dtypes."""
    return _state_difference(arguments[0], expected, got, dtypes=True)


def _state_difference(state: Named, expected: Named, got: Any, dtypes: bool) -> Difference | None:
    found = other_entries(expected, got)
    if found:
        return found
    for name, wanted in expected.items():
        if is_weight(wanted):
            found = _of_zeros(close(wanted, got[name], dtypes=dtypes), state[name])
        else:
            found = _not_bit_for_bit(wanted, got[name])
        if found:
            return Difference(found.kind, f"{name}: {found.text}")
    return None


def _of_zeros(found: Difference | None, w: torch.Tensor) -> Difference | None:
    """What comes of 0 / 0 has a kind of its own."""
    if found and found.kind == "not-finite" and bool((w == 0).any()):
        return Difference("zero-scale", found.text)
    return found


def rest_untouched(arguments: tuple[Any, ...], expected: Named, got: Any) -> Difference | None:
    """All that is no weight is as it was, bit for bit; and the weights are not."""
    found = other_entries(expected, got)
    if found:
        return found
    state: Named = arguments[0]
    for name, wanted in expected.items():
        if not is_weight(wanted):
            found = _not_bit_for_bit(wanted, got[name])
        elif difference(state[name], got[name]) is None:
            found = Difference("wrong-value", "not quantized: it came back as it was")
        if found:
            return Difference(found.kind, f"{name}: {found.text}")
    return None


def is_weight(tensor: torch.Tensor) -> bool:
    """Whether the task asks for this tensor to be quantized."""
    return tensor.is_floating_point() and tensor.dim() >= 2


def _not_bit_for_bit(wanted: torch.Tensor, came: Any) -> Difference | None:
    found = difference(wanted, came)
    if found and found.kind == "wrong-value" and not wanted.is_floating_point():
        return Difference("integers-too", found.text)
    found = found or difference(wanted, came, dtypes=True)
    if found is None and not torch.equal(wanted, came):
        return Difference("wrong-value", "not the same, bit for bit")
    return found
