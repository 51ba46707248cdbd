"""Where a reference is only one of many right results: words for it, state_dicts in reports, calls.

Tasks that train a network, or draw from a generator, are judged by properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import torch

from courseware.checks.call import Outcome, call, call_anew, shuffled_call

NOT_REPEATABLE = (
    "not-repeatable",
    "Two calls with the same seed gave two results. Draw the order of the images from a "
    "generator of your own that starts from `seed`.",
)

ZERO_FOR_NO_SEED = (
    "zero-for-no-seed",
    "The seed 0 was taken for none: it gives another result each time. `if seed` is false for 0, "
    "which is a seed like any other.",
)


ZERO_FOR_ANOTHER = (
    "zero-for-another-seed",
    "The seed 0 gives what another seed gives: it was taken for none, as `seed or 42` does, and "
    "0 is a seed like any other.",
)

USUAL_SEEDS = 42, 1, 123, 1234
"""What may stand in the place of a seed that was taken for none."""


class Words(str):
    """What is expected, in words: a report shows them without quotes."""

    def __repr__(self) -> str:
        return str(self)


class Measured:
    """A result of which a report tells figures, also where it is right."""

    @property
    def figures(self) -> str:
        """What was measured, in a line."""
        raise NotImplementedError


class State(dict[str, torch.Tensor]):
    """A state_dict that a report shows in a line.

    >>> State(bias=torch.zeros(3))
    {'bias': (3,)}
    """

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{name!r}: {_shape(value)}" for name, value in self.items()) + "}"


class Seed(int):
    """The seed that a function gets, and, for its judge alone, the number of a data set."""

    data: int

    def __new__(cls, seed: int, data: int) -> Seed:
        """What counts as the value is the seed.

        >>> Seed(3, data=5), Seed(3, data=5).data
        (3, 5)
        """
        made = super().__new__(cls, seed)
        made.data = data
        return made


def _shape(value: Any) -> str:
    return str(tuple(value.shape)) if isinstance(value, torch.Tensor) else type(value).__name__


def trained(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    """A probe: one call, its result made a `State` if it is a dict."""
    outcome = call(function, plain(arguments), seconds)
    return replace(outcome, value=_readable(outcome.value))


def trained_twice(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe: two calls with the same arguments, the second one in a new process.

    The generators are in other states each time.
    """
    first = shuffled_call(function, plain(arguments), seconds)
    # What a student's object says when it is asked for its class is not to be relied on.
    if first.error is not None or first.changed or type(first.value) in (type(None), Words):
        return replace(first, value=_readable(first.value))
    second = call_anew(function, plain(arguments), seconds)
    if second.error is not None:
        return second
    return replace(second, value=(_readable(first.value), _readable(second.value)))


def all_of(
    outcomes: Iterable[Outcome], gather: Callable[[tuple[Any, ...]], Any] = tuple
) -> Outcome:
    """Several calls as one, which came to all of their values, and printed it all.

    The first call that fails, changes an argument or comes to words stands for all, and no further
    one is made.

    >>> all_of([Outcome(1, printed="a"), Outcome(2, printed="b")])
    Outcome(value=(1, 2), error=None, printed='ab', changed=(), at='')
    """
    calls = []
    for outcome in outcomes:
        if outcome.error is not None or outcome.changed or type(outcome.value) is Words:
            return outcome
        calls.append(outcome)
    return Outcome(
        gather(tuple(one.value for one in calls)),
        printed="".join(one.printed for one in calls),
    )


def plain(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments as a function gets them: ordinary dicts and numbers."""
    return tuple(map(_plain, arguments))


def _plain(value: Any) -> Any:
    if isinstance(value, Seed):
        return int(value)
    return dict(value) if isinstance(value, dict) else value


def _readable(value: Any) -> Any:
    # By its type alone: an object of a student's may fail at whatever it is asked.
    return State(dict.items(value)) if issubclass(type(value), dict) else value
