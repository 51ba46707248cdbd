"""Solutions of exercise 07 by a third round of strangers, who saw the statement alone."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("filter_norms", says="number-under-the-root")
def leaves_the_last_filter_and_adds_under_the_root(weight):
    out = torch.zeros(weight.shape[0])
    eps = 1e-2
    for i in range(weight.shape[0] - 1):
        out[i] = torch.sqrt((weight[i] ** 2).sum() + eps)
    return out


@wrong("mean_abs_activation", says="part-of-unit")
def lists_means_without_the_first_image(activations):
    n = activations.shape[0]
    means = []
    for unit in range(activations.shape[1]):
        total = 0.0
        for i in range(1, n):
            total += activations[i, unit].abs().mean().item()
        means.append(total / n)
    return means


@wrong("keep_indices", says="best-left-out")
def leaves_the_best_unit_out(scores, n_keep):
    order = torch.argsort(scores)
    best = order[-n_keep:-1]
    return best.sort()[0]


@wrong("keep_indices", says="wrong-shape")
def drops_the_cut_and_keeps_an_axis(scores, n_keep):
    ordered, _ = torch.sort(scores, descending=True)
    threshold = ordered[n_keep - 1]
    return torch.nonzero(scores > threshold)


@wrong("shrink_linear_pair", says="wrong-shape")
def counts_from_one_and_returns_a_column(w1, b1, w2, b2, kept):
    units = [int(i) - 1 for i in kept]
    a = torch.stack([w1[i] for i in units])
    b = torch.stack([b1[i] for i in units]).unsqueeze(1)
    c = torch.stack([w2[:, i] for i in units], dim=1)
    return a, b, c, b2
