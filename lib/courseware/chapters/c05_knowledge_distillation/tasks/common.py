"""What the tasks of this exercise share: tolerances, judges, ways of calling, causes.

Why 1e-4, and not 1e-5 as in chapters 01 and 02: a divergence is a sum of terms of both signs,
p * log(p / q), each off by some 1e-7 of |log p| + |log q|, which is below 15 here. Divergences
are 0.03 and more, so their relative error is up to 15 * 1e-7 / 0.03 = 5e-5 in float32.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch

from courseware.checks import gradients
from courseware.checks.call import Outcome
from courseware.checks.misconceptions import ways
from courseware.checks.precision import IMPRECISE
from courseware.checks.task import Draw, Judge, Misconception, Probe
from courseware.checks.values import Difference, as_number, close, difference

ANOTHER_BASE = (
    "another-base",
    "This is the logarithm to another base. Here it is the natural one, and the unit is the nat.",
)

AXES_SWAPPED = (
    "axes-swapped",
    "The terms were added up over the rows and averaged over the classes. It is the other way "
    "round: a row is one image, and its classes belong together.",
)
ROWS_LEFT_OUT = (
    "rows-left-out",
    "Not every row counts: only the first one does, or the last one is missing. The mean runs over "
    "the whole batch.",
)

T = torch.Tensor

OFF_LIMITS = tuple(
    f"model_compression.{module}" for module in ("distillation", "_training", "_cosine_decay")
)
"""The modules of the reference library that hold this chapter; earlier ones may be used."""


def same_loss(arguments: tuple[Any, ...], expected: T, got: Any) -> Difference | None:
    """One number by value, a Python number or a 0-dim tensor."""
    number = as_number(got)
    if number is None:
        return difference(float(expected), got)
    return close(expected, torch.tensor(float(number)))


def same_gradient(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The gradient with respect to the first argument asked for, whatever the loss is."""
    found = close(expected[1], got[1])
    return Difference(found.kind, f"the gradient: {found.text}") if found else None


def told_apart(judge: Judge, name_of: Callable[[tuple[Any, ...], Any], str]) -> Judge:
    """The judge, with a result that is nan or inf put down to the cause that `name_of` names.

    No two results that hold nan are equal, so no wrong function can explain one.
    """

    def named(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
        found = judge(arguments, expected, got)
        if found and found.kind == "not-finite":
            return Difference(name_of(arguments, got) or found.kind, found.text)
        return found

    return named


def back_propagated(*places: int) -> Probe:
    """A probe for a loss and its gradients with respect to the arguments at `places`."""
    inner = gradients.probe(*places)

    def probe(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
        return inner(function, (*arguments, torch.tensor(1.0)), seconds)

    return probe


def in_float64(function: Callable[..., T]) -> Callable[..., T]:
    """The function, computed on float64 copies of its float tensors: what is expected, exactly."""

    @wraps(function)
    def exact(*arguments: Any) -> T:
        wide = (
            a.double() if isinstance(a, torch.Tensor) and a.is_floating_point() else a
            for a in arguments
        )
        return function(*wide).float()

    return exact


def labelled(logits: T, draw: Draw) -> tuple[T, T]:
    """Logits of about 10 at most, with labels whose probability is 0.9 at most.

    A loss of 0.0003 is a difference of logits: in float32 it keeps three digits. At 0.9 it is 0.1,
    with an error of some 1e-6 in right solutions.
    """
    labels = torch.randint(logits.shape[1], (len(logits),), generator=draw.generator)
    sure = logits.softmax(dim=1).gather(1, labels[:, None])[:, 0] > 0.9
    return logits, torch.where(sure, logits.argmin(dim=1), labels)


def some_rows(right: Callable[..., T], tensors: int = 2) -> tuple[Callable[..., T], ...]:
    """A right loss of some of the rows of its first arguments, `tensors` of them."""

    def of(rows: slice) -> Callable[..., T]:
        return lambda *a: right(*(t[rows] for t in a[:tensors]), *a[tensors:])

    return of(slice(1)), of(slice(-1)), of(slice(1, None))


def rounded(right: Callable[..., T]) -> tuple[Misconception, ...]:
    """A right loss of which too few decimals are left."""
    digits = (lambda *arguments, n=n: right(*arguments).round(decimals=n) for n in (1, 2, 3))
    return ways(*IMPRECISE, *digits)


def cut_off(right: Callable[..., T]) -> tuple[Misconception, ...]:
    """A right loss in a wrong wrapping: without its gradient, or with an axis of its own."""
    return (
        Misconception(
            "gradient-cut",
            "The value is right, but no gradient leads back from it: it was turned into a plain "
            "number on the way (`item`, `float`, `detach`, NumPy, `torch.tensor(…)`). A loss is "
            "there to be back-propagated: compute it with torch operations to the end.",
            lambda *arguments: float(right(*arguments)),
        ),
        Misconception(
            "axis-left",
            "The value is right, but it sits in a tensor with an axis. A loss is one number: a "
            "tensor without any axis.",
            lambda *arguments: right(*arguments).reshape(1),
        ),
    )
