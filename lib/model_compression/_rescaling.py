"""Sums and squares of very large and very small values, without overflow and underflow.

3e-23 squared is 9e-46, less than the smallest float32: the norm of (3e-23, 4e-23) would come out as
anything but 5e-23. Divided by a power of two first, which is exact, and multiplied by it at the
end, the result is right, and of other values the same to the last bit.
"""

import torch


def power_of_two(largest: torch.Tensor) -> torch.Tensor:
    """For each magnitude m > 0 the power of two p with p <= m < 2 p; 1 for 0."""
    mantissa, _ = torch.frexp(largest)  # m = mantissa * 2 p, with 0.5 <= mantissa < 1
    return torch.where(largest > 0, largest / (2 * mantissa), 1.0)
