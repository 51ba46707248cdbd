"""NF4: a 4-bit code for values that are normally distributed (chapter 03).

Weights of a trained network look like draws from a normal distribution: many near 0, few far out.
The 16 values of NF4 ("4-bit NormalFloat") are spaced accordingly, and each block of 64 weights is
scaled to [-1, 1] first. The bytes are those of bitsandbytes:

    codes     of the flattened tensor, two a byte, first code in the high nibble
    absmax    float32, one per block, or 8 bits each: see `double_quantization`

A code is a position in the table, not a number: nothing can be computed with it before it has been
looked up. NF4 saves memory; the arithmetic stays in floats.

Source: Dettmers et al. 2023, QLoRA: Efficient Finetuning of Quantized LLMs, section 3.
"""

from dataclasses import dataclass

import torch

from model_compression._stored import loadable
from model_compression._validation import (
    check_codes_within,
    checked_codes,
    checked_flag,
    checked_integer,
)
from model_compression._validation_reals import checked_same_shape
from model_compression.codebook_quantization import codebook_dequantize, codebook_quantize
from model_compression.double_quantization import QuantizedScales, double_quantize

# Part of the file format, so written down; `normal_quantile_codebook` says where it comes from.
_NF4 = (
    *(-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453),
    *(-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0),
    *(0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224),
    *(0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0),
)
_CODE_OF_ZERO = 7


def nf4_codebook() -> torch.Tensor:
    """The 16 values that NF4 codes stand for.

    Args: none.
    Returns: float32 of shape (16,), ascending from -1 to 1, with an exact 0 at code 7; one more
        value above 0 than below. Bit-equal to bitsandbytes.
    Raises: ValueError never.

    >>> nf4_codebook()[[0, 6, 7, 8, 15]]
    tensor([-1.0000, -0.0911,  0.0000,  0.0796,  1.0000])
    """
    return torch.tensor(_NF4, dtype=torch.float32, device="cpu")


def normal_quantile_codebook() -> torch.Tensor:
    """The NF4 table from its definition: quantiles of the standard normal distribution.

    With F the normal distribution function and d = 929 / 960 = ((1 - 1/30) + (1 - 1/32)) / 2:
    8 positive values F^-1(p), p evenly spaced from d down to 1/2 (1/2 left out); 7 negative values
    -F^-1(p), likewise; and 0. All divided by the largest, F^-1(d).

    Args: none.
    Returns: float32 of shape (16,). Within 3e-7 of `nf4_codebook`, whose makers computed in
        float32.
    Raises: ValueError never.

    >>> (normal_quantile_codebook() - nf4_codebook()).abs().max() < 3e-7
    tensor(True)
    """
    outermost = 929 / 960
    positive = _quantiles(outermost, 8)
    negative = -_quantiles(outermost, 7)
    values = torch.cat((negative, positive.new_zeros(1), positive)).sort().values
    return (values / values.max()).to(torch.float32)


def _quantiles(outermost: float, n: int) -> torch.Tensor:
    """F^-1(p) of n values p, evenly spaced from the outermost down to 1/2, which is left out."""
    p = torch.linspace(outermost, 0.5, n + 1, dtype=torch.float64, device="cpu")[:-1]
    return torch.special.ndtri(p)


