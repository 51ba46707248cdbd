"""Arms of lecture 08: same counts, same training, masks that differ as their names say."""

import pytest
import torch

from courseware.chapters.c08_when_to_prune.pruning_moments import (
    ARMS,
    BEFORE,
    DENSE,
    EARLY_CUT,
    EARLY_ROUNDS,
    GRADUAL,
    ITERATIVE,
    ONE_SHOT,
    RANDOM,
    SHUFFLED,
    SHUFFLED_PER_INPUT,
    SNIP,
    SNIP_CUTS,
    STRAIGHT,
    Budget,
    first_batch,
    masks_before,
    planned_sparsity,
    snip_in_cuts,
    train_arms,
    weight_gradients,
)
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp
from model_compression.masked_training import train_masked
from model_compression.masks import joined_mask, prunable_weights, pruned_count
from model_compression.pruning_schedules import gradual_masks
from model_compression.snip import snip_masks

ROUNDS = (ITERATIVE, EARLY_ROUNDS)
SIZES = [64, 10, 10]
BUDGET = Budget(updates=2, batch_size=64, snip_images=64)


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits()


def initial(seed: int) -> dict[str, torch.Tensor]:
    return dict(mlp(SIZES, seed).state_dict())


def test_every_arm_ends_at_its_sparsity_and_never_gives_back() -> None:
    for arm in (*ARMS, EARLY_ROUNDS, EARLY_CUT, STRAIGHT, *BEFORE):
        planned = [planned_sparsity(arm, k, 0.9, 10) for k in range(10)]
        assert planned == sorted(planned)
        assert planned[-1] == 0.9
    assert [planned_sparsity(ONE_SHOT, k, 0.9, 10) for k in (4, 5)] == [0.0, 0.9]
    assert [planned_sparsity(EARLY_CUT, k, 0.9, 10) for k in (1, 2)] == [0.0, 0.9]
    assert [planned_sparsity(GRADUAL, k, 0.9, 20) for k in (0, 7, 14)] == [0.0, 0.7875, 0.9]
    assert [planned_sparsity(STRAIGHT, k, 0.9, 20) for k in (0, 7, 14, 19)] == [0.0, 0.45, 0.9, 0.9]
    late, early = ([planned_sparsity(a, k, 0.9, 10) for k in range(10)] for a in ROUNDS)
    assert early[:7] == late[3:] and early[1] == 0.0 < early[2]
    assert planned_sparsity(DENSE, 9, 0.9, 10) == 0.0
    with pytest.raises(ValueError, match="arm: expected one of"):
        planned_sparsity("other", 0, 0.9, 10)
    with pytest.raises(ValueError, match="n_stretches: expected a multiple of 10"):
        planned_sparsity(SNIP, 0, 0.9, 5)


def test_gradients_are_those_of_a_finite_difference(data: Digits) -> None:
    state = {name: value.double() for name, value in initial(0).items()}
    images, labels = first_batch(data, 50, seed=3)
    images = images.double()
    grads = weight_gradients(state, images, labels)
    assert list(grads) == ["0.weight", "2.weight"]

    def loss(shift: float) -> float:
        moved = {n: v + shift * grads[n] if n in grads else v for n, v in state.items()}
        hidden = torch.relu(images @ moved["0.weight"].T + moved["0.bias"])
        logits = hidden @ moved["2.weight"].T + moved["2.bias"]
        return torch.nn.functional.cross_entropy(logits, labels).item()

    slope = (loss(1e-6) - loss(-1e-6)) / 2e-6
    assert slope == pytest.approx(sum((g * g).sum().item() for g in grads.values()), rel=1e-5)


