"""Checks of numbers, and of tensors that may carry a gradient. Each returns the cleaned value."""

import math
from typing import Any

import torch

from model_compression._validation import checked_codes, checked_floats, checked_integer


def checked_number(
    value: Any,
    name: str,
    low: float = 0.0,
    high: float = math.inf,
    low_included: bool = True,
) -> float:
    """Return one finite number from `low` to `high` as a float, or raise ValueError."""
    expected = "a finite number"
    if low_included and high < math.inf:
        expected = f"a number from {low:g} to {high:g}"
    elif low > -math.inf:
        expected += f" >= {low:g}" if low_included else f" > {low:g}"
        expected += f" and <= {high:g}" if high < math.inf else ""
    error = ValueError(f"{name}: expected {expected}, got {value!r}")
    if isinstance(value, bool | str):
        raise error
    try:
        number = float(value)
    except (TypeError, ValueError, RuntimeError):
        raise error from None
    above = number >= low if low_included else number > low
    if not (math.isfinite(number) and above and number <= high):
        raise error
    return number


def checked_differentiable(x: Any, name: str, dim: int | None = None) -> torch.Tensor:
    """Return a finite floating-point tensor with its graph, in float32 or wider.

    Raises ValueError for anything else, or for another number of axes than `dim`.
    """
    checked_floats(x, name, torch.float64)
    if dim is not None and x.dim() != dim:
        raise ValueError(f"{name}: expected {dim} axes, got shape {tuple(x.shape)}")
    return x.to(torch.promote_types(x.dtype, torch.float32))


def checked_same_shape(x: torch.Tensor, name: str, shape: torch.Size) -> torch.Tensor:
    """Return a tensor of this shape, or raise ValueError."""
    if x.shape != shape:
        raise ValueError(f"{name}: expected shape {tuple(shape)}, got {tuple(x.shape)}")
    return x


def checked_matrix(x: Any, name: str, n_columns: int | None = None) -> torch.Tensor:
    """Return a finite float32 tensor with 2 axes (and so many columns), or raise ValueError."""
    values = checked_floats(x, name)
    if values.dim() != 2:
        raise ValueError(f"{name}: expected 2 axes, got shape {tuple(values.shape)}")
    if n_columns is not None and values.shape[1] != n_columns:
        raise ValueError(f"{name}: expected {n_columns} columns, got shape {tuple(values.shape)}")
    return values


def checked_seed(seed: Any) -> int:
    """Return a seed that torch.Generator takes, or raise ValueError."""
    return checked_integer(seed, "seed", -(2**63), 2**63 - 1)


def checked_labels(labels: Any, n_rows: int, n_classes: int) -> torch.Tensor:
    """Return class numbers as int64 of shape (n_rows,), or raise ValueError."""
    checked_codes(labels, "labels")
    checked_same_shape(labels, "labels", torch.Size([n_rows]))
    n_bad = int(((labels < 0) | (labels >= n_classes)).sum())
    if n_bad:
        raise ValueError(
            f"labels: expected class numbers from 0 to {n_classes - 1}, got {n_bad} outside"
        )
    return labels.to(torch.int64)
