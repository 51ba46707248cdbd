"""The networks of the course."""

import copy
from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import nn

State = Mapping[str, torch.Tensor]


def mlp(sizes: Sequence[int], seed: int) -> nn.Sequential:
    """Fully connected network with ReLU between the layers: Linear, ReLU, ..., Linear.

    Weights and biases are uniform in +-1 / sqrt(fan_in), as torch's own Linear, but drawn from a
    generator of their own: one seed gives one network, and torch's global generator stays as it is.

    Args:
        sizes: number of inputs, of units in each hidden layer, of outputs; 2 sizes at least.
        seed: int.
    Returns: nn.Sequential whose state_dict has the keys 0.weight, 0.bias, 2.weight, ...
    Raises: ValueError for fewer than 2 sizes, or a size below 1.

    >>> model = mlp([64, 32, 10], seed=0)
    >>> {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    {'0.weight': (32, 64), '0.bias': (32,), '2.weight': (10, 32), '2.bias': (10,)}
    """
    sizes = list(sizes)
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes: expected 2 or more sizes >= 1, got {sizes}")
    generator = torch.Generator().manual_seed(seed)
    layers: list[nn.Module] = []
    for n_inputs, n_outputs in pairwise(sizes):
        layers += [_linear(n_inputs, n_outputs, generator), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def conv_net(channels: Sequence[int], seed: int) -> nn.Sequential:
    """Convolutional network for the digits: twice (Conv, BatchNorm, ReLU), pooling, Linear.

    Convolutions are 3 x 3 with padding. torch's own initialisation, from `seed`; its global
    generator stays as it is.

    Args:
        channels: of the first and of the second convolution.
        seed: int.
    Returns: nn.Sequential for images of shape (N, 64); 1 and 4 are the convolutions, 2 and 5 their
        batch norms, 9 is the linear layer.
    Raises: ValueError for another number of channels than 2, or one below 1.

    >>> model = conv_net([16, 8], seed=0)
    >>> [tuple(model[i].weight.shape) for i in (1, 2, 4, 5, 9)]
    [(16, 1, 3, 3), (16,), (8, 16, 3, 3), (8,), (10, 128)]
    """
    channels = list(channels)
    if len(channels) != 2 or min(channels) < 1:
        raise ValueError(f"channels: expected 2 numbers >= 1, got {channels}")
    first, second = channels
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Unflatten(1, (1, 8, 8)),
            *(nn.Conv2d(1, first, 3, padding=1), nn.BatchNorm2d(first), nn.ReLU()),
            *(nn.Conv2d(first, second, 3, padding=1), nn.BatchNorm2d(second), nn.ReLU()),
            *(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16 * second, 10)),
        )


def count_parameters(model: nn.Module) -> int:
    """Number of weights and biases.

    >>> count_parameters(mlp([64, 32, 10], seed=0))          # 64 * 32 + 32 + 32 * 10 + 10
    2410
    """
    return sum(parameter.numel() for parameter in model.parameters())


def weights_of(model: nn.Module) -> dict[str, torch.Tensor]:
    """The weights of a model by the names of its state_dict, without the biases.

    Weights are the parameters with 2 axes or more. The tensors share memory with the model and
    carry no gradient.

    >>> {name: tuple(weight.shape) for name, weight in weights_of(mlp([64, 32, 10], 0)).items()}
    {'0.weight': (32, 64), '2.weight': (10, 32)}
    """
    return {
        name: parameter.detach()
        for name, parameter in model.named_parameters()
        if parameter.dim() >= 2
    }


def with_weights(model: nn.Module, weights: Mapping[str, torch.Tensor]) -> nn.Module:
    """A copy of a model with some tensors of its state_dict replaced; the original stays.

    Args:
        model: any module.
        weights: new tensors by name; what is not named stays as in `model`.
    Raises: ValueError for a name that the model does not have, or another shape.

    >>> model = mlp([64, 32, 10], seed=0)
    >>> halved = with_weights(model, {name: w / 2 for name, w in weights_of(model).items()})
    >>> bool((weights_of(halved)["0.weight"] * 2 == weights_of(model)["0.weight"]).all())
    True
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    for name, weight in weights.items():
        if shapes.get(name) != tuple(weight.shape):
            raise ValueError(
                f"weights: expected names and shapes from {shapes}, "
                f"got {name!r} of shape {tuple(weight.shape)}"
            )
    changed = copy.deepcopy(model)
    changed.load_state_dict(weights, strict=False)
    return changed


def _linear(n_inputs: int, n_outputs: int, generator: torch.Generator) -> nn.Module:
    layer = nn.utils.skip_init(nn.Linear, n_inputs, n_outputs)
    bound = n_inputs**-0.5
    for parameter in layer.parameters():
        nn.init.uniform_(parameter, -bound, bound, generator=generator)
    return layer


def network_of(state: State) -> torch.nn.Sequential:
    """The network that a state describes: Linear, ReLU, ..., Linear.

    >>> network_of(mlp([64, 16, 10], seed=0).state_dict())[0]
    Linear(in_features=64, out_features=16, bias=True)
    """
    shapes = [tensor.shape for tensor in state.values() if tensor.dim() == 2]
    model = mlp([shapes[0][1], *(shape[0] for shape in shapes)], seed=0)
    model.load_state_dict(dict(state))
    return model
