"""Judging masks that prune a share of the survivors, and what may have gone wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import torch

from courseware.checks import global_rankings as whole
from courseware.checks import mask_dicts
from courseware.checks.joined_tensors import cut, lines_by_order
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.masks import no_mask
from courseware.checks.rankings import NOTHING_PRUNED, AmongEquals, ranking_problem
from courseware.checks.task import Misconception
from courseware.checks.values import Difference
from model_compression.masks import prune_lowest_together, pruned_count

T = torch.Tensor
Tensors = Mapping[str, T]
Masks = dict[str, T]
Way = Callable[[Tensors, Tensors, float], Masks]

SHARE_OF_ALL = (
    "share-of-all-weights",
    "The rate was taken of all weights. A round removes a share of what is left: count the True "
    "entries of the masks.",
)
RATE_TOTAL = (
    "rate-taken-for-total",
    "The rate was taken for the total sparsity. It is the share of the survivors that goes now, on "
    "top of what is gone already.",
)
RATE_KEPT = (
    "rate-taken-for-kept",
    "The rate was taken for the share that is kept. It is the share of survivors that goes.",
)
REVIVED = Misconception(
    "revived",
    "A weight that was pruned before is kept again. What is pruned stays pruned: only survivors "
    "are ranked, whatever value a pruned weight may hold.",
    unless_explained=True,
)


def among_survivors(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Nothing comes back, the exact count goes, and nothing kept ranks below what goes now."""
    weights, old, rate = arguments
    if found := mask_dicts.masks_came(weights, got):
        return found
    masks = {name: old[name] for name in weights}
    new = {name: mask.detach() for name, mask in got}
    if odd := next((text for mask in new.values() if (text := no_mask(mask))), ""):
        return Difference("wrong-value", odd)
    text = _ranked(weights, masks, new, rate)
    if not text:
        return None
    back = any(bool((new[name].bool() & ~mask).any()) for name, mask in masks.items())
    return Difference(REVIVED.name if back else "wrong-value", text)


def _ranked(weights: Tensors, masks: Tensors, new: Tensors, rate: float) -> str:
    """What is wrong with the new masks; empty if nothing is."""
    old, kept = _line(masks).bool(), _line(new).bool()
    n_survivors, n_gone = int(old.sum()), len(old) - int(old.sum())
    count = pruned_count(n_survivors, rate)
    back = int((kept & ~old).sum())
    if back:
        return f"{back} of {n_gone} weights that were pruned before are kept again"
    n_now = int((old & ~kept).sum())
    if n_now != count:
        return f"{n_now} of {n_survivors} survivors were pruned, expected {count}"
    return ranking_problem({"": _line(weights).abs()[old]}, {"": kept[old]}, count)


def _line(tensors: Tensors) -> T:
    return torch.cat([tensor.detach().flatten() for tensor in tensors.values()])


def of_survivors(way: Callable[[Tensors, float], Masks]) -> Way:
    """A mistake of chapter 06 about a whole network, made among the survivors."""

    def behaves(weights: Tensors, masks: Tensors, rate: float) -> Masks:
        left = {name: w[masks[name]] for name, w in weights.items() if masks[name].any()}
        new = {name: mask.clone() for name, mask in masks.items()}
        for name, kept in way(left, rate).items():
            new[name][masks[name]] = kept.bool()
        return new

    return behaves


def with_count(count: Callable[[int, int, float], int], score: Callable[[T], T] = torch.abs) -> Way:
    """The lowest survivors go, but another number: in total, from n, survivors and rate."""

    def scored(weights: Tensors, masks: Tensors, rate: float) -> Tensors:
        return {name: score(w) for name, w in weights.items()}

    def behaves(weights: Tensors, masks: Tensors, rate: float) -> Masks:
        n, n_left = len(_line(masks)), int(_line(masks).sum())
        scores = scored(weights, masks, rate)
        return prune_lowest_together(scores, min(n, count(n, n_left, rate)), within=masks)

    return AmongEquals(behaves, scored, lambda weights, masks, rate: masks)


def _all_ranked(
    count: Callable[[int, int, float], int], old: bool = False, zeros: bool = False
) -> Way:
    """All weights are ranked, pruned ones too: with 0 for pruned ones, with the old masks."""

    def behaves(weights: Tensors, masks: Tensors, rate: float) -> Masks:
        n, n_left = len(_line(masks)), int(_line(masks).sum())
        scores = {name: (w * masks[name] if zeros else w).abs() for name, w in weights.items()}
        new = prune_lowest_together(scores, min(n, count(n, n_left, rate)))
        return {name: mask & masks[name] for name, mask in new.items()} if old else new

    return behaves


