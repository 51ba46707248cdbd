"""Whether a later round goes on from the weights as they are, and not from the given ones.

The second sparsity prunes the whole last layer, whose weights are the smallest. From then on no
gradient reaches the first one: it keeps what the first round has taught it, if that is still
there. In any right training its weights have moved by then, if only a little.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c06_unstructured_pruning.tasks import finetune_judges as judges
from courseware.checks import prunable_networks as networks
from courseware.checks.named_tensors import Named
from courseware.checks.task import Draw, Misconception
from courseware.checks.values import Difference

T = torch.Tensor

SIZES = 12, 16, 4
FIRST, LAST, LAST_BIAS = "0.weight", "2.weight", "2.bias"
LARGE = 40.0, 60.0
"""Magnitudes of the first layer: no training of the last one gets there."""
DARK = 0.01
"""Of the images, so that the hidden units are of a usual size all the same."""

REWOUND = Misconception(
    "rewound",
    "What an earlier round has taught is gone: the kept weights are those of the given network "
    "again when the last round begins. Fine-tune after each pruning, and go on from the weights as "
    "they are then: going back to the first ones is another method, that of the lottery tickets.",
)


def problem(draw: Draw) -> Iterator[tuple[Named, T, T, list[float], int]]:
    """Half of the last layer's weights go at first, then the other half."""
    state, images, _ = networks.small_problem(draw, *SIZES)
    low, high = LARGE
    unit = torch.rand(state[FIRST].shape, generator=draw.generator)
    state[FIRST] = state[FIRST].sign() * (low + (high - low) * unit)
    labels = torch.randint(SIZES[-1], (len(images),), generator=draw.generator)
    share = state[LAST].numel() / networks.n_weights(state)
    yield state, DARK * images, labels, [share / 2, share], draw.integer(0, 999)


def judge(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Whether the first layer is as it came in, where it has been trained once."""
    if found := judges.counted(arguments, got):
        return found
    state, masks = got
    if not masks[FIRST].all() or masks[LAST].any():
        return None  # of another ranking, which is for other checks to say
    as_they_came = {name: torch.equal(state[name].detach(), arguments[0][name]) for name in state}
    if not as_they_came[FIRST]:
        return None
    if as_they_came[LAST_BIAS]:
        return Difference("no-fine-tuning", judges.UNTRAINED)
    text = f"{FIRST}, which the first round alone can train, is just as it came in"
    return Difference(REWOUND.name, text)
