"""Ranking of filters and units against torch's ln_structured, Torch-Pruning and plain loops."""

import numpy as np
import pytest
import torch
import torch_pruning
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import prune

from courseware.subjects.models import mlp
from courseware.subjects.training import train
from model_compression._training import mlp_logits
from model_compression.structured_pruning import (
    apoz,
    filter_norms,
    keep_indices,
    mean_abs_activation,
    structured_prune,
)
from tests.reference.pruning_oracles import distinct, remove_units, tensors

# A sum of n float32 terms errs by (n + 2) 2^-24 at most, relative to the sum of magnitudes; the
# largest here has 2 * 5 * 7 = 70 terms.
FLOAT32 = 72 * 2**-24


def trained_state(data, sizes, seed):
    model = mlp(sizes, seed=seed)
    train(model, data.train_images, data.train_labels, steps=200, seed=seed)
    return {key: value.clone() for key, value in model.state_dict().items()}


# ---- filter norms -------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(6, 4), (8, 3, 3), (8, 3, 3, 3), (5, 2, 5, 7)])
def test_norms_agree_with_numpy(shape):
    w = distinct(*shape)
    norms = filter_norms(w)
    expected = np.sqrt((w.double().numpy().reshape(shape[0], -1) ** 2).sum(axis=1))
    assert norms.shape == (shape[0],)
    np.testing.assert_allclose(norms.numpy(), expected, rtol=FLOAT32, atol=0)


def test_norms_squared_are_the_importance_of_torch_pruning():
    block = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 3))
    graph = torch_pruning.DependencyGraph().build_dependency(block, torch.ones(1, 3, 9, 9))
    group = graph.get_pruning_group(block[0], torch_pruning.prune_conv_out_channels, list(range(8)))
    importance = torch_pruning.importance.MagnitudeImportance(
        p=2, group_reduction="first", normalizer=None, target_types=[nn.Conv2d]
    )
    # 27 squares each; the root and the square back add two roundings.
    norms = filter_norms(block[0].weight)
    torch.testing.assert_close(norms**2, importance(group), rtol=(2 * 29 + 4) * 2**-24, atol=0)


