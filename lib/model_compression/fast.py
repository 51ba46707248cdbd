"""The same results as the versions that are taught, sooner.

    magnitude_mask        partition in place of kthvalue; one look at the values for all checks
    quantize_groupwise    a few rows at a time, which stay in the processor's cache; no copies
    nf4_quantize          a few blocks at a time; 15 comparisons with a whole chunk each, where a
                          search would follow branches value by value

Nothing else differs: names, arguments, conventions, errors are those of `magnitude_pruning`,
`integer_scaling` and `nf4`, and the results are equal to the last bit. On the CPU only.
"""

import math

import numpy as np
import torch

from model_compression import integer_scaling, magnitude_pruning, nf4
from model_compression._validation import checked_integer, checked_n_bits, checked_tensor
from model_compression.codebook_quantization import _SMALLEST_ABSMAX
from model_compression.integer_scaling import _symmetric_scale
from model_compression.masks import pruned_count
from model_compression.number_formats import integer_range

CHUNK = 1 << 18
"""Values at a time: 1 MiB of float32, what one core's cache holds."""


def magnitude_mask(w: torch.Tensor, sparsity: float) -> torch.Tensor:
    """Prune the smallest magnitudes of one tensor, as `magnitude_pruning.magnitude_mask`.

    The round(sparsity * n) smallest |w| go, equal ones in the order of their positions.

    Args:
        w: floating-point tensor of any shape; fast for float32.
        sparsity: share to remove, 0 ... 1; weights that are zero already count.
    Returns: torch.bool tensor of the shape of w, True = kept.
    Raises: ValueError for a sparsity outside 0 ... 1, an empty tensor, NaN or infinity.

    >>> magnitude_mask(torch.tensor([0.5, -2.0, 0.0, 1.0]), 0.5)
    tensor([False,  True, False,  True])
    """
    values = _plain(w)
    if values is None:
        return magnitude_pruning.magnitude_mask(w, sparsity)
    magnitudes = values.reshape(-1).abs()
    n_pruned = pruned_count(magnitudes.numel(), sparsity)
    if not math.isfinite(magnitudes.amax()) or n_pruned == 0:
        return magnitude_pruning.magnitude_mask(w, sparsity)
    cut = np.partition(magnitudes.numpy(), n_pruned - 1)[n_pruned - 1]
    kept = magnitudes > float(cut)
    n_to_keep = magnitudes.numel() - n_pruned - int(kept.sum())  # of those equal to the cut
    if n_to_keep:
        equal = (magnitudes == float(cut)).nonzero().flatten()
        kept[equal[len(equal) - n_to_keep :]] = True
    return kept.reshape(w.shape)


def quantize_groupwise(
    w: torch.Tensor, n_bits: int, group_size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Symmetric codes, one scale a group, as `integer_scaling.quantize_groupwise`.

    scale_g = max |w_g| / (2^(b-1) - 1);  q_g = clamp(round(w_g / scale_g)), half to even.

    Args:
        w: floating-point tensor of shape (out, in); fast for float32.
        n_bits: 2 ... 8.
        group_size: int >= 1 that divides the row.
    Returns: (q, scale): int8 of the shape of w; float32 of shape (out, in / group_size), in the
        units of w per step. An all-zero group: scale 1, codes 0.
    Raises: ValueError if w is not 2-D, the group size does not divide the row, for n_bits outside
        2 ... 8, an empty tensor, NaN or infinity.

    >>> quantize_groupwise(torch.tensor([[7.0, 3.0, 0.7, -0.2]]), 4, 2)
    (tensor([[ 7,  3,  7, -2]], dtype=torch.int8), tensor([[1.0000, 0.1000]]))
    """
    group = checked_integer(group_size, "group_size", 1)
    weights = _plain(w)
    if weights is None or weights.dim() != 2 or weights.shape[1] % group:
        return integer_scaling.quantize_groupwise(w, n_bits, group_size)
    n_bits = checked_n_bits(n_bits)
    values = weights.reshape(-1, group)
    codes = torch.empty(values.shape, dtype=torch.int8, device="cpu")
    scale = torch.empty(len(values), dtype=torch.float32, device="cpu")
    _, highest = integer_range(n_bits, signed=True)
    for rows in range(0, len(values), step := max(1, CHUNK // group)):
        chunk = values[rows : rows + step]
        absmax = torch.maximum(chunk.amax(dim=1), chunk.amin(dim=1).neg_())
        if not math.isfinite(absmax.sum()) and not bool(torch.isfinite(absmax).all()):
            return integer_scaling.quantize_groupwise(w, n_bits, group_size)
        scale[rows : rows + step] = _symmetric_scale(absmax, n_bits, full_range=False)
        # The restricted scale puts nothing beyond the highest code but by its own rounding.
        steps = (chunk / scale[rows : rows + step, None]).round_().clamp_(-highest - 1, highest)
        codes[rows : rows + step] = steps
    return codes.reshape(w.shape), scale.reshape(w.shape[0], -1)


def nf4_quantize(x: torch.Tensor, block_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """NF4 codes of a tensor, and the absmax of each block, as `nf4.nf4_quantize`.

    absmax_b = max |x_b|;  code = argmin over k of |x / absmax_b - table_k|.

    Args:
        x: floating-point tensor of any shape; fast for float32 in whole blocks.
        block_size: int >= 1; 64 is usual.
    Returns: (codes, absmax): uint8 in the shape of x, 0 ... 15; float32 of shape
        (ceil(n / block_size),), in the units of x. Ties go to the lower code.
    Raises: ValueError for a block size below 1, an empty tensor, NaN or infinity.

    >>> nf4_quantize(torch.tensor([2.0, -1.0, 0.1, 0.0, -0.3]), block_size=4)
    (tensor([15,  2,  8,  7,  0], dtype=torch.uint8), tensor([2.0000, 0.3000]))
    """
    block = checked_integer(block_size, "block_size", 1)
    plain = _plain(x)
    if plain is None or plain.numel() % block:
        return nf4.nf4_quantize(x, block_size)
    values = plain.reshape(-1, block).numpy()
    codebook = nf4.nf4_codebook()
    midpoints = ((codebook[1:] + codebook[:-1]) / 2).numpy()
    codes = np.zeros(values.shape, dtype=np.uint8)
    absmax = np.empty(len(values), dtype=np.float32)
    for rows in range(0, len(values), step := max(1, CHUNK // block)):
        chunk = values[rows : rows + step]
        largest = absmax[rows : rows + step]
        np.maximum(chunk.max(axis=1), -chunk.min(axis=1), out=largest)
        if not np.isfinite(largest).all():
            return nf4.nf4_quantize(x, block_size)
        reciprocal = 1 / np.maximum(largest, np.float32(_SMALLEST_ABSMAX))
        normalised = chunk * reciprocal[:, None]
        above = np.empty(chunk.shape, dtype=bool)
        for midpoint in midpoints:
            np.greater(normalised, midpoint, out=above)
            np.add(codes[rows : rows + step], above.view(np.uint8), out=codes[rows : rows + step])
    return torch.from_numpy(codes).reshape(x.shape), torch.from_numpy(absmax)


def _plain(x: torch.Tensor) -> torch.Tensor | None:
    """The values, if the fast way is open; any other argument is the taught version's to judge."""
    try:
        values = checked_tensor(x, "x").detach()
    except ValueError:
        return None
    is_plain = values.dtype == torch.float32 and values.numel() > 0 and not values.is_neg()
    return values if is_plain else None
