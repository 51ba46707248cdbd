"""Judges for `random_reinit`: draws are judged by range, spread, and what they depend on.

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
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import torch

from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.named_tensors import Named
from courseware.checks.values import NOTHING_CAME, Difference, difference, other_entries

T = torch.Tensor
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

MISTAKES = (
    (
        "not-masked",
        "A weight that the mask prunes is not 0. The control arm has the very masks of the ticket: "
        "only the kept weights get new values.",
    ),
    (
        "mask-inverted",
        "The new weights stand where the mask is False. True means kept: there they belong.",
    ),
    (
        "zeros-kept",
        "Kept weights are 0. Every weight that the mask keeps gets a value of its own.",
    ),
    (
        "all-alike",
        "Kept weights share one value. Each of them is drawn by itself: all units that start alike "
        "stay alike.",
    ),
    (
        "fan-out-for-fan-in",
        "The range follows from the number of outputs. fan_in is what comes in: the product of all "
        "sizes but the first.",
    ),
    (
        "root-forgotten",
        "The range is ±1/fan_in. It is 1 over the square root of fan_in.",
    ),
    (
        "kernel-forgotten",
        "For the convolution, only the channels were counted as inputs. Each output also sees all "
        "places of the kernel: fan_in is the product of all sizes but the first.",
    ),
    (
        "fan-in-of-survivors",
        "fan_in was counted with the mask, so the range is too wide. It is that of the whole "
        "layer: the new weights are to be drawn as the first ones were.",
    ),
    (
        "other-initialisation",
        "This is the range of another way to initialise (He, Glorot, LeCun, or ±1). The control "
        "arm is drawn as the network was: between ±1/√fan_in, nothing else may differ.",
    ),
    (
        "one-sided",
        "All values have one sign. The range is from −1/√fan_in to 1/√fan_in: half of them are "
        "negative.",
    ),
    (
        "not-uniform",
        "The values are not spread evenly over the range: from a normal distribution, say, they "
        "pile up in its middle and lie beyond its ends.",
    ),
    (
        "other-range",
        "The values do not fill the range from −1/√fan_in to 1/√fan_in. Look at how a value "
        "between 0 and 1 is stretched and moved.",
    ),
    (
        "not-drawn",
        "The values are spaced too evenly, or follow one another too closely, to be drawn: each of "
        "them must come from a generator, by itself.",
    ),
    (
        "same-in-each-layer",
        "Layers of one shape got the same numbers: the generator was made anew, with the same "
        "seed, for each of them. Make it once, before the loop: one stream for all layers.",
    ),
    (
        "seed-without-effect",
        "Another seed gave the same weights. The seed decides what is drawn.",
    ),
    (
        "not-repeatable",
        "Two calls with one seed gave different weights. Draw from a generator of your own that "
        "starts from `seed`.",
    ),
)
"""Name and message; each is the kind of a difference that a judge finds."""


def zeros_off_the_mask(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """A tensor for each shape; 0 off the mask, and other numbers than 0 on it, not all alike."""
    shapes, masks, _ = arguments
    found = _structure(shapes, got)
    if found:
        return found
    for name, mask in masks.items():
        w = got[name].detach()
        alive = int((w[~mask] != 0).sum())
        # A uniform float32 is 0 once in 2^24 draws; 0 and nothing else is no draw.
        empty = mask.any() and not (w[mask] != 0).any()
        if alive and _is_masked_by_order(shapes, masks, got):
            text = f"{name!r}: 0 just where the mask of another layer is False"
            return Difference(MATCHED_BY_ORDER[0], text)
        if alive:
            text = f"{name!r}: {alive} of {int((~mask).sum())} pruned weights are not 0"
            return Difference("mask-inverted" if empty else "not-masked", text)
        if empty:
            return Difference("zeros-kept", f"{name!r}: all weights are 0")
    return _alive(masks, got)


def masked_by_order(shapes: Mapping[str, list[int]], masks: Mapping[str, T], seed: int) -> Named:
    """Zeros and ones: the mask that stands where a layer does in the other dict."""
    pairs = zip(shapes.items(), masks.values(), strict=True)
    return Named((name, torch.ones(*shape) * mask) for (name, shape), mask in pairs)


def _is_masked_by_order(
    shapes: Mapping[str, list[int]], masks: Mapping[str, T], got: Mapping[str, T]
) -> bool:
    if any(
        mask.shape != got[name].shape for name, mask in zip(shapes, masks.values(), strict=True)
    ):
        return False
    theirs = masked_by_order(shapes, masks, 0)
    return all(torch.equal(got[name].detach() != 0, mask != 0) for name, mask in theirs.items())


def uniform(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The kept weights of every layer fill ±1/sqrt(fan_in) evenly."""
    shapes, masks, _ = arguments
    found = _structure(shapes, got)
    if found:
        return found
    for name, shape in shapes.items():
        values = got[name].detach().double()[masks[name]]
        found = _shape_of_values(values, shape, masks[name])
        if found:
            return Difference(found.kind, f"{name!r}: {found.text}")
    return None


