"""In place of a student's function: it looks like one, and the call happens in the worker."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from courseware.checks.call import Outcome, TimeLimit
from courseware.grading.split.following import with_own
from courseware.grading.split.session import Cell, Session


class StandIn:
    """A function of the submission, for test cells and `courseware.checks`.

    `courseware.checks` asks for the dunder names; other test cells just call it, and get the value
    or the error.
    """

    def __init__(self, session: Session, name: str, without: tuple[str, ...] = ()) -> None:
        self._session = session
        self._without = without
        self.__name__ = self.__qualname__ = name

    def __repr__(self) -> str:
        return f"<the submitted function {self.__name__}>"

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        outcome = self._session.call(self.__name__, arguments, keywords, without=self._without)
        if isinstance(outcome.error, TimeLimit):
            raise TimeoutError(str(outcome.error))
        if outcome.error is not None:
            raise outcome.error
        return outcome.value

    def __course_without__(self, taken: tuple[str, ...]) -> StandIn:
        """The same function, in a worker that lacks some ready-made functions."""
        return StandIn(self._session, self.__name__, self._session.can_lack(taken))

    def __course_other__(self, name: str) -> StandIn:
        """Another function of the same submission."""
        return StandIn(self._session, name)

    @contextlib.contextmanager
    def __course_with__(self, names: Sequence[str]) -> Iterator[StandIn | None]:
        """The same function, which finds the course's own ones under some names; None if it cannot.

        What is off limits in the task at hand is so there, too.
        """
        with with_own(self._session, names) as other:
            yield None if other is None else StandIn(other, self.__name__, self._without)

    def __course_call__(self, arguments: tuple[Any, ...], seconds: float) -> Outcome:
        """What `courseware.checks.call.call` does, in the worker."""
        return self._session.call(self.__name__, arguments, seconds=seconds, without=self._without)

    def __course_gradients__(
        self, arguments: tuple[Any, ...], places: Sequence[int], seconds: float
    ) -> Outcome:
        """What `courseware.checks.gradients.probe` does, in the worker."""
        return self._session.call(
            self.__name__, arguments, seconds=seconds, places=places, without=self._without
        )

    def __course_renew__(self) -> None:
        """What `courseware.checks.call.call_anew` asks for: a worker without a past."""
        self._session.renew(self._without)

    def __course_canonical__(self, name: str) -> Outcome:
        """The canonical source of the cell that defines a function of the same submission."""
        source = self._session.source_of(name)
        if not source:
            return Outcome(error=NameError(f"name {name!r} is not defined"))
        with self._session.apart() as other:
            return other.canonical(source, [name])

    def __course_alone__(
        self, source: str, name: str, arguments: tuple[Any, ...], seconds: float
    ) -> Outcome:
        """Run a source in a worker of its own, and call a function that it defines."""
        cell = Cell(name, source)
        with self._session.apart([cell]) as other:
            result = other.run(cell, [name], seconds)
            if result.error is not None:
                return Outcome(error=result.error, printed=result.printed, at=result.at)
            if name not in result.names:
                return Outcome(error=NameError(f"name {name!r} is not defined"))
            return other.call(name, arguments, seconds=seconds)

    @property
    def __course_names__(self) -> set[str]:
        """The dotted names that the function and its helpers use, aliases resolved."""
        return self._session.facts().used(self.__name__)

    @property
    def __course_calls__(self) -> set[str]:
        """The global names that the function refers to, as they are spelled."""
        return self._session.facts().called(self.__name__)
