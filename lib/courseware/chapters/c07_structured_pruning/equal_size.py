"""Networks of one size, made in several ways: whole units out, single weights out, never large.

    arm                          what is left of 64-64-64-10
    L2 norm, mean activation …   the best units of both hidden layers, by that criterion
    …, lost means folded in      and what the lost units add on the average, in the next bias
    random units                 units drawn by chance
    single weights, …            the largest |w| of all layers: as many, or in as many bytes
    …, in rounds                 so many at last, by cuts in the first half of fine-tuning
    from scratch                 nothing was taken out: the small network, trained from its start

Bytes are those of the weights in float32, and of their places where single weights are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from courseware.chapters.c07_structured_pruning.network_costs import compact_csr_bytes
from courseware.chapters.c07_structured_pruning.unit_pruning import (
    CRITERIA,
    random_scores,
    unit_scores,
    with_means_folded,
    without_units,
)
from courseware.subjects.batched_training import judged, train_together
from courseware.subjects.data import Digits
from courseware.subjects.models import mlp
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import Masks, joined_mask, keep_all, prunable_weights
from model_compression.pruning_schedules import gradual_masks
from model_compression.sparse_storage import sparse_bytes

State = Mapping[str, torch.Tensor]
Start = tuple[State, Mapping[str, torch.Tensor]]

NORM, MEAN, SILENCE = CRITERIA
CHANCE = "random units"
WEIGHTS = "single weights, as many"
BITMASK = "single weights, as many bytes (bitmask)"
COMPACT = "single weights, as many bytes (CSR, small indices)"
WIDE = "single weights, as many bytes (CSR, 8-byte indices)"
BITMASK_IN_ROUNDS = "single weights, as many bytes (bitmask), in rounds"
SCRATCH = "small from scratch"
CHOSEN = (*CRITERIA, CHANCE)
FOLDED = ", lost means folded in"
REPAIRED = {arm + FOLDED: arm for arm in CHOSEN}
"""Arm → how its units are chosen."""
STRUCTURED = (*CHOSEN, *REPAIRED)
UNSTRUCTURED = (WEIGHTS, BITMASK, COMPACT, WIDE)

LARGE_STEPS = 400
LARGE_RATE = 0.005
"""How the large networks were trained, and the small one from scratch for as long."""

FIRST_RATES = {SCRATCH: LARGE_RATE} | {
    f"{SCRATCH}, first half at {rate:g}": rate for rate in (0.0125, 0.03)
}
"""Arm → the rate of its first `LARGE_STEPS` updates, before those that the others fine-tune."""

ARMS = (*CHOSEN, *UNSTRUCTURED, BITMASK_IN_ROUNDS, *FIRST_RATES)
"""Those that are fine-tuned."""

ROUNDS = 5
"""Of pruning single weights while they are fine-tuned."""

_DRAW_SEED = 1_000_003  # the draws of network s come from a stream that no network uses
_STRETCH_SEED = 1_000  # each stretch between two cuts has an order of the images of its own


def trained_networks(
    sizes: Sequence[int], seeds: Sequence[int], data: Digits, rate: float = LARGE_RATE
) -> list[State]:
    """Networks that were trained for `LARGE_STEPS` updates at a rate, one a seed."""
    trained = train_together(
        [unpruned(mlp(sizes, seed).state_dict()) for seed in seeds],
        data.train_images,
        data.train_labels,
        steps=LARGE_STEPS,
        learning_rate=rate,
        seeds=seeds,
    )
    return [*trained]


def unpruned(state: State) -> Start:
    """A network with masks that keep all of it."""
    return state, keep_all(prunable_weights(state))


def stored_bytes(masks: Mapping[str, torch.Tensor], arm: str) -> int:
    """Bytes of the masked weights in the storage of an arm out of `UNSTRUCTURED`.

    >>> masks = {"0.weight": torch.tensor([[True, True, False], [False, False, True]])}
    >>> [stored_bytes(masks, arm) for arm in (WEIGHTS, BITMASK, COMPACT, WIDE)]
    [12, 13, 18, 60]
    """
    if arm == COMPACT:
        return sum(compact_csr_bytes(mask) for mask in masks.values())
    if arm == WIDE:
        return sum(sparse_bytes(mask, "csr") for mask in masks.values())
    if arm == BITMASK:
        return sum(sparse_bytes(mask, "bitmask") for mask in masks.values())
    return 4 * sum(int(mask.sum()) for mask in masks.values())


def masks_within(state: State, n_bytes: int, arm: str) -> Masks:
    """The largest weights of all layers, as many as the storage of an arm holds in so many bytes.

    Raises: ValueError if not even a matrix without weights fits.
    """
    weights = prunable_weights(state)
    n_all = sum(weight.numel() for weight in weights.values())

    def masks_of(n_kept: int) -> Masks:
        return global_magnitude_masks(weights, 1 - n_kept / n_all)

    if stored_bytes(masks_of(0), arm) > n_bytes:
        raise ValueError(f"n_bytes: expected room for an empty matrix at least, got {n_bytes}")
    fits, too_many = 0, n_all + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if stored_bytes(masks_of(middle), arm) <= n_bytes:
            fits = middle
        else:
            too_many = middle
    return masks_of(fits)


def without_some(state: State, images: torch.Tensor, arm: str, keep: float, draw: int) -> State:
    """The network with a share of its units, chosen by an arm out of `STRUCTURED`.

    Args:
        state: of the large network.
        images: on which activations are measured.
        arm: out of `STRUCTURED`.
        keep: share of the units of each hidden layer.
        draw: seed of the choice by chance.
    """
    chosen = REPAIRED.get(arm, arm)
    if chosen == CHANCE:
        scores = random_scores(state, _DRAW_SEED + draw)
    else:
        scores = unit_scores(state, images, chosen)
    if arm in REPAIRED:
        return with_means_folded(state, images, scores, keep)
    return without_units(state, scores, keep)


def by_chance(arm: str) -> bool:
    """Whether an arm draws its units, so that one network gives many results."""
    return REPAIRED.get(arm, arm) == CHANCE


def starts_of(
    arm: str, states: Sequence[State], data: Digits, keep: float, seeds: Sequence[int], draws: int
) -> tuple[list[Start], list[int]]:
    """What an arm fine-tunes, and the seed of its images: (state, masks) for each large network.

    By chance there are `draws` of them for each network, one after the other. In rounds the masks
    are as dense as the last ones will be.
    """
    if arm in STRUCTURED:
        n = draws if by_chance(arm) else 1
        small = [
            without_some(state, data.train_images, arm, keep, seed * n + draw)
            for state, seed in zip(states, seeds, strict=True)
            for draw in range(n)
        ]
        return [unpruned(state) for state in small], [seed for seed in seeds for _ in range(n)]
    if arm in FIRST_RATES:
        *hidden, n_outputs = [len(bias) for bias in states[0].values() if bias.dim() == 1]
        narrow = [max(1, round(keep * width)) for width in hidden]
        sizes = [states[0]["0.weight"].shape[1], *narrow, n_outputs]
        small = trained_networks(sizes, seeds, data, FIRST_RATES[arm])
        return [unpruned(state) for state in small], [*seeds]
    storage = BITMASK if arm == BITMASK_IN_ROUNDS else arm
    starts: list[Start] = []
    for state in states:
        shrunk = without_some(state, data.train_images, NORM, keep, 0)
        n_bytes = 4 * sum(weight.numel() for weight in prunable_weights(shrunk).values())
        starts.append((state, masks_within(state, n_bytes, storage)))
    return starts, [*seeds]


def fine_tuned(
    starts: Sequence[Start],
    data: Digits,
    learning_rate: float,
    budgets: Sequence[int],
    seeds: Sequence[int],
) -> dict[int, dict[str, list[float]]]:
    """Train on, and look after each number of updates in `budgets`, which has 0 for before.

    Returns: by budget: "validation" and "test", the percentage of digits that each network gets
        right.
    """
    seen: dict[int, dict[str, list[float]]] = {}

    def watch(step: int, ensemble: dict[str, torch.Tensor]) -> None:
        if step in budgets:
            parts = {
                "validation": (data.validation_images, data.validation_labels),
                "test": (data.test_images, data.test_labels),
            }
            seen[step] = {
                name: (100 * judged(ensemble, *part)[1]).tolist() for name, part in parts.items()
            }

    train_together(
        starts,
        data.train_images,
        data.train_labels,
        steps=max(budgets),
        learning_rate=learning_rate,
        seeds=seeds,
        watch=watch,
    )
    return seen


def fine_tuned_in_rounds(
    starts: Sequence[Start],
    data: Digits,
    learning_rate: float,
    budget: int,
    seeds: Sequence[int],
) -> dict[str, list[float]]:
    """Cut `ROUNDS` times in the first half of so many updates, down to the density of the masks.

    Each cut takes the same share of what is left, by |w| of that moment; the first comes before any
    update. Every stretch between two cuts, and the second half, has a new optimizer.

    Args:
        starts: networks and masks, of which the number of kept weights counts.
        data: as in `fine_tuned`, the learning rate and seeds too.
        budget: updates in all, a multiple of 2 * `ROUNDS`.
    Returns: "validation" and "test", the percentage of digits that each network gets right.
    """
    goals = [joined_mask(masks) for _, masks in starts]
    now = [unpruned(state) for state, _ in starts]
    stretch = budget // (2 * ROUNDS)
    for cut in range(1, ROUNDS + 1):
        left = [goal.density ** (cut / ROUNDS) if cut < ROUNDS else goal.density for goal in goals]
        masks = [
            gradual_masks(prunable_weights(state), before, 1 - share)
            for (state, before), share in zip(now, left, strict=True)
        ]
        states = train_together(
            [(state, mask) for (state, _), mask in zip(now, masks, strict=True)],
            data.train_images,
            data.train_labels,
            steps=stretch,
            learning_rate=learning_rate,
            seeds=[_STRETCH_SEED * cut + seed for seed in seeds],
        )
        now = [*zip(states, masks, strict=True)]
    rest = budget - ROUNDS * stretch
    return fine_tuned(now, data, learning_rate, (rest,), seeds)[rest]
