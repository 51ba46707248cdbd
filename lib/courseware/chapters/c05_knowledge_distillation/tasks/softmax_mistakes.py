"""Mistakes in `softmax`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import T
from courseware.chapters.c05_knowledge_distillation.tasks.softmax_wrong_ways import (
    AXES,
    Step,
    all_but_the_power_as_constants,
    at_temperature,
    axis_dropped,
    clamped,
    hard,
    or_at_one,
    powers,
    put_back_at_one,
    replaced,
    shares,
    shifted_on_one_side,
    sigmoids,
    stable,
    sum_as_constant,
)
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import IMPRECISE
from courseware.checks.task import Misconception

NAN_REPLACED = (
    "nan-replaced",
    "exp of a large logit is inf, and the nan that inf / inf leaves was replaced "
    "afterwards. The shares are lost by then: take the largest logit of each row off "
    "before `exp`.",
)
WRONG_SHIFTS: dict[str, Step] = {
    "magnitude-taken-off": lambda z, temperature: (z / temperature).abs().amax(-1, keepdim=True),
    "maximum-not-divided": lambda z, temperature: z.amax(-1, keepdim=True),
    "mean-taken-off": lambda z, temperature: (z / temperature).mean(-1, keepdim=True),
}
"""What is taken off in place of the largest of the divided logits."""


def _shifted_and_replaced(shift: Step) -> Callable[..., T]:
    return or_at_one(
        lambda z, temperature: torch.nan_to_num(
            shares((z / temperature - shift(z, temperature)).exp()), nan=0.0
        )
    )


_IMPRECISE: tuple[Step, ...] = (
    *(lambda z, temperature, n=n: stable(z, temperature).round(decimals=n) for n in (1, 2, 3, 4)),
    lambda z, temperature: stable(z, temperature).half().float(),
    lambda z, temperature: stable(z.half(), temperature).float(),
    lambda z, temperature: stable(z, temperature).half(),
)


SHIFTS = (
    Misconception(
        "overflow",
        "exp of 1000 is too large for a float, and inf / inf is nan; exp of −1000 is 0, "
        "and 0 / 0 is nan as well. The same number may be taken off all logits of a row "
        "without any change in the result: which one keeps every exponential at 1 or "
        "below, and one of them at 1?",
    ),
    Misconception(
        "one-maximum-for-all-rows",
        "One maximum was taken off all rows. In a row that lies far below it every "
        "exponential becomes 0, and 0 / 0 is nan. Each row needs its own.",
    ),
    Misconception(
        "magnitude-taken-off",
        "The largest magnitude of a row was taken off, and not its largest logit. Where "
        "all logits are far below 0, every exponential becomes 0, and 0 / 0 is nan.",
    ),
    Misconception(
        "maximum-not-divided",
        "The largest logit was taken off as it is, the others had been divided by the "
        "temperature: take the largest of what was divided.",
    ),
    Misconception(
        "mean-taken-off",
        "The mean of the row was taken off. A logit far above it still has an exponential "
        "that is too large: only the largest logit keeps all of them at 1 or below.",
    ),
)

WRONG_DIMENSION = (
    "wrong-dimension",
    "The probabilities add up to 1 along another axis than the last one, or over several axes "
    "at once. Each row along the last axis is a distribution of its own.",
)
TWICE = (
    "temperature-twice",
    "The logits were divided by the temperature twice. Once is enough, at the start.",
)
IGNORED = (
    "temperature-ignored",
    "The temperature has no effect. Logits are divided by it before anything else: above "
    "1 it evens the classes out.",
)
MULTIPLIED = (
    "temperature-multiplied",
    "The logits were multiplied by the temperature. A high temperature is to even the "
    "classes out, and this makes the differences larger.",
)
TEMPERATURES: tuple[tuple[tuple[str, str], Callable[[float], float]], ...] = (
    (TWICE, lambda temperature: temperature * temperature),
    (IGNORED, lambda temperature: 1.0),
    (MULTIPLIED, lambda temperature: 1 / temperature),
)

MISTAKES = several(
    SHIFTS,
    ways(
        "sums-put-back-elsewhere",
        "The sums run along the last axis, but were put back as axis 1 (`unsqueeze(1)`), which "
        "is the last one for two dimensions only. `keepdim=True` leaves it where it was.",
        or_at_one(put_back_at_one),
    ),
    ways(
        *WRONG_DIMENSION,
        *map(or_at_one, AXES),
    ),
    *(
        both(WRONG_DIMENSION, cause, *(or_at_one(at_temperature(change, step)) for step in AXES))
        for cause, change in TEMPERATURES
    ),
    ways(
        "axis-dropped",
        "The sums of the rows have lost their axis, so they were matched with the columns, or "
        "with nothing at all. `keepdim=True` leaves it there, with size 1.",
        or_at_one(axis_dropped),
    ),
    ways(
        "gradient-cut",
        "The values are right, but no gradient leads back from them: they went through NumPy, "
        "Python's numbers, `detach` or `torch.tensor(…)` on the way. Use torch operations "
        "from the logits to the end; in task 4 a gradient has to find its way through.",
        or_at_one(lambda z, temperature: stable(z, temperature).detach()),
    ),
    ways(*IMPRECISE, *map(or_at_one, _IMPRECISE)),
    ways(
        *TWICE,
        or_at_one(lambda z, temperature: stable(z, temperature * temperature)),
    ),
    ways(
        *IGNORED,
        or_at_one(lambda z, temperature: stable(z)),
    ),
    ways(
        *MULTIPLIED,
        or_at_one(lambda z, temperature: stable(z * temperature)),
    ),
    ways(
        "temperature-on-probabilities",
        "The probabilities were divided by the temperature, so they do not add up to 1. It is "
        "the logits that are divided.",
        or_at_one(lambda z, temperature: stable(z) / temperature),
    ),
    ways(
        "temperature-one-sided",
        "The temperature changes only one side of the fraction, so the results do not add up "
        "to 1. Divide the logits once, at the start.",
        or_at_one(
            lambda z, temperature: powers(z, temperature) / powers(z, 1.0).sum(-1, keepdim=True)
        ),
        or_at_one(
            lambda z, temperature: powers(z, 1.0) / powers(z, temperature).sum(-1, keepdim=True)
        ),
        or_at_one(lambda z, temperature: (z / temperature).exp() / z.exp().sum(-1, keepdim=True)),
        or_at_one(lambda z, temperature: z.exp() / (z / temperature).exp().sum(-1, keepdim=True)),
    ),
    ways(
        "temperature-after-normalising",
        "The temperature came in after the normalisation, so a row no longer adds up to 1. "
        "Divide the logits by it first.",
        or_at_one(lambda z, temperature: (torch.log_softmax(z, -1) / temperature).exp()),
    ),
    ways(
        "temperature-from-one-up",
        "Temperatures below 1 were taken for 1. They are as good as others, and make the "
        "largest class stand out more.",
        or_at_one(lambda z, temperature: stable(z, max(float(temperature), 1.0))),
    ),
    ways(
        "temperature-too-late",
        "Small probabilities had become exactly 0 before the temperature came in, and no "
        "power brings a 0 back. Divide the logits, not their exponentials.",
        or_at_one(lambda z, temperature: shares(stable(z) ** (1 / temperature))),
    ),
    *(
        both(NAN_REPLACED, (known.name, known.message), _shifted_and_replaced(shift))
        for name, shift in WRONG_SHIFTS.items()
        for known in SHIFTS
        if known.name == name
    ),
    ways(
        "shift-one-sided",
        "The largest logit was taken off on one side of the fraction line only. The shift cancels "
        "where both sides have it: the exponentials above the line are those that are added up "
        "below it.",
        *(shifted_on_one_side(*sides) for sides in ((1.0, 0.0), (0.0, 1.0))),
    ),
    ways(
        "sum-as-constant",
        "The values are right, but the sum below the line counts as a constant (`no_grad`, "
        "`detach`, `item`): its part of the gradient is missing. Every logit is in the sum.",
        or_at_one(sum_as_constant),
        or_at_one(all_but_the_power_as_constants),
    ),
    ways(
        *NAN_REPLACED,
        or_at_one(replaced(0.0)),
        or_at_one(replaced(1.0)),
    ),
    ways(
        "logits-cut-off",
        "Large logits were cut off at some value to avoid an overflow. This changes the "
        "result: logits of 1000 and 999 become equal. Shift them instead.",
        *(clamped(-top, top) for top in (20.0, 30.0, 50.0, 80.0, 85.0, 88.0, 100.0)),
        *(clamped(-torch.inf, top) for top in (20.0, 30.0, 50.0, 80.0, 85.0, 88.0)),
    ),
    ways(
        "not-normalised",
        "These are exponentials. Divide each by the sum of its row, so that a row adds up to 1.",
        or_at_one(lambda z, temperature: (z / temperature).exp()),
        or_at_one(lambda z, temperature: ((z - z.amax(-1, keepdim=True)) / temperature).exp()),
    ),
    ways(
        "no-exponential",
        "The logits themselves were divided by their sum. Logits may be negative, and the sum "
        "may be 0: only their exponentials are shares of a whole.",
        or_at_one(lambda z, temperature: shares(z / temperature)),
        or_at_one(lambda z, temperature: shares((z / temperature).abs())),
        or_at_one(lambda z, temperature: shares((z / temperature).relu())),
    ),
    ways(
        "another-base",
        "Powers of another number than e were taken.",
        or_at_one(lambda z, temperature: shares(2.0 ** (z / temperature))),
        or_at_one(lambda z, temperature: shares(10.0 ** (z / temperature))),
    ),
    ways(
        "log-returned",
        "These are logarithms of probabilities. The probabilities themselves are asked for.",
        or_at_one(lambda z, temperature: stable(z, temperature).log()),
        or_at_one(lambda z, temperature: torch.log_softmax(z / temperature, -1)),
    ),
    ways(
        "sigmoid",
        "Each class was looked at on its own (a sigmoid), so the row does not add up to 1. "
        "The classes compete: the sum runs over all of them.",
        or_at_one(lambda z, temperature: torch.sigmoid(z / temperature)),
    ),
    ways(
        "sigmoid-normalised",
        "Sigmoids stand where exponentials belong. A sigmoid ends at 1, so all large logits get "
        "the same share: e to the power of the logit is what is divided by its sum.",
        *map(sigmoids, (0.0, 1e-12, 1e-8)),
    ),
    ways(
        "hard-maximum",
        "All went to the largest logit. Softmax is soft: the others keep a share.",
        or_at_one(lambda z, temperature: hard(z)),
    ),
)
