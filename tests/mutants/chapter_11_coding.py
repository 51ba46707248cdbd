"""Solutions of exercise 11 as students could write them: entropy_bits, huffman_bits."""

from __future__ import annotations

import heapq
import math
from collections import Counter

import numpy as np
import torch

from tests.mutants.table import right, wrong

# ---- entropy_bits -------------------------------------------------------------------------------


@wrong("entropy_bits", says="another-logarithm")
def in_nats(codes):
    p = torch.unique(codes, return_counts=True)[1] / codes.numel()
    return -(p * p.log()).sum()


@wrong("entropy_bits", says="sign-lost")
def without_the_minus(codes):
    p = torch.unique(codes, return_counts=True)[1] / codes.numel()
    return (p * p.log2()).sum()


@wrong("entropy_bits", says="bits-of-all-codes")
def of_all_codes(codes):
    counts = torch.unique(codes, return_counts=True)[1]
    return (counts * torch.log2(counts.sum() / counts)).sum()


@wrong("entropy_bits", says="all-equally-frequent")
def log_of_the_number(codes):
    return math.log2(len(set(codes.flatten().tolist())))


@wrong("entropy_bits", says="codes-taken-for-counts")
def normalises_the_codes(codes):
    p = codes / codes.sum()
    p = p[p > 0]
    return -(p * p.log2()).sum()


@wrong("entropy_bits", says="share-not-weighed")
def adds_up_lengths(codes):
    p = torch.unique(codes, return_counts=True)[1] / codes.numel()
    return -p.log2().sum()


@wrong("entropy_bits", says="zero-times-log-of-zero")
def bins_without_codes(codes):
    shifted = (codes - codes.min()).flatten().long()
    p = torch.bincount(shifted, minlength=9) / codes.numel()
    return -(p * p.log2()).sum()


@wrong("entropy_bits", says="raises")
def bins_of_negative_codes(codes):
    counts = torch.bincount(codes.flatten().long())
    p = counts[counts > 0] / codes.numel()
    return -(p * p.log2()).sum()


@right("entropy_bits")
def by_counter(codes):
    n = codes.numel()
    return sum(k / n * math.log2(n / k) for k in Counter(codes.flatten().tolist()).values())


@right("entropy_bits")
def with_numpy(codes):
    counts = np.unique(codes.numpy(), return_counts=True)[1]
    p = counts / counts.sum()
    return -(p * np.log2(p)).sum()


@right("entropy_bits")
def as_a_tensor(codes):
    p = torch.unique(codes, return_counts=True)[1].double() / codes.numel()
    return torch.special.entr(p).sum() / math.log(2)


# ---- huffman_bits -------------------------------------------------------------------------------


def _sums(codes):
    heap = list(Counter(codes.flatten().tolist()).values())
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        both = heapq.heappop(heap) + heapq.heappop(heap)
        total += both
        heapq.heappush(heap, both)
    return total


@wrong("huffman_bits", says="one-code-for-nothing")
def nothing_to_put_together(codes):
    return _sums(codes)


@wrong("huffman_bits", says="same-length-for-all")
def whole_bits_of_the_number(codes):
    n_codes = len(set(codes.flatten().tolist()))
    return codes.numel() * max((n_codes - 1).bit_length(), 1)


@wrong("huffman_bits", says="lengths-by-rank")
def sorts_once(codes):
    counts = sorted(Counter(codes.flatten().tolist()).values())
    if len(counts) == 1:
        return counts[0]
    total, so_far = 0, counts[0]
    for count in counts[1:]:
        so_far += count
        total += so_far
    return total


@wrong("huffman_bits", says="each-length-rounded-up")
def lengths_of_shannon(codes):
    n = codes.numel()
    counts = Counter(codes.flatten().tolist()).values()
    return sum(k * max(math.ceil(math.log2(n / k)), 1) for k in counts)


@wrong("huffman_bits", says="entropy-rounded")
def rounds_the_entropy_up(codes):
    n = codes.numel()
    bits = sum(k * math.log2(n / k) for k in Counter(codes.flatten().tolist()).values())
    return math.ceil(bits) or n


