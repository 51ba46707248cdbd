"""The task `nf4_codebook`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import several, ways
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import nf4 as reference

TOLERANCE = 1e-6
"""The sources round differently on the way: computed in float32 the codebook is up to 4.2e-7 away
from that of bitsandbytes, in float64 1.9e-7."""

OUTERMOST = 929 / 960
ZERO = 7


def _no_arguments(draw: Draw) -> Iterator[tuple[()]]:
    yield ()


def _entries(
    places: slice,
) -> Callable[[tuple[Any, ...], torch.Tensor, Any], Difference | None]:
    """A judge of some entries; all 16 must be there."""

    def judge(arguments: tuple[Any, ...], expected: torch.Tensor, got: Any) -> Difference | None:
        found = difference(expected, got)
        if found is None or found.kind != "wrong-value":
            return found
        near = (got.detach().double() - expected.double()).abs() <= TOLERANCE
        graded = torch.zeros(len(expected), dtype=torch.bool)
        graded[places] = True
        return difference(expected, torch.where(graded & ~near, got.detach().double(), expected))

    return judge


def _ascending(arguments: tuple[Any, ...], expected: torch.Tensor, got: Any) -> Difference | None:
    found = difference(expected, got)
    if found and found.kind != "wrong-value":
        return found
    values = got.detach().double().tolist()
    for place, (low, high) in enumerate(pairwise(values)):
        if low >= high:
            text = f"entry {place} is {low:.6g}, entry {place + 1} is {high:.6g}: not ascending"
            return Difference("wrong-value", text)
    if abs(values[0] + 1) > TOLERANCE or abs(values[-1] - 1) > TOLERANCE:
        text = f"the ends are {values[0]:.6g} and {values[-1]:.6g}, expected −1 and 1"
        return Difference("wrong-value", text)
    return None


def _one_zero(arguments: tuple[Any, ...], expected: torch.Tensor, got: Any) -> Difference | None:
    """0 at its place, values below it on its left, above it on its right."""
    found = difference(expected, got)
    if found and found.kind != "wrong-value":
        return found
    signs = [0 if abs(value) <= TOLERANCE else value for value in got.detach().double().tolist()]
    below, above = signs[ZERO - 1], signs[ZERO + 1]
    if signs[ZERO] == 0 and below < 0 < above:
        return None
    text = f"entries {ZERO - 1} to {ZERO + 1} are {below:.6g}, {signs[ZERO]:.6g}, {above:.6g}"
    return Difference("wrong-value", f"{text}: expected one below 0, 0, and one above")


def _quantile(p: torch.Tensor) -> torch.Tensor:
    return torch.special.ndtri(p)


def _side(count: int, outermost: float = OUTERMOST, last: bool = False) -> torch.Tensor:
    """Quantiles at `count` shares from `outermost` towards 1/2, which is left out unless `last`."""
    points = count if last else count + 1
    return _quantile(torch.linspace(outermost, 0.5, points, dtype=torch.float64)[:count])


def _normalised(*parts: torch.Tensor) -> torch.Tensor:
    values = torch.cat(parts).sort().values
    return values / values.abs().max()


_NOTHING = torch.zeros(1, dtype=torch.float64)


def _of(negative: int, positive: int, outermost: float = OUTERMOST) -> torch.Tensor:
    return _normalised(-_side(negative, outermost), _NOTHING, _side(positive, outermost))


def _raw() -> torch.Tensor:
    return torch.cat((-_side(7), _NOTHING, _side(8))).sort().values


def _evenly(edge: float) -> Callable[[], torch.Tensor]:
    """16 quantiles at even shares, without an entry that is set to 0."""
    shares = torch.linspace(1 - edge, edge, 16, dtype=torch.float64)
    return lambda: _normalised(_quantile(shares))


def _from(outermost: float) -> Callable[[], torch.Tensor]:
    return lambda: _of(7, 8, outermost)


def _to_decimals(digits: int) -> Callable[[], torch.Tensor]:
    return lambda: reference.nf4_codebook().double().round(decimals=digits)


NF4_CODEBOOK = Task(
    name="nf4_codebook",
    points=6,
    reference=reference.nf4_codebook,
    lecture="lecture 03, “Sixteen values for a bell curve”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("16 values in ascending order, from −1 to 1", 1, _no_arguments, _ascending),
        Check("an exact 0 at position 7", 1, _no_arguments, _one_zero),
        Check("the eight values above 0", 3, _no_arguments, _entries(slice(ZERO + 1, None))),
        Check("the seven values below 0", 3, _no_arguments, _entries(slice(0, ZERO))),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "evenly-spaced",
            "These are 16 values at even distances: the grid of integers. NF4 spaces them by the "
            "bell curve, close together near 0 where most weights are.",
            lambda: torch.linspace(-1, 1, 16),
            lambda: torch.arange(-8, 8) / 8,
            lambda: torch.arange(-8, 8) / 7,
            lambda: torch.cat((torch.linspace(-1, 0, 8), torch.linspace(0, 1, 9)[1:])),
        ),
        ways(
            "sides-swapped",
            "The sides are swapped: there are eight values above 0 and seven below.",
            lambda: _of(8, 7),
        ),
        ways(
            "no-exact-zero",
            "There is no exact 0 in it. Zeros are frequent and must stay zeros, hence the two "
            "sides of different length with a 0 in between.",
            lambda: _normalised(-_side(8), _side(8)),
            *(_evenly(edge) for edge in (OUTERMOST, 1 - 1 / 32, 1 - 1 / 30, 16 / 17, 17 / 18)),
        ),
        ways(
            "zero-twice",
            "The 0 is there more than once. The two sides stop short of the share 1/2, whose "
            "quantile is 0; then a single 0 is put in between.",
            lambda: _normalised(-_side(8, last=True), _side(8, last=True)),
            lambda: _normalised(-_side(7, last=True), _NOTHING, _side(8, last=True)),
            lambda: _normalised(-_side(7, last=True), _side(9, last=True)),
            lambda: _normalised(-_side(7), _NOTHING, _side(8, last=True)),
            lambda: _normalised(-_side(7, last=True), _NOTHING, _side(8)),
        ),
        ways(
            "not-normalised",
            "These are the quantiles themselves. They are divided by the largest, so that the "
            "codebook reaches from −1 to 1 as a block does after division by its absmax.",
            _raw,
        ),
        ways(
            "one-spacing-for-both",
            "Both sides have the same spacing. Eight shares on one side and seven on the other, "
            "over the same distance, lie at different steps.",
            lambda: _normalised(-_side(8)[:7], _NOTHING, _side(8)),
            lambda: _normalised(-_side(8)[1:], _NOTHING, _side(8)),
            lambda: torch.cat((-_raw()[9:].flip(0), _raw()[8:9] * 0, _raw()[8:])) / _raw().max(),
        ),
        ways(
            "outermost-share-off",
            "The outermost share is not the one asked for: d = 929 / 960. With another one all "
            "values move, also after the division by the largest.",
            *(
                _from(edge)
                for edge in (1 - 1 / 32, 1 - 1 / 30, 1 - 1 / 16, 0.95, 0.97, 0.968, 0.99, 0.995)
            ),
        ),
        ways(
            "few-decimals",
            "The values are rounded to a few decimals. Compute them, or copy all digits: bytes "
            "that others wrote must be read back as the same values.",
            *(_to_decimals(digits) for digits in (2, 3, 4, 5)),
            lambda: _of(7, 8).half(),
            lambda: _of(7, 8).bfloat16(),
        ),
        ways(
            "not-sorted",
            "The values are right, but not in ascending order: the code of a value is its "
            "position.",
            lambda: _of(7, 8).flip(0),
            lambda: torch.cat((_side(8), _NOTHING, -_side(7))) / _raw().max(),
            lambda: torch.cat((-_side(7), _NOTHING, _side(8))) / _raw().max(),
            lambda: torch.cat((_NOTHING, _side(8), -_side(7))) / _raw().max(),
            lambda: torch.cat((_side(8), -_side(7), _NOTHING)) / _raw().max(),
            lambda: torch.cat((-_side(7), _side(8), _NOTHING)) / _raw().max(),
        ),
        ways(
            "sign-lost",
            "There are no negative values in it. The lower side mirrors quantiles too.",
            lambda: _normalised(_side(7), _NOTHING, _side(8)),
        ),
    ),
)
