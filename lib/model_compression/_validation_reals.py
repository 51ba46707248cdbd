"""Checks of shapes, labels, seeds, and dicts of tensors. Each returns the cleaned value."""

from collections.abc import Mapping
from typing import Any

import torch

from model_compression._validation import (
    check_not_transformed,
    checked_codes,
    checked_differentiable,
    checked_floats,
    checked_integer,
    checked_tensor,
    shown,
)


def checked_wide(x: Any, name: str, dim: int | None = None) -> torch.Tensor:
    """Return a finite tensor with its graph, float64 as it is, others as float32."""
    return checked_differentiable(x, name, widest(x), dim)


def widest(*tensors: Any) -> torch.dtype:
    """torch.float64 if one of the tensors is float64, else torch.float32."""
    dtypes = [x.dtype for x in tensors if isinstance(x, torch.Tensor)]
    return torch.float64 if torch.float64 in dtypes else torch.float32


def checked_same_shape(x: torch.Tensor, name: str, shape: torch.Size) -> torch.Tensor:
    """Return a tensor of this shape, or raise ValueError."""
    if x.shape != shape:
        raise ValueError(f"{name}: expected shape {tuple(shape)}, got {tuple(x.shape)}")
    return x


def checked_matrix(
    x: Any, name: str, n_columns: int | None = None, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """Return a finite tensor with 2 axes (and so many columns) as `dtype`, or raise ValueError."""
    values = checked_floats(x, name, dtype)
    if values.dim() != 2:
        raise ValueError(f"{name}: expected 2 axes, got shape {tuple(values.shape)}")
    if n_columns is not None and values.shape[1] != n_columns:
        raise ValueError(f"{name}: expected {n_columns} columns, got shape {tuple(values.shape)}")
    return values


def checked_labels(labels: Any, n_rows: int, n_classes: int) -> torch.Tensor:
    """Return class numbers as int64 of shape (n_rows,), or raise ValueError."""
    classes = checked_codes(labels, "labels").to(torch.int64)
    checked_same_shape(classes, "labels", torch.Size([n_rows]))
    n_bad = int(((classes < 0) | (classes >= n_classes)).sum())
    if n_bad:
        raise ValueError(
            f"labels: expected class numbers from 0 to {n_classes - 1}, got {n_bad} outside"
        )
    return classes


def checked_seed(seed: Any) -> int:
    """Return a seed that torch.Generator takes, or raise ValueError."""
    return checked_integer(seed, "seed", -(2**63), 2**63 - 1)


def checked_generator(seed: Any) -> torch.Generator:
    """Return a generator of the CPU: the one given, or a new one that starts from an int seed."""
    check_not_transformed("seed")  # which random numbers would be drawn depends on the transform
    if isinstance(seed, torch.Generator):
        if seed.device.type != "cpu":
            raise ValueError(f"seed: expected a generator of the CPU, got one of {seed.device}")
        return seed
    return torch.Generator("cpu").manual_seed(checked_seed(seed))


def checked_tensors(values: Any, name: str) -> dict[str, torch.Tensor]:
    """Return a dict of tensors of any dtype, detached, or raise ValueError."""
    named = checked_names(values, name)
    return {key: checked_tensor(x, f"{name}[{key!r}]").detach() for key, x in named.items()}


def checked_names(values: Any, name: str) -> Mapping[str, Any]:
    """Return a dict with names as keys, or raise ValueError."""
    if not isinstance(values, Mapping):
        raise ValueError(f"{name}: expected a dict of tensors, got {type(values).__name__}")
    for key in values:
        if not isinstance(key, str):
            raise ValueError(f"{name}: expected names as keys, got {shown(key)}")
    return values


def checked_state(state: Any, name: str) -> dict[str, torch.Tensor]:
    """Return a dict of tensors as from `checked_tensors`, each weight as the network uses it.

    Pruning and parametrizations of torch keep what a weight is made of in place of the weight.
    """
    tensors = checked_tensors(state, name)
    parts = [
        key
        for key in tensors
        if "parametrizations." in key
        or key.endswith("_orig")
        or (key.endswith("_g") and f"{key[:-2]}_v" in tensors)
    ]
    if parts:
        raise ValueError(
            f"{name}: expected weights as they are used, got {parts}: make them permanent first "
            "(torch.nn.utils.prune.remove, parametrize.remove_parametrizations)"
        )
    return tensors


def tied_names(tensors: Mapping[str, torch.Tensor]) -> list[tuple[str, str]]:
    """Pairs of names, each a tensor and the first one before it that begins at the same place."""
    names: dict[int, str] = {}
    firsts = {key: names.setdefault(x.data_ptr(), key) for key, x in tensors.items() if x.numel()}
    return [(first, key) for key, first in firsts.items() if first != key]


def check_same_names(values: Mapping[str, Any], name: str, like: Mapping[str, Any]) -> None:
    """Raise ValueError unless both dicts have the same keys, in whatever order."""
    if set(values) != set(like):
        raise ValueError(f"{name}: expected the names {sorted(like)}, got {sorted(values)}")