@wrong("huffman_bits", says="last-sum-only")
def returns_the_root(codes):
    heap = list(Counter(codes.flatten().tolist()).values())
    heapq.heapify(heap)
    while len(heap) > 1:
        heapq.heappush(heap, heapq.heappop(heap) + heapq.heappop(heap))
    return heap[0]


@wrong("huffman_bits", says="codes-counted-too")
def adds_all_nodes(codes):
    counts = list(Counter(codes.flatten().tolist()).values())
    return sum(counts) + (_sums(codes) or sum(counts))


@wrong("huffman_bits", says="bits-per-code")
def divides_by_the_number(codes):
    return (_sums(codes) or codes.numel()) / codes.numel()


@wrong("huffman_bits", says="largest-put-together")
def joins_the_most_frequent(codes):
    counts = list(Counter(codes.flatten().tolist()).values())
    if len(counts) == 1:
        return counts[0]
    total = 0
    while len(counts) > 1:
        counts.sort()
        both = counts.pop() + counts.pop()
        total += both
        counts.append(both)
    return total


@right("huffman_bits")
def with_a_heap(codes):
    return _sums(codes) or codes.numel()


@right("huffman_bits")
def with_a_sorted_list(codes):
    left = torch.unique(codes, return_counts=True)[1].tolist()
    total = left[0] if len(left) == 1 else 0
    while len(left) > 1:
        left = sorted(left)
        left = [left[0] + left[1], *left[2:]]
        total += left[0]
    return total


@right("huffman_bits")
def with_the_length_of_each(codes):
    counts = Counter(codes.flatten().tolist())
    heap = [(k, i, [code]) for i, (code, k) in enumerate(counts.items())]
    lengths = dict.fromkeys(counts, 1 if len(counts) == 1 else 0)
    heapq.heapify(heap)
    while len(heap) > 1:
        (a, i, one), (b, _, two) = heapq.heappop(heap), heapq.heappop(heap)
        for code in one + two:
            lengths[code] += 1
        heapq.heappush(heap, (a + b, i, one + two))
    return sum(lengths[code] * k for code, k in counts.items())


@wrong("entropy_bits", says="zero-times-log-of-zero")
def counts_codes_that_never_come(codes):
    flat = codes.flatten().long()
    p = torch.bincount(flat - flat.min()).double() / flat.numel()
    return float(-(p * p.log2()).sum())


@wrong("entropy_bits", says="rows-counted")
def divides_by_the_number_of_rows(codes):
    p = torch.unique(codes, return_counts=True)[1] / len(codes)
    return -(p * p.log2()).sum().item()


@wrong("entropy_bits", says="codes-cut-to-a-byte")
def counts_bytes(codes):
    counts = np.bincount(codes.flatten().numpy().astype(np.uint8), minlength=256)
    shares = counts[counts > 0] / codes.numel()
    return float(-(shares * np.log2(shares)).sum())


@wrong("entropy_bits", says="runs-counted")
def counts_runs_and_all_bits(codes):
    _, counts = torch.unique_consecutive(codes.flatten(), return_counts=True)
    p = counts.double() / codes.numel()
    return float(codes.numel() * (p * torch.log2(1 / p)).sum())


@wrong("huffman_bits", says="codes-cut-to-a-byte")
def builds_a_tree_of_bytes(codes):
    left = sorted(torch.unique(codes.flatten().to(torch.uint8), return_counts=True)[1].tolist())
    total = left[0] if len(left) == 1 else 0
    while len(left) > 1:
        together = left.pop(0) + left.pop(0)
        total += together
        left = sorted([*left, together])
    return total


@wrong("huffman_bits", says="not-sorted-again")
def puts_sums_at_the_end(codes):
    counts = sorted(torch.unique(codes, return_counts=True)[1].tolist())
    total = counts[0] if len(counts) == 1 else 0
    while len(counts) > 1:
        a, b, *counts = counts
        total += a + b
        counts.append(a + b)
    return total
