"""The masks of torch.nn.utils.prune, to compare ours with.

Where magnitudes are equal, torch leaves open which of them go: then only the counts are defined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.utils import prune

from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import Masks, joined_mask, pruned_count


def torch_magnitude_mask(w: torch.Tensor, amount: float) -> torch.Tensor:
    """What `prune.l1_unstructured` keeps of a matrix; an int `amount` is a count.

    >>> torch_magnitude_mask(torch.tensor([[3.0, -1.0, 2.0, -4.0]]), 0.5)
    tensor([[ True, False, False,  True]])
    """
    return torch_global_masks({"weight": w}, amount)["weight"]


def torch_global_masks(weights: Mapping[str, torch.Tensor], amount: float, times: int = 1) -> Masks:
    """What `prune.global_unstructured` keeps of several matrices, ranked together.

    Args:
        weights: (out, in) by name.
        amount: share of the weights that are left; applied `times` times, it compounds.
    """
    layers = {}
    for name, w in weights.items():
        layers[name] = nn.utils.skip_init(nn.Linear, w.shape[1], w.shape[0], bias=False)
        layers[name].weight.data = w.clone()
    parameters = [(layer, "weight") for layer in layers.values()]
    for _ in range(times):
        prune.global_unstructured(parameters, prune.L1Unstructured, amount=amount)
    return {name: layer.weight_mask.bool() for name, layer in layers.items()}


@dataclass(frozen=True)
class Agreement:
    """How often our global masks are torch's: out of `cases`, the same mask, the same count."""

    cases: int
    same_mask: int
    same_count: int


def agreement(
    draw: Callable[..., torch.Tensor], shapes: Sequence[Sequence[int]], sparsities: Sequence[float]
) -> Agreement:
    """Compare the masks of freshly drawn weights, one case a sparsity.

    Args:
        draw: `draw(rows, columns)` returns a matrix.
        shapes: of the matrices that are ranked together.
        sparsities: 0 ... 1.
    """
    same_mask = same_count = 0
    for sparsity in sparsities:
        weights = {str(i): draw(*shape) for i, shape in enumerate(shapes)}
        ours = joined_mask(global_magnitude_masks(weights, sparsity))
        theirs = joined_mask(torch_global_masks(weights, sparsity))
        same_mask += torch.equal(ours.kept, theirs.kept)
        same_count += ours.n_kept == theirs.n_kept
    return Agreement(len(sparsities), same_mask, same_count)


COUNTS = ((9, 0.4), (5, 0.5), (7, 0.5), (10, 0.25), (100, 0.29))


def count_table() -> list[dict[str, Any]]:
    """How many weights go in `COUNTS`: by us, by torch, and with the product cut off."""
    return [
        {
            **{"weights": n, "sparsity": s, "sparsity × weights": repr(s * n)},
            "ours": pruned_count(n, s),
            "torch": int((~torch_magnitude_mask(torch.arange(1.0, n + 1)[None], s)).sum()),
            "cut off, int()": int(s * n),
        }
        for n, s in COUNTS
    ]
