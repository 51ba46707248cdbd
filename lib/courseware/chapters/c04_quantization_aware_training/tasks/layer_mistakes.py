"""Mistakes in `qat_forward`, as layers that a student who makes them would have written."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn.functional import linear

from courseware.chapters.c04_quantization_aware_training.tasks.mistakes import with_gradient
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.roundings import ROUNDINGS

T = torch.Tensor
Layer = Callable[[T, T, T, int], T]
Of = Callable[[T, int], T]
"""A quantized tensor, or a scale for it, from a tensor and the number of bits."""


def top(n_bits: int) -> int:
    return 2 ** (n_bits - 1) - 1


def row_scale(w: T, n_bits: int) -> T:
    return w.abs().amax(dim=1, keepdim=True) / top(n_bits)


def grid(
    scale: Of = row_scale, rounding: Callable[[T], T] = torch.round, clamped: bool = True
) -> Of:
    """Values on a grid, without a word on gradients."""

    def values(w: T, n_bits: int) -> T:
        step = scale(w, n_bits)
        steps = rounding(w / step)
        return (steps.clamp(-top(n_bits) - 1, top(n_bits)) if clamped else steps) * step

    return values


def straight_through(values: Of) -> Of:
    return lambda w, n_bits: with_gradient(values(w, n_bits).detach(), w, 1.0)


def layer(weight: Of, of_x: Of | None = None, of_bias: Of | None = None) -> Layer:
    """y = x @ w.T + bias with some of the three replaced."""

    def forward(x: T, w: T, bias: T, n_bits: int) -> T:
        x = of_x(x, n_bits) if of_x else x
        bias = of_bias(bias, n_bits) if of_bias else bias
        return linear(x, weight(w, n_bits), bias)

    return forward


def valued(values: Of) -> tuple[Layer, ...]:
    """Wrong values with a straight-through gradient, with torch's own, and with none."""
    constant: Of = lambda w, n_bits: values(w, n_bits).detach()  # noqa: E731
    return layer(straight_through(values)), layer(values), layer(constant)


def whole_scale(w: T, n_bits: int) -> T:
    return w.abs().max() / top(n_bits)


def whole_scale_too_fine(w: T, n_bits: int) -> T:
    return w.abs().max() / (top(n_bits) + 1)


def column_scale(w: T, n_bits: int) -> T:
    return w.abs().amax(dim=0, keepdim=True) / top(n_bits)


def signed_scale(w: T, n_bits: int) -> T:
    return w.amax(dim=1, keepdim=True) / top(n_bits)


def scale_over(steps: Callable[[int], float]) -> Of:
    return lambda w, n_bits: w.abs().amax(dim=1, keepdim=True) / steps(n_bits)


def asymmetric(w: T, n_bits: int) -> T:
    """From the smallest to the largest value of a row, with a zero point."""
    low = w.amin(dim=1, keepdim=True)
    step = (w.amax(dim=1, keepdim=True) - low) / (2**n_bits - 1)
    zero = torch.round(-low / step)
    return ((torch.round(w / step) + zero).clamp(0, 2**n_bits - 1) - zero) * step


def learned_scale(w: T, n_bits: int) -> T:
    """The scale stays in the graph: the rounding is looked through, its result is multiplied."""
    step = row_scale(w, n_bits)
    steps = w / step
    return with_gradient(torch.round(steps).detach(), steps, 1.0) * step


def part_learned_scale(w: T, n_bits: int) -> T:
    """The scale stays in the graph on the way back only."""
    step = row_scale(w, n_bits)
    steps = w / step.detach()
    return with_gradient(torch.round(steps).detach(), steps, 1.0) * step


def ends_left_out(w: T, n_bits: int) -> T:
    inner = torch.round(w / row_scale(w, n_bits)).abs() < top(n_bits)
    return with_gradient(grid()(w, n_bits).detach(), w, inner)


def gradient_in_steps(w: T, n_bits: int) -> T:
    return with_gradient(grid()(w, n_bits).detach(), w, row_scale(w, n_bits).detach())


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


def bias_on_the_rows_grids(x: T, w: T, bias: T, n_bits: int) -> T:
    """The bias is rounded with the scales of the weight."""
    step = row_scale(w, n_bits).detach()[:, 0]
    rounded = with_gradient((torch.round(bias / step) * step).detach(), bias, 1.0)
    return linear(x, right(w, n_bits), rounded)


