"""Quantizing the scales too: double quantization of QLoRA (chapter 03).

A float32 scale for each block of 64 weights costs half a bit a weight. Double quantization stores
the scales in 8 bits each, with one float32 for every 256 of them, and one mean for all:

    absmax ~ mean + dynamic_codebook[code] * absmax_2[block of 256]
    bits a weight: 4 + 32 / 64 = 4.5     becomes     4 + (8 + 32 / 256) / 64 = 4.127

The mean is taken off first because scales are all positive, while the table is made for both signs.

Source: Dettmers et al. 2023, QLoRA: Efficient Finetuning of Quantized LLMs, section 3. The text
says 8-bit floats; its library bitsandbytes, and so this module, takes the dynamic map of Dettmers
2016, 8-Bit Approximations for Parallelism in Deep Learning.
"""

from dataclasses import dataclass

import torch

from model_compression._rescaling import power_of_two
from model_compression._stored import loadable
from model_compression._validation import checked_floats, fitting
from model_compression.codebook_quantization import codebook_dequantize, codebook_quantize

SCALES_PER_BLOCK = 256
_N_DECADES = 7


def dynamic_codebook() -> torch.Tensor:
    """The 256 values of the dynamic 8-bit map: fine near 0, and never far off in relative terms.

    For each decade e = 0 ... 6: the centres of 2^e equal cells of [0.1, 1], times 10^(e - 6), with
    both signs; then 0 and 1. That is 2 * 127 + 2 values.

    Args: none.
    Returns: float32 of shape (256,), ascending, from -0.993 to 1; bit-equal to bitsandbytes.
    Raises: ValueError never.

    >>> codebook = dynamic_codebook()
    >>> codebook[[0, 126, 127, 128, 255]]
    tensor([-9.9297e-01, -5.5000e-07,  0.0000e+00,  5.5000e-07,  1.0000e+00])
    """
    magnitudes = []
    for decade in range(_N_DECADES):
        borders = torch.linspace(0.1, 1, 2**decade + 1, dtype=torch.float32, device="cpu")
        centres = (borders[:-1] + borders[1:]) / 2
        magnitudes.append(10.0 ** (decade - _N_DECADES + 1) * centres)
    positive = torch.cat(magnitudes)
    ends = torch.tensor([0.0, 1.0], dtype=torch.float32, device="cpu")
    return torch.cat((-positive, positive, ends)).sort().values


@loadable
@dataclass(frozen=True, eq=False)
class QuantizedScales:
    """Scales in 8 bits each; made by `double_quantize`.

    Attributes:
        codes: uint8 of shape (n,), positions in `dynamic_codebook`.
        absmax: float32 of shape (ceil(n / 256),), largest deviation from the mean in each block.
        mean: float32, 0-dim, of all scales.
    """

    codes: torch.Tensor
    absmax: torch.Tensor
    mean: torch.Tensor

    def dequantize(self) -> torch.Tensor:
        """mean + dynamic_codebook[code] * absmax of each block: float32 of shape (n,)."""
        deviation = codebook_dequantize(
            self.codes, self.absmax, dynamic_codebook(), SCALES_PER_BLOCK
        )
        return deviation + self.mean

    @property
    def nbytes(self) -> int:
        """Bytes in storage: 1 per scale, 4 per 256 scales, 4 for the mean."""
        return self.codes.nbytes + self.absmax.nbytes + self.mean.nbytes


def double_quantize(absmax: torch.Tensor) -> QuantizedScales:
    """Store the scales of a quantized tensor in 8 bits each.

    mean = mean of absmax;  code = nearest entry to (absmax - mean) / absmax_2, with
    absmax_2 = max |absmax - mean| over 256 scales.

    Args:
        absmax: floating-point tensor of shape (n,), the scales of n blocks.
    Returns: QuantizedScales. Ties go to the lower code.
    Raises: ValueError for another number of axes, an empty tensor, NaN or infinity.

    >>> scales = double_quantize(torch.tensor([1.0, 2.0, 3.0, 2.0]))
    >>> scales.dequantize(), scales.nbytes
    (tensor([1.0070, 2.0000, 3.0000, 2.0000]), 12)
    """
    scales = checked_floats(absmax, "absmax")
    if scales.dim() != 1:
        raise ValueError(f"absmax: expected 1 axis, got shape {tuple(scales.shape)}")
    unit = power_of_two(scales.abs().max()).clamp(min=1)  # so that no sum overflows
    mean = (scales / unit).mean() * unit
    fitting(scales - mean, "absmax", "deviations from the mean")
    codes, second_absmax = codebook_quantize(scales - mean, dynamic_codebook(), SCALES_PER_BLOCK)
    return QuantizedScales(codes, second_absmax, mean)
