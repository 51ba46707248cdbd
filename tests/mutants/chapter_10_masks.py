"""Solutions of exercise 10 as students could write them: Wanda's masks, and n of m."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _lowest_out(scores, k):
    """A mask without the k lowest scores of each row."""
    mask = torch.ones_like(scores, dtype=torch.bool)
    for i, row in enumerate(scores):
        mask[i, row.argsort()[: max(int(k), 0)]] = False
    return mask


# --- wanda_mask ---------------------------------------------------------------------------------


@wrong("wanda_mask", says="magnitude-alone")
def prunes_by_magnitude(w, x_norm, sparsity):
    return _lowest_out(w.abs(), round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="norm-alone")
def prunes_quiet_inputs(w, x_norm, sparsity):
    return _lowest_out(x_norm.repeat(len(w), 1), round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="signed-ranking")
def keeps_the_sign(w, x_norm, sparsity):
    return _lowest_out(w * x_norm, round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="norm-squared")
def squares_the_norm(w, x_norm, sparsity):
    return _lowest_out(w.abs() * x_norm.pow(2), round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="norm-squared")
def takes_the_root_of_the_norm(w, x_norm, sparsity):
    return _lowest_out(w.abs() * x_norm.sqrt(), round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="divided-by-norm")
def divides_by_the_norm(w, x_norm, sparsity):
    return _lowest_out(w.abs() / x_norm, round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="added")
def adds_the_norm(w, x_norm, sparsity):
    return _lowest_out(w.abs() + x_norm, round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="whole-matrix")
def ranks_the_matrix(w, x_norm, sparsity):
    scores = (w.abs() * x_norm).reshape(1, -1)
    return _lowest_out(scores, round(sparsity * w.numel())).reshape(w.shape)


@wrong("wanda_mask", says="columns-ranked")
def ranks_each_column(w, x_norm, sparsity):
    scores = (w.abs() * x_norm).T
    return _lowest_out(scores, round(sparsity * scores.shape[1])).T


@wrong("wanda_mask", says="whole-columns-pruned")
def removes_inputs(w, x_norm, sparsity):
    scores = (w.abs() * x_norm).sum(dim=0, keepdim=True)
    return _lowest_out(scores, round(sparsity * w.shape[1])).repeat(len(w), 1)


@wrong("wanda_mask", says="norms-along-the-outputs")
def lays_the_norms_down(w, x_norm, sparsity):
    return _lowest_out(w.abs() * x_norm.reshape(-1, 1), round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="largest-pruned")
def prunes_the_best(w, x_norm, sparsity):
    return _lowest_out(-(w.abs() * x_norm), round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="mask-inverted")
def marks_what_goes(w, x_norm, sparsity):
    return ~_lowest_out(w.abs() * x_norm, round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="count-truncated")
def cuts_the_count(w, x_norm, sparsity):
    return _lowest_out(w.abs() * x_norm, int(w.shape[1] * sparsity))


@wrong("wanda_mask", says="count-rounded-up")
def rounds_the_count_up(w, x_norm, sparsity):
    return _lowest_out(w.abs() * x_norm, math.ceil(w.shape[1] * sparsity))


@wrong("wanda_mask", says="density-for-sparsity")
def keeps_the_share(w, x_norm, sparsity):
    return _lowest_out(w.abs() * x_norm, round((1 - sparsity) * w.shape[1]))


@wrong("wanda_mask", says="half-counted-up")
def rounds_halves_up(w, x_norm, sparsity):
    return _lowest_out(w.abs() * x_norm, math.floor(sparsity * w.shape[1] + 0.5))


@wrong("wanda_mask", says="quantile-interpolated")
def cuts_at_the_quantile(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    return scores >= scores.quantile(sparsity, dim=1, keepdim=True)


@wrong("wanda_mask", says="ties-all-pruned")
def keeps_above_the_threshold(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    k = round(sparsity * w.shape[1])
    if k == 0:
        return torch.ones_like(w, dtype=torch.bool)
    cut = scores.sort(dim=1).values[:, k - 1 : k]
    return scores > cut


@wrong("wanda_mask", says="ties-all-kept")
def keeps_from_the_threshold_on(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    k = round(sparsity * w.shape[1])
    if k == w.shape[1]:
        return torch.zeros_like(w, dtype=torch.bool)
    cut = scores.sort(dim=1).values[:, k : k + 1]
    return scores >= cut


@wrong("wanda_mask", says="order-taken-for-ranks")
def compares_the_order(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    return scores.argsort(dim=1) >= round(sparsity * w.shape[1])


@wrong("wanda_mask", says="ends-swapped")
def slices_from_the_end(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    n_keep = w.shape[1] - round(sparsity * w.shape[1])
    mask = torch.zeros_like(w, dtype=torch.bool)
    for i, row in enumerate(scores):
        mask[i, row.argsort()[-n_keep:]] = True
    return mask


@wrong("wanda_mask", says="ends-refused")
def finds_no_threshold_for_all(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    k = round(sparsity * w.shape[1])
    mask = torch.zeros_like(w, dtype=torch.bool)
    for i, row in enumerate(scores):
        ranked = row.sort(stable=True)
        ranked.values[k].item()
        mask[i, ranked.indices[k:]] = True
    return mask


@wrong("wanda_mask", says="mask-not-bool")
def returns_ones_and_zeros(w, x_norm, sparsity):
    return _lowest_out(w.abs() * x_norm, round(sparsity * w.shape[1])).float()


@wrong("wanda_mask", says="pruned-weights-returned")
def returns_the_pruned_weights(w, x_norm, sparsity):
    return w * _lowest_out(w.abs() * x_norm, round(sparsity * w.shape[1]))


@wrong("wanda_mask", says="off-limits")
def asks_the_library_for_wanda(w, x_norm, sparsity):
    from model_compression.wanda import wanda_mask

    return wanda_mask(w, x_norm, sparsity)


@right("wanda_mask")
def by_scatter(w, x_norm, sparsity):
    scores = w.abs() * x_norm.reshape(1, -1)
    lowest = torch.sort(scores, dim=-1, stable=True).indices[:, : round(sparsity * w.shape[1])]
    mask = torch.zeros_like(scores) == 1
    mask.scatter_(1, lowest, True)
    return ~mask


@right("wanda_mask")
def by_ranks(w, x_norm, sparsity):
    ranks = (w.double().abs() * x_norm).argsort(dim=1).argsort(dim=1)
    return ranks >= round(sparsity * w.shape[1])


@right("wanda_mask")
def through_numpy(w, x_norm, sparsity):
    squares = (w.numpy().astype(np.float64) * x_norm.numpy()) ** 2
    mask = np.ones(squares.shape, dtype=bool)
    k = round(sparsity * squares.shape[1])
    for i in range(len(squares)):
        mask[i, np.argsort(-squares[i], kind="stable")[squares.shape[1] - k :]] = False
    return torch.from_numpy(mask)


@right("wanda_mask")
def by_topk(w, x_norm, sparsity):
    n_keep = w.shape[1] - round(sparsity * w.shape[1])
    mask = torch.zeros_like(w, dtype=torch.bool)
    for i in range(len(w)):
        if n_keep:
            mask[i, torch.topk((w[i] * x_norm).abs(), n_keep).indices] = True
    return mask


# --- n_m_mask -----------------------------------------------------------------------------------


def _kept(runs, n):
    """A mask of the n highest of each row."""
    places = runs.topk(n, dim=1).indices
    return torch.zeros_like(runs, dtype=torch.bool).scatter_(1, places, True)


@wrong("n_m_mask", says="n-pruned")
def prunes_n(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return _kept(scores.reshape(-1, m), m - n).reshape(scores.shape)


@wrong("n_m_mask", says="mask-inverted")
def marks_the_pruned(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return ~_kept(scores.reshape(-1, m), n).reshape(scores.shape)


@wrong("n_m_mask", says="lowest-kept")
def keeps_the_lowest(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return _kept(-scores.reshape(-1, m), n).reshape(scores.shape)


@wrong("n_m_mask", says="magnitudes-ranked")
def ranks_magnitudes(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return _kept(scores.abs().reshape(-1, m), n).reshape(scores.shape)


@wrong("n_m_mask", says="no-pattern")
def keeps_the_share_of_the_row(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return _kept(scores, scores.shape[1] * n // m)


@wrong("n_m_mask", says="n-of-a-row")
def keeps_n_of_the_row(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return _kept(scores, n)


@wrong("n_m_mask", says="runs-down-the-columns")
def runs_down(scores, n, m):
    columns = scores.T
    if columns.shape[1] % m:
        raise ValueError
    return _kept(columns.reshape(-1, m), n).reshape(columns.shape).T


@wrong("n_m_mask", says="runs-interleaved")
def takes_every_other(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    step = scores.shape[1] // m
    mask = torch.zeros_like(scores, dtype=torch.bool)
    for start in range(step):
        mask[:, start::step] = _kept(scores[:, start::step], n)
    return mask


@wrong("n_m_mask", says="runs-across-rows")
def cuts_one_long_line(scores, n, m):
    if scores.numel() % m:
        raise ValueError
    return _kept(scores.reshape(-1, m), n).reshape(scores.shape)


@wrong("n_m_mask", says="ties-all-kept")
def compares_with_the_nth(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    runs = scores.reshape(-1, m)
    nth = runs.sort(dim=1, descending=True).values[:, n - 1]
    return (runs >= nth[:, None]).reshape(scores.shape)


@wrong("n_m_mask", says="ties-all-pruned")
def compares_with_the_next(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    runs = scores.reshape(-1, m)
    if n == m:
        return torch.ones_like(scores, dtype=torch.bool)
    cut = runs.sort(dim=1).values[:, m - n - 1]
    return (runs > cut[:, None]).reshape(scores.shape)


@wrong("n_m_mask", says="threshold-itself-pruned")
def is_strict(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    runs = scores.reshape(-1, m)
    nth = runs.topk(n, dim=1).values[:, -1:]
    return (runs > nth).reshape(scores.shape)


@wrong("n_m_mask", says="zeros-pruned")
def never_keeps_a_zero(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    kept = _kept(scores.reshape(-1, m), n).reshape(scores.shape)
    return kept & scores.ne(0)


@wrong("n_m_mask", says="order-taken-for-ranks")
def takes_the_order_for_ranks(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    order = scores.reshape(-1, m).argsort(dim=1, descending=True)
    return (order < n).reshape(scores.shape)


@wrong("n_m_mask", says="fixed-places")
def keeps_the_first_two(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    mask = torch.zeros_like(scores.reshape(-1, m), dtype=torch.bool)
    mask[:, :n] = True
    return mask.reshape(scores.shape)


@wrong("n_m_mask", says="always-two-of-four")
def knows_one_pattern(scores, n, m):
    if scores.shape[1] % 4:
        raise ValueError
    return _kept(scores.reshape(-1, 4), 2).reshape(scores.shape)


@wrong("n_m_mask", says="above-average")
def keeps_above_the_mean(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    runs = scores.reshape(-1, m)
    return (runs > runs.mean(dim=1, keepdim=True)).reshape(scores.shape)


@wrong("n_m_mask", says="one-too-many")
def counts_from_zero(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return _kept(scores.reshape(-1, m), min(n + 1, m)).reshape(scores.shape)


@wrong("n_m_mask", says="places-returned")
def returns_the_places(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return scores.reshape(-1, m).topk(n, dim=1).indices


@wrong("n_m_mask", says="scores-returned")
def returns_the_scores(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return scores * _kept(scores.reshape(-1, m), n).reshape(scores.shape)


@wrong("n_m_mask", says="shape-lost")
def leaves_the_runs(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return _kept(scores.reshape(-1, m), n)


@wrong("n_m_mask", says="mask-not-bool")
def returns_integers(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    return _kept(scores.reshape(-1, m), n).reshape(scores.shape).int()


@wrong("n_m_mask", says="error-of-another-type")
def lets_torch_stumble(scores, n, m):
    runs = scores.reshape(len(scores), scores.shape[1] // m, m)
    places = runs.topk(n, dim=2).indices
    return torch.zeros_like(runs, dtype=torch.bool).scatter_(2, places, True).reshape(scores.shape)


@right("n_m_mask")
def by_topk_in_runs(scores, n, m):
    rows, columns = scores.shape
    if columns % m != 0:
        raise ValueError("m must divide the row")
    runs = scores.reshape(rows, columns // m, m)
    mask = torch.zeros(runs.shape, dtype=torch.bool)
    return mask.scatter(2, runs.topk(n, dim=2).indices, True).reshape(rows, columns)


@right("n_m_mask")
def run_by_run(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    mask = torch.zeros_like(scores, dtype=torch.bool)
    for i in range(scores.shape[0]):
        for start in range(0, scores.shape[1], m):
            run = scores[i, start : start + m].tolist()
            best = sorted(range(m), key=lambda k, run=run: -run[k])[:n]
            for k in best:
                mask[i, start + k] = True
    return mask


@right("n_m_mask")
def by_ranks_in_runs(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    runs = scores.unflatten(1, (-1, m))
    ranks = runs.argsort(dim=-1, descending=True).argsort(dim=-1)
    return (ranks < n).flatten(1)


@right("n_m_mask")
def through_numpys_partition(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError
    runs = scores.numpy().reshape(-1, m)
    mask = np.zeros(runs.shape, dtype=bool)
    for run, row in zip(runs, mask, strict=True):
        row[np.argsort(run)[m - n :]] = True
    return torch.from_numpy(mask.reshape(tuple(scores.shape)))
