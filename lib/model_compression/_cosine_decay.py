"""A learning rate that falls to 0, for the training loop of `_training` (chapters 04 and 05).

At a constant rate the noise of the batches never dies out, and weights near the border between two
grid points flip to the last step. The rate falls along half a cosine (Loshchilov & Hutter 2017,
SGDR, without restarts).
"""

import math
from collections.abc import Callable

import torch

from model_compression._training import State


def cosine_decay(state: State, steps: int) -> Callable[[State], None]:
    """An `after_step` for `train` from this state, for this many steps.

    The step of Adam is proportional to its learning rate, and its averages do not depend on it. So
    taking back a share of a step after it was made is the same as making it at a smaller rate:
    step number t = 0, 1, ... keeps the share (1 + cos(pi * t / steps)) / 2.
    """
    previous = {name: tensor.clone() for name, tensor in state.items()}
    done = 0

    def shorten_step(parameters: State) -> None:
        nonlocal done
        share = (1 + math.cos(math.pi * done / steps)) / 2
        for name, tensor in parameters.items():
            tensor.copy_(torch.lerp(previous[name], tensor, share))
            previous[name].copy_(tensor)
        done += 1

    return shorten_step
