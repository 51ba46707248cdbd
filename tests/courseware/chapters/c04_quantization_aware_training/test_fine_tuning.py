"""What QAT is compared with spends the same, step by step."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from courseware.chapters.c04_quantization_aware_training.fine_tuning import (
    RATIOS,
    best_of_ratios,
    clipped_weights,
    fine_tune_all,
    rounded_weights,
)
from courseware.chapters.c04_quantization_aware_training.gptq_network import (
    gptq_rounded,
    gptq_weights,
    hessian_of,
)
from courseware.chapters.c04_quantization_aware_training.grids import (
    FOUR_CODES,
    Grid,
    symmetric,
)
from courseware.subjects.data import digits
from courseware.subjects.models import mlp, network_of
from courseware.subjects.training import accuracy, one_thread
from model_compression import quantization_aware_training
from model_compression.gptq import gptq_quantize
from model_compression.quantization_aware_training import train_qat

DATA = digits()
STATE = mlp([64, 8, 10], seed=0).state_dict()
TRAINING = (DATA.train_images, DATA.train_labels)
OTHER = mlp([64, 8, 10], seed=1).state_dict()
[TRAINED] = fine_tune_all([STATE], *TRAINING, [0], steps=150)


def close(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> None:
    """Equal but for the order in which floats are added.

    Weights are below 1, where float32 has steps of 2**-24 to 2**-23: a step of training may end one
    of these apart, and there are 20. (Seen: 1.5e-7.)
    """
    assert list(ours) == list(theirs)
    for name in ours:
        torch.testing.assert_close(ours[name], theirs[name], rtol=0, atol=20 * 2**-23)


def test_fine_tuning_is_train_qat_without_the_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same optimizer, learning rates, batches, order; a network feels no other one beside it."""

    def not_rounded(
        x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, n_bits: int
    ) -> torch.Tensor:
        return torch.nn.functional.linear(x, weight, bias)

    ours = fine_tune_all([STATE, OTHER], *TRAINING, [3, 4], steps=20)
    monkeypatch.setattr(quantization_aware_training, "qat_layer", not_rounded)
    monkeypatch.setattr(quantization_aware_training, "_on_grid", lambda tensor, n_bits: tensor)
    for state, seed, found in zip((STATE, OTHER), (3, 4), ours, strict=True):
        with one_thread():
            close(found, train_qat(state, *TRAINING, 2, seed, steps=20))
    assert not torch.equal(ours[0]["0.weight"], STATE["0.weight"])


def test_no_steps_change_nothing() -> None:
    [unchanged] = fine_tune_all([STATE], *TRAINING, [0], steps=0)
    assert all(torch.equal(unchanged[name], STATE[name]) for name in STATE)


@pytest.mark.parametrize("n_bits", [2, 3, 8])
def test_rounding_is_train_qat_without_steps(n_bits: int) -> None:
    rounded = rounded_weights(STATE, n_bits)
    untrained = train_qat(STATE, *TRAINING, n_bits, 0, steps=0)
    assert all(torch.equal(rounded[name], untrained[name]) for name in STATE)


def test_clipped_at_the_largest_weight_is_rounded() -> None:
    clipped, rounded = clipped_weights(STATE, symmetric(4), 1.0), rounded_weights(STATE, 4)
    for name in STATE:
        # (1.0 * absmax) / 7 here and there; codes times scale may round once more.
        torch.testing.assert_close(clipped[name], rounded[name], rtol=2e-7, atol=0)


def test_clipping_ends_the_grid_earlier() -> None:
    state = {"0.weight": torch.tensor([[1.0, 0.3, -0.1, -0.8]]), "0.bias": torch.zeros(1)}
    clipped = clipped_weights(state, symmetric(2), 0.5)["0.weight"]
    assert clipped.tolist() == [[0.5, 0.5, 0.0, -0.5]]


def test_the_best_ratio_is_the_best_for_these_images() -> None:
    judges = (DATA.validation_images, DATA.validation_labels)
    ratio, weights = best_of_ratios(
        lambda share: clipped_weights(TRAINED, symmetric(2), share), *judges
    )
    tried = {
        r: accuracy(network_of(clipped_weights(TRAINED, symmetric(2), r)), *judges) for r in RATIOS
    }
    assert accuracy(network_of(weights), *judges) == tried[ratio] == max(tried.values())
    assert ratio == max(r for r in RATIOS if tried[r] == tried[ratio])


def test_only_the_biases_learn_and_they_learn_as_in_train_qat() -> None:
    rounded = rounded_weights(STATE, 2)
    [trained] = fine_tune_all([rounded], *TRAINING, [1], steps=40, only_biases=True)
    for name, tensor in rounded.items():
        assert torch.equal(trained[name], tensor) == (tensor.dim() == 2)
    # After one step the gradient of the biases is that of QAT from the same rounded weights.
    [one] = fine_tune_all([rounded], *TRAINING, [1], steps=1, only_biases=True)
    qat = train_qat(STATE, *TRAINING, 2, 1, steps=1)
    for name in ("0.bias", "2.bias"):
        torch.testing.assert_close(one[name], qat[name], rtol=1e-4, atol=1e-6)


