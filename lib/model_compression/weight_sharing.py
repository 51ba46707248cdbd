"""Shared weights: a few values for all weights of a layer, found by k-means (chapter 11).

A quantizer of chapter 02 puts its values at equal distances. Here they go where the weights are:
each kept weight is replaced by one of k values, and stored as its number, of log2 k bits. The
values are found as k-means does it: assign, average, repeat. Neither step makes the sum of squared
errors larger, so it comes to rest, if not always at the best place. Where it starts matters: at
equal distances, from the smallest to the largest, the few large weights, which count most for the
outputs, get values of their own.

Sources: Lloyd 1957 (published 1982), Least Squares Quantization in PCM; Han, Mao & Dally 2016, Deep
Compression, section 3 ("linear initialization").
"""

import torch

from model_compression._mask_validation import checked_mask
from model_compression._validation import checked_floats, checked_integer


def kmeans_codebook(
    w: torch.Tensor, mask: torch.Tensor, k: int, iterations: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """A table of k shared values for the kept weights, and the code of each weight in it.

    Start: table_i = lowest + i * (highest - lowest) / (k - 1), over the kept weights. Then, so many
    times: each weight goes to its nearest entry, and each entry that has weights to their mean. The
    codes are those of one more assignment. A weight half way between two goes to the lower one.

    Args:
        w: floating-point tensor of any shape.
        mask: torch.bool tensor of the same shape, True = kept; at least one is.
        k: 1 ... 256.
        iterations: int >= 0.
    Returns: (table, codes): float32 of shape (k,), ascending; uint8 in the shape of w, 0 where a
        weight is pruned. `table[codes.int()] * mask` are the shared weights.
    Raises: ValueError for a mask that does not fit or keeps nothing, NaN or infinity, or numbers
        outside of these ranges.

    >>> w = torch.tensor([0.0, 1.0, 2.0, 7.0, 9.0])
    >>> kmeans_codebook(w, w > 0, 2, 1)
    (tensor([1.5000, 8.0000]), tensor([0, 0, 0, 1, 1], dtype=torch.uint8))
    """
    weights = checked_floats(w, "w")
    kept = checked_mask(mask, "mask", weights.shape)
    k, iterations = checked_integer(k, "k", 1, 256), checked_integer(iterations, "iterations", 0)
    values = weights[kept].to(torch.float64)
    if values.numel() == 0:
        raise ValueError("mask: expected at least one kept weight, got none")
    steps = torch.arange(k, dtype=torch.float64, device="cpu") / max(k - 1, 1)
    table = values.min() + steps * (values.max() - values.min())
    for _ in range(iterations):
        nearest = _nearest(values, table)
        counts = torch.bincount(nearest, minlength=k)
        sums = torch.bincount(nearest, weights=values, minlength=k)
        table = torch.where(counts > 0, sums / counts.clamp(min=1), table)
    found = table.to(torch.float32)
    codes = torch.zeros(weights.shape, dtype=torch.uint8, device="cpu")
    codes[kept] = _nearest(values, found.to(torch.float64)).to(torch.uint8)
    return found, codes


def _nearest(values: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """The position of the nearest entry. The table ascends, and so do its means: in one dimension
    each entry has the values between two midpoints, and its mean lies between them."""
    return torch.bucketize(values, (table[1:] + table[:-1]) / 2)
