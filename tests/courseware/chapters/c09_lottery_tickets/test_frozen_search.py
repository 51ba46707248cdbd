"""A searched mask is exact, good, and leaves every weight as it was; early masks settle."""

import pytest
import torch

from courseware.chapters.c09_lottery_tickets.early_masks import (
    distance_by_chance,
    distance_matrix,
    emerged_at,
    emerged_by_interval,
)
from courseware.chapters.c09_lottery_tickets.frozen_search import frozen_network, search_masks
from courseware.subjects.batched_training import judged, stacked
from courseware.subjects.data import digits
from courseware.subjects.models import mlp
from model_compression.lottery_tickets import mask_distance, random_masks_like
from model_compression.masks import apply_masks, prunable_weights, prune_lowest, pruned_count
from model_compression.pruning_schedules import random_mask


def test_a_frozen_network_is_the_drawn_one_but_for_one_factor() -> None:
    frozen, drawn = frozen_network([8, 5, 3], 2), mlp([8, 5, 3], 2).state_dict()
    for name in ("0.weight", "2.weight"):
        torch.testing.assert_close(frozen[name], drawn[name] * 12**0.5)
    assert not frozen["0.bias"].any()
    images = torch.rand(20, 8)
    small = {name: value / 12**0.5 for name, value in frozen.items()}
    choices = [
        (images @ s["0.weight"].T).relu().matmul(s["2.weight"].T).argmax(dim=1)
        for s in (frozen, small)
    ]
    assert torch.equal(*choices)


def test_the_search_finds_far_more_than_chance_and_moves_no_weight() -> None:
    data = digits()
    states = [frozen_network([64, 32, 10], seed) for seed in (0, 1)]
    before = [{name: value.clone() for name, value in state.items()} for state in states]
    masks = search_masks(
        states, data.train_images, data.train_labels, density=0.4, steps=120, seeds=[0, 1]
    )
    for state, kept, of_one in zip(states, before, masks, strict=True):
        assert all(torch.equal(state[name], kept[name]) for name in state)
        for mask in of_one.values():
            assert mask.sum() == mask.numel() - pruned_count(mask.numel(), 1 - 0.4)
    found = stacked([apply_masks(*pair) for pair in zip(states, masks, strict=True)])
    random = [random_masks_like(of_one, 9) for of_one in masks]
    chance = stacked([apply_masks(*pair) for pair in zip(states, random, strict=True)])
    right, by_chance = (
        judged(ensemble, data.test_images, data.test_labels)[1] for ensemble in (found, chance)
    )
    assert (right > 0.6).all()
    assert (by_chance < 0.4).all()


def test_without_updates_the_largest_weights_are_kept() -> None:
    state = frozen_network([6, 4, 3], 0)
    images, labels = torch.rand(4, 6), torch.zeros(4, dtype=torch.int64)
    (masks,) = search_masks([state], images, labels, density=0.5, steps=0, seeds=[0])
    for name, weight in prunable_weights(state).items():
        assert torch.equal(masks[name], prune_lowest(weight.abs(), weight.numel() // 2))


def test_a_density_of_one_keeps_all() -> None:
    state = frozen_network([6, 4, 3], 0)
    images, labels = torch.rand(4, 6), torch.zeros(4, dtype=torch.int64)
    (masks,) = search_masks([state], images, labels, density=1.0, steps=2, seeds=[0])
    assert all(mask.all() for mask in masks.values())


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"seeds": [0, 1]}, "seeds: expected 1"), ({"density": 1.5}, "sparsity: expected")],
)
def test_bad_input_is_named(changes: dict[str, object], message: str) -> None:
    arguments = {"density": 0.5, "steps": 1, "seeds": [0]} | changes
    images, labels = torch.rand(4, 6), torch.zeros(4, dtype=torch.int64)
    with pytest.raises(ValueError, match=message):
        search_masks([frozen_network([6, 4, 3], 0)], images, labels, **arguments)


def test_distances_are_the_library_s_and_symmetric() -> None:
    masks = [{"w": random_mask((30, 40), 0.7, seed)} for seed in range(3)]
    rows = distance_matrix(masks)
    for i, first in enumerate(masks):
        assert [rows[i][j] for j in range(3)] == [mask_distance(first, other) for other in masks]


def test_random_masks_are_as_far_apart_as_by_chance() -> None:
    """Of 1e6 entries a share p = 0.42 differs, +- sqrt(p (1-p) / 1e6) = 0.0005: six of those."""
    first, second = ({"w": random_mask((1000, 1000), 0.3, seed)} for seed in (1, 2))
    assert mask_distance(first, second) == pytest.approx(distance_by_chance(0.3), abs=0.003)


def test_emergence_needs_the_whole_window() -> None:
    steps = [0.0, 0.5, 0.8, 0.82, 0.83, 0.84]
    rows = [[abs(a - b) for b in steps] for a in steps]
    assert emerged_at(rows, window=3) == 4
    assert emerged_at(rows, window=2) == 3
    assert emerged_at(rows, window=5) is None
    assert emerged_at(rows, window=2, threshold=0.31) == 2
    assert emerged_at(rows[:2], window=5) is None
    with pytest.raises(ValueError, match="window: expected 2"):
        emerged_at(rows, window=1)


def test_fewer_masks_emerge_as_if_no_others_had_been_drawn() -> None:
    moments = range(0, 200, 5)
    positions = [1 - 0.97**moment for moment in moments]
    rows = [[abs(a - b) for b in positions] for a in positions]
    found = emerged_by_interval([rows, rows], moments, every=(5, 10, 20, 200))
    for every in (5, 10, 20):
        stride = every // 5
        alone = emerged_at([row[::stride] for row in rows[::stride]])
        assert alone is not None
        assert found[every] == [alone * every] * 2
    assert found[5][0] < found[10][0] < found[20][0]
    assert found[200] == []
    with pytest.raises(ValueError, match="every: expected multiples of 5"):
        emerged_by_interval([rows], moments, every=(7,))
