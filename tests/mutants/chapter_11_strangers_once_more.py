"""Solutions of exercise 11 by a seventh round of strangers, who saw the statement alone."""

from __future__ import annotations

import heapq
import math
from collections import Counter

import torch

from tests.mutants.table import wrong


@wrong("pareto_front", says="removed-while-looping")
def removes_from_the_list_it_runs_over(points):
    def dominates(a, b):
        no_worse = a[0] <= b[0] and a[1] >= b[1]
        better = a[0] < b[0] or a[1] > b[1]
        return no_worse and better

    front = list(range(len(points)))
    for i in front:
        if any(dominates(points[j], points[i]) for j in range(len(points))):
            front.remove(i)
    return sorted(front, key=lambda i: points[i][0])


@wrong("pareto_front", says="equal-points-dropped")
def compares_with_the_last_and_keeps_the_first_of_equals(points):
    order = sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1]))
    front = []
    seen = set()
    previous = -math.inf
    for i in order:
        if tuple(points[i]) in seen:
            continue
        seen.add(tuple(points[i]))
        if points[i][1] > previous:
            front.append(i)
        previous = points[i][1]
    return front


@wrong("entropy_bits", says="counted-in-bins")
def takes_as_many_bins_as_codes(codes):
    values = codes.flatten().float()
    n_distinct = len(torch.unique(values))
    counts = torch.histc(values, bins=n_distinct)
    p = counts / counts.sum()
    p = p[p > 0]
    return float(-(p * torch.log2(p)).sum())


@wrong("entropy_bits", says="equal-codes-apart")
def counts_elements_of_a_tensor_in_a_counter(codes):
    counts = Counter(codes.flatten())
    total = sum(counts.values())
    h = 0.0
    for c in counts.values():
        p = c / total
        h -= p * math.log2(p)
    return h


@wrong("entropy_bits", says="rows-by-themselves")
def takes_the_mean_of_all_rows(codes):
    rows = codes.reshape(-1, codes.shape[-1])
    total = 0.0
    for row in rows:
        _, counts = torch.unique(row, return_counts=True)
        p = counts.double() / row.numel()
        total += -(p * p.log2()).sum().item()
    return total / len(rows)


@wrong("huffman_bits", says="rows-by-themselves")
def makes_a_code_for_each_row(codes):
    bits = 0
    for row in codes.reshape(-1, codes.shape[-1]):
        counts = torch.unique(row, return_counts=True)[1].tolist()
        heapq.heapify(counts)
        bits += counts[0] if len(counts) == 1 else 0
        while len(counts) > 1:
            two = heapq.heappop(counts) + heapq.heappop(counts)
            bits += two
            heapq.heappush(counts, two)
    return bits


@wrong("huffman_bits", says="equal-codes-apart")
def counts_elements_of_a_tensor_in_a_dict(codes):
    counts = {}
    for code in codes.flatten():
        counts[code] = counts.get(code, 0) + 1
    heap = list(counts.values())
    heapq.heapify(heap)
    if len(heap) == 1:
        return heap[0]
    bits = 0
    while len(heap) > 1:
        two = heapq.heappop(heap) + heapq.heappop(heap)
        bits += two
        heapq.heappush(heap, two)
    return bits


def _until_little_moves(w, mask, table, iterations, limit):
    kept = w[mask]
    for _ in range(iterations):
        nearest = (kept[:, None] - table).abs().argmin(dim=1)
        new = table.clone()
        for c in nearest.unique():
            new[c] = kept[nearest == c].mean()
        moved = (new - table).abs().max()
        table = new
        if moved < limit:
            break
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = (kept[:, None] - table).abs().argmin(dim=1).to(torch.uint8)
    return table, codes


@wrong("kmeans_codebook", says="stopped-early")
def starts_without_the_largest_and_stops_early(w, mask, k, iterations):
    kept = w[mask]
    low, high = kept.min().item(), kept.max().item()
    table = torch.linspace(low, high, k + 1)[:-1]
    return _until_little_moves(w, mask, table, iterations, 1e-3)


@wrong("kmeans_codebook", says="stopped-early")
def stops_once_little_moves(w, mask, k, iterations):
    kept = w[mask]
    low, high = kept.min().item(), kept.max().item()
    table = torch.linspace(low, high, k)
    return _until_little_moves(w, mask, table, iterations, 1e-5)
