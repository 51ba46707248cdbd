"""Weights of 4 bits in the order that the fast product reads them: words of eight codes.

A row is cut into groups of G = 64 or 128 weights that share a scale, a group into G/2 pairs
(k, k + 1), and pair number p of a group stands in word p mod G/8, slot p div G/8:

    bits      0 … 3   4 … 7   8 … 11  12 … 15  16 … 19  20 … 23  24 … 27  28 … 31
    pair      slot 0  slot 1  slot 2  slot 3   slot 0   slot 1   slot 2   slot 3
    of it     first   first   first   first    second   second   second   second

Each nibble holds code + 8. A mask of two nibbles, 16 bits apart, picks a pair at a time; a thread
that loads 4 words in a row meets, slot by slot, 4 pairs of x in a row.

All functions take tensors on any device, for the weights are packed where they are multiplied.
"""

from dataclasses import dataclass

import torch

GROUP_SIZES = (64, 128)
"""Weights that may share a scale: 8 and 16 words, whole loads of 16 bytes."""


@dataclass(frozen=True)
class Int4Weights:
    """A matrix in 4 bits, ready for the kernels.

    Attributes:
        words: int32 [out, in / 8], eight codes each.
        scales: [out, in / group_size], in the dtype of the tokens that it will meet, float16 or
            bfloat16; of any strides.
        group_size: 64 or 128.
    """

    words: torch.Tensor
    scales: torch.Tensor
    group_size: int

    @property
    def shape(self) -> tuple[int, int]:
        """Of the matrix: (out, in)."""
        return self.words.shape[0], 8 * self.words.shape[1]

    @property
    def nbytes(self) -> int:
        """Bytes of words and scales: 4 + 16 / group_size bits a weight."""
        return self.words.nbytes + self.scales.nbytes


