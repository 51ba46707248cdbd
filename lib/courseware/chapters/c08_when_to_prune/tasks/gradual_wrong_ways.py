"""What mistakes in pruning masks further come to, as ways to prune."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c08_when_to_prune.tasks.common import (
    T,
    Tensors,
)
from courseware.checks.joined_tensors import cut, lines_by_order
from courseware.checks.named_tensors import total
from courseware.checks.rankings import AmongEquals
from model_compression.masks import prune_lowest_together
from model_compression.pruning_schedules import gradual_masks

Masks = dict[str, T]
Way = Callable[[Tensors, Tensors, float], Masks]
More = Callable[[int, int, float], float]
"""How many more go; it takes all, those gone, and the sparsity."""


def gone(masks: Tensors) -> int:
    """How many weights the masks prune."""
    return sum(int((~mask).sum()) for mask in masks.values())


def more(count: More, score: Callable[[T], T] = torch.abs) -> Way:
    """So many more of those that are left."""

    def scores(weights: Tensors, masks: Tensors, sparsity: float) -> Tensors:
        return {name: score(w) for name, w in weights.items()}

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        n, before = total(weights), gone(masks)
        more = min(max(int(count(n, before, sparsity)), 0), n - before)
        return prune_lowest_together(scores(weights, masks, sparsity), before + more, within=masks)

    return AmongEquals(way, scores, lambda weights, masks, sparsity: masks)


def less_gone_in(number: int, score: Callable[[T], T] = torch.abs) -> Way:
    """What is gone in one tensor alone is taken off the total."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        name = [*weights][number]
        gone_there = gone({name: masks[name]})
        return more(lambda n, before, s: round(s * n) - gone_there, score)(weights, masks, sparsity)

    return way


def places_among_survivors(count: Callable[[int, float], float]) -> Way:
    """Places in the line of what is left, taken for places in the line of all."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        line = torch.cat([masks[name].flatten() for name in weights])
        left = torch.cat([w.abs().flatten() for w in weights.values()])[line]
        missing = max(0, int(count(len(line), sparsity)) - int((~line).sum()))
        line[left.argsort(stable=True)[:missing]] = False
        return cut(line, weights)

    return way


def up_to(count: Callable[[int, float], float]) -> More:
    return lambda n, before, sparsity: min(max(count(n, sparsity), 0), n) - before


def anew(weights: Tensors, sparsity: float) -> Masks:
    """The lowest magnitudes of all, whatever the masks say."""
    magnitudes = {name: w.abs() for name, w in weights.items()}
    return prune_lowest_together(magnitudes, round(sparsity * total(weights)))


def zeroed(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """The pruned ones rank first because they are set to 0, as kept zeros do."""
    return anew({name: w * masks[name] for name, w in weights.items()}, sparsity)


def in_any_order(lowest: Callable[[T, int], T], zeroed: bool) -> Way:
    """All ranked, where it is torch's affair which of the zeros come first."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        values = {name: w * masks[name] if zeroed else w for name, w in weights.items()}
        line = torch.cat([value.abs().flatten() for value in values.values()])
        kept = torch.ones(len(line), dtype=torch.bool)
        kept[lowest(line, round(sparsity * len(line)))] = False
        return cut(kept, weights)

    return way


LOWEST: tuple[Callable[[T, int], T], ...] = (
    lambda line, k: line.argsort()[:k],
    lambda line, k: line.topk(k, largest=False).indices,
)
"""The places of the k lowest, as students ask for them."""


def not_zero(weights: Tensors) -> Masks:
    return {name: w != 0 for name, w in weights.items()}