def _all_ranked_by(count: Callable[[int, int, float], int]) -> tuple[Way, ...]:
    """The same with and without each of the two."""
    return tuple(_all_ranked(count, *how) for how in product((False, True), repeat=2))


def _zeros_are_gone(weights: Tensors, masks: Tensors, rate: float) -> Masks:
    alive = {name: w != 0 for name, w in weights.items()}
    return with_count(_right)(weights, alive, rate)


def _zeros_are_gone_too(weights: Tensors, masks: Tensors, rate: float) -> Masks:
    alive = {name: masks[name] & (w != 0) for name, w in weights.items()}
    return with_count(_right)(weights, alive, rate)


def _zeros_spared(weights: Tensors, masks: Tensors, rate: float) -> Masks:
    """Kept weights of 0 are neither counted nor pruned."""
    alive = {name: masks[name] & (w != 0) for name, w in weights.items()}
    new = with_count(_right)(weights, alive, rate)
    return {name: mask | (masks[name] & ~alive[name]) for name, mask in new.items()}


def _first_to_go(weights: Tensors, masks: Tensors, rate: float) -> Masks:
    """True for what goes in this round."""
    new = with_count(_right)(weights, masks, rate)
    return {name: masks[name] & ~mask for name, mask in new.items()}


def _old_forgotten(weights: Tensors, masks: Tensors, rate: float) -> Masks:
    """What goes in this round is False, all else True, pruned weights too."""
    return {name: ~mask for name, mask in _first_to_go(weights, masks, rate).items()}


def _places_among_survivors(weights: Tensors, masks: Tensors, rate: float) -> Masks:
    """The places of the smallest survivors in their own line, taken for places in the whole."""
    line, left = _line(masks).bool(), _line(weights).abs()[_line(masks).bool()]
    line[left.argsort(stable=True)[: round(rate * len(left))]] = False
    return cut(line, weights)


def _gone_at(number: Callable[[T], Any]) -> Way:
    """What is gone gets numbers for its magnitudes, made of all weights; the old masks are kept."""

    def behaves(weights: Tensors, masks: Tensors, rate: float) -> Masks:
        line, values = _line(masks).bool(), _line(weights)
        order = torch.where(line, values.abs(), number(values)).argsort(stable=True)
        line[order[: round(rate * int(line.sum()))]] = False
        return cut(line, weights)

    return behaves


def _gone_above(number: float) -> Way:
    """It is added to the magnitudes of what is gone."""
    return _gone_at(lambda values: values.abs() + number)


def _gone_at_number(number: float) -> Way:
    return _gone_at(lambda values: number)


def _gone_ranked_first(weights: Tensors, masks: Tensors, rate: float) -> Masks:
    """The pruned ones rank first, and are met again; the old masks are kept."""
    line = _line(masks).bool()
    order = _line(weights).abs().masked_fill(~line, -1.0).argsort(stable=True)
    line[order[: round(rate * int(line.sum()))]] = False
    return cut(line, weights)


def _survivors_not_zero(stable: bool) -> Way:
    """The lowest survivors go, as many as the rate of those that are not 0."""

    def behaves(weights: Tensors, masks: Tensors, rate: float) -> Masks:
        line, magnitudes = _line(masks).bool(), _line(weights).abs()
        n_left = int((line & (magnitudes != 0)).sum())
        order = magnitudes.masked_fill(~line, torch.inf).argsort(stable=stable)
        line[order[: round(rate * n_left)]] = False
        return cut(line, weights)

    return behaves


def _zeros_last(stable: bool) -> Way:
    """As many of the lowest survivors as asked for, and zeros behind all others."""

    def behaves(weights: Tensors, masks: Tensors, rate: float) -> Masks:
        line, magnitudes = _line(masks).bool(), _line(weights).abs()
        order = magnitudes.masked_fill(~line | (magnitudes == 0), torch.inf).argsort(stable=stable)
        line[order[: round(rate * int(line.sum()))]] = False
        return cut(line, weights)

    return behaves


def _complement(weights: Tensors, masks: Tensors, rate: float) -> Masks:
    return {name: ~mask for name, mask in with_count(_right)(weights, masks, rate).items()}


def _right(n: int, n_left: int, rate: float) -> int:
    return n - n_left + round(rate * n_left)


def of_all(n: int, n_left: int, rate: float) -> int:
    return n - n_left + round(rate * n)


def total_count(n: int, n_left: int, rate: float) -> int:
    return round(rate * n)


KEPT: tuple[Callable[[int, int, float], int], ...] = (
    lambda n, n_left, rate: n - round(rate * n_left),
    lambda n, n_left, rate: n - n_left + round((1 - rate) * n_left),
)


