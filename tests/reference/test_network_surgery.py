"""Surgery against Torch-Pruning, and against the large network with the same units silenced."""

import copy

import pytest
import torch
from torch import nn

from model_compression.network_surgery import shrink_conv_pair, shrink_linear_pair
from tests.reference.pruning_oracles import conv_block, remove_units

KEPT = [0, 3, 4, 6]
GONE = [1, 2, 5, 7]
IMAGES = torch.randn(4, 3, 9, 9, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
# Sums of 8 * 9 products and a bias in another order, in float64, on values below 100.
SUMMATION = 2 * 75 * 2**-53 * 100


def shrunk(block: nn.Sequential, kept) -> nn.Sequential:
    """The small block, built from the three small state_dicts."""
    conv1, norm, _, conv2 = block
    states = shrink_conv_pair(conv1.state_dict(), norm.state_dict(), conv2.state_dict(), kept)
    small = conv_block(0, conv1.bias is not None, len(kept))
    for module, state in zip((small[0], small[1], small[3]), states, strict=True):
        module.load_state_dict(state)
    return small


@pytest.mark.parametrize("bias", [True, False])
def test_conv_pair_is_that_of_torch_pruning(bias):
    block = conv_block(0, bias)
    small, expected = shrunk(block, KEPT), copy.deepcopy(block)
    remove_units(expected, expected[0], GONE, IMAGES)
    for ours, theirs in zip(small, expected, strict=True):
        assert list(ours.state_dict()) == list(theirs.state_dict())
        for key, value in theirs.state_dict().items():
            assert torch.equal(ours.state_dict()[key], value), key
    assert torch.equal(small(IMAGES), expected(IMAGES))


def test_a_channel_before_a_flatten_is_a_block_of_columns_as_in_torch_pruning():
    # A linear layer over flattened 8 x 4 x 4 pictures is a convolution that covers them.
    torch.manual_seed(6)
    head = [nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveMaxPool2d(4)]
    model = nn.Sequential(*head, nn.Flatten(), nn.Linear(8 * 16, 5)).double().eval()
    conv, norm, linear = (model[i].state_dict() for i in (0, 1, 5))
    as_pictures = {"weight": linear["weight"].reshape(5, 8, 4, 4), "bias": linear["bias"]}
    small = shrink_conv_pair(conv, norm, as_pictures, KEPT)
    remove_units(model, model[0], GONE, IMAGES)
    for ours, layer in zip(small[:2], (model[0], model[1]), strict=True):
        assert all(torch.equal(ours[key], value) for key, value in layer.state_dict().items())
    assert torch.equal(small[2]["weight"].flatten(1), model[5].weight)
    assert torch.equal(small[2]["bias"], model[5].bias)


def test_linear_pair_is_that_of_torch_pruning():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))
    tensors = [value.clone() for value in model.state_dict().values()]
    small = shrink_linear_pair(*tensors, torch.tensor(KEPT))
    remove_units(model, model[0], GONE, torch.ones(2, 6))
    for ours, theirs in zip(small, model.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("bias", [True, False])
def test_masked_equals_surgery(bias):
    block = conv_block(2, bias)
    small = shrunk(block, KEPT)(IMAGES)
    masked = copy.deepcopy(block)
    with torch.no_grad():
        masked[1].weight[GONE] = 0
        masked[1].bias[GONE] = 0
    torch.testing.assert_close(masked(IMAGES), small, rtol=0, atol=SUMMATION)


def test_zero_filters_still_speak_through_the_batch_norm():
    block = conv_block(3)
    small = shrunk(block, KEPT)(IMAGES)
    zero_filters = copy.deepcopy(block)
    with torch.no_grad():
        zero_filters[0].weight[GONE] = 0
        zero_filters[0].bias[GONE] = 0
    norm = block[1]
    still = norm.bias - norm.running_mean * norm.weight / (norm.running_var + norm.eps).sqrt()
    silent = zero_filters[:2](IMAGES)[:, GONE]
    torch.testing.assert_close(
        silent, still[GONE].reshape(1, -1, 1, 1).expand_as(silent), rtol=0, atol=SUMMATION
    )
    assert bool((still[GONE] > 0.1).all())
    assert (zero_filters(IMAGES) - small).abs().max() > 0.01

    with torch.no_grad():  # beta = 0 alone does not help either: the mean is still subtracted
        zero_filters[1].bias[GONE] = 0
    assert (zero_filters(IMAGES) - small).abs().max() > 0.001
    with torch.no_grad():  # only gamma and beta together silence the channel
        zero_filters[1].weight[GONE] = 0
    torch.testing.assert_close(zero_filters(IMAGES), small, rtol=0, atol=SUMMATION)


def test_masked_equals_surgery_for_linear_layers():
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)).double()
    x = torch.randn(5, 6, dtype=torch.float64)
    w1, b1, w2, b2 = shrink_linear_pair(*model.state_dict().values(), KEPT)
    with torch.no_grad():
        model[0].weight[GONE] = 0
        model[0].bias[GONE] = 0
    small = nn.functional.linear(nn.functional.linear(x, w1, b1).relu(), w2, b2)
    torch.testing.assert_close(small, model(x), rtol=0, atol=SUMMATION)


