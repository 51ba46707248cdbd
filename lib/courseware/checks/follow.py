"""Follow-through: a mistake in one task is not charged again in those that call it.

A function that falls short and calls another of the student's, which fails its own checks, is
judged a second time with the course's own in that one's place. The report says what both came to;
a policy says which counts. Only where a hand-in is graded: in Jupyter nothing of the course's own
is put into a student's notebook.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

BETTER, OWN, OFF = KINDS = ("better", "own", "off")

SETTINGS = ("counts", "most")


@dataclass(frozen=True)
class Policy:
    """Which of two results counts.

    Attributes:
        counts: the better one, the student's own one, or nothing is judged twice.
        most: percent of a task's points that the second result is worth at most.
    """

    counts: str = BETTER
    most: float = 100.0

    def counted(self, own: float, second: float, points: float) -> float:
        """The points that count.

        >>> Policy(most=80).counted(2.0, 10.0, 10), Policy("own").counted(2.0, 10.0, 10)
        (8.0, 2.0)
        """
        if self.counts != BETTER:
            return own
        return float(max(own, round(min(second, self.most / 100 * points), 4)))

    def told(self) -> str:
        """Which one counts, as the end of a sentence.

        >>> Policy(most=80).told()
        'the better one counts, the second one up to 80 % of the points'
        """
        if self.counts != BETTER:
            return "the first one counts"
        cap = f", the second one up to {self.most:g} % of the points" if self.most < 100 else ""
        return f"the better one counts{cap}"


@dataclass(frozen=True)
class Followed:
    """What a function came to with the course's own ones in place of `names`."""

    names: tuple[str, ...]
    second: float
    counted: float
    policy: Policy


def read_policy(settings: Mapping[str, Any]) -> Policy:
    """The policy out of `c.FollowThrough`; raises a ValueError for what cannot be meant.

    >>> read_policy({}), read_policy({"counts": "own"}).counts
    (Policy(counts='better', most=100.0), 'own')
    """
    if unknown := sorted(set(settings) - set(SETTINGS)):
        expected = ", ".join(SETTINGS)
        raise ValueError(f"c.FollowThrough has no {unknown[0]!r}: expected one of {expected}")
    counts, most = settings.get("counts", BETTER), settings.get("most", 100.0)
    if counts not in KINDS:
        raise ValueError(
            f"c.FollowThrough.counts: expected one of {', '.join(KINDS)}, got {counts!r}"
        )
    if isinstance(most, bool) or not isinstance(most, int | float) or not 0 <= most <= 100:
        raise ValueError(f"c.FollowThrough.most: expected percent from 0 to 100, got {most!r}")
    return Policy(counts, float(most))


ONCE = Policy(OFF)
"""Nothing is judged twice: where nobody has said anything else."""

_policy: ContextVar[Policy] = ContextVar("_policy", default=ONCE)


@contextlib.contextmanager
def followed_by(policy: Policy) -> Iterator[None]:
    """Within the block, checks judge a second time as the policy says."""
    token = _policy.set(policy)
    try:
        yield
    finally:
        _policy.reset(token)


def policy_of_now() -> Policy:
    """What holds where a check is run."""
    return _policy.get()


def built_on(names: Iterable[str], calls: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    """Some functions, and those that these call: the course's own ones need right ones, too.

    >>> built_on(["c"], {"a": [], "b": ["a"], "c": ["b"]}.__getitem__)
    ('a', 'b', 'c')
    """
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += calls(name)
    return tuple(sorted(found))
