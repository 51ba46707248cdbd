"""Which range the new weights of `random_reinit` fill, and the mistake that it follows from.

Uniformity is judged by the largest gap D between the share of values below a point and the share
that is expected there. For n uniform values P(D > c / sqrt(n)) is below 2 exp(-2 c^2)
(Dvoretzky-Kiefer-Wolfowitz, Massart): with c = 3 that is 3e-8 a layer. The layers here have over a
thousand values, so gaps of 0.1 are seen: a normal distribution, cut off or not, has more.

A table of evenly spaced numbers is no draw. Of uniform values, P(D < c / sqrt(n)) is about
sqrt(2 pi) / c exp(-pi^2 / 8 c^2) (Kolmogorov): 3e-8 for c = 0.25, where such a table has
1 / (2 sqrt(n)). And the n products of neighbours, over a third of the squared bound, have mean 0
and variance 1: their sum is beyond 6 sqrt(n) with at most 2 exp(-18 / 1.2) = 6e-7 (Freedman).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from courseware.checks.values import Difference

T = torch.Tensor
Shape = list[int]
Bound = Callable[[Shape, T], Any]
"""The bound that a mistake gives the weights of a layer, from its shape and mask."""

GAP = 3.0
"""Of 1 / sqrt(n): see above."""

EVENLY_SPACED = 0.25
"""Of 1 / sqrt(n): see above."""

FOLLOWING = 6.0
"""Times sqrt(n): see above."""

SLACK = 1e-5
"""Of the bound: what rounding in float32 may add to it."""

NEAR = 0.015
"""How near the largest of over 1,000 uniform values comes to its bound: 0.985^1000 is 3e-7."""

OFF_CENTRE = 0.1
"""Of half the width of a range: so far away from 0 is its middle, if it was moved."""

NOT_UNIFORM = "not-uniform"
AND_NOT_UNIFORM = "-and-not-uniform"
SPREAD_BY = (
    *("fan-out-for-fan-in", "root-forgotten", "kernel-forgotten", "square-kernel"),
    *("all-sizes-counted", "one-layers-range"),
)
"""Mistakes that are told beside another distribution than the uniform one."""

ONE_SIDED = "one-sided"
AND_ONE_SIDED = "-and-one-sided"
ALL_ALIKE = "all-alike"
AND_ALL_ALIKE = "-and-all-alike"
BOUND_BY = (*SPREAD_BY, "other-initialisation", "fan-in-of-survivors", "range-halved")
"""Mistakes that are told beside values that occur again and again, or have one sign."""

GAINS = 1.0, 1 / 3, 2.0, 0.25, 0.5, 3.0, 6.0, 4.0
"""Squares of what right bounds are multiplied by for other ways to initialise."""

USUAL_STDS = 0.01, 0.02, 0.05, 0.1, 0.5, 1.0

DEVIATIONS = 4.0
"""Times 1 / sqrt(2 n), the deviation of the standard deviation of n normal values."""

ODD_ZEROS = 0.01
"""Share of zeros: a uniform float32 is 0 once in 2^24 draws."""

FEW = 0.25
"""Share of the values that are different, where a few occur again and again."""


def range_problem(
    shapes: Mapping[str, Shape], masks: Mapping[str, T], got: Mapping[str, T]
) -> Difference | None:
    """Whether the kept weights of every layer fill their range evenly; if not, why."""
    values = {name: got[name].detach().double()[masks[name]] for name in shapes}
    for name, shape in shapes.items():
        if found := _problem(values[name], right_bound(shape)):
            kind = found.kind
            if kind == "other-range":
                kind = _cause(shapes, masks, values)
            elif kind == ALL_ALIKE and (name_of := _bound_of_few(shapes, masks, values)):
                kind = f"{name_of}{AND_ALL_ALIKE}"
            elif kind == ONE_SIDED and (name_of := _bound_of_one_side(shapes, masks, values)):
                kind = f"{name_of}{AND_ONE_SIDED}"
            return Difference(kind, f"{name!r}: {found.text}")
    return None


def right_bound(shape: Shape) -> float:
    """1 / sqrt(fan_in)."""
    return math.prod(shape[1:]) ** -0.5


def share_a_value(values: T) -> bool:
    """Whether one value, or a few, occur again and again.

    >>> share_a_value(torch.tensor([0.5, 0.5])), share_a_value(torch.tensor([0.5, -0.5, 0.2]))
    (True, False)
    """
    return len(values) > 1 and len(values.unique()) <= max(1, FEW * len(values))


def _bound_of_few(
    shapes: Mapping[str, Shape], masks: Mapping[str, T], values: Mapping[str, T]
) -> str:
    """The mistake whose bound is the largest of the few values of each layer; "" if it is right."""

    def ends_at(bound: Bound) -> bool:
        bounds = {name: bound(shape, masks[name]) for name, shape in shapes.items()}
        return all(
            not isinstance(one, torch.Tensor)
            and abs(float(values[name].abs().max()) / one - 1) <= NEAR
            for name, one in bounds.items()
        )

    if ends_at(lambda shape, mask: right_bound(shape)):
        return ""
    return next(
        (name for name, bound in _mistakes(shapes) if name in BOUND_BY and ends_at(bound)), ""
    )


def _bound_of_one_side(
    shapes: Mapping[str, Shape], masks: Mapping[str, T], values: Mapping[str, T]
) -> str:
    """The mistake whose range all layers would fill with both signs; "" if it is the right one."""
    signs = {name: 1 - 2 * (torch.arange(len(each)) % 2) for name, each in values.items()}
    both = {name: each * signs[name] for name, each in values.items()}
    if all(_fills(both[name], right_bound(shape), masks[name]) for name, shape in shapes.items()):
        return ""
    name_of = _cause(shapes, masks, both)
    return name_of if name_of in BOUND_BY else ""


def _problem(values: T, bound: float) -> Difference | None:
    """What is wrong with the values of one layer, as far as it can be told from them alone."""
    low, high = float(values.min()), float(values.max())
    text = f"the values lie between {low:.4f} and {high:.4f}, expected ±{bound:.4f}"
    if low == high == 0:
        return Difference("zeros-kept", text)
    if share_a_value(values):
        some = ", ".join(f"{value:.4g}" for value in values.unique()[:4])
        return Difference(ALL_ALIKE, f"{text}; {len(values)} weights share the values {some}")
    if (empty := int((values == 0).sum())) > ODD_ZEROS * len(values):
        return Difference("zeros-kept", f"{text}; {empty} of {len(values)} kept weights are 0")
    if low >= 0 or high <= 0:
        return Difference(ONE_SIDED, text)
    if max(-low, high) > bound * (1 + SLACK) or _gap(values, bound) > GAP:
        return Difference("other-range", text)
    following = float((values[1:] * values[:-1]).sum()) / (bound**2 / 3)
    if _gap(values, bound) < EVENLY_SPACED or abs(following) > FOLLOWING * math.sqrt(len(values)):
        return Difference("not-drawn", f"{text}: like a table rather than a draw")
    return None


def _gap(values: T, bound: float) -> float:
    """sqrt(n) times the largest gap to a uniform distribution within ±bound."""
    n = len(values)
    expected = ((values.sort().values / bound + 1) / 2).clamp(0, 1)
    steps = torch.arange(n + 1, dtype=torch.float64) / n
    gap = torch.maximum((steps[1:] - expected).abs(), (expected - steps[:-1]).abs()).max()
    return math.sqrt(n) * float(gap)


def _cause(shapes: Mapping[str, Shape], masks: Mapping[str, T], values: Mapping[str, T]) -> str:
    """The mistake whose range the weights of all layers fill; without one, what can be seen."""
    for name, bound in _mistakes(shapes):
        if all(
            _fills(values[layer], bound(shape, masks[layer]), masks[layer])
            for layer, shape in shapes.items()
        ):
            return name
    evenly = []
    for each in values.values():
        middle, half = float(each.max() + each.min()) / 2, float(each.max() - each.min()) / 2
        if abs(middle) > OFF_CENTRE * half and _gap(each - middle, half) <= GAP:
            return "range-moved"
        evenly.append(_gap(each, float(each.abs().max())) <= GAP)
    return "other-range" if all(evenly) else _not_uniform(shapes, masks, values)


def _not_uniform(
    shapes: Mapping[str, Shape], masks: Mapping[str, T], values: Mapping[str, T]
) -> str:
    """How far the values of all layers spread: as is known without a mistake, or by one."""
    known: list[Bound] = [*map(_with_gain, GAINS), lambda s, m: _glorot(s, m) / math.sqrt(3)]
    known += map(_constant, USUAL_STDS)
    if any(_spreads(shapes, masks, values, bound) for bound in known):
        return NOT_UNIFORM
    for name, bound in _mistakes(shapes):
        for share in (1.0, 1 / math.sqrt(3)):
            if name in SPREAD_BY and _spreads(shapes, masks, values, bound, share):
                return f"{name}{AND_NOT_UNIFORM}"
    return NOT_UNIFORM


def _constant(std: float) -> Bound:
    return lambda shape, mask: std


def _spreads(
    shapes: Mapping[str, Shape],
    masks: Mapping[str, T],
    values: Mapping[str, T],
    bound: Bound,
    share: float = 1.0,
) -> bool:
    """Whether normal values of all layers would spread by this share of a bound."""
    for name, shape in shapes.items():
        near = DEVIATIONS / math.sqrt(2 * len(values[name]))
        std = share * bound(shape, masks[name])
        if abs(float(values[name].std()) / std - 1) > near or not _normal(values[name], std):
            return False
    return True


def _normal(values: T, std: float) -> bool:
    """Whether no gap to a normal distribution is larger than chance makes it, cut off or not."""
    n = len(values)
    expected = torch.special.ndtr(values.sort().values / std)
    steps = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    return math.sqrt(n) * float((steps - expected).abs().max()) <= GAP


def _fills(values: T, bound: Any, mask: T) -> bool:
    """Whether values fill the range within a bound evenly, or each unit's within one of its own."""
    if isinstance(bound, torch.Tensor):
        bound = bound.double().reshape(-1, *[1] * (mask.dim() - 1)).expand(mask.shape)[mask]
    shares = values / bound
    largest = float(shares.abs().max())
    return 1 - NEAR <= largest <= 1 + SLACK and _gap(shares, 1.0) <= GAP


