"""How far a quantized tensor is from the original (chapter 02).

All measures are computed in float64, so that the sum over many values adds no error of its own.
"""

import math

import torch

from model_compression._validation import checked_floats


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
    noise_power = noise.square().sum().item()
    signal_power = signal.square().sum().item()
    if noise_power == 0:
        return math.inf
    if signal_power == 0:
        return -math.inf
    return 10 * math.log10(signal_power / noise_power)


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
    return math.sqrt(noise.square().mean().item())


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
    return signal, signal - reconstruction
