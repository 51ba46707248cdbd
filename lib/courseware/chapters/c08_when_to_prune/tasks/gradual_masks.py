"""The task `gradual_masks`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from courseware.chapters.c08_when_to_prune.tasks.common import (
    LAYER_WITHOUT_MASK,
    OFF_LIMITS,
    Shapes,
    T,
    Tensors,
)
from courseware.chapters.c08_when_to_prune.tasks.gradual_mistakes import (
    MISTAKES,
    TOTAL_LOWERED,
    TWO_MISTAKES,
)
from courseware.chapters.c08_when_to_prune.tasks.gradual_wrong_ways import gone, ranked
from courseware.checks import ranking_inputs as inputs
from courseware.checks.counts import shares
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.joined_tensors import joining_slips
from courseware.checks.mask_dicts import MATCHED_BY_ORDER, and_dtypes, masks_came
from courseware.checks.masks import MASK_NOT_BOOL, WEIGHTS_RETURNED
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.named_tensors import Named, paired_call, total
from courseware.checks.noise import CLOSE_ONES_MIXED_UP, noisy
from courseware.checks.rankings import ranking_problem
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import Difference
from model_compression import pruning_schedules as reference
from model_compression.masks import pruned_count

Arguments = tuple[Named, Named, float]

SHAPES = {"0.weight": (6, 8), "2.weight": (4, 6)}
"""72 weights: an eighth is 9."""


def _masks(draw: Draw, weights: Tensors, n_pruned: int) -> Named:
    """Masks that prune so many places, whichever; in another order than the weights."""
    kept = torch.randperm(total(weights), generator=draw.generator) >= n_pruned
    parts = kept.split([w.numel() for w in weights.values()])
    named = zip(weights.items(), parts, strict=True)
    masks = [(name, part.reshape(w.shape).clone()) for (name, w), part in named]
    return Named(reversed(masks))


def _zeroed(weights: Tensors, masks: Tensors) -> Named:
    return Named((name, w * masks[name]) for name, w in weights.items())


def _pruned_before(draw: Draw, shapes: Shapes, eighths: int) -> tuple[Named, Named]:
    weights = inputs.layers(draw, shapes)
    return weights, _masks(draw, weights, total(weights) * eighths // 8)


def _single(*values: float, kept: str) -> tuple[Named, Named]:
    """One layer by hand; `kept` has a 1 for each weight that is kept."""
    mask = torch.tensor([digit == "1" for digit in kept])
    return Named(w=torch.tensor(values)), Named(w=mask)


def _further(draw: Draw) -> Iterator[Arguments]:
    yield *_single(0.9, 0.0, -0.3, 0.5, 0.0, -0.7, 0.2, 0.4, kept="10110111"), 0.5
    for before, sparsity in ((1, 0.375), (2, 0.75), (4, 0.625)):
        weights, masks = _pruned_before(draw, SHAPES, before)
        yield _zeroed(weights, masks), masks, sparsity
    weights, masks = _pruned_before(draw, inputs.OUT_OF_ORDER, 2)
    yield _zeroed(weights, masks), masks, 0.625
    weights, masks = _pruned_before(draw, SHAPES, 2)
    large = Named({name: 200 * tensor for name, tensor in weights.items()})
    yield _zeroed(large, masks), masks, 0.75
    # What is added against ties, or rounded, is felt here.
    small = Named((name, inputs.tiny(tensor)) for name, tensor in weights.items())
    yield _zeroed(small, masks), masks, 0.625


def _left_over_values(draw: Draw) -> Iterator[Arguments]:
    yield *_single(9.0, 1.0, 2.0, 3.0, kept="0111"), 0.5
    for before, sparsity in ((2, 0.5), (3, 0.75)):
        same = {"a.weight": (4, 6), "b.weight": (4, 6), "c.weight": (4, 6)}
        yield *_pruned_before(draw, same, before), sparsity


def _kept_zeros(draw: Draw) -> Iterator[Arguments]:
    yield *_single(0.0, 2.0, 0.0, 0.0, kept="1100"), 0.5
    yield *_single(0.0, 2.0, 0.0, 4.0, kept="1101"), 0.5
    for before, sparsity in ((2, 0.25), (2, 0.375), (1, 0.25)):
        weights, masks = _pruned_before(draw, SHAPES, before)
        for w in weights.values():
            w.view(-1)[::4] = 0.0
        yield _zeroed(weights, masks), masks, sparsity


def _rounded_once(draw: Draw) -> Iterator[Arguments]:
    masks = Named((name, torch.tensor([[True, name != "a", True]])) for name in "cba")
    yield inputs.three_by_three(), masks, 0.4
    for shapes in (inputs.uneven_shapes(3), inputs.uneven_shapes(5), inputs.ODD_SHAPES):
        weights, masks = _pruned_before(draw, shapes, 1)
        for sparsity in shares(draw, total(weights), 0.2):
            yield weights, masks, sparsity


def _below(draw: Draw) -> Iterator[Arguments]:
    yield *_single(3.0, 1.0, 0.0, 4.0, kept="1001"), 0.25
    # The last total is above it: to return the old masks is not enough.
    for sparsity in (0.0, 0.25, 0.5, 0.75):
        weights, masks = _pruned_before(draw, SHAPES, 5)
        yield _zeroed(weights, masks), masks, sparsity


def _ends(draw: Draw) -> Iterator[Arguments]:
    yield *_single(3.0, -1.0, 2.0, 4.0, kept="1111"), 0.5
    # Larger than any number that somebody thinks of as large.
    yield *_single(2e4, 0.0, -3e4, 5e4, kept="1011"), 0.75
    for before, sparsity in ((0, 0.625), (0, 0.0), (3, 1.0)):
        yield (
            *_pruned_before(draw, {"conv.weight": (4, 2, 2, 2), "fc.weight": (2, 4)}, before),
            sparsity,
        )


def _equal_magnitudes(draw: Draw) -> Iterator[Arguments]:
    yield *_single(2.0, -2.0, 2.0, 2.0, 5.0, 2.0, -2.0, 2.0, kept="01111111"), 0.5
    for sparsity in (0.375, 0.5):
        weights = Named({"0.weight": inputs.ties(draw, 3, 8), "2.weight": inputs.ties(draw, 4, 4)})
        yield weights, _masks(draw, weights, 10), sparsity


CAME_BACK = Misconception(
    "came-back",
    "A weight that was pruned is kept again. The new masks lie within the old ones: rank only "
    "those that are left, and leave all others False.",
    unless_explained=True,
)
LOWERED = Misconception(*TOTAL_LOWERED, unless_explained=True)


def nested(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Within the old masks, the exact total, and nothing kept below what is pruned now."""
    weights, masks, sparsity = arguments
    if found := masks_came(weights, got):
        return found
    came = {name: mask.detach() for name, mask in got}
    # What is gone already has the first places of the ranking.
    scores = {name: w.abs().masked_fill(~masks[name], -1.0) for name, w in weights.items()}
    count = max(pruned_count(total(weights), sparsity), gone(masks))
    text = ranking_problem(scores, came, count)
    back = _came_back(masks, came)
    if not text and not back:
        return None
    if not back:
        return Difference("wrong-value", text)
    asked = pruned_count(total(weights), sparsity)
    lowered = gone(came) == asked < gone(masks) and not _pruned_now(masks, came)
    return Difference(LOWERED.name if lowered else CAME_BACK.name, back)


