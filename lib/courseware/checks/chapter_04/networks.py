"""Trained networks that are hard to round, and the digits to judge them on.

Each network reads digits well as it is. Two changes, neither of which its outputs on the training
images feel, make it a bad one to round:

- In each row of the first layer, the weight of a pixel that is white in all training images is
  made OUTLIER times as large as the largest other one. Such a weight has no gradient, and what it
  multiplies is 0, but the scale of its row is set by it: most of the row rounds to code 0.
- One hidden unit is made LOUDER times as large, and the weights that read it as much smaller. With
  one scale for the whole matrix, nothing but this unit would be left.

So the biases, which are all that can learn where the gradient of rounding is taken for 0, have
nothing left to work with, and rounding at the end has nothing to round to.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch

from courseware import models, training
from courseware.checks.states import State
from courseware.checks.task import Draw

T = torch.Tensor
Arguments = tuple[State, T, T, int, int]
"""What `train_qat` takes: state, images, labels, n_bits, seed."""

HIDDEN = 48
N_NETWORKS = 8
"""For each outlier; trained when they are first asked for, a tenth of a second each."""

N_TRAINING = 700
"""Images to train on, drawn anew for each network; the other 1,097 are held out."""

OUTLIER = {2: 2.3, 4: 9.0, 8: 9.0}
"""By the number of bits: at 2 bits, weights below 1 / 2 of the outlier round to 0; at 4, 1 / 14."""

LOUDER = 16.0

STEPS = 120
"""Of training. Some accuracy is left to be gained: a right solution is not held up by chance."""


@dataclass(frozen=True, eq=False)
class Network:
    """A network, the images that it was trained on, and images that it never saw."""

    state: State
    images: T
    labels: T
    held_out_images: T
    held_out_labels: T

    def accuracy(self, state: dict[str, T]) -> float:
        """Share of the held-out images that the network with another state reads right."""
        return float((answers(state, self.held_out_images) == self.held_out_labels).double().mean())


def problem(draw: Draw, n_bits: int) -> Arguments:
    """A trained network and its training images. The seed also says which network it is."""
    seed = draw.integer(0, 10**6)
    network = of(n_bits, seed)
    return network.state, network.images, network.labels, n_bits, seed


def small_problem(draw: Draw, n_bits: int) -> Arguments:
    """A small network and a few images, whose labels are the answers that it gives already."""
    hidden, seed = draw.integer(9, 15), draw.integer(0, 10**6)
    images = _digits()[0]
    images = images[torch.randperm(len(images), generator=draw.generator)[:64]]
    state = State(models.mlp([64, hidden, 10], seed=seed + 1).state_dict())
    state["0.weight"] = _with_outliers(4.0 * state["0.weight"], images, 2.0, draw.generator)
    return state, images, answers(state, images), n_bits, seed


def of(n_bits: int, seed: int) -> Network:
    """The network that goes with a seed."""
    return _network(OUTLIER[n_bits], seed % N_NETWORKS)


@torch.no_grad()
def answers(state: dict[str, T], images: T) -> T:
    """The class that a network gives each image."""
    hidden = torch.relu(images @ state["0.weight"].T + state["0.bias"])
    return (hidden @ state["2.weight"].T + state["2.bias"]).argmax(dim=1)


@cache
def _network(outlier: float, number: int) -> Network:
    generator = torch.Generator().manual_seed(number)
    images, labels = _digits()
    rows = torch.randperm(len(images), generator=generator)
    given, rest = rows[:N_TRAINING], rows[N_TRAINING:]
    model = models.mlp([64, HIDDEN, 10], seed=number)
    training.train(model, images[given], labels[given], steps=STEPS, seed=number)
    state = State((name, tensor.detach()) for name, tensor in model.state_dict().items())
    state["0.weight"] = _with_outliers(state["0.weight"], images[given], outlier, generator)
    unit = int(state["0.weight"].abs().amax(dim=1).argmax())
    for name in ("0.weight", "0.bias"):
        state[name][unit] *= LOUDER
    state["2.weight"][:, unit] /= LOUDER
    return Network(state, images[given], labels[given], images[rest], labels[rest])


def _with_outliers(weight: T, images: T, times: float, generator: torch.Generator) -> T:
    """One large weight in each row, of either sign, at a pixel that is white in all images."""
    white = (images.amax(dim=0) == 0).nonzero().flatten()
    rest = weight.clone()
    rest[:, white] = 0
    rows = torch.arange(len(weight))
    columns = white[torch.randint(len(white), (len(weight),), generator=generator)]
    signs = 2.0 * torch.randint(2, (len(weight),), generator=generator) - 1
    rest[rows, columns] = signs * times * rest.abs().amax(dim=1)
    return rest


@cache
def _digits() -> tuple[T, T]:
    # Not at the top: scikit-learn takes a second to load, and the other tasks do without.
    from courseware.data import digits

    data = digits()
    images = torch.cat([data.train_images, data.validation_images, data.test_images])
    labels = torch.cat([data.train_labels, data.validation_labels, data.test_labels])
    return images, labels
