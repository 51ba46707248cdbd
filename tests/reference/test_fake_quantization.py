"""Fake quantization against torch.fake_quantize_*, forward and backward."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from model_compression.fake_quantization import fake_quantize, qat_forward, ste_mask
from model_compression.integer_scaling import dequantize, quantize, quantize_per_channel
from tests.reference.oracles import away_from_ties

U = 2**-24
INT8 = (-128, 127)
RANGES = [INT8, (-127, 127), (0, 255), (-8, 7), (-7, 7), (-1, 1), (-2, 1)]
BORDERS = torch.tensor([127.4, 127.5, 127.6, -128.4, -128.5, -128.6, 0.5, 1.5, 2.5, 0.0])
# Powers of two: the reciprocal of torch and the division here then agree, ties included.
exact_scales = st.integers(-10, 10).map(lambda exponent: 2.0**exponent)
tensors = st.lists(st.floats(-300, 300, width=16), min_size=1, max_size=40).map(torch.tensor)


def forward_and_gradient(function, *leaves, seed=0):
    """Output, and the gradient of each leaf for a random upstream gradient."""
    leaves = [leaf.detach().clone().requires_grad_() for leaf in leaves]
    output = function(*leaves)
    upstream = torch.randn(output.shape, generator=torch.Generator().manual_seed(seed))
    output.backward(upstream)
    return output.detach(), [leaf.grad for leaf in leaves], upstream


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# ---- fake_quantize --------------------------------------------------------------------------


def test_borders_are_drawn_on_the_rounded_value():
    passes = [True, False, False, True, True, False, True, True, True, True]
    assert ste_mask(BORDERS, 1.0, *INT8).tolist() == passes
    x_hat, (gradient,), upstream = forward_and_gradient(
        lambda x: fake_quantize(x, 1.0, *INT8), BORDERS
    )
    assert x_hat.tolist() == [127, 127, 127, -128, -128, -128, 0, 2, 2, 0]
    assert torch.equal(gradient, upstream * torch.tensor(passes))


@given(tensors, exact_scales, st.sampled_from(RANGES))
def test_ties_and_borders_are_those_of_torch(steps, scale, limits):
    x = torch.cat((steps, steps.round() + 0.5, BORDERS)) * scale
    ours, (gradient,), upstream = forward_and_gradient(
        lambda leaf: fake_quantize(leaf, scale, *limits), x
    )
    theirs, (expected,), _ = forward_and_gradient(
        lambda leaf: torch.fake_quantize_per_tensor_affine(leaf, scale, 0, *limits), x
    )
    assert torch.equal(ours, theirs)
    assert torch.equal(gradient, expected)
    assert torch.equal(ste_mask(x, scale, *limits) * upstream, expected)


@pytest.mark.parametrize("limits", RANGES)
@pytest.mark.parametrize("scale", [0.3, 1 / 7, 0.05, 1e-3, 17.0])
def test_other_scales_agree_with_torch_away_from_ties(scale, limits):
    x = normal(5000, seed=1) * 100 * scale
    n_bits = max(1, (limits[1] - limits[0]).bit_length())
    safe = away_from_ties(x, torch.tensor(scale), n_bits)
    assert safe.float().mean() > 0.98
    ours, (gradient,), _ = forward_and_gradient(lambda leaf: fake_quantize(leaf, scale, *limits), x)
    theirs, (expected,), _ = forward_and_gradient(
        lambda leaf: torch.fake_quantize_per_tensor_affine(leaf, scale, 0, *limits), x
    )
    assert torch.equal(ours[safe], theirs[safe])
    assert torch.equal(gradient[safe], expected[safe])
    assert 0 < (gradient == 0).sum() < x.numel()


@pytest.mark.parametrize("limits", RANGES)
def test_one_scale_per_channel_agrees_with_torch(limits):
    x = normal(6, 200, seed=2) * 300
    scale = 2.0 ** torch.arange(-2, 4)
    ours, (gradient,), _ = forward_and_gradient(
        lambda leaf: fake_quantize(leaf, scale[:, None], *limits), x
    )
    zero_points = torch.zeros(6, dtype=torch.int32)
    theirs, (expected,), _ = forward_and_gradient(
        lambda leaf: torch.fake_quantize_per_channel_affine(leaf, scale, zero_points, 0, *limits), x
    )
    assert torch.equal(ours, theirs)
    assert torch.equal(gradient, expected)


@given(tensors, st.floats(2**-10, 2**10, width=32), st.integers(2, 8))
def test_it_is_quantize_and_dequantize_in_one(x, scale, n_bits):
    half = 2 ** (n_bits - 1)
    expected = dequantize(quantize(x, scale, n_bits), scale)
    assert torch.equal(fake_quantize(x, scale, -half, half - 1), expected)


@given(tensors, st.floats(2**-10, 2**10, width=32))
def test_a_second_time_changes_nothing(x, scale):
    once = fake_quantize(x, scale, -128, 127)
    assert torch.equal(fake_quantize(once, scale, -128, 127), once)


def test_the_scale_gets_no_gradient():
    x = normal(4).requires_grad_()
    scale = torch.tensor(0.1, requires_grad=True)
    fake_quantize(x, scale, *INT8).sum().backward()
    assert x.grad is not None
    assert scale.grad is None


def test_the_gradient_keeps_the_dtype_of_the_leaf():
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        x = torch.tensor([0.6, 300.0], dtype=dtype, requires_grad=True)
        x_hat = fake_quantize(x, 0.5, *INT8)
        x_hat.sum().backward()
        assert x_hat.dtype == torch.float32
        assert x.grad is not None
        assert x.grad.dtype == dtype
        assert x.grad.tolist() == [1.0, 0.0]


def test_arguments_stay_unchanged():
    x, weight, bias = normal(3, 4), normal(2, 4), normal(2)
    before = [tensor.clone() for tensor in (x, weight, bias)]
    fake_quantize(x, 0.1, -8, 7)
    ste_mask(x, 0.1, -8, 7)
    qat_forward(x, weight, bias, 4)
    assert all(map(torch.equal, (x, weight, bias), before))


def test_enormous_ratios_are_clipped():
    x = torch.tensor([3e38, -3e38])
    assert fake_quantize(x, 1e-30, -8, 7).tolist() == pytest.approx([7e-30, -8e-30])
    assert not ste_mask(x, 1e-30, -8, 7).any()


# ---- qat_forward ----------------------------------------------------------------------------


def torch_qat_layer(x, weight, bias, scale, qmax):
    zero_points = torch.zeros(len(scale), dtype=torch.int32)
    rounded = torch.fake_quantize_per_channel_affine(weight, scale, zero_points, 0, -qmax, qmax)
    return functional.linear(x, rounded, bias)


def weight_with_exact_scales(n_outputs, n_inputs, n_bits):
    """Rows whose absmax is (2^(b-1) - 1) * 2^k, so that the scale is a power of two."""
    qmax = 2 ** (n_bits - 1) - 1
    weight = normal(n_outputs, n_inputs, seed=n_bits).clamp(-0.9, 0.9)
    weight[:, 0] = 1.0
    return weight * qmax * 2.0 ** torch.arange(-2, n_outputs - 2)[:, None]


@pytest.mark.parametrize("n_bits", range(2, 9))
def test_layer_and_gradients_are_those_of_torch(n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    weight = weight_with_exact_scales(5, 12, n_bits)
    x, bias = normal(7, 12, seed=20), normal(5, seed=21)
    scale = weight.abs().amax(dim=1) / qmax
    y, gradients, _ = forward_and_gradient(
        lambda *leaves: qat_forward(*leaves, n_bits), x, weight, bias
    )
    expected_y, expected, _ = forward_and_gradient(
        lambda *leaves: torch_qat_layer(*leaves, scale, qmax), x, weight, bias
    )
    # Products are summed in another order: 12 terms and the bias, (12 + 1) u of their magnitudes.
    slack = 2 * 13 * U * (x.abs() @ weight.abs().T + bias.abs())
    assert ((y - expected_y).abs() <= slack).all()
    for gradient, wanted in zip(gradients, expected, strict=True):
        # Sums of at most 7 products of values below 4 with weights below 2^9.
        assert torch.allclose(gradient, wanted, rtol=0, atol=2 * 7 * U * 7 * 4 * weight.abs().max())


def test_only_the_weight_is_rounded():
    x, bias = torch.tensor([[0.123456, -7.654321]]), torch.tensor([0.111111])
    weight = torch.tensor([[7.0, -7.0]])
    assert torch.equal(qat_forward(x, weight, bias, 4), x @ weight.T + bias)


def test_the_gradient_of_x_goes_through_the_rounded_weight():
    weight = torch.tensor([[7.0, 2.4, -0.6], [1.4, 0.0, 0.31]])
    codes, scale = quantize_per_channel(weight, 4)
    _, gradients, upstream = forward_and_gradient(
        lambda *leaves: qat_forward(*leaves, 4), normal(3, 3), weight, torch.zeros(2)
    )
    rounded = codes * scale[:, None]
    assert torch.allclose(gradients[0], upstream @ rounded, rtol=4 * U, atol=4 * U * 14)


def test_no_weight_is_left_without_a_gradient():
    # The scale follows the row, so nothing is ever clipped; and it is a constant: the largest
    # weight of a row gets no more than its share.
    weight, x = normal(4, 6, seed=5), torch.ones(1, 6)
    _, gradients, upstream = forward_and_gradient(
        lambda *leaves: qat_forward(*leaves, 2), x, weight, torch.zeros(4)
    )
    assert torch.equal(gradients[1], upstream.T.expand(4, 6))


def test_zero_rows_and_a_missing_bias():
    weight = torch.tensor([[0.0, 0.0], [1.0, 1.0]], requires_grad=True)
    y = qat_forward(torch.ones(1, 2), weight, None, 2)
    y.sum().backward()
    assert y.tolist() == [[0.0, 2.0]]
    assert weight.grad is not None
    assert weight.grad.tolist() == [[1.0, 1.0], [1.0, 1.0]]


# ---- bad input ------------------------------------------------------------------------------

ROW = torch.ones(3)


@pytest.mark.parametrize("function", [fake_quantize, ste_mask])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((torch.tensor([math.nan]), 1.0, -8, 7), "x: expected finite"),
        ((torch.tensor([1]), 1.0, -8, 7), "x: expected a floating-point tensor, got torch.int64"),
        (([1.0], 1.0, -8, 7), "x: expected a torch tensor, got list"),
        ((ROW, 0.0, -8, 7), "scale: expected finite values > 0, .*, got 1 other values"),
        ((ROW, math.inf, -8, 7), "scale: expected finite values > 0"),
        ((ROW, torch.tensor([1.0, -1.0, 1.0]), -8, 7), "scale: .*, got 1 other values"),
        ((ROW, torch.ones(2), -8, 7), r"scale: expected .* broadcasting to \(3,\), got shape"),
        ((ROW, torch.ones(2, 3), -8, 7), r"scale: .*, got shape \(2, 3\)"),
        ((ROW, "1", -8, 7), "scale: expected .*, got '1'"),
        ((ROW, None, -8, 7), "scale: expected .*, got None"),
        ((ROW, 1.0, 7, 7), "qmax: expected an integer from 8 to"),
        ((ROW, 1.0, -8.0, 7), "qmin: expected an integer from .*, got -8.0"),
        ((ROW, 1.0, -8, 2**25), "qmax: expected an integer from -7 to 16777216, got 33554432"),
    ],
)
def test_bad_arguments_are_named(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


@pytest.mark.parametrize(
    ("shapes", "n_bits", "message"),
    [
        (((2, 3), (4, 5), (4,)), 4, r"x: expected 5 columns, got shape \(2, 3\)"),
        (((3,), (4, 3), (4,)), 4, r"x: expected 2 axes, got shape \(3,\)"),
        (((2, 3), (3,), (4,)), 4, r"weight: expected 2 axes, got shape \(3,\)"),
        (((2, 3), (4, 3), (3,)), 4, r"bias: expected shape \(4,\), got \(3,\)"),
        (((2, 3), (4, 3), (4,)), 1, "n_bits: expected an integer from 2 to 8, got 1"),
    ],
)
def test_bad_layers_are_named(shapes, n_bits, message):
    with pytest.raises(ValueError, match=message):
        qat_forward(*(torch.ones(shape) for shape in shapes), n_bits)
