"""What QAT is compared with spends the same, step by step."""

import pytest
import torch

from courseware.chapters.c04_quantization_aware_training.fine_tuning import (
    RATIOS,
    best_clipped_weights,
    clipped_weights,
    fine_tune,
    rounded_weights,
)
from courseware.subjects.data import digits
from courseware.subjects.models import mlp, network_of
from courseware.subjects.training import accuracy, one_thread
from model_compression import quantization_aware_training
from model_compression.quantization_aware_training import train_qat

DATA = digits()
STATE = mlp([64, 8, 10], seed=0).state_dict()
TRAINING = (DATA.train_images, DATA.train_labels)


def test_fine_tuning_is_train_qat_without_the_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same optimizer, learning rates, batches, order: without rounding the results are equal."""

    def not_rounded(
        x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, n_bits: int
    ) -> torch.Tensor:
        return torch.nn.functional.linear(x, weight, bias)

    ours = fine_tune(STATE, *TRAINING, 3, steps=60)
    monkeypatch.setattr(quantization_aware_training, "qat_layer", not_rounded)
    monkeypatch.setattr(quantization_aware_training, "_on_grid", lambda tensor, n_bits: tensor)
    with one_thread():
        theirs = train_qat(STATE, *TRAINING, 2, 3, steps=60)
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert not torch.equal(ours["0.weight"], STATE["0.weight"])


def test_no_steps_change_nothing() -> None:
    unchanged = fine_tune(STATE, *TRAINING, 0, steps=0)
    assert all(torch.equal(unchanged[name], STATE[name]) for name in STATE)


@pytest.mark.parametrize("n_bits", [2, 3, 8])
def test_rounding_is_train_qat_without_steps(n_bits: int) -> None:
    rounded = rounded_weights(STATE, n_bits)
    untrained = train_qat(STATE, *TRAINING, n_bits, 0, steps=0)
    assert all(torch.equal(rounded[name], untrained[name]) for name in STATE)


def test_clipped_at_the_largest_weight_is_rounded() -> None:
    clipped, rounded = clipped_weights(STATE, 4, 1.0), rounded_weights(STATE, 4)
    for name in STATE:
        # (1.0 * absmax) / 7 here and there; codes times scale may round once more.
        torch.testing.assert_close(clipped[name], rounded[name], rtol=2e-7, atol=0)


def test_clipping_ends_the_grid_earlier() -> None:
    state = {"0.weight": torch.tensor([[1.0, 0.3, -0.1, -0.8]]), "0.bias": torch.zeros(1)}
    clipped = clipped_weights(state, 2, 0.5)["0.weight"]
    assert clipped.tolist() == [[0.5, 0.5, 0.0, -0.5]]


def test_the_best_ratio_is_the_best_for_these_images() -> None:
    state = fine_tune(STATE, *TRAINING, 0, steps=200)
    judges = (DATA.validation_images, DATA.validation_labels)
    ratio, weights = best_clipped_weights(state, 2, *judges)
    tried = {r: accuracy(network_of(clipped_weights(state, 2, r)), *judges) for r in RATIOS}
    assert accuracy(network_of(weights), *judges) == tried[ratio] == max(tried.values())
    assert ratio == max(r for r in RATIOS if tried[r] == tried[ratio])


def test_a_state_becomes_a_network() -> None:
    model = mlp([64, 12, 7, 10], seed=5)
    rebuilt = network_of(model.state_dict())
    assert torch.equal(rebuilt(DATA.test_images), model(DATA.test_images))
