"""What wrong ways give in `snip_scores`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from courseware.chapters.c08_when_to_prune.tasks.common import Tensors
from courseware.checks.named_tensors import Named

T = torch.Tensor


def scored(score: Callable[[T, T], T]) -> Iterator[Callable[..., Named]]:
    """A wrong score as it is, and as shares of the sum of all, as on the slides."""

    def plainly(weights: Tensors, grads: Tensors) -> Named:
        return Named((name, score(w, grads[name])) for name, w in weights.items())

    def as_shares(weights: Tensors, grads: Tensors) -> Named:
        scores = plainly(weights, grads)
        whole = sum(float(s.double().sum()) for s in scores.values())
        return Named((name, s / whole) for name, s in scores.items())

    yield plainly
    yield as_shares


def by_order(
    score: Callable[[T, T], T] = lambda w, g: (w * g).abs(),
) -> Callable[..., Named]:
    """Each weight with the gradient that comes in its place of the other dict."""

    def behaves(weights: Tensors, grads: Tensors) -> Named:
        pairs = zip(weights.items(), grads.values(), strict=True)
        return Named((name, score(w, g)) for (name, w), g in pairs)

    return behaves


def products(weights: Tensors, grads: Tensors) -> Named:
    return Named((name, (w * grads[name]).abs()) for name, w in weights.items())


def over_a_signed_sum(weights: Tensors, grads: Tensors) -> Named:
    signed = sum(float((w * grads[name]).sum()) for name, w in weights.items())
    return Named((name, score / signed) for name, score in products(weights, grads).items())


def scored_by_rows(score: Callable[[T], T]) -> Callable[..., Named]:
    def behaves(weights: Tensors, grads: Tensors) -> Named:
        scores = products(weights, grads)
        return Named((name, score(s).expand_as(s)) for name, s in scores.items())

    return behaves


def stretched(weights: Tensors, grads: Tensors) -> Named:
    """All scores moved and scaled, so that the lowest is 0 and the highest 1."""
    scores = products(weights, grads)
    low = min(float(s.min()) for s in scores.values())
    high = max(float(s.max()) for s in scores.values())
    return Named((name, (s - low) / (high - low)) for name, s in scores.items())


def per_layer(
    size: Callable[[T], T],
    score: Callable[[T, T], T] = lambda w, g: (w * g).abs(),
    guarded: bool = False,
) -> Callable[..., Named]:
    """Each layer divided by its own size; `guarded`, scores that are all 0 stay as they are."""

    def behaves(weights: Tensors, grads: Tensors) -> Named:
        scores = ((name, score(w, grads[name])) for name, w in weights.items())
        return Named((name, s if guarded and not s.any() else s / size(s)) for name, s in scores)

    return behaves


def so_far(last: bool) -> Callable[..., Named]:
    """Divided by a sum that grows from layer to layer, with the layer itself or without it."""

    def behaves(weights: Tensors, grads: Tensors) -> Named:
        total, divided = 0.0, Named()
        for name, scores in products(weights, grads).items():
            before, total = total, total + float(scores.sum())
            divided[name] = scores / ((total if last else before) or 1.0)
        return divided

    return behaves


FOR_WEIGHTS_OF_0: tuple[Callable[[T], T], ...] = (torch.abs, torch.ones_like)
"""From the gradient to a score in place of 0."""


def apart(score: Callable[[T, T], T]) -> Iterator[Callable[..., Named]]:
    """A score of their own for weights of 0, another one for the rest."""

    def mixed(instead: Callable[[T], T]) -> Callable[[T, T], T]:
        return lambda w, g: torch.where(w == 0, instead(g), score(w, g))

    for instead in FOR_WEIGHTS_OF_0:
        yield from scored(mixed(instead))


SIZES: tuple[Callable[[T], T], ...] = (
    lambda s: s.sum(),
    lambda s: s.max(),
    lambda s: s.mean(),
    lambda s: s.norm(),
    lambda s: torch.tensor(s.numel()),
)

HALF_SQUARES: tuple[Callable[[T, T], T], ...] = (
    lambda w, g: (w * g).square() / 2,
    lambda w, g: w.square() * g.abs(),
    lambda w, g: w.square() * g.abs() / 2,
)
