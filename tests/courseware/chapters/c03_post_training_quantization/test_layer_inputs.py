"""Inputs of layers: recorded as they come, rounded as the library rounds, multiplied as it does."""

import pytest
import torch
from torch import nn

from courseware.chapters.c03_post_training_quantization.layer_inputs import (
    dynamic_inputs,
    integer_layers,
    layer_inputs,
    linear_by_rows,
    rounded_inputs,
)
from courseware.subjects.models import mlp
from model_compression.int8_linear import int8_linear
from model_compression.integer_scaling import quantize_tensor

X = torch.linspace(-1, 2, 24).reshape(4, 6)


@pytest.fixture
def model() -> nn.Sequential:
    return mlp([6, 5, 3], seed=0)


def hooks(model: nn.Module) -> int:
    parts = list(model.modules())
    return sum(len(part._forward_hooks) + len(part._forward_pre_hooks) for part in parts)


def test_inputs_are_recorded_call_by_call(model: nn.Sequential) -> None:
    seen = layer_inputs(model, ["0", "2"], lambda: [model(X[:1]), model(X[1:])])
    assert [part.shape[0] for part in seen["0"]] == [1, 3]
    assert torch.equal(torch.cat(seen["0"]), X)
    torch.testing.assert_close(torch.cat(seen["2"]), model[:2](X).detach())
    assert hooks(model) == 0


def test_rounded_inputs_are_those_of_the_affine_grid(model: nn.Sequential) -> None:
    low, high = X.min().item(), X.max().item()
    with rounded_inputs(model, {"0": (low, high)}, 3):
        found = model(X)
    expected = model(quantize_tensor(X, 3, symmetric=False).dequantize())
    assert torch.equal(found, expected)
    assert hooks(model) == 0


def test_values_beyond_the_range_are_clipped(model: nn.Sequential) -> None:
    with rounded_inputs(model, {"0": (0.0, 1.0)}, 8):
        found = model(X)
    torch.testing.assert_close(found, model(X.clamp(0, 1)), atol=0.02, rtol=0)


def test_dynamic_inputs_take_their_range_from_what_comes(model: nn.Sequential) -> None:
    with dynamic_inputs(model, ["0"], 3):
        of_batch, doubled = model(X), model[0](2 * X)
        torch.testing.assert_close(doubled + model[0].bias, 2 * model[0](X))
    assert torch.equal(of_batch, model(quantize_tensor(X, 3, symmetric=False).dequantize()))
    with dynamic_inputs(model, ["0"], 3, per_row=True):
        by_row, of_texts = model(X), model(X.reshape(2, 2, 6))
    assert torch.equal(of_texts.reshape(4, 3), by_row)
    rows = [quantize_tensor(row, 3, symmetric=False).dequantize() for row in X.split(1)]
    assert torch.equal(by_row, model(torch.cat(rows)))
    assert hooks(model) == 0


def test_integer_layers_compute_by_int8_linear(model: nn.Sequential) -> None:
    with integer_layers(model, ["0"]):
        found = model[0](X)
    assert torch.equal(found, int8_linear(X, model[0].weight, model[0].bias)[1])
    assert hooks(model) == 0


def test_a_scale_for_each_row_is_a_call_for_each_row(model: nn.Sequential) -> None:
    with integer_layers(model, ["0"], scale_per_row=True):
        found = model[0](X)
    rows = [int8_linear(X[i : i + 1], model[0].weight, model[0].bias)[1] for i in range(4)]
    # The same codes; scales are multiplied in another order.
    torch.testing.assert_close(found, torch.cat(rows), rtol=1e-5, atol=1e-6)


def test_a_row_of_zeros_gives_the_bias() -> None:
    bias = torch.tensor([0.5, -1.0])
    assert linear_by_rows(torch.zeros(1, 2), torch.eye(2), bias).tolist() == [[0.5, -1.0]]


@pytest.mark.parametrize("name", ["1", "9"])
def test_other_layers_are_refused_and_no_hook_stays(model: nn.Sequential, name: str) -> None:
    with (
        pytest.raises(ValueError, match="names: expected linear layers"),
        rounded_inputs(model, {"0": (0.0, 1.0), name: (0.0, 1.0)}, 8),
    ):
        pass
    assert hooks(model) == 0


def test_hooks_go_when_the_work_fails(model: nn.Sequential) -> None:
    with pytest.raises(ZeroDivisionError):
        layer_inputs(model, ["0"], lambda: 1 // 0)
    assert hooks(model) == 0
