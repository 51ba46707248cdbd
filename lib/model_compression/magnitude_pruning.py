"""Magnitude pruning: the smallest weights go (chapter 06).

    threshold          keep where |w| >= threshold             how many go depends on the weights
    magnitude, ratio   prune the round(sparsity * n) smallest  in one tensor
    global magnitude   the same, all tensors ranked together   layers lose different shares

`model_compression.masks` has the rules of counting and of equal magnitudes.

Source: Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks,
section 3.
"""

from collections.abc import Mapping

import torch

from model_compression._mask_validation import checked_untied, checked_weights
from model_compression._validation import checked_number
from model_compression.masks import Masks, prune_lowest, prune_lowest_together, pruned_count


def threshold_mask(w: torch.Tensor, threshold: float) -> torch.Tensor:
    """Keep the weights that reach a threshold.

    mask = |w| >= threshold, the threshold rounded to the precision of the weights first: a float32
    weight of 0.7 is 0.69999999, and reaches a threshold of 0.7.

    Args:
        w: floating-point tensor of any shape.
        threshold: number >= 0, in the units of w.
    Returns: torch.bool tensor of the shape of w, True = kept.
    Raises: ValueError for a negative threshold, an empty tensor, NaN or infinity.

    >>> threshold_mask(torch.tensor([0.0005, -0.002, 0.001, 0.0]), 0.001)
    tensor([False,  True,  True, False])
    """
    weights = checked_weights(w, "w")
    number = checked_number(threshold, "threshold", 0)
    rounded = torch.tensor(number, dtype=w.dtype, device="cpu").to(weights.dtype)
    return weights.abs() >= rounded


def magnitude_mask(w: torch.Tensor, sparsity: float) -> torch.Tensor:
    """Prune the smallest magnitudes of one tensor.

    The round(sparsity * n) smallest |w| go, exactly so many.

    Args:
        w: floating-point tensor of any shape.
        sparsity: share to remove, 0 ... 1; weights that are zero already count.
    Returns: torch.bool tensor of the shape of w, True = kept.
    Raises: ValueError for a sparsity outside 0 ... 1, an empty tensor, NaN or infinity.

    >>> w = torch.tensor([[1.2, 2.4, -5.6], [3.2, -4.1, 1.0], [0.8, 4.4, -2.2]])
    >>> magnitude_mask(w, 0.4)                               # 3.6 of 9, so 4
    tensor([[False,  True,  True],
            [ True,  True, False],
            [False,  True, False]])
    """
    weights = checked_weights(w, "w")
    return prune_lowest(weights.abs(), pruned_count(weights.numel(), sparsity))


def global_magnitude_masks(weights: Mapping[str, torch.Tensor], sparsity: float) -> Masks:
    """Prune the smallest magnitudes of several tensors, ranked together.

    The round(sparsity * n) smallest |w| of all n weights go, whichever tensor they are in. The
    magnitudes are compared as they are: a layer of small weights loses more, and may lose all.

    Args:
        weights: dict of floating-point tensors, prunable weights only.
        sparsity: share to remove of all weights together, 0 ... 1; zeros count.
    Returns: dict of torch.bool tensors, names, order and shapes of `weights`, True = kept.
    Raises: ValueError for a sparsity outside 0 ... 1, an empty dict or tensor, NaN or infinity.

    >>> weights = {"0.weight": torch.tensor([[0.1, -0.2]]), "2.weight": torch.tensor([[0.3, -4.0]])}
    >>> global_magnitude_masks(weights, 0.5)
    {'0.weight': tensor([[False, False]]), '2.weight': tensor([[True, True]])}
    """
    magnitudes = {name: w.abs() for name, w in checked_untied(weights, "weights").items()}
    n_weights = sum(magnitude.numel() for magnitude in magnitudes.values())
    return prune_lowest_together(magnitudes, pruned_count(n_weights, sparsity))
