"""When to prune: at random before training, or little by little during it (chapter 08).

    before    random_mask, or snip.snip_masks
    during    cubic_sparsity says how much, gradual_masks says which
    after     magnitude_pruning, masked_training.prune_and_finetune

The cubic schedule prunes fast while there is much to choose from and slowly near the end:

    progress   0     0.1    0.2    0.3    0.4    0.5    0.6    0.7    0.8    0.9    1
    0 -> 0.9   0   .2439  .4392  .5913  .7056  .7875  .8424  .8757  .8928  .8991   .9

Source: Zhu & Gupta 2017, To prune, or not to prune: exploring the efficacy of pruning for model
compression, section 3.
"""

import math
from collections.abc import Mapping, Sequence

import torch

from model_compression._mask_validation import checked_mask_dict, checked_untied
from model_compression._validation import checked_number, checked_shape
from model_compression._validation_reals import checked_generator
from model_compression.masks import Masks, joined_mask, prune_lowest_together, pruned_count


def random_mask(shape: Sequence[int], sparsity: float, seed: int | torch.Generator) -> torch.Tensor:
    """Prune positions at random: exactly round(sparsity * n) of them, all equally likely.

    Args:
        shape: sizes of the weight, each >= 1.
        sparsity: share to remove, 0 ... 1.
        seed: int; one seed gives one mask. For several layers pass one torch.Generator, which
            moves on from draw to draw: the same int would give layers of one shape the same mask.
    Returns: torch.bool tensor of that shape, on the CPU, True = kept.
    Raises: ValueError for a sparsity outside 0 ... 1, sizes below 1, or a seed that is no int.

    >>> mask = random_mask([3, 4], 0.25, seed=0)
    >>> mask.shape, int(mask.sum())
    (torch.Size([3, 4]), 9)
    """
    sizes = checked_shape(shape, "shape")
    mask = torch.ones(sizes, dtype=torch.bool, device="cpu")
    order = torch.randperm(mask.numel(), generator=checked_generator(seed), device="cpu")
    mask.view(-1)[order[: pruned_count(mask.numel(), sparsity)]] = False
    return mask


def cubic_sparsity(step: float, begin: float, end: float, initial: float, final: float) -> float:
    """Total sparsity that the cubic schedule asks for at a step.

    final + (initial - final) * (1 - p)^3,  p = (step - begin) / (end - begin), clamped to [0, 1].

    Args:
        step: the present training step, before, at, between or after the two ends.
        begin: step at which pruning starts: `initial` up to here.
        end: step, after `begin`, at which it ends: `final` from here on.
        initial: sparsity at the start, 0 ... 1.
        final: sparsity at the end, 0 ... 1.
    Returns: float, a share of all weights, not an increment.
    Raises: ValueError for an end that is not after begin, or sparsities outside 0 ... 1.

    >>> [round(cubic_sparsity(step, 0, 100, 0.0, 0.9), 4) for step in (-5, 0, 50, 100, 200)]
    [0.0, 0.0, 0.7875, 0.9, 0.9]
    """
    now, first, last = (
        checked_number(value, name, -math.inf)
        for value, name in ((step, "step"), (begin, "begin"), (end, "end"))
    )
    if last <= first:
        raise ValueError(f"end: expected a step after begin ({begin}), got {end}")
    if not math.isfinite(last - first):
        raise ValueError(f"end: expected a finite number of steps after begin, got {end}")
    start = checked_number(initial, "initial", 0, 1)
    goal = checked_number(final, "final", 0, 1)
    progress = min(max((now - first) / (last - first), 0.0), 1.0)
    return goal + (start - goal) * (1 - progress) ** 3


def gradual_masks(
    weights: Mapping[str, torch.Tensor], masks: Mapping[str, torch.Tensor], sparsity: float
) -> Masks:
    """Raise the sparsity of a network that is being pruned to a new total.

    round(sparsity * n) weights are pruned in all: those that the masks prune already, whatever
    their value is by now, and the smallest |w| of the others, ranked over all tensors together.

    Args:
        weights: dict of floating-point tensors, prunable weights only.
        masks: dict of the present masks, names and shapes as in `weights`.
        sparsity: total share to be pruned, 0 ... 1. Below the present one the masks stay.
    Returns: dict of torch.bool tensors, names, order and shapes of `weights`, nested in `masks`.
    Raises: ValueError for a sparsity outside 0 ... 1, masks that do not fit, NaN or infinity.

    >>> weights = {"w": torch.tensor([9.0, 1.0, 2.0, 0.0])}
    >>> masks = {"w": torch.tensor([False, True, True, True])}
    >>> gradual_masks(weights, masks, 0.5)                   # the 9 stays pruned, the 0 joins it
    {'w': tensor([False,  True,  True, False])}
    """
    magnitudes = {name: w.abs() for name, w in checked_untied(weights, "weights").items()}
    old = checked_mask_dict(masks, "masks", magnitudes)
    n_pruned = pruned_count(joined_mask(old).n_weights, sparsity)
    return prune_lowest_together(magnitudes, n_pruned, within=old)
