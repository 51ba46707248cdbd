"""Lottery tickets: sparse networks that train well from their own beginning (chapter 09).

    1  draw a network, keep a copy of its weights
    2  train it
    3  prune a share of the surviving weights, the smallest |w|, all layers together
    4  set the survivors back to the copy (rewind)
    5  train again from there;  6  go on with 3;  7  the last start is the winning ticket

A copy means copied tensors, taken before training: a state_dict shares its memory with the model
and changes with it. To show that the ticket is more than its sparsity, compare it with the same
mask on other weights (`random_reinit`) and with random masks as dense as its own, layer by layer
(`random_masks_like`).

Source: Frankle & Carbin 2019, The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural
Networks, sections 1 and 2.
"""

import math
from collections.abc import Mapping, Sequence

import torch

from model_compression._mask_validation import checked_mask_dict, checked_untied
from model_compression._network_validation import checked_mlp
from model_compression._training import State
from model_compression._validation import checked_integer, checked_number, checked_shape
from model_compression._validation_reals import (
    check_same_names,
    checked_generator,
    checked_names,
    checked_tensors,
)
from model_compression.masked_training import train_masked
from model_compression.masks import (
    Mask,
    Masks,
    apply_masks,
    joined_mask,
    keep_all,
    prunable_weights,
    prune_lowest_together,
    pruned_count,
)
from model_compression.pruning_schedules import random_mask

_SEARCH_STEPS = 300
_SEARCH_LEARNING_RATE = 0.005


def remaining_fraction(rounds: int, rate: float) -> float:
    """Share of the weights that is left after some rounds of pruning.

    (1 - rate)^rounds: each round takes its share of what the one before left over.

    Args:
        rounds: number of rounds, an int >= 0.
        rate: share of the survivors that each round removes, 0 ... 1.
    Returns: float in 0 ... 1.
    Raises: ValueError for negative rounds, or a rate outside 0 ... 1.

    >>> [round(remaining_fraction(rounds, 0.2), 3) for rounds in (0, 1, 2, 3)]
    [1.0, 0.8, 0.64, 0.512]
    """
    n_rounds = checked_integer(rounds, "rounds", 0)
    return (1 - checked_number(rate, "rate", 0, 1)) ** n_rounds


def iterative_masks(
    weights: Mapping[str, torch.Tensor], masks: Mapping[str, torch.Tensor], rate: float
) -> Masks:
    """Prune a share of the surviving weights, all layers ranked together.

    The round(rate * survivors) smallest |w| of the survivors go.

    Args:
        weights: dict of floating-point tensors after training, prunable weights only.
        masks: dict of the present masks, names and shapes as in `weights`.
        rate: share of the survivors to remove, 0 ... 1.
    Returns: dict of torch.bool tensors, names, order and shapes of `weights`, nested in `masks`.
    Raises: ValueError for a rate outside 0 ... 1, masks that do not fit, NaN or infinity.

    >>> weights = {"w": torch.tensor([0.1, 5.0, 3.0, 4.0, 2.0])}
    >>> masks = {"w": torch.tensor([False, True, True, True, True])}
    >>> iterative_masks(weights, masks, 0.25)                # 1 of the 4 that are left
    {'w': tensor([False,  True,  True,  True, False])}
    """
    magnitudes = {name: w.abs() for name, w in checked_untied(weights, "weights").items()}
    old = checked_mask_dict(masks, "masks", magnitudes)
    counts = joined_mask(old)
    share = checked_number(rate, "rate", 0, 1)
    n_pruned = counts.n_pruned + pruned_count(counts.n_kept, share)
    return prune_lowest_together(magnitudes, n_pruned, within=old)


def rewind(initial: Mapping[str, torch.Tensor], masks: Mapping[str, torch.Tensor]) -> State:
    """Set the survivors back to their first values, and the pruned weights to zero.

    initial * mask for every tensor that has a mask; the others, such as biases, as in `initial`.

    Args:
        initial: state_dict copied before training.
        masks: dict of torch.bool tensors by name, True = kept.
    Returns: dict of new tensors, keys and order of `initial`.
    Raises: ValueError for a mask without a tensor, of another shape, or not torch.bool.

    >>> initial = {"0.weight": torch.tensor([[0.3, -0.2]]), "0.bias": torch.tensor([0.1])}
    >>> rewind(initial, {"0.weight": torch.tensor([[True, False]])})
    {'0.weight': tensor([[0.3000, 0.0000]]), '0.bias': tensor([0.1000])}
    """
    return apply_masks(checked_tensors(initial, "initial"), masks)


