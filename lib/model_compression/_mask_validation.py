"""Checks of arguments that the pruning modules share. Each returns the cleaned value."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from model_compression._validation import checked_floats, checked_integer


def checked_weights(w: Any, name: str) -> torch.Tensor:
    """Return a non-empty, finite floating-point tensor, float64 as it is, others as float32."""
    keeps_float64 = isinstance(w, torch.Tensor) and w.dtype == torch.float64
    return checked_floats(w, name, torch.float64 if keeps_float64 else torch.float32)


def checked_mask(mask: Any, name: str, shape: Sequence[int] | None = None) -> torch.Tensor:
    """Return a non-empty torch.bool tensor (of the shape, if one is given), or raise ValueError."""
    if not isinstance(mask, torch.Tensor):
        raise ValueError(f"{name}: expected a torch.bool tensor, got {type(mask).__name__}")
    if mask.dtype != torch.bool:
        raise ValueError(f"{name}: expected a torch.bool tensor, got {mask.dtype}")
    if shape is not None and tuple(mask.shape) != tuple(shape):
        raise ValueError(f"{name}: expected shape {tuple(shape)}, got {tuple(mask.shape)}")
    if mask.numel() == 0:
        raise ValueError(f"{name}: expected at least one entry, got shape {tuple(mask.shape)}")
    return mask


def checked_weight_dict(weights: Any, name: str) -> dict[str, torch.Tensor]:
    """Return a non-empty dict of tensors, each as from `checked_weights`, or raise ValueError."""
    _check_dict(weights, name)
    return {key: checked_weights(w, f"{name}[{key!r}]") for key, w in weights.items()}


def checked_mask_dict(
    masks: Any, name: str, like: Mapping[str, torch.Tensor] | None = None
) -> dict[str, torch.Tensor]:
    """Return a non-empty dict of masks, or raise ValueError.

    If `like` is given, the names and shapes must be its own, and the result is in its order.
    """
    _check_dict(masks, name)
    if like is None:
        return {key: checked_mask(mask, f"{name}[{key!r}]") for key, mask in masks.items()}
    check_same_names(masks, name, like)
    return {key: checked_mask(masks[key], f"{name}[{key!r}]", like[key].shape) for key in like}


def check_same_names(values: Mapping[str, Any], name: str, like: Mapping[str, Any]) -> None:
    """Raise ValueError unless both dicts have the same keys, in whatever order."""
    if set(values) != set(like):
        raise ValueError(f"{name}: expected the names {sorted(like)}, got {sorted(values)}")


def checked_shape(shape: Any, name: str) -> tuple[int, ...]:
    """Return a shape as a tuple of ints >= 1, or raise ValueError."""
    try:
        sizes = tuple(shape)
    except TypeError:
        raise ValueError(f"{name}: expected a list of sizes, got {shape!r}") from None
    return tuple(checked_integer(size, f"a size in {name}", 1) for size in sizes)


def checked_generator(seed: Any) -> torch.Generator:
    """Return a generator: the one given, or a new one that starts from an int seed."""
    if isinstance(seed, torch.Generator):
        return seed
    return torch.Generator().manual_seed(checked_integer(seed, "seed", -(2**63), 2**63 - 1))


def _check_dict(values: Any, name: str) -> None:
    if not isinstance(values, Mapping):
        raise ValueError(f"{name}: expected a dict of tensors, got {type(values).__name__}")
    if not values:
        raise ValueError(f"{name}: expected at least one tensor, got an empty dict")
