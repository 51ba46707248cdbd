"""Answers of learners whose second mistake, or every cause, went unnamed: exercise 11."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


def _gaps(w, entry, last):
    """Gaps by a rule for each distance, counted from `last`."""
    flat = w.flatten()
    gaps, values = [], []
    for place in flat.nonzero().flatten().tolist():
        new = entry(place - last)
        gaps += new
        values += [0.0] * (len(new) - 1) + [flat[place].item()]
        last = place
    return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=w.dtype)


@wrong("relative_index_encode", says="rest-of-zero")
def counts_from_0_and_fills_at_the_limit(w, max_gap):
    return _gaps(w, lambda d: [max_gap] * (d // max_gap) + [d % max_gap], 0)


@wrong("relative_index_encode", says="first-counted-from-0")
def counts_from_0_in_a_loop(w, max_gap):
    def entry(distance):
        new = []
        while distance > max_gap:
            new.append(max_gap)
            distance -= max_gap
        return [*new, distance]

    return _gaps(w, entry, 0)


@wrong("relative_index_encode", says="first-counted-from-0")
def counts_from_0_and_fills_once(w, max_gap):
    return _gaps(w, lambda d: [max_gap, d - max_gap] if d > max_gap else [d], 0)


@wrong("relative_index_encode", says="zeros-counted")
def counts_zeros_from_0(w, max_gap):
    def entry(distance):
        new = []
        while distance > max_gap + 1:
            new.append(max_gap)
            distance -= max_gap + 1
        return [*new, distance - 1]

    return _gaps(w, entry, 0)


def _k_means(w, mask, table, iterations, mean, last=True):
    values = w[mask]
    nearest = (values[:, None] - table).abs().argmin(1)
    for _ in range(iterations):
        nearest = (values[:, None] - table).abs().argmin(1)
        table = torch.stack([mean(values[nearest == j], table[j]) for j in range(len(table))])
    codes = torch.zeros(w.shape, dtype=torch.uint8)
    codes[mask] = ((values[:, None] - table).abs().argmin(1) if last else nearest).to(torch.uint8)
    return table, codes


def _of_some(values, entry):
    return values.mean() if len(values) else entry


@wrong("kmeans_codebook", says="codes-of-the-step-before")
def means_of_nothing_are_nan_and_codes_are_stale(w, mask, k, iterations):
    table = torch.linspace(w[mask].min().item(), w[mask].max().item(), k)
    return _k_means(w, mask, table, iterations, lambda values, entry: values.mean(), last=False)


@wrong("kmeans_codebook", says="another-start")
def starts_from_weights_in_order(w, mask, k, iterations):
    values = w[mask].sort().values
    places = torch.linspace(0, len(values) - 1, k).long()
    return _k_means(w, mask, values[places], iterations, _of_some)


@wrong("kmeans_codebook", says="median-not-mean")
def starts_from_weights_in_order_and_takes_medians(w, mask, k, iterations):
    values = w[mask].sort().values
    table = values[torch.arange(k) * len(values) // k]

    def median(values, entry):
        return values.median() if len(values) else entry

    return _k_means(w, mask, table, iterations, median)


@wrong("pareto_front", says="points-not-positions")
def returns_the_points_of_the_wrong_direction(points):
    best, front = 2, []
    for i in sorted(range(len(points)), key=lambda i: points[i]):
        if points[i][1] < best:
            best = points[i][1]
            front.append(points[i])
    return front


@wrong("pareto_front", says="equal-points-dropped")
def returns_the_points_of_a_pass_without_equals(points):
    best, front = -1, []
    for size, accuracy in sorted(points, key=lambda point: (point[0], -point[1])):
        if accuracy > best:
            best = accuracy
            front.append((size, accuracy))
    return front
