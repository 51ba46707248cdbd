"""Judges for `prune_and_finetune`: by properties, since trained weights differ.

Every judge first sees to it that a state and masks came back and that the count is the last total,
so that a network which is hardly pruned gains nothing.

Why these bars. Share of the loss that is won back from 0.5, 0.7, 0.8 to 0.9, the mean of two seeds
(least, the 20th part, median, most, over 30 to 120 runs), and correlation of the survivors (least,
most, over 16) after 0.5:

                                                             won back          correlation
    right: Adam, 0.001 and 300 batches, 0.002 and
           100, 0.005 and 60                             .34  .78  .94  1.02    .91 1.00
    right: Adam, 0.01 to 0.03 and 100                    .95  .96  .99  1.03
    right: SGD with momentum, 0.01 to 0.1, 40 to 300     .95  .97 1.00  1.03    .98 1.00
    20 batches, Adam at 0.002                           -.11  .08  .42   .81   1.00 1.00
    pruned weights cut off only at the end, Adam, 0.01  -.11 -.09  .12   .53    .99  .99
    three batches, SGD at 0.02                          -.03 -.02  .14   .42
    survivors drawn anew, SGD at 0.1                   -1.28 -1.1 -.48  -.07   -.05  .03
    too fast, Adam at 0.1                                .91  .91  .96   .99    .63  .74

At one half, one of the 120 careful trainings falls short; at two thirds of a single seed, as it
was, five of 160 did.

Too few steps are refused only where they win back too little. A mask of 646 weights of the network
pruned at once is told from one that was reached step by step, which keeps at least 86 others. And
what goes first are the smallest weights of the given network, which stay gone: a mask that keeps
some of them was not reached so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from courseware.checks.counts import miscount
from courseware.checks.global_rankings import cause_of
from courseware.checks.mask_dicts import masks_not_bool, masks_structure
from courseware.checks.named_tensors import Named
from courseware.checks.prunable_networks import held_out_accuracy, n_weights, weight_names
from courseware.checks.rankings import ranking_problem
from courseware.checks.states import Seed
from courseware.checks.task import Judge
from courseware.checks.values import NOTHING_CAME, Difference, difference
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import apply_masks, pruned_count

T = torch.Tensor

WON_BACK = 1 / 2
"""Of the held-out accuracy that pruning at once, without fine-tuning, loses."""

CLOSE = 0.8
"""Correlation of the survivors before and after pruning one half and fine-tuning."""

ANEW = 0.25
"""Weights that are drawn anew stay below this correlation."""

RUN_AWAY = 5.0
"""Times the spread of the kept weights before; drawn anew as layers are, they are near to it."""

FEW_OTHERS = 1 / 15
"""Of the weights that pruning at once keeps: half of what step by step keeps others."""

WORSE = 0.05
"""Of all images, by which an accuracy is below another one, and not by chance."""

MOVED_BY_TRAINING = 1 / 3
"""Of the pruned weights, at most, that are others than the smallest where training came first."""

AT_ONCE = "the masks are those of the given network, pruned at once to the last total"
UNTRAINED = "the weights that are kept are just as they were"

REPEATED = 1e-4
"""Of the largest weight: what two runs from one seed may differ by."""


def despite_their_order(judge: Judge) -> Judge:
    """A judge of (state, masks) that looks at swapped ones, too, for what else is wrong."""

    def judges(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
        found = judge(arguments, expected, got)
        if found is None or found.kind != "order-swapped":
            return found
        of_two = type(got[0]) is tuple
        turned = tuple(one[::-1] for one in got) if of_two else got[::-1]
        besides = judge(arguments, expected, turned)
        return Difference(besides.kind, f"{found.text}; {besides.text}") if besides else found

    return judges


def smallest_go(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """One total: the smallest weights of the given network are pruned, all layers together."""
    found = counted(arguments, got)
    if found:
        return found
    weights, masks = _weights(arguments[0]), _detached(got[1])
    magnitudes = {name: w.abs() for name, w in weights.items()}
    text = ranking_problem(magnitudes, masks, _total(arguments))
    if not text:
        return None
    known = cause_of(weights, arguments[3][-1], masks)
    kept = {name: mask.bool() for name, mask in masks.items()}
    others = _n_others(kept, global_magnitude_masks(weights, arguments[3][-1]))
    nearly = others <= MOVED_BY_TRAINING * _total(arguments)
    return Difference(known or ("smallest-not-first" if nearly else "wrong-value"), text)


def exact_zeros(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The last total is met exactly, and every pruned weight of the state is 0."""
    found = counted(arguments, got) or masks_not_bool(got[1]) or _biases_lost(arguments[0], got)
    return found or revived(got)


