"""The task `nf4_codebook`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import NormalDist
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.precision import HALF
from courseware.checks.task import Check, Draw, Judge, Misconception, Task
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


def _told_by_values(judge: Judge) -> Judge:
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
    quantiles = _side(len(side), share)
    return share if _same(side / side[0], quantiles / quantiles[0]) else None


def _quantile(p: torch.Tensor) -> torch.Tensor:
    return torch.special.ndtri(p)


def _shares(points: int, outermost: float = OUTERMOST) -> torch.Tensor:
    """So many shares from `outermost` down to 1/2, both included."""
    return torch.linspace(outermost, 0.5, points, dtype=torch.float64)


def _side(count: int, outermost: float = OUTERMOST, last: bool = False) -> torch.Tensor:
    """Quantiles at `count` shares from `outermost` towards 1/2, which is left out unless `last`."""
    return _quantile(_shares(count if last else count + 1, outermost)[:count])


def _normalised(*parts: torch.Tensor) -> torch.Tensor:
    values = torch.cat(parts).sort().values
    return values / values.abs().max()


_NOTHING = torch.zeros(1, dtype=torch.float64)


def _of(negative: int, positive: int, outermost: float = OUTERMOST) -> torch.Tensor:
    return _normalised(-_side(negative, outermost), _NOTHING, _side(positive, outermost))


def _raw(negative: int = 7, positive: int = 8) -> torch.Tensor:
    return torch.cat((-_side(negative), _NOTHING, _side(positive))).sort().values


def _by(value_of: Callable[[torch.Tensor], torch.Tensor], cut: slice = slice(-1)) -> torch.Tensor:
    """Both sides from other values of the right shares, of which the end is left out."""
    below, above = (value_of(_shares(points)[cut]) for points in (8, 9))
    return _normalised(-below, _NOTHING, above)


def _between_quantiles(shares: torch.Tensor) -> torch.Tensor:
    quantiles = _quantile(shares)
    return (quantiles[1:] + quantiles[:-1]) / 2


def _between_shares(shares: torch.Tensor) -> torch.Tensor:
    return _quantile((shares[1:] + shares[:-1]) / 2)


def _half_way() -> torch.Tensor:
    """Means of neighbours among 17 quantiles at even shares."""
    edges = _quantile(torch.linspace(1 - OUTERMOST, OUTERMOST, 17, dtype=torch.float64))
    return _normalised((edges[1:] + edges[:-1]) / 2)


def _evenly(edge: float) -> Callable[[], torch.Tensor]:
    """16 quantiles at even shares, without an entry that is set to 0."""
    shares = torch.linspace(1 - edge, edge, 16, dtype=torch.float64)
    return lambda: _normalised(_quantile(shares))


def _from(outermost: float, negative: int = 7, positive: int = 8) -> Callable[[], torch.Tensor]:
    return lambda: _of(negative, positive, outermost)


def _height(p: torch.Tensor) -> torch.Tensor:
    """That of the bell curve at a share."""
    return torch.exp(-(p**2) / 2)


def _without_zero(twice: int) -> Callable[[], torch.Tensor]:
    """The two sides alone, and one end of them twice."""

    def behaves() -> torch.Tensor:
        values = _normalised(-_side(7), _side(8))
        return torch.cat((values, values[twice].reshape(1))).sort().values

    return behaves


def _both_to_the_middle(outermost: float) -> Callable[[], torch.Tensor]:
    """Both sides with the share 1/2, and another 0 in between."""
    return lambda: _normalised(
        -_side(7, outermost, last=True), _NOTHING, _side(8, outermost, last=True)
    )


def _filled_with_zeros() -> torch.Tensor:
    """A value less on each side than there should be, and zeros in their place."""
    return _normalised(-_side(6), _NOTHING.repeat(3), _side(7))


def _quantiles_in(half: torch.dtype) -> torch.Tensor:
    """In floats of 16 bits before the division."""
    values = _raw().float().to(half)
    return (values / values.max()).float()


NOT_SORTED = Misconception(
    "not-sorted",
    "The values are right, but not in ascending order: the code of a value is its position.",
)

NEARLY = 0.01
ESTIMATED = Misconception(
    "quantiles-estimated",
    "All values are near the right ones, and some of them are not the same. Were quantiles "
    "estimated, from random numbers or by a rough formula, or read off a coarse table? "
    "`ndtri` and `inv_cdf` compute them to all digits.",
    unless_explained=True,
)
MEANS_OF_NEIGHBOURS = (
    "means-of-neighbours",
    "Means of neighbours were taken, of two quantiles or of two shares, as the formula of the "
    "paper reads. Here the values are the quantiles at the shares themselves: of n + 1 points the "
    "last one, 1/2, is left out.",
)
NO_ZERO = (
    "no-exact-zero",
    "There is no exact 0 in it. Zeros are frequent and must stay zeros, hence the two sides of "
    "different length with a 0 in between.",
)
SIDES_SWAPPED = (
    "sides-swapped",
    "The sides are swapped: there are eight values above 0 and seven below.",
)
OUTERMOST_OFF = (
    "outermost-share-off",
    "The outermost share is not the one asked for: d = 929 / 960. With another one all values "
    "move, also after the division by the largest.",
)
NO_QUANTILE = (
    "share-taken-for-value",
    "That is not the quantile of a share p. It is the value below which the share p lies: the "
    "inverse of the distribution function (`ndtri`, not `ndtr`), or √2·erfinv(2p − 1).",
)
BY_THE_SUM = (
    "divided-by-the-sum",
    "The values were divided by their sum, their norm or their standard deviation. Divided by the "
    "largest, they reach from −1 to 1.",
)
BY_MAGNITUDE = (
    "ordered-by-magnitude",
    "The values are ordered by magnitude, 0 first. They ascend, from −1 over 0 to 1: the code of a "
    "value is its position.",
)
NORMS: tuple[Callable[[torch.Tensor], torch.Tensor], ...] = (
    lambda values: values.abs().sum(),
    torch.norm,
    torch.std,
    lambda values: values.std(correction=0),
)
OTHER_EDGES = (
    *(1 - 1 / 32, 1 - 1 / 30, 1 - 1 / 16, 0.95, 0.99, 0.995),
    *(0.97, 0.968, 0.967, 0.9677, 0.96771, 0.96),
)

ZERO_TWICE = (
    "zero-twice",
    "The 0 is there more than once. Of 9 and of 8 shares the last one, 1/2, whose quantile is 0, "
    "is left out, so that eight values stand above 0 and seven below; then a single 0 is put in "
    "between.",
)
NOT_NORMALISED = (
    "not-normalised",
    "These are the quantiles themselves. They are divided by the largest, so that the codebook "
    "reaches from −1 to 1 as a block does after division by its absmax.",
)
FEW_DECIMALS = (
    "few-decimals",
    "The values have lost digits: they were rounded to a few decimals, or kept in 16 bits. Compute "
    "them in float32, or copy all digits: bytes that others wrote must be read back as the same "
    "values.",
)
DESCENDING = (
    "descending",
    "The values descend. They ascend, from −1 to 1: the code of a value is its position.",
)
Change = Callable[[torch.Tensor], torch.Tensor]


def _divided_by(norm: Change) -> Change:
    return lambda values: values / norm(values)


CHANGES: tuple[tuple[tuple[str, str], tuple[Change, ...]], ...] = (
    (BY_THE_SUM, tuple(map(_divided_by, NORMS))),
    (NOT_NORMALISED, (lambda values: values * _quantile(torch.tensor(OUTERMOST)).double(),)),
    (
        FEW_DECIMALS,
        (
            *(lambda values, n=n: values.double().round(decimals=n) for n in (4, 3, 2, 5)),
            *(lambda values, half=half: values.to(half).float() for half in HALF),
        ),
    ),
    (DESCENDING, (lambda values: values.flip(0),)),
    (BY_MAGNITUDE, (lambda values: values[values.abs().argsort()],)),
)
"""What is done to the values of both sides once they stand there."""

SIDES = several(
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
        *SIDES_SWAPPED,
        lambda: _of(8, 7),
    ),
    ways(
        *MEANS_OF_NEIGHBOURS,
        *(lambda of=of: _by(of, slice(None)) for of in (_between_quantiles, _between_shares)),
    ),
    both(MEANS_OF_NEIGHBOURS, NO_ZERO, _half_way),
    ways(
        *NO_ZERO,
        lambda: _normalised(-_side(8), _side(8)),
        *(_without_zero(twice) for twice in (0, -1)),
        *(_evenly(edge) for edge in (OUTERMOST, 1 - 1 / 32, 1 - 1 / 30, 16 / 17, 17 / 18)),
    ),
    ways(
        *ZERO_TWICE,
        lambda: _normalised(-_side(8, last=True), _side(8, last=True)),
        lambda: _normalised(-_side(7, last=True), _NOTHING, _side(8, last=True)),
        lambda: _normalised(-_side(7, last=True), _side(9, last=True)),
        lambda: _normalised(-_side(7), _NOTHING, _side(8, last=True)),
        lambda: _normalised(-_side(7, last=True), _NOTHING, _side(8)),
    ),
    both(
        ZERO_TWICE,
        OUTERMOST_OFF,
        *(_both_to_the_middle(edge) for edge in (*OTHER_EDGES, 920 / 960, 919 / 960)),
    ),
    ways(
        "sides-too-short",
        "There are too few or too many values. A series of n points without its last one has "
        "n − 1 of them: 9 points for the eight values above 0, 8 points for the seven below.",
        *(lambda pair=pair: _of(*pair) for pair in ((6, 7), (7, 7), (8, 8), (8, 9))),
        *(lambda pair=pair: _raw(*pair) for pair in ((6, 7), (7, 7), (8, 8), (8, 9))),
        _filled_with_zeros,
    ),
    ways(
        "wrong-end-left-out",
        "The wrong end of the shares was left out: d is kept, and 1/2, whose quantile is 0, is "
        "not.",
        lambda: _by(_quantile, slice(1, None)),
    ),
    ways(
        *NO_QUANTILE,
        lambda: _by(torch.special.ndtr),
        lambda: _by(torch.erfinv),
        lambda: _by(lambda p: p),
        lambda: _by(lambda p: p - 0.5),
        lambda: _by(torch.special.logit),
        lambda: _by(_height),
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
        *OUTERMOST_OFF,
        *(_from(edge) for edge in OTHER_EDGES),
    ),
    both(SIDES_SWAPPED, OUTERMOST_OFF, *(_from(edge, 8, 7) for edge in OTHER_EDGES)),
    ways(
        "sign-lost",
        "There are no negative values in it. The lower side mirrors quantiles too.",
        lambda: _normalised(_side(7), _NOTHING, _side(8)),
    ),
)

NF4_CODEBOOK = Task(
    name="nf4_codebook",
    points=6,
    reference=reference.nf4_codebook,
    lecture="lecture 10, “Sixteen values for a bell curve”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        *(
            Check(name, weight, _no_arguments, _told_by_values(judge))
            for name, weight, judge in (
                ("16 values in ascending order, from −1 to 1", 1, _ascending),
                ("an exact 0 at position 7", 1, _one_zero),
                ("the eight values above 0", 3, _entries(slice(ZERO + 1, None))),
                ("the seven values below 0", 3, _entries(slice(0, ZERO))),
            )
        ),
    ),
    misconceptions=several(
        (*FORMS, NOT_SORTED, ESTIMATED),
        SIDES,
        *(
            ways(*mistake, *(lambda c=change: c(_of(7, 8)) for change in changes))
            for mistake, changes in CHANGES
        ),
        *(
            followed_by(mistake, change, SIDES)
            for mistake, changes in CHANGES
            for change in changes[:2]
        ),
        ways(
            *NOT_NORMALISED,
            _raw,
            lambda: _raw(8, 7),
        ),
        ways(*FEW_DECIMALS, *(lambda half=half: _quantiles_in(half) for half in HALF)),
    ),
)
