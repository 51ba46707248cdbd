"""What a graded task is made of: named, weighted checks and the misconceptions they recognise.

A task is data. The same task serves the student's instant check, nbgrader's test cell and the
tests of the tests (`tests/mutants`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch

from courseware.checks.call import Outcome, call
from courseware.checks.values import Difference, same_values

Judge = Callable[[tuple[Any, ...], Any, Any], Difference | None]
"""`judge(arguments, expected, got)` says what is wrong with `got`, or None."""

Probe = Callable[[Callable[..., Any], tuple[Any, ...], float], Outcome]
"""`probe(function, arguments, seconds)` makes the call, or several, and gathers what came."""


class Draw:
    """Inputs drawn from a seed: one seed, one set of inputs, on every machine.

    >>> Draw("practice").integer(0, 9) == Draw("practice").integer(0, 9)
    True
    """

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)
        self.generator = torch.Generator().manual_seed(self.rng.getrandbits(63))

    def integer(self, low: int, high: int) -> int:
        """An integer between `low` and `high`, both included."""
        return self.rng.randint(low, high)

    def bits(self, width: int, first: str = "") -> str:
        """A pattern of `width` bits that starts with `first`."""
        rest = width - len(first)
        return first + "".join(self.rng.choice("01") for _ in range(rest))

    def normal(self, *shape: int) -> torch.Tensor:
        """A float32 tensor of standard normal values."""
        return torch.randn(*shape, generator=self.generator)


@dataclass(frozen=True)
class Check:
    """One named property of a right solution, worth `weight` shares of the task's points.

    `draw` yields argument tuples, the smallest first: the first that fails is shown.
    A mix of cases keeps a function that returns a constant or its input from passing. `probe` is
    how the function is called (`gradients.probe` also asks for gradients); `reference`, where it
    is given, takes the place of the task's, for instance to expect nothing where the judge alone
    decides.
    """

    name: str
    weight: int
    draw: Callable[[Draw], Iterable[tuple[Any, ...]]]
    judge: Judge = same_values
    probe: Probe = call
    reference: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Misconception:
    """A believable mistake: `behaves` returns (or raises) what a student who makes it would.

    Without `behaves` it is recognised by a judge, which returns a difference of the kind `name`.
    A model may make two mistakes: `also` is the other one, told beside the first.
    What a judge sees may have many reasons: `unless_explained` lets a model go first. What it
    `covers`, by name, follows from it on some inputs, and is not told where it is sure. Where what
    it `contradicts` is found as well, neither is true, and the other cause is told for both.
    """

    name: str
    message: str
    behaves: Callable[..., Any] | None = None
    also: Misconception | None = None
    unless_explained: bool = False
    covers: tuple[str, ...] = ()
    contradicts: tuple[str, Misconception] | None = None


@dataclass(frozen=True)
class Task:
    """A graded function: the name that students fill in, how it is judged and what it is worth.

    `off_limits` are the dotted names that would do the task for the student; `calls` are other
    graded functions that a solution may build on, in the student's own version. `besides` are names
    that further cells of the task define, before its own; they are handed in as well. `lectures`
    are causes with the section to read about them, where that is another one than `lecture`.
    """

    name: str
    points: int
    reference: Callable[..., Any]
    checks: tuple[Check, ...]
    misconceptions: tuple[Misconception, ...]
    lecture: str
    off_limits: tuple[str, ...] = ()
    seconds: float = 3.0
    calls: tuple[str, ...] = field(default=())
    besides: tuple[str, ...] = ()
    lectures: tuple[tuple[str, str], ...] = ()
