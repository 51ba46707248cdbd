"""Pruning before, during or after training: one network, one budget, the same seeds.

Every arm is trained in the same stretches of updates, each with a new optimizer and an order of the
images that depends on the seed and the stretch alone. What differs between arms is the mask:

    arm         sparsity at the start of stretch k of n, final sparsity s
    dense       0
    before      s from the first update on (random, SNIP at once or in cuts, and SNIP's controls)
    gradual     cubic from 0 to s at k = 0.7 n, by |w| of that moment; or in a straight line
    one-shot    0, then s from k = n / 2 on, by |w| of that moment; or already from k = n / 5 on
    iterative   0, then in 3 stretches from k = n / 2 on, each with the same share of what is left;
                or already from k = n / 5 on

All arms, sparsities and seeds are trained as one program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy

from courseware.subjects.batched_training import (
    State,
    judged,
    logits_of_all,
    stacked,
    train_together,
)
from courseware.subjects.data import Digits
from model_compression.lottery_tickets import random_masks_like, remaining_fraction
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import Masks, apply_masks, keep_all, prunable_weights
from model_compression.pruning_schedules import cubic_sparsity, gradual_masks, random_mask
from model_compression.snip import snip_masks, snip_scores

DENSE = "dense"
RANDOM = "random, before"
SNIP = "SNIP, before"
GRADUAL = "gradual, during"
ONE_SHOT = "one-shot, after"
ITERATIVE = "iterative, after"
ARMS = (RANDOM, SNIP, GRADUAL, ONE_SHOT, ITERATIVE)

SHUFFLED = "SNIP, shuffled in each layer"
SHUFFLED_PER_INPUT = "SNIP, shuffled for each input"
INKED = "random, SNIP's densities, no blank pixels"
BY_GRADIENT = "ranked by |g| alone"
SNIP_IN_CUTS = "SNIP in 30 cuts, before"
BEFORE = (RANDOM, SNIP, SHUFFLED, SHUFFLED_PER_INPUT, INKED, BY_GRADIENT, SNIP_IN_CUTS)
EARLY_ROUNDS = "iterative, from a fifth on"
EARLY_CUT = "one-shot, from a fifth on"
STRAIGHT = "gradual, in a straight line"

ROUNDS = 3
"""Of iterative pruning."""

SNIP_CUTS = 30

_MASK_SEED = 1_000_003  # masks of seed s are drawn from a stream that no network uses


@dataclass(frozen=True)
class Budget:
    """What every arm may spend.

    Attributes:
        stretches: number of stretches, a multiple of 10.
        updates: in each stretch.
        learning_rate: of Adam.
        batch_size: images in an update.
        snip_images: images in the batch that SNIP looks at.
    """

    stretches: int = 10
    updates: int = 40
    learning_rate: float = 0.005
    batch_size: int = 32
    snip_images: int = 128


@dataclass(frozen=True)
class Outcome:
    """One network, pruned and trained.

    Attributes:
        masks: at the end.
        validation: accuracy on the validation digits after each stretch.
        test: accuracy on the test digits at the end.
    """

    masks: Masks
    validation: list[float]
    test: float


def planned_sparsity(arm: str, stretch: int, final: float, n_stretches: int) -> float:
    """Total sparsity that an arm has in a stretch.

    Raises: ValueError for an unknown arm, or a number of stretches that is no multiple of 10.

    >>> [round(planned_sparsity(ITERATIVE, k, 0.875, 10), 3) for k in range(4, 9)]
    [0.0, 0.5, 0.75, 0.875, 0.875]
    """
    if n_stretches < 10 or n_stretches % 10:
        raise ValueError(f"n_stretches: expected a multiple of 10, got {n_stretches}")
    middle = n_stretches // 2
    if arm == DENSE:
        return 0.0
    if arm in BEFORE:
        return final
    if arm == GRADUAL:
        return cubic_sparsity(stretch, 0, n_stretches * 7 // 10, 0.0, final)
    if arm == STRAIGHT:
        return final * min(stretch / (n_stretches * 7 // 10), 1.0)
    if arm in (ONE_SHOT, EARLY_CUT):
        first = middle if arm == ONE_SHOT else n_stretches // 5
        return final if stretch >= first else 0.0
    if arm in (ITERATIVE, EARLY_ROUNDS):
        rate = 1 - (1 - final) ** (1 / ROUNDS)
        first = middle if arm == ITERATIVE else n_stretches // 5
        done = min(max(stretch - first + 1, 0), ROUNDS)
        return final if done == ROUNDS else 1 - remaining_fraction(done, rate)
    known = [DENSE, *ARMS, EARLY_ROUNDS, EARLY_CUT, STRAIGHT, *BEFORE[2:]]
    raise ValueError(f"arm: expected one of {known}, got {arm!r}")


def weight_gradients(
    state: Mapping[str, torch.Tensor], images: torch.Tensor, labels: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Gradients of the mean cross-entropy on one batch with respect to the prunable weights."""
    names = list(prunable_weights(state))
    followed = {n: v.detach().clone().requires_grad_(n in names) for n, v in state.items()}
    logits = logits_of_all({n: v.unsqueeze(0) for n, v in followed.items()}, images)[0]
    grads = torch.autograd.grad(cross_entropy(logits, labels), [followed[n] for n in names])
    return dict(zip(names, grads, strict=True))


