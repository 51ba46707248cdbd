"""What a fixed range does to values: those inside are rounded, those outside are clipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from model_compression.calibration import percentile_range
from model_compression.integer_scaling import affine_params, dequantize, quantize_affine


@dataclass(frozen=True)
class RangeError:
    """The mean squared error of values on an affine grid over a range, in two parts.

    Attributes:
        step: distance between neighbouring values of the grid.
        clipped: share of the values that lie outside the grid.
        clipping: part of the mean squared error that they cause.
        rounding: part that all other values cause.
    """

    step: float
    clipped: float
    clipping: float
    rounding: float

    @property
    def total(self) -> float:
        """Mean squared error."""
        return self.clipping + self.rounding


def range_error(x: torch.Tensor, low: float, high: float, n_bits: int) -> RangeError:
    """Round values to the grid of `affine_params` for low ... high, and split the squared error.

    Args:
        x: float tensor.
        low, high: ends of the range; widened to contain 0.
        n_bits: 2 ... 8.

    >>> error = range_error(torch.tensor([0.0, 1.0, 2.25, 13.0]), 0.0, 3.0, n_bits=2)
    >>> error.step, error.clipped, error.clipping, error.rounding
    (1.0, 0.25, 25.0, 0.015625)
    """
    scale, zero_point = affine_params(torch.tensor([low, high]), n_bits)
    codes = quantize_affine(x, scale, zero_point, n_bits).to(torch.int16)
    squares = (x - dequantize(codes - zero_point, scale)).double().square()
    lowest, highest = -zero_point * scale, (2**n_bits - 1 - zero_point) * scale
    outside = (x < lowest) | (x > highest)
    return RangeError(
        step=scale.item(),
        clipped=outside.double().mean().item(),
        clipping=(squares * outside).mean().item(),
        rounding=(squares * ~outside).mean().item(),
    )


def errors_by_percentile(
    calibration: Sequence[torch.Tensor],
    judged: torch.Tensor,
    percentiles: Sequence[float],
    n_bits: int,
) -> dict[float, RangeError]:
    """The error of values on the ranges that calibration gives at each percentile.

    Args:
        calibration: batches that the ranges are taken from.
        judged: values that are rounded on them.
        percentiles, n_bits: as in `percentile_range` and `range_error`.

    >>> found = errors_by_percentile([torch.tensor([0.0, 3.0])], torch.tensor([0.5]), [100.0], 2)
    >>> found[100.0].step, found[100.0].total
    (1.0, 0.25)
    """
    return {p: range_error(judged, *percentile_range(calibration, p), n_bits) for p in percentiles}


def best_percentile(errors: Mapping[float, RangeError]) -> float:
    """Where the error is least."""
    return min(errors, key=lambda p: errors[p].total)
