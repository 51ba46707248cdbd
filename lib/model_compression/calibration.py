"""The range of values that a quantized tensor has to cover, from sample data (chapter 03).

Weights are known, activations are not: calibration runs some batches through the network and takes
a range (low, high) from what it sees. The scale and zero point follow from the range alone:

    affine_params(torch.tensor([low, high]), n_bits)         one step is (high - low) / (2^b - 1)

    minmax_range        nothing seen is clipped; one outlier stretches the steps of all others
    percentile_range    the outermost values are clipped, the rest gets finer steps

Calibrate on training data, not on the data that the result is judged by.

Source: Wu et al. 2020, Integer Quantization for Deep Learning Inference: Principles and Empirical
Evaluation, section 3.4.
"""

from collections.abc import Iterable

import torch

from model_compression._validation import checked_floats, checked_number, shown


def minmax_range(batches: Iterable[torch.Tensor]) -> tuple[float, float]:
    """Smallest and largest value over all batches.

    low = min x, high = max x. Zero is not forced into the range; `affine_params` does that.

    Args:
        batches: one floating-point tensor or more, of any shapes.
    Returns: (low, high), floats in the units of x.
    Raises: ValueError for no batch, an empty batch, NaN or infinity.

    >>> minmax_range([torch.tensor([1.0, 5.0]), torch.tensor([[2.0], [-3.0]])])
    (-3.0, 5.0)
    """
    checked = _checked_batches(batches)
    lows = [batch.min().item() for batch in checked]
    highs = [batch.max().item() for batch in checked]
    return min(lows), max(highs)


def percentile_range(batches: Iterable[torch.Tensor], percentile: float) -> tuple[float, float]:
    """Range that leaves out the outermost values on both sides.

    low is the (100 - p)th and high the p-th percentile of the values of all batches pooled. The
    p-th percentile of n sorted values sits at position (n - 1) * p / 100, counted from 0; between
    two values it is interpolated linearly.

    Args:
        batches: one floating-point tensor or more, of any shapes.
        percentile: p, in percent, 50 < p <= 100; 100 gives the range of `minmax_range`.
    Returns: (low, high), floats in the units of x.
    Raises: ValueError for a percentile outside 50 ... 100, no batch, an empty batch, NaN or
        infinity.

    >>> percentile_range([torch.arange(51.0), torch.arange(51.0, 101.0)], 90)
    (10.0, 90.0)
    """
    p = checked_number(percentile, "percentile", 50, 100, low_included=False)
    pooled = torch.cat([batch.reshape(-1) for batch in _checked_batches(batches)])
    ordered = pooled.sort().values
    return _percentile(ordered, 100 - p), _percentile(ordered, p)


def _percentile(ordered: torch.Tensor, p: float) -> float:
    position = (ordered.numel() - 1) * p / 100
    below = int(position)
    above = min(below + 1, ordered.numel() - 1)
    share = position - below
    return ordered[below].item() * (1 - share) + ordered[above].item() * share


def _checked_batches(batches: Iterable[torch.Tensor]) -> list[torch.Tensor]:
    if isinstance(batches, torch.Tensor):
        raise ValueError("batches: expected several tensors, such as a list, got one tensor")
    if not isinstance(batches, Iterable):
        raise ValueError(f"batches: expected several tensors, such as a list, got {shown(batches)}")
    checked = [checked_floats(batch, f"batches[{i}]") for i, batch in enumerate(batches)]
    if not checked:
        raise ValueError("batches: expected at least one batch, got none")
    return checked
