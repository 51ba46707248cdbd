"""Whole models at n bits against torchao, and the price of a weight against real bytes."""

import math
from collections import OrderedDict
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from courseware.subjects.models import mlp
from model_compression.integer_scaling import quantize_tensor
from model_compression.weight_quantization import bits_per_weight, quantize_weights
from tests.reference.oracles import MappingType, away_from_ties, torchao_codes, torchao_params


def convolutional_state():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.Flatten(), nn.Linear(24, 10), nn.Embedding(8, 12)
    )
    return model.state_dict()


def torchao_round_trip(w, n_bits, group_size):
    """Dequantized weights of torchao, and where its reciprocal cannot change the rounding."""
    rows = w.reshape(w.shape[0], -1)
    qmax, block = 2 ** (n_bits - 1) - 1, (1, group_size)
    scale, zero_point = torchao_params(rows, MappingType.SYMMETRIC, block, -qmax, qmax)
    codes = torchao_codes(rows, block, scale, zero_point, -qmax, qmax)
    steps = scale.repeat_interleave(group_size, dim=1)
    safe = away_from_ties(rows, steps, n_bits)
    return (codes * steps).reshape(w.shape), safe.reshape(w.shape)


@pytest.mark.parametrize("n_bits", range(2, 9))
@pytest.mark.parametrize("group_size", [1, 3, 12])
def test_weights_are_those_of_torchao(n_bits, group_size):
    state = convolutional_state()
    quantized = quantize_weights(state, n_bits, group_size)
    for name in ("0.weight", "3.weight", "4.weight"):
        if group_size == 1:  # every weight is its own absmax; torchao takes 1 for "all"
            qmax = 2 ** (n_bits - 1) - 1
            expected, safe = state[name] / qmax * qmax, torch.ones_like(state[name]) > 0
        else:
            expected, safe = torchao_round_trip(state[name], n_bits, group_size)
        assert safe.float().mean() > 0.99
        assert torch.equal(quantized[name][safe], expected[safe]), name


def test_the_state_keeps_its_form():
    state = convolutional_state()
    quantized = quantize_weights(OrderedDict(state), 4, 12)
    assert list(quantized) == list(state)
    for name, tensor in state.items():
        assert quantized[name].dtype == tensor.dtype
        assert quantized[name].shape == tensor.shape
        assert quantized[name].data_ptr() != tensor.data_ptr()
        changed = tensor.dim() >= 2
        assert torch.equal(quantized[name], tensor) != changed, name


def test_the_quantized_state_fits_its_model():
    model = mlp([64, 32, 10], seed=0)
    model.load_state_dict(quantize_weights(model.state_dict(), 4, 32))
    assert model[0].weight.unique().numel() > 100  # many scales
    assert model[0].weight[0, :32].unique().numel() <= 15


def test_all_else_comes_back_bit_for_bit():
    odd = {
        "count": torch.tensor(7),
        "integers": torch.arange(12).reshape(3, 4),
        "mask": torch.ones(4, 5) > 0,
        "bias": torch.tensor([0.1, -0.0, 1e-42]),
        "number": torch.tensor(math.pi, dtype=torch.float64),
        "not finite": torch.tensor([math.nan, math.inf]),
    }
    quantized = quantize_weights(odd, 2, 7)
    for name, tensor in odd.items():
        assert quantized[name].dtype == tensor.dtype
        before, after = tensor.numpy().tobytes(), quantized[name].numpy().tobytes()
        assert before == after, name


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_float_types_are_quantized_in_float32(dtype):
    w = torch.randn(4, 8, generator=torch.Generator().manual_seed(1)).to(dtype)
    quantized = quantize_weights({"w": w}, 4, 4)["w"]
    assert quantized.dtype == dtype
    assert torch.equal(quantized, quantize_weights({"w": w.float()}, 4, 4)["w"].to(dtype))


def test_groups_are_consecutive_in_the_flattened_rest():
    w = torch.arange(1.0, 25.0).reshape(2, 3, 4)
    quantized = quantize_weights({"w": w}, 2, 6)["w"].reshape(4, 6)
    assert quantized.amax(dim=1).tolist() == [6.0, 12.0, 18.0, 24.0]


def test_zero_groups_stay_zero_and_leave_the_others_alone():
    w = torch.tensor([[0.0, 0.0, 7.0, -3.0]])
    assert torch.equal(quantize_weights({"w": w}, 4, 2)["w"], w)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w: quantize_weights({"fc.weight": w}, 4, 3), r"rows of fc.weight \(4\), got 3"),
        (lambda w: quantize_weights({"w": w}, 9, 2), "n_bits: expected an integer from 2 to 8"),
        (lambda w: quantize_weights({"w": w}, 4, 0), "group_size: expected an integer >= 1"),
        (lambda w: quantize_weights({"w": w / 0}, 4, 2), r"state\['w'\]: expected finite"),
        (
            lambda w: quantize_weights({"w": [1.0]}, 4, 2),
            r"state\['w'\]: expected a torch tensor, got list",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(torch.ones(2, 4))


def test_arguments_stay_unchanged():
    state = convolutional_state()
    before = {name: tensor.clone() for name, tensor in state.items()}
    quantize_weights(state, 2, 12)
    for name, tensor in state.items():
        assert torch.equal(tensor, before[name]), name


# ---- bits per weight ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((4, 32, 16), 4.5),  # Q4_0 of llama.cpp: 18 bytes for 32 weights
        ((8, 32, 16), 8.5),  # Q8_0: 34 bytes for 32 weights
        ((4, 64, 32), 4.5),  # NF4 with float32 scales
        ((4, 64, Fraction(8) + Fraction(32, 256)), 4.126953125),  # with double quantization
        ((4, 128, 16, 4), 4.15625),
        ((4, 1, 32), 36),
        ((16, 7, 0), 16),
    ],
)
def test_bits_per_weight_of_known_formats(arguments, expected):
    assert bits_per_weight(*arguments) == expected


@given(st.integers(2, 8), st.integers(1, 512), st.integers(0, 64), st.integers(0, 8))
def test_bits_per_weight_are_exact(n_bits, group_size, scale_bits, zero_point_bits):
    exact = n_bits + Fraction(scale_bits + zero_point_bits, group_size)
    # A quotient and a sum, each rounded once.
    assert bits_per_weight(n_bits, group_size, scale_bits, zero_point_bits) == pytest.approx(
        float(exact), rel=2**-51
    )


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize(("n_bits", "group_size"), [(8, 64), (4, 32), (4, 16), (2, 8)])
def test_bits_per_weight_are_those_of_real_bytes(n_bits, group_size, symmetric):
    stored = quantize_tensor(torch.ones(16, 64), n_bits, group_size, symmetric=symmetric)
    zero_point_bits = 0 if symmetric else 8
    assert bits_per_weight(n_bits, group_size, 32, zero_point_bits) == stored.bits_per_weight


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 32, 16), "n_bits: expected a finite number > 0, got 0"),
        (("4", 32, 16), "n_bits: expected a finite number > 0, got '4'"),
        ((4, 0, 16), "group_size: expected an integer >= 1, got 0"),
        ((4, 32.0, 16), "group_size: expected an integer >= 1, got 32.0"),
        ((4, 32, -1), "scale_bits: expected a finite number >= 0, got -1"),
        ((4, 32, 16, math.nan), "zero_point_bits: expected a finite number >= 0, got nan"),
    ],
)
def test_bad_numbers_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        bits_per_weight(*arguments)
