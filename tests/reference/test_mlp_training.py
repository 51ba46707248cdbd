"""The shared training loop against torch's modules and the loop of courseware."""

import pytest
import torch
from torch import nn

from courseware.subjects import training
from courseware.subjects.models import mlp
from model_compression._training import (
    classification_loss,
    hidden_activations,
    layer_names,
    mlp_logits,
    train,
)

SIZES = [64, 24, 16, 10]


def trained(state, data, seed, steps=60):
    loss = classification_loss(data.train_images, data.train_labels)
    n = len(data.train_images)
    return train(state, loss, n, steps=steps, learning_rate=0.005, batch_size=64, seed=seed)


def test_the_network_is_that_of_torch(data):
    model = mlp(SIZES, seed=0)
    state = model.state_dict()
    assert layer_names(state) == ["0", "2", "4"]
    assert torch.equal(mlp_logits(state, data.test_images), model(data.test_images))
    hidden = hidden_activations(state, data.test_images)
    assert torch.equal(hidden[0], model[:2](data.test_images))
    assert torch.equal(hidden[1], model[:4](data.test_images))


def test_layers_are_ordered_by_number_and_not_by_name():
    model = mlp([3] * 8, seed=0)
    shuffled = dict(sorted(model.state_dict().items()))
    assert list(shuffled)[2] == "10.bias"
    images = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(mlp_logits(shuffled, images), model(images))


def test_training_is_bit_for_bit_that_of_courseware(data):
    model = mlp(SIZES, seed=1)
    state = trained(model.state_dict(), data, seed=2)
    training.train(model, data.train_images, data.train_labels, steps=60, seed=2)
    for key, value in model.state_dict().items():
        assert torch.equal(state[key], value), key


def test_the_state_and_the_global_generator_stay_as_they_are(data):
    state = mlp(SIZES, seed=1).state_dict()
    before, random_state = {k: v.clone() for k, v in state.items()}, torch.get_rng_state()
    with torch.no_grad():  # the caller's mode does not stop the training
        result = trained(state, data, seed=2)
    assert torch.equal(torch.get_rng_state(), random_state)
    assert all(torch.equal(state[key], before[key]) for key in state)
    assert not any(torch.equal(state[key], result[key]) for key in state)
    assert not any(value.requires_grad for value in result.values())


def test_the_seed_decides_the_result(data):
    state = mlp(SIZES, seed=1).state_dict()
    torch.manual_seed(0)
    first = trained(state, data, seed=3, steps=10)
    torch.manual_seed(1)
    assert torch.equal(trained(state, data, seed=3, steps=10)["0.weight"], first["0.weight"])
    assert not torch.equal(trained(state, data, seed=4, steps=10)["0.weight"], first["0.weight"])


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"weight": torch.ones(2, 2)},
        {"fc.weight": torch.ones(2, 2), "fc.bias": torch.ones(2)},
        {"0.weight": torch.ones(2, 2)},
        {"0.weight": torch.ones(2, 2, 3, 3), "0.bias": torch.ones(2)},
        nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).state_dict(),
    ],
)
def test_other_networks_are_named(state):
    with pytest.raises(ValueError, match=r"state: expected the keys 0.weight, 0.bias, .*, got"):
        mlp_logits(state, torch.ones(1, 2))
