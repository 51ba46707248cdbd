"""The network that a hand-in compresses, trained anew for each draw.

The images are the 5,000 of MNIST, which everybody has at home. So that a network that was trained
there is of no use, a draw shuffles the pixels, the same way in all images, gives the classes other
numbers, and decides which images are held back, and where the training starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import torch

from courseware.checks.states import State
from courseware.subjects import models, training
from courseware.subjects.data import mnist

T = torch.Tensor

SIZES = (784, 100, 50, 10)
N_PARAMETERS = sum((n_in + 1) * n_out for n_in, n_out in pairwise(SIZES))
N_TRAINING = 3_500
STEPS = 900


@dataclass(frozen=True, eq=False)
class Problem:
    """A trained network, the images that it was trained on, and those to judge by."""

    state: State
    images: T
    labels: T
    held_out_images: T
    held_out_labels: T


@lru_cache(maxsize=4)
def problem(number: int) -> Problem:
    """The problem of a number; do not change it."""
    draw = torch.Generator().manual_seed(number)
    images, labels = _all_images()
    images = images[:, torch.randperm(SIZES[0], generator=draw)]
    labels = torch.randperm(SIZES[-1], generator=draw)[labels]
    rows = torch.randperm(len(labels), generator=draw)
    given, held_out = rows[:N_TRAINING], rows[N_TRAINING:]
    start, order = torch.randint(2**31, (2,), generator=draw).tolist()
    model = models.mlp(SIZES, seed=start)
    training.train(model, images[given], labels[given], steps=STEPS, seed=order)
    state = State((name, tensor.detach()) for name, tensor in model.state_dict().items())
    return Problem(state, images[given], labels[given], images[held_out], labels[held_out])


@lru_cache(maxsize=1)
def _all_images() -> tuple[T, T]:
    data = mnist()
    images = torch.cat((data.train_images, data.validation_images, data.test_images))
    labels = torch.cat((data.train_labels, data.validation_labels, data.test_labels))
    return images, labels