def zeros_counted(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """The masks are right, but zeros are counted in place of what they prune."""
    zeros = gone(not_zero({name: w * masks[name] for name, w in weights.items()}))
    return more(lambda n, before, s: round(s * n) - zeros)(weights, masks, sparsity)


def within_old(way: Way) -> Way:
    """What the old masks prune is pruned again, afterwards."""

    def within(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        new = way(weights, masks, sparsity)
        return {name: mask & masks[name] for name, mask in new.items()}

    return within


def never_fewer(way: Way) -> Way:
    """At least as many go as are gone already."""
    return lambda weights, masks, sparsity: way(
        weights, masks, max(sparsity, gone(masks) / total(weights))
    )


def old_ignored(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    return anew(weights, sparsity)


def or_old(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    return {name: mask | masks[name] for name, mask in anew(weights, sparsity).items()}


def only_new(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    after = gradual_masks(weights, masks, sparsity)
    return {name: mask | ~masks[name] for name, mask in after.items()}


def back_down(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """Pruned ones rank first, by their place: a lower total brings some back."""
    scores = {name: w.abs().masked_fill(~masks[name], -1.0) for name, w in weights.items()}
    return prune_lowest_together(scores, round(sparsity * total(weights)))


def below(otherwise: Way) -> Way:
    """Something else happens where the total is below what is gone already."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        below = round(sparsity * total(weights)) < gone(masks)
        return (otherwise if below else gradual_masks)(weights, masks, sparsity)

    return way


def all_kept(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    return {name: torch.ones_like(mask) for name, mask in masks.items()}


def negative_slice(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """`order[:k]` with a negative k: all go but the last."""
    return more(lambda n, before, s: n - before + min(round(s * n) - before, 0))(
        weights, masks, sparsity
    )


def negative_slice_of_all(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """The same, where the order holds the pruned ones as well, at its end."""
    return more(lambda n, before, s: n + min(round(s * n) - before, 0))(weights, masks, sparsity)


def layer_by_layer(way: Way) -> Way:
    """Each tensor as if it were alone."""

    def behaves(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        parts = (way({k: w}, {k: masks[k]}, sparsity) for k, w in weights.items())
        return {name: mask for part in parts for name, mask in part.items()}

    return behaves


def two_lines_by_order(named_by_masks: bool, stable: bool) -> Way:
    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        more = round(sparsity * total(weights)) - gone(masks)
        return lines_by_order(weights, masks, lambda old: more, named_by_masks, stable)

    return way


def by_order_and(count: Callable[[T, T, float], float]) -> Way:
    """So many go; it takes the line of weights, that of masks in their own order, the sparsity."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        line = torch.cat([w.flatten() for w in weights.values()])
        return lines_by_order(
            weights, masks, lambda old: int(count(line, old, sparsity)), named_by_masks=False
        )

    return way


def counted_in_lines(count: More) -> Callable[[T, T, float], float]:
    return lambda line, old, sparsity: count(len(line), int((~old).sum()), sparsity)


ZEROS_FOR_GONE: tuple[Callable[[T, T, float], float], ...] = (
    lambda line, old, sparsity: round(sparsity * len(line)) - int((line == 0).sum()),
    lambda line, old, sparsity: round(sparsity * len(line)) - int((line * old == 0).sum()),
)
"""How many more go, by who takes zeros for what is gone."""


def ranked(weights: Tensors, masks: Tensors, sparsity: float) -> tuple[Tensors, int]:
    """The right scores, by which what is gone goes first, and the right total."""
    scores = {name: w.abs().masked_fill(~masks[name], -1.0) for name, w in weights.items()}
    return scores, max(round(sparsity * total(weights)), gone(masks))


def gone_ranked_first(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """The pruned ones rank first, and only the number that is missing goes: it meets them."""
    line = torch.cat([masks[name].flatten() for name in weights])
    magnitudes = torch.cat([w.abs().flatten() for w in weights.values()])
    missing = max(0, round(sparsity * len(line)) - int((~line).sum()))
    line[magnitudes.masked_fill(~line, -1.0).argsort(stable=True)[:missing]] = False
    return cut(line, weights)


def counted_layer_by_layer(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    count = sum(round(sparsity * w.numel()) for w in weights.values())
    return more(up_to(lambda n, s: count))(weights, masks, sparsity)


def counted_and_limited(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """Each layer loses what it lacks of its own share; the ranking is one."""
    count = sum(
        max(round(sparsity * w.numel()) - int((~masks[name]).sum()), 0)
        for name, w in weights.items()
    )
    return more(lambda n, before, s: count)(weights, masks, sparsity)


def by_order(error: type[Exception]) -> Way:
    """Where shapes differ, an operation that needs equal ones fails."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        pairs = zip(weights.values(), masks.values(), strict=True)
        if any(w.shape != mask.shape for w, mask in pairs):
            raise error
        return gradual_masks(weights, dict(zip(weights, masks.values(), strict=True)), sparsity)

    return way


def inverted(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    return {name: ~mask for name, mask in gradual_masks(weights, masks, sparsity).items()}


def protected(way: Way) -> Way:
    """A layer that has lost all that was left in it gets its largest weight back."""

    def behaves(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        new = {name: mask.clone() for name, mask in way(weights, masks, sparsity).items()}
        for name, mask in new.items():
            if not mask.any() and masks[name].any():
                left = weights[name].abs().masked_fill(~masks[name], -1.0)
                mask.view(-1)[left.argmax()] = True
        return new

    return behaves


def through_ties(kept: Callable[[T, T], T], place: int, score: Callable[[T], T] = torch.abs) -> Way:
    """Compared with the score at a place of the ranking of those that are left."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        more = round(sparsity * total(weights)) - gone(masks)
        left = torch.cat([score(weights[name])[mask] for name, mask in masks.items()])
        if more <= 0 or more + place >= len(left):
            return gradual_masks(weights, masks, sparsity)
        cut = left.sort().values[more + place]
        return {name: kept(score(w), cut) & masks[name] for name, w in weights.items()}

    return way


SHARES_OF_SURVIVORS: tuple[More, ...] = (
    lambda n, before, s: round(s * (n - before)),
    lambda n, before, s: round(s * (n - before)) - before,
)


def marked_with(mark: float) -> Way:
    """What is gone is ranked with the others, as if it had this magnitude, and stays gone."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        marked = {name: torch.where(masks[name], w.abs(), mark) for name, w in weights.items()}
        more = max(round(sparsity * total(weights)) - gone(masks), 0)
        chosen = prune_lowest_together(marked, more)
        return {name: chosen[name] & masks[name] for name in weights}

    return way