def test_qat_on_the_whole_range_is_train_qat_and_ratios_are_one_a_network() -> None:
    arguments = {"steps": 20, "grid": symmetric(2), "ratios": [1.0, 0.5]}
    ours, half = fine_tune_all([STATE, STATE], *TRAINING, [3, 3], **arguments)
    with one_thread():
        close(ours, train_qat(STATE, *TRAINING, 2, 3, steps=20))
    # All on their grids; of the second one, the float weights behind reach twice as far.
    assert all(len(row.unique()) <= 3 for row in half["0.weight"])
    largest = [one["0.weight"].abs().amax(dim=1).mean().item() for one in (half, ours)]
    assert largest[0] < 0.7 * largest[1]
    [plain] = fine_tune_all([STATE], *TRAINING, [3], steps=20, grid=symmetric(2))
    close(ours, plain)


def test_gptq_changes_the_outputs_of_a_layer_less_than_rounding() -> None:
    state = TRAINED
    images = DATA.train_images
    first, bias = state["0.weight"], state["0.bias"]
    off = {}
    for name, rounded in {
        "GPTQ": gptq_weights(state, images, symmetric(2)),
        "nearest": rounded_weights(state, 2),
    }.items():
        assert list(rounded) == list(state)
        assert torch.equal(rounded["0.bias"], bias)
        off[name] = ((rounded["0.weight"] - first) @ images.T).square().sum()
    assert off["GPTQ"] < off["nearest"] / 2
    clipped = gptq_weights(state, images, symmetric(2), 0.5)
    assert (clipped["0.weight"].abs().amax(dim=1) <= 0.5001 * first.abs().amax(dim=1)).all()


@pytest.mark.parametrize("n_bits", [2, 4])
def test_gptq_on_a_grid_is_gptq_quantize(n_bits: int) -> None:
    weight, hessian = TRAINED["0.weight"], hessian_of(DATA.train_images)
    for ratio in (1.0, 0.6):
        ours = gptq_rounded(weight, hessian, symmetric(n_bits), ratio)
        codes, scale = gptq_quantize(weight, hessian, n_bits, 64, ratio=ratio)
        assert torch.equal(ours, codes * scale)


@pytest.mark.parametrize("grid", FOUR_CODES.values(), ids=list(FOUR_CODES))
def test_gptq_makes_up_for_itself_on_four_codes(grid: Grid) -> None:
    weight, hessian = TRAINED["0.weight"], hessian_of(DATA.train_images)
    found = gptq_rounded(weight, hessian, grid, 1.0)
    nearest = clipped_weights(TRAINED, grid, 1.0)["0.weight"]
    off = [((w - weight) @ hessian * (w - weight)).sum() for w in (found, nearest)]
    assert off[0] < off[1] / 2
    assert max(len(row.unique()) for row in found) == 4


def test_the_second_layer_is_calibrated_with_what_the_first_now_puts_out() -> None:
    state = TRAINED
    found = gptq_weights(state, DATA.train_images, symmetric(2))
    hidden = (DATA.train_images @ found["0.weight"].T + found["0.bias"]).relu()
    codes, scale = gptq_quantize(state["2.weight"], hessian_of(hidden), 2, 8)
    torch.testing.assert_close(found["2.weight"], codes * scale)


@pytest.mark.parametrize("grid", FOUR_CODES.values(), ids=list(FOUR_CODES))
def test_training_on_four_codes_ends_on_them(grid: Grid) -> None:
    """And the loss falls below that of the rounding it starts from."""
    [trained] = fine_tune_all([TRAINED], *TRAINING, [1], steps=40, grid=grid)
    images, labels = TRAINING
    losses = [
        cross_entropy(network_of(state)(images), labels).item()
        for state in (trained, clipped_weights(TRAINED, grid, 1.0))
    ]
    assert losses[0] < losses[1]
    for row in trained["0.weight"]:
        values = row.unique().double()
        assert 3 <= len(values) <= 4
        extreme = row[row.abs().argmax()].double()
        codes = values / extreme * (grid.lowest + grid.offset)
        torch.testing.assert_close(codes, codes.round() if not grid.offset else codes.floor() + 0.5)
        assert codes.abs().max() == -(grid.lowest + grid.offset)


def test_a_state_becomes_a_network() -> None:
    model = mlp([64, 12, 7, 10], seed=5)
    rebuilt = network_of(model.state_dict())
    assert torch.equal(rebuilt(DATA.test_images), model(DATA.test_images))


def test_row_scales_learn_and_the_codes_stay() -> None:
    rounded = rounded_weights(STATE, 2)
    [trained] = fine_tune_all([rounded], *TRAINING, [1], steps=40, only_biases=True, scales=True)
    for name, tensor in rounded.items():
        assert not torch.equal(trained[name], tensor)
        if tensor.dim() == 2:
            assert torch.equal(trained[name].sign(), tensor.sign())
            scales = trained[name].abs().amax(dim=1, keepdim=True)
            torch.testing.assert_close(trained[name].abs(), scales * (tensor != 0))
