"""Judges for `random_reinit`: draws are judged by range, spread, and what they depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

import torch

from courseware.chapters.c09_lottery_tickets.tasks.reinit_ranges import (
    ALL_ALIKE,
    AND_ALL_ALIKE,
    AND_NOT_UNIFORM,
    AND_ONE_SIDED,
    BOUND_BY,
    NOT_UNIFORM,
    ONE_SIDED,
    SPREAD_BY,
    range_problem,
    share_a_value,
)
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.named_tensors import Named
from courseware.checks.states import USUAL_SEEDS, ZERO_FOR_ANOTHER, ZERO_FOR_NO_SEED
from courseware.checks.task import Misconception
from courseware.checks.values import NOTHING_CAME, Difference, difference, other_entries

T = torch.Tensor

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
        "Kept weights are 0. Every weight that the mask keeps gets a value of its own. (Where a "
        "sign is drawn: `randint(-1, 2)` gives 0 as well.)",
    ),
    (
        "all-alike",
        "Kept weights share values: one, or a few that occur again and again, such as the two ends "
        "of the range. Each of them is drawn by itself, from all numbers in between: units that "
        "start alike stay alike.",
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
        "square-kernel",
        "The kernel was taken for a square: one of its sizes was multiplied in twice, the other "
        "not at all. fan_in is the product of all sizes but the first.",
    ),
    (
        "all-sizes-counted",
        "The first size was multiplied in as well, so the range is too narrow. That is the number "
        "of outputs: fan_in is the product of all the others.",
    ),
    (
        "one-layers-range",
        "All layers got the range of one of them. Each has a fan_in of its own.",
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
        "The values are not spread evenly over the range: parts of it get more than others. From a "
        "normal distribution, say, they would pile up in its middle and lie beyond its ends.",
    ),
    (
        "other-range",
        "The values are spread evenly on both sides of 0, but the range does not end at "
        "±1/√fan_in. Compare the two numbers: is fan_in the product of all sizes but the first, "
        "and what else was the range multiplied by?",
    ),
    (
        "range-halved",
        "The range is half as wide as it should be. A number between 0 and 1 that was moved by ½ "
        "reaches from −½ to ½: stretch it by twice the bound.",
    ),
    (
        "range-moved",
        "The values are spread evenly, but around another number than 0. A number between 0 and 1 "
        "is stretched and moved first, as `2 * u - 1`, and all of that is multiplied by the bound: "
        "it needs parentheses.",
    ),
    (
        "not-drawn",
        "The values are spaced too evenly, or follow one another too closely, to be drawn: each of "
        "them must come from a generator, by itself.",
    ),
    (
        "same-in-each-layer",
        "Layers of one shape got the same numbers: the generator was made anew, with the same "
        "seed, for each of them, or a draw was kept and used again. Make the generator once, "
        "before the loop, and draw from it for every layer.",
    ),
    (
        "seed-without-effect",
        "Another seed gave the same weights. The seed decides what is drawn.",
    ),
    (
        "not-repeatable",
        "Two calls with one seed gave different weights. Draw from a generator of your own that "
        "starts from `seed`, and mix in nothing that differs from one start of Python to the next, "
        "as `hash` of a text does.",
    ),
    (
        "order-of-a-set",
        "Under other names, in the same order, the layers have changed their numbers among them. "
        "Who gets which numbers of the stream follows from a set of names (`set(…)`, or `&` and "
        "`|` of `keys()`), and its order is another one each time that Python is started. Go "
        "through the dict, which keeps its order, or through `sorted(…)`.",
    ),
    ZERO_FOR_NO_SEED,
    ZERO_FOR_ANOTHER,
)
"""Name and message; each is the kind of a difference that a judge finds."""


def spread_otherwise() -> Iterator[Misconception]:
    """Another range, and not filled evenly: both are told."""
    told = dict(MISTAKES)
    for name in SPREAD_BY:
        also = Misconception(name, told[name])
        yield Misconception(f"{name}{AND_NOT_UNIFORM}", told[NOT_UNIFORM], also=also)


def few_values_otherwise() -> Iterator[Misconception]:
    """A few values up to another bound: both are told."""
    told = dict(MISTAKES)
    for name in BOUND_BY:
        also = Misconception(name, told[name])
        yield Misconception(f"{name}{AND_ALL_ALIKE}", told[ALL_ALIKE], also=also)
        yield Misconception(f"{name}{AND_ONE_SIDED}", told[ONE_SIDED], also=also)


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
    return _structure(shapes, got) or range_problem(shapes, masks, got)


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
    """Of results for 0, a seed, the seed and 0 again, those of one seed are equal, others not.

    Nor is that of 0 the one of a usual seed.
    """
    shapes, masks, _ = arguments
    if got is None:
        return NOTHING_CAME
    for result in got:
        found = _structure(shapes, result) or _alive(masks, result)
        if found:
            return found
    of_zero, first, again, of_zero_again, *rest = got
    of_others, under_other_names = rest[: len(USUAL_SEEDS)], rest[len(USUAL_SEEDS) :]
    if not _equal(first, again):
        return Difference("not-repeatable", "two calls with the same seed differ")
    if not _equal(of_zero, of_zero_again):
        return Difference("zero-for-no-seed", "two calls with the seed 0 differ")
    if _equal(first, of_zero):
        return Difference("seed-without-effect", "the calls with two seeds are equal")
    for other, result in zip(USUAL_SEEDS, of_others, strict=True):
        if _equal(of_zero, result):
            return Difference(ZERO_FOR_ANOTHER[0], f"the seeds 0 and {other} gave the same weights")
    return _order_of_names(under_other_names)


def _order_of_names(results: Sequence[Mapping[str, T]]) -> Difference | None:
    """Whether a layer got, under another name, what another layer had got, and it had not.

    Where layers share their numbers, nobody has changed them.
    """
    first = results[0]
    for result, name, other in product(results[1:], first, first):
        of_another = torch.equal(result[name], first[other])
        if of_another and not torch.equal(first[name], first[other]):
            text = "under other names, a layer gets the numbers that another one got"
            return Difference("order-of-a-set", text)
    return None


def _equal(one: Mapping[str, T], other: Mapping[str, T]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


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
    """Whether kept weights of a layer are all alike: 0, another constant, or one of a few."""
    for name, mask in masks.items():
        values = got[name].detach()[mask]
        if share_a_value(values):
            kind = "all-alike" if values.any() else "zeros-kept"
            some = ", ".join(f"{value:.4g}" for value in values.unique()[:4])
            text = f"{name!r}: {len(values)} kept weights share the value {some}"
            return Difference(kind, text)
    return None
