"""Checks of weights, masks, and dicts of them. Each returns the cleaned value."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from model_compression._validation import checked_floats, checked_tensor
from model_compression._validation_reals import check_same_names, checked_names, tied_names, widest


def checked_weights(w: Any, name: str) -> torch.Tensor:
    """Return a non-empty, finite floating-point tensor, float64 as it is, others as float32."""
    return checked_floats(w, name, widest(w))


def checked_mask(mask: Any, name: str, shape: Sequence[int] | None = None) -> torch.Tensor:
    """Return a non-empty torch.bool tensor (of the shape, if one is given), or raise ValueError."""
    if not isinstance(mask, torch.Tensor):
        raise ValueError(f"{name}: expected a torch.bool tensor, got {type(mask).__name__}")
    kept = checked_tensor(mask, name)
    if kept.dtype != torch.bool:
        raise ValueError(f"{name}: expected a torch.bool tensor, got {kept.dtype}")
    if shape is not None and tuple(kept.shape) != tuple(shape):
        raise ValueError(f"{name}: expected shape {tuple(shape)}, got {tuple(kept.shape)}")
    if kept.numel() == 0:
        raise ValueError(f"{name}: expected at least one entry, got shape {tuple(kept.shape)}")
    return kept


def checked_weight_dict(weights: Any, name: str) -> dict[str, torch.Tensor]:
    """Return a non-empty dict of tensors, each as from `checked_weights`, or raise ValueError."""
    named = _not_empty(checked_names(weights, name), name)
    return {key: checked_weights(w, f"{name}[{key!r}]") for key, w in named.items()}


def checked_untied(weights: Any, name: str) -> dict[str, torch.Tensor]:
    """As `checked_weight_dict`, of weights of which no two are the same.

    Tied weights would count twice, and what is pruned of one would come back with the other.
    """
    checked = checked_weight_dict(weights, name)
    for first, second in tied_names(weights):
        raise ValueError(
            f"{name}: expected tensors that share no memory, got {first!r} and {second!r}, which "
            "are tied: leave one out, and give both its mask"
        )
    return checked


def checked_mask_dict(
    masks: Any, name: str, like: Mapping[str, torch.Tensor] | None = None
) -> dict[str, torch.Tensor]:
    """Return a non-empty dict of masks, or raise ValueError.

    If `like` is given, the names and shapes must be its own, and the result is in its order.
    """
    named = _not_empty(checked_names(masks, name), name)
    if like is None:
        return {key: checked_mask(mask, f"{name}[{key!r}]") for key, mask in named.items()}
    check_same_names(named, name, like)
    return {key: checked_mask(named[key], f"{name}[{key!r}]", like[key].shape) for key in like}


def _not_empty(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if not values:
        raise ValueError(f"{name}: expected at least one tensor, got an empty dict")
    return values
