"""Judges for `find_ticket`: by properties, and by training the ticket that came back.

Every judge first sees to it that rounds + 1 pairs of the right structure came back; all but
`rewound` also that the counts follow the recursion and the masks are nested.

Why this bar. Accuracy of the ticket, on images held back, on 12 draws of networks 64-64-10 and
signs, after 5 rounds at 0.45, trained by the judge for 400 Adam steps at 0.001 (least, most), and
overlap of what the first round prunes with the smallest weights of the first state:

                                                  accuracy     overlap
    right: SGD 0.1 with momentum, 60 steps        .91  .96    .65  .69
    right: Adam 0.005 and 0.01, 100 to 200 steps  .89  .95    .45  .50
    right: Adam 0.02, 60 steps                    .87  .94    .47  .50
    trained once, Adam 0.02                       .61  .85    .47  .50
    trained once, SGD 0.1                         .89  .93    .66  .70
    ranked before training                        .24  .44   1.00 1.00
    pruned at random                              .21  .42    .44  .46
    ranked by weights made at home, on digits     .39  .58

So a search that trains once, or that does not hold pruned weights at 0, is refused only where its
ticket is poor: what it finds after gentle training is worth as much, and no property tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import torch

from courseware.chapters.c09_lottery_tickets.tasks.ticket_counts import cause_of_counts, kept_counts
from courseware.chapters.c09_lottery_tickets.tasks.ticket_structure import (
    State,
    T,
    as_bools,
    differing,
    in_double,
    one_dict,
    structure_of_pairs,
    weights_of,
)
from courseware.checks.mask_dicts import masks_not_bool
from courseware.checks.named_tensors import Named
from courseware.checks.prunable_networks import held_out_accuracy, n_weights, saliencies
from courseware.checks.values import Difference, difference
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masked_training import train_masked
from model_compression.masks import apply_masks

UPSIDE_DOWN = "largest-pruned", "signed-ranking"
UNMOVED = "weights that no training moves, of pixels that are always white, went in another order"

WINS = 0.75
"""Held-out accuracy of the ticket after the judge's training; see above."""

STEPS, LEARNING_RATE = 400, 0.001
"""Of the judge's training. At larger rates random masks catch up."""

UNTRAINED = 0.95
"""Overlap of what the first round prunes with the smallest weights of the first state."""

HARDLY_TRAINED = 0.8
"""Such an overlap where the ticket is poor: right trainings have up to 0.7, see above."""

BY_GRADIENTS = 0.8
"""Overlap with the smallest |weight · gradient| of the first state: 0.54 to 0.63 after the right
trainings of `tests/mutants`, on 3 draws; 1 for a ranking without any training."""

OTHERWISE = 0.1
"""Of the weights that a ticket keeps: as many entries differ from those of one round that prunes as
much, if a single training is ranked each time."""

LARGE = 20.0
"""A weight that no training brings near 0: Adam at 0.02 takes 1,000 steps of weight decay to."""

FEW = 1 / 200
"""Of the entries of a mask of signs, after one round: 0 differ between two calls with one seed, 158
and more between two seeds, for the right trainings of `tests/mutants` and for 20 steps, on 3 draws;
this is 23."""