def nf4_quantize(x: torch.Tensor, block_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """NF4 codes of a tensor, and the largest magnitude of each block.

    absmax_b = max |x_b|;  code = argmin over k of |x / absmax_b - table_k|. Blocks are consecutive
    values of the flattened tensor, not rows; the last one may be shorter.

    Args:
        x: floating-point tensor of any shape; n values.
        block_size: int >= 1; 64 is usual.
    Returns: (codes, absmax): uint8 in the shape of x, one code 0 ... 15 a byte; float32 of shape
        (ceil(n / block_size),), in the units of x. A value halfway between two entries gets the
        lower code. An all-zero block has absmax 0 and codes 7.
    Raises: ValueError for a block size below 1, an empty tensor, NaN or infinity.

    >>> nf4_quantize(torch.tensor([2.0, -1.0, 0.1, 0.0, -0.3]), block_size=4)
    (tensor([15,  2,  8,  7,  0], dtype=torch.uint8), tensor([2.0000, 0.3000]))
    """
    return codebook_quantize(x, nf4_codebook(), block_size)


def nf4_dequantize(codes: torch.Tensor, absmax: torch.Tensor, block_size: int) -> torch.Tensor:
    """Back from NF4 codes to float values.

    x_hat = table[code] * absmax[block].

    Args:
        codes: tensor of an integer dtype and any shape, values 0 ... 15; n codes.
        absmax: floating-point, shape (ceil(n / block_size),).
        block_size: int >= 1, the one the codes were made with.
    Returns: float32 tensor of the shape of `codes`, in the units of `absmax`.
    Raises: ValueError for codes outside 0 ... 15, an absmax of another shape, a block size below 1,
        an empty tensor, NaN or infinity.

    >>> nf4_dequantize(torch.tensor([15, 2, 8, 7, 0]), torch.tensor([2.0, 0.3]), block_size=4)
    tensor([ 2.0000, -1.0501,  0.1592,  0.0000, -0.3000])
    """
    return codebook_dequantize(codes, absmax, nf4_codebook(), block_size)


def pack_nf4(codes: torch.Tensor) -> torch.Tensor:
    """Pack NF4 codes, two a byte.

    byte_i = code_2i << 4 | code_2i+1. Mind the order: `pack_int4`, as ONNX, starts in the low
    nibble.

    Args:
        codes: uint8 tensor of any shape, values 0 ... 15; flattened row by row.
    Returns: 1-D uint8 tensor of ceil(n / 2) bytes. First code in the high nibble; an odd count is
        padded once, at the end, with 7, the code of 0.0. The bytes of bitsandbytes.
    Raises: ValueError if `codes` is not uint8 or holds a code above 15.

    >>> pack_nf4(torch.tensor([15, 2, 8], dtype=torch.uint8))      # 0xF2, 0x87
    tensor([242, 135], dtype=torch.uint8)
    """
    codes = checked_codes(codes, "codes")
    if codes.dtype != torch.uint8:
        raise ValueError(f"codes: expected uint8 codes, got {codes.dtype}")
    check_codes_within(codes, "codes", 0, 15)
    nibbles = codes.reshape(-1)
    if nibbles.numel() % 2 == 1:
        nibbles = torch.nn.functional.pad(nibbles, (0, 1), value=_CODE_OF_ZERO)
    return (nibbles[0::2] << 4) | nibbles[1::2]


def unpack_nf4(packed: torch.Tensor, numel: int) -> torch.Tensor:
    """Unpack NF4 codes: the inverse of `pack_nf4`.

    Args:
        packed: 1-D uint8 tensor of ceil(numel / 2) bytes, first code in the high nibble.
        numel: number of codes, an int >= 0; an odd one means that the last nibble is padding, which
            is ignored whatever it holds.
    Returns: 1-D uint8 tensor of exactly `numel` codes, 0 ... 15. The shape is not stored: reshape.
    Raises: ValueError if `packed` has another dtype, shape or length.

    >>> unpack_nf4(torch.tensor([242, 135], dtype=torch.uint8), 3)
    tensor([15,  2,  8], dtype=torch.uint8)
    """
    numel = checked_integer(numel, "numel", 0)
    packed = checked_codes(packed, "packed")
    if packed.dtype != torch.uint8:
        raise ValueError(f"packed: expected uint8 bytes, got {packed.dtype}")
    checked_same_shape(packed, "packed", torch.Size([(numel + 1) // 2]))
    return torch.stack((packed >> 4, packed & 0x0F), dim=1).reshape(-1)[:numel]


@loadable
@dataclass(frozen=True, eq=False)
class NF4Tensor:
    """A tensor in NF4 as it lies in storage; made by `nf4_tensor`.

    Attributes:
        packed: 1-D uint8, two codes a byte, see `pack_nf4`.
        absmax: float32, one per block; or QuantizedScales, with double quantization.
        shape: of the original.
        block_size: values that share an absmax.
    """

    packed: torch.Tensor
    absmax: torch.Tensor | QuantizedScales
    shape: torch.Size
    block_size: int

    def dequantize(self) -> torch.Tensor:
        """table[code] * absmax of each block: float32 of shape `shape`."""
        scales = self.absmax
        absmax = scales.dequantize() if isinstance(scales, QuantizedScales) else scales
        codes = unpack_nf4(self.packed, self.shape.numel()).reshape(self.shape)
        return nf4_dequantize(codes, absmax, self.block_size)

    @property
    def nbytes(self) -> int:
        """Bytes in storage: the packed codes and the scales."""
        return self.packed.nbytes + self.absmax.nbytes

    @property
    def bits_per_weight(self) -> float:
        """8 * nbytes / number of values: more than 4, for the scales count too."""
        return 8 * self.nbytes / self.shape.numel()


def nf4_tensor(
    x: torch.Tensor, block_size: int = 64, double_quantization: bool = False
) -> NF4Tensor:
    """Quantize a tensor to NF4 and pack it.

    Args:
        x: floating-point tensor of any shape.
        block_size: int >= 1.
        double_quantization: store the scales in 8 bits each.
    Returns: NF4Tensor.
    Raises: ValueError for a block size below 1, an empty tensor, NaN or infinity.

    >>> weight = torch.sin(torch.arange(16384.0)).reshape(128, 128)
    >>> stored = nf4_tensor(weight)
    >>> stored.nbytes, stored.bits_per_weight                # 8192 bytes of codes, 256 scales
    (9216, 4.5)
    >>> nf4_tensor(weight, double_quantization=True).nbytes  # 256 + 4 + 4 bytes of scales
    8456
    """
    twice = checked_flag(double_quantization, "double_quantization")
    codes, absmax = nf4_quantize(x, block_size)
    scales = double_quantize(absmax) if twice else absmax
    return NF4Tensor(pack_nf4(codes), scales, x.shape, checked_integer(block_size, "block_size", 1))
