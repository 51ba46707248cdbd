"""Masks: exact counts, one order for all rankings, nesting; against NumPy and torch's pruning."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.masks import (
    Mask,
    apply_masks,
    joined_mask,
    keep_all,
    prunable_weights,
    prune_lowest,
    prune_lowest_together,
    pruned_count,
)
from tests.reference.pruning_oracles import (
    concatenated,
    distinct_dict,
    shares,
    tensors,
    torch_mask,
    weight_dicts,
)

sizes_and_counts = tensors().flatmap(
    lambda scores: st.tuples(st.just(scores), st.integers(0, scores.numel()))
)


def by_stable_sort(scores: np.ndarray, n_pruned: int) -> np.ndarray:
    """The same order by another way: NumPy's stable sort, which keeps equal scores in position."""
    kept = np.ones(scores.size, dtype=bool)
    kept[np.argsort(scores, kind="stable")[:n_pruned]] = False
    return kept


@given(st.integers(1, 200), shares)
def test_count_is_that_of_torch(n, sparsity):
    pruned = ~torch_mask(torch.arange(1.0, n + 1), sparsity)
    assert pruned_count(n, sparsity) == int(pruned.sum())
    assert type(pruned_count(n, sparsity)) is int


@pytest.mark.parametrize(
    ("n", "sparsity", "expected"),
    [(5, 0.5, 2), (7, 0.5, 4), (10, 0.25, 2), (10, 0.05, 0), (10, 0.15, 2), (3, 0.5, 2)],
)
def test_counts_at_half_points_are_rounded_as_python_does(n, sparsity, expected):
    assert pruned_count(n, sparsity) == expected == round(sparsity * n)


def test_truncating_would_lose_one():
    assert int(0.29 * 100) == 28
    assert pruned_count(100, 0.29) == 29


@given(sizes_and_counts)
def test_order_is_that_of_a_stable_sort(case):
    scores, n_pruned = case
    kept = prune_lowest(scores, n_pruned)
    np.testing.assert_array_equal(kept.numpy(), by_stable_sort(scores.numpy(), n_pruned))


@given(sizes_and_counts)
def test_count_is_exact_and_nothing_kept_is_below_anything_pruned(case):
    scores, n_pruned = case
    kept = prune_lowest(scores, n_pruned)
    assert kept.dtype == torch.bool
    assert kept.shape == scores.shape
    assert int((~kept).sum()) == n_pruned
    if 0 < n_pruned < scores.numel():
        assert scores[~kept].max() <= scores[kept].min()


@given(tensors(12))
def test_masks_of_rising_counts_are_nested(scores):
    masks = [prune_lowest(scores, n_pruned) for n_pruned in range(scores.numel() + 1)]
    for larger, smaller in itertools.pairwise(masks):
        assert bool((larger | ~smaller).all())


def test_position_breaks_ties_in_row_order():
    kept = prune_lowest(torch.zeros(2, 3), 4)
    assert kept.tolist() == [[False, False, False], [False, True, True]]
    assert prune_lowest(torch.tensor([0.0, -0.0, 0.0]), 1).tolist() == [False, True, True]


def test_any_shape_and_layout():
    scores = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    transposed = prune_lowest(scores.T, 10)
    assert torch.equal(transposed, prune_lowest(scores, 10).T)
    assert prune_lowest(torch.tensor(3.0), 1).tolist() is False
    assert prune_lowest(torch.ones(2, 3, 2, 2), 7).shape == (2, 3, 2, 2)


def test_float64_scores_are_not_rounded_to_float32():
    scores = torch.tensor([1 + 2**-40, 1 + 2**-41, 1.0], dtype=torch.float64)
    assert prune_lowest(scores, 2).tolist() == [True, False, False]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_scores(dtype):
    scores = torch.randn(50, generator=torch.Generator().manual_seed(0)).to(dtype)
    assert torch.equal(prune_lowest(scores, 20), prune_lowest(scores.float(), 20))


# ---- several tensors ----------------------------------------------------------------------------


