"""Trained students: what their state_dicts have to look like, and what their outputs are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.states import State
from courseware.checks.values import NOTHING_CAME, Difference

T = torch.Tensor

RUN_AWAY = 500.0
"""So large no logits become where the loss has a lowest value and the steps a usual size: up to 83
for a hardened teacher (Adam at 0.01), against 10,600 where α and T changed places.
"""

NEAR_UNIFORM = 0.9, 1.1
"""Times the spread of a uniform distribution."""


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
        return NOTHING_CAME
    if type(got) is not State:
        text = f"expected a dict of tensors by name, got a {type(got).__name__}"
        return Difference("not-a-state", text)
    wanted = shapes(arguments)
    missing = {*wanted} - {*got}
    if missing and {*got} < {*wanted} and all(name.endswith("bias") for name in missing):
        text = f"the names are {', '.join(map(str, got))}; missing: {', '.join(sorted(missing))}"
        return Difference("biases-missing", text)
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
    first = got["0.weight"].detach()
    if len(first) > 1 and bool((first == first[0]).all()):
        return Difference("units-alike", "in 0.weight every row holds the same numbers")
    return None


def as_drawn(state: State) -> bool:
    """Whether every number lies within the bounds of torch's own first weights.

    The largest of so many lie close to them, and few steps of any optimizer leave all inside.
    """
    for layer in ("0", "2"):
        weight, bias = (state[f"{layer}.{kind}"].detach() for kind in ("weight", "bias"))
        bound = weight.shape[1] ** -0.5
        if not bool((weight.abs() <= bound).all() and (bias.abs() <= bound).all()):
            return False
        if not NEAR_UNIFORM[0] < float(weight.std()) / (bound * 3**-0.5) < NEAR_UNIFORM[1]:
            return False
    return True


def put_in_form(arguments: tuple[Any, ...], got: Any) -> State | None:
    """The state of a network that came back itself, or of one under other names."""
    if isinstance(got, torch.nn.Module):
        state: State | None = State(got.state_dict())
    else:
        state = _under_the_right_names(arguments, got)
    return None if state is None or structure(arguments, state) else state


def _under_the_right_names(arguments: tuple[Any, ...], got: Any) -> State | None:
    """A state whose tensors fit in their order and have other names, with the right ones."""
    wanted = shapes(arguments)
    tensors = list(got.values()) if type(got) is State else []
    if len(tensors) != len(wanted) or not all(isinstance(t, torch.Tensor) for t in tensors):
        return None
    fits = all(tuple(t.shape) == s for t, s in zip(tensors, wanted.values(), strict=True))
    return State(zip(wanted, tensors, strict=True)) if fits else None


@torch.no_grad()
def outputs(state: State, images: T, activation: Callable[[T], T] = torch.relu) -> T:
    """The logits of a student, in float64; or what they would be with another activation."""
    w1, b1, w2, b2 = (state[name].double() for name in ("0.weight", "0.bias", "2.weight", "2.bias"))
    return activation(images.double() @ w1.T + b1) @ w2.T + b2


OTHER_ACTIVATIONS: dict[str, Callable[[T], T]] = {
    "no ReLU between the layers": lambda hidden: hidden,
    "tanh in place of ReLU": torch.tanh,
    "a sigmoid in place of ReLU": torch.sigmoid,
}
"""What students of the same tensors may have between their layers."""


def _spread(images: T) -> T:
    return images.std(dim=0) + 1e-6


OTHER_IMAGES: dict[str, Callable[[T, T], T]] = {
    "standardised images": lambda images, all_: (images - all_.mean()) / all_.std(),
    "images standardised pixel by pixel": lambda images, all_: (
        (images - all_.mean(dim=0)) / _spread(all_)
    ),
    "images less their mean": lambda images, all_: images - all_.mean(),
    "images less the mean of each pixel": lambda images, all_: images - all_.mean(dim=0),
    "images from −1 to 1": lambda images, all_: 2 * images - 1,
    "images up to 255": lambda images, all_: 255 * images,
    "images divided by 255": lambda images, all_: images / 255,
}
"""What a student may have been trained on, from some images and all that it was given."""
