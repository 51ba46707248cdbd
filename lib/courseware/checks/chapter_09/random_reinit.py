"""The task `random_reinit`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch

from courseware.checks.call import Outcome, shuffled_call
from courseware.checks.chapter_06.common import Named, named, plain
from courseware.checks.chapter_09 import reinit_judges as judges
from courseware.checks.chapter_09.common import OFF_LIMITS, random_masks
from courseware.checks.states import Words, all_of
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import lottery_tickets as reference

Arguments = tuple[dict[str, list[int]], Named, int]


def _problem(draw: Draw, kept: float, **layers: tuple[int, ...]) -> Arguments:
    shapes = {name.lstrip("_") + ".weight": shape for name, shape in layers.items()}
    masks = random_masks(draw, shapes, kept)
    return {name: list(shape) for name, shape in shapes.items()}, masks, draw.integer(0, 9999)


def _masked(draw: Draw) -> Iterator[Arguments]:
    yield _problem(draw, 0.5, _0=(2, 3))
    yield _problem(draw, 0.3, conv=(4, 3, 3, 3), fc=(5, 16))
    shapes, masks, seed = _problem(draw, 0.5, _0=(3, 4), _2=(2, 3))
    masks["2.weight"] = torch.zeros(2, 3, dtype=torch.bool)
    yield shapes, masks, seed


def _wide_and_tall(draw: Draw) -> Iterator[Arguments]:
    yield _problem(draw, 0.6, _0=(16, 160), _2=(160, 16))


def _convolution(draw: Draw) -> Iterator[Arguments]:
    yield _problem(draw, 0.6, conv=(32, 8, 3, 3))


def _alike(draw: Draw) -> Iterator[Arguments]:
    yield _problem(draw, 0.8, _0=(12, 12), _2=(12, 12), _4=(12, 12))


def _once(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    outcome = shuffled_call(function, plain(arguments), seconds)
    return replace(outcome, value=named(outcome.value))


def _three_times(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """Two calls with one seed and one with the next, from different states of all generators."""
    shapes, masks, seed = arguments
    seeds = (seed, seed, seed + 1)
    return all_of(_once(function, (shapes, masks, each), seconds) for each in seeds)


def _expect(what: str) -> Callable[..., Words]:
    """In place of a reference, whose draw would be only one of many right ones: words."""
    return lambda shapes, masks, seed: Words(what)


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
            _expect(f"values spread evenly between ±{1 / math.sqrt(72):.4f}: fan_in is 8 · 3 · 3"),
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
            _three_times,
            _expect("three draws: twice the same, then another one for the next seed"),
        ),
    ),
    misconceptions=tuple(Misconception(name, message) for name, message in judges.MISTAKES),
)
