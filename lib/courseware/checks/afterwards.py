"""What is done to a result in the end, and should not be: the second of two mistakes, often.

A model of a mistake, followed by one of these, explains answers that make both. Without a model
they stand for themselves: right values that were rounded, or came the wrong way round. Of a task's
own mistakes, one that only multiplies the result may stand behind another one as well (`factors`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from courseware.checks.call import Outcome
from courseware.checks.factors import Change
from courseware.checks.matching import alike
from courseware.checks.task import Misconception

DECIMALS = (2, 3, 4, 1, 6)


@dataclass(frozen=True)
class Slip:
    """A change of a finished result: its name, what is told of it, and how it changes a value.

    One that `exchanges` places undoes itself; others, done again, change nothing.
    """

    name: str
    message: str
    change: Callable[[Any], Any]
    exchanges: bool = False

    def can_give(self, value: Any) -> bool:
        """Whether a result can be what the slip made of another.

        >>> ROUNDED = Slip("rounded", "Rounded.", partial(_each, torch.round))
        >>> ROUNDED.can_give(2.0), ROUNDED.can_give(2.5)
        (True, False)
        """
        try:
            return alike(self.change(value), value) != self.exchanges
        except Exception:  # a result of another kind
            return False


@dataclass(frozen=True)
class Composite(Misconception):
    """A mistake, or none, and a slip behind it, or one of the task's own mistakes: `also`."""

    first: Misconception | None = None
    slip: Slip | None = None

    @property
    def second(self) -> Slip | Misconception:
        """What is done to the result of the first."""
        second = self.slip or self.also
        assert second is not None
        return second


Gives = Callable[[Misconception | None, Slip | Misconception], bool]
"""Whether a mistake, or none, with a second one behind it gives the result that is looked at."""


def changed(change: Change, outcome: Outcome) -> Outcome | None:
    """What becomes of an outcome by a change in the end; None where that changes nothing."""
    if outcome.error is not None or outcome.value is None:
        return None
    try:
        value = change(outcome.value)
        return None if alike(value, outcome.value) else Outcome(value)
    except Exception:  # a result of another kind
        return None


def composites(
    misconceptions: Sequence[Misconception], result: Any, gives: Gives
) -> Iterator[Composite]:
    """Each slip that gives the result, alone, then behind each mistake that has a model."""
    own = {known.name for known in misconceptions}
    # A model of two with a third one behind it would be told by the first alone.
    modelled = [known for known in misconceptions if known.behaves and known.also is None]
    slips = [slip for slip in SLIPS if slip.can_give(result)]
    for slip in slips:
        if slip.name not in own and gives(None, slip):
            yield Composite(slip.name, slip.message, _nothing, slip=slip)
    for known in modelled:
        for slip in slips:
            if gives(known, slip):
                yield Composite(known.name, known.message, _nothing, first=known, slip=slip)


def pairs(
    misconceptions: Sequence[Misconception], changing: Sequence[Misconception], gives: Gives
) -> Iterator[Composite]:
    """Each mistake that has a model, with each behind it that changes a result, if they give it."""
    for known in misconceptions:
        for other in changing:
            apart = known.behaves is not None and known.also is None and known.name != other.name
            if apart and gives(known, other):
                yield Composite(known.name, known.message, _nothing, also=other, first=known)


def _nothing(*arguments: Any) -> None:
    """In place of a model, for `Misconception` to count as one that has it."""


def _each(change: Callable[[Any], Any], value: Any) -> Any:
    """Change all numbers of a result."""
    if isinstance(value, dict):
        return {key: _each(change, one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return tuple(_each(change, one) for one in value)
    if isinstance(value, torch.Tensor):
        return change(value.detach()) if value.is_floating_point() else value
    return float(change(torch.tensor(value).double())) if isinstance(value, float) else value


def _to_decimals(decimals: int, value: torch.Tensor) -> torch.Tensor:
    return value.double().round(decimals=decimals).to(value.dtype)


def _swapped(value: Any) -> Any:
    if not isinstance(value, tuple | list):
        raise TypeError  # two names of a dict are no results
    first, second = value
    return second, first


def _three(first: int, second: int, third: int, value: Any) -> Any:
    a, b, c = value
    return tuple((a, b, c)[place] for place in (first, second, third))


def _reversed(value: Any) -> Any:
    if isinstance(value, str):
        return value[::-1]
    if isinstance(value, torch.Tensor) and value.dim() == 1:
        return value.flip(0)
    raise TypeError


def _transposed(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.dim() == 2:
        return value.T
    raise TypeError


CUT = (
    "cut-afterwards",
    "Numbers were cut to whole ones in the end. Return them as they are.",
)
TO_WHOLE_ONES = (
    "rounded-to-whole-ones",
    "Numbers were rounded to whole ones in the end. Return them as they are: digits are cut "
    "where they are shown, and not before.",
)

SLIPS = (
    Slip("results-swapped", "The two results come in the wrong order.", _swapped, True),
    *(
        Slip(
            "results-in-another-order",
            "The three results come in another order than the one asked for.",
            partial(_three, *order),
            True,
        )
        for order in ((0, 2, 1), (2, 1, 0), (1, 0, 2))
    ),
    *(
        Slip(
            "rounded-afterwards",
            "Numbers were rounded to a few decimals in the end. Return them as they are: digits "
            "are cut where they are shown, and not before.",
            partial(_each, partial(_to_decimals, decimals)),
        )
        for decimals in DECIMALS
    ),
    Slip(*CUT, partial(_each, torch.trunc)),
    Slip(*TO_WHOLE_ONES, partial(_each, partial(_to_decimals, 0))),
    Slip("reversed-afterwards", "The result is written from its other end.", _reversed, True),
    Slip(
        "transposed-afterwards", "Rows and columns of the result change places.", _transposed, True
    ),
)
