"""The task `iterative_masks`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import torch

from courseware.chapters.c09_lottery_tickets.tasks.common import (
    OFF_LIMITS,
    kept_in,
    random_masks,
    with_survivors,
)
from courseware.chapters.c09_lottery_tickets.tasks.survivor_pairs import (
    SHARE_OF_ALL_CUT_OFF,
    TWO_MISTAKES,
)
from courseware.chapters.c09_lottery_tickets.tasks.survivors import (
    MISTAKES,
    REVIVED,
    among_survivors,
    ranked,
)
from courseware.checks import ranking_inputs as inputs
from courseware.checks.counts import above_half, shares
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.joined_tensors import joining_slips
from courseware.checks.mask_dicts import LAYER_WITHOUT_MASK, MATCHED_BY_ORDER, and_dtypes
from courseware.checks.masks import MASK_NOT_BOOL, WEIGHTS_RETURNED
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.named_tensors import Named, paired_call
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import lottery_tickets as reference

T = torch.Tensor
Arguments = tuple[Named, Named, float]
THREE = {"8.weight": (6, 7), "10.weight": (5, 6), "9.weight": (3, 5)}
"""Under names that ascend neither as text nor as numbers."""

HUGE = 2.0**50
"""Weights times this are around 1e15; squared they are well within float32."""


def _all_kept(weights: Named) -> Named:
    return Named((name, torch.ones_like(w, dtype=torch.bool)) for name, w in weights.items())


def _pruned(weights: Named, masks: Named) -> Named:
    return Named((name, w * masks[name]) for name, w in weights.items())


def _share(draw: Draw, masks: Named) -> float:
    return above_half(draw, kept_in(masks))


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
        weights["9.weight"].view(-1)[masks["9.weight"].flatten().nonzero()[0]] = 0.0
        yield weights, masks, _share(draw, masks)


def _kept_zeros(draw: Draw) -> Iterator[Arguments]:
    """More kept zeros than go now, before pruned ones and behind them."""
    for kept in ((True, True, False, True), (False, True, True, True)):
        yield Named(w=torch.tensor([[0.0, 0.0, 0.0, 5.0]])), Named(w=torch.tensor([kept])), 0.34
    for _ in range(2):
        masks = random_masks(draw, THREE, 0.6)
        weights = _pruned(inputs.layers(draw, THREE), masks)
        for name, w in weights.items():
            places = masks[name].flatten().nonzero().flatten()
            w.view(-1)[places[::3]] = 0.0
        yield weights, masks, above_half(draw, kept_in(masks), 0.05, 0.2)


def _other_order(draw: Draw) -> Iterator[Arguments]:
    weights = Named(a=torch.tensor([[1.0, 5.0]]), b=torch.tensor([[2.0, 4.0]]))
    yield weights, Named(b=torch.tensor([[True, True]]), a=torch.tensor([[False, True]])), 0.34
    same = {f"{layer}.weight": (4, 5) for layer in "024"}
    for shapes in (same, THREE):
        masks = random_masks(draw, shapes, 0.6)
        weights = _pruned(inputs.layers(draw, shapes), masks)
        yield weights, Named(reversed(masks.items())), _share(draw, masks)


def _rounded_once(draw: Draw) -> Iterator[Arguments]:
    # 20% of 6, 6 and 6 survivors is 1.2 each, which makes 3; of all 18 it is 3.6, which makes 4.
    shapes = {"a": (2, 4), "b": (4, 2), "c": (8, 1)}
    gone = torch.tensor([True] * 6 + [False] * 2)
    masks = Named((name, gone.reshape(shape).clone()) for name, shape in shapes.items())
    yield _pruned(inputs.layers(draw, shapes), masks), masks, 0.2
    # Of an odd number one half, of twice an odd number a quarter and three: half a weight each.
    for rows, n_survivors in ((3, 25), (5, 46)):
        layers = inputs.uneven_shapes(rows)
        masks = with_survivors(random_masks(draw, layers, 0.5), n_survivors)
        weights = _pruned(inputs.layers(draw, layers), masks)
        for rate in shares(draw, n_survivors):
            yield weights, masks, rate


def _large_survivors(draw: Draw) -> Iterator[Arguments]:
    """Magnitudes above any number that may stand for infinity, and above what is positive."""
    weights = Named(w=torch.tensor([[3.0, -40.0, 9.0, -20.0]]))
    yield weights, Named(w=torch.tensor([[True, True, False, True]])), 0.7
    for _ in range(2):
        masks, weights = random_masks(draw, THREE, 0.5), inputs.layers(draw, THREE)
        large = Named((name, torch.where(w < 0, w, w / 8) * HUGE) for name, w in weights.items())
        # The largest positive one is gone: no survivor is as large as it.
        top = max(float(w.max()) for w in large.values())
        masks = Named((name, mask & (large[name] != top)) for name, mask in masks.items())
        yield large, masks, above_half(draw, kept_in(masks), 0.8, 0.95)


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


def _pruned_weights(weights: Named, masks: Named, rate: float) -> dict[str, T]:
    new = reference.iterative_masks(weights, masks, rate)
    return {name: w * new[name] for name, w in weights.items()}


def _with_consequences(known: tuple[Misconception, ...]) -> tuple[Misconception, ...]:
    """Who takes the mask of another layer also keeps what was pruned in this one."""
    if known[0].name != MATCHED_BY_ORDER[0]:
        return known
    return tuple(replace(one, covers=(REVIVED.name,)) for one in known)


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
    checks=told_by_form(
        _check("the first round: all layers are one ranking", 2, _first_round),
        _check("later rounds: a share of the survivors", 3, _later_rounds),
        _check("the masks decide what is pruned already, not zeros", 2, _mask_decides),
        _check("more kept weights of 0 than are to go", 1, _kept_zeros),
        _check("masks in another order, matched by name", 1, _other_order),
        _check("survivors of any size", 1, _large_survivors),
        _check("how many: rounded once, for all layers together", 3, _rounded_once),
        _check("nothing or everything goes, a layer may be empty", 2, _extremes),
        _check("equal magnitudes and zeros", 2, _equal_magnitudes),
        _check("right masks, as torch.bool", 1, _later_rounds, judge=and_dtypes(among_survivors)),
    ),
    misconceptions=several(
        (MASK_NOT_BOOL, LAYER_WITHOUT_MASK, REVIVED, *FORMS),
        *(
            _with_consequences(ways(name, message, *behaviours))
            for name, message, behaviours in MISTAKES
        ),
        *(both(first, second, *behaviours) for first, second, behaviours in TWO_MISTAKES),
        both(*SHARE_OF_ALL_CUT_OFF),
        joining_slips(ranked, two_dicts=True),
        ways(*WEIGHTS_RETURNED, _pruned_weights),
    ),
)
