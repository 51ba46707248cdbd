"""Solutions of exercise 11 by a sixth round of strangers, who saw the statement alone."""

from __future__ import annotations

import heapq
import math

import torch

from tests.mutants.table import wrong


@wrong("huffman_bits", says="one-code-for-nothing")
def stops_at_two_and_asks_for_nothing(codes):
    counts = torch.unique(codes.flatten(), return_counts=True)[1].tolist()
    heapq.heapify(counts)
    if len(counts) == 1:
        return 0
    bits = 0
    while len(counts) > 2:
        a = heapq.heappop(counts)
        b = heapq.heappop(counts)
        bits += a + b
        heapq.heappush(counts, a + b)
    return bits


@wrong("huffman_bits", says="absent-codes-counted")
def counts_places_and_a_table(codes):
    flat = codes.flatten().long()
    counts = torch.bincount(flat - flat.min()).tolist()
    table_bits = 8 * len(counts)
    if len(counts) == 1:
        return counts[0] + table_bits
    heapq.heapify(counts)
    total = 0
    while len(counts) > 1:
        rarest = heapq.heappop(counts) + heapq.heappop(counts)
        total += rarest
        heapq.heappush(counts, rarest)
    return total + table_bits


@wrong("entropy_bits", says="each-length-rounded-up")
def leaves_zeros_out_and_rounds_up(codes):
    kept = codes[codes != 0].flatten().tolist()
    if len(kept) == 0:
        return 0.0
    bits = 0.0
    for code in set(kept):
        p = kept.count(code) / len(kept)
        bits += p * math.ceil(math.log2(1 / p))
    return bits


@wrong("kmeans_codebook", says="one-iteration-more-or-less")
def starts_around_zero_and_goes_once_more(w, mask, k, iterations):
    kept = w[mask]
    top = kept.abs().max().item()
    table = torch.linspace(-top, top, k)
    codes = None
    for _ in range(iterations + 1):
        codes = (kept[:, None] - table).abs().argmin(dim=1)
        for j in range(k):
            members = kept[codes == j]
            if members.numel():
                table[j] = members.mean()
    codes = (kept[:, None] - table).abs().argmin(dim=1)
    full = torch.zeros(w.shape, dtype=torch.uint8)
    full[mask] = codes.to(torch.uint8)
    return table, full


@wrong("pareto_front", says="no-better-in-one-stays")
def asks_for_better_in_both_by_position(points):
    front = []
    for i, (size, accuracy) in enumerate(points):
        dominated = False
        for other_size, other_accuracy in points:
            if other_size < size and other_accuracy > accuracy:
                dominated = True
        if not dominated:
            front.append(i)
    return front


@wrong("pareto_front", says="sorted-by-size-alone")
def compares_with_the_one_before_in_order(points):
    order = sorted(range(len(points)), key=lambda i: points[i])
    front = []
    for place, i in enumerate(order):
        if place == 0:
            front.append(i)
            continue
        before = points[order[place - 1]]
        if points[i][1] > before[1] or points[i] == before:
            front.append(i)
    return front
