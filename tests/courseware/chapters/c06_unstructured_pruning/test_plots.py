"""The pictures of lecture 06 draw what they are given, and say it in words."""

import pytest
import torch

from courseware.chapters.c06_unstructured_pruning.plots.masks import (
    cut_connections,
    example_of_masks,
    example_weights,
    masked_layers,
    ranked_magnitudes,
)
from courseware.chapters.c06_unstructured_pruning.plots.measurements import (
    accuracy_by_rounds,
    accuracy_by_sparsity,
    bytes_by_sparsity,
    revived_weights,
    rounds_of_pruning,
    time_by_sparsity,
)
from courseware.showing.plots import kept_per_pixel


def test_cut_connections_name_outputs_before_and_after() -> None:
    x, weight = torch.tensor([1.0, 2.0]), torch.tensor([[3.0, -4.0], [5.0, 6.0]])
    mask = torch.tensor([[True, True], [True, False]])
    picture = cut_connections(x, weight, mask)
    assert "1 of 4 connections are cut" in picture.alt
    assert "before: 13.0, 8.0; after: 13.0, −4.0." in picture.alt
    assert picture.svg != cut_connections(x, weight, ~mask).svg


def test_ranked_weights_list_what_goes_from_the_smallest() -> None:
    w = torch.tensor([[3.0, -1.0], [0.5, -4.0]])
    mask = torch.tensor([[True, False], [False, True]])
    assert ranked_magnitudes(w, mask).alt == "4 weights by magnitude; 2 are pruned: 0.5, −1."
    everything = torch.ones_like(mask)
    assert ranked_magnitudes(w, everything).alt.endswith("0 are pruned: none.")


def test_layers_say_what_they_keep() -> None:
    weights = {"a": torch.ones(2, 4), "b": torch.zeros(1, 2)}
    masks = {"a": torch.arange(8).reshape(2, 4) < 2, "b": torch.zeros(1, 2).bool()}
    alt = masked_layers(weights, masks).alt
    assert "a keeps 2 of 8 (25%); b keeps 0 of 2 (0%)" in alt


def test_a_pruned_weight_leaves_no_trace_in_the_picture() -> None:
    weights = example_weights()
    masks = {name: w.abs() > 0.1 for name, w in weights.items()}
    cleared = {name: torch.where(masks[name], w, 0.0) for name, w in weights.items()}
    assert masked_layers(weights, masks).svg == masked_layers(cleared, masks).svg


def test_the_static_picture_is_the_same_each_time() -> None:
    assert example_of_masks().svg == example_of_masks().svg


def test_pixels_are_counted() -> None:
    outside, images = torch.zeros(3, 8, 8).bool(), torch.zeros(2, 64)
    images[:, 3] = 1.0
    outside[:, :, 0] = True
    alt = kept_per_pixel({"outside": outside.flatten(1)}, images).alt
    assert "average image: 0% of the sum" in alt
    assert "outside: 100% of the sum" in alt


def test_accuracies_are_named_by_sparsity() -> None:
    panels = {"all": {"at once": [[0.9, 0.5], [0.7, 0.3]]}}
    alt = accuracy_by_sparsity([0.5, 0.9], panels, [[1.0, 1.0], [1.0, 1.0]], {"all": 0.0}).alt
    assert "all, at once: 50% 0.800, 90% 0.400" in alt


def test_rounds_name_both_ends() -> None:
    panels = {"to 90%": {"at once": [[0.1, 0.2, 0.4]], "step by step": [[0.9, 0.5, 0.6]]}}
    alt = accuracy_by_rounds(panels, {"to 90%": 2}).alt
    assert "to 90%, at once: 0.100 to 0.400; to 90%, step by step: 0.500 to 0.600" in alt


def test_stages_are_named_in_order() -> None:
    alt = rounds_of_pruning(["train", "prune to 50%"], [[1.0, 0.5], [0.8, 0.3]]).alt
    assert "mean of 2 networks: train 0.900, prune to 50% 0.400." in alt


def test_break_even_points_are_named() -> None:
    sizes = {"dense": {0.0: 1000, 0.9: 1000}, "csr": {0.0: 3000, 0.9: 300}}
    alt = bytes_by_sparsity(sizes, sizes, {"csr": 0.667}).alt
    assert "the dense matrix takes 1 kB at any. No larger than dense from: csr 66.7%." in alt


def test_times_are_means_of_their_ratios() -> None:
    alt = time_by_sparsity([0.5, 0.9], {"1 input": {"csr": [[2.0, 4.0], [0.5, 0.7]]}}).alt
    assert "1 input, csr: 50% 3.00, 90% 0.60" in alt


@pytest.mark.parametrize("last", [0.0, 0.25, 1.0])
def test_the_share_alive_at_the_end_is_named(last: float) -> None:
    assert f"masked: {last:.0%}" in revived_weights({"masked": [0.0, 0.5, last]}).alt
