"""Trained networks that are hard to round, and the signs to judge them on.

Each network reads the signs of an alphabet of its own well as it is. Two changes, neither of which
its outputs on the training images feel, make it a bad one to round:

- In each row of the first layer, the weight of a pixel that is white in all training images is
  made OUTLIER times as large as the largest other one. Such a weight has no gradient, and what it
  multiplies is 0, but the scale of its row is set by it: most of the row rounds to code 0.
- One hidden unit is made LOUDER times as large, and the weights that read it as much smaller. With
  one scale for the whole matrix, nothing but this unit would be left.

So the biases, which are all that can learn where the gradient of rounding is taken for 0, have
nothing left to work with, and rounding at the end has nothing to round to.

The last hidden unit is off for all training images, behind the ReLU: no gradient reaches it, and it
stays what it is. A training without the ReLU, or on other images, moves its bias.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.row_grids import rounded
from courseware.checks.signs import drawn_seed, signs
from courseware.checks.states import Seed, State
from courseware.checks.task import Draw
from courseware.subjects import models, training

T = torch.Tensor
Arguments = tuple[State, T, T, int, Seed]
"""What `train_qat` takes: state, images, labels, n_bits, seed."""

HIDDEN = 48

N_TRAINING = 700
"""Images to train on, of the thousand: some accuracy is left to be gained by more training."""

OUTLIER = {2: 2.5, 4: 13.0, 8: 13.0}
"""By the number of bits: at 2 bits, weights below 1 / 2 of the outlier round to 0; at 4, 1 / 14."""

LOUDER = 16.0

N_FEW = 300
"""Images of a small problem: more than a batch, or one that has all of them is the same from any
seed."""

STEPS = 120
"""Of training. Some accuracy is left to be gained: a right solution is not held up by chance."""


def problem(draw: Draw, n_bits: int) -> Arguments:
    """A trained network and its training images."""
    seed = drawn_seed(draw)
    data = signs(seed.data)
    images, labels = data.images[:N_TRAINING], data.labels[:N_TRAINING]
    return _network(OUTLIER[n_bits], seed.data), images, labels, n_bits, seed


def small_problem(draw: Draw, n_bits: int) -> Arguments:
    """A small network and a few images, whose labels are the answers that it gives already."""
    hidden, seed = draw.integer(9, 15), drawn_seed(draw)
    images = signs(seed.data).images[:N_FEW]
    state = State(models.mlp([64, hidden, 10], seed=seed + 1).state_dict())
    state["0.weight"] = _with_outliers(4.0 * state["0.weight"], images, 2.0, draw.generator)
    state = _with_a_unit_off(state, images)
    return state, images, answers(state, images), n_bits, seed


def accuracy(state: Mapping[str, T], seed: Seed) -> float:
    """Share of the images held back that a network reads right."""
    data = signs(seed.data)
    said = answers(state, data.held_out_images)
    return float((said == data.held_out_labels).double().mean())


def accuracy_on_scaled(state: Mapping[str, T], seed: Seed) -> list[float]:
    """The same on images that are scaled in ways that are usual elsewhere."""
    data = signs(seed.data)
    images = data.held_out_images
    scaled = (images - images.mean()) / images.std(), images - 0.5, 2 * images - 1, 255 * images
    return [
        float((answers(state, each) == data.held_out_labels).double().mean()) for each in scaled
    ]


@torch.no_grad()
def answers(state: Mapping[str, T], images: T) -> T:
    """The class that a network gives each image."""
    hidden = torch.relu(images @ state["0.weight"].T + state["0.bias"])
    return (hidden @ state["2.weight"].T + state["2.bias"]).argmax(dim=1)


@lru_cache(maxsize=8)
def _network(outlier: float, alphabet: int) -> State:
    generator = torch.Generator().manual_seed(alphabet)
    data = signs(alphabet)
    images, labels = data.images[:N_TRAINING], data.labels[:N_TRAINING]
    seed = int(torch.randint(10**6, (), generator=generator))
    model = models.mlp([64, HIDDEN, 10], seed=seed)
    training.train(model, images, labels, steps=STEPS, seed=seed)
    state = State((name, tensor.detach()) for name, tensor in model.state_dict().items())
    state["0.weight"] = _with_outliers(state["0.weight"], images, outlier, generator)
    unit = int(state["0.weight"].abs().amax(dim=1).argmax())
    for name in ("0.weight", "0.bias"):
        state[name][unit] *= LOUDER
    state["2.weight"][:, unit] /= LOUDER
    return _with_a_unit_off(state, images)


def _with_a_unit_off(state: State, images: T) -> State:
    """One unit more, like the first one, but that no image turns it on, rounded or not."""
    unit = state["0.weight"][:1]
    ways = torch.cat([unit, *(rounded(unit, n_bits) for n_bits in (2, 3, 4, 8))])
    bias = -2.0 * (images @ ways.abs().T).max()
    return State(
        {
            "0.weight": torch.cat([state["0.weight"], unit]),
            "0.bias": torch.cat([state["0.bias"], bias[None]]),
            "2.weight": torch.cat([state["2.weight"], state["2.weight"][:, :1]], dim=1),
            "2.bias": state["2.bias"],
        }
    )


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