def first_batch(data: Digits, n_images: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Training images and labels, drawn without replacement: what SNIP looks at."""
    order = torch.randperm(len(data.train_images), generator=torch.Generator().manual_seed(seed))
    rows = order[:n_images]
    return data.train_images[rows], data.train_labels[rows]


def snip_in_cuts(
    state: Mapping[str, torch.Tensor], images: torch.Tensor, labels: torch.Tensor, final: float
) -> Masks:
    """SNIP's masks in `SNIP_CUTS` cuts on one batch, without training between them.

    Each cut takes the same share of what is left, by |w * g| of the network that is left: what
    matters changes with what is gone (de Jorge et al. 2021, Progressive Skeletonization).
    """
    masks: Masks = keep_all(prunable_weights(state))
    for cut in range(1, SNIP_CUTS + 1):
        left = apply_masks(state, masks)
        scores = snip_scores(prunable_weights(left), weight_gradients(left, images, labels))
        total = final if cut == SNIP_CUTS else 1 - (1 - final) ** (cut / SNIP_CUTS)
        masks = gradual_masks(scores, masks, total)
    return masks


def shuffled_per_input(masks: Mapping[str, torch.Tensor], generator: torch.Generator) -> Masks:
    """Masks (out, in) with each column shuffled: every input keeps as many connections as before.

    >>> masks = {"w": torch.tensor([[True, False], [True, False]])}
    >>> shuffled_per_input(masks, torch.Generator())["w"].tolist()
    [[True, False], [True, False]]
    """
    return {
        name: mask.gather(0, torch.rand(mask.shape, generator=generator).argsort(dim=0))
        for name, mask in masks.items()
    }


def masks_on_ink(
    masks: Mapping[str, torch.Tensor], blank: torch.Tensor, generator: torch.Generator
) -> Masks:
    """Random masks, as dense as these in each layer, without a connection of a blank pixel.

    Args:
        masks: of Linear layers, the first of which reads the pixels.
        blank: bool tensor, which pixels are 0 in all images.
        generator: draws the positions.
    Raises: ValueError if the first layer keeps more connections than its other pixels have.

    >>> masks = {"0.weight": torch.tensor([[True, False], [True, False]])}
    >>> masks_on_ink(masks, torch.tensor([True, False]), torch.Generator())["0.weight"].tolist()
    [[False, True], [False, True]]
    """
    first = next(iter(masks))
    allowed = (~blank).expand_as(masks[first])
    n_kept = int(masks[first].sum())
    if n_kept > int(allowed.sum()):
        raise ValueError(f"masks: expected at most {int(allowed.sum())} in {first}, got {n_kept}")
    order = (torch.rand(allowed.shape, generator=generator) + allowed).flatten().argsort()
    on_ink = torch.zeros(allowed.numel(), dtype=torch.bool)
    on_ink[order[len(order) - n_kept :]] = True
    return random_masks_like(masks, generator) | {first: on_ink.reshape(allowed.shape)}


def masks_before(
    arm: str, state: Mapping[str, torch.Tensor], data: Digits, final: float, n: int, seed: int
) -> Masks:
    """Masks that an arm starts with; those that prune later start with masks that keep all.

    Args:
        arm: any that `planned_sparsity` knows.
        state: the network before training.
        data: SNIP takes n of its training images.
        final: sparsity.
        n: images for SNIP.
        seed: of the batch, and of what is drawn at random.
    """
    weights = prunable_weights(state)
    generator = torch.Generator().manual_seed(_MASK_SEED + seed)
    if arm not in BEFORE:
        return keep_all(weights)
    if arm == RANDOM:
        return {name: random_mask(w.shape, final, generator) for name, w in weights.items()}
    if arm == SNIP_IN_CUTS:
        return snip_in_cuts(state, *first_batch(data, n, seed), final)
    grads = weight_gradients(state, *first_batch(data, n, seed))
    if arm == BY_GRADIENT:
        return global_magnitude_masks(grads, final)
    masks = snip_masks(weights, grads, final)
    if arm == INKED:
        return masks_on_ink(masks, data.train_images.amax(dim=0) == 0, generator)
    if arm == SHUFFLED:
        return random_masks_like(masks, generator)
    return shuffled_per_input(masks, generator) if arm == SHUFFLED_PER_INPUT else masks


def train_arms(
    initials: Sequence[State],
    data: Digits,
    budget: Budget,
    arms: Sequence[str],
    sparsities: Sequence[float],
    seeds: Sequence[int],
) -> dict[str, dict[float, list[Outcome]]]:
    """Prune and train every arm at every sparsity from every initial network.

    Args:
        initials: networks of one shape before training, one a seed.
        data: trained on `train`, watched on `validation`, judged on `test`.
        budget: the same for all.
        arms: as in `masks_before`; the dense arm has the one sparsity 0.
        sparsities: final ones, 0 ... 1.
        seeds: one for each initial network.
    Returns: by arm and sparsity one outcome a seed, in the order of `seeds`.
    Raises: ValueError for another number of seeds, an unknown arm, or what the library refuses.
    """
    if len(initials) != len(seeds):
        raise ValueError(f"seeds: expected {len(initials)}, one a network, got {len(seeds)}")
    n = budget.stretches
    planned = {arm: sparsities if arm != DENSE else (0.0,) for arm in arms}
    cells = [(arm, s, i) for arm in arms for s in planned[arm] for i in range(len(seeds))]
    for arm, final, _ in cells:
        planned_sparsity(arm, 0, final, n)  # an unknown arm is named before any work
    states = [initials[i] for _, _, i in cells]
    masks = [
        masks_before(arm, initials[i], data, final, budget.snip_images, seeds[i])
        for arm, final, i in cells
    ]
    looks = []
    for stretch in range(n):
        masks = [
            now
            if arm in BEFORE
            else gradual_masks(prunable_weights(state), now, planned_sparsity(arm, stretch, s, n))
            for (arm, s, _), state, now in zip(cells, states, masks, strict=True)
        ]
        states = train_together(
            list(zip(states, masks, strict=True)),
            data.train_images,
            data.train_labels,
            steps=budget.updates,
            learning_rate=budget.learning_rate,
            batch_size=budget.batch_size,
            seeds=[seeds[i] * n + stretch for _, _, i in cells],
        )
        looks.append(judged(stacked(states), data.validation_images, data.validation_labels)[1])
    tested = judged(stacked(states), data.test_images, data.test_labels)[1].tolist()
    watched = torch.stack(looks, dim=1).tolist()
    found: dict[str, dict[float, list[Outcome]]] = {}
    for (arm, final, _), *outcome in zip(cells, masks, watched, tested, strict=True):
        found.setdefault(arm, {}).setdefault(final, []).append(Outcome(*outcome))
    return found
