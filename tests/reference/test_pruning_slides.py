"""Every figure of the slides that belongs to chapters 06 to 09, recomputed."""

import math

import pytest
import torch

from model_compression.lottery_tickets import iterative_masks, remaining_fraction
from model_compression.magnitude_pruning import (
    global_magnitude_masks,
    magnitude_mask,
    threshold_mask,
)
from model_compression.masks import Mask, apply_masks, pruned_count
from model_compression.snip import normalized_scores, snip_masks, snip_scores
from model_compression.sparse_storage import sparse_bytes
from model_compression.structured_pruning import apoz, filter_norms, keep_indices

# In float64, products and sums of these few decimals are right to far more digits than are shown.
X = torch.tensor([1.0, 3.0, 4.0], dtype=torch.float64)
W = torch.tensor(
    [[0.4, 0.8, 0.9, 6.2], [-8.7, -4.3, 2.5, 5.1], [6.7, 9.9, 1.0, 2.4]], dtype=torch.float64
)
CONNECTIONS = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1], [1, 0, 0, 1]]).bool()
NINE = torch.tensor([[1.2, 2.4, -5.6], [3.2, -4.1, 1.0], [0.8, 4.4, -2.2]])


def one_decimal(values: torch.Tensor) -> list[str]:
    return [f"{value:.1f}" for value in values.tolist()]


def cut_off(value: float, digits: int) -> str:
    return f"{math.floor(value * 10**digits) / 10**digits:.{digits}f}"


# ---- chapter 06 ---------------------------------------------------------------------------------


def test_x_times_the_matrix():
    assert one_decimal(X @ W) == ["1.1", "27.5", "12.4", "31.1"]


def test_x_times_the_masked_matrix():
    masked = Mask(CONNECTIONS).apply(W)
    assert masked.tolist() == [[0.4, 0.8, 0.9, 0], [-8.7, -4.3, 2.5, 5.1], [6.7, 0, 0, 2.4]]
    assert one_decimal(X @ masked) == ["1.1", "-12.1", "8.4", "24.9"]
    assert torch.equal(apply_masks({"w": W}, {"w": CONNECTIONS})["w"], masked)


def test_the_mask_of_the_picture_is_no_magnitude_mask():
    # 6.2 and 9.9 are cut, 0.4 stays: the picture shows what a mask does, not how to choose one.
    assert Mask(CONNECTIONS).n_pruned == 3
    assert not torch.equal(magnitude_mask(W, 3 / 12), CONNECTIONS)
    assert W[~magnitude_mask(W, 3 / 12)].tolist() == [0.4, 0.8, 0.9]


def test_the_masked_picture_in_bytes():
    sizes = {s: sparse_bytes(CONNECTIONS, s) for s in ("dense", "bitmask", "csr", "coo")}
    assert sizes == {"dense": 48, "bitmask": 38, "csr": 140, "coo": 180}


def test_nine_weights_at_40_per_cent():
    assert pytest.approx(3.6) == 0.4 * 9
    assert pruned_count(9, 0.4) == 4
    mask = magnitude_mask(NINE, 0.4)
    assert sorted(one_decimal(NINE[~mask].abs())) == ["0.8", "1.0", "1.2", "2.2"]
    assert torch.equal(global_magnitude_masks({"w": NINE}, 0.4)["w"], mask)
    assert torch.equal(threshold_mask(NINE, 2.4), mask)


def test_the_threshold_of_the_first_deck():
    weights = torch.tensor([0.0009, -0.0009, 0.001, -0.0011, 0.0])
    assert threshold_mask(weights, 0.001).tolist() == [False, False, True, True, False]


# ---- chapter 07 ---------------------------------------------------------------------------------


def test_the_three_norms_are_cut_off_and_not_rounded():
    # Of the pictures only 6, 9, 1, -4 can be read; the others have the same sums of squares.
    filters = torch.tensor([[8.0, 4, 2, 1], [6, 9, 1, -4], [11, 8, 5, 3]], dtype=torch.float64)
    assert filters.square().sum(dim=1).tolist() == [85, 134, 219]
    norms = filter_norms(filters.reshape(3, 1, 2, 2)).tolist()
    assert norms == [math.sqrt(85), math.sqrt(134), math.sqrt(219)]
    assert [cut_off(norm, 2) for norm in norms] == ["9.21", "11.57", "14.79"]
    assert [f"{norm:.2f}" for norm in norms] == ["9.22", "11.58", "14.80"]
    assert keep_indices(torch.tensor(norms), 2).tolist() == [1, 2]


def test_small_activations_and_many_zeros_are_two_criteria():
    # |activation| < 0.001, as the slide has it, against the share of zeros that the paper ranks by.
    activations = torch.tensor([[0.0005, 0.0], [0.0005, 0.0], [0.0005, 3.0]])
    assert (activations.mean(dim=0) < 0.001).tolist() == [True, False]
    zeros = apoz(activations)
    assert zeros.argmax() == 1
    assert zeros.tolist() == [0.0, torch.tensor(2 / 3).item()]


# ---- chapter 08 ---------------------------------------------------------------------------------


def test_snip_scores_of_the_slide():
    # The slide writes |g| alone, which is |w * g| for weights of 1.
    weights = {"w": torch.ones(3, dtype=torch.float64)}
    grads = {"w": torch.tensor([0.8, -0.2, 0.1], dtype=torch.float64)}
    shares = normalized_scores(snip_scores(weights, grads))["w"].tolist()
    assert [f"{share:.3f}" for share in shares] == ["0.727", "0.182", "0.091"]
    assert [f"{share:.2f}" for share in shares[:2]] == ["0.73", "0.18"]


def test_the_weight_can_turn_the_ranking_of_the_slide_round():
    grads = {"w": torch.tensor([0.8, 0.2, 0.1])}
    weights = {"w": torch.tensor([0.01, 0.5, 3.0])}
    assert snip_masks({"w": torch.ones(3)}, grads, 1 / 3)["w"].tolist() == [True, True, False]
    assert snip_masks(weights, grads, 1 / 3)["w"].tolist() == [False, True, True]


# ---- chapter 09 ---------------------------------------------------------------------------------


def test_p_per_cent_in_every_round_compounds():
    assert f"{remaining_fraction(5, 0.2):.4f}" == "0.3277"
    masks = {"w": torch.ones(3, 3).bool()}
    left = []
    for _ in range(4):
        masks = iterative_masks({"w": NINE}, masks, 0.4)
        left.append(Mask(masks["w"]).n_kept)
    assert left == [5, 3, 2, 1]  # 9 - 4, 5 - 2, 3 - 1, 2 - 1
