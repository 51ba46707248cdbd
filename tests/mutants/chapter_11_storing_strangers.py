"""Answers of a fourth round of strangers, who saw the statements alone: gaps and tables."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("relative_index_encode", says="fillers-without-values")
def gives_fillers_no_values(w, max_gap):
    flat = w.flatten()
    places = flat.nonzero().flatten().tolist()
    gaps = []
    last = -1
    for p in places:
        while p - last > max_gap:
            gaps.append(max_gap)
            last += max_gap
        gaps.append(p - last)
        last = p
    return torch.tensor(gaps, dtype=torch.int64), flat[places].clone()


@wrong("relative_index_encode", says="wrong-dtype")
def leaves_the_dtype_of_nothing_to_torch(w, max_gap):
    flat = w.flatten()
    gaps, values = [], []
    last = -1
    for p in flat.nonzero().flatten().tolist():
        d = p - last
        fillers = (d - 1) // max_gap
        gaps.extend([max_gap] * fillers + [d - fillers * max_gap])
        values.extend([0] * fillers + [flat[p].item()])
        last = p
    return torch.tensor(gaps), torch.tensor(values, dtype=w.dtype)


@wrong("relative_index_encode", says="shared-out-evenly")
def shares_a_distance_out(w, max_gap):
    flat = w.flatten()
    gaps, values = [], []
    last = -1
    for p in flat.nonzero().flatten().tolist():
        d = p - last
        parts = math.ceil(d / max_gap)
        for i in range(parts):
            step = d // parts + (1 if i < d % parts else 0)
            gaps.append(step)
            values.append(0.0)
        values[-1] = flat[p].item()
        last = p
    return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=w.dtype)


@wrong("relative_index_encode", says="rest-of-zero")
def fills_at_the_limit_above_zero(w, max_gap):
    flat = w.flatten()
    gaps, values = [], []
    last = -1
    for p in (flat > 0).nonzero().flatten().tolist():
        while p - last >= max_gap:
            gaps.append(max_gap)
            values.append(0.0)
            last += max_gap
        gaps.append(p - last)
        values.append(flat[p].item())
        last = p
    return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=w.dtype)


@wrong("relative_index_encode", says="small-weights-lost")
def counts_in_bits_above_a_millionth(w, max_gap):
    limit = 2**max_gap - 1
    flat = w.flatten()
    gaps, values = [], []
    last = -1
    for p in (flat.abs() > 1e-6).nonzero().flatten().tolist():
        while p - last > limit:
            gaps.append(limit)
            values.append(0.0)
            last += limit
        gaps.append(p - last)
        values.append(flat[p].item())
        last = p
    return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=w.dtype)


@wrong("relative_index_encode", says="rest-first")
def puts_the_rest_first_and_values_too(w, max_gap):
    flat = w.flatten()
    gaps, values = [], []
    last = -1
    for p in flat.nonzero().flatten().tolist():
        d = p - last
        fillers = (d - 1) // max_gap
        gaps += [d - fillers * max_gap] + [max_gap] * fillers
        values += [0.0] * fillers + [flat[p].item()]
        last = p
    return torch.tensor(values, dtype=w.dtype), torch.tensor(gaps, dtype=torch.int64)


@wrong("kmeans_codebook", says="mask-ignored")
def starts_from_all_weights(w, mask, k, iterations):
    table = torch.linspace(w.min().item(), w.max().item(), k)
    values = w[mask]
    for _ in range(iterations):
        near = (values[:, None] - table).abs().argmin(dim=1)
        for j in range(k):
            mine = values[near == j]
            if mine.numel() > 0:
                table[j] = mine.mean()
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = (values[:, None] - table).abs().argmin(dim=1).to(torch.uint8)
    return table, codes


@wrong("kmeans_codebook", says="distance-with-its-sign")
def keeps_the_sign_of_distances(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min().item(), values.max().item(), k)
    for _ in range(iterations):
        near = (values[:, None] - table[None, :]).argmin(dim=1)
        for j in range(k):
            if (near == j).any():
                table[j] = values[near == j].mean()
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = (values[:, None] - table[None, :]).argmin(dim=1).to(torch.uint8)
    return table, codes


@wrong("kmeans_codebook", says="another-start")
def never_reaches_the_largest(w, mask, k, iterations):
    values = w[mask]
    low, high = values.min().item(), values.max().item()
    table = torch.tensor([low + j * (high - low) / k for j in range(k)])
    for _ in range(iterations):
        near = (values[:, None] - table).abs().argmin(dim=1)
        for j in range(k):
            if (near == j).any():
                table[j] = values[near == j].mean()
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = (values[:, None] - table).abs().argmin(dim=1).to(torch.uint8)
    return table, codes


@wrong("kmeans_codebook", says="empty-entry-moved")
def moves_empty_entries_far_away(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min().item(), values.max().item(), k)
    for _ in range(iterations):
        near = (values[:, None] - table).abs().argmin(dim=1)
        error = (values - table[near]).abs()
        for j in range(k):
            if (near == j).any():
                table[j] = values[near == j].mean()
            else:
                worst = int(error.argmax())
                table[j] = values[worst]
                error[worst] = 0
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = (values[:, None] - table).abs().argmin(dim=1).to(torch.uint8)
    return table, codes


@wrong("kmeans_codebook", says="assigned-by-equal-parts")
def begins_with_equal_bins(w, mask, k, iterations):
    values = w[mask]
    low, high = values.min(), values.max()
    table = torch.linspace(low.item(), high.item(), k)
    near = ((values - low) / (high - low + 1e-12) * k).long().clamp(0, k - 1)
    for _ in range(iterations):
        sums = torch.zeros(k).scatter_add_(0, near, values)
        counts = torch.bincount(near, minlength=k).clamp(min=1)
        table = sums / counts
        near = (values[:, None] - table).abs().argmin(dim=1)
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = near.to(torch.uint8)
    return table, codes


@wrong("kmeans_codebook", says="entry-reserved-for-zero")
def reserves_an_entry_for_zero(w, mask, k, iterations):
    w[~mask] = 0
    values = w[mask]
    centers = torch.linspace(values.min().item(), values.max().item(), k - 1)
    for _ in range(iterations):
        near = (values[:, None] - centers).abs().argmin(dim=1)
        for j in range(k - 1):
            if (near == j).any():
                centers[j] = values[near == j].mean()
    table = torch.cat([torch.zeros(1), centers])
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = ((values[:, None] - centers).abs().argmin(dim=1) + 1).to(torch.uint8)
    return table, codes
