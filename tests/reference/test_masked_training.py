"""Training under masks: against torch's optimizers and pruning; what is pruned stays pruned."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import prune

from courseware.subjects import training
from courseware.subjects.models import mlp
from model_compression import masked_training
from model_compression._training import mlp_logits
from model_compression.magnitude_pruning import global_magnitude_masks, magnitude_mask
from model_compression.masked_training import masked_step, prune_and_finetune, train_masked
from model_compression.masks import (
    apply_masks,
    joined_mask,
    keep_all,
    prunable_weights,
    pruned_count,
)

SIZES = [64, 64, 32, 10]


@pytest.fixture(scope="module")
def trained_states(data):
    states = []
    for seed in range(3):
        model = mlp(SIZES, seed=seed)
        training.train(model, data.train_images, data.train_labels, seed=seed)
        states.append({key: value.clone() for key, value in model.state_dict().items()})
    return states


def held_out_accuracy(state, data) -> float:
    hits = mlp_logits(state, data.test_images).argmax(dim=1) == data.test_labels
    return hits.double().mean().item()


# ---- one step -----------------------------------------------------------------------------------

# Halves and quarters of small integers: every sum and product below is exact in float32.
exact_numbers = st.integers(-64, 64).map(lambda n: n / 4)
rows_of_numbers = st.lists(st.tuples(exact_numbers, exact_numbers, st.booleans()), min_size=1)


@given(rows_of_numbers, st.sampled_from([0.5, 0.25]), st.sampled_from([0.0, 0.5]))
def test_a_step_is_that_of_sgd_then_the_mask(rows, lr, momentum):
    w, grad, kept = (torch.tensor(column) for column in zip(*rows, strict=True))
    parameter = nn.Parameter(w.clone())
    optimizer = torch.optim.SGD([parameter], lr=lr, momentum=momentum)
    velocity = torch.zeros_like(w)
    for factor in (1.0, -2.0, 0.5):
        parameter.grad = factor * grad
        optimizer.step()
        with torch.no_grad():
            parameter.mul_(kept)
        w, velocity = masked_step(w, factor * grad, velocity, kept, lr, momentum)
        assert torch.equal(w, parameter.detach())
    if momentum > 0:
        assert torch.equal(velocity, optimizer.state[parameter]["momentum_buffer"])


def test_the_mask_is_applied_after_the_step_also_to_what_was_not_zero():
    ones = torch.ones(2)
    w, _ = masked_step(ones, ones, ones, torch.tensor([True, False]), 0.5, 0.0)
    assert w.tolist() == [0.5, 0.0]


def test_float64_is_computed_in_float64():
    w = torch.tensor([1.0], dtype=torch.float64)
    new, velocity = masked_step(w, w * 2**-40, w * 0, torch.tensor([True]), 1.0, 0.5)
    assert new.dtype == velocity.dtype == torch.float64
    assert new.item() == 1 - 2**-40


# ---- pruned weights that come back to life ------------------------------------------------------


class Regression:
    """A linear layer trained densely for some steps, then half of its 100 weights pruned."""

    def __init__(self, optimizer: type[torch.optim.Optimizer], **settings: float) -> None:
        draw = torch.Generator().manual_seed(0)
        self.x = torch.randn(64, 10, generator=draw)
        self.y = torch.randn(64, 10, generator=draw)
        self.w = nn.Parameter(torch.randn(10, 10, generator=draw))
        self.optimizer = optimizer([self.w], **settings)
        for _ in range(5):
            self.backward()
            self.optimizer.step()
        self.mask = magnitude_mask(self.w, 0.5)
        with torch.no_grad():
            self.w.mul_(self.mask)

    def backward(self) -> torch.Tensor:
        self.optimizer.zero_grad()
        (self.x @ self.w.T - self.y).square().mean().backward()
        assert self.w.grad is not None
        return self.w.grad

    def n_revived(self) -> int:
        return int((self.w[~self.mask] != 0).sum())


@pytest.mark.parametrize(
    ("optimizer", "settings", "revived"),
    [
        (torch.optim.SGD, {"lr": 0.05}, 0),
        (torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}, 50),
        (torch.optim.Adam, {"lr": 0.01}, 50),
    ],
    ids=["sgd", "momentum", "adam"],
)
def test_masking_the_gradient_alone_revives_what_momentum_remembers(optimizer, settings, revived):
    task = Regression(optimizer, **settings)
    assert task.n_revived() == 0
    task.backward().mul_(task.mask)
    task.optimizer.step()
    assert task.n_revived() == revived


def test_masked_step_revives_nothing():
    task = Regression(torch.optim.SGD, lr=0.05, momentum=0.9)
    velocity = task.optimizer.state[task.w]["momentum_buffer"]
    assert bool((velocity[~task.mask] != 0).all())  # the momentum is there
    for _ in range(10):
        w, velocity = masked_step(task.w, task.backward(), velocity, task.mask, 0.05, 0.9)
        with torch.no_grad():
            task.w.copy_(w)
        assert task.n_revived() == 0
        assert bool((task.w[task.mask] != 0).all())


def test_torch_revives_what_prune_remove_has_made_permanent():
    layer = nn.Linear(10, 10)
    prune.l1_unstructured(layer, "weight", 0.5)
    prune.remove(layer, "weight")
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    layer(torch.ones(4, 10)).square().sum().backward()
    optimizer.step()
    assert int((layer.weight != 0).sum()) == 100


# ---- training under masks -----------------------------------------------------------------------


def pruned_by_torch(state, masks):
    """The same network with torch's reparametrisation: weight = weight_orig * weight_mask."""
    model = mlp(SIZES, seed=0)
    model.load_state_dict(state)
    for name, mask in masks.items():
        prune.custom_from_mask(model[int(name.split(".")[0])], "weight", mask)
    return model


