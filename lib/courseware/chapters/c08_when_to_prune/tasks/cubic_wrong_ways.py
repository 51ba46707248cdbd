"""Schedules of sparsity that go wrong: how each behaves."""

from __future__ import annotations

from collections.abc import Callable

from model_compression import pruning_schedules as reference

Schedule = Callable[[float, float, float], float]
"""Sparsity from progress, initial and final."""
Progress = Callable[[int, int, int], float]
"""The share of the way that is done, from step, begin and end."""


def clamped(progress: float) -> float:
    return min(max(progress, 0.0), 1.0)


def cubic(progress: float, initial: float, final: float) -> float:
    return final + (initial - final) * (1 - progress) ** 3


def right_progress(step: int, begin: int, end: int) -> float:
    return (step - begin) / (end - begin)


def schedule(
    sparsity: Schedule = cubic,
    progress: Progress = right_progress,
    clamp: Callable[[float], float] = clamped,
) -> Callable[..., float]:
    """The function with one of its parts computed in another way."""

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        return sparsity(clamp(progress(step, begin, end)), initial, final)

    return behaves


def from_step_0(sparsity: Schedule) -> Callable[..., float]:
    """The steps are counted from 0, but nothing happens until the start."""
    otherwise = schedule(sparsity, progress=lambda step, begin, end: step / end)

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        return initial if step <= begin else otherwise(step, begin, end, initial, final)

    return behaves


def slow(progress: float, initial: float, final: float) -> float:
    return initial + (final - initial) * progress**3


def without_sign(progress: float, initial: float, final: float) -> float:
    return final + (initial - final) * abs(1 - progress) ** 3


def from_zero(progress: float, initial: float, final: float) -> float:
    return final * (1 - (1 - progress) ** 3)


def modulo(step: int, begin: int, end: int) -> float:
    return (step - begin) % (end - begin) / (end - begin)


def to_decimals(digits: int) -> Callable[[float], float]:
    return lambda progress: clamped(round(progress, digits))


def within(way: Callable[..., float]) -> Callable[..., float]:
    """Only between the two ends; before them and behind them all is right."""

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        otherwise = way if begin <= step <= end else reference.cubic_sparsity
        return otherwise(step, begin, end, initial, final)

    return behaves


def nothing_outside(before: bool, after: bool) -> Callable[..., float]:
    """No pruning is due outside of the two ends."""

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        if (before and step < begin) or (after and step > end):
            return 0.0
        return reference.cubic_sparsity(step, begin, end, initial, final)

    return behaves


def nothing_until_behind_begin(
    step: int, begin: int, end: int, initial: float, final: float
) -> float:
    """0 at the first step as well."""
    return 0.0 if step <= begin else reference.cubic_sparsity(step, begin, end, initial, final)