def _mistakes(shapes: Mapping[str, Shape]) -> Iterator[tuple[str, Bound]]:
    """Names of mistakes, and the bounds that follow from them."""
    layers = list(shapes.values())
    if len(layers) > 1:
        yield from (("one-layers-range", _of_one(shape)) for shape in (layers[0], layers[-1]))
    yield "fan-out-for-fan-in", lambda shape, mask: shape[0] ** -0.5
    yield "fan-out-for-fan-in", lambda shape, mask: (shape[0] * math.prod(shape[2:])) ** -0.5
    yield "root-forgotten", lambda shape, mask: 1 / math.prod(shape[1:])
    yield "kernel-forgotten", lambda shape, mask: shape[1] ** -0.5
    yield "square-kernel", lambda shape, mask: _square_kernel(shape, 2)
    yield "square-kernel", lambda shape, mask: _square_kernel(shape, 3)
    yield "all-sizes-counted", lambda shape, mask: math.prod(shape) ** -0.5
    for gain in (6.0, 3.0, 2.0):
        yield "other-initialisation", _with_gain(gain)
    yield "other-initialisation", _glorot
    yield "other-initialisation", lambda shape, mask: 1.0
    yield "fan-in-of-survivors", lambda shape, mask: (float(mask.sum()) / shape[0]) ** -0.5
    yield "fan-in-of-survivors", lambda shape, mask: mask.flatten(1).sum(dim=1).clamp(min=1).rsqrt()
    yield "range-halved", _with_gain(0.25)


def _of_one(layer: Shape) -> Bound:
    return lambda shape, mask: right_bound(layer)


def _with_gain(gain: float) -> Bound:
    return lambda shape, mask: math.sqrt(gain) * right_bound(shape)


def _square_kernel(shape: Shape, axis: int) -> float:
    """One size of the kernel taken twice; layers without one are right."""
    return (shape[1] * shape[axis] ** 2) ** -0.5 if len(shape) == 4 else right_bound(shape)


def _glorot(shape: Shape, mask: T) -> float:
    return math.sqrt(6 / (math.prod(shape[1:]) + shape[0] * math.prod(shape[2:])))
