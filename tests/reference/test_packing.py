"""int4 packing against the codecs of ONNX and ml_dtypes."""

import ml_dtypes
import numpy as np
import onnx.numpy_helper
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.packing import pack_int4, unpack_int4

codes_of_any_count = st.lists(st.integers(-8, 7), max_size=70).map(
    lambda codes: torch.tensor(codes, dtype=torch.int8)
)


def onnx_bytes(codes: torch.Tensor) -> bytes:
    return onnx.numpy_helper.from_array(codes.numpy().astype(ml_dtypes.int4)).raw_data


@given(codes_of_any_count)
def test_bytes_are_those_of_an_onnx_int4_tensor(q):
    packed = pack_int4(q)
    assert packed.dtype == torch.uint8
    assert packed.dim() == 1
    assert bytes(packed.tolist()) == onnx_bytes(q)


@given(codes_of_any_count)
def test_unpacking_gives_the_codes_back(q):
    unpacked = unpack_int4(pack_int4(q), q.numel())
    assert unpacked.dtype == torch.int8
    assert torch.equal(unpacked, q)


@given(st.binary(max_size=64))
def test_packing_gives_the_bytes_back(raw):
    packed = torch.tensor(list(raw), dtype=torch.uint8)
    assert torch.equal(pack_int4(unpack_int4(packed, 2 * len(raw))), packed)


def test_all_256_bytes_are_read_as_ml_dtypes_reads_their_nibbles():
    nibbles = np.arange(256)[:, None] >> np.array([0, 4]) & 15
    expected = nibbles.astype(ml_dtypes.int4).astype(np.int8).reshape(-1)
    unpacked = unpack_int4(torch.arange(256, dtype=torch.uint8), 512)
    np.testing.assert_array_equal(unpacked.numpy(), expected)


def test_first_code_is_in_the_low_nibble():
    assert pack_int4(torch.tensor([1, -1], dtype=torch.int8)).tolist() == [0xF1]


@pytest.mark.parametrize("pad", range(16))
def test_the_pad_nibble_is_written_0_and_never_read(pad):
    assert pack_int4(torch.tensor([-3], dtype=torch.int8)).tolist() == [0x0D]
    assert unpack_int4(torch.tensor([pad << 4 | 0x0D], dtype=torch.uint8), 1).tolist() == [-3]


def test_any_shape_is_flattened_by_rows_and_padded_once():
    q = torch.arange(-7, 8, dtype=torch.int8).reshape(3, 5)
    assert torch.equal(pack_int4(q), pack_int4(q.flatten()))
    assert pack_int4(q).numel() == 8
    assert torch.equal(pack_int4(q.T), pack_int4(q.T.contiguous()))
