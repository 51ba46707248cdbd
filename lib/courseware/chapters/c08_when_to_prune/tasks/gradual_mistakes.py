"""What may have gone wrong when pruned masks are pruned further."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c08_when_to_prune.tasks.common import (
    T,
    Tensors,
)
from courseware.checks.counts import COUNTED_LAYER_BY_LAYER, MISCOUNTS
from courseware.checks.joined_tensors import cut, lines_by_order
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.masks import INVERTED
from courseware.checks.named_tensors import total
from courseware.checks.rankings import LARGEST_PRUNED, SIGNED, TIES_KEPT, TIES_PRUNED
from model_compression.masks import prune_lowest_together
from model_compression.pruning_schedules import gradual_masks

Masks = dict[str, T]
Way = Callable[[Tensors, Tensors, float], Masks]


def gone(masks: Tensors) -> int:
    """How many weights the masks prune."""
    return sum(int((~mask).sum()) for mask in masks.values())


def _more(count: Callable[[int, int, float], float], score: Callable[[T], T] = torch.abs) -> Way:
    """So many more of those that are left; `count` takes all, those gone, and the sparsity."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        n, before = total(weights), gone(masks)
        more = min(max(int(count(n, before, sparsity)), 0), n - before)
        scores = {name: score(w) for name, w in weights.items()}
        return prune_lowest_together(scores, before + more, within=masks)

    return way


def _to(count: Callable[[int, float], float]) -> Way:
    return _more(lambda n, before, sparsity: min(max(count(n, sparsity), 0), n) - before)


def _anew(weights: Tensors, sparsity: float) -> Masks:
    """The lowest magnitudes of all, whatever the masks say."""
    magnitudes = {name: w.abs() for name, w in weights.items()}
    return prune_lowest_together(magnitudes, round(sparsity * total(weights)))


