"""Training that prunes, rounds and shares: exactly so many zeros, values on grids, repeatable."""

import pytest
import torch

from courseware.chapters.c11_deep_compression.compressing import (
    Plan,
    Recipe,
    Trained,
    _shifted_batches,
    fitted_step,
    logits_of,
    on_grid,
    pruned_at_once,
    refined,
    rounded,
    shared,
)
from courseware.subjects.data import Digits, mnist
from courseware.subjects.models import mlp, network_of
from model_compression.masks import keep_all, prunable_weights, pruned_count

DATA = mnist()
START = mlp((784, 8, 6, 10), seed=0).state_dict()
N = 784 * 8 + 8 * 6 + 6 * 10
KEYS = {"steps": 12, "rate": 0.002, "seed": 3}


def zeros_in(state):
    return sum(int((w == 0).sum()) for w in prunable_weights(state).values())


def test_outputs_are_those_of_torch():
    images = DATA.test_images[:20]
    with torch.no_grad():
        assert torch.equal(logits_of(START, images), network_of(START)(images))


def error(w, step, levels):
    return float((on_grid(w, step, levels) - w).square().sum())


@pytest.mark.parametrize("levels", [1, 3, 7])
def test_the_fitted_step_is_better_than_that_of_the_largest_weight(levels):
    w = torch.randn(4000, generator=torch.Generator().manual_seed(0))
    step = fitted_step(w, levels)
    assert error(w, step, levels) < 0.8 * error(w, w.abs().max() / levels, levels)
    again = fitted_step(w, levels, step)
    assert error(w, again, levels) <= error(w, step, levels) * (1 + 1e-6)


def test_of_few_levels_no_step_close_by_is_better():
    w = torch.randn(4000, generator=torch.Generator().manual_seed(0))
    for levels in (1, 3):
        step = fitted_step(w, levels)
        assert error(w, step, levels) < min(error(w, s * step, levels) for s in (0.95, 1.05))
    assert float(fitted_step(torch.zeros(3), 3)) == 1.0


def test_training_without_a_plan_prunes_and_rounds_nothing():
    before = {name: tensor.clone() for name, tensor in START.items()}
    found = refined(START, DATA, Plan(), **KEYS)
    assert all(torch.equal(START[name], tensor) for name, tensor in before.items())
    assert zeros_in(found.state) == 0 and found.steps == {}
    assert any(not torch.equal(found.state[name], START[name]) for name in START)


@pytest.mark.parametrize("sparsity", [0.5, 0.83])
def test_exactly_so_many_weights_are_pruned(sparsity):
    found = refined(START, DATA, Plan(sparsity), **KEYS)
    assert sum(int((~mask).sum()) for mask in found.masks.values()) == pruned_count(N, sparsity)
    assert zeros_in(found.state) == pruned_count(N, sparsity)


def test_rounded_weights_lie_on_the_grid_that_training_felt():
    found = refined(START, DATA, Plan(0.5, (0, 0.4), 3, (0.5, 1)), **KEYS)
    state = rounded(found, 3, found.steps)
    for name, step in found.steps.items():
        codes = state[name] / step
        assert torch.allclose(codes, codes.round(), atol=1e-4)
        assert float(codes.abs().max()) <= 3.0001
        assert bool((state[name][~found.masks[name]] == 0).all())


def test_one_seed_gives_one_network_and_a_teacher_another():
    plan = Plan(0.5, (0, 0.4), 1, (0.5, 1))
    one, same = (refined(START, DATA, plan, **KEYS).state for _ in range(2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    taught = refined(START, DATA, plan, **KEYS, teacher=START).state
    other = refined(START, DATA, plan, **KEYS | {"seed": 4}).state
    for different in (taught, other):
        assert any(not torch.equal(one[name], different[name]) for name in one)


def test_rounding_is_felt_while_it_is_planned_and_not_before():
    early = refined(START, DATA, Plan(levels=1, rounded=(0.0, 1.0)), **KEYS).state
    never = refined(START, DATA, Plan(), **KEYS).state
    assert any(not torch.equal(early[name], never[name]) for name in early)


def test_weights_may_return_as_long_as_it_is_said_and_exactly_so_many_are_left():
    at_once = pruned_at_once(Trained(dict(START), keep_all(prunable_weights(START)), {}), 0.9)
    plan = Plan(0.9, (-1, 0), levels=3)  # all of it before the first update
    for_good = refined(START, DATA, plan, **KEYS)
    back = refined(START, DATA, plan, **KEYS, returning=0.75)
    for name, mask in at_once.masks.items():
        assert torch.equal(for_good.masks[name], mask)
    assert any(bool((back.masks[n] & ~mask).any()) for n, mask in at_once.masks.items())
    for found in (back, refined(START, DATA, plan, **KEYS, returning=1.0)):
        assert sum(int(mask.sum()) for mask in found.masks.values()) == N - pruned_count(N, 0.9)
        assert all(bool((found.state[n][~mask] == 0).all()) for n, mask in found.masks.items())
        on = rounded(found, 3, found.steps)
        assert all(len(on[name].unique()) <= 7 for name in found.masks)


def test_nothing_returns_where_nothing_is_pruned():
    plan = Plan(levels=1, rounded=(0.0, 1.0))
    one, other = (refined(START, DATA, plan, **KEYS, returning=r) for r in (0.0, 0.75))
    assert all(torch.equal(one.state[name], other.state[name]) for name in one.state)


def test_shared_weights_take_so_many_values_and_masks_hold():
    pruned = pruned_at_once(Trained(dict(START), keep_all(prunable_weights(START)), {}), 0.5)
    assert zeros_in(pruned.state) == pruned_count(N, 0.5)
    first = shared(pruned, DATA, 4, **KEYS | {"steps": 0})
    trained = shared(pruned, DATA, 4, **KEYS)
    for name, mask in pruned.masks.items():
        assert len(trained[name][mask].unique()) <= 4
        assert bool((trained[name][~mask] == 0).all())
        assert not torch.equal(trained[name], first[name])


def test_a_recipe_shifts_and_smooths_and_says_what_is_seen():
    def probabilities(recipe):
        state = refined(START, DATA, Plan(), steps=60, rate=0.01, seed=3, recipe=recipe).state
        return logits_of(state, DATA.train_images[:100]).softmax(dim=1)

    plain, smoothed = probabilities(Recipe()), probabilities(Recipe(smoothing=0.5))
    assert float(smoothed.amax(dim=1).mean()) < 0.8 * float(plain.amax(dim=1).mean())
    assert not torch.equal(plain, probabilities(Recipe(shifted=2)))
    dark = probabilities(Recipe(seen=torch.zeros_like))
    assert float(plain.std(dim=0).mean()) > 2 * float(dark.std(dim=0).mean())


@pytest.mark.parametrize("most", [1, 2])
def test_images_are_shifted_by_so_many_pixels_in_every_direction(most):
    images = torch.zeros(1, 28, 28)
    images[0, 14, 14] = 1
    one = Digits(images.flatten(1), torch.tensor([7]), *[torch.zeros(0)] * 4)
    batches = _shifted_batches(one, most, torch.Generator().manual_seed(0))
    places = {int(next(batches)[0].argmax()) for _ in range(400)}
    around = range(-most, most + 1)
    assert places == {(14 + down) * 28 + 14 + right for down in around for right in around}