def _unlike(*known: str) -> list[tuple[str, str, tuple[Way, ...]]]:
    """The mistakes of chapter 06, but for those whose message speaks of sparsity."""
    return [
        (name, message, tuple(map(of_survivors, behaviours)))
        for name, message, behaviours in whole.MISTAKES
        if name not in known
    ]


def _by_order(error: type[Exception]) -> Way:
    """Where shapes differ, an operation that needs equal ones fails."""

    def behaves(weights: Tensors, masks: Tensors, rate: float) -> Masks:
        pairs = list(zip(weights.values(), masks.values(), strict=True))
        if any(w.shape != mask.shape for w, mask in pairs):
            raise error
        matched = dict(zip(weights, masks.values(), strict=True))
        return with_count(_right)(weights, matched, rate)

    return behaves


def _lines_by_order(named_by_masks: bool, stable: bool) -> Way:
    return lambda weights, masks, rate: lines_by_order(
        weights, masks, lambda old: round(rate * int(old.sum())), named_by_masks, stable
    )


def ranked(weights: Tensors, masks: Tensors, rate: float) -> tuple[Tensors, int]:
    """The right scores, by which what is gone goes first, and how many are gone in the end."""
    scores = {name: w.abs().masked_fill(~masks[name], -1.0) for name, w in weights.items()}
    n_left = int(_line(masks).sum())
    return scores, _right(len(_line(masks)), n_left, rate)


MISTAKES: tuple[tuple[str, str, tuple[Way, ...]], ...] = (
    (
        *MATCHED_BY_ORDER,
        (
            *(_by_order(error) for error in (RuntimeError, IndexError)),
            *(_lines_by_order(*way) for way in product((True, False), repeat=2)),
        ),
    ),
    (*SHARE_OF_ALL, (with_count(of_all), _all_ranked(of_all))),
    (*RATE_TOTAL, (with_count(total_count), *_all_ranked_by(total_count))),
    (
        "pruned-weights-counted-again",
        "The right number of weights was pruned, but some that were gone already are among them, "
        "so that too few or no survivors went. Rank the survivors alone.",
        (
            _gone_ranked_first,
            *_all_ranked_by(lambda n, n_left, rate: round(rate * n_left)),
        ),
    ),
    (
        "gone-within-reach",
        "Pruned places got a number in place of their magnitude, and some survivors are larger: "
        "where many are to go, pruned places went once more in their stead, and too few survivors "
        "went. Take a number that no magnitude reaches, `math.inf`, or rank the survivors alone.",
        (
            _gone_at(lambda values: float(values.max()) + 1),
            _gone_at(lambda values: float(values.max())),
            *map(_gone_at_number, (10.0**power for power in range(1, 13))),
            *map(_gone_at_number, (10.0**power - 1 for power in range(2, 7))),
            *map(_gone_above, (10.0**power for power in (2, 3, 4, 6, 9))),
        ),
    ),
    (
        "zeros-taken-for-pruned",
        "What is pruned was read from zeros in the weights, or pruned weights were ranked as 0. A "
        "kept weight may be 0 as well, and a pruned one may not be: look into the masks.",
        (
            _zeros_are_gone,
            _zeros_are_gone_too,
            _zeros_spared,
            *map(_survivors_not_zero, (True, False)),
            *map(_zeros_last, (True, False)),
            _all_ranked(_right, zeros=True),
            _all_ranked(_right, old=True, zeros=True),
        ),
    ),
    (
        "places-among-survivors",
        "The places were found in the line of the survivors alone, and used as places in the line "
        "of all weights, where they are others. `nonzero` of the masks says where each survivor "
        "stands.",
        (_places_among_survivors,),
    ),
    (*NOTHING_PRUNED, (lambda weights, masks, rate: dict(masks),)),
    (
        "old-masks-forgotten",
        "Only what goes in this round is False. What went in earlier rounds must stay False.",
        (_old_forgotten,),
    ),
    (
        "this-round-marked",
        "The masks are True where a weight goes in this round. True means kept.",
        (_first_to_go, _complement),
    ),
    (*RATE_KEPT, tuple(map(with_count, KEPT))),
    (
        "rate-taken-for-threshold",
        "The rate was compared with the magnitudes. It is a share: how many of the survivors go.",
        (
            of_survivors(lambda left, rate: {name: w.abs() >= rate for name, w in left.items()}),
            of_survivors(lambda left, rate: {name: w.abs() > rate for name, w in left.items()}),
        ),
    ),
    *_unlike("mask-inverted", "density-for-sparsity", "ratio-taken-for-threshold"),
)
"""Name, message and the ways in which each mistake shows."""
