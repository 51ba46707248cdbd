"""The task `ste_mask`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.inputs import (
    GRIDS,
    T,
    around_the_ends,
    on_both_sides,
)
from courseware.chapters.c04_quantization_aware_training.tasks.judges import OFF_LIMITS
from courseware.chapters.c04_quantization_aware_training.tasks.mistakes import (
    ENDS_LEFT_OUT,
    MASK_INVERTED,
    MASKS,
    ONE_END_LEFT_OUT,
    ROUNDED_TOO_EARLY,
    Mask,
    inside,
)
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.quantizer_inputs import Scale
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Check, Draw, Task
from model_compression import fake_quantization as reference

Arguments = tuple[T, Scale, int, int]

TIES = ("half-up", "half-away-from-zero")
"""Roundings that differ from half to even in ties alone."""


def _in_and_out(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([1.2, 9.0, -9.0]), 0.5, -8, 7
    for grid in ((-8, 7), (-128, 127), (-2, 1)):
        yield *on_both_sides(draw, grid), *grid


def _other_ranges(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([2.0, 20.0, -1.0]), 1.0, 0, 15
    for grid in ((0, 15), (-7, 7), (0, 255), (-3, 6)):
        yield *on_both_sides(draw, grid), *grid


def _borders(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([127.4, 127.6, -128.4, -128.6]), 1.0, -128, 127
    yield torch.tensor([7.0, -8.0, 8.0, -9.0]) / 4, 0.25, -8, 7
    yield torch.tensor([127.5, 126.5, -128.5, -129.0]) / 2, 0.5, -128, 127
    for grid in GRIDS:
        yield *around_the_ends(draw, grid), *grid


def _shapes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, -9.0], [3.0, 8.0]]), 1.0, -8, 7
    for shape in ((1,), (7, 2), (2, 1, 7)):
        x, scale = on_both_sides(draw, (-4, 3))
        count = torch.Size(shape).numel()
        yield x[:count].reshape(shape), scale, -4, 3


def _steps(mask: Mask) -> Callable[..., T]:
    """A mask from x / scale as an answer to the task."""
    return lambda x, scale, qmin, qmax: mask(x / scale, qmin, qmax)


def _between(steps: T, low: int, high: int) -> T:
    return (steps >= low) & (steps <= high)


def _rounded_by(rounding: Callable[[T], T]) -> Callable[..., T]:
    return _steps(lambda steps, low, high: inside(steps, low, high, rounding))


SCALE_MULTIPLIED = (
    "scale-multiplied",
    "x was multiplied by the scale. The scale is the width of a step: divide to count the steps.",
)
MASK_APPLIED = (
    "mask-applied",
    "The values came back, with zeros where they are clipped. Asked for is the mask alone: "
    "1 or True where the gradient passes, 0 or False elsewhere.",
)

STE_MASK = Task(
    name="ste_mask",
    points=14,
    reference=reference.ste_mask,
    lecture="lecture 04, “A gradient for a staircase”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("values inside and far outside", 3, _in_and_out),
        Check("unsigned and uneven ranges", 2, _other_ranges),
        Check("the border is drawn on the rounded value", 4, _borders),
        Check("one entry for each of x, in its shape", 1, _shapes),
    ),
    misconceptions=several(
        *(ways(name, message, _steps(mask)) for name, message, mask in MASKS),
        ways(
            "ties-at-the-ends",
            "All is right but the ties at the ends. A value halfway between two codes goes to the "
            "even one: 127.5 to 128, which is out, −128.5 to −128, which is in, 14.5 to 14. Half a "
            "step added to the range, or another rounding, gets some of them wrong.",
            *(_rounded_by(rounding) for name, _, rounding in ROUNDINGS if name in TIES),
            _steps(lambda steps, low, high: (steps >= low - 0.5) & (steps <= high + 0.5)),
            _steps(lambda steps, low, high: (steps > low - 0.5) & (steps <= high + 0.5)),
        ),
        *(
            ways(name, message, _rounded_by(rounding))
            for name, message, rounding in ROUNDINGS
            if name not in TIES
        ),
        ways(
            *ROUNDED_TOO_EARLY,
            lambda x, scale, low, high: _between(torch.round(x) / scale, low, high),
            lambda x, scale, low, high: inside(torch.round(x) / scale, low, high),
        ),
        both(
            MASK_INVERTED,
            ENDS_LEFT_OUT,
            _steps(lambda s, low, high: (torch.round(s) <= low) | (torch.round(s) >= high)),
        ),
        ways(
            "asked-after-the-clamp",
            "The mask says that everything is in the range. After the clamp that is always so: "
            "whether a value was clipped shows only before. And two comparisons that are joined by "
            "`|` are always true: both must hold, which is `&`.",
            lambda x, scale, qmin, qmax: torch.ones_like(x),
        ),
        ways(
            "on-the-grid-only",
            "Only values that lie exactly on the grid pass: the code was compared with the "
            "unrounded x / scale. A value that is merely rounded passes; it is clipping that stops "
            "the gradient.",
            _steps(lambda steps, low, high: torch.round(steps).clamp(low, high) == steps),
            _steps(lambda steps, low, high: torch.round(steps) == steps),
        ),
        ways(
            "cut-off-and-ends-left-out",
            "Two mistakes: the values were cut off and not rounded to the nearest code, and both "
            "ends of the range were counted as outside. 127.4 rounds to 127, which is in.",
            _steps(lambda s, low, high: (torch.trunc(s) > low) & (torch.trunc(s) < high)),
            _steps(lambda s, low, high: (torch.floor(s) > low) & (torch.floor(s) < high)),
        ),
        *(
            both(
                (name, message),
                ONE_END_LEFT_OUT,
                _steps(lambda s, low, high, r=rounding: (r(s) >= low) & (r(s) < high)),
            )
            for name, message, rounding in ROUNDINGS
            if name not in TIES
        ),
        ways(
            "scale-forgotten",
            "x itself was compared with `qmin` and `qmax`. They are codes: ask how many steps fit "
            "into x.",
            lambda x, scale, qmin, qmax: inside(x, qmin, qmax),
            lambda x, scale, qmin, qmax: (x >= qmin) & (x <= qmax),
        ),
        ways(
            "qmin-as-zero-point",
            "`qmin` was added to the codes, or taken off, before they were compared. Codes are "
            "compared as they are: `qmin` is the lowest of them, and no zero point.",
            _steps(lambda steps, low, high: inside(steps + low, low, high)),
            _steps(lambda steps, low, high: inside(steps - low, low, high)),
        ),
        both(
            SCALE_MULTIPLIED,
            MASK_APPLIED,
            lambda x, scale, qmin, qmax: x * inside(x * scale, qmin, qmax),
            lambda x, scale, qmin, qmax: torch.round(x * scale) * inside(x * scale, qmin, qmax),
        ),
        ways(
            *SCALE_MULTIPLIED,
            lambda x, scale, qmin, qmax: inside(x * scale, qmin, qmax),
        ),
        ways(
            *MASK_APPLIED,
            lambda x, scale, qmin, qmax: x * inside(x / scale, qmin, qmax),
            lambda x, scale, qmin, qmax: torch.round(x / scale) * inside(x / scale, qmin, qmax),
            lambda x, scale, qmin, qmax: torch.round(x / scale).clamp(qmin, qmax) * scale,
            lambda x, scale, qmin, qmax: torch.round(x / scale).clamp(qmin, qmax),
            lambda x, scale, qmin, qmax: torch.round(x / scale),
        ),
        ways(
            "one-answer-for-all",
            "One answer came back for all values. Each has its own: the mask has the shape of x. "
            "(`and`, `.all()` and `.any()` make one answer of many; `&` does not.)",
            lambda x, scale, qmin, qmax: inside(x / scale, qmin, qmax).all(),
            lambda x, scale, qmin, qmax: bool(inside(x / scale, qmin, qmax).all()),
        ),
    ),
)
