"""Two mistakes in `int8_linear`: in scales, roundings, sums, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from courseware.chapters.c03_post_training_quantization.tasks.int8_wrong_ways import (
    LEFT_OUT,
    SIGNED,
    bias_rounded,
    computed,
    divided_by,
    fixed_point,
    of_all,
    rounded_bias,
    saturated,
    top,
    without_bias,
    wrapped,
)
from courseware.checks.misconceptions import products
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception

Settings = tuple[tuple[str, dict[str, Any]], ...]

SCALES: Settings = (
    ("one-scale-for-the-weight", {"scale_w": of_all}),
    ("scale-per-row-of-x", {"scale_x": top}),
    *(
        (
            "levels-off",
            {
                "scale_x": divided_by(steps, of_all),
                "scale_w": divided_by(steps, top),
                "highest": highest,
            },
        )
        for steps in (127.5, 128, 255)
        for highest in (127, 128)
    ),
    *(("signed-max", {"scale_x": x, "scale_w": w, "lowest": -127}) for x, w in SIGNED),
)
SUMS: Settings = (
    *(
        ("narrow-accumulator", {"accumulate": change(bits)})
        for bits in (8, 16)
        for change in (wrapped, saturated)
    ),
    ("sums-clamped", {"accumulate": lambda acc: acc.clamp(-127, 127)}),
)
OUTPUTS: Settings = (
    ("bias-forgotten", {"rescale": without_bias}),
    ("bias-in-the-sum", {"added": rounded_bias, "rescale": without_bias}),
    ("bias-rounded", {"rescale": bias_rounded}),
    ("scales-in-fixed-point", {"rescale": fixed_point(16)}),
    ("bias-scaled", {"rescale": lambda acc, s_x, s_w, bias: (acc + bias) * s_x * s_w.T}),
    *(("scale-left-out", {"rescale": rescale}) for rescale in LEFT_OUT),
    ("scales-added", {"rescale": lambda acc, s_x, s_w, bias: acc * (s_x + s_w.T) + bias}),
)


def two_mistakes(known: Iterable[Misconception]) -> tuple[Misconception, ...]:
    """Each two of them, with what is told of either alone."""
    told = {one.name: one.message for one in known}
    knobs = (
        tuple(((name, told[name]), settings) for name, settings in each)
        for each in (SCALES, SUMS, OUTPUTS)
    )
    roundings = (((name, message), {"rounding": by}) for name, message, by in ROUNDINGS)
    return products(computed, *knobs, roundings)
