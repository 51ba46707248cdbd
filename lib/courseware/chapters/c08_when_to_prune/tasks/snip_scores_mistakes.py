"""Mistakes in `snip_scores`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import torch

from courseware.chapters.c08_when_to_prune.tasks.snip_scores_wrong_ways import (
    HALF_SQUARES,
    SIZES,
    T,
    apart,
    by_order,
    over_a_signed_sum,
    per_layer,
    products,
    scored,
    scored_by_rows,
    so_far,
    stretched,
)
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import DECIMALS, IMPRECISE
from courseware.checks.task import Misconception

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

WEIGHTS_OF_0_APART = (
    "weights-of-0-apart",
    "A weight of 0 got a score above 0. Its switch moves nothing: 0 times its gradient.",
)

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

ONE_SQUARED: tuple[Callable[[T, T], T], ...] = (
    lambda w, g: w.square() * g.abs(),
    lambda w, g: w.abs() * g.square(),
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

MISTAKES = several(
    (
        Misconception(
            "layer-without-scores",
            "One of the weights has no scores. Each of them gets a tensor of scores, under its "
            "own name.",
        ),
    ),
    ways(
        *GRADIENT_ALONE,
        *scored(lambda w, g: g.abs()),
        *scored(lambda w, g: g),
    ),
    both(GRADIENT_ALONE, SQUARED, *scored(lambda w, g: g.square())),
    ways(
        *WEIGHT_ALONE,
        *scored(lambda w, g: w.abs()),
        *scored(lambda w, g: w),
    ),
    both(WEIGHT_ALONE, SQUARED, *scored(lambda w, g: w.square())),
    ways(
        "one-score-a-layer",
        "The scores of a tensor were put together to one number. Each weight has a score of "
        "its own, at its own place.",
        lambda weights, grads: {n: s.sum() for n, s in products(weights, grads).items()},
        lambda weights, grads: {n: s.mean() for n, s in products(weights, grads).items()},
    ),
    ways(
        "stretched-to-0-and-1",
        "The lowest score was taken off, so that it became 0. All may be divided by one "
        "number, but to take one off changes how many times larger one score is than another.",
        stretched,
    ),
    ways(*WEIGHTS_OF_0_APART, *apart(lambda w, g: (w * g).abs())),
    *(
        both(other, WEIGHTS_OF_0_APART, *chain(*map(apart, scores)))
        for other, scores in (*OTHER_SCORES[1:5], (SQUARED, HALF_SQUARES))
    ),
    ways(
        *SIGN_KEPT,
        *scored(lambda w, g: w * g),
        *scored(lambda w, g: -w * g),
        *scored(lambda w, g: w.abs() * g),
        *scored(lambda w, g: w * g.abs()),
        *scored(lambda w, g: (w * g).clamp(min=0)),
        *scored(lambda w, g: (-w * g).clamp(min=0)),
    ),
    ways(
        *SQUARED,
        *scored(lambda w, g: (w * g).square()),
        *scored(lambda w, g: w.square() * g.abs()),
        *scored(lambda w, g: w.abs() * g.square()),
        *scored(lambda w, g: w * g.square()),
        *scored(lambda w, g: w.square() * g),
        *scored(lambda w, g: (w * g).abs().sqrt()),
    ),
    ways(
        *IMPRECISE,
        *(
            lambda w, g, n=n: {k: s.round(decimals=n) for k, s in products(w, g).items()}
            for n in DECIMALS
        ),
    ),
    ways(
        *ADDED,
        *scored(lambda w, g: w.abs() + g.abs()),
        *scored(lambda w, g: (w + g).abs()),
        *scored(lambda w, g: (w - g).abs()),
    ),
    ways(*DIVIDED, *(way for score in OTHER_SCORES[-1][1] for way in scored(score))),
    ways(
        "gradients-averaged",
        "The gradients were put together along their first axis, as if it held the images of a "
        "batch. It holds the outputs of the layer: every weight has a gradient of its own.",
        *scored(lambda w, g: (w * g.mean(dim=0)).abs()),
        *scored(lambda w, g: (w * g.sum(dim=0)).abs()),
        *scored(lambda w, g: (w * g.abs().mean(dim=0)).abs()),
    ),
    ways(*MATCHED_BY_ORDER, by_order()),
    *(
        both(MATCHED_BY_ORDER, other, *map(by_order, scores))
        for other, scores in OTHER_SCORES
        if other in (GRADIENT_ALONE, SIGN_KEPT, SQUARED)
    ),
    ways(
        "divided-by-a-signed-sum",
        "The scores were divided by the sum of the products with their signs. That may be "
        "negative, or nearly 0: add up the scores themselves.",
        over_a_signed_sum,
    ),
    ways(
        "rows-scored",
        "Each weight got a score of its whole row, a unit. The switch of a single connection "
        "moves the loss by its own weight times its own gradient.",
        scored_by_rows(lambda scores: scores.sum(dim=-1, keepdim=True)),
        scored_by_rows(lambda scores: scores.mean(dim=-1, keepdim=True)),
        scored_by_rows(lambda scores: scores.amax(dim=-1, keepdim=True)),
    ),
    ways(
        "divided-by-a-growing-sum",
        "Each layer was divided by the sum of the layers so far, so each by another number. "
        "Add up all scores first, in a loop of its own, and divide then.",
        *(so_far(behind) for behind in (True, False)),
    ),
    ways(*PER_LAYER, *map(per_layer, SIZES)),
    *(
        both(other, PER_LAYER, *(per_layer(size, score) for score in scores for size in SIZES))
        for other, scores in OTHER_SCORES
    ),
    both(
        *(SIGN_KEPT, PER_LAYER),
        *(per_layer(size, lambda w, g: (w * g).clamp(min=0), guarded=True) for size in SIZES),
    ),
    both(
        *(SQUARED, PER_LAYER),
        *(per_layer(size, score) for score in ONE_SQUARED for size in SIZES[:2]),
    ),
)
