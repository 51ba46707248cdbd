"""Solutions of exercise 11 as students could write them: kmeans_codebook."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _codes(values, table, mask):
    codes = torch.zeros(mask.shape, dtype=torch.uint8)
    codes[mask] = (values[:, None] - table[None]).abs().argmin(1).to(torch.uint8)
    return codes


def _moved(values, table, nearest):
    new = table.clone()
    for i in range(len(table)):
        if (nearest == i).any():
            new[i] = values[nearest == i].mean()
    return new


@wrong("kmeans_codebook", says="mask-ignored")
def all_weights_pull(w, mask, k, iterations):
    values = w.flatten()
    table = torch.linspace(values.min(), values.max(), k)
    for _ in range(iterations):
        table = _moved(values, table, (values[:, None] - table[None]).abs().argmin(1))
    return table, (w[..., None] - table).abs().argmin(-1).to(torch.uint8)


@wrong("kmeans_codebook", says="another-start")
def starts_at_quantiles(w, mask, k, iterations):
    values = w[mask]
    table = torch.quantile(values, torch.linspace(0, 1, k))
    for _ in range(iterations):
        table = _moved(values, table, (values[:, None] - table[None]).abs().argmin(1))
    return table, _codes(values, table, mask)


@wrong("kmeans_codebook", says="another-start")
def starts_symmetrically(w, mask, k, iterations):
    values = w[mask]
    top = values.abs().max()
    table = torch.linspace(-1, 1, k) * top
    for _ in range(iterations):
        table = _moved(values, table, (values[:, None] - table[None]).abs().argmin(1))
    return table, _codes(values, table, mask)


@wrong("kmeans_codebook", says="empty-entry-lost")
def mean_of_nothing(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min(), values.max(), k)
    for _ in range(iterations):
        nearest = (values[:, None] - table[None]).abs().argmin(1)
        counts = torch.bincount(nearest, minlength=k).clamp(min=1)
        table = torch.zeros(k).index_add(0, nearest, values) / counts
    return table, _codes(values, table, mask)


@wrong("kmeans_codebook", says="one-iteration-more-or-less")
def one_too_many(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min(), values.max(), k)
    for _ in range(iterations + 1):
        table = _moved(values, table, (values[:, None] - table[None]).abs().argmin(1))
    return table, _codes(values, table, mask)


@wrong("kmeans_codebook", says="codes-of-the-step-before")
def never_assigns_again(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min(), values.max(), k)
    codes = _codes(values, table, mask)
    for _ in range(iterations):
        codes = _codes(values, table, mask)
        table = _moved(values, table, codes[mask])
    return table, codes


@wrong("kmeans_codebook", says="median-not-mean")
def takes_medians(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min(), values.max(), k)
    for _ in range(iterations):
        nearest = (values[:, None] - table[None]).abs().argmin(1)
        for i in range(k):
            if (nearest == i).any():
                table[i] = values[nearest == i].median()
    return table, _codes(values, table, mask)


@wrong("kmeans_codebook", says="wrong-dtype")
def codes_of_64_bits(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min(), values.max(), k)
    for _ in range(iterations):
        table = _moved(values, table, (values[:, None] - table[None]).abs().argmin(1))
    return table, _codes(values, table, mask).long()


@wrong("kmeans_codebook", says="wrong-shape")
def codes_in_a_line(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min(), values.max(), k)
    for _ in range(iterations):
        table = _moved(values, table, (values[:, None] - table[None]).abs().argmin(1))
    return table, _codes(values, table, mask)[mask]


@right("kmeans_codebook")
def entry_by_entry(w, mask, k, iterations):
    values = w[mask]
    table = torch.linspace(values.min().item(), values.max().item(), k)
    for _ in range(iterations):
        nearest = (values[:, None] - table[None]).abs().argmin(1)
        for i in range(k):
            if (nearest == i).any():
                table[i] = values[nearest == i].mean()
    return table, (w[..., None] - table).abs().argmin(-1).to(torch.uint8)


@right("kmeans_codebook")
def by_midpoints(w, mask, k, iterations):
    values = w[mask].double()
    table = values.min() + torch.arange(k) * (values.max() - values.min()) / (k - 1)
    for _ in range(iterations):
        nearest = torch.bucketize(values, (table[1:] + table[:-1]) / 2)
        sums = torch.zeros_like(table).index_add(0, nearest, values)
        counts = torch.bincount(nearest, minlength=k)
        table = torch.where(counts > 0, sums / counts.clamp(min=1), table)
    codes = torch.bucketize(w.double().contiguous(), (table[1:] + table[:-1]) / 2)
    return table, (codes * mask).to(torch.uint8)


@right("kmeans_codebook")
def with_numpy(w, mask, k, iterations):
    kept, values = mask.numpy(), w.numpy()[mask.numpy()].astype(np.float64)
    table = np.linspace(values.min(), values.max(), k)
    for _ in range(iterations):
        nearest = np.abs(values[:, None] - table).argmin(1)
        table = np.array(
            [values[nearest == i].mean() if (nearest == i).any() else table[i] for i in range(k)]
        )
    codes = np.full(kept.shape, 255, np.uint8)
    codes[kept] = np.abs(values[:, None] - table).argmin(1)
    return torch.from_numpy(table).float(), torch.from_numpy(codes)


def _k_means(values, table, iterations, turn):
    for _ in range(iterations):
        nearest = (values[:, None] - table).abs().argmin(dim=1)
        for j in range(len(table)):
            if turn:
                nearest = (values[:, None] - table).abs().argmin(dim=1)
            if (nearest == j).any():
                table[j] = values[nearest == j].mean()
    return table, (values[:, None] - table).abs().argmin(dim=1).to(torch.uint8)


def _book(w, kept, start, k, iterations, turn=False):
    table = torch.linspace(float(start.min()), float(start.max()), k)
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    table, codes[kept] = _k_means(w[kept], table, iterations, turn)
    return table, codes


@wrong("kmeans_codebook", says="mask-ignored")
def starts_from_all_weights(w, mask, k, iterations):
    return _book(w, mask, w, k, iterations)


@wrong("kmeans_codebook", says="zeros-taken-for-pruned")
def takes_zeros_for_pruned(w, mask, k, iterations):
    return _book(w, w != 0, w[w != 0], k, iterations)


@wrong("kmeans_codebook", says="assigned-after-each-entry")
def assigns_after_each_entry(w, mask, k, iterations):
    return _book(w, mask, w[mask], k, iterations, turn=True)
