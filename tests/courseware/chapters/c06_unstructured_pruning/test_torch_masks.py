"""Comparing with torch.nn.utils.prune: its counts, and what the comparison says."""

import torch
from torch import nn
from torch.nn.utils import prune

from courseware.chapters.c06_unstructured_pruning import torch_masks
from courseware.chapters.c06_unstructured_pruning.torch_masks import (
    Agreement,
    agreement,
    torch_global_masks,
    torch_magnitude_mask,
)


def test_one_matrix_is_pruned_as_by_l1_unstructured() -> None:
    layer = nn.Linear(7, 5, bias=False)
    expected = prune.l1_unstructured(layer, "weight", amount=0.4).weight_mask.bool()
    assert torch.equal(torch_magnitude_mask(layer.weight_orig.detach(), 0.4), expected)
    assert int((~torch_magnitude_mask(torch.rand(3, 4), 5)).sum()) == 5


def test_shares_of_what_is_left_compound_and_the_weights_stay() -> None:
    weights = {"a": torch.randn(10, 8), "b": torch.randn(5, 4)}
    before = {name: w.clone() for name, w in weights.items()}
    left = [
        sum(int(m.sum()) for m in torch_global_masks(weights, 0.2, times).values())
        for times in (1, 2, 3)
    ]
    assert left == [80, 64, 51]  # 100 - 20, 80 - 16, 64 - 13
    assert all(torch.equal(before[name], w) for name, w in weights.items())


def test_distinct_weights_agree_and_a_wrong_mask_is_seen(monkeypatch) -> None:
    def draw(*shape: int) -> torch.Tensor:
        return torch.randperm(shape[0] * shape[1]).reshape(shape) + 1.0

    shares = (0.0, 0.3, 0.5, 1.0)
    assert agreement(draw, [(6, 7)], shares) == Agreement(4, 4, 4)

    def largest_go(weights, sparsity):
        masks = torch_global_masks({name: -1 / w for name, w in weights.items()}, sparsity)
        return masks

    monkeypatch.setattr(torch_masks, "global_magnitude_masks", largest_go)
    assert agreement(draw, [(6, 7)], shares) == Agreement(4, 2, 4)  # 0 and 1 leave no choice