def test_what_does_not_depend_on_the_channels_stays():
    block = conv_block(4)
    conv1, norm, conv2 = shrink_conv_pair(*(block[i].state_dict() for i in (0, 1, 3)), KEPT)
    assert norm["num_batches_tracked"] == 17
    assert norm["num_batches_tracked"].dtype == torch.int64
    assert torch.equal(conv2["bias"], block[3].bias.detach())
    assert conv1["weight"].shape == (4, 3, 3, 3)
    assert conv2["weight"].shape == (5, 4, 3, 3)


@pytest.mark.parametrize("settings", [{"affine": False}, {"track_running_stats": False}])
def test_batch_norms_with_fewer_vectors(settings):
    conv1, conv2 = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 4, 3)
    norm = nn.BatchNorm2d(8, **settings)
    _, small, _ = shrink_conv_pair(conv1.state_dict(), norm.state_dict(), conv2.state_dict(), KEPT)
    assert list(small) == list(norm.state_dict())
    assert all(value.shape in ((), (4,)) for value in small.values())


def test_all_units_and_another_order():
    torch.manual_seed(2)
    w1, b1, w2, b2 = torch.randn(4, 3), torch.randn(4), torch.randn(2, 4), torch.randn(2)
    for before, after in zip(
        (w1, b1, w2, b2), shrink_linear_pair(w1, b1, w2, b2, range(4)), strict=True
    ):
        assert torch.equal(before, after)
    x = torch.randn(5, 3)
    small = shrink_linear_pair(w1, b1, w2, b2, [3, 1, 0, 2])
    assert torch.equal(small[0], w1[[3, 1, 0, 2]])
    expected = (x @ w1.T + b1).relu() @ w2.T + b2
    # Sums of 4 and 5 terms in another order, on values below 100.
    torch.testing.assert_close(
        (x @ small[0].T + small[1]).relu() @ small[2].T + small[3],
        expected, rtol=0, atol=2 * 7 * 2**-24 * 100,
    )  # fmt: skip


def test_results_are_copies():
    tensors = [torch.ones(2, 3), torch.ones(2), torch.ones(4, 2), torch.ones(4)]
    for value in shrink_linear_pair(*tensors, [0, 1]):
        value.zero_()
    block = conv_block(5)
    before = copy.deepcopy(block.state_dict())
    for state in shrink_conv_pair(*(block[i].state_dict() for i in (0, 1, 3)), range(8)):
        for value in state.values():
            value.zero_()
    assert all(value.all() for value in tensors)
    assert all(torch.equal(value, before[key]) for key, value in block.state_dict().items())
