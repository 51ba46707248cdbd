"""Solutions of exercise 10 by a seventh round of strangers, who saw the statement alone."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("kv_cache_bytes", says="groups-along-the-tokens")
def groups_the_keys_along_the_tokens(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    numbers = head_dim * context
    key_bits = numbers * bits
    value_bits = numbers * bits
    if group_size is not None:
        if head_dim % group_size != 0:
            raise ValueError("group_size must divide head_dim")
        groups_in_time = -(-context // group_size)
        key_bits += 16 * head_dim * groups_in_time  # keys: per channel
        value_bits += 16 * context * (head_dim // group_size)  # values: per token
    total = n_layers * n_kv_heads * batch * (key_bits + value_bits)
    return (total + 7) // 8


@wrong("kv_cache_bytes", says="scales-of-few-bits-alone")
def takes_sixteen_bits_for_unquantized(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    n_vectors = 2 * n_layers * n_kv_heads * context * batch
    quantized = group_size is not None and bits < 16
    scale_bits = 0
    if quantized:
        if head_dim % group_size != 0:
            raise ValueError("head_dim must be a multiple of group_size")
        scale_bits = 16 * (head_dim // group_size)
    total = n_vectors * (head_dim * bits + scale_bits)
    return (total + 7) // 8


@wrong("int8_linear_outliers", says="narrow-accumulator")
def adds_products_of_codes_in_int16(x, weight, bias, threshold):
    outlier = (x.abs() >= threshold).any(dim=0)
    columns = outlier.nonzero().flatten()
    rest = x.masked_fill(outlier, 0.0)
    sx = rest.abs().amax(dim=1, keepdim=True) / 127
    sw = weight.abs().amax(dim=1, keepdim=True) / 127
    sx = torch.where(sx == 0, torch.ones_like(sx), sx)
    sw = torch.where(sw == 0, torch.ones_like(sw), sw)
    xq = torch.round(rest / sx).to(torch.int16)
    wq = torch.round(weight / sw).to(torch.int16)
    small = (xq @ wq.T).float() * sx * sw.T
    large = x[:, columns] @ weight[:, columns].T
    return columns, small + large + bias


@wrong("nf4_codebook", says="outermost-share-off")
def begins_each_side_at_another_share():
    d_above = 1 - 1 / 32
    d_below = 1 - 1 / 30
    above = torch.linspace(d_above, 0.5, 9, dtype=torch.float64)[:-1]
    below = torch.linspace(d_below, 0.5, 8, dtype=torch.float64)[:-1]
    values = torch.cat(
        [
            torch.special.ndtri(above),
            -torch.special.ndtri(below),
            torch.zeros(1, dtype=torch.float64),
        ]
    )
    values = values.sort().values
    return values / values.max()


@wrong("nf4_codebook", says="means-of-neighbours")
def takes_means_of_neighbouring_quantiles():
    d = 929 / 960

    def side(n):
        shares = torch.linspace(d, 0.5, n + 1, dtype=torch.float64)
        q = torch.special.ndtri(shares)
        return (q[:-1] + q[1:]) / 2

    values = torch.cat([side(8), -side(7), torch.zeros(1, dtype=torch.float64)])
    values = values.sort().values
    return (values / values[-1]).float()


@wrong("nf4_codebook", says="quantiles-estimated")
def estimates_quantiles_from_random_numbers():
    d = 929 / 960
    g = torch.Generator().manual_seed(0)
    sample = torch.randn(100_000, generator=g)
    positive = torch.quantile(sample, torch.linspace(d, 0.5, 9)[:-1])
    negative = -torch.quantile(sample, torch.linspace(d, 0.5, 8)[:-1])
    values = torch.cat([positive, negative, torch.zeros(1)])
    values, _ = torch.sort(values)
    return values / values.abs().max()


@wrong("gptq_quantize", says="errors-not-passed-on")
def overwrites_the_column_before_the_difference(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size")
    q = 2 ** (n_bits - 1) - 1
    work = w.to(torch.float64).clone()
    U = torch.linalg.cholesky(torch.linalg.inv(hessian.double()), upper=True)
    codes = torch.empty_like(w, dtype=torch.int8)
    scales = torch.empty(w.shape[0], w.shape[1] // group_size, dtype=torch.float64)
    for j in range(w.shape[1]):
        g = j // group_size
        if j % group_size == 0:
            s = work[:, j : j + group_size].abs().amax(dim=1) / q
            scales[:, g] = torch.where(s == 0, 1.0, s)
        col = work[:, j]
        code = torch.clamp(torch.round(col / scales[:, g]), -q, q)
        codes[:, j] = code.to(torch.int8)
        work[:, j] = code * scales[:, g]
        err = col - code * scales[:, g]
        work[:, j + 1 :] -= torch.outer(err, U[j, j + 1 :] / U[j, j])
    return codes, scales.float()


@wrong("gptq_quantize", says="the-other-factor")
def takes_the_other_factor_and_a_step_too_many(w, hessian, n_bits, group_size):
    cols = w.shape[1]
    if cols % group_size:
        raise ValueError("group_size must divide the row")
    half = 2 ** (n_bits - 1)
    work = w.double().clone()
    L = torch.linalg.cholesky(hessian.double())
    U = torch.linalg.inv(L).T  # upper triangular
    codes, scales = [], []
    for j in range(cols):
        if j % group_size == 0:
            s = work[:, j : j + group_size].abs().amax(dim=1) / half
            s[s == 0] = 1.0
            scales.append(s)
        code = torch.round(work[:, j] / s).clamp(-(half - 1), half - 1)
        codes.append(code)
        error = work[:, j] - s * code
        work[:, j + 1 :] -= error[:, None] * U[j, j + 1 :] / U[j, j]
    return torch.stack(codes, dim=1).to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("mxfp4_quantize", says="steps-smaller-below-one")
def halves_the_step_below_one_and_takes_the_next(x):
    if x.shape[-1] % 32:
        raise ValueError("32 does not divide the last axis")
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)
    blocks = x.double().reshape(*x.shape[:-1], -1, 32)
    top = blocks.abs().amax(dim=-1)
    e = torch.where(top > 0, torch.floor(torch.log2(top)) - 2, torch.zeros_like(top))
    a = blocks.abs() / torch.exp2(e)[..., None]
    octave = torch.floor(torch.log2(a.clamp(min=0.5)))
    step = torch.exp2(octave - 1)  # one bit of mantissa
    a = (torch.round(a / step) * step).clamp(max=6)
    codes = torch.searchsorted(table, a)
    codes = torch.where(blocks < 0, codes + 8, codes)
    return codes.to(torch.uint8).reshape(x.shape), (e + 127).to(torch.uint8)


@wrong("n_m_mask", says="first-of-equals")
def looks_places_up_by_their_scores(scores, n, m):
    rows, cols = scores.shape
    if cols % m != 0:
        raise ValueError("m must divide the row")
    mask = torch.zeros(rows, cols, dtype=torch.bool)
    for i in range(rows):
        for start in range(0, cols, m):
            run = scores[i, start : start + m].tolist()
            for value in sorted(run)[-n:]:
                mask[i, start + run.index(value)] = True
    return mask


@wrong("smooth", says="normalised")
def takes_means_and_normalises_the_scales(x_absmax, weight, alpha):
    w_size = weight.abs().mean(dim=0)
    dead = (x_absmax == 0) | (w_size == 0)
    s = x_absmax**alpha / w_size ** (1 - alpha)
    s = torch.where(dead, torch.ones_like(s), s)
    s = s / (s.max() * s.min()).sqrt()
    return s, weight * s


@wrong("nf4_dequantize", says="codebook-not-sorted")
def looks_up_in_an_unsorted_table(codes, absmax, block_size):
    d = 929 / 960
    up = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:-1])
    down = -torch.special.ndtri(torch.linspace(d, 0.5, 8, dtype=torch.float64)[:-1])
    table = torch.cat([down, torch.zeros(1, dtype=torch.float64), up])
    table = table / table.max()
    scales = absmax.double().repeat_interleave(block_size)[: codes.numel()]
    values = table[codes.reshape(-1).long()] * scales
    return values.reshape(codes.shape)


@wrong("wanda_mask", says="first-of-equals")
def looks_scores_up_in_each_row(w, x_norm, sparsity):
    scores = w.abs() * x_norm
    mask = torch.ones(w.shape, dtype=torch.bool)
    for i, row in enumerate(scores.tolist()):
        for value in sorted(row)[: round(sparsity * len(row))]:
            mask[i, row.index(value)] = False
    return mask


@wrong("nf4_quantize", says="codebook-not-sorted")
def finds_the_nearest_in_an_unsorted_table(x, block_size):
    d = 929 / 960
    up = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:-1])
    down = -torch.special.ndtri(torch.linspace(d, 0.5, 8, dtype=torch.float64)[:-1])
    table = torch.cat([down, torch.zeros(1, dtype=torch.float64), up])
    table = table / table.max()
    line = x.reshape(-1).double()
    parts = line.split(block_size)
    absmax = torch.stack([part.abs().max() for part in parts])
    unit = torch.cat([part / (part.abs().max() or 1.0) for part in parts])
    codes = (unit[:, None] - table).abs().argmin(dim=1)
    return codes.to(torch.uint8).reshape(x.shape), absmax.float()
