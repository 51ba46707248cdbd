"""The int8 linear layer against integer matrix products, and against the float layer."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from model_compression.int8_linear import int8_linear
from tests.reference.oracles import onnx_quantize

U = 2**-24  # rounding of float32, relative
SHAPES = [(1, 1, 1), (3, 5, 4), (17, 64, 10), (8, 1024, 33)]


def layer(n_rows, n_inputs, n_outputs, seed=0):
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(n_rows, n_inputs, generator=draw)
    weight = torch.randn(n_outputs, n_inputs, generator=draw) * n_inputs**-0.5
    return x, weight, torch.randn(n_outputs, generator=draw)


def oracle_codes(x, weight):
    """Codes of ONNX Runtime with one scale for x and one for each row of the weight."""
    x_scale, weight_scale = x.abs().max() / 127, weight.abs().amax(dim=1) / 127
    weight_codes = onnx_quantize(weight, weight_scale, axis=0)
    return onnx_quantize(x, x_scale), weight_codes, x_scale, weight_scale


@pytest.mark.parametrize("shape", SHAPES)
def test_the_accumulator_is_the_integer_product(shape):
    x, weight, bias = layer(*shape)
    x_codes, weight_codes, _, _ = oracle_codes(x, weight)
    acc, _ = int8_linear(x, weight, bias)
    assert acc.dtype == torch.int32
    assert torch.equal(acc, torch._int_mm(x_codes.to(torch.int8), weight_codes.to(torch.int8).T))
    assert torch.equal(acc.long(), x_codes.long() @ weight_codes.long().T)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_output_is_the_rescaled_accumulator(shape):
    x, weight, bias = layer(*shape)
    _, _, x_scale, weight_scale = oracle_codes(x, weight)
    acc, y = int8_linear(x, weight, bias)
    product = acc.double() * x_scale.double() * weight_scale.double()
    assert y.dtype == torch.float32
    # Float32 rounds the accumulator, two products and the sum.
    slack = 3.01 * U * product.abs() + U * (product.abs() + bias.abs())
    assert ((y - (product + bias)).abs() <= slack).all()


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_it_is_as_close_to_the_float_layer_as_rounding_allows(seed, n_inputs):
    x, weight, bias = (tensor.double() for tensor in layer(4, n_inputs, 3, seed))
    _, y = int8_linear(x.float(), weight.float(), bias.float())
    # Codes are off by half a step, so a product x w by |x| s_w/2 + |w| s_x/2 + s_x s_w/4 at most.
    x_step, weight_step = x.abs().max() / 254, weight.abs().amax(dim=1) / 254
    slack = x.abs().sum(dim=1, keepdim=True) * weight_step + x_step * weight.abs().sum(dim=1)
    slack = slack + n_inputs * x_step * weight_step
    rounding = 8 * U * (x.abs() @ weight.abs().T + bias.abs())
    error = (y - functional.linear(x, weight, bias)).abs()
    assert (error <= slack * (1 + 4 * U) + rounding).all()


def test_the_longest_sums_do_not_wrap():
    n_inputs = 133_144  # 127 * 127 * 133,144 is just below 2^31
    acc, y = int8_linear(torch.ones(1, n_inputs), -torch.ones(2, n_inputs), torch.zeros(2))
    assert acc.tolist() == [[-(127**2) * n_inputs] * 2]
    assert y.tolist() == pytest.approx([pytest.approx([-n_inputs] * 2, rel=6 * U)])
    with pytest.raises(ValueError, match="weight: expected at most 133144 columns, got 133145"):
        int8_linear(torch.ones(1, n_inputs + 1), torch.ones(1, n_inputs + 1), None)


def test_rounding_is_half_to_even_and_codes_reach_127_on_both_sides():
    x = torch.tensor([[127.0, 0.5, 1.5, -2.5, -127.0]])
    acc, _ = int8_linear(x, 127 * torch.eye(5), None)
    assert acc.tolist() == [[127 * code for code in (127, 0, 2, -2, -127)]]


def test_one_scale_per_row_of_the_weight():
    weight = torch.tensor([[1.0, -1.0], [1e-3, 1e-3]])
    acc, _ = int8_linear(torch.tensor([[1.0, 0.0]]), weight, None)
    assert acc.tolist() == [[127 * 127, 127 * 127]]


def test_zeros_give_the_bias():
    x, weight, bias = layer(3, 8, 4)
    acc, y = int8_linear(torch.zeros(3, 8), weight, bias)
    assert not acc.any()
    assert torch.equal(y, bias.expand(3, 4))
    weight[1] = 0
    acc, y = int8_linear(x, weight, bias)
    assert not acc[:, 1].any()
    assert torch.equal(y[:, 1], bias[1].expand(3))
    assert acc[:, [0, 2, 3]].all()


def test_the_bias_may_be_missing():
    x, weight, _ = layer(3, 8, 4)
    assert torch.equal(int8_linear(x, weight, None)[1], int8_linear(x, weight, torch.zeros(4))[1])


def test_arguments_stay_unchanged():
    arguments = layer(3, 8, 4)
    before = [tensor.clone() for tensor in arguments]
    int8_linear(*arguments)
    assert all(map(torch.equal, arguments, before))


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((2, 3), (4, 5), (4,)), r"x: expected 5 columns, got shape \(2, 3\)"),
        (((3,), (4, 3), (4,)), r"x: expected 2 axes, got shape \(3,\)"),
        (((2, 3), (3,), (4,)), r"weight: expected 2 axes, got shape \(3,\)"),
        (((2, 3), (4, 3), (3,)), r"bias: expected shape \(4,\), got \(3,\)"),
        (((2, 3), (4, 3), (1, 4)), r"bias: expected shape \(4,\), got \(1, 4\)"),
        (((0, 3), (4, 3), (4,)), "x: expected at least one value"),
    ],
)
def test_bad_shapes_are_named(shapes, message):
    with pytest.raises(ValueError, match=message):
        int8_linear(*(torch.ones(shape) for shape in shapes))
