"""Mistakes of strangers in exercise 11: fronts, codes, gaps and shared weights."""

import heapq
import math

import torch

from tests.mutants.table import wrong


@wrong("pareto_front", says="counted-from-1")
def largest_first_from_1(points):
    def dominates(p, q):
        return p[0] <= q[0] and p[1] >= q[1] and (p[0] < q[0] or p[1] > q[1])

    keep = [i for i, q in enumerate(points) if not any(dominates(p, q) for p in points)]
    keep.sort(key=lambda i: points[i][0], reverse=True)
    return [i + 1 for i in keep]


@wrong("pareto_front", says="equal-points-dropped")
def best_from_0_and_a_dict_of_sizes(points):
    by_size = {}
    for i, (size, acc) in enumerate(points):
        if size not in by_size or acc >= points[by_size[size]][1]:
            by_size[size] = i
    best, front = 0.0, []
    for size in sorted(by_size):
        i = by_size[size]
        if points[i][1] > best:
            best = points[i][1]
            front.append(i)
    return front


@wrong("pareto_front", says="nearly-equal-dropped")
def close_accuracies_as_equal(points):
    def dom(p, q):
        close = math.isclose(p[1], q[1], abs_tol=1e-2)
        no_worse = p[0] <= q[0] and (p[1] > q[1] or close)
        better = p[0] < q[0] or (p[1] > q[1] and not close)
        return no_worse and better

    keep = [i for i, q in enumerate(points) if not any(dom(p, q) for p in points)]
    return sorted(keep, key=lambda i: points[i][0])


@wrong("entropy_bits", says="divided-by-the-most")
def smoothed_and_divided_by_the_most(codes):
    _, counts = torch.unique(codes, return_counts=True)
    counts = counts.double() + 1
    p = counts / counts.sum()
    h = float(-(p * p.log2()).sum())
    return h / math.log2(len(p)) if len(p) > 1 else h


@wrong("huffman_bits", says="sum-dropped")
def sum_never_put_back(codes):
    _, counts = torch.unique(codes, return_counts=True)
    heap = sorted(counts.tolist())
    if len(heap) == 1:
        return heap[0]
    total = 0
    while len(heap) > 1:
        a = heap.pop(0)
        b = heap.pop(0)
        total += a + b
    return total


@wrong("huffman_bits", says="codes-taken-for-counts")
def values_put_together(codes):
    values, counts = torch.unique(codes, return_counts=True)
    if len(values) == 1:
        return int(counts[0])
    heap = values.tolist()
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        s = heapq.heappop(heap) + heapq.heappop(heap)
        total += s
        heapq.heappush(heap, s)
    return total


@wrong("huffman_bits", says="all-the-longest")
def depth_for_all(codes):
    _, counts = torch.unique(codes, return_counts=True)
    heap = [(c, 0) for c in counts.tolist()]
    heapq.heapify(heap)
    while len(heap) > 1:
        c1, d1 = heapq.heappop(heap)
        c2, d2 = heapq.heappop(heap)
        heapq.heappush(heap, (c1 + c2, max(d1, d2) + 1))
    return heap[0][1] * codes.numel()


@wrong("huffman_bits", says="table-counted")
def table_and_bytes(codes):
    _, counts = torch.unique(codes, return_counts=True)
    heap = counts.tolist()
    table = 8 * len(heap)
    heapq.heapify(heap)
    total = heap[0] if len(heap) == 1 else 0
    while len(heap) > 1:
        s = heapq.heappop(heap) + heapq.heappop(heap)
        total += s
        heapq.heappush(heap, s)
    return math.ceil((total + table) / 8)


@wrong("relative_index_encode", says="filler-too-many")
def divmod_with_a_filler_too_many(w, max_gap):
    flat = w.flatten()
    gaps, values, last = [], [], -1
    for p in flat.nonzero().flatten().tolist():
        fillers, rest = divmod(p - last, max_gap)
        gaps += [max_gap] * fillers + [rest or max_gap]
        values += [0.0] * fillers + [flat[p].item()]
        last = p
    return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=w.dtype)


@wrong("relative_index_encode", says="rows-start-anew")
def rows_anew_turned_round(w, max_gap):
    gaps, values = [], []
    for row in w.reshape(-1, w.shape[-1]):
        last = -1
        for p in row.nonzero().flatten().tolist():
            while p - last > max_gap:
                gaps.append(max_gap)
                values.append(0.0)
                last += max_gap
            gaps.append(p - last)
            values.append(row[p].item())
            last = p
    return torch.tensor(values, dtype=w.dtype), torch.tensor(gaps, dtype=torch.int64)


@wrong("relative_index_encode", says="first-gap-missing")
def differences_alone_cut(w, max_gap):
    flat = w.flatten()
    places = flat.nonzero().flatten()
    gaps = torch.diff(places).clamp(max=max_gap)
    return gaps, flat[places]


@wrong("relative_index_encode", says="small-weights-lost")
def small_dropped_gaps_in_bytes(w, max_gap):
    flat = w.flatten()
    gaps, values, last = [], [], -1
    for p in (flat.abs() > 1e-3).nonzero().flatten().tolist():
        while p - last > max_gap:
            gaps.append(max_gap)
            values.append(0.0)
            last += max_gap
        gaps.append(p - last)
        values.append(flat[p].item())
        last = p
    return torch.tensor(gaps, dtype=torch.int64).to(torch.uint8), torch.tensor(
        values, dtype=w.dtype
    )


@wrong("kmeans_codebook", says="not-the-nearest")
def next_entry_above(w, mask, k, iterations):
    values = w[mask].float()
    table = torch.linspace(values.min().item(), values.max().item(), k)
    for _ in range(iterations):
        near = torch.searchsorted(table, values).clamp(max=k - 1)
        for j in range(k):
            if (near == j).any():
                table[j] = values[near == j].mean()
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = torch.searchsorted(table, values).clamp(max=k - 1).to(torch.uint8)
    return table, codes


@wrong("kmeans_codebook", says="empty-entry-moved")
def nonzero_and_reseeded(w, mask, k, iterations):
    kept = w != 0
    values = w[kept]
    table = torch.linspace(values.min().item(), values.max().item(), k)
    for _ in range(iterations):
        dist = (values[:, None] - table).abs()
        near = dist.argmin(dim=1)
        far = dist.min(dim=1).values.argmax()
        for j in range(k):
            members = values[near == j]
            table[j] = members.mean() if len(members) else values[far]
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[kept] = (values[:, None] - table).abs().argmin(dim=1).to(torch.uint8)
    return table, codes


@wrong("kmeans_codebook", says="part-of-the-way")
def half_the_way_as_weights(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min().item(), values.max().item(), k)
    for _ in range(iterations):
        near = (values[:, None] - table).abs().argmin(dim=1)
        for j in range(k):
            if (near == j).any():
                table[j] += 0.5 * (values[near == j].mean() - table[j])
    near = (values[:, None] - table).abs().argmin(dim=1)
    shared = torch.zeros_like(w)
    shared[mask] = table[near]
    return table, shared


@wrong("kmeans_codebook", says="middle-not-mean")
def middle_of_each_part(w, mask, k, iterations):
    w[~mask] = 0.0
    values = w[mask]
    table = torch.linspace(values.min().item(), values.max().item(), k)
    for _ in range(iterations):
        near = (values[:, None] - table).abs().argmin(dim=1)
        for j in range(k):
            part = values[near == j]
            if len(part) > 0:
                table[j] = (part.min() + part.max()) / 2
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = (values[:, None] - table).abs().argmin(dim=1).to(torch.uint8)
    return table, codes