def _came_back(masks: Tensors, came: Tensors) -> str:
    """The first weight that was pruned and is kept now, if there is one."""
    for name, mask in came.items():
        places: T = (mask.bool() & ~masks[name]).nonzero()
        if len(places):
            where = [int(i) for i in places[0]]
            return f"{name!r}: the weight at {where} was pruned before, and is kept now"
    return ""


def _pruned_now(masks: Tensors, came: Tensors) -> bool:
    """Whether a weight was kept and is pruned now."""
    return any(bool((masks[name] & ~mask.bool()).any()) for name, mask in came.items())


def _pruned_weights(weights: Tensors, masks: Tensors, sparsity: float) -> Tensors:
    return _zeroed(weights, reference.gradual_masks(weights, masks, sparsity))


def _covering(known: Misconception) -> Misconception:
    """Whoever takes the mask of another layer brings weights back, and makes no second mistake."""
    by_order = known.name == MATCHED_BY_ORDER[0]
    return replace(known, covers=(CAME_BACK.name,)) if by_order else known


_check = partial(Check, judge=nested, probe=paired_call)

GRADUAL_MASKS = Task(
    name="gradual_masks",
    points=22,
    reference=reference.gradual_masks,
    lecture="lecture 08, “During training: a schedule”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        _check("the smallest of those that are left go, up to the total", 5, _further),
        _check("what is pruned stays pruned, whatever its value", 4, _left_over_values),
        _check("a kept weight of 0 is not a pruned one", 3, _kept_zeros),
        _check("how many: rounded once, for all together", 3, _rounded_once),
        _check("a total below what is gone changes nothing", 2, _below),
        _check("nothing pruned before; a total of 0 or 1", 2, _ends),
        _check("equal magnitudes: still the exact count", 2, _equal_magnitudes),
        _check("right masks, as torch.bool", 1, _further, judge=and_dtypes(nested)),
    ),
    misconceptions=several(
        (
            MASK_NOT_BOOL,
            LAYER_WITHOUT_MASK,
            CAME_BACK,
            LOWERED,
        ),
        FORMS,
        map(
            _covering,
            several(
                *(ways(name, message, *behaviours) for name, message, behaviours in MISTAKES),
                *(both(first, second, *behaviours) for first, second, behaviours in TWO_MISTAKES),
            ),
        ),
        joining_slips(ranked, two_dicts=True),
        ways(*CLOSE_ONES_MIXED_UP, *noisy(ranked)),
        ways(*WEIGHTS_RETURNED, _pruned_weights),
    ),
)
