"""Two int4 codes in one byte (chapter 02).

torch has no 4-bit integer to compute with, so codes live in int8 while we work, and are packed for
storage. Which code takes which half of the byte (nibble) is a convention; here the first code is in
the low nibble, as in ONNX:

    codes   c0, c1, c2        byte 0 = c1 << 4 | c0        byte 1 = 0 << 4 | c2
"""

import torch

from model_compression._validation import check_codes_within, checked_codes, checked_integer
from model_compression.number_formats import integer_range


def pack_int4(q: torch.Tensor) -> torch.Tensor:
    """Pack signed 4-bit codes, two a byte.

    byte_i = (q_2i & 15) | (q_2i+1 & 15) << 4.

    Args:
        q: int8 tensor of any shape, values -8 ... 7; flattened row by row.
    Returns: 1-D uint8 tensor of ceil(n / 2) bytes. First code in the low nibble; an odd count is
        padded once, at the end, with 0.
    Raises: ValueError if q is not int8 or holds a code outside -8 ... 7.

    >>> pack_int4(torch.tensor([1, -1, 7], dtype=torch.int8))      # 0xF1, 0x07
    tensor([241,   7], dtype=torch.uint8)

    Source: ONNX, the storage of INT4 tensors in TensorProto.
    """
    codes = checked_codes(q, "q")
    if codes.dtype != torch.int8:
        raise ValueError(f"q: expected int8 codes, got {codes.dtype}")
    lowest, highest = integer_range(4, signed=True)
    check_codes_within(codes, "q", lowest, highest)
    nibbles = codes.reshape(-1).to(torch.uint8) & 0x0F  # to uint8 keeps the bits of int8
    if nibbles.numel() % 2 == 1:
        nibbles = torch.nn.functional.pad(nibbles, (0, 1))
    return nibbles[0::2] | (nibbles[1::2] << 4)


def unpack_int4(packed: torch.Tensor, numel: int) -> torch.Tensor:
    """Unpack signed 4-bit codes: the inverse of `pack_int4`.

    The sign sits in bit 3 of a nibble: code = (nibble xor 8) - 8.

    Args:
        packed: 1-D uint8 tensor of ceil(numel / 2) bytes, first code in the low nibble.
        numel: number of codes, an int >= 0; tells whether the last nibble is padding, which is
            ignored whatever it holds.
    Returns: 1-D int8 tensor of exactly `numel` codes, -8 ... 7. The shape is not stored: reshape.
    Raises: ValueError if `packed` has another dtype, shape or length.

    >>> unpack_int4(torch.tensor([241, 7], dtype=torch.uint8), 3)
    tensor([ 1, -1,  7], dtype=torch.int8)
    """
    numel = checked_integer(numel, "numel", 0)
    n_bytes = (numel + 1) // 2
    packed = checked_codes(packed, "packed")
    if packed.dtype != torch.uint8 or tuple(packed.shape) != (n_bytes,):
        raise ValueError(
            f"packed: expected uint8 of shape ({n_bytes},) for {numel} codes, "
            f"got {packed.dtype} of shape {tuple(packed.shape)}"
        )
    nibbles = torch.stack((packed & 0x0F, packed >> 4), dim=1).reshape(-1)[:numel]
    return (nibbles.to(torch.int8) ^ 8) - 8
