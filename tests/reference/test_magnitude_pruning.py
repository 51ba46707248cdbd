"""Magnitude masks against torch.nn.utils.prune, and where equal magnitudes leave a choice."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.magnitude_pruning import (
    global_magnitude_masks,
    magnitude_mask,
    threshold_mask,
)
from model_compression.masks import Mask, joined_mask
from tests.reference.pruning_oracles import (
    concatenated,
    distinct,
    distinct_dict,
    linear_layers,
    shares,
    tensors,
    torch_global_prune,
    torch_mask,
    weight_dicts,
)

SHAPES = [(12,), (7, 5), (4, 3, 3, 3)]
SPARSITIES = [0.0, 0.1, 0.25, 0.4, 0.5, 0.75, 0.9, 1.0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_mask_is_that_of_torch(shape, sparsity):
    for seed in range(5):
        w = distinct(*shape, seed=seed)
        assert torch.equal(magnitude_mask(w, sparsity), torch_mask(w, sparsity))


@given(tensors(), shares)
def test_under_ties_the_count_is_that_of_torch_and_the_ranking_holds(w, sparsity):
    kept = magnitude_mask(w, sparsity)
    assert int(kept.sum()) == int(torch_mask(w, sparsity).sum())
    if kept.any() and not kept.all():
        assert w.abs()[~kept].max() <= w.abs()[kept].min()


@given(tensors(), shares, shares)
def test_masks_of_rising_sparsity_are_nested(w, a, b):
    less, more = (magnitude_mask(w, sparsity) for sparsity in sorted((a, b)))
    assert not bool((more & ~less).any())


def test_zeros_count_towards_the_sparsity():
    w = torch.tensor([0.0, 0.0, 0.0, 1.0, -2.0])
    assert Mask(magnitude_mask(w, 0.4)).n_pruned == 2
    assert magnitude_mask(w, 0.8).tolist() == [False, False, False, False, True]
    assert magnitude_mask(torch.zeros(10), 0.3).sum() == 7


# ---- threshold ----------------------------------------------------------------------------------


@given(tensors(), st.floats(0, 100))
def test_threshold_agrees_with_a_loop(w, threshold):
    limit = torch.tensor(threshold, dtype=torch.float32).item()
    assert threshold_mask(w, threshold).tolist() == [abs(value) >= limit for value in w.tolist()]


def test_a_weight_at_the_threshold_stays():
    w = torch.tensor([0.5, -0.5, 0.4999999, 0.0])
    assert threshold_mask(w, 0.5).tolist() == [True, True, False, False]
    assert threshold_mask(w, 0.0).all()


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.7, 1e-3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_threshold_has_the_precision_of_the_weights(threshold, dtype):
    w = torch.tensor([threshold, -threshold], dtype=dtype)
    assert threshold_mask(w, threshold).all()
    assert not threshold_mask(torch.nextafter(w, torch.zeros_like(w)), threshold).any()


def test_threshold_and_ratio_meet():
    w = distinct(9, 5)
    for sparsity in (0.2, 0.5, 0.8):
        kept = magnitude_mask(w, sparsity)
        assert torch.equal(threshold_mask(w, w.abs()[kept].min().item()), kept)


# ---- all layers together ------------------------------------------------------------------------


@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_global_masks_are_those_of_torch(sparsity):
    for seed in range(5):
        weights = distinct_dict((8, 6), (5, 8), (3, 5), seed=seed)
        expected = torch_global_prune(linear_layers(weights), sparsity)
        masks = global_magnitude_masks(weights, sparsity)
        assert list(masks) == list(weights)
        assert all(torch.equal(masks[name], expected[name]) for name in weights)


@given(weight_dicts, shares)
def test_global_masks_rank_all_tensors_as_one(weights, sparsity):
    flat = concatenated(global_magnitude_masks(weights, sparsity))
    assert torch.equal(flat, magnitude_mask(concatenated(weights), sparsity))


def test_lenet_at_20_per_cent():
    weights = distinct_dict((300, 784), (100, 300), (10, 100))
    mask = joined_mask(global_magnitude_masks(weights, 0.2))
    assert (mask.n_pruned, mask.n_weights) == (53_240, 266_200)


def test_magnitudes_are_not_normalised_by_layer():
    weights = {"0.weight": torch.full((2, 2), 0.01), "2.weight": torch.full((2, 2), 5.0)}
    masks = global_magnitude_masks(weights, 0.5)
    assert not masks["0.weight"].any()  # the layer collapses
    assert masks["2.weight"].all()