def revived(got: tuple[Named, Named]) -> Difference | None:
    """Whether a pruned weight of the state is not 0."""
    state, masks = _detached(got[0]), _detached(got[1])
    for name, mask in masks.items():
        alive = int((state[name][~mask.bool()] != 0).sum())
        if alive:
            text = f"{name!r}: {alive} of {int((~mask.bool()).sum())} pruned weights are not 0"
            return Difference("revived", text)
    return None


def repeatable(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Two results of one seed: the same masks and, but for the last digits, the same weights."""
    first, second = got
    found = counted(arguments, first) or counted(arguments, second)
    if found:
        return found
    for position, what in enumerate(("state", "mask")):
        for name, tensor in _detached(first[position]).items():
            other = second[position][name].detach().double()
            apart = float((tensor.double() - other).abs().max())
            if apart > REPEATED * max(float(tensor.double().abs().max()), 1.0):
                text = f"the {what} of {name!r} differs between two calls with one seed"
                return Difference("not-repeatable", text)
    return None


def _untrained(arguments: tuple[Any, ...], got: Any) -> Difference | None:
    """Whether it is not a pruned network, or its survivors are just as they came in."""
    if found := counted(arguments, got):
        return found
    before, after = survivors(arguments[0], got)
    return Difference("no-fine-tuning", UNTRAINED) if torch.equal(before, after) else None


def trained_survivors(arguments: tuple[Any, ...], got: Any) -> Difference | None:
    """Whether the smallest weights of the given network went, and the others were trained."""
    return _untrained(arguments, got) or smallest_go(arguments, None, got)


def _biases_lost(state: Mapping[str, T], got: Any) -> Difference | None:
    """Whether biases that were not 0 came back as exactly 0, which no training makes of them."""
    biases = [name for name in state if name not in weight_names(state)]
    lost = {name: (state[name] != 0) & (got[0][name].detach() == 0) for name in biases}
    for name, places in lost.items():
        if places.any():
            text = f"{name!r}: {int(places.sum())} of {places.numel()} biases have become 0"
            return Difference("biases-lost", text)
    return None


def from_survivors(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The survivors are trained, and still close to where they started."""
    if found := _untrained(arguments, got) or _biases_lost(arguments[0], got):
        return found
    before, after = survivors(arguments[0], got)
    together = float(torch.corrcoef(torch.stack((before, after)))[0, 1])
    if together >= CLOSE:
        return None
    wrong_ones = smallest_go(arguments, expected, got)
    if wrong_ones and not (wrong_ones.kind == "wrong-value" and _are_anew(before, after)):
        return wrong_ones
    text = f"the kept weights before and after: a correlation of {together:.2f}, "
    kind = "drawn-anew" if _are_anew(before, after) else "too-far-away"
    if kind == "too-far-away" and _harmed(arguments, got):
        kind = "training-harms"
    return Difference(kind, text + f"expected at least {CLOSE}")


def _harmed(arguments: tuple[Any, ...], got: Any) -> bool:
    """Whether less is read than by the network pruned at once, without any fine-tuning."""
    state, seed = arguments[0], arguments[4]
    at_once = global_magnitude_masks(_weights(state), arguments[3][-1])
    masks = {name: mask.bool() for name, mask in _detached(got[1]).items()}
    lost = held_out_accuracy(apply_masks(state, at_once), seed)
    return held_out_accuracy(apply_masks(_detached(got[0]), masks), seed) < lost - WORSE


def won_back(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Held-out accuracy, pruned weights counted as 0; and each total left its trace."""
    for one in got:
        if found := _untrained(arguments, one):
            return _wrong_at_once(arguments, one) or found
    at_once = global_magnitude_masks(_weights(arguments[0]), arguments[3][-1])
    masks = {name: mask.bool() for name, mask in _detached(got[0][1]).items()}
    n_others = _n_others(masks, at_once)
    if not n_others:
        return Difference("pruned-at-once", AT_ONCE)
    state, seed = arguments[0], arguments[4]
    whole = held_out_accuracy(state, seed)
    lost = held_out_accuracy(apply_masks(state, at_once), seed)
    reached = sum(_accuracy(one, seed) for one in got) / len(got)
    if reached - lost >= WON_BACK * (whole - lost):
        n_kept = sum(int(mask.sum()) for mask in at_once.values())
        if n_others <= FEW_OTHERS * n_kept:
            text = f"{AT_ONCE}, but for {n_others} of {n_kept} weights"
            return Difference("pruned-at-once", text)
        return _smallest_first(arguments, masks)
    text = f"held-out accuracy {whole:.1%} before, {lost:.1%} pruned at once, {reached:.1%} yours: "
    share = max(0.0, (reached - lost) / (whole - lost))
    text += f"{share:.0%} of the loss won back, expected at least {WON_BACK:.0%}"
    before, after = survivors(arguments[0], got[0])
    if _are_anew(before, after):
        return Difference("drawn-anew", text)
    harmed = reached < lost - WORSE or _runs_away(before, after)
    return Difference("training-harms" if harmed else "not-won-back", text)


def _are_anew(before: T, after: T) -> bool:
    """Whether kept weights have nothing to do with those before, without running away."""
    together = float(torch.corrcoef(torch.stack((before, after)))[0, 1])
    return together < ANEW and not _runs_away(before, after)


def _runs_away(before: T, after: T) -> bool:
    """Whether kept weights are far larger than before, as steps that are too large make them."""
    return not float(after.std()) <= RUN_AWAY * float(before.std())


def _wrong_at_once(arguments: tuple[Any, ...], got: Any) -> Difference | None:
    """Whether masks of a wrong number are those of the given network, pruned at once like that."""
    if _structure(arguments[0], got):
        return None
    weights, masks = _weights(arguments[0]), _detached(got[1])
    some = 0 < sum(int(mask.bool().sum()) for mask in masks.values()) < n_weights(arguments[0])
    if not some or not cause_of(weights, arguments[3][-1], masks):
        return None
    return Difference("pruned-at-once", f"{AT_ONCE}, in a number that is not the one asked for")


def _accuracy(got: Any, seed: Seed) -> float:
    masks = {name: mask.bool() for name, mask in _detached(got[1]).items()}
    return held_out_accuracy(apply_masks(_detached(got[0]), masks), seed)


def _n_others(masks: Mapping[str, T], wanted: Mapping[str, T]) -> int:
    """How many weights are kept that `wanted` prunes."""
    return sum(int((masks[name] & ~mask).sum()) for name, mask in wanted.items())


def _smallest_first(arguments: tuple[Any, ...], masks: Mapping[str, T]) -> Difference | None:
    """Whether what goes at the first total, before any fine-tuning, is gone in the end."""
    first = global_magnitude_masks(_weights(arguments[0]), arguments[3][0])
    kept = _n_others(masks, first)
    if not kept:
        return None
    n_gone = sum(int((~mask).sum()) for mask in first.values())
    text = f"{kept} of the {n_gone} smallest weights of the given network are kept in the end"
    return Difference("smallest-not-first", text)


def counted(arguments: tuple[Any, ...], got: Any) -> Difference | None:
    """Whether a state and masks came back, with as many weights pruned as the last total says."""
    found = _structure(arguments[0], got)
    if found:
        return found
    masks = _detached(got[1])
    n_pruned = sum(int((mask == 0).sum()) for mask in masks.values())
    if n_pruned == _total(arguments):
        return None
    n = sum(mask.numel() for mask in masks.values())
    text = f"{n_pruned} of {n} weights are pruned, expected {_total(arguments)}"
    state = _detached(got[0])
    biases = torch.cat([state[name].flatten() for name in state if name not in masks])
    if n_pruned + int((biases == 0).sum()) == round(arguments[3][-1] * (n + len(biases))):
        return Difference("biases-ranked", f"{text}; {int((biases == 0).sum())} biases are 0")
    return Difference(_cause_of_count(arguments, masks, n_pruned), text)


def _cause_of_count(arguments: tuple[Any, ...], masks: Mapping[str, T], n_pruned: int) -> str:
    sparsities, sizes = arguments[3], [mask.numel() for mask in masks.values()]
    n, left, one_each = sum(sizes), 1.0, 0
    for sparsity in sparsities:
        left *= 1 - sparsity
        one_each += round(sparsity * n)
    if len(sparsities) > 1:
        if abs(n - n_pruned - left * n) <= len(sparsities):
            return "totals-compounded"
        if n_pruned == min(one_each, n):
            return "totals-added-up"
        if n_pruned == round(sparsities[0] * n):
            return "first-total-only"
    one_by_one = [round(sparsities[-1] * size) for size in sizes]
    if [int((mask == 0).sum()) for mask in masks.values()] == one_by_one:
        return "layer-by-layer"
    spared = [mask.numel() for mask in masks.values() if mask.bool().all()]
    if spared and n_pruned == round(sparsities[-1] * (n - sum(spared))):
        return "layer-left-out"
    if name := miscount(n, sparsities[-1], n_pruned):
        return name
    return "counted-layer-by-layer" if n_pruned == sum(one_by_one) else "wrong-value"


def _structure(state: Mapping[str, T], got: Any) -> Difference | None:
    """Whether a pair of dicts came back, with the names and shapes of the state."""
    if got is None:
        return NOTHING_CAME
    if issubclass(type(got), dict):
        return Difference("wrong-type", "expected (state, masks), got a single dict")
    if type(got) is not tuple or len(got) != 2:
        return difference((0, 0), got) or Difference("wrong-type", "expected (state, masks)")
    for value in got:
        if not issubclass(type(value), dict):
            text = f"expected a dict of tensors, got a {type(value).__name__}"
            return Difference("wrong-type", text)
    weights = _weights(state)
    if set(got[0]) == set(weights) != set(got[1]):
        return Difference("order-swapped", "the first dict has no biases: these are the masks")
    if set(got[0]) != set(state):
        return Difference("names-changed", f"the state has the names {list(got[0])}")
    for name, tensor in state.items():
        found = difference(tensor, got[0][name])
        if found and found.kind != "wrong-value":
            return Difference(found.kind, f"state {name!r}: {found.text}")
    biases = [name for name in got[1] if name in state and name not in weights]
    if biases:
        return Difference("biases-masked", f"there is a mask for {biases[0]!r}")
    return masks_structure(weights, got[1])


def survivors(state: Mapping[str, T], got: tuple[Named, Named]) -> tuple[T, T]:
    """The kept weights before and after, in one line each."""
    after, masks = _detached(got[0]), _detached(got[1])
    rows = [torch.cat([s[name][masks[name].bool()] for name in masks]) for s in (state, after)]
    return rows[0].double(), rows[1].double()


def _weights(state: Mapping[str, T]) -> Named:
    return Named((name, state[name]) for name in weight_names(state))


def _detached(tensors: Mapping[str, T]) -> dict[str, T]:
    return {name: tensor.detach() for name, tensor in tensors.items()}


def _total(arguments: tuple[Any, ...]) -> int:
    return pruned_count(n_weights(arguments[0]), arguments[3][-1])
