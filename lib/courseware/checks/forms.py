"""Slips of form: the right values as another kind of object, or laid out in another shape.

`told_by_form` has checks recognise them, and `FORMS` are what students read: a task takes both. A
form is undone, and what is left is judged once more: only right values of another form are called
so. A dtype is let through: another check judges it. Two results that changed places are told by
their forms alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from courseware.checks.named_tensors import Pairs
from courseware.checks.pairs import ORDER_SWAPPED, is_swapped
from courseware.checks.task import Check, Judge, Misconception
from courseware.checks.values import Difference

FORMS = tuple(
    Misconception(name, message, unless_explained=name == "bits-as-number")
    for name, message in (
        (
            "text-not-number",
            "This is the number as text, a `str`. It looks the same when it is printed, but "
            "nothing can be computed with it. Return the number itself.",
        ),
        (
            "number-in-a-container",
            "The number is wrapped up: it came in a list, a tuple, an array or a tensor with an "
            "axis. Return the number alone.",
        ),
        (
            "bits-not-joined",
            'The bits came one by one. They belong together in one string: `"".join` makes one '
            "of many.",
        ),
        (
            "bits-as-number",
            "The pattern came back as a number whose decimal digits are its bits. A number keeps "
            "no leading zeros: return a string.",
        ),
        (
            "bits-as-bytes",
            "The characters came back as `bytes`. A `str` is asked for.",
        ),
        (
            "pair-in-another-container",
            "The values are right, but what holds them is not a tuple. Return them with a comma in "
            "between: `return first, second`.",
        ),
        (
            "array-not-tensor",
            "The values are right, but in a NumPy array. A torch tensor is asked for: "
            "`torch.from_numpy` makes one of it.",
        ),
        (
            "list-not-tensor",
            "The values are right, but in a Python list or tuple. A torch tensor is asked for: "
            "`torch.tensor` makes one of it.",
        ),
        (
            "bytes-not-tensor",
            "The values are right, but as `bytes`. A torch tensor is asked for.",
        ),
        (
            "flattened",
            "The values are right, but in one line: the shape is lost. `reshape` brings it back.",
        ),
        (
            "more-returned",
            "The right result came, and something beside it. Return it alone.",
        ),
        (
            "axes-joined",
            "The values are right, but axes were joined or split: a tensor of as many values, laid "
            "out otherwise. `reshape` with the shape of the input brings it back.",
        ),
        (
            "transposed",
            "The values are right, but rows and columns have changed places.",
        ),
        (
            "axis-left-over",
            "The values are right, but there is an axis of size 1 too many, as `keepdim=True` or "
            "`unsqueeze` leaves one.",
        ),
        (
            "axis-lost",
            "The values are right, but an axis of size 1 is gone, as `squeeze` or `flatten` takes "
            "it away.",
        ),
    )
)
"""What each form is told; a judge recognises it, so none of them has a model.

A 0 may be read from its digit or be a value: where a model gives it, that one is told.
"""

OBJECTS = (
    *("text-not-number", "number-in-a-container", "bits-not-joined", "bits-as-bytes"),
    *("pair-in-another-container", "array-not-tensor", "list-not-tensor", "bytes-not-tensor"),
)
"""Forms that are another kind of object."""

Form = tuple[str, Any]


def told_by_form(*checks: Check, but: tuple[str, ...] = ()) -> tuple[Check, ...]:
    """The checks, with judges that recognise right values of another form.

    The forms `but` are left to misconceptions of the task, which say more about them.
    """
    return tuple(replace(check, judge=_by_form(check.judge, but)) for check in checks)


def _by_form(judge: Judge, but: tuple[str, ...]) -> Judge:
    def judges(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
        found = judge(arguments, expected, got)
        if found is None:
            return None
        if is_swapped(expected, got):
            return Difference(ORDER_SWAPPED, found.text)
        if found.kind not in ("wrong-type", "wrong-shape", "wrong-length"):
            return found
        name = form_of(judge, arguments, expected, got, but)
        return Difference(name, found.text) if name else found

    return judges


def form_of(
    judge: Judge, arguments: tuple[Any, ...], expected: Any, got: Any, but: tuple[str, ...] = ()
) -> str:
    """The form in which the right values came; empty if they are not right in any."""
    for name, undone in _undone(expected, got):
        if name not in but and _is_right(judge, arguments, expected, _in_dtype(expected, undone)):
            return name
    return ""


def _is_right(judge: Judge, arguments: tuple[Any, ...], expected: Any, undone: Any) -> bool:
    try:
        return judge(arguments, expected, undone) is None
    except Exception:  # what is undone need not be what the judge can look at
        return False


def form_between(one: Any, other: Any, names: tuple[str, ...]) -> str:
    """Which of the forms the other result has, and the first one has not, if their values agree.

    >>> form_between(torch.ones(2), torch.ones(2, 1), ("axis-left-over",))
    'axis-left-over'
    >>> form_between(torch.ones(2), torch.ones(2), ("axis-left-over",))
    ''
    """
    if isinstance(one, tuple) and isinstance(other, tuple | list) and len(one) == len(other):
        pairs = zip(one, other, strict=True)
        return next(filter(None, (form_between(*each, names) for each in pairs)), "")
    if isinstance(one, torch.Tensor) and getattr(other, "shape", None) == one.shape:
        return ""
    return next((name for name, _ in _undone(one, other) if name in names), "")


def unwrapped(expected: Any, got: Any) -> Any:
    """What another kind of object than the expected one holds, in the kind expected; or None.

    >>> unwrapped(4.0, "20.0"), unwrapped(4, [7]), unwrapped(4, 7)
    (20.0, 7, None)
    """
    return next((held for name, held in _undone(expected, got) if name in OBJECTS), None)


def _in_dtype(expected: Any, undone: Any) -> Any:
    """In the dtypes that are asked for, where that keeps all integers."""
    if isinstance(expected, tuple) and isinstance(undone, tuple) and len(expected) == len(undone):
        return _like(undone, map(_in_dtype, expected, undone))
    if not isinstance(expected, torch.Tensor) or not isinstance(undone, torch.Tensor):
        return undone
    made = undone.detach().to(expected.dtype)
    kept = made.is_floating_point() or torch.equal(made.double(), undone.detach().double())
    return made if kept else undone


def _undone(expected: Any, got: Any) -> Iterator[Form]:
    """What `got` would be without its form, by the form's name; the values are not looked at."""
    if type(got) is tuple and type(expected) is not tuple:
        for item in got:
            came = (
                Pairs(item.items()) if isinstance(expected, Pairs) and type(item) is dict else item
            )
            yield "more-returned", came
    if isinstance(expected, torch.Tensor):
        yield from _as_tensor(expected, got)
    elif isinstance(expected, tuple):
        yield from _as_tuple(expected, got)
    elif isinstance(expected, str):
        yield from _as_text(expected, got)
    elif isinstance(expected, int | float):
        yield from _as_number(expected, got)


