"""The task `global_magnitude_masks`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from courseware.chapters.c06_unstructured_pruning.tasks.common import OFF_LIMITS
from courseware.checks import ranking_inputs as inputs
from courseware.checks.counts import MISCOUNTS, Count, shares
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.global_pairs import two_at_once
from courseware.checks.global_rankings import MISTAKES, TWO_MISTAKES, global_ranking
from courseware.checks.joined_tensors import joining_slips
from courseware.checks.mask_dicts import LAYER_WITHOUT_MASK, and_dtypes
from courseware.checks.masks import MASK_NOT_BOOL, WEIGHTS_RETURNED
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.named_tensors import Named, paired_call, total
from courseware.checks.noise import CLOSE_ONES_MIXED_UP, noisy
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import magnitude_pruning as reference
from model_compression.masks import pruned_count

Arguments = tuple[Named, float]


def _two_layers(draw: Draw) -> Iterator[Arguments]:
    yield inputs.two_layers(), 0.25
    for shapes in ({"0.weight": (6, 8), "2.weight": (4, 6)}, inputs.OUT_OF_ORDER):
        yield inputs.layers(draw, shapes), inputs.whole_share(draw)
    weights = inputs.layers(draw, {"0.weight": (4, 6), "2.weight": (2, 4)})
    # What is added against ties, or rounded, is felt here.
    yield Named((name, inputs.tiny(w)) for name, w in weights.items()), inputs.whole_share(draw)


def _rounded_once(draw: Draw) -> Iterator[Arguments]:
    yield inputs.three_by_three(), 0.4
    yield Named(a=torch.tensor([[3.0, -1.0, 2.0]]), b=torch.tensor([[5.0, -4.0]])), 0.5
    for shapes in (inputs.uneven_shapes(3), inputs.uneven_shapes(5), inputs.ODD_SHAPES):
        weights = inputs.layers(draw, shapes)
        for share in shares(draw, total(weights)):
            yield weights, share


def _convolutions(draw: Draw) -> Iterator[Arguments]:
    shapes = {"conv1.weight": (4, 1, 3, 3), "conv2.weight": (2, 4, 3, 3), "head.weight": (5, 4)}
    yield (
        Named(conv=torch.tensor([[[1.0, -7.0]], [[2.0, 6.0]]]), fc=torch.tensor([[5.0, 3.0]])),
        0.5,
    )
    yield inputs.layers(draw, shapes), inputs.whole_share(draw)
    yield inputs.layers(draw, dict(reversed(shapes.items()))), inputs.whole_share(draw)


def _extremes(draw: Draw) -> Iterator[Arguments]:
    small, large = torch.tensor([[0.1, -0.2]]), torch.tensor([[0.3, -4.0]])
    yield Named({"0.weight": small, "2.weight": large}), 0.5
    yield Named({"0.weight": large, "2.weight": small}), 0.5
    weights = inputs.layers(draw, {"0.weight": (3, 4), "2.weight": (2, 3)})
    yield weights, 0.0
    yield weights, 1.0


def _equal_magnitudes(draw: Draw) -> Iterator[Arguments]:
    twos = torch.tensor([[2.0, -2.0, 2.0]])
    yield Named({"0.weight": twos, "2.weight": -twos[:, :1]}), 0.5
    zeros = torch.tensor([[0.0, 1.0, 0.0]]), torch.tensor([[0.0, 0.0, 0.0, -3.0, 0.0]])
    yield Named({"0.weight": zeros[0], "2.weight": zeros[1]}), 0.5
    for _ in range(2):
        weights = {"0.weight": inputs.ties(draw, 3, 5), "2.weight": inputs.ties(draw, 3, 3)}
        yield Named(weights), inputs.whole_share(draw)


def _ranked(weights: Named, sparsity: float) -> tuple[dict[str, torch.Tensor], int]:
    scores = {name: w.abs() for name, w in weights.items()}
    return scores, pruned_count(total(weights), sparsity)


def _ranked_and_miscounted(count: Count, weights: Named, sparsity: float) -> tuple[Any, int]:
    n = total(weights)
    return _ranked(weights, sparsity)[0], min(max(int(count(n, sparsity)), 0), n)


def _joined_and_miscounted() -> Iterator[Misconception]:
    """A slip in the joined line, and a wrong count."""
    for name, message, counts in MISCOUNTS:
        for count in counts:
            for known in joining_slips(partial(_ranked_and_miscounted, count)):
                assert known.behaves is not None
                yield from both((known.name, known.message), (name, message), known.behaves)


def _pruned_weights(weights: Named, sparsity: float) -> dict[str, torch.Tensor]:
    masks = reference.global_magnitude_masks(weights, sparsity)
    return {name: w * masks[name] for name, w in weights.items()}


def _first_alone(masks: dict[str, torch.Tensor], *arguments: Any) -> dict[str, torch.Tensor]:
    name = next(iter(masks))
    return {name: masks[name]}


RETURNED_IN_THE_LOOP = (
    "returned-in-the-loop",
    "The first tensor alone has a mask: `return` stands inside of the loop, and ends it after one "
    "round. Every one of them gets a mask, under its own name.",
)
RANKED_WRONGLY = several(
    *(ways(name, message, *behaviours) for name, message, behaviours in MISTAKES)
)

_check = partial(Check, judge=global_ranking, probe=paired_call)

GLOBAL_MAGNITUDE_MASKS = Task(
    name="global_magnitude_masks",
    points=16,
    reference=reference.global_magnitude_masks,
    lecture="lecture 06, “One threshold for the whole network”",
    off_limits=OFF_LIMITS,
    calls=("magnitude_mask", "threshold_mask"),
    checks=told_by_form(
        _check("all tensors are one ranking", 4, _two_layers),
        _check("how many: rounded once, for all together", 3, _rounded_once),
        _check("convolutions, each mask in the shape of its weight", 2, _convolutions),
        _check("a layer may lose all its weights, or none", 2, _extremes),
        _check("equal magnitudes and zeros", 3, _equal_magnitudes),
        _check("right masks, as torch.bool", 2, _two_layers, judge=and_dtypes(global_ranking)),
    ),
    misconceptions=several(
        (MASK_NOT_BOOL, replace(LAYER_WITHOUT_MASK, unless_explained=True)),
        FORMS,
        joining_slips(_ranked),
        ways(*CLOSE_ONES_MIXED_UP, *noisy(_ranked)),
        ways(*WEIGHTS_RETURNED, _pruned_weights),
        RANKED_WRONGLY,
        followed_by(RETURNED_IN_THE_LOOP, _first_alone, RANKED_WRONGLY),
        ways(
            *RETURNED_IN_THE_LOOP,
            lambda *arguments: _first_alone(reference.global_magnitude_masks(*arguments)),
        ),
        *(
            both(first, second, *behaviours)
            for first, second, behaviours in (*TWO_MISTAKES, *two_at_once())
        ),
        _joined_and_miscounted(),
    ),
)
