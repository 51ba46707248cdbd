"""The last cell of an exercise: the student's own functions at work on something real.

It gives no points and takes none. What is not written yet is said kindly; when a hand-in is graded,
nobody looks, and nothing is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from courseware.showing.say import say

Show = Callable[..., object]


class _NotReady(Exception):
    """A student's function that could not do its part; the text says why."""


def pay_off(promise: str) -> Callable[[Show], Show]:
    """Make a function that shows something the last cell of an exercise.

    Args:
        promise: what it shows once all is there, to complete “Then this cell shows …”.

    The decorated function takes the student's functions by keyword, under their own names; it may
    return a picture or None.

    >>> @pay_off("twice two")
    ... def show(double):
    ...     print(double(2))
    >>> show(double=lambda x: 2 * x)
    4
    >>> def double(x):
    ...     raise NotImplementedError("Write your function here")
    >>> show(double=double)
    **Not yet.** `double` is not written so far. Then this cell shows twice two.
    """

    def decorate(show: Show) -> Show:
        @wraps(show)
        def shown(**functions: Callable[..., Any]) -> object:
            if any(hasattr(function, "__course_call__") for function in functions.values()):
                return None  # a stand-in: this is grading
            guarded = {name: _guarded(name, function) for name, function in functions.items()}
            try:
                return show(**guarded)
            except _NotReady as reason:
                say(f"**Not yet.** {reason} Then this cell shows {promise}.")
            except Exception as error:
                say(
                    f"**Not yet.** What came back does not fit together ({_in_a_line(error)}). "
                    f"The checks above say why. Then this cell shows {promise}."
                )
            return None

        return shown

    return decorate


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            found = function(*arguments, **named)
        except NotImplementedError:
            raise _NotReady(f"`{name}` is not written so far.") from None
        except Exception as error:
            text = f"`{name}` stops with {_in_a_line(error)}: its check above says more."
            raise _NotReady(text) from error
        if found is None:
            raise _NotReady(f"`{name}` returns nothing so far.")
        return found

    return call


def _in_a_line(error: Exception) -> str:
    lines = str(error).splitlines()
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return text if len(text) <= 160 else f"{text[:157]}…"
