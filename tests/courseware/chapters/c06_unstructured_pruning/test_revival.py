"""Pruned weights that return: which way of masking lets them, counted in small networks."""

from dataclasses import replace

import pytest
import torch

from courseware.chapters.c06_unstructured_pruning.revival import (
    OPTIMIZERS,
    WAYS,
    Revival,
    Untouched,
    Way,
    train_on_after_pruning,
    untouched_weights,
)
from courseware.subjects.data import Digits, digits

SPARSITY = 0.8
N_PRUNED = round(SPARSITY * (64 * 64 + 64 * 32 + 32 * 10))


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits()


def small(way: Way, data: Digits) -> Revival:
    return train_on_after_pruning(way, 0, data, sparsity=SPARSITY, dense_steps=5, steps=3)


@pytest.mark.parametrize("name", WAYS)
def test_weights_return_unless_something_holds_them(name: str, data: Digits) -> None:
    way = WAYS[name]
    found = small(way, data)
    assert found.n_pruned == N_PRUNED
    assert len(found.alive) == 4
    assert found.alive[0] == 0
    held = way.mask_weights or (way.mask_gradients and way.fresh)
    if held:
        assert found.alive == [0, 0, 0, 0]
        assert found.largest == 0
    else:
        assert found.alive[1] > N_PRUNED / 2
        assert found.largest > 0


def test_a_masked_gradient_revives_only_what_the_optimizer_remembers(data: Digits) -> None:
    """A pixel without ink has no gradient, so its weights have no velocity."""
    dead = (data.train_images.amax(dim=0) == 0).sum().item()
    assert dead > 0
    found = small(Way("momentum", mask_gradients=True), data)
    assert found.alive[1] == found.alive[3]  # nothing new is remembered
    free = small(Way("momentum"), data)
    assert found.alive[3] <= free.alive[3] <= N_PRUNED


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_stays_at_0_never_had_a_gradient(optimizer: str, data: Digits) -> None:
    """Exactly those: what had one is remembered. An empty pixel reaches all 64 units."""
    found = small(Way(optimizer, mask_gradients=True), data)
    assert found.untouched.total == found.n_pruned - found.alive[1] > 0
    empty = int((data.train_images.amax(dim=0) == 0).sum())
    assert 0 < found.untouched.at_empty_pixels <= 64 * empty
    assert found.untouched + found.untouched == Untouched(
        2 * found.untouched.at_empty_pixels,
        2 * found.untouched.at_silent_units,
        2 * found.untouched.elsewhere,
    )


def test_a_weight_without_a_gradient_is_at_a_pixel_or_a_unit_that_is_silent() -> None:
    """3 pixels, the second of them empty; 2 units, the second never fires; 1 output."""
    data = replace(digits(), train_images=torch.tensor([[1.0, 0.0, 2.0]]))
    touched = {
        "0.weight": torch.tensor([[True, False, False], [False, False, False]]),
        "0.bias": torch.tensor([True, False]),
        "2.weight": torch.tensor([[True, False]]),
        "2.bias": torch.tensor([True]),
    }
    pruned = {name: torch.ones_like(touched[name]) for name in ("0.weight", "2.weight")}
    assert untouched_weights(touched, pruned, data) == Untouched(2, 3, 1)
    pruned["2.weight"] = torch.tensor([[True, False]])
    assert untouched_weights(touched, pruned, data) == Untouched(2, 2, 1)


def test_a_step_of_momentum_alone_is_what_the_velocity_says(data: Digits) -> None:
    """Before the pruning, one step from velocity 0: v = g. After it, w = -lr * momentum * g."""
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1, bias=False)
    optimizer = OPTIMIZERS["momentum"](model)
    gradient = torch.tensor([[0.5, -2.0]])
    model.weight.grad = gradient.clone()
    optimizer.step()
    with torch.no_grad():
        model.weight.zero_()
    model.weight.grad.zero_()
    optimizer.step()
    torch.testing.assert_close(model.weight.detach(), -0.1 * 0.9 * gradient)


def test_one_seed_gives_one_result(data: Digits) -> None:
    way = WAYS["gradients masked, Adam"]
    assert small(way, data) == small(way, data)