@pytest.mark.parametrize("amount", [0.0, 0.2, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("layer", [nn.Conv2d(3, 16, 3), nn.Linear(12, 10)], ids=["conv", "linear"])
def test_kept_filters_are_those_of_torchs_ln_structured(layer, amount):
    w = distinct(*layer.weight.shape, seed=3)
    mask = prune.LnStructured(amount, n=2, dim=0).compute_mask(w, torch.ones_like(w))
    kept_by_torch = mask.flatten(1).all(dim=1).nonzero().flatten()
    n_keep = len(w) - round(amount * len(w))
    assert torch.equal(keep_indices(filter_norms(w), n_keep), kept_by_torch)


def test_torch_shrinks_nothing():
    layer = nn.Conv2d(3, 16, 3)
    prune.ln_structured(layer, "weight", 0.5, n=2, dim=0)
    assert layer.weight.shape == (16, 3, 3, 3)
    assert int((filter_norms(layer.weight) == 0).sum()) == 8


@pytest.mark.parametrize(("channels", "ratio"), [(8, 0.5), (16, 0.25), (8, 0.3), (16, 0.3)])
def test_kept_channels_are_those_of_torch_prunings_pruner(channels, ratio):
    torch.manual_seed(channels)
    block = nn.Sequential(nn.Conv2d(3, channels, 3), nn.ReLU(), nn.Conv2d(channels, 4, 3))
    filters = block[0].weight.detach().clone()
    importance = torch_pruning.importance.MagnitudeImportance(
        p=2, group_reduction="first", normalizer=None, target_types=[nn.Conv2d]
    )
    torch_pruning.pruner.BasePruner(
        block, torch.ones(1, 3, 9, 9), importance, pruning_ratio=ratio, ignored_layers=[block[2]]
    ).step()
    # Torch-Pruning rounds down what it keeps: 8 at 0.3 keeps 5, where round(2.4) = 2 leaves 6.
    kept = keep_indices(filter_norms(filters), int(channels * (1 - ratio)))
    assert torch.equal(block[0].weight.detach(), filters[kept])


# ---- activations --------------------------------------------------------------------------------

activation_shapes = pytest.mark.parametrize("shape", [(7, 5), (4, 6, 3), (2, 6, 5, 7)])


@activation_shapes
def test_activation_criteria_agree_with_numpy(shape):
    before = distinct(*shape)
    for values in (before, before.relu()):
        array = values.double().numpy()
        axes = tuple(axis for axis in range(len(shape)) if axis != 1)
        means, zeros = mean_abs_activation(values), apoz(values)
        assert means.shape == zeros.shape == (shape[1],)
        np.testing.assert_allclose(means.numpy(), abs(array).mean(axes), rtol=FLOAT32, atol=0)
        # A count and one division: correctly rounded, so equal after rounding to float32.
        expected = (array == 0).mean(axes).astype(np.float32)
        np.testing.assert_allclose(zeros.numpy(), expected, rtol=2**-23, atol=0)


def test_apoz_before_the_relu_says_nothing():
    before = torch.randn(1000, 4, generator=torch.Generator().manual_seed(0))
    assert not apoz(before).any()
    # 1,000 fair coins a unit: 0.1 is 6.3 standard deviations.
    assert bool(((apoz(before.relu()) - 0.5).abs() < 0.1).all())


def test_the_two_criteria_can_disagree():
    # A unit that speaks rarely but loudly, and one that always whispers.
    rare_and_loud, steady = [0.0] * 9 + [50.0], [1.0] * 10
    activations = torch.tensor([rare_and_loud, steady]).T
    assert keep_indices(mean_abs_activation(activations), 1).tolist() == [0]
    assert keep_indices(1 - apoz(activations), 1).tolist() == [1]


# ---- keep_indices -------------------------------------------------------------------------------


@given(tensors().flatmap(lambda s: st.tuples(st.just(s), st.integers(0, s.numel()))))
def test_keep_indices_are_ascending_and_the_best(case):
    scores, n_keep = case
    kept = keep_indices(scores, n_keep)
    assert kept.dtype == torch.int64
    assert kept.shape == (n_keep,)
    assert kept.tolist() == sorted(set(kept.tolist()))
    dropped = sorted(set(range(scores.numel())) - set(kept.tolist()))
    if n_keep and dropped:
        assert scores[dropped].max() <= scores[kept].min()


def test_keep_indices_agree_with_topk():
    scores = distinct(50)
    for n_keep in range(1, 51):
        expected = scores.topk(n_keep).indices.sort().values
        assert torch.equal(keep_indices(scores, n_keep), expected)


# ---- structured_prune ---------------------------------------------------------------------------


def kept_by_loops(state, images, keep_ratio):
    """Units that stay in each hidden layer, computed with NumPy from the description."""
    kept, outputs = [], images.double().numpy()
    hidden = [key.split(".")[0] for key in state if key.endswith("weight")][:-1]
    for name in hidden:
        weight, bias = (state[f"{name}.{part}"].double().numpy() for part in ("weight", "bias"))
        outputs = np.maximum(outputs @ weight.T + bias, 0)
        n_keep = max(1, round(keep_ratio * len(weight)))
        # Several units are dead, with a mean of exactly 0: the order of positions decides.
        order = np.argsort(outputs.mean(axis=0), kind="stable")
        kept.append(sorted(order[len(order) - n_keep :].tolist()))
    return kept


@pytest.mark.parametrize("keep_ratio", [0.0, 0.1, 0.3, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("sizes", [[64, 32, 10], [64, 40, 24, 10], [64, 10]], ids=str)
def test_small_network_is_that_of_torch_pruning(data, sizes, keep_ratio):
    for seed in range(2):
        state = trained_state(data, sizes, seed)
        small = structured_prune(state, data.train_images, keep_ratio)
        model = mlp(sizes, seed=seed)
        model.load_state_dict(state)
        for position, kept in enumerate(kept_by_loops(state, data.train_images, keep_ratio)):
            layer = model[2 * position]
            gone = sorted(set(range(layer.out_features)) - set(kept))
            if gone:
                remove_units(model, layer, gone, torch.ones(1, 64))
        expected = model.state_dict()
        assert list(small) == list(expected)
        assert all(torch.equal(small[key], expected[key]) for key in expected)


def test_masked_equals_surgery(data):
    state = trained_state(data, [64, 40, 24, 10], 0)
    small = structured_prune(state, data.train_images, 0.5)
    masked = {key: value.clone().double() for key, value in state.items()}
    for name, kept in zip(("0", "2"), kept_by_loops(state, data.train_images, 0.5), strict=True):
        gone = sorted(set(range(len(masked[f"{name}.bias"]))) - set(kept))
        masked[f"{name}.weight"][gone] = 0
        masked[f"{name}.bias"][gone] = 0
    images = data.test_images.double()
    logits = mlp_logits({key: value.double() for key, value in small.items()}, images)
    # float64: three layers of sums of at most 65 terms, 3 * 67 * 2^-53 < 3e-14 of the magnitudes,
    # which stay below 1e3.
    torch.testing.assert_close(logits, mlp_logits(masked, images), rtol=0, atol=3e-11)


def test_units_that_are_never_active_cost_nothing(data):
    # 4 units are switched off by their bias; they have the lowest mean, and removing them is free.
    state = trained_state(data, [64, 16, 10], 1)
    state["0.bias"][[1, 5, 6, 12]] = -1000.0
    small = structured_prune(state, data.train_images, 0.75)
    assert small["0.weight"].shape == (12, 64)
    images = data.test_images
    whole, part = (mlp_logits(s, images) for s in (state, small))
    # Sums of at most 17 terms in another order, in float32.
    scale = whole.abs().max().item() + state["2.weight"].abs().max().item() * 1000
    torch.testing.assert_close(part, whole, rtol=0, atol=2 * 19 * 2**-24 * scale)


def test_the_mean_is_measured_on_the_whole_network():
    # Unit 0 of layer 2 is fed by unit 1 of layer 1, which goes: measured after that, it is silent.
    state = {
        "0.weight": torch.tensor([[2.0], [1.0]]),
        "0.bias": torch.zeros(2),
        "2.weight": torch.tensor([[0.0, 9.0], [1.0, 0.0]]),
        "2.bias": torch.zeros(2),
        "4.weight": torch.tensor([[3.0, 4.0]]),
        "4.bias": torch.zeros(1),
    }
    small = structured_prune(state, torch.tensor([[1.0]]), 0.5)
    assert small["2.weight"].tolist() == [[0.0]]
    assert small["4.weight"].tolist() == [[3.0]]