@given(weight_dicts, shares)
def test_ranking_together_is_ranking_one_long_tensor(scores, share):
    flat = concatenated(scores)
    n_pruned = pruned_count(flat.numel(), share)
    masks = prune_lowest_together(scores, n_pruned)
    assert list(masks) == list(scores)
    assert all(masks[name].shape == score.shape for name, score in scores.items())
    assert torch.equal(concatenated(masks), prune_lowest(flat, n_pruned))


@given(weight_dicts, shares, shares, st.integers(0, 2**31))
def test_within_a_mask_counts_are_total_and_nothing_revives(scores, first, second, seed):
    draw = torch.Generator().manual_seed(seed)
    old = {name: torch.rand(score.shape, generator=draw) >= first for name, score in scores.items()}
    before = joined_mask(old)
    target = pruned_count(before.n_weights, second)
    after = joined_mask(prune_lowest_together(scores, target, within=old))
    assert after.n_pruned == max(target, before.n_pruned)
    assert not bool((after.kept & ~before.kept).any())
    newly, flat = before.kept & ~after.kept, concatenated(scores)
    if newly.any() and after.kept.any():
        assert flat[newly].max() <= flat[after.kept].min()


def test_masks_do_not_drag_each_other_along():
    # A view would be saved together with the masks of all other layers.
    for mask in prune_lowest_together(distinct_dict((2, 3), (3, 4)), 5).values():
        assert mask.untyped_storage().nbytes() == mask.numel()


def test_old_masks_are_matched_by_name():
    scores = distinct_dict((2, 3), (3, 2))
    old = {"2.weight": torch.ones(3, 2).bool(), "0.weight": torch.zeros(2, 3).bool()}
    masks = prune_lowest_together(scores, 6, within=old)
    assert list(masks) == ["0.weight", "2.weight"]
    assert not masks["0.weight"].any()
    assert masks["2.weight"].all()


# ---- applying and counting ----------------------------------------------------------------------


@given(tensors(), st.integers(0, 2**31))
def test_applying_is_multiplication_without_minus_zero(w, seed):
    kept = torch.rand(w.shape, generator=torch.Generator().manual_seed(seed)) < 0.5
    masked = Mask(kept).apply(w)
    assert torch.equal(masked, w * kept)
    assert not torch.signbit(masked[~kept]).any()
    assert torch.equal(torch.signbit(masked[kept]), torch.signbit(w[kept]))


def test_pruned_weights_may_be_anything_even_nan():
    w = torch.tensor([math.nan, math.inf, 1.0])
    assert Mask(torch.tensor([False, False, True])).apply(w).tolist() == [0, 0, 1]


def test_counts_of_a_mask():
    mask = Mask(torch.tensor([[True, False, False], [True, True, False]]))
    assert (mask.n_weights, mask.n_kept, mask.n_pruned) == (6, 3, 3)
    assert mask.density == mask.sparsity == 0.5
    assert all(type(count) is int for count in (mask.n_weights, mask.n_kept, mask.n_pruned))


def test_a_mask_is_frozen():
    mask = Mask(torch.tensor([True]))
    with pytest.raises(dataclasses.FrozenInstanceError):
        mask.kept = torch.tensor([False])


def test_apply_masks_leaves_the_rest_and_copies_everything():
    state = {
        "0.weight": torch.tensor([[-1.0, 2.0]]),
        "0.bias": torch.tensor([0.0]),
        "norm.num_batches_tracked": torch.tensor(3),
    }
    masked = apply_masks(state, {"0.weight": torch.tensor([[False, True]])})
    assert list(masked) == list(state)
    assert masked["0.weight"].tolist() == [[0, 2]]
    assert masked["norm.num_batches_tracked"] == 3
    for value in masked.values():
        value.add_(1)
    assert state["0.weight"].tolist() == [[-1, 2]]
    assert state["0.bias"] == 0
    assert state["norm.num_batches_tracked"] == 3


def test_prunable_weights_are_those_of_linear_and_convolution_layers():
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Flatten(), torch.nn.Linear(8, 3)
    )
    weights = prunable_weights(model.state_dict())
    assert list(weights) == ["0.weight", "3.weight"]
    assert all(mask.all() for mask in keep_all(weights).values())
    assert joined_mask(keep_all(weights)).n_weights == 2 * 9 + 3 * 8
