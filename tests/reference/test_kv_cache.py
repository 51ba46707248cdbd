"""Bytes of a KV cache against tensors that torch would allocate."""

from __future__ import annotations

import itertools

import pytest
import torch

from model_compression.kv_cache import kv_cache_bytes


def allocated(layers: int, heads: int, width: int, context: int, batch: int, dtype) -> int:
    """Bytes of real tensors, as a model keeps them: two a layer."""
    shape = (batch, heads, context, width)
    return sum(torch.empty(shape, dtype=dtype, device="meta").nbytes for _ in range(2 * layers))


@pytest.mark.parametrize("shape", [*itertools.product((1, 3), (2, 5), (8, 64), (1, 100), (1, 7))])
def test_it_is_what_torch_allocates(shape: tuple[int, ...]) -> None:
    for bits, dtype in ((8, torch.int8), (16, torch.bfloat16), (32, torch.float32)):
        assert kv_cache_bytes(*shape, bits) == allocated(*shape, dtype)


def test_scales_are_a_tensor_of_their_own() -> None:
    codes = allocated(4, 8, 128, 33, 2, torch.int8)
    scales = allocated(4, 8, 128 // 32, 33, 2, torch.float16)
    assert kv_cache_bytes(4, 8, 128, 33, 2, 8, 32) == codes + scales


@pytest.mark.parametrize(
    ("heads", "context", "bits", "group", "expected"),
    [
        (32, 1, 16, None, 524_288),
        (32, 4096, 16, None, 2 * 2**30),
        (32, 131_072, 16, None, 64 * 2**30),
        (32, 131_072, 4, 64, 17 * 2**30),
        (8, 1, 16, None, 131_072),
        (8, 131_072, 16, None, 16 * 2**30),
        (8, 131_072, 4, 64, 17 * 2**30 // 4),
    ],
)
def test_llama_2_7b_and_llama_3_8b(heads, context, bits, group, expected) -> None:
    assert kv_cache_bytes(32, heads, 128, context, 1, bits, group) == expected


def test_bits_are_rounded_up_once() -> None:
    assert kv_cache_bytes(1, 1, 1, 1, 1, 4) == 1
    assert kv_cache_bytes(1, 1, 1, 3, 1, 3) == 3  # 18 bits
    assert kv_cache_bytes(1, 1, 4, 0, 1, 3) == 0


def test_it_is_exact_beyond_what_floats_hold() -> None:
    assert kv_cache_bytes(127, 31, 127, 10**7 + 1, 1009, 3) == -(
        -2 * 127 * 31 * 127 * (10**7 + 1) * 1009 * 3 // 8
    )


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"group_size: expected a divisor of head_dim \(64\)"):
        kv_cache_bytes(1, 1, 64, 1, 1, 4, 48)
    with pytest.raises(ValueError, match="bits: expected an integer >= 1, got 0"):
        kv_cache_bytes(1, 1, 64, 1, 1, 0)
    with pytest.raises(ValueError, match="batch: expected an integer >= 1, got 0"):
        kv_cache_bytes(1, 1, 64, 1, 0, 16)
