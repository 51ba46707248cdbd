"""Checks of arguments that several modules share. Each returns the cleaned value."""

import math
import operator
from typing import Any

import torch


def checked_integer(value: Any, name: str, low: int, high: int | None = None) -> int:
    """Return `value` as an int in low ... high (both included), or raise ValueError."""
    expected = f"an integer from {low} to {high}" if high is not None else f"an integer >= {low}"
    error = ValueError(f"{name}: expected {expected}, got {value!r}")
    if isinstance(value, bool):
        raise error
    try:
        number = operator.index(value)
    except TypeError:
        raise error from None
    if number < low or (high is not None and number > high):
        raise error
    return number


def checked_n_bits(n_bits: Any) -> int:
    """Return `n_bits` as an int from 2 to 8, or raise ValueError."""
    return checked_integer(n_bits, "n_bits", 2, 8)


def checked_scale(scale: Any, device: torch.device) -> torch.Tensor:
    """Return one finite positive scale as a 0-dim float32 tensor, or raise ValueError."""
    expected = "scale: expected one finite number > 0 (a Python number or a 0-dim tensor)"
    try:
        number = torch.as_tensor(scale, dtype=torch.float32, device=device).detach()
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"{expected}, got {type(scale).__name__}") from None
    if number.dim() != 0:
        raise ValueError(f"{expected}, got shape {tuple(number.shape)}")
    if not (math.isfinite(number.item()) and number.item() > 0):
        raise ValueError(f"{expected}, got {number.item()!r} (as float32)")
    return number


def checked_floats(x: Any, name: str, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Return a non-empty, finite floating-point tensor as `dtype`, or raise ValueError."""
    if not isinstance(x, torch.Tensor):
        raise ValueError(f"{name}: expected a torch tensor, got {type(x).__name__}")
    if not x.dtype.is_floating_point:
        raise ValueError(f"{name}: expected a floating-point tensor, got {x.dtype}")
    if x.numel() == 0:
        raise ValueError(f"{name}: expected at least one value, got shape {tuple(x.shape)}")
    values = x.detach().to(dtype)
    n_bad = int((~torch.isfinite(values)).sum())
    if n_bad:
        raise ValueError(f"{name}: expected finite {dtype} values, got {n_bad} NaN or infinite")
    return values


def checked_codes(q: Any, name: str) -> torch.Tensor:
    """Return a tensor of an integer dtype unchanged, or raise ValueError."""
    if not isinstance(q, torch.Tensor):
        raise ValueError(f"{name}: expected a torch tensor, got {type(q).__name__}")
    if q.dtype.is_floating_point or q.dtype.is_complex or q.dtype == torch.bool:
        raise ValueError(f"{name}: expected a tensor of integers, got {q.dtype}")
    return q
