"""What quantization-aware training asks for beside rounding: time, and a learning rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import cross_entropy

from courseware.chapters.c04_quantization_aware_training.experiments.qat_digits import best_rounding
from courseware.chapters.c04_quantization_aware_training.fine_tuning import State, rounded_weights
from courseware.chapters.c04_quantization_aware_training.grids import symmetric
from courseware.subjects.data import Digits
from courseware.subjects.models import network_of
from courseware.subjects.training import accuracy, one_thread, train
from model_compression import _training
from model_compression._straight_through import qat_layer
from model_compression.quantization_aware_training import train_qat


def seconds(run: Callable[[], object], rounds: int = 3) -> float:
    """The shortest of some runs: the one that was disturbed least."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


@one_thread()
def times_longer(state: State, data: Digits, steps: int = 200) -> dict[str, float]:
    """By way to round to 2 bits: what so many steps of QAT take, in times of it."""
    ways: dict[str, Callable[[], object]] = {
        "plain rounding": lambda: rounded_weights(state, 2),
        "GPTQ at eight ranges": lambda: best_rounding("GPTQ", state, data, symmetric(2)),
    }
    images, labels = data.train_images, data.train_labels
    qat = seconds(lambda: train_qat(state, images, labels, 2, 0, steps=steps))
    return {name: qat / seconds(way) for name, way in ways.items()}


@one_thread()
def rate_table(
    states: Sequence[State],
    data: Digits,
    rates: Sequence[float],
    bits: Sequence[int],
    steps: int = 100,
) -> dict[float, dict[str, list[float]]]:
    """Accuracy after training on at constant rates, in float32 and with QAT, one value a network.

    Returns: by rate, by name: "float32", "4 bits", ..., "PTQ, 4 bits", ..., which trains nothing
        and is the same at every rate, and "biases only, 2 bits" for the fewest bits: PTQ, and then
        the biases train.
    """
    found: dict[float, dict[str, list[float]]] = {}
    for rate in rates:
        found[rate] = {}
        for n_bits in (None, *bits):
            name = "float32" if n_bits is None else f"{n_bits} bits"
            trained = [
                _trained(state, seed, data, rate, n_bits, steps)
                for seed, state in enumerate(states)
            ]
            found[rate][name] = [_judged(state, data) for state in trained]
        for n_bits in bits:
            rounded = [rounded_weights(state, n_bits) for state in states]
            found[rate][f"PTQ, {n_bits} bits"] = [_judged(state, data) for state in rounded]
        few = min(bits)
        biases = [
            _biases_trained(rounded_weights(state, few), seed, data, rate, steps)
            for seed, state in enumerate(states)
        ]
        found[rate][f"biases only, {few} bits"] = [_judged(state, data) for state in biases]
    return found


def _biases_trained(state: State, seed: int, data: Digits, rate: float, steps: int) -> State:
    network = network_of(state)
    for parameter in network.parameters():
        parameter.requires_grad_(parameter.dim() == 1)
    images, labels = data.train_images, data.train_labels
    train(network, images, labels, steps=steps, learning_rate=rate, seed=seed)
    return network.state_dict()


def _judged(state: State, data: Digits) -> float:
    return accuracy(network_of(state), data.test_images, data.test_labels)


def _trained(
    state: State, seed: int, data: Digits, rate: float, n_bits: int | None, steps: int
) -> State:
    def loss(parameters: dict[str, torch.Tensor], rows: torch.Tensor) -> torch.Tensor:
        images, labels = data.train_images[rows], data.train_labels[rows]
        if n_bits is None:
            return cross_entropy(_training.mlp_logits(parameters, images), labels)
        names = _training.layer_names(parameters)
        for name in names:
            images = images if name == names[0] else images.relu()
            weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
            images = qat_layer(images, weight, bias, n_bits)
        return cross_entropy(images, labels)

    trained = _training.train(
        dict(state),
        loss,
        len(data.train_images),
        steps=steps,
        learning_rate=rate,
        batch_size=64,
        seed=seed,
    )
    return trained if n_bits is None else rounded_weights(trained, n_bits)
