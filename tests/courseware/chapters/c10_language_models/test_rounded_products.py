"""Layers that round their inputs: against the library, and against plain layers."""

import pytest
import torch
from torch import nn

from courseware.chapters.c10_language_models import rounded_products as products
from model_compression.activation_outliers import int8_linear_outliers
from model_compression.int8_linear import int8_linear

DRAW = torch.Generator().manual_seed(0)
X = torch.randn(20, 128, generator=DRAW)
X[:, 5] *= 40
W = torch.randn(16, 128, generator=DRAW)
EXACT = X @ W.T


def off(y: torch.Tensor, expected: torch.Tensor = EXACT) -> float:
    return float((y - expected).norm() / expected.norm())


def test_codes_as_floats_give_what_products_of_integers_give() -> None:
    # float32 adds 128 products of rounded factors: 128 + 2 roundings of 2^-24 of the largest sums.
    bound = 4 * 130 * 2**-24
    found = products.plain(W, 8, per_row=False)(X)
    assert off(found, int8_linear(X, W, None)[1]) < bound
    by_row = torch.cat([int8_linear(row[None], W, None)[1] for row in X])
    assert off(products.plain(W, 8, per_row=True)(X), by_row) < bound
    expected = int8_linear_outliers(X, W, None, 6.0)[1]
    assert off(products.without_outliers(W, 8, 6.0)(X), expected) < bound
    assert off(found, expected) > 100 * bound  # the ways do differ


def test_what_sticks_out_is_dealt_with_by_each_way() -> None:
    plain = off(products.plain(W, 4, per_row=True)(X))
    assert off(products.rotated(W, 4, per_row=True)(X)) < plain / 2
    assert off(products.without_outliers(W, 4, 6.0)(X)) < plain / 2
    one = off(products.plain(W, 8, per_row=False)(X))
    smooth = products.smoothed(W, 8, X.abs().amax(dim=0), 0.5)
    assert off(smooth(X)) < one
    assert off(smooth(X)) > off(products.smoothed(W, 8, X.abs().amax(dim=0), 0.5, True)(X))
    assert off(products.in_fp8(W)(X)) < 0.05


def test_layers_multiply_as_before_afterwards() -> None:
    model = nn.Sequential(nn.Linear(128, 16))
    before = model(X)
    with products.products_in_place(model, {"0.weight": lambda x: torch.zeros(len(x), 16)}):
        inside = model(X.reshape(4, 5, 128))
    assert torch.equal(inside, model[0].bias.expand(4, 5, 16))
    assert torch.equal(model(X), before)


def test_hooks_are_taken_off_after_an_error() -> None:
    model = nn.Sequential(nn.Linear(128, 16))
    with (
        pytest.raises(KeyError),
        products.products_in_place(model, {"0.weight": lambda x: x, "1.weight": lambda x: x}),
    ):
        pass
    assert not model[0]._forward_hooks