def pack_words(codes: torch.Tensor, group_size: int) -> torch.Tensor:
    """Put signed 4-bit codes into words, eight each, in the order above.

    Args:
        codes: int8 [out, in], values -8 … 7; `in` a multiple of the group size.
        group_size: 64 or 128.
    Returns: int32 [out, in / 8].
    Raises: ValueError for another dtype, shape or group size, or a code outside -8 … 7.

    >>> codes = torch.zeros(1, 64, dtype=torch.int8)
    >>> codes[0, :2] = torch.tensor([1, -8])                   # the first pair: nibbles 9 and 0
    >>> hex(pack_words(codes, 64)[0, 0])
    '-0x777f7777'
    """
    check_group_size(group_size)
    if codes.dtype != torch.int8 or codes.dim() != 2 or codes.shape[1] % group_size:
        raise ValueError(
            f"codes: expected int8 of shape (out, a multiple of {group_size}), "
            f"got {codes.dtype} of shape {tuple(codes.shape)}"
        )
    if codes.numel() and not -8 <= codes.min() <= codes.max() <= 7:
        raise ValueError("codes: expected codes from -8 to 7, got some outside")
    n_out, n_in = codes.shape
    pairs = (codes + 8).reshape(n_out, n_in // group_size, 4, group_size // 8, 2)
    words = torch.zeros(n_out, n_in // group_size, group_size // 8, device=codes.device)
    words = words.to(torch.int32)
    for slot in range(4):
        for place in range(2):
            words |= pairs[:, :, slot, :, place].to(torch.int32) << (4 * slot + 16 * place)
    return words.reshape(n_out, n_in // 8)


def unpack_words(words: torch.Tensor, group_size: int) -> torch.Tensor:
    """The codes in words: the inverse of `pack_words`.

    Args:
        words: int32 [out, in / 8].
        group_size: 64 or 128, as they were packed.
    Returns: int8 [out, in], values -8 … 7.
    Raises: ValueError for another dtype, shape or group size.

    >>> codes = (torch.arange(128) % 16 - 8).to(torch.int8).reshape(1, 128)
    >>> torch.equal(unpack_words(pack_words(codes, 128), 128), codes)
    True
    """
    check_group_size(group_size)
    if words.dtype != torch.int32 or words.dim() != 2 or words.shape[1] % (group_size // 8):
        raise ValueError(
            f"words: expected int32 of shape (out, a multiple of {group_size // 8}), "
            f"got {words.dtype} of shape {tuple(words.shape)}"
        )
    n_out, n_words = words.shape
    grouped = words.reshape(n_out, -1, 1, group_size // 8, 1)
    shifts = 4 * torch.arange(4, device=words.device)[:, None, None]
    shifts = shifts + 16 * torch.arange(2, device=words.device)
    nibbles = (grouped >> shifts.to(torch.int32)) & 15
    return (nibbles - 8).to(torch.int8).reshape(n_out, 8 * n_words)


def int4_weights(
    weight: torch.Tensor, group_size: int, dtype: torch.dtype = torch.float16
) -> Int4Weights:
    """Round a matrix to 4 bits: scale = max |group| / 7, codes = round(w / scale).

    As `integer_scaling.quantize_groupwise`, but for the scale, which is rounded to 16 bits first.

    Args:
        weight: floats [out, in], `in` a multiple of the group size.
        group_size: 64 or 128.
        dtype: of the scales, float16 or bfloat16.
    Returns: Int4Weights.
    Raises: ValueError for another shape, group size or dtype, or a scale that it cannot hold.

    >>> weights = int4_weights(torch.linspace(-7, 7, 64).reshape(1, 64), 64)
    >>> weights.scales, unpack_words(weights.words, 64)[0, :6].tolist()
    (tensor([[1.]], dtype=torch.float16), [-7, -7, -7, -6, -6, -6])
    """
    check_group_size(group_size)
    if dtype not in (torch.float16, torch.bfloat16):
        raise ValueError(f"dtype: expected float16 or bfloat16, got {dtype}")
    if not weight.is_floating_point() or weight.dim() != 2 or weight.shape[1] % group_size:
        raise ValueError(
            f"weight: expected floats of shape (out, a multiple of {group_size}), "
            f"got {weight.dtype} of shape {tuple(weight.shape)}"
        )
    groups = weight.detach().float().reshape(weight.shape[0], -1, group_size)
    scales = (groups.abs().amax(dim=2) / 7).to(dtype)
    if not bool(scales.isfinite().all()):
        raise ValueError(f"weight: expected scales that fit {dtype}, got an overflow or NaN")
    steps = torch.where(scales > 0, scales, 1).float()
    codes = torch.round(groups / steps[:, :, None]).clamp(-8, 7).to(torch.int8)
    words = pack_words(codes.reshape(weight.shape), group_size)
    # Scales of neighbouring rows lie side by side: a thread loads those of all its rows at once.
    return Int4Weights(words, scales.T.contiguous().T, group_size)


def dequantized(weights: Int4Weights) -> torch.Tensor:
    """The matrix that the kernels multiply by, exactly: code * scale.

    Args:
        weights: Int4Weights.
    Returns: float32 [out, in].
    Raises: ValueError for words of another dtype or shape.

    >>> dequantized(int4_weights(torch.full((1, 64), 3.5), 64))[0, :2]
    tensor([3.5000, 3.5000])
    """
    codes = unpack_words(weights.words, weights.group_size).float()
    return codes * weights.scales.float().repeat_interleave(weights.group_size, dim=1)


def check_group_size(group_size: int) -> None:
    """Raise ValueError unless groups have 64 or 128 weights.

    Args:
        group_size: weights that share a scale.
    Returns: nothing.
    Raises: ValueError for another number.

    >>> check_group_size(32)
    Traceback (most recent call last):
    ValueError: group_size: expected 64 or 128, got 32
    """
    if group_size not in GROUP_SIZES:
        raise ValueError(f"group_size: expected 64 or 128, got {group_size!r}")
