"""What the tasks of this exercise have in common: what is off limits, weights with gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from courseware.checks import ranking_inputs as inputs
from courseware.checks.global_pairs import two_at_once
from courseware.checks.global_rankings import MISTAKES
from courseware.checks.misconceptions import both
from courseware.checks.named_tensors import Named
from courseware.checks.task import Draw, Misconception

T = torch.Tensor
Tensors = Mapping[str, T]
Shapes = Mapping[str, tuple[int, ...]]

OFF_LIMITS = (
    "model_compression.pruning_schedules",
    "model_compression.snip",
    "model_compression.lottery_tickets",
    "model_compression.masks.prune_lowest_together",
    "model_compression.magnitude_pruning.global_magnitude_masks",
    "model_compression.magnitude_pruning.prune_lowest_together",
)
"""This chapter and later ones, and what ranks a whole network: the core of two tasks here."""

LAYER_WITHOUT_MASK = Misconception(
    "layer-without-mask",
    "One of the weights has no mask. Each of them gets one, under its own name.",
)


@dataclass(frozen=True)
class OfScores:
    """A way to prune magnitudes, of other scores; which of equal ones go is as open as it was."""

    way: Callable[..., Any]
    scores: Callable[..., Tensors]

    def __call__(self, *arguments: Any) -> Any:
        return self.way(*self._ranked(arguments))

    def also_gives(self, arguments: tuple[Any, ...], given: Any, came: Any) -> bool:
        """Whether masks that came prune others of equal scores than those given."""
        also_gives = getattr(self.way, "also_gives", None)
        return also_gives is not None and also_gives(self._ranked(arguments), given, came)

    def _ranked(self, arguments: tuple[Any, ...]) -> tuple[Tensors, Any]:
        return self.scores(*arguments[:-1]), arguments[-1]


def ways_of(mistake: str, scores: Callable[..., Tensors]) -> tuple[Callable[..., Any], ...]:
    """The ways of a mistake with magnitudes, made with other scores.

    `scores` takes the arguments of the task but the last, which is the sparsity.
    """
    known = next(ways for name, _, ways in MISTAKES if name == mistake)
    return tuple(OfScores(way, scores) for way in known)


def two_ranked(
    scores: Callable[..., Tensors], told: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[Misconception, ...]]:
    """Two mistakes with magnitudes, made with other scores; `told` are other words for some."""
    for first, second, known in two_at_once():
        behaviours = (OfScores(way, scores) for way in known)
        yield both(told.get(first[0], first), told.get(second[0], second), *behaviours)


def weights_and_gradients(draw: Draw, shapes: Shapes) -> tuple[Named, Named]:
    """Weights and gradients, whose products lie apart as the magnitudes of `inputs` do.

    Their signs are mixed, and neither factor ranks as the products do. The gradients come in
    another order than the weights.
    """
    products = inputs.layers(draw, shapes)
    weights, grads = Named(), {}
    for name, product in products.items():
        sign = torch.randint(0, 2, product.shape, generator=draw.generator) * 2 - 1
        weights[name] = sign * (0.7 * draw.normal(*product.shape)).exp() / 4
        grads[name] = product / weights[name]
    return weights, Named(reversed(grads.items()))
