"""Codes that are positions in a table of values, one absmax per block (chapter 03).

    quantize      code  = position of the entry that is nearest to x / absmax
    dequantize    x_hat = codebook[code] * absmax

A uniform grid can compute with its codes, since they are numbers. These codes are only positions:
they save memory, and are looked up before anything is computed. In return the entries may lie
wherever the values are dense. Blocks are consecutive values of the flattened tensor; the last one
may be shorter.

Conventions, those of bitsandbytes: a full block is multiplied by the reciprocal of its absmax in
float32, a shorter last one is divided by it; a value halfway between two entries (their mean,
rounded to float32) goes to the lower one; an absmax below 1e-38 counts as 1e-38 when codes are
taken, and a shorter last block also stores it so (unless all is zero: then 0, where bitsandbytes
has 1e-38, which reads the same).

Source: Dettmers et al. 2022, 8-bit Optimizers via Block-wise Quantization, section 2.
"""

import torch

from model_compression._validation import (
    check_codes_within,
    checked_codes,
    checked_floats,
    checked_integer,
)
from model_compression._validation_reals import checked_same_shape

_SMALLEST_ABSMAX = 1e-38
_LARGEST_CODEBOOK = 256


def codebook_quantize(
    x: torch.Tensor, codebook: torch.Tensor, block_size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Code of the nearest entry for each value, after dividing each block by its absmax.

    absmax_b = max |x_b|;  code = argmin over k of |x / absmax_b - codebook_k|.

    Args:
        x: floating-point tensor of any shape; n values.
        codebook: floating-point, shape (K,), 2 <= K <= 256, ascending, within -1 ... 1.
        block_size: int >= 1.
    Returns: (codes, absmax): uint8 in the shape of x, 0 ... K - 1; float32 of shape
        (ceil(n / block_size),), in the units of x. Ties go to the lower code. An all-zero block
        has absmax 0 and the codes of the entry nearest to 0.
    Raises: ValueError for a bad codebook or block size, an empty tensor, NaN or infinity.

    >>> thirds = torch.tensor([-1.0, 0.0, 1.0])
    >>> codebook_quantize(torch.tensor([6.0, -2.0, -8.0, 1.0, 0.1]), thirds, block_size=3)
    (tensor([2, 1, 0, 2, 1], dtype=torch.uint8), tensor([8., 1.]))
    """
    values = checked_floats(x, "x")
    entries = _checked_codebook(codebook)
    normalised, absmax = _normalise(
        values.reshape(-1), checked_integer(block_size, "block_size", 1)
    )
    midpoints = (entries[1:] + entries[:-1]) / 2
    codes = torch.bucketize(normalised, midpoints)  # the number of midpoints below the value
    return codes.to(torch.uint8).reshape(values.shape), absmax


def codebook_dequantize(
    codes: torch.Tensor, absmax: torch.Tensor, codebook: torch.Tensor, block_size: int
) -> torch.Tensor:
    """Back from codes to float values: look up, then scale.

    x_hat = codebook[code] * absmax[block].

    Args:
        codes: tensor of an integer dtype and any shape, values 0 ... K - 1; n codes.
        absmax: floating-point, shape (ceil(n / block_size),).
        codebook: as in `codebook_quantize`.
        block_size: int >= 1.
    Returns: float32 tensor of the shape of `codes`, in the units of `absmax`.
    Raises: ValueError for codes outside the codebook, an absmax of another shape, a bad codebook
        or block size, an empty tensor, NaN or infinity.

    >>> thirds = torch.tensor([-1.0, 0.0, 1.0])
    >>> codebook_dequantize(torch.tensor([2, 1, 0, 2, 1]), torch.tensor([8.0, 1.0]), thirds, 3)
    tensor([ 8.,  0., -8.,  1.,  0.])
    """
    positions = checked_codes(codes, "codes").to(torch.int64)
    entries = _checked_codebook(codebook)
    if positions.numel() == 0:
        raise ValueError(f"codes: expected at least one code, got shape {tuple(positions.shape)}")
    check_codes_within(positions, "codes", 0, len(entries) - 1)
    block_size = min(checked_integer(block_size, "block_size", 1), positions.numel())
    n_blocks = -(-positions.numel() // block_size)
    scales = checked_same_shape(checked_floats(absmax, "absmax"), "absmax", torch.Size([n_blocks]))
    repeated = scales.repeat_interleave(block_size)[: positions.numel()]
    return entries[positions] * repeated.reshape(positions.shape)


def _normalise(flat: torch.Tensor, block_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """x / absmax of each block, and the absmax; as bitsandbytes does it, see the top."""
    n_full = flat.numel() // block_size * block_size
    full, rest = flat[:n_full].reshape(-1, block_size), flat[n_full:]
    absmax = full.abs().amax(dim=1)
    reciprocal = 1 / absmax.clamp(min=_SMALLEST_ABSMAX)
    normalised = (full * reciprocal[:, None]).reshape(-1)
    if rest.numel() == 0:
        return normalised, absmax
    rest_absmax = rest.abs().amax().reshape(1)
    divisor = rest_absmax.clamp(min=_SMALLEST_ABSMAX)
    stored = torch.where(rest_absmax > 0, divisor, 0.0)
    return torch.cat((normalised, rest / divisor)), torch.cat((absmax, stored))


def _checked_codebook(codebook: torch.Tensor) -> torch.Tensor:
    entries = checked_floats(codebook, "codebook")
    fits = entries.dim() == 1 and 2 <= entries.numel() <= _LARGEST_CODEBOOK
    if not fits or entries.abs().max() > 1 or not bool((entries.diff() > 0).all()):
        raise ValueError(
            "codebook: expected 2 to 256 ascending values within -1 ... 1, "
            f"got shape {tuple(entries.shape)} from {entries.min():g} to {entries.max():g}"
        )
    return entries
