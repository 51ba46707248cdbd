"""SNIP: choose the connections before training, from one gradient (chapter 08).

Give every weight a switch c, 1 = on, and ask how much the loss would move with the switch:

    dL / dc at c = 1   =   w * dL / dw            score = |w * g|,  g = dL / dw on one batch

The gradient alone would rank a weight by how much it wants to move, not by what it does now: a
weight of 0 has score 0, however large its gradient. The sign is dropped, and dividing all scores by
their sum, as the paper does, changes no rank.

Source: Lee et al. 2019, SNIP: Single-shot Network Pruning based on Connection Sensitivity,
section 4.
"""

from collections.abc import Mapping

import torch

from model_compression._mask_validation import checked_untied, checked_weight_dict
from model_compression._rescaling import power_of_two
from model_compression._validation import fitting
from model_compression._validation_reals import check_same_names
from model_compression.masks import Masks, prune_lowest_together, pruned_count


def snip_scores(
    weights: Mapping[str, torch.Tensor], grads: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """Connection sensitivity of every weight; higher is more important.

    score = |w * g|, not normalised.

    Args:
        weights: dict of floating-point tensors, prunable weights only, before training.
        grads: dict of the gradients of the loss on one batch; names and shapes as in `weights`.
    Returns: dict of tensors, names, order and shapes of `weights`, float32 (float64 if the weights
        or gradients are), >= 0, in the units of the loss.
    Raises: ValueError if names or shapes differ, for NaN or infinity, or scores beyond float32.

    >>> snip_scores({"w": torch.tensor([0.5, -2.0, 0.0])}, {"w": torch.tensor([0.4, 0.3, 9.0])})
    {'w': tensor([0.2000, 0.6000, 0.0000])}
    """
    checked = checked_untied(weights, "weights")
    checked_grads = checked_weight_dict(grads, "grads")
    check_same_names(checked_grads, "grads", checked)
    for name, w in checked.items():
        if checked_grads[name].shape != w.shape:
            raise ValueError(
                f"grads[{name!r}]: expected shape {tuple(w.shape)}, "
                f"got {tuple(checked_grads[name].shape)}"
            )
    return {
        name: fitting((w * checked_grads[name]).abs(), f"grads[{name!r}]", "|w * g|")
        for name, w in checked.items()
    }


def normalized_scores(scores: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Scores as shares of their sum, over all tensors together.

    s_j = score_j / sum over k of score_k. One common factor: no rank changes.

    Args:
        scores: dict of floating-point tensors, not negative.
    Returns: dict of tensors with the same names, order and shapes; they add up to 1.
    Raises: ValueError for negative scores, all scores 0, NaN or infinity.

    >>> normalized_scores({"w": torch.tensor([0.8, 0.2, 0.1])})
    {'w': tensor([0.7273, 0.1818, 0.0909])}
    """
    checked = checked_weight_dict(scores, "scores")
    if any(bool((score < 0).any()) for score in checked.values()):
        raise ValueError("scores: expected values >= 0, got negative ones")
    largest = torch.stack([score.max().double() for score in checked.values()]).max()
    unit = power_of_two(largest).clamp(min=1)  # so that the sum of large scores is finite
    scaled = {name: score / unit.to(score.dtype) for name, score in checked.items()}
    total = sum(score.double().sum().item() for score in scaled.values())
    if total == 0:
        raise ValueError("scores: expected one above 0, got zeros alone")
    return {name: score / total for name, score in scaled.items()}


def snip_masks(
    weights: Mapping[str, torch.Tensor], grads: Mapping[str, torch.Tensor], sparsity: float
) -> Masks:
    """Prune the least sensitive connections of all tensors, ranked together.

    The round(sparsity * n) lowest |w * g| go, exactly so many, also where many are 0.

    Args:
        weights: dict of floating-point tensors, prunable weights only, before training.
        grads: dict of the gradients of the loss on one batch; names and shapes as in `weights`.
        sparsity: share to remove of all weights together, 0 ... 1.
    Returns: dict of torch.bool tensors, names, order and shapes of `weights`, True = kept.
    Raises: ValueError for a sparsity outside 0 ... 1, names or shapes that differ, NaN or infinity.

    >>> weights = {"w": torch.tensor([0.5, -2.0, 3.0])}
    >>> snip_masks(weights, {"w": torch.tensor([0.4, 0.3, 0.0])}, 1 / 3)
    {'w': tensor([ True,  True, False])}
    """
    scores = snip_scores(weights, grads)
    n_weights = sum(score.numel() for score in scores.values())
    return prune_lowest_together(scores, pruned_count(n_weights, sparsity))