def through_the_outputs(x: T, w: T, bias: T, n_bits: int) -> T:
    """The outputs of the quantized layer, with all the gradients of the float layer."""
    quantized = linear(x, grid()(w, n_bits), bias)
    return with_gradient(quantized.detach(), linear(x, w, bias), 1.0)


def rescaled_afterwards(x: T, w: T, bias: T, n_bits: int) -> T:
    """The scale is applied to the bias, too."""
    step = row_scale(w, n_bits).detach()
    codes = with_gradient(torch.round(w / step).detach(), w / step, 1.0)
    return linear(x, codes, bias) * step.T


right = straight_through(grid())
tensor_wide = straight_through(grid(whole_scale))
column_wise = straight_through(grid(column_scale))


def one_row(quantize: Of) -> Of:
    return lambda bias, n_bits: quantize(bias[None, :], n_bits)[0]


ONE_SCALE = (
    "one-scale-for-all",
    "All rows share one scale. Each row has its own, from its own largest magnitude.",
)
WRONG_AXIS = (
    "wrong-axis",
    "There is one scale for each column, an input. Asked for is one for each row of the weight, an "
    "output; the axis that a maximum runs over is the one that vanishes.",
)

MISCONCEPTIONS = several(
    ways(
        "gradient-of-a-staircase",
        "The gradient of the weight is 0: rounding has no other derivative. Let the gradient "
        "through as if the weight had not been rounded, as `fake_quantize` does.",
        layer(lambda w, n_bits: grid()(w, n_bits).detach() + 0 * w),
    ),
    ways(
        "cut-off",
        "The weight no longer takes part in what torch differentiates: a `detach`, `no_grad`, "
        "`.data` or a way through NumPy cut it off. Only the scale, and the difference that "
        "rounding makes, may be constants.",
        layer(lambda w, n_bits: grid()(w, n_bits).detach()),
    ),
    ways(
        "all-cut-off",
        "The output no longer depends on anything as far as torch can tell: the whole layer is "
        "under a `no_grad`, or its output was detached. Only the scale, and the difference that "
        "rounding makes, may be constants.",
        lambda x, w, bias, n_bits: layer(grid())(x, w, bias, n_bits).detach(),
    ),
    ways(
        "scale-not-constant",
        "The gradient also runs through the scale, so the largest weight of each row gets that of "
        "the whole row on top. The scale counts as a constant: take it from the weight without its "
        "graph.",
        layer(learned_scale),
        layer(part_learned_scale),
        layer(grid()),
    ),
    ways(
        "not-quantized",
        "This is the layer with the float weight. In the forward pass the weight must be rounded, "
        "or training does not feel what rounding does.",
        layer(lambda w, n_bits: w),
    ),
    ways(
        "gradient-of-the-float-layer",
        "The gradient of x belongs to the float weight. What the layer below gets back has to fit "
        "the weight that was used: only the rounding of the weight is looked through.",
        through_the_outputs,
    ),
    ways(
        "ends-left-out",
        "The largest weights of each row get no gradient. They lie on the highest or lowest code, "
        "which belong to the grid: nothing was clipped.",
        layer(ends_left_out),
    ),
    ways(
        "gradient-in-steps",
        "The gradient of the weight is off by a factor of the scale. The weight was divided by it "
        "on the way to the codes and multiplied on the way back: the two cancel.",
        layer(gradient_in_steps),
        layer(over_steps),
    ),
    ways(
        *ONE_SCALE,
        *valued(grid(whole_scale)),
    ),
    ways(
        *WRONG_AXIS,
        *valued(grid(column_scale)),
    ),
    ways(
        "axis-dropped",
        "The scales of the rows have lost their axis, so they were matched with the columns, or "
        "with nothing at all. `keepdim=True` leaves it there, with size 1.",
        layer(straight_through(grid(lambda w, n_bits: row_scale(w, n_bits)[:, 0]))),
        layer(clipped(lambda w, n_bits: row_scale(w, n_bits)[:, 0])),
    ),
    ways(
        "full-range-scale",
        "The scale is the full-range one. Here the grid is restricted: the largest magnitude of a "
        "row lands on the highest code, 2**(b − 1) − 1.",
        *valued(grid(scale_over(lambda n_bits: (2**n_bits - 1) / 2))),
    ),
    ways(
        "levels-off-by-one",
        "The largest magnitude of a row was spread over a step too many. The highest code is "
        "2**(b − 1) − 1: half of the patterns are negative, and one of the others is zero.",
        *valued(grid(scale_over(lambda n_bits: 2 ** (n_bits - 1)))),
        *valued(grid(scale_over(lambda n_bits: 2 ** (n_bits - 1)), clamped=False)),
        layer(clipped(scale_over(lambda n_bits: 2 ** (n_bits - 1)))),
        *valued(grid(scale_over(lambda n_bits: 2**n_bits - 1))),
    ),
    ways(
        "levels-off-by-one-for-all",
        "Two mistakes: all rows share one scale, where each has its own; and the largest magnitude "
        "was spread over a step too many. The highest code is 2**(b − 1) − 1.",
        *valued(grid(whole_scale_too_fine)),
        layer(clipped(whole_scale_too_fine)),
    ),
    ways(
        "asymmetric-grid",
        "The grid runs from the smallest to the largest weight of a row, so that 0 may have no "
        "code or another one. Asked for is a symmetric one: 0 has the code 0, and the largest "
        "magnitude the highest.",
        *valued(asymmetric),
    ),
    ways(
        "signed-max",
        "The largest value of each row was taken, not its largest magnitude.",
        *valued(grid(signed_scale)),
        *valued(grid(signed_scale, clamped=False)),
        layer(clipped(signed_scale)),
        layer(clipped(signed_scale, 1)),
    ),
    ways(
        "n-bits-ignored",
        N_BITS_IGNORED,
        layer(lambda w, n_bits: right(w, 8)),
        layer(lambda w, n_bits: grid()(w, 8)),
    ),
    ways(
        "x-quantized",
        "x was quantized as well. In this layer only the weight is.",
        *(layer(right, of_x=of_x) for of_x in (right, tensor_wide, column_wise)),
        *(layer(right, of_x=grid(scale)) for scale in (row_scale, whole_scale, column_scale)),
    ),
    ways(
        "bias-quantized",
        "The bias was quantized as well. It stays as it is: there are few biases, and an error in "
        "one shifts an output for every input.",
        layer(right, of_bias=one_row(right)),
        bias_on_the_rows_grids,
    ),
    ways(
        "bias-missing",
        "The bias was not added.",
        layer(right, of_bias=lambda bias, n_bits: bias * 0),
        layer(right, of_bias=lambda bias, n_bits: torch.zeros_like(bias)),
    ),
    ways(
        "bias-scaled",
        "The bias was multiplied by the scale. It is no code: scale the product first, then add "
        "the bias.",
        rescaled_afterwards,
    ),
    ways(
        "codes-used",
        "The inputs were multiplied by the codes, and the scale is missing: the weight that acts "
        "is code times scale.",
        layer(lambda w, n_bits: with_gradient(codes(w, n_bits), w, 1.0)),
        layer(
            lambda w, n_bits: with_gradient(codes(w, n_bits), w, 1 / row_scale(w, n_bits).detach())
        ),
    ),
    ways(
        "not-transposed",
        "The weight was not transposed. It is (outputs, inputs): x @ weight.T, as `linear` does.",
        lambda x, w, bias, n_bits: x @ right(w, n_bits) + bias,
        lambda x, w, bias, n_bits: x @ grid()(w, n_bits).detach() + bias,
    ),
    ways(
        "x-cut-off",
        "x no longer takes part in what torch differentiates: a `detach` or `no_grad` cut it off. "
        "The layer below learns from its gradient: only the scale, and the difference that "
        "rounding makes, may be constants.",
        lambda x, w, bias, n_bits: linear(x.detach(), right(w, n_bits), bias),
    ),
    *(
        both(scale_mistake, (name, message), *valued(grid(scale, rounding)))
        for name, message, rounding in ROUNDINGS
        if not name.startswith("half")
        for scale_mistake, scale in ((ONE_SCALE, whole_scale), (WRONG_AXIS, column_scale))
    ),
    *(
        ways(name, message, *valued(grid(rounding=rounding)))
        for name, message, rounding in ROUNDINGS
        if not name.startswith("half")
    ),
)
"""No ties are tested here, so how they are rounded is not asked."""
