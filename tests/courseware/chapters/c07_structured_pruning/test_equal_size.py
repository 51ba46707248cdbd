"""Networks of one size: as many bytes as the structured one has, and no more than fit."""

import pytest
import torch

from courseware.chapters.c07_structured_pruning.equal_size import (
    ARMS,
    BITMASK,
    BITMASK_IN_ROUNDS,
    CHANCE,
    CHOSEN,
    COMPACT,
    FIRST_RATES,
    FOLDED,
    MEAN,
    NORM,
    REPAIRED,
    ROUNDS,
    STRUCTURED,
    UNSTRUCTURED,
    WEIGHTS,
    WIDE,
    by_chance,
    fine_tuned,
    fine_tuned_in_rounds,
    masks_within,
    starts_of,
    stored_bytes,
    trained_networks,
    unpruned,
)
from courseware.subjects.batched_training import train_together
from courseware.subjects.data import digits
from courseware.subjects.models import mlp
from model_compression.masked_training import train_masked
from model_compression.masks import joined_mask, prunable_weights

SIZES = (64, 16, 16, 10)
DATA = digits()


@pytest.fixture(scope="module")
def states():
    return [mlp(SIZES, seed).state_dict() for seed in (0, 1)]


@pytest.mark.parametrize("arm", UNSTRUCTURED)
@pytest.mark.parametrize("n_bytes", [1200, 2500, 4000])
def test_masks_fill_their_bytes_and_one_weight_more_does_not_fit(states, arm, n_bytes):
    masks = masks_within(states[0], n_bytes, arm)
    assert stored_bytes(masks, arm) <= n_bytes
    largest = 4 + 8 if arm == WIDE else 4 + 1 + 17 * 3 if arm == COMPACT else 4
    assert stored_bytes(masks, arm) > n_bytes - largest or joined_mask(masks).n_pruned == 0


def test_no_room_for_an_empty_matrix_is_refused(states):
    with pytest.raises(ValueError, match="n_bytes: expected room"):
        masks_within(states[0], 10, WIDE)


def test_small_indices_hold_more_weights_than_wide_ones(states):
    kept = {arm: joined_mask(masks_within(states[0], 2500, arm)).n_kept for arm in UNSTRUCTURED}
    assert kept[WIDE] < kept[COMPACT] < kept[BITMASK] < kept[WEIGHTS]


@pytest.mark.parametrize("arm", [*ARMS, *REPAIRED])
def test_every_arm_starts_at_the_size_that_it_says(states, arm):
    starts, seeds = starts_of(arm, states, DATA, 0.5, (0, 1), draws=3)
    assert seeds == ([0, 0, 0, 1, 1, 1] if by_chance(arm) else [0, 1])
    assert len(starts) == len(seeds)
    small = 64 * 8 + 8 * 8 + 8 * 10
    for state, masks in starts:
        kept = joined_mask(masks).n_kept
        if arm in STRUCTURED or arm in FIRST_RATES:
            assert sum(w.numel() for w in prunable_weights(state).values()) == kept == small
        else:
            storage = BITMASK if arm == BITMASK_IN_ROUNDS else arm
            assert stored_bytes(masks, storage) <= 4 * small


@pytest.mark.parametrize("arm", CHOSEN)
def test_a_repair_changes_no_weight_and_every_bias_that_reads_lost_units(states, arm):
    plain, repaired = (starts_of(a, states, DATA, 0.5, (0, 1), 1)[0] for a in (arm, arm + FOLDED))
    for (before, _), (after, _) in zip(plain, repaired, strict=True):
        same = {name: torch.equal(before[name], after[name]) for name in before}
        assert [name for name, unchanged in same.items() if not unchanged] == ["2.bias", "4.bias"]


def test_rounds_take_a_share_of_what_is_left_within_the_budget(states, monkeypatch):
    starts, seeds = starts_of(BITMASK_IN_ROUNDS, states, DATA, 0.25, (0, 1), 1)
    calls = []

    def watched(pairs, *data, **settings):
        calls.append((joined_mask(pairs[1][1]), settings["steps"], settings["seeds"]))
        return train_together(pairs, *data, **settings)

    monkeypatch.setattr(f"{fine_tuned.__module__}.train_together", watched)
    found = fine_tuned_in_rounds(starts, DATA, 0.005, 40, seeds)
    assert {part: len(right) for part, right in found.items()} == {"validation": 2, "test": 2}
    masks, steps, orders = zip(*calls, strict=True)
    assert steps == (4,) * ROUNDS + (20,)
    assert len({tuple(order) for order in orders}) == len(orders)
    goal = joined_mask(starts[1][1])
    assert [m.n_kept for m in masks[ROUNDS - 1 :]] == [goal.n_kept] * 2
    for cut, mask in enumerate(masks[:ROUNDS], start=1):
        assert mask.density == pytest.approx(goal.density ** (cut / ROUNDS), abs=1 / goal.n_weights)
        assert not (mask.kept & ~masks[max(cut - 2, 0)].kept).any()


def test_draws_differ_from_each_other_and_from_network_to_network(states):
    starts, _ = starts_of(CHANCE, [states[0], states[0]], DATA, 0.5, (0, 1), draws=2)
    first_rows = {tuple(state["0.weight"][0].tolist()) for state, _ in starts}
    assert len(first_rows) > 2


def test_criteria_choose_other_units(states):
    chosen = [starts_of(arm, states, DATA, 0.5, (0, 1), 1)[0][0][0] for arm in (NORM, MEAN)]
    assert not torch.equal(chosen[0]["0.weight"], chosen[1]["0.weight"])


def test_looks_are_taken_before_on_the_way_and_at_the_end(states):
    starts = [unpruned(state) for state in states]
    seen = fine_tuned(starts, DATA, 0.005, (0, 3, 5), seeds=(0, 1))
    assert list(seen) == [0, 3, 5]
    images, labels = DATA.train_images, DATA.train_labels
    alone = train_masked(
        *[states[1], images, labels, starts[1][1]], steps=5, learning_rate=0.005, seed=1
    )
    logits = (DATA.test_images @ alone["0.weight"].T + alone["0.bias"]).relu()
    logits = (logits @ alone["2.weight"].T + alone["2.bias"]).relu()
    logits = logits @ alone["4.weight"].T + alone["4.bias"]
    right = (logits.argmax(dim=1) == DATA.test_labels).double().mean().item()
    assert seen[5]["test"][1] == pytest.approx(100 * right, abs=0.26)  # one of 400 digits


def test_large_networks_are_trained_from_their_seed(monkeypatch):
    monkeypatch.setattr("courseware.chapters.c07_structured_pruning.equal_size.LARGE_STEPS", 2)
    first, second = trained_networks(SIZES, (0, 1), DATA)
    assert not torch.equal(first["0.weight"], second["0.weight"])
    assert torch.equal(trained_networks(SIZES, (1,), DATA)[0]["0.weight"], second["0.weight"])
