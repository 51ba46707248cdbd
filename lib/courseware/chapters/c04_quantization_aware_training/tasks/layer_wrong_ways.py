"""What mistakes in `qat_forward` come to, as layers that a student who makes them would write."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch.nn.functional import linear

from courseware.chapters.c04_quantization_aware_training.tasks.mistakes import with_gradient

T = torch.Tensor
Layer = Callable[[T, T, T, int], T]
Of = Callable[[T, int], T]
"""A quantized tensor, or a scale for it, from a tensor and the number of bits."""


def top(n_bits: int) -> int:
    return 2 ** (n_bits - 1) - 1


def row_scale(w: T, n_bits: int) -> T:
    return w.abs().amax(dim=1, keepdim=True) / top(n_bits)


def grid(
    scale: Of = row_scale,
    rounding: Callable[[T], T] = torch.round,
    clamped: bool = True,
    above_lowest: int = 0,
) -> Of:
    """Values on a grid, without a word on gradients."""

    def values(w: T, n_bits: int) -> T:
        step = scale(w, n_bits)
        steps, lowest = rounding(w / step), -top(n_bits) - 1 + above_lowest
        return (steps.clamp(lowest, top(n_bits)) if clamped else steps) * step

    return values


def straight_through(values: Of) -> Of:
    return lambda w, n_bits: with_gradient(values(w, n_bits).detach(), w, 1.0)


def constant(values: Of) -> Of:
    return lambda w, n_bits: values(w, n_bits).detach()


def layer(weight: Of, of_x: Of | None = None, of_bias: Of | None = None) -> Layer:
    """y = x @ w.T + bias with some of the three replaced."""

    def forward(x: T, w: T, bias: T, n_bits: int) -> T:
        x = of_x(x, n_bits) if of_x else x
        bias = of_bias(bias, n_bits) if of_bias else bias
        return linear(x, weight(w, n_bits), bias)

    return forward


def valued(values: Of) -> tuple[Layer, ...]:
    """Wrong values with a straight-through gradient, with torch's own, and with none."""
    return layer(straight_through(values)), layer(values), layer(constant(values))


def whole_scale(w: T, n_bits: int) -> T:
    return w.abs().max() / top(n_bits)


Measure = Callable[[T, int], T]
"""The size of a tensor's entries along an axis, which is kept."""


def absmax(w: T, axis: int) -> T:
    return w.abs().amax(dim=axis, keepdim=True)


def largest(w: T, axis: int) -> T:
    return w.amax(dim=axis, keepdim=True)


def mean_magnitude(w: T, axis: int) -> T:
    return w.abs().mean(dim=axis, keepdim=True)


def measured(axis: int | None, measure: Measure, steps: Callable[[int], float]) -> Of:
    """A scale for each column (axis 0), or one for all (None), of another size."""

    def scale(w: T, n_bits: int) -> T:
        size = measure(w.reshape(1, -1), 1) if axis is None else measure(w, axis)
        return size / steps(n_bits)

    return scale


def whole_scale_too_fine(w: T, n_bits: int) -> T:
    return w.abs().max() / (top(n_bits) + 1)


def column_scale(w: T, n_bits: int) -> T:
    return w.abs().amax(dim=0, keepdim=True) / top(n_bits)


def signed_scale(w: T, n_bits: int) -> T:
    return w.amax(dim=1, keepdim=True) / top(n_bits)


def guarded_signed_scale(w: T, n_bits: int) -> T:
    """1 where the largest value is not above 0."""
    scale = signed_scale(w, n_bits)
    return torch.where(scale > 0, scale, 1.0)


def two_sided_scale(w: T, n_bits: int) -> T:
    """So large that positive weights end at the highest code, and negative ones a code lower."""
    above, below = w.amax(dim=1, keepdim=True), -w.amin(dim=1, keepdim=True)
    return torch.maximum(above / top(n_bits), below / (top(n_bits) + 1))


def mean_scale(w: T, n_bits: int) -> T:
    return w.abs().mean(dim=1, keepdim=True) / top(n_bits)


def twice_the_mean(w: T, n_bits: int) -> T:
    return 2 * mean_scale(w, n_bits)


def scale_over(steps: Callable[[int], float]) -> Of:
    return lambda w, n_bits: w.abs().amax(dim=1, keepdim=True) / steps(n_bits)


