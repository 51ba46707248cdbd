"""Pruning a language model without training it again: Wanda, and n of m (chapter 10).

    wanda   score = |w_ij| * ||x_j||_2, ranked within each output row
    n:m     of every m consecutive weights of a row, the n with the highest scores stay

What a weight adds to an output is weight times input. Where the inputs differ much in size, as in
language models, magnitude alone prunes the wrong ones. Each output is judged by itself: its weights
compete with each other, not with those of other outputs.

2:4 is the pattern that GPUs have multipliers for. It is stored as 2 values and two numbers of 2
bits, where each of them stands: 2 * 16 + 2 * 2 of 4 * 16 bits, 56 %.

Sources: Sun et al. 2024, A Simple and Effective Pruning Approach for Large Language Models (Wanda),
equation 1; Mishra et al. 2021, Accelerating Sparse Deep Neural Networks.
"""

import torch

from model_compression._mask_validation import checked_weights
from model_compression._validation import checked_floats, checked_integer
from model_compression._validation_reals import checked_matrix, checked_same_shape
from model_compression.masks import pruned_count


def wanda_mask(w: torch.Tensor, x_norm: torch.Tensor, sparsity: float) -> torch.Tensor:
    """Prune the same share of each row: the weights with the lowest |w_ij| * x_norm_j.

    round(sparsity * in) weights of every row go, exactly so many.

    Args:
        w: floating-point tensor of shape (out, in).
        x_norm: floating-point tensor of shape (in,), the Euclidean norm of each input over the
            calibration data, >= 0.
        sparsity: share to remove, 0 ... 1; weights that are zero already count.
    Returns: torch.bool tensor of the shape of w, True = kept. Of equal scores in a row the first
        ones go.
    Raises: ValueError for shapes that do not fit, a negative norm, a sparsity outside 0 ... 1, an
        empty tensor, NaN or infinity.

    >>> w, x_norm = torch.tensor([[3.0, -1.0, 2.0, 0.5]]), torch.tensor([1.0, 9.0, 1.0, 1.0])
    >>> wanda_mask(w, x_norm, 0.5)
    tensor([[ True,  True, False, False]])
    """
    weights = checked_matrix(w, "w")
    norms = checked_floats(x_norm, "x_norm")
    checked_same_shape(norms, "x_norm", weights.shape[1:])
    if bool((norms < 0).any()):
        raise ValueError(f"x_norm: expected norms >= 0, got {norms.min().item():g}")
    count = pruned_count(weights.shape[1], sparsity)
    # The product of two float32 is exact in float64: no two scores become equal by rounding.
    return _without_lowest(weights.abs().to(torch.float64) * norms, count)


def n_m_mask(scores: torch.Tensor, n: int, m: int) -> torch.Tensor:
    """Keep the n highest of each m consecutive scores of a row.

    Args:
        scores: floating-point tensor of shape (out, in), any sign; for pruning by magnitude |w|.
        n: int, 1 ... m.
        m: int that divides the row, so that no run reaches into the next one.
    Returns: torch.bool tensor of the shape of the scores, True = kept; exactly n of each m. Of
        equal scores in a run the first ones go.
    Raises: ValueError for other n and m, an empty tensor, NaN or infinity.

    >>> n_m_mask(torch.tensor([[4.0, 3.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0]]), 2, 4)
    tensor([[ True,  True, False, False, False,  True,  True, False]])
    """
    values = checked_weights(scores, "scores")
    if values.dim() != 2:
        raise ValueError(f"scores: expected 2 axes, got shape {tuple(values.shape)}")
    run = checked_integer(m, "m", 1)
    kept = checked_integer(n, "n", 1, run)
    if values.shape[1] % run != 0:
        raise ValueError(f"m: expected a divisor of the row ({values.shape[1]}), got {run}")
    return _without_lowest(values.reshape(-1, run), run - kept).reshape(values.shape)


def _without_lowest(scores: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """Mask that prunes the n_pruned lowest scores of each row, of equal ones the first."""
    lowest = scores.argsort(dim=1, stable=True)[:, :n_pruned]
    return torch.ones_like(scores, dtype=torch.bool).scatter_(1, lowest, False)
