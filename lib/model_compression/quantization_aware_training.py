"""Quantization-aware training: fine-tune a network while it feels its own rounding (chapter 04).

Post-training quantization rounds the weights of a finished network and leaves it at that. Here
training goes on with rounded weights in every forward pass, so that the network moves to weights
that still work when rounded. The float weights are kept for the updates, which are too small to
reach the next grid point in one step; the rounded ones are what is returned.

Source: Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference, section 3.
"""

from collections.abc import Mapping

import torch
from torch import nn

from model_compression._cosine_decay import cosine_decay
from model_compression._network_validation import checked_examples, checked_mlp
from model_compression._straight_through import qat_layer
from model_compression._surroundings import able_to_train
from model_compression._training import State, layer_names, train
from model_compression._validation import checked_integer, checked_n_bits
from model_compression._validation_reals import checked_seed
from model_compression.integer_scaling import quantize_tensor

_LEARNING_RATE = 0.005
_BATCH_SIZE = 64


@able_to_train
def train_qat(
    state: Mapping[str, torch.Tensor],
    images: torch.Tensor,
    labels: torch.Tensor,
    n_bits: int,
    seed: int,
    *,
    steps: int = 1500,
) -> State:
    """Fine-tune a trained network so that it stays good with weights of n bits.

    Minimise the cross-entropy of the network whose layers are `qat_forward`, starting from `state`;
    then put the weights on the grid: w = scale[row] * k, k an integer within +-(2^(b-1) - 1),
    scale[row] = max |row| / (2^(b-1) - 1). Adam, batches of 64, learning rate 0.005 falling to 0.

    Args:
        state: state_dict of nn.Sequential(Linear, ReLU, ..., Linear), already trained.
        images: floating-point tensor of shape (N, D).
        labels: integer tensor of shape (N,), class numbers from 0.
        n_bits: 2 ... 8.
        seed: int, for the order of the images.
        steps: number of updates, >= 0; with 0, this is post-training quantization.
    Returns: dict with the keys of `state`: float32, weights on the grid, biases not quantized.
    Raises: ValueError for a state of another network, tensors that do not fit together, n_bits
        outside 2 ... 8, NaN or infinity.

    >>> state = {"0.weight": torch.tensor([[1.0, 0.4], [0.9, 0.42]]), "0.bias": torch.zeros(2)}
    >>> images, labels = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1])
    >>> rounded = train_qat(state, images, labels, n_bits=2, seed=0, steps=0)
    >>> rounded["0.weight"]                                  # the second image has lost its 0.42
    tensor([[1.0000, 0.0000],
            [0.9000, 0.0000]])
    >>> trained = train_qat(state, images, labels, n_bits=2, seed=0, steps=200)
    >>> (images @ trained["0.weight"].T + trained["0.bias"]).argmax(dim=1)
    tensor([0, 1])
    """
    start = checked_mlp(state)
    layers = layer_names(start)
    inputs, targets = checked_examples(images, labels, start)
    n_bits, steps = checked_n_bits(n_bits), checked_integer(steps, "steps", 0)

    def loss(parameters: State, rows: torch.Tensor) -> torch.Tensor:
        logits = _quantized_logits(parameters, layers, inputs[rows], n_bits)
        return nn.functional.cross_entropy(logits, targets[rows])

    trained = train(
        start,
        loss,
        len(inputs),
        steps=steps,
        learning_rate=_LEARNING_RATE,
        batch_size=_BATCH_SIZE,
        seed=checked_seed(seed),
        after_step=cosine_decay(start, steps),
        arguments="state, images",
    )
    return {name: _on_grid(tensor, n_bits) for name, tensor in trained.items()}


def _quantized_logits(
    state: State, layers: list[str], images: torch.Tensor, n_bits: int
) -> torch.Tensor:
    x = images
    for name in layers:
        x = torch.relu(x) if name != layers[0] else x
        x = qat_layer(x, state[f"{name}.weight"], state[f"{name}.bias"], n_bits)
    return x


def _on_grid(tensor: torch.Tensor, n_bits: int) -> torch.Tensor:
    is_weight = tensor.dim() == 2
    return quantize_tensor(tensor, n_bits, "channel").dequantize() if is_weight else tensor
