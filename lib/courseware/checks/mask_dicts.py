"""Judging dicts of masks, one a weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from courseware.checks.masks import not_bool
from courseware.checks.named_tensors import Pairs
from courseware.checks.task import Judge, Misconception
from courseware.checks.values import NOTHING_CAME, Difference, difference

BIASES_MASKED = (
    "biases-masked",
    "A bias has a mask. Biases are few and stay: only tensors with two axes are pruned.",
)
MATCHED_BY_ORDER = (
    "matched-by-order",
    "The two dicts were matched by their order. They go by name: the first entry of one need not "
    "belong to the first entry of the other.",
)

T = torch.Tensor
Tensors = Mapping[str, T]
LAYER_WITHOUT_MASK = Misconception(
    "layer-without-mask",
    "One of the weights has no mask. Each of them gets one, under its own name, that of the last "
    "layer too.",
)


def and_dtypes(judge: Judge) -> Judge:
    """A judge of a dict of masks, and that every mask is torch.bool."""

    def both(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
        return judge(arguments, expected, got) or masks_not_bool(dict(got))

    return both


def masks_not_bool(masks: Tensors) -> Difference | None:
    """Whether one of the masks has another dtype than torch.bool."""
    found = (not_bool(mask, f"{name!r}: ") for name, mask in masks.items())
    return next((difference for difference in found if difference), None)


def masks_came(weights: Tensors, got: Any) -> Difference | None:
    """Whether `paired_call` came to a dict with a tensor for each weight, in its shape."""
    if got is None:
        return NOTHING_CAME
    if type(got) is not Pairs:
        return Difference("wrong-type", f"expected a dict of masks, got a {type(got).__name__}")
    return masks_structure(weights, dict(got))


def masks_structure(weights: Tensors, masks: Tensors) -> Difference | None:
    """Whether there is a tensor for each weight, in its shape."""
    missing = [name for name in weights if name not in masks]
    if missing:
        return Difference("layer-without-mask", f"there is no mask for {missing[0]!r}")
    more = [name for name in masks if name not in weights]
    if more:
        return Difference("wrong-value", f"there is a mask for {more[0]!r}, which is no weight")
    for name, w in weights.items():
        mask = masks[name]
        if type(mask) is torch.Tensor and mask.dtype == torch.bool and mask.shape == w.shape:
            continue
        found = difference(torch.ones_like(w, dtype=torch.bool), mask)
        if found and found.kind != "wrong-value":
            return Difference(found.kind, f"{name!r}: {found.text}")
    return None
