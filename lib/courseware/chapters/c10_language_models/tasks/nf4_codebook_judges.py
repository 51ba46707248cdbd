"""Judges of `nf4_codebook`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.nf4_codebook_mistakes import (
    ESTIMATED,
    NEARLY,
    NOT_SORTED,
    OUTERMOST_OFF,
)
from courseware.chapters.c10_language_models.tasks.nf4_codebook_wrong_ways import (
    OUTERMOST,
    one_side,
)
from courseware.checks.task import Judge
from courseware.checks.values import Difference, difference

TOLERANCE = 1e-6
"""The sources round differently on the way: computed in float32 the codebook is up to 4.2e-7 away
from that of bitsandbytes, in float64 1.9e-7."""

ZERO = 7


def entries(
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


def ascending(arguments: tuple[Any, ...], expected: torch.Tensor, got: Any) -> Difference | None:
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


def one_zero(arguments: tuple[Any, ...], expected: torch.Tensor, got: Any) -> Difference | None:
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


def told_by_values(judge: Judge) -> Judge:
    """A judge that recognises right values in another order, other shares, and values nearby."""

    def judges(arguments: tuple[Any, ...], expected: torch.Tensor, got: Any) -> Difference | None:
        found = judge(arguments, expected, got)
        if found is None or found.kind != "wrong-value":
            return found
        came, wanted = got.detach().double(), expected.double()
        if _same(came.sort().values, wanted):
            return Difference(NOT_SORTED.name, found.text)
        if _of_other_shares(came):
            return Difference(OUTERMOST_OFF[0], found.text)
        near = bool(((came - wanted).abs() <= NEARLY).all())
        return Difference(ESTIMATED.name, found.text) if near else found

    return judges


def _same(came: torch.Tensor, wanted: torch.Tensor) -> bool:
    return bool(((came - wanted).abs() <= TOLERANCE).all())


def _of_other_shares(values: torch.Tensor) -> bool:
    """Whether both sides are right but for the outermost share of one, or of both."""
    if abs(float(values[ZERO])) > TOLERANCE:
        return False
    shares = [_outermost(-values[:ZERO]), _outermost(values[ZERO + 1 :].flip(0))]
    if None in shares:
        return False
    return any(abs(share - OUTERMOST) > 1e-5 for share in shares if share is not None)


def _outermost(side: torch.Tensor) -> float | None:
    """The share with which the values of a side begin, from the largest down; None if none does.

    The larger it is, the smaller is the last of them, measured by the first.
    """
    low, high, quantile = 0.85, 1 - 1e-6, NormalDist().inv_cdf
    wanted = float(side[-1] / side[0])
    for _ in range(40):
        share = (low + high) / 2
        last = quantile(0.5 + (share - 0.5) / len(side))
        low, high = (share, high) if last / quantile(share) > wanted else (low, share)
    quantiles = one_side(len(side), share)
    return share if _same(side / side[0], quantiles / quantiles[0]) else None