def _as_number(expected: float, got: Any) -> Iterator[Form]:
    if isinstance(got, str):
        number = _number_of(got, type(expected))
        if number is not None:
            yield "text-not-number", number
    elif isinstance(got, list | tuple) and len(got) == 1:
        yield "number-in-a-container", got[0]
    elif isinstance(got, np.ndarray | torch.Tensor) and _plain_size(got) == 1:
        yield "number-in-a-container", got.item()


def _plain_size(got: np.ndarray[Any, Any] | torch.Tensor) -> int:
    return got.numel() if isinstance(got, torch.Tensor) else got.size


def _number_of(text: str, kind: type) -> float | None:
    try:
        number: float = kind(text)
    except ValueError:
        return None
    return number if text == str(number) else None


def _as_text(expected: str, got: Any) -> Iterator[Form]:
    if isinstance(got, bytes):
        yield "bits-as-bytes", got.decode("latin-1")
    elif isinstance(got, int) and not isinstance(got, bool) and got >= 0:
        yield "bits-as-number", f"{got}".zfill(len(expected))
    elif isinstance(got, list | tuple):
        yield "bits-not-joined", "".join(map(str, got))
    elif isinstance(got, np.ndarray | torch.Tensor):
        yield "bits-not-joined", "".join(map(str, got.reshape(-1).tolist()))


def _as_tuple(expected: tuple[Any, ...], got: Any) -> Iterator[Form]:
    if isinstance(got, dict):
        yield "pair-in-another-container", tuple(got.values())
    elif isinstance(got, np.ndarray | torch.Tensor) and got.ndim and len(got) == len(expected):
        yield "pair-in-another-container", tuple(got.tolist())
    elif isinstance(got, tuple | list) and len(got) == len(expected):
        for place, (wanted, came) in enumerate(zip(expected, got, strict=True)):
            for name, undone in _undone(wanted, came):
                yield name, _like(got, (*got[:place], undone, *got[place + 1 :]))
        yield from _all_undone(expected, got)


def _all_undone(expected: tuple[Any, ...], got: Any) -> Iterator[Form]:
    """Every value of the same form."""
    forms = [dict(_undone(*pair)) for pair in zip(expected, got, strict=True)]
    for name in forms[0] if forms else ():
        if all(name in form for form in forms):
            yield name, _like(got, (form[name] for form in forms))


def _like(got: Any, items: Iterable[Any]) -> tuple[Any, ...]:
    """A tuple of these, of the kind that came: `Pairs` stay what they are."""
    return tuple.__new__(type(got) if isinstance(got, tuple) else tuple, items)


def _as_tensor(expected: torch.Tensor, got: Any) -> Iterator[Form]:
    if isinstance(got, np.ndarray):
        yield "array-not-tensor", torch.from_numpy(got.copy())
    elif isinstance(got, bytes):
        yield "bytes-not-tensor", torch.tensor(list(got), dtype=torch.uint8)
    elif isinstance(got, list | tuple) and got:
        made = _tensor_of(got)
        if made is not None:
            yield "list-not-tensor", made
    elif isinstance(got, torch.Tensor) and got.numel() == expected.numel():
        yield from _reshaped(expected, got)


def _tensor_of(values: Any) -> torch.Tensor | None:
    try:
        return torch.tensor(_plain(values), dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        return None


def _plain(value: Any) -> Any:
    """Nested lists of numbers, whatever held them."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return value.tolist()
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _reshaped(expected: torch.Tensor, got: torch.Tensor) -> Iterator[Form]:
    axes = [size for size in expected.shape if size != 1]
    if [size for size in got.shape if size != 1] == axes:
        name = "axis-left-over" if got.dim() > expected.dim() else "axis-lost"
        if got.dim() == expected.dim():
            name = "transposed" if got.dim() == 2 else "axes-joined"
        yield name, got.reshape(expected.shape)
    elif got.dim() == 1:
        yield "flattened", got.reshape(expected.shape)
    else:
        if got.dim() == 2 and got.T.shape == expected.shape:
            yield "transposed", got.T
        yield "axes-joined", got.reshape(expected.shape)
