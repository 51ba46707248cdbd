"""The task `snip_scores`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any

import torch

from courseware.chapters.c08_when_to_prune.tasks.common import (
    OFF_LIMITS,
    Tensors,
    weights_and_gradients,
)
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.named_tensors import Named, Pairs, paired_call
from courseware.checks.precision import DECIMALS, IMPRECISE
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import NOTHING_CAME, Difference, difference
from model_compression import snip as reference

SIGN_KEPT = (
    "sign-kept",
    "The sign was kept, or only half of it dropped. A connection whose loss would move a lot "
    "matters, whichever way it moves: take the magnitude of the product.",
)
GRADIENT_ALONE = (
    "gradient-alone",
    "These are the gradients alone. A large gradient says that a weight wants to move, not that it "
    "matters now: a weight of 0 can go without any loss. The switch of a weight moves the loss by "
    "weight times gradient.",
)
WEIGHT_ALONE = (
    "weight-alone",
    "These are the magnitudes of the weights. Before training they are only what the random start "
    "gave them: the gradient says what the loss makes of them.",
)
SQUARED = (
    "squared",
    "The product, or one of its factors, was squared. The score is the magnitude of weight times "
    "gradient, each of them once.",
)

T = torch.Tensor
Arguments = tuple[Named, Named]


def _one_layer(draw: Draw) -> Iterator[Arguments]:
    # The gradients of the slides, with weights that turn their order round.
    yield (
        Named(w=torch.tensor([0.1, 0.9, 2.0])),
        Named(w=torch.tensor([0.8, 0.2, 0.1])),
    )
    for shape in ((3, 4), (5, 6)):
        weights, grads = weights_and_gradients(draw, {"w": shape})
        yield _positive(weights), _positive(grads)


def _positive(tensors: Tensors) -> Named:
    return Named((name, tensor.abs()) for name, tensor in tensors.items())


def _both_signs(draw: Draw) -> Iterator[Arguments]:
    yield (
        Named(w=torch.tensor([0.5, -2.0, 4.0])),
        Named(w=torch.tensor([-0.5, 0.25, 0.75])),
    )
    for shape in ((8,), (4, 3)):
        yield weights_and_gradients(draw, {"w": shape})


def _several_layers(draw: Draw) -> Iterator[Arguments]:
    first, last = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.5, 3.0]])
    yield (
        Named({"0.weight": first, "2.weight": last}),
        Named({"2.weight": torch.tensor([[0.5, 0.25]]), "0.weight": torch.tensor([[-3.0, 1.0]])}),
    )
    yield weights_and_gradients(draw, {"0.weight": (4, 4), "2.weight": (4, 4)})
    yield weights_and_gradients(draw, {"conv.weight": (3, 2, 3, 3), "fc.weight": (4, 3)})


def _zeros(draw: Draw) -> Iterator[Arguments]:
    yield (
        Named(w=torch.tensor([0.0, 2.0, -1.0, 0.5])),
        Named(w=torch.tensor([9.0, 0.0, 0.5, 0.5])),
    )
    for shape in ((4, 5), (2, 3, 3)):
        weights, grads = weights_and_gradients(draw, {"w": shape})
        weights["w"].view(-1)[:3] = 0.0
        grads["w"].view(-1)[2:6] = 0.0
        yield weights, grads


def same_up_to_a_factor(arguments: tuple[Any, ...], expected: Pairs, got: Any) -> Difference | None:
    """The scores, all of them multiplied by one positive number at most."""
    if got is None:
        return NOTHING_CAME
    if type(got) is not Pairs:
        return Difference("wrong-type", f"expected a dict of scores, got a {type(got).__name__}")
    wanted, came = dict(expected), dict(got)
    missing = [name for name in wanted if name not in came]
    if missing:
        return Difference("layer-without-scores", f"there are no scores for {missing[0]!r}")
    more = [name for name in came if name not in wanted]
    if more:
        return Difference("wrong-value", f"there are scores for {more[0]!r}, which is no weight")
    found = _first_difference(wanted, came)
    if found is None or found.kind != "wrong-value":
        return found
    factor = _factor(wanted, came)
    scaled = {name: scores.double() * factor for name, scores in wanted.items()}
    return found if _first_difference(scaled, came) else None


def _factor(wanted: Tensors, came: Tensors) -> float:
    """The positive number that comes nearest to leading from one to the other, or 1."""
    along = sum(float((w.double() * came[name].double()).sum()) for name, w in wanted.items())
    factor = along / sum(float(w.double().square().sum()) for w in wanted.values())
    return factor if math.isfinite(factor) and factor > 0 else 1.0


def _first_difference(wanted: Tensors, came: Tensors) -> Difference | None:
    """That of a form before those of values, which ask for one."""
    found = [
        Difference(one.kind, f"{name!r}: {one.text}")
        for name, scores in wanted.items()
        if (one := difference(scores, came[name]))
    ]
    return min(found, key=lambda one: one.kind == "wrong-value", default=None)


def _scored(score: Callable[[T, T], T]) -> Iterator[Callable[..., Named]]:
    """A wrong score as it is, and as shares of the sum of all, as on the slides."""

    def plainly(weights: Tensors, grads: Tensors) -> Named:
        return Named((name, score(w, grads[name])) for name, w in weights.items())

    def as_shares(weights: Tensors, grads: Tensors) -> Named:
        scores = plainly(weights, grads)
        whole = sum(float(s.double().sum()) for s in scores.values())
        return Named((name, s / whole) for name, s in scores.items())

    yield plainly
    yield as_shares


def _by_order(weights: Tensors, grads: Tensors) -> Named:
    pairs = zip(weights.items(), grads.values(), strict=True)
    return Named((name, (w * g).abs()) for (name, w), g in pairs)


def _products(weights: Tensors, grads: Tensors) -> Named:
    return Named((name, (w * grads[name]).abs()) for name, w in weights.items())


def _signed_by_order(weights: Tensors, grads: Tensors) -> Named:
    pairs = zip(weights.items(), grads.values(), strict=True)
    return Named((name, w * g) for (name, w), g in pairs)


def _over_a_signed_sum(weights: Tensors, grads: Tensors) -> Named:
    signed = sum(float((w * grads[name]).sum()) for name, w in weights.items())
    return Named((name, score / signed) for name, score in _products(weights, grads).items())


def _scored_by_rows(score: Callable[[T], T]) -> Callable[..., Named]:
    def behaves(weights: Tensors, grads: Tensors) -> Named:
        scores = _products(weights, grads)
        return Named((name, score(s).expand_as(s)) for name, s in scores.items())

    return behaves


def _stretched(weights: Tensors, grads: Tensors) -> Named:
    """All scores moved and scaled, so that the lowest is 0 and the highest 1."""
    scores = _products(weights, grads)
    low = min(float(s.min()) for s in scores.values())
    high = max(float(s.max()) for s in scores.values())
    return Named((name, (s - low) / (high - low)) for name, s in scores.items())


def _per_layer(
    size: Callable[[T], T], score: Callable[[T, T], T] = lambda w, g: (w * g).abs()
) -> Callable[..., Named]:
    def behaves(weights: Tensors, grads: Tensors) -> Named:
        scores = ((name, score(w, grads[name])) for name, w in weights.items())
        return Named((name, s / size(s)) for name, s in scores)

    return behaves


def _so_far(last: bool) -> Callable[..., Named]:
    """Divided by a sum that grows from layer to layer, with the layer itself or without it."""

    def behaves(weights: Tensors, grads: Tensors) -> Named:
        total, divided = 0.0, Named()
        for name, scores in _products(weights, grads).items():
            before, total = total, total + float(scores.sum())
            divided[name] = scores / ((total if last else before) or 1.0)
        return divided

    return behaves


WEIGHTS_OF_0_APART = (
    "weights-of-0-apart",
    "A weight of 0 got a score above 0. Its switch moves nothing: 0 times its gradient.",
)
FOR_WEIGHTS_OF_0: tuple[Callable[[T], T], ...] = (torch.abs, torch.ones_like)
"""From the gradient to a score in place of 0."""


def _apart(score: Callable[[T, T], T]) -> Iterator[Callable[..., Named]]:
    """A score of their own for weights of 0, another one for the rest."""

    def mixed(instead: Callable[[T], T]) -> Callable[[T, T], T]:
        return lambda w, g: torch.where(w == 0, instead(g), score(w, g))

    for instead in FOR_WEIGHTS_OF_0:
        yield from _scored(mixed(instead))


DIVIDED = (
    "divided",
    "Weight and gradient were divided. The switch of a weight is a factor, so the loss moves by "
    "their product.",
)
ADDED = (
    "added",
    "Weight and gradient were added or subtracted. The switch of a weight is a factor, so the loss "
    "moves by their product.",
)
PER_LAYER = (
    "normalised-per-layer",
    "Each layer was divided by something of its own, such as its sum. Then the scores of two "
    "layers can no longer be compared: divide all by one number, or none.",
)
SIZES: tuple[Callable[[T], T], ...] = (
    lambda s: s.sum(),
    lambda s: s.max(),
    lambda s: s.mean(),
    lambda s: s.norm(),
    lambda s: torch.tensor(s.numel()),
)
OTHER_SCORES: tuple[tuple[tuple[str, str], tuple[Callable[[T, T], T], ...]], ...] = (
    (GRADIENT_ALONE, (lambda w, g: g.abs(),)),
    (WEIGHT_ALONE, (lambda w, g: w.abs(),)),
    (SIGN_KEPT, (lambda w, g: w * g,)),
    (SQUARED, (lambda w, g: (w * g).square(),)),
    (ADDED, (lambda w, g: w.abs() + g.abs(),)),
    (
        DIVIDED,
        (
            lambda w, g: (g / w).abs(),
            lambda w, g: (w / g).abs(),
            lambda w, g: torch.where(w == 0, 0.0, (g / w).abs()),
            lambda w, g: torch.where(g == 0, 0.0, (w / g).abs()),
        ),
    ),
)

HALF_SQUARES: tuple[Callable[[T, T], T], ...] = (
    lambda w, g: (w * g).square() / 2,
    lambda w, g: w.square() * g.abs(),
    lambda w, g: w.square() * g.abs() / 2,
)

_check = partial(Check, judge=same_up_to_a_factor, probe=paired_call)

SNIP_SCORES = Task(
    name="snip_scores",
    points=12,
    reference=reference.snip_scores,
    lecture="lecture 08, “Before training: at random, and by SNIP”",
    off_limits=OFF_LIMITS,
    checks=(
        _check("weight and gradient both count", 4, _one_layer),
        _check("the sign does not", 3, _both_signs),
        _check("several layers, matched by their names", 3, _several_layers),
        _check("weights of 0 and gradients of 0", 2, _zeros),
    ),
    misconceptions=several(
        (
            Misconception(
                "layer-without-scores",
                "One of the weights has no scores. Each of them gets a tensor of scores, under its "
                "own name.",
            ),
        ),
        ways(
            *GRADIENT_ALONE,
            *_scored(lambda w, g: g.abs()),
            *_scored(lambda w, g: g),
        ),
        both(GRADIENT_ALONE, SQUARED, *_scored(lambda w, g: g.square())),
        ways(
            *WEIGHT_ALONE,
            *_scored(lambda w, g: w.abs()),
            *_scored(lambda w, g: w),
        ),
        both(WEIGHT_ALONE, SQUARED, *_scored(lambda w, g: w.square())),
        ways(
            "one-score-a-layer",
            "The scores of a tensor were put together to one number. Each weight has a score of "
            "its own, at its own place.",
            lambda weights, grads: {n: s.sum() for n, s in _products(weights, grads).items()},
            lambda weights, grads: {n: s.mean() for n, s in _products(weights, grads).items()},
        ),
        ways(
            "stretched-to-0-and-1",
            "The lowest score was taken off, so that it became 0. All may be divided by one "
            "number, but to take one off changes how many times larger one score is than another.",
            _stretched,
        ),
        ways(*WEIGHTS_OF_0_APART, *_apart(lambda w, g: (w * g).abs())),
        *(
            both(other, WEIGHTS_OF_0_APART, *chain(*map(_apart, scores)))
            for other, scores in (*OTHER_SCORES[1:5], (SQUARED, HALF_SQUARES))
        ),
        ways(
            *SIGN_KEPT,
            *_scored(lambda w, g: w * g),
            *_scored(lambda w, g: -w * g),
            *_scored(lambda w, g: w.abs() * g),
            *_scored(lambda w, g: w * g.abs()),
            *_scored(lambda w, g: (w * g).clamp(min=0)),
            *_scored(lambda w, g: (-w * g).clamp(min=0)),
        ),
        ways(
            *SQUARED,
            *_scored(lambda w, g: (w * g).square()),
            *_scored(lambda w, g: w.square() * g.abs()),
            *_scored(lambda w, g: w.abs() * g.square()),
            *_scored(lambda w, g: w * g.square()),
            *_scored(lambda w, g: w.square() * g),
            *_scored(lambda w, g: (w * g).abs().sqrt()),
        ),
        ways(
            *IMPRECISE,
            *(
                lambda w, g, n=n: {k: s.round(decimals=n) for k, s in _products(w, g).items()}
                for n in DECIMALS
            ),
        ),
        ways(
            *ADDED,
            *_scored(lambda w, g: w.abs() + g.abs()),
            *_scored(lambda w, g: (w + g).abs()),
            *_scored(lambda w, g: (w - g).abs()),
        ),
        ways(*DIVIDED, *(way for score in OTHER_SCORES[-1][1] for way in _scored(score))),
        ways(
            "gradients-averaged",
            "The gradients were put together along their first axis, as if it held the images of a "
            "batch. It holds the outputs of the layer: every weight has a gradient of its own.",
            *_scored(lambda w, g: (w * g.mean(dim=0)).abs()),
            *_scored(lambda w, g: (w * g.sum(dim=0)).abs()),
            *_scored(lambda w, g: (w * g.abs().mean(dim=0)).abs()),
        ),
        ways(*MATCHED_BY_ORDER, _by_order),
        both(MATCHED_BY_ORDER, SIGN_KEPT, _signed_by_order),
        ways(
            "divided-by-a-signed-sum",
            "The scores were divided by the sum of the products with their signs. That may be "
            "negative, or nearly 0: add up the scores themselves.",
            _over_a_signed_sum,
        ),
        ways(
            "rows-scored",
            "Each weight got a score of its whole row, a unit. The switch of a single connection "
            "moves the loss by its own weight times its own gradient.",
            _scored_by_rows(lambda scores: scores.sum(dim=-1, keepdim=True)),
            _scored_by_rows(lambda scores: scores.mean(dim=-1, keepdim=True)),
            _scored_by_rows(lambda scores: scores.amax(dim=-1, keepdim=True)),
        ),
        ways(
            "divided-by-a-growing-sum",
            "Each layer was divided by the sum of the layers so far, so each by another number. "
            "Add up all scores first, in a loop of its own, and divide then.",
            *(_so_far(behind) for behind in (True, False)),
        ),
        ways(*PER_LAYER, *map(_per_layer, SIZES)),
        *(
            both(other, PER_LAYER, *(_per_layer(size, score) for score in scores for size in SIZES))
            for other, scores in OTHER_SCORES
        ),
    ),
)
