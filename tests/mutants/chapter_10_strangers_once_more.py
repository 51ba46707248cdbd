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
