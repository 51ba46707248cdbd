"""The first layer told by waves, as JPEG tells a picture: by cosines, the slow ones of them.

What a unit of the first layer weighs is a picture of 28 by 28 weights, and a smooth one, for it was
trained on shifted images. Its discrete cosine transform is as many numbers, of which those of high
frequency are small. A network that is given the low frequencies of the images can be trained on
these alone; the network that comes back from its file reads pixels again.

    weights (units, pixels) = coefficients (units, waves) @ waves (waves, pixels)

Sources: Wallace 1991, The JPEG Still Picture Compression Standard; Chen et al. 2016, Compressing
Convolutional Neural Networks in the Frequency Domain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch

from courseware.subjects.data import MNIST_SHAPE

T = torch.Tensor
State = Mapping[str, T]

FASTEST = 15
"""Half waves, across and down together, of the fastest that is kept."""

FIRST = "0.weight"


def _waves() -> T:
    """Every wave as a row of pixels, by its half waves down and across; orthonormal."""
    n = MNIST_SHAPE[0]
    steps = torch.arange(n, dtype=torch.float64)
    one = torch.cos(math.pi / n * steps[:, None] * (steps + 0.5)) * math.sqrt(2 / n)
    one[0] /= math.sqrt(2)
    return torch.kron(one, one).float()


_WAVES = _waves()
_DOWN, _ACROSS = torch.meshgrid(*(torch.arange(n) for n in MNIST_SHAPE), indexing="ij")
_SLOW = (_DOWN + _ACROSS).flatten() <= FASTEST
_SLOW_WAVES = _WAVES[_SLOW]

N_WAVES = len(_SLOW_WAVES)
"""How many are kept, of as many as there are pixels."""


def seen(images: T) -> T:
    """How much of each slow wave is in images, or in weights that are pictures; one a row."""
    return images @ _SLOW_WAVES.T


def in_waves(state: State) -> dict[str, T]:
    """A network of pixels as one of slow waves; what it had of fast ones is lost."""
    return {**state, FIRST: seen(state[FIRST])}


def in_place(state: State) -> dict[str, T]:
    """A network of slow waves with a place for every wave, side by side as pixels are."""
    weight = state[FIRST].new_zeros(len(state[FIRST]), len(_WAVES))
    weight[:, _SLOW] = state[FIRST]
    return {**state, FIRST: weight}


def of_pixels(state: State) -> dict[str, T]:
    """A network with a place for every wave as one that reads pixels."""
    return {**state, FIRST: state[FIRST] @ _WAVES}
