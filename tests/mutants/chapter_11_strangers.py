"""Answers of a fourth round of strangers, who saw the statements alone: fronts and codes."""

from __future__ import annotations

import heapq
import math
from itertools import pairwise

import numpy as np
import torch

from tests.mutants.table import wrong


@wrong("entropy_bits", says="rows-taken-for-codes")
def takes_a_row_for_a_code(codes):
    _, counts = torch.unique(codes, dim=0, return_counts=True)
    p = counts.double() / counts.sum()
    return -(p * p.log2()).sum().item()


@wrong("entropy_bits", says="each-length-rounded-up")
def rounds_the_bits_of_each_code(codes):
    values = codes.flatten().tolist()
    bits = 0.0
    for v in set(values):
        p = values.count(v) / len(values)
        bits += p * math.ceil(math.log2(1 / p))
    return bits


@wrong("entropy_bits", says="counted-in-bins")
def counts_in_ten_bins(codes):
    counts, _ = np.histogram(codes.numpy())
    counts = counts[counts > 0]
    p = counts / counts.sum()
    return float(-(p * np.log2(p)).sum())


@wrong("entropy_bits", says="zeros-left-out")
def squeezes_and_leaves_zeros_out(codes):
    small = codes.flatten().to(torch.uint8)
    small = small[small != 0]
    if small.numel() == 0:
        return 0.0
    _, counts = torch.unique(small, return_counts=True)
    p = counts.double() / counts.sum()
    return float(-(p * p.log2()).sum())


@wrong("entropy_bits", says="counts-smoothed")
def adds_one_to_each_magnitude(codes):
    _, counts = torch.unique(codes.long().abs(), return_counts=True)
    counts = counts.double() + 1
    p = counts / counts.sum()
    return float(-(p * p.log2()).sum())


@wrong("entropy_bits", says="rounded-up")
def rounds_a_softmax_up(codes):
    p = torch.softmax(codes.flatten().double(), dim=0)
    h = -(p * torch.log2(p + 1e-12)).sum()
    return float(math.ceil(float(h)))


@wrong("huffman_bits", says="heap-misread")
def pops_from_a_plain_list(codes):
    counts = torch.unique(codes, return_counts=True)[1].tolist()
    if len(counts) == 1:
        return counts[0]
    total = 0
    while len(counts) > 1:
        first = heapq.heappop(counts)
        second = heapq.heappop(counts)
        total += first + second
        heapq.heappush(counts, first + second)
    return total


@wrong("huffman_bits", says="heap-misread")
def takes_the_first_two_of_a_heap(codes):
    heap = torch.unique(codes, return_counts=True)[1].tolist()
    if len(heap) == 1:
        return heap[0]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        a, b = heap[0], heap[1]
        heap = [a + b, *heap[2:]]
        heapq.heapify(heap)
        total += a + b
    return total


@wrong("huffman_bits", says="lengths-by-rank")
def counts_in_ones_by_rank(codes):
    counts = torch.unique(codes, return_counts=True)[1].tolist()
    counts.sort(reverse=True)
    if len(counts) == 1:
        return counts[0]
    total = 0
    for rank, c in enumerate(counts):
        length = min(rank + 1, len(counts) - 1)
        total += c * length
    return total


@wrong("huffman_bits", says="split-from-the-top")
def splits_into_halves(codes):
    counts = sorted(torch.unique(codes, return_counts=True)[1].tolist(), reverse=True)
    if len(counts) == 1:
        return counts[0]

    def split(part):
        if len(part) < 2:
            return 0
        cuts = range(1, len(part))
        cut = min(cuts, key=lambda i: abs(sum(part[:i]) - sum(part[i:])))
        return sum(part) + split(part[:cut]) + split(part[cut:])

    return split(counts)


