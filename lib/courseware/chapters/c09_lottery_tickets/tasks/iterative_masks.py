"""The task `iterative_masks`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from courseware.chapters.c09_lottery_tickets.tasks.common import OFF_LIMITS, random_masks, share_of
from courseware.chapters.c09_lottery_tickets.tasks.survivors import (
    MISTAKES,
    REVIVED,
    among_survivors,
)
from courseware.checks import ranking_inputs as inputs
from courseware.checks.mask_dicts import LAYER_WITHOUT_MASK, and_dtypes
from courseware.checks.masks import MASK_NOT_BOOL
from courseware.checks.misconceptions import several, ways
from courseware.checks.named_tensors import Named, paired_call
from courseware.checks.task import Check, Draw, Task
from model_compression import lottery_tickets as reference

T = torch.Tensor
Arguments = tuple[Named, Named, float]
THREE = {"0.weight": (6, 7), "2.weight": (5, 6), "4.weight": (3, 5)}


def _all_kept(weights: Named) -> Named:
    return Named((name, torch.ones_like(w, dtype=torch.bool)) for name, w in weights.items())


def _pruned(weights: Named, masks: Named) -> Named:
    return Named((name, w * masks[name]) for name, w in weights.items())


def _share(draw: Draw, masks: Named) -> float:
    return share_of(draw, sum(int(mask.sum()) for mask in masks.values()))


def _first_round(draw: Draw) -> Iterator[Arguments]:
    weights = inputs.two_layers()
    yield weights, _all_kept(weights), 0.25
    for shapes in ({"0.weight": (6, 8), "2.weight": (4, 6)}, THREE):
        weights = inputs.layers(draw, shapes)
        yield weights, _all_kept(weights), _share(draw, _all_kept(weights))


def _later_rounds(draw: Draw) -> Iterator[Arguments]:
    weights = Named(w=torch.tensor([[0.0, 5.0, 3.0, -4.0, 2.0]]))
    yield weights, Named(w=weights["w"] != 0), 0.25
    for shapes, kept in (({"0.weight": (6, 8), "2.weight": (4, 6)}, 0.7), (THREE, 0.45)):
        masks = random_masks(draw, shapes, kept)
        yield _pruned(inputs.layers(draw, shapes), masks), masks, _share(draw, masks)


def _mask_decides(draw: Draw) -> Iterator[Arguments]:
    # A pruned weight may hold anything, here 9 and -8; a kept one may be 0.
    weights = Named(a=torch.tensor([[9.0, 1.0, 3.0]]), b=torch.tensor([[0.0, -8.0, 2.0]]))
    yes = torch.tensor([[False, True, True]])
    yield weights, Named(a=yes, b=torch.tensor([[True, False, True]])), 0.5
    for _ in range(2):
        masks = random_masks(draw, THREE, 0.6)
        weights = inputs.layers(draw, THREE)
        weights["4.weight"].view(-1)[masks["4.weight"].flatten().nonzero()[0]] = 0.0
        yield weights, masks, _share(draw, masks)


def _rounded_once(draw: Draw) -> Iterator[Arguments]:
    # 20% of 6, 6 and 6 survivors is 1.2 each, which makes 3; of all 18 it is 3.6, which makes 4.
    shapes = {"a": (2, 4), "b": (4, 2), "c": (8, 1)}
    gone = torch.tensor([True] * 6 + [False] * 2)
    masks = Named((name, gone.reshape(shape).clone()) for name, shape in shapes.items())
    yield _pruned(inputs.layers(draw, shapes), masks), masks, 0.2
    for rows in (3, 5):
        layers = inputs.uneven_shapes(rows)
        masks = random_masks(draw, layers, 0.6)
        yield _pruned(inputs.layers(draw, layers), masks), masks, _share(draw, masks)


def _extremes(draw: Draw) -> Iterator[Arguments]:
    small, large = torch.tensor([[0.1, -0.2]]), torch.tensor([[0.3, -4.0]])
    weights = Named({"0.weight": small, "2.weight": large})
    yield weights, _all_kept(weights), 0.5
    shapes = {"0.weight": (3, 4), "2.weight": (2, 3), "4.weight": (2, 2)}
    weights, masks = inputs.layers(draw, shapes), random_masks(draw, shapes, 0.6)
    masks["2.weight"] = torch.zeros(2, 3, dtype=torch.bool)
    yield _pruned(weights, masks), masks, _share(draw, masks)
    yield _pruned(weights, masks), masks, 1.0
    yield _pruned(weights, masks), masks, 0.0


def _equal_magnitudes(draw: Draw) -> Iterator[Arguments]:
    twos = torch.tensor([[2.0, -2.0, 0.0, 2.0]])
    yield Named(a=twos, b=-twos[:, :2]), Named(a=twos != 0, b=twos[:, :2] != 0), 0.4
    shapes = {"0.weight": (4, 5), "2.weight": (3, 4)}
    for _ in range(2):
        masks = random_masks(draw, shapes, 0.7)
        weights = Named((name, inputs.ties(draw, *shape)) for name, shape in shapes.items())
        yield _pruned(weights, masks), masks, _share(draw, masks)


_check = partial(Check, judge=among_survivors, probe=paired_call)

ITERATIVE_MASKS = Task(
    name="iterative_masks",
    points=18,
    reference=reference.iterative_masks,
    lecture="lecture 09, “Seven steps”",
    off_limits=(
        *OFF_LIMITS,
        "model_compression.masks.prune_lowest_together",
        "model_compression.pruning_schedules.gradual_masks",
    ),
    checks=(
        _check("the first round: all layers are one ranking", 3, _first_round),
        _check("later rounds: a share of the survivors", 4, _later_rounds),
        _check("the masks decide what is pruned already, not zeros", 3, _mask_decides),
        _check("how many: rounded once, for all layers together", 3, _rounded_once),
        _check("nothing or everything goes, a layer may be empty", 2, _extremes),
        _check("equal magnitudes and zeros", 2, _equal_magnitudes),
        _check("right masks, as torch.bool", 1, _later_rounds, judge=and_dtypes(among_survivors)),
    ),
    misconceptions=several(
        (MASK_NOT_BOOL, LAYER_WITHOUT_MASK, REVIVED),
        *(ways(name, message, *behaviours) for name, message, behaviours in MISTAKES),
    ),
)