def test_training_under_masks_is_that_of_torchs_reparametrisation(data, trained_states):
    state = trained_states[0]
    masks = global_magnitude_masks(prunable_weights(state), 0.8)
    model = pruned_by_torch(state, masks)
    training.train(model, data.train_images, data.train_labels, steps=50, seed=4)
    ours = train_masked(
        state, data.train_images, data.train_labels, masks, steps=50, learning_rate=0.005, seed=4
    )
    # Adam works entry by entry, and a kept weight gets the same gradient either way: bit for bit.
    for position in (0, 2, 4):
        weight = model[position].weight_orig * model[position].weight_mask
        assert torch.equal(ours[f"{position}.weight"], weight)
        assert torch.equal(ours[f"{position}.bias"], model[position].bias)


def test_without_pruning_it_is_ordinary_training(data):
    model = mlp(SIZES, seed=3)
    state = copy.deepcopy(model.state_dict())
    masks = keep_all(prunable_weights(state))
    ours = train_masked(
        state, data.train_images, data.train_labels, masks, steps=30, learning_rate=0.005, seed=4
    )
    training.train(model, data.train_images, data.train_labels, steps=30, seed=4)
    assert all(torch.equal(ours[key], value) for key, value in model.state_dict().items())


# ---- prune, fine-tune, prune more ---------------------------------------------------------------

SCHEDULES = [[0.5, 0.7, 0.8, 0.9], [0.9], [0.3, 0.6, 0.8]]


@pytest.mark.parametrize("sparsities", SCHEDULES, ids=str)
def test_fine_tuning_wins_back_what_one_shot_pruning_lost(data, trained_states, sparsities):
    for seed, dense in enumerate(trained_states):
        state, masks = prune_and_finetune(
            dense, data.train_images, data.train_labels, sparsities, seed + 10
        )
        weights = prunable_weights(dense)
        mask = joined_mask(masks)
        assert list(state) == list(dense)
        assert list(masks) == list(weights)
        assert mask.n_pruned == pruned_count(mask.n_weights, sparsities[-1])
        assert not any(state[name][~masks[name]].any() for name in masks)

        one_shot = apply_masks(dense, global_magnitude_masks(weights, sparsities[-1]))
        whole, lost, found = (held_out_accuracy(s, data) for s in (dense, one_shot, state))
        assert found - lost >= 2 / 3 * (whole - lost)

        # The survivors are those of the dense network, moved a little, and not drawn anew.
        before = torch.cat([dense[name][masks[name]] for name in masks])
        after = torch.cat([state[name][masks[name]] for name in masks])
        assert torch.corrcoef(torch.stack((before, after)))[0, 1] > 0.9


def test_each_mask_prunes_the_smallest_survivors_of_the_state_before(data, trained_states):
    dense, images, labels = trained_states[0], data.train_images, data.train_labels
    first, first_masks = prune_and_finetune(dense, images, labels, [0.5], 1)
    expected_first = global_magnitude_masks(prunable_weights(dense), 0.5)
    assert all(torch.equal(first_masks[name], expected_first[name]) for name in first_masks)
    both, both_masks = prune_and_finetune(dense, images, labels, [0.5, 0.8], 1)
    # No survivor is exactly 0, so ranking the state alone prunes the same ones first.
    expected_both = global_magnitude_masks(prunable_weights(first), 0.8)
    assert all(torch.equal(both_masks[name], expected_both[name]) for name in both_masks)
    # And fine-tuning goes on from there: two steps are the second one after the first.
    second, _ = prune_and_finetune(first, images, labels, [0.8], 1)
    assert all(torch.equal(both[key], second[key]) for key in both)


def test_weights_that_train_to_zero_are_not_taken_for_pruned(monkeypatch):
    def train_to_zero(state, *_, **__):
        return {name: torch.zeros_like(value) for name, value in state.items()}

    monkeypatch.setattr(masked_training, "train_masked", train_to_zero)
    state = {"0.weight": torch.tensor([[4.0, 3.0], [2.0, 1.0]]), "0.bias": torch.zeros(2)}
    images, labels = torch.ones(1, 2), torch.tensor([0])
    _, once = prune_and_finetune(state, images, labels, [0.25], 0)
    _, twice = prune_and_finetune(state, images, labels, [0.25, 0.5], 0)
    assert once["0.weight"].tolist() == [[True, True], [True, False]]
    # All are 0 by now: the one that was pruned stays pruned, and one more joins it.
    assert twice["0.weight"].tolist() == [[False, True], [True, False]]


def test_without_sparsities_nothing_happens(data, trained_states):
    state, masks = prune_and_finetune(
        trained_states[0], data.train_images, data.train_labels, [], 0
    )
    assert all(torch.equal(state[key], value) for key, value in trained_states[0].items())
    assert joined_mask(masks).n_pruned == 0


def test_the_seed_decides_the_result(data, trained_states):
    dense, images, labels = trained_states[0], data.train_images[:200], data.train_labels[:200]
    results = []
    for global_seed, seed in ((0, 5), (1, 5), (0, 6)):
        torch.manual_seed(global_seed)
        results.append(prune_and_finetune(dense, images, labels, [0.5], seed)[0]["0.weight"])
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])
