"""The task `random_reinit`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch

from courseware.chapters.c09_lottery_tickets.tasks import reinit_judges as judges
from courseware.chapters.c09_lottery_tickets.tasks.common import OFF_LIMITS, random_masks
from courseware.checks.call import Outcome, call_anew, shuffled_call
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.misconceptions import ways
from courseware.checks.named_tensors import Named, named
from courseware.checks.states import USUAL_SEEDS, Words, all_of, plain
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import lottery_tickets as reference

Arguments = tuple[dict[str, list[int]], Named, int]


def _problem(draw: Draw, kept: float, **layers: tuple[int, ...]) -> Arguments:
    shapes = {name.lstrip("_") + ".weight": shape for name, shape in layers.items()}
    masks = random_masks(draw, shapes, kept)
    return {name: list(shape) for name, shape in shapes.items()}, masks, draw.integer(1, 9999)


OTHER_NAMES = "024", "135", "246", "357", "468", "579", "059", "128"
"""Numbers of three layers, ascending as text and as numbers. Six orders of a set are as likely for
each: all eight are the same once in 280,000 times."""


def _masked(draw: Draw) -> Iterator[Arguments]:
    yield _problem(draw, 0.5, _0=(2, 3))
    conv, fc = (draw.integer(3, 5), draw.integer(2, 4), 3, 3), (draw.integer(4, 6), 16)
    yield _problem(draw, 0.3, conv=conv, fc=fc)
    shapes, masks, seed = _problem(draw, 0.5, _0=(3, 4), _2=(2, 3))
    masks["2.weight"] = torch.zeros(2, 3, dtype=torch.bool)
    yield shapes, masks, seed
    for layers in ({"_2": (4, 6), "_10": (4, 6)}, {"_2": (3, 4), "_10": (2, 3)}):
        shapes, masks, seed = _problem(draw, 0.5, **layers)
        yield shapes, Named(reversed(masks.items())), seed


def _wide_and_tall(draw: Draw) -> Iterator[Arguments]:
    """Over 1,000 kept weights in each layer.

    No layer has as many inputs as the other one has outputs, but where the one feeds the other.
    """
    few, many, more = draw.integer(14, 17), draw.integer(150, 180), draw.integer(215, 240)
    yield _problem(draw, 0.6, _0=(few, many), _2=(more, few))


def _convolution(draw: Draw) -> Iterator[Arguments]:
    kernel = draw.rng.choice(((3, 5), (5, 3)))
    yield _problem(draw, 0.6, conv=(draw.integer(28, 34), draw.integer(8, 9), *kernel))


def _alike(draw: Draw) -> Iterator[Arguments]:
    shape = draw.integer(11, 14), draw.integer(11, 14)
    yield _problem(draw, 0.8, _0=shape, _2=shape, _4=shape)


def _once(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    outcome = shuffled_call(function, plain(arguments), seconds)
    return replace(outcome, value=named(outcome.value))


def _two_seeds_twice(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """Calls with 0, which is a seed as well, with the seed twice, with 0 again, and usual seeds.

    Each from another state of all generators, one in a new process. Then calls with whole masks,
    under other names each time: the order of a set of names depends on them.
    """
    shapes, masks, seed = arguments
    ways = [
        *((shuffled_call, 0), (shuffled_call, seed), (call_anew, seed), (shuffled_call, 0)),
        *((shuffled_call, usual) for usual in USUAL_SEEDS),
    ]
    calls = (way(function, plain((shapes, masks, each)), seconds) for way, each in ways)
    whole = {name: torch.ones_like(mask) for name, mask in masks.items()}
    under = (_under(names, function, (shapes, whole, seed), seconds) for names in OTHER_NAMES)
    return all_of(
        replace(outcome, value=named(outcome.value)) for outcome in itertools.chain(calls, under)
    )


def _under(
    numbers: str, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A call with layers of other numbers, its result under the names that they have here."""
    shapes, masks, seed = arguments
    names = {name: f"{n}.weight" for name, n in zip(shapes, numbers, strict=True)}
    shapes, masks = ({names[name]: of[name] for name in of} for of in (shapes, masks))
    outcome = shuffled_call(function, plain((shapes, masks, seed)), seconds)
    if not issubclass(type(outcome.value), dict):
        return outcome
    back = {new: name for name, new in names.items()}
    came = {back.get(name, name): tensor for name, tensor in dict.items(outcome.value)}
    return replace(outcome, value=came)


def _expect(what: str) -> Callable[..., Words]:
    """In place of a reference, whose draw would be only one of many right ones: words."""
    return lambda shapes, masks, seed: Words(what)


def _expect_bound(shapes: dict[str, list[int]], masks: Named, seed: int) -> Words:
    (shape,) = shapes.values()
    sizes = " · ".join(map(str, shape[1:]))
    bound = 1 / math.sqrt(math.prod(shape[1:]))
    return Words(f"values spread evenly between ±{bound:.4f}: fan_in is {sizes}")


RANDOM_REINIT = Task(
    name="random_reinit",
    points=14,
    reference=reference.random_reinit,
    lecture="lecture 09, “Three control arms”",
    off_limits=(*OFF_LIMITS, "model_compression.masks.apply_masks"),
    checks=(
        Check(
            "new weights where the mask is True, 0 elsewhere",
            3,
            _masked,
            judges.zeros_off_the_mask,
            _once,
            _expect("a tensor for each shape, 0 just where its mask is False"),
        ),
        Check(
            "linear layers: uniform within ±1/√fan_in",
            4,
            _wide_and_tall,
            judges.uniform,
            _once,
            _expect("values spread evenly between −1/√fan_in and 1/√fan_in"),
        ),
        Check(
            "convolutions: fan_in is all sizes but the first",
            2,
            _convolution,
            judges.uniform,
            _once,
            _expect_bound,
        ),
        Check(
            "layers of one shape get different weights",
            2,
            _alike,
            judges.layers_differ,
            _once,
            _expect("other weights in each of the three layers"),
        ),
        Check(
            "one seed, one draw; another seed, another draw",
            3,
            _alike,
            judges.seeded,
            _two_seeds_twice,
            _expect(
                "draws: one for the seed 0, another one twice, the first one again, and others for "
                "other seeds"
            ),
        ),
    ),
    misconceptions=(
        *(Misconception(name, message) for name, message in judges.MISTAKES),
        *judges.spread_otherwise(),
        *judges.few_values_otherwise(),
        Misconception(*MATCHED_BY_ORDER),
        # Where shapes differ, an operation that needs equal ones fails.
        *ways(*MATCHED_BY_ORDER, judges.masked_by_order),
    ),
)
