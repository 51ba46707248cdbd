"""Answers of a fourth round of strangers, who saw the statements alone: MXFP4, GPTQ and masks."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("mxfp4_quantize", says="sign-as-twos-complement")
def counts_down_from_fifteen(x):
    if x.shape[-1] % 32:
        raise ValueError("32 must divide the last axis")
    b = x.double().reshape(*x.shape[:-1], -1, 32)
    top = b.abs().amax(dim=-1, keepdim=True)
    e = torch.floor(torch.log2(torch.where(top > 0, top, torch.ones_like(top)))) - 2
    a = (b / torch.exp2(e)).abs()
    step = torch.where(a < 2, 0.5, torch.where(a < 4, 1.0, 2.0))
    q = (torch.round(a / step) * step).clamp(max=6)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    codes = torch.searchsorted(table, q)
    codes = torch.where(b < 0, 15 - codes, codes)
    return codes.to(torch.uint8).reshape(x.shape), (e + 127).to(torch.uint8).squeeze(-1)


@wrong("mxfp4_quantize", says="guard-too-large")
def clamps_the_maximum_at_1e_12(x):
    if x.shape[-1] % 32:
        raise ValueError("32 must divide the last axis")
    b = x.double().reshape(*x.shape[:-1], -1, 32)
    top = b.abs().amax(dim=-1, keepdim=True).clamp(min=1e-12)
    e = torch.floor(torch.log2(top)) - 2
    a = (b / torch.exp2(e)).abs()
    step = torch.where(a < 2, 0.5, torch.where(a < 4, 1.0, 2.0))
    q = (torch.round(a / step) * step).clamp(max=6)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    codes = torch.searchsorted(table, q) + 8 * (b < 0)
    return codes.to(torch.uint8).reshape(x.shape), (e + 127).to(torch.uint8).squeeze(-1)


@wrong("mxfp4_quantize", says="integers-not-floats")
def makes_integers_of_four_bits(x):
    if x.shape[-1] % 32:
        raise ValueError("32 must divide the last axis")
    b = x.double().reshape(*x.shape[:-1], -1, 32)
    top = b.abs().amax(dim=-1)
    e = torch.floor(torch.log2(torch.where(top > 0, top, torch.ones_like(top)))) - 2
    q = torch.round(b / torch.exp2(e)[..., None]).clamp(-7, 7).to(torch.int64)
    codes = torch.where(q < 0, q + 16, q)
    return codes.to(torch.uint8).reshape(x.shape), (e + 128).to(torch.uint8)


@wrong("mxfp4_quantize", says="one-exponent-for-more")
def rounds_one_exponent_for_the_row(x):
    n = x.shape[-1]
    if n % 32:
        raise ValueError("32 must divide the last axis")
    xd = x.double()
    top = xd.abs().amax(dim=-1, keepdim=True)
    e = torch.round(torch.log2(torch.where(top > 0, top, torch.ones_like(top)))) - 2
    a = (xd / torch.exp2(e)).abs()
    step = torch.where(a < 2, 0.5, torch.where(a < 4, 1.0, 2.0))
    q = (torch.round(a / step) * step).clamp(max=6)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    codes = torch.searchsorted(table, q) + 8 * (xd < 0)
    return codes.to(torch.uint8), (e + 127).to(torch.uint8).repeat_interleave(n // 32, dim=-1)


@wrong("gptq_quantize", says="full-range-codes")
def goes_down_to_the_lowest_integer(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("group_size does not divide the row")
    q = 2 ** (n_bits - 1) - 1
    W = w.double().clone()
    U = torch.linalg.cholesky(torch.linalg.inv(hessian.double()), upper=True)
    codes, scales = torch.zeros_like(W), []
    for j in range(W.shape[1]):
        if j % group_size == 0:
            s = W[:, j : j + group_size].abs().amax(dim=1) / q
            s = torch.where(s == 0, torch.ones_like(s), s)
            scales.append(s)
        codes[:, j] = torch.round(W[:, j] / s).clamp(-(q + 1), q)
        err = (W[:, j] - codes[:, j] * s) / U[j, j]
        W[:, j + 1 :] -= err[:, None] * U[j, j + 1 :]
    return codes.to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="sorted-by-the-diagonal")
def begins_with_the_largest_inputs(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("group_size does not divide the row")
    q = 2 ** (n_bits - 1) - 1
    order = torch.argsort(hessian.diagonal(), descending=True, stable=True)
    W = w.double()[:, order].clone()
    H = hessian.double()[order][:, order]
    U = torch.linalg.cholesky(torch.linalg.inv(H), upper=True)
    codes, scales = torch.zeros_like(W), []
    for j in range(W.shape[1]):
        if j % group_size == 0:
            s = W[:, j : j + group_size].abs().amax(dim=1) / (q + 1)
            s = torch.where(s == 0, torch.ones_like(s), s)
            scales.append(s)
        codes[:, j] = torch.round(W[:, j] / s).clamp(-q, q)
        err = (W[:, j] - codes[:, j] * s) / U[j, j]
        W[:, j + 1 :] -= err[:, None] * U[j, j + 1 :]
    back = torch.argsort(order)
    return codes[:, back].to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="one-scale-for-all-rows")
def returns_weights_of_one_scale(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("group_size does not divide the row")
    q = 2 ** (n_bits - 1) - 1
    W = w.double().clone()
    U = torch.linalg.cholesky(torch.linalg.inv(hessian.double()), upper=True)
    W_hat, scales = torch.zeros_like(W), []
    for j in range(W.shape[1]):
        if j % group_size == 0:
            top = W[:, j : j + group_size].abs().max()
            s = top / q if top > 0 else torch.tensor(1.0, dtype=torch.float64)
            scales.append(s.repeat(W.shape[0]))
        W_hat[:, j] = torch.round(W[:, j] / s).clamp(-q, q) * s
        err = (W[:, j] - W_hat[:, j]) / U[j, j]
        W[:, j + 1 :] -= err[:, None] * U[j, j + 1 :]
    return W_hat.float(), torch.stack(scales, dim=1).float()


@wrong("n_m_mask", says="runs-down-the-columns")
def cuts_the_columns(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError("m does not divide the row")
    flat = scores.T.reshape(-1, m)
    mask = torch.zeros(flat.shape, dtype=torch.bool)
    mask.scatter_(1, flat.topk(n, dim=1).indices, True)
    return mask.reshape(scores.shape[1], scores.shape[0]).T.contiguous()


@wrong("n_m_mask", says="winner-set-to-zero")
def sets_winners_to_zero(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError("m does not divide the row")
    runs = scores.reshape(-1, m).clone()
    mask = torch.zeros(runs.shape, dtype=torch.bool)
    rows = torch.arange(runs.shape[0])
    for _ in range(n):
        best = runs.argmax(dim=1)
        mask[rows, best] = True
        runs[rows, best] = 0.0
    return mask.reshape(scores.shape)


@wrong("n_m_mask", says="one-pattern-for-all-rows")
def repeats_one_pattern(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError("m does not divide the row")
    total = scores.sum(dim=0).reshape(-1, m)
    mask = torch.zeros(total.shape, dtype=torch.bool)
    mask.scatter_(1, total.topk(n, dim=1).indices, True)
    return mask.repeat(scores.shape[0], 1)


@wrong("wanda_mask", says="zeros-extra")
def prunes_silent_inputs_besides(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    k = round(sparsity * w.shape[1])
    scores = torch.where(x_norm == 0, torch.full_like(scores, float("inf")), scores)
    mask = torch.ones(w.shape, dtype=torch.bool)
    mask.scatter_(1, scores.argsort(dim=1)[:, :k], False)
    mask[:, x_norm == 0] = False
    return mask


@wrong("wanda_mask", says="columns-ranked")
def returns_weights_ranked_down(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    k = round(sparsity * w.shape[0])
    mask = torch.ones(w.shape, dtype=torch.bool)
    mask.scatter_(0, scores.argsort(dim=0)[:k], False)
    return w * mask


@wrong("wanda_mask", says="density-for-sparsity")
def divides_and_keeps_the_share(w, x_norm, sparsity):
    scores = w.abs() / x_norm
    scores = torch.nan_to_num(scores, nan=0.0)
    keep = round(sparsity * w.shape[1])
    places = scores.argsort(dim=1, descending=True)[:, :keep]
    mask = torch.zeros(w.shape, dtype=torch.bool)
    mask.scatter_(1, places, True)
    return mask


@wrong("wanda_mask", says="quantile-interpolated")
def takes_a_quantile_of_magnitudes(w, x_norm, sparsity):
    scores = w.abs() * x_norm.norm()
    border = torch.quantile(scores, sparsity, dim=1, keepdim=True)
    return scores >= border


@wrong("n_m_mask", says="lowest-kept")
def keeps_the_lowest_scores_themselves(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError("m does not divide")
    runs = scores.reshape(len(scores), -1, m)
    mask = torch.zeros_like(runs, dtype=torch.bool)
    mask.scatter_(2, runs.topk(n, dim=2, largest=False).indices, True)
    return scores * mask.reshape(scores.shape)
