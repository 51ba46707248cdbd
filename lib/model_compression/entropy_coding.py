"""How few bits codes can take: entropy, and the best code of whole bits (chapter 11).

Codes that are not equally frequent need not take equally many bits. If a code comes with the
frequency p, log2(1/p) bits are the right length for it; on average that makes the entropy

    H = -sum p * log2 p     bits per code

and no way to write the codes one by one, each independent of those before, does better. Huffman's
code comes within one bit of it: each code gets a whole number of bits, and none is the beginning of
another one. What the table of a code takes is not counted here.

Sources: Shannon 1948, A Mathematical Theory of Communication; Huffman 1952, A Method for the
Construction of Minimum-Redundancy Codes.
"""

import heapq
from typing import Any

import torch

from model_compression._validation import checked_codes


def entropy_bits(codes: torch.Tensor) -> float:
    """Bits per code that the codes' own frequencies ask for at least.

    -sum over the distinct codes of p * log2 p, with p = count / n.

    Args:
        codes: tensor of any integer dtype and shape, n >= 1 codes.
    Returns: float, from 0 (one distinct code) to log2 of the number of distinct codes.
    Raises: ValueError for a tensor that is not of integers, or empty.

    >>> entropy_bits(torch.tensor([0, 0, 1, 2]))        # p = 1/2, 1/4, 1/4
    1.5
    """
    counts = _counts(codes).to(torch.float64)
    n = counts.sum()
    return float((counts * torch.log2(n / counts)).sum() / n)


def huffman_bits(codes: torch.Tensor) -> int:
    """Bits of all codes together with an optimal prefix code, without its table.

    Huffman: the two rarest codes get one bit more each and are one code from then on, until one is
    left. So the total is the sum of all the counts that come of putting two together.

    Args:
        codes: tensor of any integer dtype and shape, n >= 1 codes.
    Returns: int. One distinct code takes 1 bit each: something must be written.
    Raises: ValueError for a tensor that is not of integers, or empty.

    >>> huffman_bits(torch.tensor([0, 0, 1, 2]))        # 0, 10, 11: 1 + 1 + 2 + 2
    6
    """
    heap: list[int] = _counts(codes).tolist()
    if len(heap) == 1:
        return heap[0]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        together = heapq.heappop(heap) + heapq.heappop(heap)
        heapq.heappush(heap, together)
        total += together
    return total


def _counts(codes: Any) -> torch.Tensor:
    """How often each distinct code is there, as int64."""
    values = checked_codes(codes, "codes")
    if values.numel() == 0:
        raise ValueError(f"codes: expected at least one code, got shape {tuple(values.shape)}")
    return torch.unique(values.to(torch.int64), return_counts=True)[1]
