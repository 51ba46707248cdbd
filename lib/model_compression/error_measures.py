"""How far a quantized tensor is from the original (chapter 02).

All measures are computed in float64, so that the sum over many values adds no error of its own.
"""

import math

import torch

from model_compression._rescaling import power_of_two
from model_compression._validation import checked_floats, fitting

_SMALLEST, _LARGEST = 1e-70, 1e70  # between them float64 has room for squares and their sums


def sqnr_db(x: torch.Tensor, x_hat: torch.Tensor) -> float:
    """Signal-to-quantization-noise ratio, in decibels; higher is better.

    SQNR = 10 * log10( sum x^2 / sum (x - x_hat)^2 ). Power, not variance: no mean is subtracted.
    Each 6.02 dB halves the error.

    Args:
        x: floating-point tensor, the original.
        x_hat: floating-point tensor of the same shape, the reconstruction.
    Returns: float, dB. A perfect reconstruction gives inf; noise louder than the signal a negative
        value; a reconstruction of all zeros exactly 0.
    Raises: ValueError for different shapes, empty tensors, NaN or infinity.

    >>> sqnr_db(torch.tensor([10.0]), torch.tensor([9.0]))   # noise is 1/100 of the power
    20.0
    """
    signal, noise = _signal_and_noise(x, x_hat)
    if not noise.any():
        return math.inf
    if not signal.any():
        return -math.inf
    (signal_power, signal_unit), (noise_power, noise_unit) = _power(signal), _power(noise)
    units_apart = math.log10(signal_unit) - math.log10(noise_unit)
    return 10 * math.log10(signal_power / noise_power) + 20 * units_apart


def rmse(x: torch.Tensor, x_hat: torch.Tensor) -> float:
    """Root of the mean squared error, in the units of x.

    RMSE = sqrt( mean (x - x_hat)^2 ).

    Args:
        x, x_hat: floating-point tensors of the same shape.
    Returns: float >= 0.
    Raises: ValueError for different shapes, empty tensors, NaN or infinity.

    >>> rmse(torch.tensor([1.0, 2.0]), torch.tensor([4.0, -1.0]))
    3.0
    """
    _, noise = _signal_and_noise(x, x_hat)
    power, unit = _power(noise)
    return unit * math.sqrt(power / noise.numel())


def max_abs_error(x: torch.Tensor, x_hat: torch.Tensor) -> float:
    """Largest magnitude of the error, in the units of x.

    max |x - x_hat|. Without clipping, rounding to a grid of step `scale` errs by scale / 2 at most.

    Args:
        x, x_hat: floating-point tensors of the same shape.
    Returns: float >= 0.
    Raises: ValueError for different shapes, empty tensors, NaN or infinity.

    >>> max_abs_error(torch.tensor([1.0, 2.0]), torch.tensor([1.5, 4.0]))
    2.0
    """
    _, noise = _signal_and_noise(x, x_hat)
    return noise.abs().max().item()


def _signal_and_noise(x: torch.Tensor, x_hat: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    signal = checked_floats(x, "x", torch.float64)
    reconstruction = checked_floats(x_hat, "x_hat", torch.float64)
    if signal.shape != reconstruction.shape:
        raise ValueError(
            f"x_hat: expected the shape of x {tuple(signal.shape)}, "
            f"got {tuple(reconstruction.shape)}"
        )
    return signal, fitting(signal - reconstruction, "x_hat", "x - x_hat")


def _power(values: torch.Tensor) -> tuple[float, float]:
    """(p, u) with sum values^2 = p * u^2; u is 1 unless the squares would leave float64."""
    largest = values.abs().max()
    within = _SMALLEST < largest.item() < _LARGEST
    unit = torch.ones_like(largest) if within else power_of_two(largest)
    return (values / unit).square().sum().item(), unit.item()
