"""Causes that show in the kind of a failure, whatever the task is."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from courseware.checks.call import Outcome
from courseware.checks.cases import Case, find
from courseware.checks.error_texts import reading_of
from courseware.checks.forms import OBJECTS, form_between, form_of
from courseware.checks.matching import same_form, values_right
from courseware.checks.task import Misconception

GENERAL = {
    "not-written": "This function still raises NotImplementedError: replace that line by your own.",
    "returns-none": "Nothing came back. Is a `return` missing, or did you print the result?",
    "changes-input": "Your function changes its argument in place, so the caller's data is lost. "
    "Work on a new tensor or a copy.",
    "time-limit": "Your function was stopped before it came to an end. Look for a loop whose "
    "condition never changes, or for work that is done more often than it has to be.",
    "no-error": "This input is not valid, and your function returned a value for it. Raise a "
    "ValueError instead: a wrong answer that looks right is worse than an error.",
    "raises": "Your function raised an error on a valid input.",
    "other-error": "This input is not valid, and your function stops, but not with the ValueError "
    "asked for. Look at the input first and say what is wrong with it.",
    "no-gradient": "As far as torch can tell, the result does not depend on the input whose "
    "gradient is asked for: a `detach`, `no_grad`, `.data`, `.item()`, a way through NumPy or a "
    "tensor made anew cut it off.",
    "gradient-switched-off": "Your function switches `requires_grad` off in a tensor that it was "
    "given, so the caller cannot train it any more. `detach()` gives a constant, and leaves the "
    "argument as it is.",
    "float-for-integer": "A float came back where an integer is asked for.",
    "wrong-type": "The result is another kind of object than the one asked for.",
    "wrong-length": "The number of returned values is not the one asked for.",
    "wrong-shape": "The result has another shape than the one asked for.",
    "wrong-dtype": "The result is stored in another dtype than the one asked for.",
    "calls-differ": "The same input gives another result when the function is called again: "
    "something is kept from one call to the next (a default argument that is a list, a global "
    "name), or drawn at random.",
    "calls-remembered": "This result is right where nothing else was called before, and wrong "
    "after other calls: something is kept from one call to the next, such as a cache of scales "
    "that asks for the shape alone, a default argument, or a global name.",
    "not-finite": "The result is inf or nan. That comes from a division by zero, as a rule, from "
    "an overflow, or from bits that are read as a float.",
}
"""What is sure of a failure, by its kind."""

VALUES_RIGHT = {
    "float-for-integer": "The value is right, but it is a float, and an integer is asked for. `/` "
    "always gives a float in Python, and `//` does where one side is a float.",
    "wrong-shape": "The values are right, but in another shape than the one asked for.",
    "wrong-dtype": "The values are right, but stored in another dtype than the one asked for.",
}
"""What is told where nothing but the form is wrong."""

FORM_BESIDES = {
    "axis-left-over": "There is an axis of size 1 too many, as `keepdim=True`, `unsqueeze` or "
    "`nonzero` leaves one.",
    "axis-lost": "An axis of size 1 is gone, as `squeeze` or `flatten` takes it away.",
    "flattened": "The result is in one line: its shape is lost. `reshape` brings it back.",
    "list-not-tensor": "A Python list or tuple came back, and a torch tensor is asked for: "
    "`torch.tensor` makes one of it.",
    "array-not-tensor": "A NumPy array came back, and a torch tensor is asked for: "
    "`torch.from_numpy` makes one of it.",
}
"""What is told of the form of values that are wrong, too."""

VALUES_WRONG = " Its values are not right, either."

CERTAIN = {
    *VALUES_RIGHT.values(),
    *(GENERAL[kind] for kind in ("not-written", "returns-none", "changes-input", "no-error")),
    GENERAL["calls-differ"],
    GENERAL["calls-remembered"],
    GENERAL["no-gradient"],
    GENERAL["gradient-switched-off"],
}
"""What explains a failure, and does not only say what can be seen of it."""

FORM = "float-for-integer", "wrong-shape", "wrong-dtype"


@dataclass(frozen=True)
class Diagnosis:
    """A name for tests and tables, and what the student reads.

    `shows` is what the cause was recognised by: where that is the same in two checks, so is the
    cause. A cause that is not `sure` explains the input shown, and less than half of what was lost.
    """

    name: str
    message: str
    shows: object = None
    sure: bool = True

    @property
    def explains(self) -> bool:
        """Whether it is more than what can be seen: an error, another shape."""
        read = self.name == "raises" and self.message != GENERAL["raises"]
        return read or self.name not in GENERAL or self.message in CERTAIN


def general(case: Case) -> Diagnosis | None:
    """The cause that shows in the kind of a failure, if there is one."""
    kind = case.found.kind if case.found else ""
    if kind not in GENERAL:
        return None
    message = GENERAL[kind]
    if kind in FORM:
        if values_right(case, case.got) or _right_in_another_form(case):
            message = VALUES_RIGHT[kind]
        elif _comparable(case.expected.value, case.got.value):
            message += VALUES_WRONG
    if kind == "raises" and (reading := reading_of(case.got.error)):
        message = f"{message} {reading}"
    # A call that does not end is stopped at any of its lines.
    place = _error_of(case.got) if kind in ("raises", "other-error") else ()
    return Diagnosis(kind, message, shows=(message, *place))


def _right_in_another_form(case: Case) -> bool:
    if case.expected.error is not None or case.got.error is not None or case.got.changed:
        return False
    expected, got = case.expected.value, case.got.value
    return bool(form_of(case.check.judge, case.arguments, expected, got))


def _comparable(expected: Any, got: Any) -> bool:
    """Whether there are as many values as expected, so that a look at them says something.

    Where words stand for what is expected, several results are right, and nothing is to compare.

    >>> _comparable(torch.zeros(6), torch.zeros(2, 3)), _comparable(torch.zeros(6), torch.zeros(2))
    (True, False)
    """
    if isinstance(expected, torch.Tensor):
        return isinstance(got, torch.Tensor) and got.numel() == expected.numel()
    if isinstance(expected, tuple):
        same = isinstance(got, tuple | list) and len(got) == len(expected)
        return same and all(map(_comparable, expected, got))
    return isinstance(expected, int | float)


def besides(case: Case, model: Outcome | None, of_values: bool) -> tuple[Diagnosis, ...]:
    """The wrong form of a result that a model explains, unless the model is about it.

    It is `of_values` if it gives wrong ones on some input.
    """
    kind = case.found.kind if case.found else ""
    if model is None or case.found is None:
        return ()
    if name := _form_besides(case, model):
        of_object = "wrong-type" if name in OBJECTS else "wrong-shape"
        return (Diagnosis(of_object, FORM_BESIDES[name], shows=name),)
    if kind not in (*FORM, "wrong-type"):
        return ()
    found = find(case.check, case.arguments, case.expected, model)
    # Models of wrong values are careless of their dtype, not so of a shape or an object.
    of_the_model = found is not None and found.kind == kind
    if of_the_model and (kind != "wrong-dtype" or not of_values):
        return ()
    return (Diagnosis(kind, GENERAL[kind], shows=kind),)


def _form_besides(case: Case, model: Outcome) -> str:
    """The form of what came, where a model gives the same values in another one.

    An axis is lost, or left over, only where fewer, or more, came than are asked for; and no
    `reshape` brings a shape back of which there are other numbers of values.
    """
    names = tuple(FORM_BESIDES)
    wanted, got = case.expected.value, case.got.value
    if isinstance(wanted, torch.Tensor) and isinstance(got, torch.Tensor):
        more, fewer = got.dim() > wanted.dim(), got.dim() < wanted.dim()
        told = {
            "axis-left-over": more,
            "axis-lost": fewer,
            "flattened": fewer and got.numel() == wanted.numel(),
        }
        names = tuple(name for name in names if told.get(name))
    return form_between(*_built_as_asked(case, model), names)


def _built_as_asked(case: Case, model: Outcome) -> tuple[Any, Any]:
    """What a model gives and what came, without those of several results that the model builds
    otherwise than asked for: another form of these loses nothing.
    """
    parts = case.expected.value, model.value, case.got.value
    if not all(isinstance(part, tuple | list) for part in parts):
        return model.value, case.got.value
    if len({len(part) for part in parts}) > 1:
        return model.value, case.got.value
    kept = [
        (one, came)
        for wanted, one, came in zip(*parts, strict=True)
        if getattr(wanted, "shape", None) == getattr(one, "shape", None)
    ]
    return tuple(one for one, _ in kept), tuple(came for _, came in kept)


def dtype_besides(
    case: Case, model: Outcome | None, known: Sequence[Misconception]
) -> tuple[Diagnosis, ...]:
    """The wrong dtype of a result whose values are wrong as well, where the check asks for one.

    Not if the model of what is wrong gives it by itself.
    """
    if case.expected.error is not None or case.got.error is not None or model is None:
        return ()
    if same_form(case.expected.value, model.value, case.got.value):
        return ()
    right = _in_dtypes_of(case.expected.value, case.got.value)
    found = find(case.check, case.arguments, case.expected, Outcome(right))
    if found is None or not values_right(case, Outcome(right)):
        return ()  # a dtype that loses digits is told as what was lost
    for one in known:
        if one.name == found.kind:
            return (Diagnosis(one.name, one.message, one),)
    return (dtype_alone(),) if found.kind == "wrong-dtype" else ()


def dtype_alone() -> Diagnosis:
    """That the dtype is another one, and nothing of the values."""
    return Diagnosis("wrong-dtype", GENERAL["wrong-dtype"], shows="wrong-dtype")


def _in_dtypes_of(expected: Any, got: Any) -> Any:
    """What is expected, in the dtypes of what came, as far as they are built alike.

    >>> _in_dtypes_of(torch.tensor([True, False]), torch.tensor([0.5, 2.0]))
    tensor([1., 0.])
    """
    if isinstance(expected, torch.Tensor) and isinstance(got, torch.Tensor):
        return expected.to(got.dtype)
    if isinstance(expected, tuple) and isinstance(got, tuple) and len(expected) == len(got):
        return tuple.__new__(type(expected), map(_in_dtypes_of, expected, got))
    return expected


def _error_of(outcome: Outcome) -> tuple[str, ...]:
    """What tells one error from another: its type and the line that raised it."""
    if outcome.error is None:
        return ()
    frames = traceback.extract_tb(outcome.error.__traceback__)
    place = outcome.at or (f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "")
    return type(outcome.error).__name__, place
