"""What wrong ways of `softmax` give."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import T

Step = Callable[[T, float], T]


def stable(z: T, temperature: float = 1.0, dim: int = -1) -> T:
    return torch.softmax(z / temperature, dim)


def shares(above: T) -> T:
    return above / above.sum(dim=-1, keepdim=True)


def or_at_one(change: Step) -> Callable[..., T]:
    """A function of logits and temperature, the temperature 1 unless given."""
    return lambda z, temperature=1.0: change(z, temperature)


def clamped(lowest: float, highest: float) -> Callable[..., T]:
    return or_at_one(lambda z, temperature: stable((z / temperature).clamp(lowest, highest)))


def _over_everything(z: T, temperature: float) -> T:
    return torch.softmax((z / temperature).reshape(-1), 0).reshape(z.shape)


def _summed_over_everything(z: T, temperature: float) -> T:
    above = powers(z, temperature)
    return above / above.sum()


def _summed_along(dim: int) -> Step:
    """The sum alone runs along another axis."""

    def behaves(z: T, temperature: float) -> T:
        above = powers(z, temperature)
        return above / above.sum(dim=dim, keepdim=True)

    return behaves


def replaced(number: float) -> Step:
    """Exponentials of the logits as they are, and a number in place of nan."""

    def behaves(z: T, temperature: float) -> T:
        return torch.nan_to_num(shares((z / temperature).exp()), nan=number)

    return behaves


def put_back_at_one(z: T, temperature: float) -> T:
    above = powers(z, temperature)
    return above / above.sum(dim=-1).unsqueeze(1)


def axis_dropped(z: T, temperature: float) -> T:
    above = powers(z, temperature)
    return above / above.sum(dim=-1)


def powers(z: T, temperature: float) -> T:
    """Exponentials of what lies below the largest of each row."""
    return ((z - z.amax(dim=-1, keepdim=True)) / temperature).exp()


def _images_flattened(z: T, temperature: float) -> T:
    """All behind the first axis in one line."""
    lines = z.reshape(len(z), -1) if z.dim() > 1 else z
    return stable(lines, temperature).reshape(z.shape)


def sigmoids(more: float) -> Callable[..., T]:
    return or_at_one(lambda z, temperature: shares(torch.sigmoid(z / temperature) + more))


def hard(z: T) -> T:
    return torch.nn.functional.one_hot(z.argmax(dim=-1), z.shape[-1]).float()


def shifted_on_one_side(above: float, below: float) -> Callable[..., T]:
    """The largest logit is taken off so often above the line, and so often below it."""

    def behaves(z: T, temperature: float) -> T:
        z = z / temperature
        top = z.amax(dim=-1, keepdim=True)
        return (z - above * top).exp() / (z - below * top).exp().sum(dim=-1, keepdim=True)

    return or_at_one(behaves)


def sum_as_constant(z: T, temperature: float) -> T:
    above = powers(z, temperature)
    return above / above.sum(dim=-1, keepdim=True).detach()


def all_but_the_power_as_constants(z: T, temperature: float) -> T:
    above = ((z - z.amax(dim=-1, keepdim=True).detach()) / temperature).exp()
    return above / above.sum(dim=-1, keepdim=True).detach()


AXES: tuple[Step, ...] = (
    lambda z, temperature: stable(z, temperature, 0),
    lambda z, temperature: stable(z, temperature, 1),
    lambda z, temperature: stable(z, temperature, min(z.dim() - 1, 1)),
    _over_everything,
    _images_flattened,
    _summed_over_everything,
    _summed_along(0),
    _summed_along(1),
)
"""Sums that run along other axes."""


def at_temperature(change: Callable[[float], float], step: Step) -> Step:
    """Another temperature in place of the one given."""
    return lambda z, temperature: step(z, change(temperature))