def random_reinit(
    shapes: Mapping[str, Sequence[int]],
    masks: Mapping[str, torch.Tensor],
    seed: int | torch.Generator,
) -> State:
    """The same masks on newly drawn weights: the control arm of a lottery ticket.

    w ~ uniform(-1 / sqrt(fan_in), 1 / sqrt(fan_in)) * mask, fan_in = product of all sizes but the
    first; the range from which torch draws the weights of its layers. The range is that of the
    whole layer: fan_in does not shrink with the mask.

    Args:
        shapes: dict of weight shapes (out, in) or (out, in, kh, kw).
        masks: dict of torch.bool tensors, names and shapes as in `shapes`.
        seed: int or torch.Generator. One stream serves all layers in the order of `shapes`, so
            layers of one shape get different weights.
    Returns: dict of float32 tensors, names and order of `shapes`.
    Raises: ValueError if names or shapes differ, for fewer than 2 axes, or a seed that is no int.

    >>> mask = torch.tensor([[True, False], [True, True]])
    >>> random_reinit({"w": [2, 2]}, {"w": mask}, seed=0)["w"] != 0
    tensor([[ True, False],
            [ True,  True]])
    """
    check_same_names(checked_mask_dict(masks, "masks"), "masks", checked_names(shapes, "shapes"))
    generator = checked_generator(seed)
    drawn = {}
    for name, shape in shapes.items():
        sizes = checked_shape(shape, f"shapes[{name!r}]")
        if len(sizes) < 2:
            raise ValueError(f"shapes[{name!r}]: expected 2 sizes or more, got {list(sizes)}")
        bound = math.prod(sizes[1:]) ** -0.5
        weight = torch.empty(sizes, dtype=torch.float32, device="cpu")
        drawn[name] = weight.uniform_(-bound, bound, generator=generator)
    return apply_masks(drawn, masks)


def random_masks_like(masks: Mapping[str, torch.Tensor], seed: int | torch.Generator) -> Masks:
    """Random masks as dense as given ones, layer by layer: the other control arm.

    Args:
        masks: dict of torch.bool tensors.
        seed: int or torch.Generator; one stream for all layers.
    Returns: dict of torch.bool tensors, names, order, shapes and counts of `masks`.
    Raises: ValueError for a dict that does not hold torch.bool tensors, or a seed that is no int.

    >>> masks = {"w": torch.tensor([[True, False], [False, False]])}
    >>> int(random_masks_like(masks, seed=0)["w"].sum())
    1
    """
    given, generator = checked_mask_dict(masks, "masks"), checked_generator(seed)
    return {
        name: random_mask(mask.shape, Mask(mask).sparsity, generator)
        for name, mask in given.items()
    }


def mask_distance(a: Mapping[str, torch.Tensor], b: Mapping[str, torch.Tensor]) -> float:
    """Share of the entries in which two dicts of masks differ.

    differing entries / all entries, over all layers together. At one sparsity s for both it cannot
    exceed 2 * min(s, 1 - s): a small distance means little where hardly anything is pruned.

    Args:
        a: dict of torch.bool tensors.
        b: dict of torch.bool tensors, names and shapes as in `a`, in any order.
    Returns: float in 0 ... 1; 0 for equal masks.
    Raises: ValueError if names or shapes differ, or for tensors that are not torch.bool.

    >>> a, b = {"w": torch.tensor([True, False])}, {"w": torch.tensor([True, True])}
    >>> mask_distance(a, b)
    0.5

    Source: You et al. 2020, Drawing Early-Bird Tickets, section 3.2 (the mask distance).
    """
    first = checked_mask_dict(a, "a")
    second = checked_mask_dict(b, "b", first)
    differing = joined_mask(first).kept != joined_mask(second).kept
    return int(differing.sum()) / differing.numel()


def find_ticket(
    initial: Mapping[str, torch.Tensor],
    images: torch.Tensor,
    labels: torch.Tensor,
    rounds: int,
    rate: float,
    seed: int,
) -> list[tuple[State, Masks]]:
    """Find a lottery ticket by iterative magnitude pruning with rewinding.

    Each round: train from the present start, prune round(rate * survivors) of the trained weights,
    rewind the survivors to `initial`. Every round sees the same batches and a new optimizer, so
    that rounds differ in their masks alone.

    Args:
        initial: of Linear, ReLU, ..., Linear before training: 0.weight, 0.bias, 2.weight, ...
        images: floating-point tensor of shape (N, D), the training images.
        labels: integer tensor of shape (N,), class numbers 0 ... classes - 1.
        rounds: number of rounds, an int >= 1.
        rate: share of the survivors that each round removes, 0 ... 1.
        seed: int, decides the order of the images.
    Returns: list of rounds + 1 pairs (state, masks), what each training starts from: the first is
        `initial` with masks that prune nothing, the last is the ticket, which is not trained here.
        States are float32.
    Raises: ValueError as `masked_training.train_masked`, for no rounds, or a rate outside 0 ... 1.

    >>> initial = {"0.weight": torch.tensor([[0.5], [-0.2]]), "0.bias": torch.zeros(2)}
    >>> images, labels = torch.tensor([[-1.0], [1.0]]), torch.tensor([1, 0])
    >>> starts = find_ticket(initial, images, labels, rounds=1, rate=0.5, seed=0)
    >>> [int(masks["0.weight"].sum()) for _, masks in starts]
    [2, 1]
    """
    n_rounds, share = checked_integer(rounds, "rounds", 1), checked_number(rate, "rate", 0, 1)
    first = checked_mlp(initial, name="initial")
    masks = keep_all(prunable_weights(first))
    starts = [(rewind(first, masks), masks)]
    for _ in range(n_rounds):
        start, masks = starts[-1]
        trained = train_masked(
            start,
            images,
            labels,
            masks,
            steps=_SEARCH_STEPS,
            learning_rate=_SEARCH_LEARNING_RATE,
            seed=seed,
        )
        masks = iterative_masks(prunable_weights(trained), masks, share)
        starts.append((rewind(first, masks), masks))
    return starts
