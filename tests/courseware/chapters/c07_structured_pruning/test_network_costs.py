"""Costs are counted right: multiplications by hand, bytes against files, CSR against dense."""

import io

import pytest
import torch
from torch import nn

from courseware.chapters.c07_structured_pruning.network_costs import (
    CsrNetwork,
    compact_csr_bytes,
    file_bytes,
    macs,
)
from courseware.subjects.models import conv_net, mlp
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import Mask, apply_masks, joined_mask, prunable_weights
from model_compression.sparse_storage import sparse_bytes


@pytest.mark.parametrize("n_images", [1, 7])
def test_macs_of_layers_counted_by_hand(n_images: int) -> None:
    images = torch.zeros(n_images, 64)
    assert macs(mlp([64, 20, 10], 0), images) == n_images * (64 * 20 + 20 * 10)
    by_hand = 64 * 6 * 9 + 64 * 4 * 6 * 9 + 10 * 64  # 8 x 8 places; then 4 channels of 4 x 4
    assert macs(conv_net([6, 4], 0), images) == n_images * by_hand


def test_counting_macs_changes_nothing_in_the_model() -> None:
    model = conv_net([6, 4], 0)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    assert model.training
    macs(model, torch.ones(5, 64))
    assert model.training
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_a_file_holds_the_values_and_little_more() -> None:
    state = mlp([64, 100, 10], 0).state_dict()
    raw = sum(value.nbytes for value in state.values())
    assert raw < file_bytes(state) < raw + 4000  # names and headers of four tensors
    file = io.BytesIO()
    torch.save(state, file)
    assert abs(len(file.getvalue()) - file_bytes(state)) < 200


def test_a_view_is_stored_without_what_it_was_cut_from() -> None:
    assert file_bytes({"w": torch.zeros(1000, 1000)[:10, :10]}) < 4000


@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.9, 1.0])
def test_csr_networks_compute_what_dense_ones_do(sparsity: float) -> None:
    model = mlp([64, 30, 20, 10], 0).requires_grad_(False)
    masks = global_magnitude_masks(prunable_weights(model.state_dict()), sparsity)
    state = apply_masks(model.state_dict(), masks)
    model.load_state_dict(state)
    network = CsrNetwork(state)
    images = torch.rand(9, 64, generator=torch.Generator().manual_seed(0))
    # Three layers of at most 65 products each, values below 2, in float32.
    atol = 3 * 67 * 2**-24 * 2
    torch.testing.assert_close(network(images), model(images), rtol=0, atol=atol)
    assert network.n_values == joined_mask(masks).n_kept
    biases = sum(value.nbytes for name, value in state.items() if name.endswith("bias"))
    indices = sum(int(mask.sum()) + len(mask) + 1 for mask in masks.values())
    assert network.nbytes == biases + 4 * network.n_values + 4 * indices
    with_int64 = biases + sum(sparse_bytes(mask, "csr") for mask in masks.values())
    assert network.nbytes == with_int64 - 4 * indices


@pytest.mark.parametrize(("cols", "of_column"), [(256, 1), (257, 2), (65_537, 3)])
def test_small_indices_take_as_many_bytes_as_they_need(cols: int, of_column: int) -> None:
    mask = torch.zeros(3, cols, dtype=torch.bool)
    assert compact_csr_bytes(mask) == 4 * 1
    mask[:2, 100:150] = True
    assert compact_csr_bytes(mask) == 100 * (4 + of_column) + 4 * 1
    mask[:, :256] = True
    assert compact_csr_bytes(mask) == 768 * (4 + of_column) + 4 * 2


def test_a_weight_that_is_zero_is_not_stored() -> None:
    layer = nn.Linear(3, 2)
    with torch.no_grad():
        layer.weight[0] = 0
    state = {f"0.{key}": value for key, value in layer.state_dict().items()}
    mask = Mask(torch.tensor([[False] * 3, [True] * 3]))
    assert CsrNetwork(state).n_values == mask.n_kept == 3