def asymmetric(w: T, n_bits: int) -> T:
    """From the smallest to the largest value of a row, with a zero point."""
    low = w.amin(dim=1, keepdim=True)
    step = (w.amax(dim=1, keepdim=True) - low) / (2**n_bits - 1)
    zero = torch.round(-low / step)
    return ((torch.round(w / step) + zero).clamp(0, 2**n_bits - 1) - zero) * step


def learned(values: Of, scale: Of) -> tuple[Of, Of]:
    """The scale stays in the graph: of codes that are looked through, or on the way back only."""

    def wholly(w: T, n_bits: int) -> T:
        step = scale(w, n_bits)
        return _multiplied(values, w, w / step, step, n_bits)

    def in_part(w: T, n_bits: int) -> T:
        step = scale(w, n_bits)
        return _multiplied(values, w, w / step.detach(), step, n_bits)

    return wholly, in_part


def _multiplied(values: Of, w: T, steps: T, step: T, n_bits: int) -> T:
    codes = torch.round((values(w, n_bits) / step).detach())
    return with_gradient(codes, steps, 1.0) * step


def asked_unrounded() -> Iterator[Of]:
    """What is clipped is asked of the quotient itself: of the right one, or one by a factor."""
    yield from (_asked(lambda w, step: w / step), _asked(lambda w, step: w * (1 / step)))


def _asked(quotient: Callable[[T, T], T]) -> Of:
    def values(w: T, n_bits: int) -> T:
        inside = quotient(w, row_scale(w, n_bits)).detach().abs() <= top(n_bits)
        return with_gradient(grid()(w, n_bits).detach(), w, inside)

    return values


def ends_left_out(w: T, n_bits: int) -> T:
    inner = torch.round(w / row_scale(w, n_bits)).abs() < top(n_bits)
    return with_gradient(grid()(w, n_bits).detach(), w, inner)


def gradient_in_steps(w: T, n_bits: int) -> T:
    return with_gradient(grid()(w, n_bits).detach(), w, row_scale(w, n_bits).detach())


def in_steps_of(values: Of, scale: Of) -> Of:
    """Values with the gradient of codes that are looked through, times their scale."""
    return lambda w, n_bits: with_gradient(values(w, n_bits).detach(), w, scale(w, n_bits).detach())


def over_steps(w: T, n_bits: int) -> T:
    return with_gradient(grid()(w, n_bits).detach(), w, 1 / row_scale(w, n_bits).detach())


def codes(w: T, n_bits: int) -> T:
    return torch.round(w / row_scale(w, n_bits)).detach()


def clipped(scale: Of, above_lowest: int = 0) -> Of:
    """Values on a grid; those beyond its ends get no gradient."""

    def values(w: T, n_bits: int) -> T:
        step = scale(w, n_bits).detach()
        steps, low, high = torch.round(w / step), -top(n_bits) - 1 + above_lowest, top(n_bits)
        inside = (steps >= low) & (steps <= high)
        return with_gradient((steps.clamp(low, high) * step).detach(), w, inside)

    return values


def bias_on_the_rows_grids(scale: Of, weight: Of) -> Layer:
    """The bias is rounded with the scales of the rows of the weight."""

    def forward(x: T, w: T, bias: T, n_bits: int) -> T:
        step = scale(w, n_bits).detach()[:, 0]
        rounded = with_gradient((torch.round(bias / step) * step).detach(), bias, 1.0)
        return linear(x, weight(w, n_bits), rounded)

    return forward


def through_the_outputs(x: T, w: T, bias: T, n_bits: int) -> T:
    """The outputs of the quantized layer, with all the gradients of the float layer."""
    quantized = linear(x, grid()(w, n_bits), bias)
    return with_gradient(quantized.detach(), linear(x, w, bias), 1.0)


def rescaled_afterwards(rows: slice, bias_too: bool) -> Layer:
    """Codes times inputs, scaled with the scales of some rows; the bias as well, or not."""

    def forward(x: T, w: T, bias: T, n_bits: int) -> T:
        step = row_scale(w, n_bits).detach()
        codes = with_gradient(torch.round(w / step).detach(), w / step, 1.0)
        if bias_too:
            return linear(x, codes, bias) * step.T[:, rows]
        return linear(x, codes) * step.T[:, rows] + bias

    return forward


right = straight_through(grid())
tensor_wide = straight_through(grid(whole_scale))
column_wise = straight_through(grid(column_scale))


def one_row(quantize: Of) -> Of:
    return lambda bias, n_bits: quantize(bias[None, :], n_bits)[0]
