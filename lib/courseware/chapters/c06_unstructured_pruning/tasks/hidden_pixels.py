"""Whether pruned weights stay 0 while the others train: pixels behind them alone are changed.

Some pixels have tiny weights, which are pruned at once. From then on the network cannot see these
pixels, whatever they show: black in one training, each image's label in the other, where a weight
that trains along learns the label from them in no time and leaves the others little to do. So the
survivors of both trainings are compared. How far apart they are, of how far they moved (least,
most), over 4 to 6 draws:

    right: SGD and Adam, all images or batches, masks in the network        0
    right: the first step before the zeros are put back                     0     .12
    right: gradients clipped, those of pruned weights counted               0     .43
    pruned weights cut off only at the end, or never                       .79   4.9
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.nn import functional

from courseware.chapters.c06_unstructured_pruning.tasks import finetune_judges as judges
from courseware.checks import prunable_networks as networks
from courseware.checks.call import Outcome, call
from courseware.checks.named_tensors import Named, named
from courseware.checks.states import all_of, plain
from courseware.checks.task import Draw, Misconception
from courseware.checks.values import Difference

T = torch.Tensor

SEEN, HIDDEN, N_CLASSES = 12, 8, 4
TINY = 1e-3
SPARSITY = 0.4
"""More than the weights of the hidden pixels are: 128 of 520."""

TOO_FAR = 0.6
"""Of how far the survivors moved."""

TRAINED_ALONG = Misconception(
    "pruned-trained-along",
    "Pruned weights take part in the fine-tuning and are cut off behind it. By then the others "
    "count on them. The pruned ones are to stay 0 in every batch: put the zeros back after each "
    "step, as `masked_step` does.",
)


def problem(draw: Draw) -> Iterator[tuple[Named, T, T, list[float], int]]:
    """Labels are drawn at random: the network has all to learn, and one pixel or two tell it."""
    sizes = SEEN + HIDDEN, 16, 10, N_CLASSES
    state, images, _ = networks.small_problem(draw, *sizes)
    state["0.weight"][:, SEEN:] *= TINY
    labels = torch.randint(N_CLASSES, (len(images),), generator=draw.generator)
    shown = functional.one_hot(labels, N_CLASSES).float()
    images[:, SEEN:] = shown.repeat(1, HIDDEN // N_CLASSES)
    yield state, images, labels, [SPARSITY], draw.integer(0, 999)


def three_calls(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """Hidden pixels that show the label, then black ones, twice: what differs by chance counts."""
    state, images, *rest = plain(arguments)
    black = images.clone()
    black[:, SEEN:] = 0
    given = images, black, black
    calls = (call(function, (state, these, *rest), seconds) for these in given)
    return all_of(calls, gather=named)


def judge(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Whether what hidden pixels show changes the survivors."""
    for one in got:
        found = judges.trained_survivors(arguments, one) or judges.revived(one)
        if found:
            return found
    before, shown = judges.survivors(arguments[0], got[0])
    _, black = judges.survivors(arguments[0], got[1])
    _, again = judges.survivors(arguments[0], got[2])
    moved = float((black - before).norm())
    apart, by_chance = (float((one - black).norm()) / moved for one in (shown, again))
    # Whether one seed gives one result is another check's to say.
    if apart <= TOO_FAR or by_chance > apart / 2:
        return None
    text = (
        f"pixels of which all weights are pruned show the label, or black: the kept weights moved "
        f"by {moved:.2f} where these are black, and end {apart * moved:.2f} apart, expected 0"
    )
    return Difference(TRAINED_ALONG.name, text)
