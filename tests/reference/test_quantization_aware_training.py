"""Quantization-aware training on the digits, against the bars that students are held to."""

import functools
import math

import pytest
import torch
from torch import nn

from courseware.subjects.data import digits
from courseware.subjects.models import mlp
from courseware.subjects.training import accuracy, train
from model_compression import quantization_aware_training
from model_compression._cosine_decay import cosine_decay
from model_compression.integer_scaling import quantize_per_channel
from model_compression.quantization_aware_training import train_qat

DATA = digits()
HIDDEN = 32
STEPS = 1500  # the default of train_qat


@functools.cache
def float_state(seed):
    model = mlp([64, HIDDEN, 10], seed)
    train(model, DATA.train_images, DATA.train_labels, seed=seed)
    return model.state_dict()


def held_out_accuracy(state):
    model = mlp([64, HIDDEN, 10], seed=0)
    model.load_state_dict(state)
    return accuracy(model, DATA.test_images, DATA.test_labels)


def rounded_state(state, n_bits):
    """Post-training quantization with one scale per row."""
    quantized = dict(state)
    for name in ("0.weight", "2.weight"):
        codes, scale = quantize_per_channel(state[name], n_bits)
        quantized[name] = codes * scale[:, None]
    return quantized


@functools.cache
def trained(n_bits, seed, steps):
    state = float_state(seed)
    return train_qat(state, DATA.train_images, DATA.train_labels, n_bits, seed, steps=steps)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_two_bits_win_back_what_rounding_loses(seed):
    before = held_out_accuracy(float_state(seed))
    rounded = held_out_accuracy(rounded_state(float_state(seed), 2))
    assert before - rounded > 0.1
    # The bar of the contract; 24 runs on other seeds and states won back 0.90 to 1.00.
    assert held_out_accuracy(trained(2, seed, STEPS)) - rounded >= 0.75 * (before - rounded)


@pytest.mark.slow
@pytest.mark.parametrize("n_bits", [4, 8])
def test_four_and_eight_bits_stay_close_to_float(n_bits):
    before = held_out_accuracy(float_state(0))
    assert abs(held_out_accuracy(trained(n_bits, 0, STEPS)) - before) <= 0.03


def state_that_biases_cannot_repair(seed):
    """A trained state in which, at 2 bits, the first layer rounds to nothing but its first column.

    Pixel 0 is white in every image, so its weights are free: here twice the largest of their row.
    """
    assert not DATA.train_images[:, 0].any()
    assert not DATA.test_images[:, 0].any()
    state = {name: tensor.clone() for name, tensor in float_state(seed).items()}
    weight = state["0.weight"]
    weight[:, 0] = 2.1 * weight[:, 1:].abs().amax(dim=1)
    return state


def test_what_is_won_back_comes_through_the_straight_through_estimator(monkeypatch):
    def no_straight_through(x, weight, bias, n_bits):
        codes, scale = quantize_per_channel(weight, n_bits)
        return nn.functional.linear(x, codes * scale[:, None], bias)

    state = state_that_biases_cannot_repair(0)
    before, rounded = held_out_accuracy(state), held_out_accuracy(rounded_state(state, 2))
    assert before > 0.95
    right = train_qat(state, DATA.train_images, DATA.train_labels, 2, seed=0)
    monkeypatch.setattr(quantization_aware_training, "qat_layer", no_straight_through)
    wrong = train_qat(state, DATA.train_images, DATA.train_labels, 2, seed=0)
    assert held_out_accuracy(right) - rounded >= 0.75 * (before - rounded)
    assert held_out_accuracy(wrong) - rounded < 0.5 * (before - rounded)
    assert torch.equal(wrong["0.weight"], rounded_state(state, 2)["0.weight"])


@pytest.mark.parametrize(("n_bits", "steps"), [(2, STEPS), (4, STEPS), (3, 20), (5, 20)])
def test_weights_end_on_the_grid_and_biases_do_not(n_bits, steps):
    state = trained(n_bits, 0, steps)
    qmax = 2 ** (n_bits - 1) - 1
    assert list(state) == list(float_state(0))
    for name, tensor in state.items():
        assert tensor.dtype == torch.float32
        assert tensor.shape == float_state(0)[name].shape
        assert not tensor.requires_grad
        assert not torch.equal(tensor, float_state(0)[name])
    for name in ("0.weight", "2.weight"):
        scale = state[name].abs().amax(dim=1, keepdim=True) / qmax
        steps_of_rows = state[name] / scale
        # absmax / qmax, codes times that, and the division here: 3 roundings of at most qmax steps.
        assert ((steps_of_rows - steps_of_rows.round()).abs() <= 3 * qmax * 2**-24).all()
        assert steps_of_rows.round().abs().max() <= qmax
    assert state["0.bias"].unique().numel() == HIDDEN


