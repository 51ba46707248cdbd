"""Where an answer goes wrong, if its inputs tell: what the failing ones have in common alone.

Where no cause is known, it is of help to know that only negative values, only widths of 33 and
more, or only a tensor without axes come out wrong. It is said of the inputs that were tried.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from courseware.checks.cases import Case
from courseware.checks.general import Diagnosis

NAME = "only-where"
FEW = 2
"""Failing inputs, at least: a single one has much that no other has."""
ENOUGH = 3
"""Right ones, at least."""

Traits = Mapping[str, bool | float]
"""What can be said of an input: holds or not; or a number, for which there may be a border."""


def only_where(reference: Callable[..., Any], cases: Sequence[Case]) -> Diagnosis | None:
    """What all failing inputs have and no right one has."""
    valid = [case for case in cases if case.expected.error is None]
    failing = [case for case in valid if case.found]
    right = [case for case in valid if not case.found]
    if len(failing) < FEW or len(right) < ENOUGH:
        return None
    names = _names(reference)
    there, not_there = (
        [dict(traits(names, c.arguments)) for c in some] for some in (failing, right)
    )
    found = [
        text
        for key in there[0]
        if (text := _told_apart(key, [o.get(key) for o in there], [o.get(key) for o in not_there]))
    ]
    if not found:
        return None
    # What is so, rather than how much it is; two of them, as either may be by chance.
    said = [text for text in found if not text.endswith((" or more", " or less"))] or found
    said = [text for text in said if not any(map(text.endswith, _implied_by(said)))]
    text = " and ".join(said[:2])
    message = (
        f"It goes wrong where {text}, on {len(failing)} inputs, and on none of the {len(right)} "
        "others that were tried. What does your function do there?"
    )
    return Diagnosis(NAME, message, shows=text)


IMPLIED = {"is all zeros": "holds a zero", "has no axes": "holds a single value"}
"""What goes without saying where the other is said."""


def _implied_by(said: Sequence[str]) -> list[str]:
    return [less for more, less in IMPLIED.items() if any(text.endswith(more) for text in said)]


def _told_apart(key: str, failing: list[Any], right: list[Any]) -> str:
    if all(type(value) is bool for value in (*failing, *right)):
        return key if all(failing) and not any(right) else ""
    numbers = [value for value in right if value is not None]
    if None in failing or not numbers:
        return ""
    if min(failing) > max(numbers):
        return f"{key} {min(failing):.6g} or more"
    if max(failing) < min(numbers):
        return f"{key} {max(failing):.6g} or less"
    return ""


def _names(reference: Callable[..., Any]) -> list[str]:
    try:
        return list(inspect.signature(reference).parameters)
    except (TypeError, ValueError):
        return []


def traits(names: Sequence[str], arguments: Sequence[Any]) -> Iterator[tuple[str, bool | float]]:
    """What can be said of the arguments of a call.

    >>> dict(traits(["bits"], ["101"]))["`bits` starts with 1"]
    True
    """
    for name, value in zip(names, arguments, strict=False):
        yield f"`{name}` is given", value is not None
        yield from _of(f"`{name}`", value)


def _of(name: str, value: Any) -> Iterator[tuple[str, bool | float]]:
    if isinstance(value, torch.Tensor | float | int) and not isinstance(value, bool):
        yield f"{name} is a plain number and no tensor", not isinstance(value, torch.Tensor)
    if isinstance(value, torch.Tensor):
        yield from _of_tensor(name, value)
    elif isinstance(value, bool):
        yield f"{name} is True", value
        yield f"{name} is False", not value
    elif isinstance(value, int | float):
        yield f"{name} is 0", value == 0
        yield f"{name} is negative", value < 0
        yield f"{name} is not a whole number", value != int(value) if abs(value) < 2**53 else False
        yield f"{name} is odd", value % 2 == 1
        yield f"{name} is", value
    elif isinstance(value, str):
        yield f"{name} starts with 1", value.startswith("1")
        yield f"{name} starts with 0", value.startswith("0")
        yield f"{name} is nothing but zeros", not value.strip("0")
        yield f"the length of {name} is", len(value)
    elif isinstance(value, list | tuple):
        tensors = [one for one in value if isinstance(one, torch.Tensor)]
        yield f"there is one entry alone in {name}", len(value) == 1
        yield f"{name} holds a tensor of two axes or more", any(t.dim() > 1 for t in tensors)
        shapes = {tuple(one.shape) for one in tensors}
        yield f"the tensors of {name} differ in size", len(shapes) > 1
        yield f"the length of {name} is", len(value)
    elif isinstance(value, dict):
        yield f"there is one entry alone in {name}", len(value) == 1
        yield f"the number of entries of {name} is", len(value)


def _of_tensor(name: str, value: torch.Tensor) -> Iterator[tuple[str, bool | float]]:
    plain = value.detach()
    real = plain.double() if not plain.is_complex() else plain.abs()
    some = plain.numel() > 0
    yield f"{name} has no axes", plain.dim() == 0
    yield f"{name} is not contiguous", not plain.is_contiguous()
    for axes in range(1, 5):
        yield f"{name} has {axes} ax{'i' if axes == 1 else 'e'}s", plain.dim() == axes
    yield f"{name} holds a single value", plain.numel() == 1
    yield f"{name} is all zeros", some and not bool(real.any())
    yield f"{name} holds inf or nan", not bool(real.isfinite().all())
    yield f"{name} holds a zero", bool((real == 0).any())
    yield f"{name} holds negative values", bool((real < 0).any())
    yield f"{name} holds no negative values", not bool((real < 0).any())
    yield f"{name} holds no positive values", not bool((real > 0).any())
    yield f"{name} has an odd number of values", plain.numel() % 2 == 1
    for dtype in (torch.float64, torch.float16, torch.uint8, torch.int64):
        yield f"{name} has the dtype {dtype}", plain.dtype == dtype
    if plain.dim() == 2:
        yield f"{name} is square", plain.shape[0] == plain.shape[1]
        yield f"the number of rows of {name} is", plain.shape[0]
        yield f"the number of columns of {name} is", plain.shape[1]
    if some:
        yield f"the largest magnitude of {name} is", float(real.abs().max())
    yield f"the number of values of {name} is", plain.numel()
