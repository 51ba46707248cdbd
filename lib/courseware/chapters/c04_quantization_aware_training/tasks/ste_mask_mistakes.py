"""Mistakes in `ste_mask`: what they come to, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.inputs import T
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

TIES = ("half-up", "half-away-from-zero")
"""Roundings that differ from half to even in ties alone."""


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
SCALE_FORGOTTEN = (
    "scale-forgotten",
    "x itself was compared with `qmin` and `qmax`. They are codes: ask how many steps fit into x.",
)
QMIN_AS_ZERO_POINT = (
    "qmin-as-zero-point",
    "`qmin` was added to the codes, or taken off, before they were compared. Codes are compared as "
    "they are: `qmin` is the lowest of them, and no zero point.",
)
TIES_AT_THE_ENDS = (
    "ties-at-the-ends",
    "A value halfway between two codes goes to the even one: 127.5 to 128, which is out, −128.5 to "
    "−128, which is in, 14.5 to 14. Half a step added to the range, or another rounding, gets some "
    "of them wrong.",
)
WRAPPED = next((name, message) for name, message, _ in MASKS if name == "wrapped-around")
MASK_APPLIED = (
    "mask-applied",
    "The values came back, with zeros where they are clipped. Asked for is the mask alone: "
    "1 or True where the gradient passes, 0 or False elsewhere.",
)
WRONG_STEPS: tuple[tuple[tuple[str, str], Callable[[T, Scale, int], T]], ...] = (
    (SCALE_FORGOTTEN, lambda x, scale, low: x),
    (SCALE_MULTIPLIED, lambda x, scale, low: x * scale),
    (ROUNDED_TOO_EARLY, lambda x, scale, low: torch.round(x) / scale),
    (WRAPPED, lambda x, scale, low: torch.round(x / scale).long().to(torch.int8).float()),
    (QMIN_AS_ZERO_POINT, lambda x, scale, low: x / scale + low),
    (QMIN_AS_ZERO_POINT, lambda x, scale, low: x / scale - low),
)
"""What is compared with the ends in place of x / scale."""


def _of_wrong_steps(steps: Callable[[T, Scale, int], T], mask: Mask) -> Callable[..., T]:
    return lambda x, scale, low, high: mask(steps(x, scale, low), low, high)


def _rounded_first(rounding: Callable[[T], T], mask: Mask) -> Callable[..., T]:
    """Another rounding, then a wrong mask of what is rounded."""
    return _steps(lambda steps, low, high: mask(rounding(steps), low, high))


def _one_for_all(answer: Callable[[T], T]) -> Callable[..., T]:
    """The right mask's one answer, in every place."""
    return lambda x, scale, low, high: answer(inside(x / scale, low, high)).expand(x.shape)


MISCONCEPTIONS = several(
    *(ways(name, message, _steps(mask)) for name, message, mask in MASKS),
    ways(
        TIES_AT_THE_ENDS[0],
        f"All is right but the ties at the ends. {TIES_AT_THE_ENDS[1]}",
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
        *map(_one_for_all, (torch.all, torch.any)),
    ),
    ways(
        "nothing-passes",
        "The mask says that every value was clipped, whatever x is. 1 or True stands where the "
        "code is in the range: between `qmin` and `qmax`, both included.",
        lambda x, scale, qmin, qmax: torch.zeros_like(x),
    ),
    *(
        both(wrong_steps, (name, message), _of_wrong_steps(steps, mask))
        for wrong_steps, steps in WRONG_STEPS
        for name, message, mask in MASKS
        if name != wrong_steps[0]
        # What wrapped around is rounded already: no border is drawn before that.
        and (wrong_steps, name) != (WRAPPED, "border-before-rounding")
    ),
    *(
        both((wrong, why), (name, message), _rounded_first(rounding, mask))
        for wrong, why, rounding in ROUNDINGS
        if wrong not in TIES
        for name, message, mask in MASKS
        if name != "border-before-rounding"
    ),
    *(
        both((name, message), TIES_AT_THE_ENDS, _rounded_first(rounding, mask))
        for wrong, _, rounding in ROUNDINGS
        if wrong in TIES
        for name, message, mask in MASKS
        if name != "border-before-rounding"
    ),
)
