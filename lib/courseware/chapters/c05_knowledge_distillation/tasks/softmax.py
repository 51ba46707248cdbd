"""The task `softmax`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import (
    OFF_LIMITS,
    T,
    in_float64,
    same_gradient,
    told_apart,
)
from courseware.checks import gradients, ready_made
from courseware.checks.gradients import GRADIENT_SECONDS
from courseware.checks.misconceptions import several, ways
from courseware.checks.precision import IMPRECISE
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import same_reals
from model_compression import distillation as reference

Arguments = tuple[T] | tuple[T, float]
Step = Callable[[T, float], T]


def _one_row(draw: Draw) -> Iterator[Arguments]:
    yield (torch.tensor([0.5, 0.7, 1.3]),)
    for n_classes in (2, 5, 10):
        yield (2 * draw.normal(n_classes),)


def _several_rows(draw: Draw) -> Iterator[Arguments]:
    yield (torch.tensor([[0.0, 1.0], [3.0, 0.5]]),)
    for shape in ((3, 3), (4, 6), (2, 3, 4)):
        yield (2 * draw.normal(*shape),)


def _temperatures(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, 3.0]]), 2.0
    for temperature in (4, 0.5, draw.rng.uniform(2.5, 8.0)):
        yield 3 * draw.normal(2, 4), temperature


def _large(draw: Draw) -> Iterator[Arguments]:
    yield (torch.tensor([[1000.0, 999.0]]),)
    yield torch.tensor([[900.0, 901.0, 899.5]]), 0.95
    yield (torch.tensor([[999.0, 1000.0, -1000.0], [1000.0, 998.0, 0.0]]),)
    yield (torch.tensor([[-999.0, -1000.0, -998.0]]),)
    yield (torch.tensor([[2.0, 1.0, -3.0], [999.0, 1000.0, 998.0]]),)
    yield torch.tensor([[300.0, 0.0, -300.0]]), 100
    yield 1000 * (2 * torch.rand(3, 5, generator=draw.generator) - 1), 50.0


def _upstream(draw: Draw) -> Iterator[tuple[Any, ...]]:
    yield torch.tensor([[1.0, 3.0]]), 2.0, torch.tensor([[1.0, 0.0]])
    for shape in ((4,), (3, 4)):
        yield 2 * draw.normal(*shape), draw.rng.uniform(1.5, 4.0), draw.normal(*shape)


def _cause_of_nan(arguments: tuple[Any, ...], got: T) -> str:
    """Which wrong shift loses just these values, if one does: infinities and zeros tell.

    Else whether a row that lies far below another one was lost, or exponentials were too large.
    """
    logits, temperature = (*arguments, 1.0)[:2]
    came = got.detach().float()
    for name, shift in WRONG_SHIFTS.items():
        lost = _shares((logits / temperature - shift(logits, temperature)).exp())
        if torch.allclose(came, lost, rtol=1e-4, atol=1e-6, equal_nan=True):
            return name
    low = arguments[0].amax(dim=-1) < arguments[0].max() - 100
    lost = ~torch.isfinite(got.detach()).all(dim=-1)
    return "overflow" if bool((lost & ~low).any()) else "one-maximum-for-all-rows"


def _stable(z: T, temperature: float = 1.0, dim: int = -1) -> T:
    return torch.softmax(z / temperature, dim)


def _shares(powers: T) -> T:
    return powers / powers.sum(dim=-1, keepdim=True)


WRONG_SHIFTS: dict[str, Step] = {
    "magnitude-taken-off": lambda z, temperature: (z / temperature).abs().amax(-1, keepdim=True),
    "maximum-not-divided": lambda z, temperature: z.amax(-1, keepdim=True),
    "mean-taken-off": lambda z, temperature: (z / temperature).mean(-1, keepdim=True),
}
"""What is taken off in place of the largest of the divided logits."""


def _with(change: Step) -> Callable[..., T]:
    """A function of logits and temperature, the temperature 1 unless given."""
    return lambda z, temperature=1.0: change(z, temperature)


def _clamped(lowest: float, highest: float) -> Callable[..., T]:
    return _with(lambda z, temperature: _stable((z / temperature).clamp(lowest, highest)))


def _over_everything(z: T, temperature: float) -> T:
    return torch.softmax((z / temperature).reshape(-1), 0).reshape(z.shape)


def _summed_over_everything(z: T, temperature: float) -> T:
    powers = _powers(z, temperature)
    return powers / powers.sum()


def _summed_along(dim: int) -> Step:
    """The sum alone runs along another axis."""

    def behaves(z: T, temperature: float) -> T:
        powers = _powers(z, temperature)
        return powers / powers.sum(dim=dim, keepdim=True)

    return behaves


def _replaced(number: float) -> Step:
    """Exponentials of the logits as they are, and a number in place of nan."""

    def behaves(z: T, temperature: float) -> T:
        return torch.nan_to_num(_shares((z / temperature).exp()), nan=number)

    return behaves


def _put_back_at_one(z: T, temperature: float) -> T:
    powers = _powers(z, temperature)
    return powers / powers.sum(dim=-1).unsqueeze(1)


def _axis_dropped(z: T, temperature: float) -> T:
    powers = _powers(z, temperature)
    return powers / powers.sum(dim=-1)


def _powers(z: T, temperature: float) -> T:
    """Exponentials of what lies below the largest of each row."""
    return ((z - z.amax(dim=-1, keepdim=True)) / temperature).exp()


def _hard(z: T) -> T:
    return torch.nn.functional.one_hot(z.argmax(dim=-1), z.shape[-1]).float()


_IMPRECISE: tuple[Step, ...] = (
    *(lambda z, temperature, n=n: _stable(z, temperature).round(decimals=n) for n in (1, 2, 3, 4)),
    lambda z, temperature: _stable(z, temperature).half().float(),
    lambda z, temperature: _stable(z.half(), temperature).float(),
    lambda z, temperature: _stable(z, temperature).half(),
)

SOFTMAX = Task(
    name="softmax",
    points=12,
    reference=in_float64(reference.softmax),
    lecture="lecture 05, “From logits to probabilities”",
    off_limits=OFF_LIMITS + ready_made.SOFTMAX.names,
    seconds=GRADIENT_SECONDS,
    checks=(
        Check("one row, temperature 1", 3, _one_row, same_reals),
        Check("several rows: each is a distribution", 3, _several_rows, same_reals),
        Check("other temperatures", 3, _temperatures, same_reals),
        Check(
            "logits up to 1,000 in size",
            3,
            _large,
            told_apart(same_reals, _cause_of_nan),
        ),
        Check(
            "the gradient with respect to the logits (last input: upstream)",
            2,
            _upstream,
            same_gradient,
            gradients.probe(0),
        ),
    ),
    misconceptions=several(
        (
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
        ),
        ways(
            "sums-put-back-elsewhere",
            "The sums run along the last axis, but were put back as axis 1 (`unsqueeze(1)`), which "
            "is the last one for two dimensions only. `keepdim=True` leaves it where it was.",
            _with(_put_back_at_one),
        ),
        ways(
            "wrong-dimension",
            "The probabilities add up to 1 along another axis than the last one, or over the whole "
            "tensor. Each row along the last axis is a distribution of its own.",
            _with(lambda z, temperature: _stable(z, temperature, 0)),
            _with(lambda z, temperature: _stable(z, temperature, 1)),
            _with(lambda z, temperature: _stable(z, temperature, min(z.dim() - 1, 1))),
            _with(_over_everything),
            _with(_summed_over_everything),
            _with(_summed_along(0)),
            _with(_summed_along(1)),
        ),
        ways(
            "axis-dropped",
            "The sums of the rows have lost their axis, so they were matched with the columns, or "
            "with nothing at all. `keepdim=True` leaves it there, with size 1.",
            _with(_axis_dropped),
        ),
        ways(
            "gradient-cut",
            "The values are right, but no gradient leads back from them: they went through NumPy, "
            "Python's numbers, `detach` or `torch.tensor(…)` on the way. Use torch operations "
            "from the logits to the end; in task 4 a gradient has to find its way through.",
            _with(lambda z, temperature: _stable(z, temperature).detach()),
        ),
        ways(*IMPRECISE, *map(_with, _IMPRECISE)),
        ways(
            "temperature-twice",
            "The logits were divided by the temperature twice. Once is enough, at the start.",
            _with(lambda z, temperature: _stable(z, temperature * temperature)),
        ),
        ways(
            "temperature-ignored",
            "The temperature has no effect. Logits are divided by it before anything else: above "
            "1 it evens the classes out.",
            _with(lambda z, temperature: _stable(z)),
        ),
        ways(
            "temperature-multiplied",
            "The logits were multiplied by the temperature. A high temperature is to even the "
            "classes out, and this makes the differences larger.",
            _with(lambda z, temperature: _stable(z * temperature)),
        ),
        ways(
            "temperature-on-probabilities",
            "The probabilities were divided by the temperature, so they do not add up to 1. It is "
            "the logits that are divided.",
            _with(lambda z, temperature: _stable(z) / temperature),
        ),
        ways(
            "temperature-one-sided",
            "The temperature changes only one side of the fraction, so the results do not add up "
            "to 1. Divide the logits once, at the start.",
            _with(
                lambda z, temperature: (
                    _powers(z, temperature) / _powers(z, 1.0).sum(-1, keepdim=True)
                )
            ),
            _with(
                lambda z, temperature: (
                    _powers(z, 1.0) / _powers(z, temperature).sum(-1, keepdim=True)
                )
            ),
            _with(lambda z, temperature: (z / temperature).exp() / z.exp().sum(-1, keepdim=True)),
            _with(lambda z, temperature: z.exp() / (z / temperature).exp().sum(-1, keepdim=True)),
        ),
        ways(
            "temperature-after-normalising",
            "The temperature came in after the normalisation, so a row no longer adds up to 1. "
            "Divide the logits by it first.",
            _with(lambda z, temperature: (torch.log_softmax(z, -1) / temperature).exp()),
        ),
        ways(
            "temperature-from-one-up",
            "Temperatures below 1 were taken for 1. They are as good as others, and make the "
            "largest class stand out more.",
            _with(lambda z, temperature: _stable(z, max(float(temperature), 1.0))),
        ),
        ways(
            "temperature-too-late",
            "Small probabilities had become exactly 0 before the temperature came in, and no "
            "power brings a 0 back. Divide the logits, not their exponentials.",
            _with(lambda z, temperature: _shares(_stable(z) ** (1 / temperature))),
        ),
        ways(
            "nan-replaced",
            "exp of a large logit is inf, and the nan that inf / inf leaves was replaced "
            "afterwards. The shares are lost by then: take the largest logit of each row off "
            "before `exp`.",
            _with(_replaced(0.0)),
            _with(_replaced(1.0)),
        ),
        ways(
            "logits-cut-off",
            "Large logits were cut off at some value to avoid an overflow. This changes the "
            "result: logits of 1000 and 999 become equal. Shift them instead.",
            *(_clamped(-top, top) for top in (20.0, 30.0, 50.0, 80.0, 85.0, 88.0, 100.0)),
            *(_clamped(-torch.inf, top) for top in (20.0, 30.0, 50.0, 80.0, 85.0, 88.0)),
        ),
        ways(
            "not-normalised",
            "These are exponentials. Divide each by the sum of its row, so that a row adds up "
            "to 1.",
            _with(lambda z, temperature: (z / temperature).exp()),
            _with(lambda z, temperature: ((z - z.amax(-1, keepdim=True)) / temperature).exp()),
        ),
        ways(
            "no-exponential",
            "The logits themselves were divided by their sum. Logits may be negative, and the sum "
            "may be 0: only their exponentials are shares of a whole.",
            _with(lambda z, temperature: _shares(z / temperature)),
            _with(lambda z, temperature: _shares((z / temperature).abs())),
            _with(lambda z, temperature: _shares((z / temperature).relu())),
        ),
        ways(
            "another-base",
            "Powers of another number than e were taken.",
            _with(lambda z, temperature: _shares(2.0 ** (z / temperature))),
            _with(lambda z, temperature: _shares(10.0 ** (z / temperature))),
        ),
        ways(
            "log-returned",
            "These are logarithms of probabilities. The probabilities themselves are asked for.",
            _with(lambda z, temperature: _stable(z, temperature).log()),
            _with(lambda z, temperature: torch.log_softmax(z / temperature, -1)),
        ),
        ways(
            "sigmoid",
            "Each class was looked at on its own (a sigmoid), so the row does not add up to 1. "
            "The classes compete: the sum runs over all of them.",
            _with(lambda z, temperature: torch.sigmoid(z / temperature)),
        ),
        ways(
            "hard-maximum",
            "All went to the largest logit. Softmax is soft: the others keep a share.",
            _with(lambda z, temperature: _hard(z)),
        ),
    ),
)