def test_no_steps_are_post_training_quantization():
    state = train_qat(float_state(0), DATA.train_images, DATA.train_labels, 3, 0, steps=0)
    expected = rounded_state(float_state(0), 3)
    for name, tensor in expected.items():
        assert torch.equal(state[name], tensor), name


def test_the_seed_decides_and_nothing_else_does():
    before = {name: tensor.clone() for name, tensor in float_state(0).items()}
    torch.manual_seed(1)
    generator_state = torch.get_rng_state()
    first = train_qat(float_state(0), DATA.train_images, DATA.train_labels, 2, 5, steps=20)
    assert torch.equal(torch.get_rng_state(), generator_state)
    torch.manual_seed(2)
    again = train_qat(float_state(0), DATA.train_images, DATA.train_labels, 2, 5, steps=20)
    other = train_qat(float_state(0), DATA.train_images, DATA.train_labels, 2, 6, steps=20)
    for name, tensor in first.items():
        assert torch.equal(again[name], tensor), name
        assert torch.equal(float_state(0)[name], before[name]), name
    assert not torch.equal(other["0.bias"], first["0.bias"])


def test_networks_of_any_depth_are_trained():
    for sizes in ([64, 10], [64, 16, 12, 10]):
        state = mlp(sizes, seed=0).state_dict()
        result = train_qat(state, DATA.train_images, DATA.train_labels, 2, seed=0, steps=300)
        model = mlp(sizes, seed=0)
        model.load_state_dict(result)
        assert accuracy(model, DATA.train_images, DATA.train_labels) > 0.5


def test_the_decay_is_that_of_torch():
    # Gradients that do not depend on the weights, so that rounding errors are not multiplied.
    steps, start = 50, {"w": torch.linspace(-1, 1, 20)}
    gradients = torch.randn(steps, 20, generator=torch.Generator().manual_seed(0))
    shortened, scheduled = start["w"].clone(), start["w"].clone()
    after_step = cosine_decay(start, steps)
    optimizers = [torch.optim.Adam([w], lr=0.01) for w in (shortened, scheduled)]
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizers[1], steps)
    for gradient in gradients:
        for optimizer in optimizers:
            optimizer.param_groups[0]["params"][0].grad = gradient.clone()
            optimizer.step()
        after_step({"w": shortened})
        scheduler.step()
    # Weights stay below 2. Each step rounds one on either side, and shortening it twice more.
    assert (shortened - scheduled).abs().max() <= steps * 4 * 2 * 2**-24
    assert (shortened - start["w"]).abs().max() > 0.01


STATE = mlp([4, 3, 2], seed=0).state_dict()
IMAGES, LABELS = torch.rand(5, 4), torch.tensor([0, 1, 0, 1, 0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": torch.rand(5, 3)}, r"images: expected 4 columns, got shape \(5, 3\)"),
        ({"images": torch.rand(5)}, r"images: expected 2 axes, got shape \(5,\)"),
        ({"images": IMAGES / 0}, "images: expected finite"),
        ({"labels": LABELS[:4]}, r"labels: expected shape \(5,\), got \(4,\)"),
        ({"labels": LABELS + 1}, "labels: expected class numbers from 0 to 1, got 2 outside"),
        ({"labels": LABELS.float()}, "labels: expected a tensor of integers, got torch.float32"),
        ({"n_bits": 1}, "n_bits: expected an integer from 2 to 8, got 1"),
        ({"seed": 0.5}, "seed: expected an integer"),
        ({"steps": -1}, "steps: expected an integer >= 0, got -1"),
        (
            {"state": {**STATE, "2.weight": torch.ones(2, 4)}},
            r"state: expected 3 inputs and one bias a row in layer 2, got weight \(2, 4\)",
        ),
        ({"state": {**STATE, "0.bias": torch.ones(4)}}, r"in layer 0, got .* bias \(4,\)"),
        ({"state": {}}, "state: expected the keys 0.weight, 0.bias"),
        ({"state": {"fc.weight": torch.ones(2, 4)}}, "state: expected the keys 0.weight, 0.bias"),
        (
            {"state": {**STATE, "0.bias": torch.tensor([math.nan] * 3)}},
            r"state\[.0.bias.\]: expected fin",
        ),
    ],
)
def test_bad_input_is_named(changes, message):
    arguments = {"state": STATE, "images": IMAGES, "labels": LABELS, "n_bits": 4, "seed": 0}
    with pytest.raises(ValueError, match=message):
        train_qat(**{**arguments, **changes})
