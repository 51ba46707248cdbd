"""Trained students: state_dicts as results, how they are called for, what their outputs are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from courseware.checks.call import Outcome, call, shuffled_call
from courseware.checks.values import Difference

T = torch.Tensor


class State(dict[str, T]):
    """A state_dict that a report shows in a line.

    >>> State(bias=torch.zeros(3))
    {'bias': (3,)}
    """

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{name!r}: {_shape(value)}" for name, value in self.items()) + "}"


class Words(str):
    """What is expected, in words: a report shows them without quotes."""

    def __repr__(self) -> str:
        return str(self)


def _shape(value: Any) -> str:
    return str(tuple(value.shape)) if isinstance(value, torch.Tensor) else type(value).__name__


def trained(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    """A probe: one call, its result made a `State` if it is a dict."""
    outcome = call(function, arguments, seconds)
    return replace(outcome, value=_as_state(outcome.value))


def trained_twice(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe: two calls with the same arguments, from different states of the generators."""
    first = shuffled_call(function, arguments, seconds)
    words = type(first.value) is Words
    if first.error is not None or first.changed or first.value is None or words:
        return first
    second = shuffled_call(function, arguments, seconds)
    return replace(second, value=(_as_state(first.value), _as_state(second.value)))


def _as_state(value: Any) -> Any:
    # By its type alone: an object of a student's may fail at whatever it is asked.
    return State(dict.items(value)) if issubclass(type(value), dict) else value


def shapes(arguments: tuple[Any, ...]) -> dict[str, tuple[int, ...]]:
    """The shapes that a student for these arguments of `distill` has."""
    teacher_logits, images, _, hidden = arguments[:4]
    n_classes, n_pixels = teacher_logits.shape[1], images.shape[1]
    return {
        "0.weight": (hidden, n_pixels),
        "0.bias": (hidden,),
        "2.weight": (n_classes, hidden),
        "2.bias": (n_classes,),
    }


def structure(arguments: tuple[Any, ...], got: Any) -> Difference | None:
    """Whether a result is the state of a student: names, shapes, finite numbers."""
    if got is None:
        return Difference("returns-none", "nothing was returned (None)")
    if type(got) is not State:
        text = f"expected a dict of tensors by name, got a {type(got).__name__}"
        return Difference("not-a-state", text)
    wanted = shapes(arguments)
    if {*got} != {*wanted}:
        text = f"the names are {', '.join(map(str, got))}; expected {', '.join(wanted)}"
        return Difference("other-names", text[:300])
    for name, shape in wanted.items():
        if not isinstance(got[name], torch.Tensor):
            text = f"{name} is a {type(got[name]).__name__}, expected a tensor"
            return Difference("not-a-state", text)
        if tuple(got[name].shape) != shape:
            text = f"{name} has the shape {tuple(got[name].shape)}, expected {shape}"
            return Difference("wrong-shape", text)
        if not torch.isfinite(got[name].detach()).all():
            return Difference("not-finite", f"{name} holds nan or inf")
    return None


@torch.no_grad()
def outputs(state: State, images: T) -> T:
    """The logits of a student, in float64."""
    w1, b1, w2, b2 = (state[name].double() for name in ("0.weight", "0.bias", "2.weight", "2.bias"))
    return torch.relu(images.double() @ w1.T + b1) @ w2.T + b2