def test_snip_in_cuts_takes_the_least_of_what_each_cut_left(data: Digits) -> None:
    """Cut by cut, with the gradients of a network that autograd sees as a module."""
    state, (images, labels) = initial(2), first_batch(data, 64, seed=2)
    kept = {name: torch.ones_like(w, dtype=torch.bool) for name, w in state.items() if w.dim() > 1}
    for cut in range(1, SNIP_CUTS + 1):
        network = mlp(SIZES, 2)
        network.load_state_dict(
            {n: value * kept[n] if n in kept else value for n, value in state.items()}
        )
        torch.nn.functional.cross_entropy(network(images), labels).backward()
        parts = {n: p for n, p in network.named_parameters() if n in kept}
        scores = torch.cat(
            [
                (p * p.grad).abs().masked_fill(~kept[n], -1).flatten()
                for n, p in parts.items()
                if p.grad is not None
            ]
        )
        n_gone = pruned_count(len(scores), 1 - 0.05 ** (cut / SNIP_CUTS))
        alive = torch.ones(len(scores), dtype=torch.bool)
        alive[scores.argsort(stable=True)[:n_gone]] = False
        flat = alive.split([m.numel() for m in kept.values()])
        kept = {n: f.reshape(m.shape) for (n, m), f in zip(kept.items(), flat, strict=True)}
    ours = joined_mask(snip_in_cuts(state, images, labels, 0.95)).kept
    assert int((ours != joined_mask(kept).kept).sum()) <= 2  # floats added in another order
    assert not torch.equal(ours, joined_mask(masks_before(SNIP, state, data, 0.95, 64, 2)).kept)


def test_shuffled_masks_keep_what_their_name_says(data: Digits) -> None:
    state = initial(1)
    masks = {arm: masks_before(arm, state, data, 0.8, 64, seed=5) for arm in BEFORE}
    grads = weight_gradients(state, *first_batch(data, 64, 5))
    by_library = snip_masks(prunable_weights(state), grads, 0.8)
    for name, snip in masks[SNIP].items():
        assert torch.equal(snip, by_library[name])
        assert masks[SHUFFLED][name].sum() == snip.sum()
        assert not torch.equal(masks[SHUFFLED][name].sum(0), snip.sum(0))
        assert torch.equal(masks[SHUFFLED_PER_INPUT][name].sum(0), snip.sum(0))
        assert not torch.equal(masks[SHUFFLED_PER_INPUT][name], snip)
        assert masks[RANDOM][name].sum() == snip.numel() - pruned_count(snip.numel(), 0.8)
    assert not any(
        (~mask).any() for mask in masks_before(GRADUAL, state, data, 0.8, 64, 5).values()
    )


def test_an_arm_is_what_the_library_does_stretch_by_stretch(data: Digits) -> None:
    seeds = [4, 6]
    found = train_arms([initial(s) for s in seeds], data, BUDGET, (ITERATIVE, DENSE), (0.5,), seeds)
    outcome = found[ITERATIVE][0.5][1]
    state = initial(6)
    masks = masks_before(DENSE, state, data, 0.5, 64, 6)
    for k in range(10):
        masks = gradual_masks(
            prunable_weights(state), masks, planned_sparsity(ITERATIVE, k, 0.5, 10)
        )
        state = train_masked(
            *(state, data.train_images, data.train_labels, masks),
            steps=2,
            learning_rate=0.005,
            batch_size=64,
            seed=6 * 10 + k,
        )
    # Both add floats in another order: weights that are equal to rounding may swap their ranks.
    differ = joined_mask(masks).kept != joined_mask(outcome.masks).kept
    assert int(differ.sum()) <= 2
    assert joined_mask(outcome.masks).n_pruned == pruned_count(740, 0.5)
    assert len(outcome.validation) == 10
    assert set(found[DENSE]) == {0.0}
    assert joined_mask(found[DENSE][0.0][0].masks).n_pruned == 0


def test_all_arms_reach_the_same_count(data: Digits) -> None:
    found = train_arms([initial(0)], data, BUDGET, (*ARMS, EARLY_ROUNDS, *BEFORE[2:]), (0.9,), [0])
    assert {joined_mask(runs[0.9][0].masks).n_pruned for runs in found.values()} == {666}


def test_bad_input_is_named(data: Digits) -> None:
    with pytest.raises(ValueError, match="seeds: expected 1"):
        train_arms([initial(0)], data, BUDGET, (SNIP,), (0.9,), [0, 1])
    with pytest.raises(ValueError, match="arm: expected one of"):
        train_arms([initial(0)], data, BUDGET, ("other",), (0.9,), [0])
