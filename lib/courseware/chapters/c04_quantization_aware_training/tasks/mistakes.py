"""What the wrong versions of several tasks are made of: roundings, masks, gradients."""

from __future__ import annotations

from collections.abc import Callable

import torch

T = torch.Tensor
Mask = Callable[..., T]
"""`mask(steps, low, high)`: where the gradient passes, from x / scale."""

Rule = Callable[[T, T], T]
"""`rule(from above, mask)`: a gradient; the chain rule multiplies the two."""


def inside(steps: T, low: int, high: int, rounding: Callable[[T], T] = torch.round) -> T:
    """The right mask, or that of another rounding."""
    return (rounding(steps) >= low) & (rounding(steps) <= high)


ENDS_LEFT_OUT = (
    "ends-left-out",
    "The lowest and the highest code were counted as outside. Both are codes of the grid: a value "
    "that rounds to one of them was not clipped.",
)
ONE_END_LEFT_OUT = (
    "one-end-left-out",
    "One of the two ends was counted as outside. Both `qmin` and `qmax` are codes of the grid, and "
    "a value that rounds to one of them was not clipped: `<` and `<=` differ there, and `range` "
    "stops before its end.",
)
MASK_INVERTED = (
    "mask-inverted",
    "This is the mask the wrong way round: the gradient passes where the value was only rounded, "
    "and stops where it was clipped.",
)
MASKS: tuple[tuple[str, str, Mask], ...] = (
    (
        "border-before-rounding",
        "The border was drawn before the rounding. 127.4 steps become the code 127, which is in "
        "the range, so nothing was clipped: ask the rounded value.",
        lambda steps, low, high: (steps >= low) & (steps <= high),
    ),
    (
        "border-before-rounding",
        "The border was drawn before the rounding. 127.4 steps become the code 127, which is in "
        "the range, so nothing was clipped: ask the rounded value.",
        lambda steps, low, high: (steps > low) & (steps < high),
    ),
    (
        *ENDS_LEFT_OUT,
        lambda steps, low, high: (torch.round(steps) > low) & (torch.round(steps) < high),
    ),
    *(
        (*ONE_END_LEFT_OUT, mask)
        for mask in (
            lambda steps, low, high: (torch.round(steps) > low) & (torch.round(steps) <= high),
            lambda steps, low, high: (torch.round(steps) >= low) & (torch.round(steps) < high),
        )
    ),
    *(
        (
            "range-too-wide",
            "The range goes on for a code behind one of its ends. `qmin` and `qmax` are the last "
            "codes that there are: a value that rounds to the next one was clipped.",
            mask,
        )
        for mask in (
            lambda steps, low, high: inside(steps, low, high + 1),
            lambda steps, low, high: inside(steps, low - 1, high),
            lambda steps, low, high: inside(steps, low - 1, high + 1),
        )
    ),
    *(
        (
            "one-end-forgotten",
            "Only one end of the range was looked at. Values are clipped below the lowest code "
            "just as above the highest.",
            mask,
        )
        for mask in (
            lambda steps, low, high: torch.round(steps) <= high,
            lambda steps, low, high: torch.round(steps) >= low,
        )
    ),
    (
        *MASK_INVERTED,
        lambda steps, low, high: (torch.round(steps) < low) | (torch.round(steps) > high),
    ),
    (
        "lower-end-mirrored",
        "The range was taken to reach as far below zero as above. `qmin` says where it begins.",
        lambda steps, low, high: torch.round(steps).abs() <= high,
    ),
    (
        "wrapped-around",
        "The codes were stored in 8 bits before they were looked at. 130 does not fit there and "
        "becomes −126, which is in the range again: ask first.",
        lambda steps, low, high: inside(torch.round(steps).long().to(torch.int8), low, high),
    ),
    (
        "eight-bits-assumed",
        "`qmin` and `qmax` have no effect: this is the range of int8, whatever was asked for.",
        lambda steps, low, high: (torch.round(steps) >= -128) & (torch.round(steps) <= 127),
    ),
)
"""Other ideas of where the gradient passes, as (name, message, mask)."""

ROUNDED_TOO_EARLY = (
    "rounded-before-scaled",
    "The values were rounded before they were divided by the scale. What is rounded is the number "
    "of steps, x / scale.",
)


def with_gradient(values: T, x: T, factor: T | float) -> T:
    """`values`, with the gradient `factor` with respect to x."""
    through = x * factor
    return through + (values - through).detach()


class Chained(torch.autograd.Function):
    """Values whose gradient is made of what comes from above and a mask, by a rule of its own."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, x: T, values: T, mask: T, rule: Rule
    ) -> T:
        ctx.save_for_backward(mask)
        ctx.rule = rule  # type: ignore[attr-defined]
        return values

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *upstream: T
    ) -> tuple[T, None, None, None]:
        gradient = ctx.rule(upstream[0], *ctx.saved_tensors)  # type: ignore[attr-defined]
        return gradient, None, None, None
