"""Mistakes in `fake_quantize`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c04_quantization_aware_training.tasks.fake_quantize_pairs import (
    wrapped_floats,
)
from courseware.chapters.c04_quantization_aware_training.tasks.fake_quantize_wrong_ways import (
    bracket,
    chained,
    chained_by,
    clamped,
    clipped_upstream,
    codes_of,
    limited_like_x,
    masked_by,
    one_way,
    rounded_by,
    rounded_values,
    slope_of_steps,
    stored_in_int8,
    upstream_ignored,
    valued,
    values_of,
    with_factor,
    wrapped_values,
)
from courseware.chapters.c04_quantization_aware_training.tasks.inputs import T
from courseware.chapters.c04_quantization_aware_training.tasks.mistakes import (
    MASKS,
    ROUNDED_TOO_EARLY,
    inside,
    with_gradient,
)
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception

STAIRCASE = (
    "gradient-of-a-staircase",
    "The gradient is 0 everywhere. That is the true derivative of rounding, and nothing can be "
    "learned from it: the straight-through estimator puts 1 in its place, inside the range.",
)

CODES_RETURNED = (
    "codes-returned",
    "The codes came back, not the values that they stand for. Fake quantization goes to the "
    "integers and straight back.",
)


def _wrong_values(name: str, message: str, *values: Callable[..., T]) -> tuple[Misconception, ...]:
    """Wrong values, also beside the gradient that torch finds by itself, a mistake of its own."""
    return several(
        ways(name, message, *(way for each in values for way in valued(each))),
        both((name, message), STAIRCASE, *values),
    )


PASSES_EVERYWHERE = (
    "passes-everywhere",
    "The gradient passes outside the range, too. There the value was clipped, and a small "
    "change of x changes nothing: the gradient is 0.",
)

UPSTREAM_IGNORED = (
    "upstream-ignored",
    "The gradient is the mask alone. What comes from above has to be multiplied in: that "
    "is the chain rule.",
)
UPSTREAM_CLIPPED = (
    "upstream-clipped",
    "The gradient was limited to −1 … 1, or to the range of x. It is x that is clipped, and "
    "only its range counts: where the gradient passes, what comes from above passes unchanged.",
)
MASK_OF_VALUES = (
    "mask-of-values",
    "Where the gradient passes, x itself was compared with `qmin` and `qmax`. They are codes: ask "
    "how many steps fit into x.",
)

MISCONCEPTIONS = several(
    ways(*STAIRCASE, values_of),
    ways(
        "cut-off",
        "The result no longer depends on x as far as torch can tell: a `detach`, `no_grad`, "
        "`.data` or a way through NumPy cut it off. Only the difference that rounding makes "
        "may be a constant.",
        lambda x, scale, low, high: values_of(x, scale, low, high).detach(),
    ),
    ways(*PASSES_EVERYWHERE, with_factor(lambda x, scale, low, high: 1.0)),
    ways(
        "inward-gradients-pass",
        "Where a value was clipped, the gradient passes if it leads one way, back into the range "
        "or further out. It is 0 there whatever comes from above: a small change of x changes "
        "nothing.",
        *map(one_way, (1, -1)),
    ),
    ways(
        "soft-staircase",
        "The gradient is that of a smooth staircase: it changes from place to place between two "
        "codes. The straight-through estimator puts 1 in its place, wherever x lies in the range.",
        with_factor(lambda x, s, low, high: slope_of_steps(x / s) * inside(x / s, low, high)),
        with_factor(lambda x, s, low, high: slope_of_steps(x / s)),
    ),
    *(ways(name, message, masked_by(mask)) for name, message, mask in MASKS),
    ways(
        "gradient-in-steps",
        "The gradient is off by a factor of the scale. x was divided by it on the way to the "
        "codes and multiplied on the way back: the two cancel.",
        with_factor(lambda x, s, low, high: inside(x / s, low, high) * s),
        with_factor(lambda x, s, low, high: inside(x / s, low, high) / s),
        with_factor(lambda x, s, low, high: s),
        with_factor(lambda x, s, low, high: 1 / s),
    ),
    ways(
        "brackets-of-two-kinds",
        "In a + (b − a) the two a must be the same, or the value is not that of b. Here the "
        "mask is in one of them only: where a value was clipped, x itself was taken off or "
        "added.",
        bracket(lambda x, mask, values: x * mask + (values - x).detach()),
        bracket(lambda x, mask, values: x + (values - x * mask).detach()),
    ),
    ways(
        "terms-swapped",
        "x came back as it was, and its gradient is that of rounding: in a + (b − a), where "
        "torch does not see the bracket, the two have changed places. The value is that of b, "
        "the gradient that of a.",
        bracket(lambda x, mask, values: values + (x - values).detach()),
    ),
    ways(
        "bracket-seen",
        "The gradient of x is taken off again, or counts twice: torch sees the bracket. In "
        "a + (b − a) only the bracket is a constant, and a itself is not.",
        bracket(lambda x, mask, values: x.detach() + (values - x)),
        bracket(lambda x, mask, values: x + x - x.detach() + (values - x).detach()),
        with_factor(lambda x, s, low, high: -1.0 * inside(x / s, low, high)),
        with_factor(lambda x, s, low, high: 2.0 * inside(x / s, low, high)),
    ),
    ways(*UPSTREAM_IGNORED, *chained(upstream_ignored)),
    ways(
        *UPSTREAM_CLIPPED,
        *chained(clipped_upstream),
        *map(limited_like_x, (inside, lambda steps, low, high: torch.ones_like(steps))),
    ),
    *(
        both((name, message), rule, chained_by(mask, of_upstream))
        for name, message, mask in MASKS
        for rule, of_upstream in (
            (UPSTREAM_IGNORED, upstream_ignored),
            (UPSTREAM_CLIPPED, clipped_upstream),
        )
    ),
    ways(
        *MASK_OF_VALUES,
        with_factor(lambda x, scale, low, high: inside(x, low, high)),
        with_factor(lambda x, scale, low, high: (x >= low) & (x <= high)),
    ),
    ways(
        "stored-before-clamped",
        "The codes were stored in 8 bits before they were clamped. 130 does not fit there and "
        "becomes −126: clamp first.",
        *(
            way
            for values in (wrapped_values, wrapped_floats)
            for way in (valued(values)[0], values)
        ),
    ),
    ways(
        "stored-in-int8",
        "The codes were stored in int8, where an unsigned range of 8 bits does not fit: 200 "
        "becomes −56. Leave the codes floats, or take a type that holds them.",
        *valued(stored_in_int8),
        stored_in_int8,
    ),
    ways(
        "binary-mask",
        "The gradient passes where x lies between −1 and 1, whatever scale, `qmin` and `qmax` "
        "are. It passes where the code is in the range: where nothing was clipped.",
        with_factor(lambda x, scale, low, high: x.abs() <= 1),
        with_factor(lambda x, scale, low, high: x.abs() < 1),
    ),
    ways(
        "wrapped-around-and-passes-everywhere",
        "Two mistakes: the codes were stored in 8 bits before they were clamped, where 130 "
        "becomes −126 and a `qmax` of 255 is refused; and the gradient passes outside the "
        "range, too, where the value was clipped.",
        valued(wrapped_values)[1],
    ),
    *(ways(name, message, *rounded_by(rounding)) for name, message, rounding in ROUNDINGS),
    *(
        both((name, message), PASSES_EVERYWHERE, valued(rounded_values(rounding))[1])
        for name, message, rounding in ROUNDINGS
    ),
    *(
        both((name, message), STAIRCASE, rounded_values(rounding))
        for name, message, rounding in ROUNDINGS
    ),
    _wrong_values(
        *ROUNDED_TOO_EARLY,
        lambda x, s, low, high: (torch.round(x) / s).clamp(low, high) * s,
        lambda x, s, low, high: torch.round(torch.round(x) / s).clamp(low, high) * s,
    ),
    ways(
        *CODES_RETURNED,
        *valued(codes_of),
        lambda x, scale, low, high: with_gradient(
            torch.round(x / scale).clamp(low, high), x, inside(x / scale, low, high) / scale
        ),
    ),
    both(CODES_RETURNED, STAIRCASE, codes_of),
    _wrong_values(
        "clamp-missing",
        "Values beyond the range were rounded, but not brought back into it: there is no code "
        "for them.",
        lambda x, scale, low, high: torch.round(x / scale) * scale,
    ),
    _wrong_values(
        "clamp-one-sided",
        "Values beyond one end of the range were brought back into it, those beyond the other "
        "were not. It has two ends.",
        lambda x, s, low, high: torch.round(x / s).clamp(max=high) * s,
        lambda x, s, low, high: torch.round(x / s).clamp(min=low) * s,
    ),
    _wrong_values(
        "clipped-to-zero",
        "Values beyond the range became 0. They go to its nearer end: only their gradient is 0.",
        lambda x, s, low, high: torch.round(x / s) * inside(x / s, low, high) * s,
    ),
    _wrong_values(
        "lower-end-mirrored",
        "The range was taken to reach as far below zero as above. `qmin` says where it begins.",
        lambda x, s, low, high: torch.round(x / s).clamp(-high, high) * s,
    ),
    _wrong_values(
        "eight-bits-assumed",
        "`qmin` and `qmax` have no effect: this is the range of int8, whatever was asked for.",
        lambda x, s, low, high: torch.round(x / s).clamp(-128, 127) * s,
    ),
    _wrong_values(
        "values-range-off-by-one",
        "The range goes on for a code behind one of its ends, or ends a code too early. `qmin` "
        "and `qmax` are the last codes that there are.",
        lambda x, s, low, high: torch.round(x / s).clamp(low, high + 1) * s,
        lambda x, s, low, high: torch.round(x / s).clamp(low - 1, high) * s,
        lambda x, s, low, high: torch.round(x / s).clamp(low, high - 1) * s,
        lambda x, s, low, high: torch.round(x / s).clamp(low + 1, high) * s,
    ),
    ways(
        "not-rounded",
        "Nothing was rounded: the values were clamped to the range at most. Only whole numbers "
        "of steps have a code.",
        *valued(clamped),
        clamped,
        *valued(lambda x, s, low, high: x),
        lambda x, s, low, high: x,
        lambda x, s, low, high: torch.where(
            inside(x / s, low, high), x, values_of(x, s, low, high).detach()
        ),
    ),
    _wrong_values(
        "values-clamped",
        "x or the result was clamped to `qmin` … `qmax`. These are codes: clamp after dividing "
        "by the scale and before multiplying by it.",
        lambda x, s, low, high: torch.round(x.clamp(low, high) / s) * s,
        lambda x, s, low, high: (torch.round(x / s) * s).clamp(low, high),
    ),
    _wrong_values(
        "scale-multiplied",
        "x was multiplied by the scale and divided by it afterwards. The scale is the width of "
        "a step: divide to count the steps.",
        lambda x, s, low, high: torch.round(x * s).clamp(low, high) / s,
    ),
)
