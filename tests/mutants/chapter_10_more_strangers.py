"""Mistakes of strangers in exercise 10, but for NF4: mostly two in one answer."""

import math

import torch

from tests.mutants.table import wrong


@wrong("kv_cache_bytes", says="last-byte-cut-off")
def one_text_rounded_down(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    vectors = 2 * n_layers * n_kv_heads * context
    vector = head_dim * bits
    if group_size is not None:
        if head_dim % group_size != 0:
            raise ValueError("group_size must divide head_dim")
        vector += 16 * head_dim // group_size
    return vectors * vector // 8


@wrong("hadamard_rotate", says="minus-at-another-place")
def minus_in_the_lower_left(x, block_size):
    if block_size < 1 or block_size & (block_size - 1) != 0 or x.shape[-1] % block_size != 0:
        raise ValueError("block_size must be a power of two and divide the axis")
    h = torch.tensor([[1.0]])
    while h.shape[0] < block_size:
        top = torch.cat((h, h), dim=1)
        bottom = torch.cat((-h, h), dim=1)
        h = torch.cat((top, bottom), dim=0)
    y = x.reshape(-1, block_size) @ h / math.sqrt(block_size)
    return y.reshape(x.shape)


@wrong("hadamard_rotate", says="zero-not-refused")
def zero_divided_by(x, block_size):
    if block_size & (block_size - 1) != 0:
        raise ValueError("not a power of two")
    if x.shape[-1] % block_size != 0:
        raise ValueError("does not divide the last axis")
    h = torch.ones(1, 1)
    while h.shape[0] < block_size:
        h = torch.kron(h, torch.tensor([[1.0, 1.0], [1.0, -1.0]]))
    return (x.reshape(-1, block_size) @ h / block_size**0.5).reshape(x.shape)


@wrong("hadamard_rotate", says="root-cut-off")
def whole_root(x, block_size):
    if block_size < 1 or block_size & (block_size - 1) or x.shape[-1] % block_size:
        raise ValueError("bad block_size")
    h = torch.ones(1, 1)
    while h.shape[0] < block_size:
        h = torch.cat([torch.cat([h, h], dim=1), torch.cat([h, -h], dim=1)], dim=0)
    out = x.reshape(-1, block_size) @ h
    return out.reshape(x.shape) / math.isqrt(block_size)


@wrong("hadamard_rotate", says="one-doubling-too-few")
def halves_apart(x, block_size):
    if block_size < 1 or block_size & (block_size - 1) or x.shape[-1] % block_size:
        raise ValueError("bad block_size")
    size = 1
    h = torch.ones(1, 1)
    while 2 * size < block_size:
        h = torch.cat([torch.cat([h, h], dim=1), torch.cat([h, -h], dim=1)], dim=0)
        size *= 2
    if block_size > 1:
        h = torch.block_diag(h, h)
    return (x.reshape(-1, block_size) @ h / math.sqrt(size)).reshape(x.shape)


@wrong("hadamard_rotate", says="rounded-to-whole-numbers")
def first_axis_in_whole_numbers(x, block_size):
    if block_size < 1 or block_size & (block_size - 1) or x.shape[0] % block_size:
        raise ValueError("bad block_size")
    h = torch.ones(1, 1)
    while h.shape[0] < block_size:
        h = torch.cat([torch.cat([h, h], dim=1), torch.cat([h, -h], dim=1)], dim=0)
    t = x.transpose(0, -1)
    out = t.reshape(-1, block_size) @ h / math.sqrt(block_size)
    return torch.round(out.reshape(t.shape).transpose(0, -1))


@wrong("int8_linear_outliers", says="columns-unordered")
def largest_column_first(x, weight, bias, threshold):
    peak = x.abs().amax(dim=0)
    order = peak.argsort(descending=True)
    n_out = int((peak >= threshold).sum())
    columns, rest = order[:n_out], order[n_out:]
    xs, ws = x[:, rest], weight[:, rest]
    sx = xs.abs().amax(dim=1, keepdim=True) / 127
    sw = ws.abs().amax(dim=1, keepdim=True) / 127
    qx = torch.round(xs / torch.where(sx == 0, 1.0, sx))
    qw = torch.round(ws / torch.where(sw == 0, 1.0, sw))
    y = (qx @ qw.T) * sx * sw.T
    return columns, y + x[:, columns] @ weight[:, columns].T + bias


@wrong("smooth", says="weight-before-the-guard")
def weight_before_the_scale_is_mended(x_absmax, weight, alpha):
    w_absmax = weight.abs().amax(dim=0)
    s = x_absmax**alpha / w_absmax ** (1 - alpha)
    new_weight = weight * s
    s = torch.where((x_absmax == 0) | (w_absmax == 0), 1.0, s)
    return s, new_weight


@wrong("smooth", says="sizes-rounded")
def product_to_powers_of_two(x_absmax, weight, alpha):
    w_absmax = weight.abs().amax(dim=0)
    dead = (x_absmax == 0) | (w_absmax == 0)
    s = x_absmax**alpha * w_absmax ** (1 - alpha)
    s = torch.where(dead, torch.ones_like(s), s)
    s = torch.exp2(torch.round(torch.log2(s)))
    return s, weight * s


@wrong("smooth", says="other-measure")
def smallest_magnitude_of_a_column(x_absmax, weight, alpha):
    s = torch.ones_like(x_absmax)
    for j in range(weight.shape[1]):
        column = weight[:, j].abs()
        column = column[column > 0]
        if len(column) > 0 and x_absmax[j] > 0:
            s[j] = x_absmax[j] ** alpha / column.min() ** (1 - alpha)
    return s, weight * s


@wrong("mxfp4_quantize", says="rounded-twice")
def halves_up_to_four(x):
    if x.shape[-1] % 32 != 0:
        raise ValueError("blocks of 32")
    b = x.double().reshape(*x.shape[:-1], -1, 32)
    m = b.abs().amax(dim=-1, keepdim=True)
    e = torch.floor(torch.log2(torch.where(m == 0, 1.0, m))) - 2
    a = (b / torch.exp2(e)).abs()
    step = torch.where(a < 4, 0.5, 2.0)
    a = (torch.round(a / step) * step).clamp(max=6)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    codes = torch.searchsorted(table, a.contiguous()) + 8 * (b < 0)
    return codes.to(torch.uint8).reshape(x.shape), (e + 127).squeeze(-1).to(torch.uint8)


@wrong("mxfp4_quantize", says="blocks-across-rows")
def sixteen_and_filled_up(x):
    n = x.shape[-1]
    pad = -n % 16
    padded = torch.nn.functional.pad(x.double(), (0, pad))
    b = padded.reshape(*x.shape[:-1], -1, 16)
    m = b.abs().amax(dim=-1, keepdim=True)
    e = torch.floor(torch.log2(torch.where(m == 0, 1.0, m))) - 2
    a = (b / torch.exp2(e)).abs()
    step = torch.where(a < 2, 0.5, torch.where(a < 4, 1.0, 2.0))
    a = (torch.round(a / step) * step).clamp(max=6)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    codes = torch.searchsorted(table, a.contiguous()) + 8 * (b < 0)
    codes = codes.reshape(padded.shape)[..., :n]
    return codes.to(torch.uint8), (e + 127).squeeze(-1).to(torch.uint8)


@wrong("mxfp4_quantize", says="sign-lost")
def cut_off_without_signs(x):
    if x.shape[-1] % 32 != 0:
        raise ValueError("blocks of 32")
    b = x.double().reshape(*x.shape[:-1], -1, 32)
    m = b.abs().amax(dim=-1, keepdim=True)
    e = torch.floor(torch.log2(torch.where(m == 0, 1.0, m))) - 2
    a = (b.abs() / torch.exp2(e)).clamp(max=6)
    codes = torch.zeros(a.shape, dtype=torch.uint8)
    for code, magnitude in enumerate([0, 0.5, 1, 1.5, 2, 3, 4, 6]):
        codes[a >= magnitude] = code
    return codes.reshape(x.shape), (e + 127).squeeze(-1).to(torch.uint8)


@wrong("gptq_quantize", says="scale-transposed")
def in_place_with_scales_turned(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("group_size does not divide the row")
    q = 2 ** (n_bits - 1) - 1
    U = torch.linalg.cholesky(torch.linalg.inv(hessian.double()), upper=True).float()
    work = w.data
    codes, scales = [], []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            s = work[:, j : j + group_size].abs().amax(dim=1) / q
            s = torch.where(s == 0, 1.0, s)
            scales.append(s)
        code = torch.round(work[:, j] / s).clamp(-q, q)
        err = work[:, j] - s * code
        work[:, j + 1 :] -= torch.outer(err, U[j, j + 1 :] / U[j, j])
        codes.append(code)
    return torch.stack(codes, dim=1).to(torch.int8), torch.stack(scales).float()


@wrong("gptq_quantize", says="levels-off-by-one")
def values_of_eight_steps(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError("group_size does not divide the row")
    half = 2 ** (n_bits - 1)
    U = torch.linalg.cholesky(torch.linalg.inv(hessian.double()), upper=True)
    work = w.double().clone()
    restored = torch.zeros_like(work)
    scales = []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            s = work[:, j : j + group_size].abs().amax(dim=1) / half
            s = torch.where(s == 0, 1.0, s)
            scales.append(s)
        restored[:, j] = s * torch.round(work[:, j] / s).clamp(-half + 1, half - 1)
        err = work[:, j] - restored[:, j]
        work[:, j + 1 :] -= torch.outer(err, U[j, j + 1 :] / U[j, j])
    return restored.float(), torch.stack(scales, dim=1).float()


@wrong("wanda_mask", says="half-counted-up")
def magnitudes_with_halves_up(w, x_norm, sparsity):
    k = int(sparsity * w.shape[1] + 0.5)
    mask = torch.ones(w.shape, dtype=torch.bool)
    places = w.abs().argsort(dim=1)[:, :k]
    mask.scatter_(1, places, False)
    return mask


@wrong("wanda_mask", says="at-least-one-goes")
def weights_and_one_at_least(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    k = max(1, round(sparsity * w.shape[1]))
    mask = torch.ones(w.shape, dtype=torch.bool)
    mask.scatter_(1, scores.argsort(dim=1)[:, :k], False)
    return w * mask


@wrong("n_m_mask", says="lowest-kept")
def lowest_scores_returned(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError("m does not divide the row")
    runs = scores.reshape(-1, m)
    mask = torch.zeros(runs.shape, dtype=torch.bool)
    mask.scatter_(1, runs.topk(n, dim=1, largest=False).indices, True)
    return (runs * mask).reshape(scores.shape)


@wrong("n_m_mask", says="divided-the-other-way")
def in_place_divided_the_other_way(scores, n, m):
    if m % scores.shape[1] != 0:
        raise ValueError("m does not divide the row")
    runs = scores.view(-1, m)
    places = runs.topk(n, dim=1).indices
    runs.scatter_(1, places, float("inf"))
    return torch.isinf(runs).reshape(scores.shape)


@wrong("n_m_mask", says="windows-overlap")
def sliding_windows(scores, n, m):
    out, cols = scores.shape
    if cols % m != 0:
        raise ValueError("m does not divide the row")
    mask = torch.zeros(out, cols, dtype=torch.bool)
    for i in range(out):
        for start in range(cols - m + 1):
            best = scores[i, start : start + m].topk(n).indices + start
            mask[i, best] = True
    return mask
