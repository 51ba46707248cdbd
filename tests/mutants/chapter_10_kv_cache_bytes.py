"""Solutions of exercise 10 as students could write them: the size of the KV cache."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("kv_cache_bytes", says="keys-or-values-alone")
def counts_the_keys(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size:
        raise ValueError("group_size")
    vectors = n_layers * n_kv_heads * context * batch
    scales = head_dim // group_size * 16 if group_size else 0
    return math.ceil(vectors * (head_dim * bits + scales) / 8)


@wrong("kv_cache_bytes", says="queries-counted")
def counts_the_queries(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size:
        raise ValueError("group_size")
    vectors = 3 * n_layers * n_kv_heads * context * batch
    scales = head_dim // group_size * 16 if group_size else 0
    return math.ceil(vectors * (head_dim * bits + scales) / 8)


@wrong("kv_cache_bytes", says="layers-left-out")
def forgets_the_layers(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    total = 2 * n_kv_heads * head_dim * context * batch * bits
    if group_size:
        total += 2 * n_kv_heads * (head_dim // group_size) * context * batch * 16
    return -(-total // 8)


@wrong("kv_cache_bytes", says="batch-left-out")
def forgets_the_batch(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    per_value = bits if group_size is None else bits + 16 / group_size
    return math.ceil(2 * n_layers * n_kv_heads * head_dim * context * per_value / 8)


@wrong("kv_cache_bytes", says="width-left-out")
def takes_a_key_for_one_number(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    vectors = 2 * n_layers * n_kv_heads * context * batch
    return (vectors * bits + 7) // 8


@wrong("kv_cache_bytes", says="context-squared")
def counts_the_table_of_attention(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    vectors = 2 * n_layers * n_kv_heads * context**2 * batch
    scales = 0 if group_size is None else head_dim // group_size * 16
    return (vectors * (head_dim * bits + scales) + 7) // 8


@wrong("kv_cache_bytes", says="bits-not-bytes")
def returns_bits(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    scales = 0 if group_size is None else head_dim // group_size * 16
    return 2 * n_layers * n_kv_heads * context * batch * (head_dim * bits + scales)


@wrong("kv_cache_bytes", says="bits-cut-to-bytes")
def takes_whole_bytes_a_value(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    values = 2 * n_layers * n_kv_heads * context * batch * head_dim
    total = values * (bits // 8)
    if group_size:
        total += values // group_size * 2
    return total


@wrong("kv_cache_bytes", says="last-byte-cut-off")
def cuts_the_last_byte(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    scales = 0 if group_size is None else head_dim // group_size * 16
    return 2 * n_layers * n_kv_heads * context * batch * (head_dim * bits + scales) // 8


@wrong("kv_cache_bytes", says="one-byte-more")
def adds_a_byte_always(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    scales = 0 if group_size is None else head_dim // group_size * 16
    return 2 * n_layers * n_kv_heads * context * batch * (head_dim * bits + scales) // 8 + 1


@wrong("kv_cache_bytes", says="rounded-more-than-once")
def rounds_each_vector(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    per_vector = head_dim * bits + (head_dim // group_size * 16 if group_size else 0)
    return 2 * n_layers * n_kv_heads * context * batch * math.ceil(per_vector / 8)


@wrong("kv_cache_bytes", says="rounded-more-than-once")
def rounds_keys_and_values_apart(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    per_vector = head_dim * bits + (head_dim // group_size * 16 if group_size else 0)
    keys = math.ceil(n_layers * n_kv_heads * context * batch * per_vector / 8)
    return 2 * keys


@wrong("kv_cache_bytes", says="not-rounded")
def divides_by_eight(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size and head_dim % group_size != 0:
        raise ValueError
    per_vector = head_dim * bits + (head_dim // group_size * 16 if group_size else 0)
    return 2 * n_layers * n_kv_heads * context * batch * per_vector / 8


@wrong("kv_cache_bytes", says="scales-forgotten")
def forgets_the_scales(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size:
        raise ValueError
    return math.ceil(2 * n_layers * n_kv_heads * head_dim * context * batch * bits / 8)


@wrong("kv_cache_bytes", says="one-scale-a-vector")
def gives_a_vector_one_scale(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size:
        raise ValueError
    per_vector = head_dim * bits + (16 if group_size else 0)
    return math.ceil(2 * n_layers * n_kv_heads * context * batch * per_vector / 8)


@wrong("kv_cache_bytes", says="scale-for-each-value")
def gives_each_value_a_scale(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size:
        raise ValueError
    each = bits + (16 if group_size else 0)
    return math.ceil(2 * n_layers * n_kv_heads * context * batch * head_dim * each / 8)


@wrong("kv_cache_bytes", says="wrong-size-of-scales")
def stores_float32_scales(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size:
        raise ValueError
    each = bits + (32 / group_size if group_size else 0)
    return math.ceil(2 * n_layers * n_kv_heads * context * batch * head_dim * each / 8)


@wrong("kv_cache_bytes", says="scales-of-one-token")
def adds_the_scales_of_one_vector(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    if group_size is not None and head_dim % group_size:
        raise ValueError
    total = 2 * n_layers * n_kv_heads * head_dim * context * batch * bits
    if group_size:
        total += head_dim // group_size * 16
    return math.ceil(total / 8)


@wrong("kv_cache_bytes", says="size-taken-for-count")
def takes_the_size_for_the_number_of_groups(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    if group_size is not None and head_dim % group_size:
        raise ValueError
    per_vector = head_dim * bits + 16 * (group_size or 0)
    return math.ceil(2 * n_layers * n_kv_heads * context * batch * per_vector / 8)


@wrong("kv_cache_bytes", says="default-lost")
def asks_for_a_group_size(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size):
    if group_size is not None and head_dim % group_size:
        raise ValueError
    per_vector = head_dim * bits + (head_dim // group_size * 16 if group_size else 0)
    return math.ceil(2 * n_layers * n_kv_heads * context * batch * per_vector / 8)


@wrong("kv_cache_bytes", says="misfit-let-through")
def looks_at_no_size(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    per_vector = head_dim * bits + (head_dim // group_size * 16 if group_size else 0)
    return math.ceil(2 * n_layers * n_kv_heads * context * batch * per_vector / 8)


@wrong("kv_cache_bytes", says="error-of-another-type")
def asserts_the_size(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    assert group_size is None or head_dim % group_size == 0
    per_vector = head_dim * bits + (head_dim // group_size * 16 if group_size else 0)
    return math.ceil(2 * n_layers * n_kv_heads * context * batch * per_vector / 8)


@wrong("kv_cache_bytes", says="integers-wrapped")
def multiplies_in_int32(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size:
        raise ValueError
    sizes = torch.tensor([2, n_layers, n_kv_heads, context, batch, head_dim], dtype=torch.int32)
    values = torch.prod(sizes, dtype=torch.int32).item()
    total = values * bits + (values // group_size * 16 if group_size else 0)
    return math.ceil(total / 8)


@wrong("kv_cache_bytes", says="digits-lost")
def multiplies_in_float32(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size:
        raise ValueError
    sizes = torch.tensor([2, n_layers, n_kv_heads, context, batch, head_dim], dtype=torch.float32)
    values = int(sizes.prod())
    total = values * bits + (values // group_size * 16 if group_size else 0)
    return -(-total // 8)


@right("kv_cache_bytes")
def vector_by_vector(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    per_vector = head_dim * bits
    if group_size is not None:
        groups, rest = divmod(head_dim, group_size)
        if rest:
            raise ValueError(f"{group_size} does not divide {head_dim}")
        per_vector += 16 * groups
    bits_of_all = per_vector * 2 * n_layers * n_kv_heads * context * batch
    whole, more = divmod(bits_of_all, 8)
    return whole + (more > 0)


@wrong("kv_cache_bytes", says="integers-wrapped")
def in_int64_of_numpy(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size is not None and head_dim % group_size != 0:
        raise ValueError("group_size must divide head_dim")
    values = np.prod([2, n_layers, n_kv_heads, head_dim, context, batch], dtype=np.int64)
    total = values * bits
    if group_size is not None:
        total += values // group_size * 16
    return (total + 7) // 8


@wrong("kv_cache_bytes", says="digits-lost")
def fraction_of_a_bit(n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None):
    if group_size and head_dim % group_size:
        raise ValueError
    each = bits + (16 / group_size if group_size else 0)
    values = 2 * n_layers * n_kv_heads * head_dim * context * batch
    if group_size:
        return math.ceil((values * bits + values // group_size * 16) / 8)
    return math.ceil(values * each / 8)