def nested_counts(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The counts follow the recursion, nothing comes back, and masks are torch.bool."""
    found = structure_of_pairs(arguments, got) or one_dict(arguments, got)
    if found:
        return found
    initial, rounds, rate = arguments[0], *arguments[3:5]
    counts = [sum(int(m.sum()) for m in as_bools(masks).values()) for _, masks in got]
    wanted = kept_counts(initial, rounds, rate)
    if counts != wanted:
        text = f"kept {', '.join(map(str, counts))}; expected {', '.join(map(str, wanted))}"
        return Difference(cause_of_counts(initial, rounds, rate, counts), text)
    for number, ((_, old), (_, new)) in enumerate(pairwise(got)):
        back = sum(int((as_bools(new)[k] & ~m).sum()) for k, m in as_bools(old).items())
        if back:
            text = f"{back} weights that pair {number} prunes are kept in pair {number + 1}"
            return Difference("not-nested", text)
    return next((found for _, masks in got if (found := masks_not_bool(masks))), None)


def rewound(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Every state is the first one times its masks, which prune something in the end."""
    found = structure_of_pairs(arguments, got) or one_dict(arguments, got)
    if found and found.kind == "not-all-pairs" and (whole := _with_first_pair(arguments, got)):
        # The other checks say so; what the states are can be seen all the same.
        return rewound(arguments, expected, whole) or found
    if found:
        return found
    initial = arguments[0]
    if all(bool(mask.bool().all()) for mask in got[-1][1].values()):
        return Difference("masks-never-changed", "the masks of the last pair keep everything")
    for number, (state, masks) in enumerate(got):
        start = apply_masks(initial, as_bools(masks))
        wrong = [k for k in start if not torch.equal(start[k].double(), in_double(state[k]))]
        if not wrong:
            continue
        found = difference(start[wrong[0]].double(), in_double(state[wrong[0]]))
        text = f"pair {number}, {wrong[0]!r}: {found.text if found else 'hardly, but changed'}"
        if number == len(got) - 1 > 1:
            return Difference("last-pair-trained", text)
        if number and _behind_by_one(initial, got):
            return Difference("state-of-the-round-before", text)
        return Difference(_cause_of_state(number, wrong, initial, state, masks), text)
    return None


def _behind_by_one(initial: State, got: Any) -> bool:
    """Whether each state has the zeros of the masks before its own; one round does not tell."""
    pairs = zip(got[1:], got, strict=False)
    return len(got) > 2 and all(
        _same(state, apply_masks(initial, as_bools(before))) for (state, _), (_, before) in pairs
    )


def seeded(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Of three results the first and the last have the same masks, the one between has others."""
    if type(got) is not tuple or len(got) != 3:
        return structure_of_pairs(arguments, got)
    for result in got:
        if found := nested_counts(arguments, expected, result):
            return found
    first, other, again = (as_bools(result[-1][1]) for result in got)
    n = n_weights(arguments[0])
    if (differ := differing(first, again)) > FEW * n:
        text = f"two calls with one seed: {differ} of {n} entries of the last masks differ"
        return Difference("not-repeatable", text)
    if (differ := differing(first, other)) <= FEW * n:
        text = f"two calls with two seeds: {differ} of {n} entries of the last masks differ"
        gone, both = _gone(as_bools(got[0][1][1]), weights_of(arguments[0]), arguments[4])
        if both >= UNTRAINED * gone:
            # No seed can show where no training does.
            return Difference("ranked-before-training", text)
        return Difference("seed-without-effect", text)
    return None


def trained_ranking(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """What goes is neither what was smallest at the start, nor the same share of each layer."""
    found = nested_counts(arguments, expected, got)
    if found and found.kind == "not-all-pairs":
        # The other checks say so; what was ranked can be seen all the same.
        return _ranking(arguments, _with_first_pair(arguments, got)) or found
    return found or _ranking(arguments, got)


def _with_first_pair(arguments: tuple[Any, ...], got: Any) -> Any:
    """The pairs behind the one that they lack, if it is the first; else none."""
    initial = arguments[0]
    whole = {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights_of(initial).items()}
    completed = ((Named(initial), Named(whole)), *got) if isinstance(got, tuple | list) else ()
    return completed if nested_counts(arguments, None, completed) is None else ()


def _ranking(arguments: tuple[Any, ...], got: Any) -> Difference | None:
    if not got:
        return None
    initial, images, rate = arguments[0], arguments[1], arguments[4]
    last = list(weights_of(initial))[-1]
    if all(bool(masks[last].bool().all()) for _, masks in got):
        return Difference("layer-left-out", f"{last!r} keeps all its weights")
    if (kind := unmoved_order(initial, images, got[1][1])) in UPSIDE_DOWN:
        return Difference(kind, UNMOVED)
    first = as_bools(got[1][1])
    n_gone, both = _gone(first, weights_of(initial), rate)
    if both >= UNTRAINED * n_gone:
        text = f"{both} of the first {n_gone} to go are the smallest of the first state"
        return Difference("ranked-before-training", text)
    n_gone, both = _gone(first, saliencies(*arguments[:3]), rate)
    if both >= BY_GRADIENTS * n_gone:
        text = f"{both} of the first {n_gone} to go have the smallest |w · gradient| at the start"
        return Difference("ranked-before-training", text)
    values, kept = _unmoved(initial, images, got[1][1])
    if len(values) and values.abs().max() >= LARGE and not kept.any():
        text = f"all {len(values)} weights of pixels that are always white went, even the largest"
        return Difference("change-ranked", text)
    each = {name: kept_counts({name: w}, 2, rate) for name, w in weights_of(initial).items()}
    if all([int(masks[name].sum()) for _, masks in got] == each[name] for name in each):
        text = ", ".join(f"{name!r} keeps {counts[-1]}" for name, counts in each.items())
        return Difference("layer-by-layer", f"{text}: the same share of both")
    return None


def _how_short(overlap: float) -> str:
    """What an overlap with the smallest weights of the start says of a ticket that is poor."""
    if overlap >= UNTRAINED:
        return "ranked-before-training"
    return "hardly-trained" if overlap >= HARDLY_TRAINED else "no-winner"


def _gone(masks: State, scores: Mapping[str, T], rate: float) -> tuple[int, int]:
    """How many weights the masks prune, and how many of them have the lowest scores."""
    lowest = global_magnitude_masks(dict(scores), rate)
    both = sum(int((~mask & ~lowest[name]).sum()) for name, mask in masks.items())
    return sum(int((~mask).sum()) for mask in masks.values()), both


def winning(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The last pair, trained by the judge under its masks, reads images that nobody trained on."""
    found = nested_counts(arguments, expected, got)
    if found:
        return found
    initial, images, labels = arguments[:3]
    masks = as_bools(got[-1][1])
    start = apply_masks(initial, masks)
    if any(not torch.equal(w.double(), in_double(got[-1][0][name])) for name, w in start.items()):
        return rewound(arguments, expected, got)
    trained = train_masked(
        start, images, labels, masks, steps=STEPS, learning_rate=LEARNING_RATE, seed=0
    )
    reached = held_out_accuracy(trained, arguments[5])
    if reached >= WINS:
        return None
    text = f"trained under its masks, the last pair reads {reached:.1%} of new images right, "
    n_gone, both = _gone(as_bools(got[1][1]), weights_of(initial), arguments[4])
    kind = unmoved_order(initial, images, got[1][1]) or _how_short(both / n_gone)
    if kind == "no-winner" and _as_at_once(got, masks):
        kind = "trained-once"
    return Difference(kind, text + f"expected at least {WINS:.0%}")


def _as_at_once(got: Any, masks: State) -> bool:
    """Whether one round that prunes as much, by one training, leaves the very same ticket."""
    of_one = got.at_once
    if type(of_one) is not type(got) or len(of_one) != 2 or {*of_one[1][1]} != {*masks}:
        return False
    kept = sum(int(mask.sum()) for mask in masks.values())
    return differing(as_bools(of_one[1][1]), masks) <= OTHERWISE * kept


def unmoved_order(initial: State, images: T, masks: State) -> str:
    """What the first masks say of weights that no training moves; empty if they say nothing odd.

    Pixels that are white in all images give their weights no gradient, so these still have their
    first values (or a common share of them) when they are ranked: it shows what by.
    """
    w, kept = _unmoved(initial, images, masks)
    if kept.all() or not kept.any() or _split(w.abs(), kept):
        return ""
    if _split(-w.abs(), kept):
        return "largest-pruned"
    return "signed-ranking" if _split(w, kept) or _split(-w, kept) else "not-by-magnitude"


def _unmoved(initial: State, images: T, masks: State) -> tuple[T, T]:
    """The first values of the weights that no training moves, and which of them are kept."""
    name = next(iter(weights_of(initial)))
    blank = (images == 0).all(dim=0)
    return in_double(initial[name])[:, blank].flatten(), masks[name].bool()[:, blank].flatten()


def _split(scores: T, kept: T) -> bool:
    """Whether all that is kept scores higher than all that goes."""
    return bool(scores[kept].min() >= scores[~kept].max())


def _cause_of_state(
    number: int, wrong: list[str], initial: State, state: State, masks: State
) -> str:
    if number == 0:
        return "trained-state-returned"
    if not {*wrong} & {*masks}:
        return "biases-not-rewound"
    if _same(state, initial):
        return "pruned-not-zero"
    return "not-rewound"


def _same(one: State, other: State) -> bool:
    return all(torch.equal(in_double(one[name]), in_double(other[name])) for name in other)