@wrong("huffman_bits", says="lengths-not-weighed")
def adds_up_lengths_once(codes):
    counts = torch.unique(codes, return_counts=True)[1].tolist()
    if len(counts) == 1:
        return 1
    heap = [(c, i, 1) for i, c in enumerate(counts)]
    heapq.heapify(heap)
    total = 0
    serial = len(counts)
    while len(heap) > 1:
        c1, _, leaves1 = heapq.heappop(heap)
        c2, _, leaves2 = heapq.heappop(heap)
        total += leaves1 + leaves2
        heapq.heappush(heap, (c1 + c2, serial, leaves1 + leaves2))
        serial += 1
    return total


@wrong("huffman_bits", says="sum-not-put-back")
def puts_the_larger_back_and_fills_bytes(codes):
    heap = torch.unique(codes, return_counts=True)[1].tolist()
    if len(heap) == 1:
        bits = heap[0]
    else:
        heapq.heapify(heap)
        bits = 0
        while len(heap) > 1:
            a = heapq.heappop(heap)
            b = heapq.heappop(heap)
            bits += a + b
            heapq.heappush(heap, max(a, b))
    return (bits + 7) // 8 * 8


@wrong("huffman_bits", says="table-counted")
def counts_runs_and_the_table(codes):
    _, counts = torch.unique_consecutive(codes.flatten(), return_counts=True)
    heap = counts.tolist()
    total = 8 * len(heap)
    if len(heap) == 1:
        return total + heap[0]
    heapq.heapify(heap)
    while len(heap) > 1:
        s = heapq.heappop(heap) + heapq.heappop(heap)
        total += s
        heapq.heappush(heap, s)
    return total


@wrong("pareto_front", says="bound-to-begin-with")
def begins_at_an_accuracy_of_zero(points):
    order = sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1]))
    best, at_size = 0, None
    front = []
    for i in order:
        size, acc = points[i]
        if acc > best or (acc == best and size == at_size):
            best, at_size = acc, size
            front.append(i)
    return front


@wrong("pareto_front", says="equal-points-turned-round")
def turns_the_sorted_list_round(points):
    def dominates(p, q):
        return p[0] <= q[0] and p[1] >= q[1] and p != q

    front = [i for i in range(len(points)) if not any(dominates(p, points[i]) for p in points)]
    front.sort(key=lambda i: -points[i][0])
    return front[::-1]


@wrong("pareto_front", says="not-all-compared")
def compares_neighbours_in_size(points):
    order = sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1]))
    front = order[:1]
    for before, i in pairwise(order):
        if points[i][1] > points[before][1] or points[i] == points[before]:
            front.append(i)
    return front


@wrong("pareto_front", says="positions-after-sorting")
def sorts_the_list_that_came(points):
    points.sort(key=lambda p: (p[0], -p[1]))
    front = []
    best = None
    for i, p in enumerate(points):
        if best is None or p[1] > best[1] or p == best:
            front.append(i)
            best = p
    return front


@wrong("pareto_front", says="only-the-hull")
def keeps_the_hull_of_distinct_points(points):
    first = {}
    for i, p in enumerate(points):
        first.setdefault(tuple(p), i)
    ordered = sorted(first, key=lambda p: (p[0], -p[1]))
    hull = []
    best = -math.inf
    for p in ordered:
        if p[1] <= best:
            continue
        best = p[1]
        while len(hull) > 1:
            (x1, y1), (x2, y2) = hull[-2], hull[-1]
            if (y2 - y1) * (p[0] - x1) <= (p[1] - y1) * (x2 - x1):
                hull.pop()
            else:
                break
        hull.append(p)
    return [first[p] for p in hull]


@wrong("pareto_front", says="counted-from-1")
def compares_with_later_ones_from_one(points):
    front = []
    for i in range(len(points)):
        ok = True
        for j in range(i + 1, len(points)):
            s, a = points[j]
            if s <= points[i][0] and a >= points[i][1] and points[j] != points[i]:
                ok = False
        if ok:
            front.append(i + 1)
    return sorted(front, key=lambda i: points[i - 1][0])