def layers_differ(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """No two layers hold the same numbers in the same places."""
    shapes, masks, _ = arguments
    found = _structure(shapes, got) or _alive(masks, got)
    if found:
        return found
    names = list(shapes)
    for first, second in pairwise(names):
        both = masks[first] & masks[second]
        share = float((got[first][both] == got[second][both]).double().mean())
        if share > 0.5:
            text = f"{first!r} and {second!r} agree in {share:.0%} of what both keep"
            return Difference("same-in-each-layer", text)
    return None


def seeded(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Of three results the first and the last are equal, the one between is another."""
    shapes, masks, _ = arguments
    if got is None:
        return NOTHING_CAME
    for result in got:
        found = _structure(shapes, result) or _alive(masks, result)
        if found:
            return found
    first, other, again = got
    if any(not torch.equal(first[name], again[name]) for name in shapes):
        text = "two calls with the same seed differ"
        return Difference("not-repeatable", text)
    if all(torch.equal(first[name], other[name]) for name in shapes):
        return Difference("seed-without-effect", "the calls with two seeds are equal")
    return None


def _structure(shapes: Mapping[str, list[int]], got: Any) -> Difference | None:
    """Whether a tensor of each shape came back, under its name."""
    wanted = {name: torch.zeros(*shape) for name, shape in shapes.items()}
    if got is None:
        return NOTHING_CAME
    if type(got) is not Named:
        return Difference("wrong-type", f"expected a dict of tensors, got a {type(got).__name__}")
    found = other_entries(wanted, dict(got))
    if found:
        return found
    for name, zeros in wanted.items():
        found = difference(zeros, got[name])
        if found and found.kind != "wrong-value":
            return Difference(found.kind, f"{name!r}: {found.text}")
    return None


def _alive(masks: Mapping[str, T], got: Mapping[str, T]) -> Difference | None:
    """Whether the kept weights of a layer are all alike: 0, or another constant."""
    for name, mask in masks.items():
        values = got[name].detach()[mask]
        if len(values) > 1 and bool((values == values[0]).all()):
            kind = "zeros-kept" if values[0] == 0 else "all-alike"
            return Difference(kind, f"{name!r}: every kept weight is {float(values[0]):.4g}")
    return None


def _shape_of_values(values: T, shape: list[int], mask: T) -> Difference | None:
    """Whether values lie within the bound of a layer and are spread evenly."""
    bound = math.prod(shape[1:]) ** -0.5
    low, high = float(values.min()), float(values.max())
    text = f"the values lie between {low:.4f} and {high:.4f}, expected ±{bound:.4f}"
    if low == high:
        return Difference("zeros-kept" if low == 0 else "all-alike", text)
    if low >= 0 or high <= 0:
        return Difference("one-sided", text)
    if max(-low, high) > bound * (1 + SLACK) or _gap(values, bound) > GAP:
        return Difference(_cause(values, shape, mask), text)
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


def _cause(values: T, shape: list[int], mask: T) -> str:
    """Uniform within another bound that has a name, or not uniform at all."""
    fan_in, fan_out = math.prod(shape[1:]), shape[0] * math.prod(shape[2:])
    largest = float(values.abs().max())
    rows = float(mask.double().sum()) / shape[0]
    for name, bound in (
        ("fan-out-for-fan-in", shape[0] ** -0.5),
        ("fan-out-for-fan-in", fan_out**-0.5),
        ("root-forgotten", 1 / fan_in),
        ("kernel-forgotten", shape[1] ** -0.5),
        ("other-initialisation", math.sqrt(6 / fan_in)),
        ("other-initialisation", math.sqrt(3 / fan_in)),
        ("other-initialisation", math.sqrt(6 / (fan_in + fan_out))),
        ("other-initialisation", 1.0),
        ("fan-in-of-survivors", rows**-0.5),
    ):
        if (1 - NEAR) * bound <= largest <= bound * (1 + SLACK) and _gap(values, bound) <= GAP:
            return name
    return "other-range" if _gap(values, largest) <= GAP else "not-uniform"
