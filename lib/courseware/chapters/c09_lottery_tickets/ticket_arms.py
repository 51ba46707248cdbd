"""A lottery ticket and its control arms, over several seeds and rounds, at equal budget.

    ticket                    the masks of magnitude pruning, on the weights they were found from
    random re-initialisation  the same masks, on new random weights
    random mask               the same first weights, masks as dense in each layer, but random
    dense                     nothing pruned: round 0

Three more take the first weights apart, under the same masks: signs that stay, with new sizes or
with one size for all of a layer (the mean); and sizes that stay, with new signs.

In each round all arms of all seeds are trained as one program. The arms of a seed see the same
images in the same order, for as many steps, at the same learning rate; biases start alike. The
masks of the next round come from the trained tickets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch

from courseware.subjects.batched_training import State, judged, train_together
from courseware.subjects.data import Digits
from model_compression.lottery_tickets import (
    iterative_masks,
    random_masks_like,
    random_reinit,
    rewind,
)
from model_compression.masks import Masks, joined_mask, keep_all, prunable_weights, pruned_count

DENSE = "dense"
TICKET = "ticket"
REINIT = "random re-initialisation"
RANDOM_MASK = "random mask"
ARMS = (TICKET, REINIT, RANDOM_MASK)
NEW_SIZES = "same signs, new sizes"
ONE_SIZE = "same signs, one size"
NEW_SIGNS = "same sizes, new signs"
SIGN_ARMS = (NEW_SIZES, ONE_SIZE, NEW_SIGNS)

LENET_WEIGHTS = 784 * 300 + 300 * 100 + 100 * 10
"""Of LeNet-300-100, without biases."""

_CONTROL_SEED = 1_000_003  # the controls of seed s are drawn from a stream that no network uses


@dataclass(frozen=True)
class Plan:
    """How every arm is trained, and how often it is looked at.

    Attributes:
        steps: updates.
        learning_rate: of Adam.
        batch_size: images in an update.
        watch_every: updates from one look at the validation digits to the next.
    """

    steps: int
    learning_rate: float
    batch_size: int
    watch_every: int


@dataclass(frozen=True)
class Run:
    """One training, as it was watched.

    Attributes:
        steps: numbers of updates at which it was looked at, from 0.
        losses: mean cross-entropy on the validation digits.
        accuracies: share of the test digits that are right.
    """

    steps: list[int]
    losses: list[float]
    accuracies: list[float]

    @property
    def stop(self) -> int:
        """Updates until the validation loss is lowest: where one would stop early."""
        return self.steps[self._lowest]

    @property
    def accuracy_at_stop(self) -> float:
        """Share of the test digits that are right at the stop."""
        return self.accuracies[self._lowest]

    @property
    def accuracy_at_end(self) -> float:
        """Share of the test digits that are right after the last update."""
        return self.accuracies[-1]

    def first_below(self, loss: float) -> float | None:
        """Updates until the validation loss is first at most so large; None if it never was.

        Between two looks the loss is taken to lie on a straight line. To round up to the next look
        would favour the arm whose own loss at a look is the goal: it alone is never rounded.
        """
        seen = list(zip(self.steps, self.losses, strict=True))
        if seen[0][1] <= loss:
            return float(seen[0][0])
        for (before, high), (after, low) in pairwise(seen):
            if low <= loss:
                return before + (after - before) * (high - loss) / (high - low)
        return None

    @property
    def _lowest(self) -> int:
        return min(range(len(self.losses)), key=self.losses.__getitem__)


@dataclass(frozen=True, eq=False)
class Level:
    """All arms at one number of remaining weights.

    Attributes:
        masks: of the tickets, one a seed.
        runs: by name of the arm, one a seed; {"dense": ...} where nothing is pruned.
    """

    masks: list[Masks]
    runs: dict[str, list[Run]]

    @property
    def remaining(self) -> float:
        """Share of the weights that is left."""
        return joined_mask(self.masks[0]).density


def counts_by_round(n_weights: int, rounds: int, rate: float) -> list[int]:
    """Weights left after 0, 1, ..., rounds: each round takes round(rate * survivors).

    >>> counts_by_round(1000, 3, 0.2)
    [1000, 800, 640, 512]
    """
    counts = [n_weights]
    for _ in range(rounds):
        counts.append(counts[-1] - pruned_count(counts[-1], rate))
    return counts


def starts_of_arms(
    initial: Mapping[str, torch.Tensor], masks: Mapping[str, torch.Tensor], seed: int
) -> dict[str, tuple[State, Masks]]:
    """Where the ticket and its controls begin: by name of the arm, (state, masks).

    Args:
        initial: state_dict copied before training.
        masks: of the ticket.
        seed: int, of what is random in the controls.

    >>> initial = {"0.weight": torch.tensor([[0.5, -0.2]]), "0.bias": torch.zeros(1)}
    >>> masks = {"0.weight": torch.tensor([[True, False]])}
    >>> arms = starts_of_arms(initial, masks, seed=0)
    >>> arms["ticket"][0]["0.weight"]
    tensor([[0.5000, 0.0000]])
    >>> [int((state["0.weight"] != 0).sum()) for state, _ in arms.values()]
    [1, 1, 1, 1, 1, 1]
    """
    generator = torch.Generator().manual_seed(_CONTROL_SEED + seed)
    shapes = {name: mask.shape for name, mask in masks.items()}
    elsewhere = random_masks_like(masks, generator)
    ticket, drawn = rewind(initial, masks), random_reinit(shapes, masks, generator)
    redrawn = random_reinit(shapes, masks, generator)  # only its signs are used: heads or tails
    new_sizes = {name: new.abs() * ticket[name].sign() for name, new in drawn.items()}
    one_size = {
        name: first.sign() * first.abs().sum() / masks[name].sum().clamp(min=1)
        for name, first in prunable_weights(ticket).items()
    }
    new_signs = {name: ticket[name].abs() * new.sign() for name, new in redrawn.items()}
    return {
        TICKET: (ticket, dict(masks)),
        REINIT: (ticket | drawn, dict(masks)),
        RANDOM_MASK: (rewind(initial, elsewhere), elsewhere),
        NEW_SIZES: (ticket | new_sizes, dict(masks)),
        ONE_SIZE: (ticket | one_size, dict(masks)),
        NEW_SIGNS: (ticket | new_signs, dict(masks)),
    }


def train_watched(
    starts: Sequence[tuple[Mapping[str, torch.Tensor], Mapping[str, torch.Tensor]]],
    data: Digits,
    plan: Plan,
    seeds: Sequence[int],
) -> tuple[list[State], list[Run]]:
    """Train networks together on the training digits, and look at them now and then.

    Args:
        starts: pairs (state, masks).
        data: trained on `train`, watched on `validation` (loss) and `test` (accuracy).
        plan: how.
        seeds: one a network, of the order of the images.
    Returns: the trained states, and what was seen.
    """
    steps: list[int] = []
    losses: list[list[float]] = []
    accuracies: list[list[float]] = []

    def watch(step: int, ensemble: State) -> None:
        steps.append(step)
        losses.append(judged(ensemble, data.validation_images, data.validation_labels)[0].tolist())
        accuracies.append(judged(ensemble, data.test_images, data.test_labels)[1].tolist())

    trained = train_together(
        starts,
        data.train_images,
        data.train_labels,
        steps=plan.steps,
        learning_rate=plan.learning_rate,
        batch_size=plan.batch_size,
        seeds=seeds,
        watch=watch,
        watch_every=plan.watch_every,
    )
    pairs = zip(zip(*losses, strict=True), zip(*accuracies, strict=True), strict=True)
    return trained, [Run(steps, list(loss), list(accuracy)) for loss, accuracy in pairs]


def tickets_and_controls(
    initials: Sequence[Mapping[str, torch.Tensor]],
    data: Digits,
    plan: Plan,
    *,
    rounds: int,
    rate: float,
    seeds: Sequence[int],
    arms: tuple[str, ...] = ARMS,
) -> list[Level]:
    """Iterative magnitude pruning with rewinding, and in every round the control arms.

    Args:
        initials: state_dicts copied before training, one a seed, of one shape.
        data: trained on `train`, stopped by `validation`, judged on `test`.
        plan: the budget of every training.
        rounds: rounds of pruning, >= 0.
        rate: share of the survivors that each round removes, 0 ... 1.
        seeds: one a network: of the order of its images, and of its controls.
        arms: those that are trained, out of `ARMS` and `SIGN_ARMS`; the ticket comes first.
    Returns: rounds + 1 levels; the first is the dense arm.
    Raises: ValueError for another number of seeds, arms that do not begin with the ticket, or what
        `iterative_masks` refuses.

    >>> from courseware.subjects.data import digits
    >>> from courseware.subjects.models import mlp
    >>> initials = [mlp([64, 4, 10], seed).state_dict() for seed in (0, 1)]
    >>> plan = Plan(steps=2, learning_rate=0.01, batch_size=8, watch_every=1)
    >>> levels = tickets_and_controls(initials, digits(), plan, rounds=1, rate=0.5, seeds=(0, 1))
    >>> [(level.remaining, list(level.runs)) for level in levels]
    [(1.0, ['dense']), (0.5, ['ticket', 'random re-initialisation', 'random mask'])]
    """
    if not set(arms) <= {*ARMS, *SIGN_ARMS} or arms[:1] != ARMS[:1]:
        known = (*ARMS, *SIGN_ARMS)
        raise ValueError(f"arms: expected some of {known}, the first included, got {arms}")
    if len(seeds) != len(initials):
        raise ValueError(f"seeds: expected {len(initials)}, one a network, got {len(seeds)}")
    masks = [keep_all(prunable_weights(initial)) for initial in initials]
    trained, runs = train_watched(list(zip(initials, masks, strict=True)), data, plan, seeds)
    levels = [Level(masks, {DENSE: runs})]
    n = len(initials)
    for _ in range(rounds):
        masks = [
            iterative_masks(prunable_weights(state), old, rate)
            for state, old in zip(trained[:n], masks, strict=True)
        ]
        of_seeds = [
            starts_of_arms(initial, mask, seed)
            for initial, mask, seed in zip(initials, masks, seeds, strict=True)
        ]
        starts = [of_seed[arm] for arm in arms for of_seed in of_seeds]
        trained, runs = train_watched(starts, data, plan, [*seeds] * len(arms))
        by_arm = {arm: runs[k * n : (k + 1) * n] for k, arm in enumerate(arms)}
        levels.append(Level(masks, by_arm))
    return levels
