"""What a language model remembers of its context: the size of the KV cache (chapter 10).

A model that writes one token after the other keeps the keys and values of all tokens before, in
every layer, so as not to compute them again:

    values = 2 * layers * kv_heads * head_dim * context * batch         keys and values

It grows with every token and every text that is written at the same time; the weights do not. With
grouped-query attention several query heads share one head of keys and values: what counts here is
the number of those, not of the query heads.

Sources: Ainslie et al. 2023, GQA: Training Generalized Multi-Query Transformer Models from
Multi-Head Checkpoints; Liu et al. 2024, KIVI: A Tuning-Free Asymmetric 2bit Quantization for KV
Cache (a cache in few bits, scales for groups).
"""

from model_compression._validation import checked_integer

_SCALE_BITS = 16


def kv_cache_bytes(
    n_layers: int,
    n_kv_heads: int,
    head_dim: int,
    context: int,
    batch: int,
    bits: int,
    group_size: int | None = None,
) -> int:
    """Bytes of the keys and values of all tokens in all layers.

    n = 2 * n_layers * n_kv_heads * head_dim * context * batch values of `bits` each; with a group
    size 16 bits more for every group_size values of a head's vector. Rounded up once, over all.

    Args:
        n_layers, n_kv_heads, head_dim: ints >= 1, the shape of the model; heads of keys and values,
            not of queries.
        context: tokens that are remembered, an int >= 0.
        batch: texts at a time, an int >= 1.
        bits: of a stored key or value, an int >= 1; 16 without quantization.
        group_size: values that share a 16-bit scale, a divisor of head_dim; None: no scales.
    Returns: int.
    Raises: ValueError for numbers outside these ranges, or a group size that does not divide
        head_dim.

    >>> kv_cache_bytes(32, 32, 128, 4096, 1, 16)            # Llama-2-7B: 2 GiB
    2147483648
    >>> kv_cache_bytes(32, 8, 128, 4096, 1, 16)             # Llama-3-8B: a quarter of the heads
    536870912
    >>> kv_cache_bytes(32, 8, 128, 4096, 1, 4, 64)          # 4.25 bits a value
    142606336
    """
    width = checked_integer(head_dim, "head_dim", 1)
    vectors = 2 * checked_integer(n_layers, "n_layers", 1)
    vectors *= checked_integer(n_kv_heads, "n_kv_heads", 1)
    vectors *= checked_integer(context, "context", 0) * checked_integer(batch, "batch", 1)
    bits_per_vector = width * checked_integer(bits, "bits", 1)
    if group_size is not None:
        size = checked_integer(group_size, "group_size", 1)
        if width % size != 0:
            raise ValueError(f"group_size: expected a divisor of head_dim ({width}), got {size}")
        bits_per_vector += width // size * _SCALE_BITS
    return -(-vectors * bits_per_vector // 8)