def _zeroed(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """The pruned ones rank first because they are set to 0, as kept zeros do."""
    return _anew({name: w * masks[name] for name, w in weights.items()}, sparsity)


def _in_any_order(lowest: Callable[[T, int], T], zeroed: bool) -> Way:
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


def _not_zero(weights: Tensors) -> Masks:
    return {name: w != 0 for name, w in weights.items()}


def _zeros_counted(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """The masks are right, but zeros are counted in place of what they prune."""
    zeros = gone(_not_zero({name: w * masks[name] for name, w in weights.items()}))
    return _more(lambda n, before, s: round(s * n) - zeros)(weights, masks, sparsity)


def _within_old(way: Way) -> Way:
    """What the old masks prune is pruned again, afterwards."""

    def within(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        new = way(weights, masks, sparsity)
        return {name: mask & masks[name] for name, mask in new.items()}

    return within


def _never_fewer(way: Way) -> Way:
    """At least as many go as are gone already."""
    return lambda weights, masks, sparsity: way(
        weights, masks, max(sparsity, gone(masks) / total(weights))
    )


def _old_ignored(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    return _anew(weights, sparsity)


def _or_old(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    return {name: mask | masks[name] for name, mask in _anew(weights, sparsity).items()}


def _only_new(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    after = gradual_masks(weights, masks, sparsity)
    return {name: mask | ~masks[name] for name, mask in after.items()}


def _back_down(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """Pruned ones rank first, by their place: a lower total brings some back."""
    scores = {name: w.abs().masked_fill(~masks[name], -1.0) for name, w in weights.items()}
    return prune_lowest_together(scores, round(sparsity * total(weights)))


def _below(otherwise: Way) -> Way:
    """Something else happens where the total is below what is gone already."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        below = round(sparsity * total(weights)) < gone(masks)
        return (otherwise if below else gradual_masks)(weights, masks, sparsity)

    return way


def _all_kept(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    return {name: torch.ones_like(mask) for name, mask in masks.items()}


def _negative_slice(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """`order[:k]` with a negative k: all go but the last."""
    return _more(lambda n, before, s: n - before + min(round(s * n) - before, 0))(
        weights, masks, sparsity
    )


def _negative_slice_of_all(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """The same, where the order holds the pruned ones as well, at its end."""
    return _more(lambda n, before, s: n + min(round(s * n) - before, 0))(weights, masks, sparsity)


def _layer_by_layer(way: Way) -> Way:
    """Each tensor as if it were alone."""

    def behaves(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        parts = (way({k: w}, {k: masks[k]}, sparsity) for k, w in weights.items())
        return {name: mask for part in parts for name, mask in part.items()}

    return behaves


def _lines_by_order(named_by_masks: bool) -> Way:
    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        more = round(sparsity * total(weights)) - gone(masks)
        return lines_by_order(weights, masks, lambda old: more, named_by_masks)

    return way


def ranked(weights: Tensors, masks: Tensors, sparsity: float) -> tuple[Tensors, int]:
    """The right scores, by which what is gone goes first, and the right total."""
    scores = {name: w.abs().masked_fill(~masks[name], -1.0) for name, w in weights.items()}
    return scores, max(round(sparsity * total(weights)), gone(masks))


def _counted_layer_by_layer(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    count = sum(round(sparsity * w.numel()) for w in weights.values())
    return _to(lambda n, s: count)(weights, masks, sparsity)


def _counted_and_limited(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    """Each layer loses what it lacks of its own share; the ranking is one."""
    count = sum(
        max(round(sparsity * w.numel()) - int((~masks[name]).sum()), 0)
        for name, w in weights.items()
    )
    return _more(lambda n, before, s: count)(weights, masks, sparsity)


def _by_order(error: type[Exception]) -> Way:
    """Where shapes differ, an operation that needs equal ones fails."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        pairs = zip(weights.values(), masks.values(), strict=True)
        if any(w.shape != mask.shape for w, mask in pairs):
            raise error
        return gradual_masks(weights, dict(zip(weights, masks.values(), strict=True)), sparsity)

    return way


def _inverted(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
    return {name: ~mask for name, mask in gradual_masks(weights, masks, sparsity).items()}


def _through_ties(kept: Callable[[T, T], T], place: int) -> Way:
    """Compared with the magnitude at a place of the ranking of those that are left."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        more = round(sparsity * total(weights)) - gone(masks)
        left = torch.cat([weights[name].abs()[mask] for name, mask in masks.items()])
        if more <= 0 or more + place >= len(left):
            return gradual_masks(weights, masks, sparsity)
        cut = left.sort().values[more + place]
        return {name: kept(w.abs(), cut) & masks[name] for name, w in weights.items()}

    return way


SHARES_OF_SURVIVORS: tuple[Way, ...] = (
    _more(lambda n, before, s: round(s * (n - before))),
    _more(lambda n, before, s: round(s * (n - before)) - before),
)


def _marked_with(mark: float) -> Way:
    """What is gone is ranked with the others, as if it had this magnitude, and stays gone."""

    def way(weights: Tensors, masks: Tensors, sparsity: float) -> Masks:
        marked = {name: torch.where(masks[name], w.abs(), mark) for name, w in weights.items()}
        more = max(round(sparsity * total(weights)) - gone(masks), 0)
        chosen = prune_lowest_together(marked, more)
        return {name: chosen[name] & masks[name] for name in weights}

    return way


MISTAKES: tuple[tuple[str, str, tuple[Way, ...]], ...] = (
    (
        "on-top",
        "The sparsity was taken of what is pruned now, on top of what was gone already. It is the "
        "total: what the masks prune counts, and only the rest still has to go.",
        (_more(lambda n, before, s: round(s * n)),),
    ),
    (
        "share-of-survivors",
        "The sparsity was taken as a share of the weights that are left. It is the share of all "
        "weights that is to be gone in the end.",
        SHARES_OF_SURVIVORS,
    ),
    (
        "old-masks-ignored",
        "The weights were ranked without a look at the old masks, so pruned ones that are not 0 "
        "came back. What is pruned stays pruned, whatever its value.",
        (
            _old_ignored,
            _never_fewer(_old_ignored),
            *(_in_any_order(lowest, zeroed=False) for lowest in LOWEST),
            *(_never_fewer(_in_any_order(lowest, zeroed=False)) for lowest in LOWEST),
        ),
    ),
    (
        "mask-taken-from-zeros",
        "Weights of 0 were taken for pruned ones, as where w * mask is ranked. A weight that is "
        "kept may be 0 for a moment, and a pruned one need not be: only the mask says which is "
        "which. Give pruned ones a score below 0, which no magnitude has.",
        (
            _zeroed,
            _within_old(_zeroed),
            _never_fewer(_zeroed),
            _within_old(_never_fewer(_zeroed)),
            *(_in_any_order(lowest, zeroed=True) for lowest in LOWEST),
            *(_within_old(_in_any_order(lowest, zeroed=True)) for lowest in LOWEST),
            _zeros_counted,
            lambda w, m, s: gradual_masks(w, _not_zero(w), s),
            lambda w, m, s: gradual_masks(w, {k: m[k] & v for k, v in _not_zero(w).items()}, s),
        ),
    ),
    (
        "joined-afterwards",
        "All weights were ranked anew, and then the old and the new masks were put together. The "
        "two overlap only in part, so the total is not met: count what is gone already, and choose "
        "the rest among those that are left.",
        (_within_old(_old_ignored), _or_old),
    ),
    (
        "only-the-new-ones",
        "The masks show only what is pruned now, and what was gone before is True again. A mask "
        "says what is kept in the end.",
        (_only_new,),
    ),
    (
        "total-lowered",
        "The total is below what is gone already, and pruned weights came back. Pruning does not "
        "go backwards: the old masks stay as they are.",
        (
            _back_down,
            _below(_all_kept),
            _below(_zeroed),
            _below(_back_down),
            _below(_old_ignored),
        ),
    ),
    (
        "negative-count",
        "The total is below what is gone already, so the number that still has to go is negative: "
        "as the end of a slice it counts from the back, and nearly all went. It must not fall "
        "below 0.",
        (_below(_negative_slice), _below(_negative_slice_of_all)),
    ),
    (
        "layer-by-layer",
        "Each tensor was brought to the total by itself. All weights that are left are one "
        "ranking, so a layer of small weights loses more than the others.",
        (
            _layer_by_layer(gradual_masks),
            *(_layer_by_layer(way) for way in SHARES_OF_SURVIVORS),
            *(_layer_by_layer(_to(count)) for _, _, counts in MISCOUNTS for count in counts),
        ),
    ),
    (*COUNTED_LAYER_BY_LAYER, (_counted_layer_by_layer, _counted_and_limited)),
    (
        "nothing-more-pruned",
        "The old masks came back although more is to go.",
        (lambda weights, masks, sparsity: dict(masks),),
    ),
    (
        *MATCHED_BY_ORDER,
        (
            *(_by_order(error) for error in (RuntimeError, IndexError)),
            *(_lines_by_order(named_by_masks) for named_by_masks in (True, False)),
        ),
    ),
    (
        "marked-too-small",
        "What was pruned before is marked with a number so that it comes last, and there are kept "
        "weights above that number. Mark it with infinity, or rank only what is left.",
        tuple(map(_marked_with, (1.0, 2.0, 10.0, 99.0, 100.0))),
    ),
    (
        "rounded-after-subtracting",
        "What is gone was taken off before the total was rounded. A half then goes to another even "
        "number: round the share of all weights, then take off what is gone.",
        (_more(lambda n, before, s: round(s * n - before)),),
    ),
    (*INVERTED, (_inverted,)),
    (*LARGEST_PRUNED, (_more(lambda n, b, s: round(s * n) - b, lambda w: -w.abs()),)),
    (*SIGNED, (_more(lambda n, b, s: round(s * n) - b, lambda w: w),)),
    *((name, message, tuple(map(_to, counts))) for name, message, counts in MISCOUNTS),
    (*TIES_PRUNED, (_through_ties(torch.gt, -1),)),
    (*TIES_KEPT, (_through_ties(torch.ge, 0),)),
)
"""Name, message and the ways in which each mistake shows."""
