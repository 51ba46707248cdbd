"""Quantization inside training: round in the forward pass, look through it in the backward pass.

Fake quantization (chapter 04) goes to the integer grid and straight back, so that the network
computes in floats but feels the rounding:

    forward     x_hat = clamp(round(x / scale), qmin, qmax) * scale
    backward    dL/dx = dL/dx_hat where qmin <= round(x / scale) <= qmax, else 0

The true derivative of round is 0 almost everywhere, and nothing would be learned. The straight-
through estimator takes 1 instead, where the value was only rounded, and 0 where it was clipped:
there a small change of x really changes nothing. The border is drawn on the rounded value, as in
torch.fake_quantize_per_tensor_affine: on the grid -128 ... 127 with scale 1, 127.4 is in, 127.5
(rounds to 128) is out, -128.5 (rounds to -128) is in.

Sources: Bengio et al. 2013, Estimating or Propagating Gradients Through Stochastic Neurons for
Conditional Computation, section 4 (straight-through); Jacob et al. 2018, Quantization and Training
of Neural Networks for Efficient Integer-Arithmetic-Only Inference, section 3 (training).
"""

from typing import Any

import torch

from model_compression._straight_through import FakeQuantize, qat_layer
from model_compression._surroundings import without_autocast
from model_compression._validation import (
    FLOATS,
    INTEGERS,
    as_float,
    checked_differentiable,
    checked_floats,
    checked_integer,
    checked_n_bits,
    checked_tensor,
    fitting,
    shown,
)
from model_compression._validation_reals import checked_matrix, checked_same_shape

_LARGEST_EXACT = 2**24  # every integer up to here has its own float32


def fake_quantize(
    x: torch.Tensor, scale: float | torch.Tensor, qmin: int, qmax: int
) -> torch.Tensor:
    """Round to the grid and back, with a straight-through gradient.

    x_hat = clamp(round(x / scale), qmin, qmax) * scale, half to even;
    dL/dx = dL/dx_hat * ste_mask(x, scale, qmin, qmax).

    Args:
        x: floating-point tensor of any shape.
        scale: > 0, in the units of x per step: one number, or a tensor that broadcasts to the shape
            of x, such as (out, 1) for one scale a row. It gets no gradient.
        qmin, qmax: lowest and highest code, ints, qmin < qmax; -128 and 127 for int8.
    Returns: float32 tensor of the shape of x, in the units of x, differentiable in x.
    Raises: ValueError for a bad scale or range, an empty tensor, NaN or infinity, or values beyond
        float32.

    >>> x = torch.tensor([0.6, 1.4, 9.0], requires_grad=True)
    >>> x_hat = fake_quantize(x, 0.5, -8, 7)
    >>> x_hat.sum().backward()
    >>> x_hat.detach(), x.grad                               # 9.0 is clipped
    (tensor([0.5000, 1.5000, 3.5000]), tensor([1., 1., 0.]))
    """
    values = checked_differentiable(x, "x")
    step = _checked_scale(scale, values)
    qmin, qmax = _checked_range(qmin, qmax)
    return fitting(FakeQuantize.apply(values, step, qmin, qmax), "scale", "codes * scale")


def ste_mask(x: torch.Tensor, scale: float | torch.Tensor, qmin: int, qmax: int) -> torch.Tensor:
    """Where the straight-through estimator lets the gradient pass.

    True where qmin <= round(x / scale) <= qmax, half to even.

    Args: x, scale, qmin, qmax as in `fake_quantize`.
    Returns: bool tensor of the shape of x.
    Raises: ValueError as `fake_quantize`.

    >>> ste_mask(torch.tensor([127.4, 127.5, -128.5, -128.6]), 1.0, -128, 127)
    tensor([ True, False,  True, False])
    """
    values = checked_floats(x, "x")
    rounded = torch.round(values / _checked_scale(scale, values))
    qmin, qmax = _checked_range(qmin, qmax)
    return (rounded >= qmin) & (rounded <= qmax)


@without_autocast
def qat_forward(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, n_bits: int
) -> torch.Tensor:
    """Linear layer of quantization-aware training: float weights that act as quantized ones.

    y = x @ w_hat.T + bias;  w_hat = fake_quantize(weight, scale, -qmax, qmax), qmax = 2^(b-1) - 1;
    scale[row] = max |weight[row]| / qmax, taken anew from the current weight in each call.

    Args:
        x: floating-point tensor of shape (N, in).
        weight: floating-point tensor of shape (out, in).
        bias: floating-point tensor of shape (out,), or None.
        n_bits: 2 ... 8. Only the weight is quantized.
    Returns: float32 tensor of shape (N, out), differentiable in x, weight and bias. The scale is a
        constant for the gradient; the gradient of x is that of a layer with the quantized weight.
    Raises: ValueError for shapes that do not fit, n_bits outside 2 ... 8, empty tensors, NaN or
        infinity, or sums beyond float32.

    >>> x = torch.tensor([[1.0, 10.0, 100.0]], requires_grad=True)
    >>> y = qat_forward(x, torch.tensor([[0.7, -0.2, 0.04]]), torch.tensor([0.5]), n_bits=4)
    >>> y.sum().backward()
    >>> y.detach(), x.grad
    (tensor([[-0.8000]]), tensor([[ 0.7000, -0.2000,  0.0000]]))
    """
    inputs = checked_differentiable(x, "x")
    rows = checked_differentiable(weight, "weight", dim=2)
    checked_matrix(inputs, "x", rows.shape[1])
    if bias is not None:
        bias = checked_same_shape(checked_differentiable(bias, "bias"), "bias", rows.shape[:1])
    y = qat_layer(inputs, rows, bias, checked_n_bits(n_bits))
    return fitting(y, "x", "x times weight, plus bias,")


def _checked_scale(scale: Any, x: torch.Tensor) -> torch.Tensor:
    """A constant float32 scale that broadcasts to the shape of x."""
    expected = f"scale: expected finite values > 0, one or broadcasting to {tuple(x.shape)}"
    if isinstance(scale, torch.Tensor):
        step = checked_tensor(scale, "scale").detach()
        if step.dtype not in FLOATS + INTEGERS:
            raise ValueError(f"{expected}, got {step.dtype}")
        step = step.to(torch.float32)
    elif (number := as_float(scale, "scale")) is not None:
        step = torch.tensor(number, dtype=torch.float32, device="cpu")
    else:
        raise ValueError(f"{expected}, got {shown(scale)}")
    if not _broadcasts(step.shape, x.shape):
        raise ValueError(f"{expected}, got shape {tuple(step.shape)}")
    n_bad = int((~((step > 0) & torch.isfinite(step))).sum())
    if n_bad:
        raise ValueError(f"{expected}, got {n_bad} other values (as float32)")
    return step


def _broadcasts(small: torch.Size, large: torch.Size) -> bool:
    """Whether a tensor of the first shape spreads over one of the second, which keeps its own."""
    ends = zip(reversed(small), reversed(large), strict=False)
    return len(small) <= len(large) and all(one in (1, other) for one, other in ends)


def _checked_range(qmin: int, qmax: int) -> tuple[int, int]:
    lowest = checked_integer(qmin, "qmin", -_LARGEST_EXACT, _LARGEST_EXACT - 1)
    return lowest, checked_integer(qmax, "qmax", lowest + 1, _LARGEST_EXACT)
