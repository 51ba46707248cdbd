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

from courseware.checks.mask_dicts import masks_not_bool, masks_structure
from courseware.checks.masks import no_mask
from courseware.checks.named_tensors import Named
from courseware.checks.prunable_networks import (
    held_out_accuracy,
    n_weights,
    saliencies,
    weight_names,
)
from courseware.checks.ranking_inputs import CLEAR
from courseware.checks.values import NOTHING_CAME, Difference, difference, other_entries
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masked_training import train_masked
from model_compression.masks import apply_masks

T = torch.Tensor
State = Mapping[str, T]

WINS = 0.75
"""Held-out accuracy of the ticket after the judge's training; see above."""

STEPS, LEARNING_RATE = 400, 0.001
"""Of the judge's training. At larger rates random masks catch up."""

UNTRAINED = 0.95
"""Overlap of what the first round prunes with the smallest weights of the first state."""

BY_GRADIENTS = 0.8
"""Overlap with the smallest |weight · gradient| of the first state: 0.54 to 0.63 after the right
trainings of `tests/mutants`, on 3 draws; 1 for a ranking without any training."""

REPEATED = 1e-4
"""Of the largest weight: what two runs from one seed may differ by."""


def nested_counts(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The counts follow the recursion, nothing comes back, and masks are torch.bool."""
    found = _structure(arguments, got)
    if found:
        return found
    initial, rounds, rate = arguments[0], *arguments[3:5]
    counts = [sum(int(m.sum()) for m in _bools(masks).values()) for _, masks in got]
    wanted = kept_counts(initial, rounds, rate)
    if counts != wanted:
        text = f"kept {', '.join(map(str, counts))}; expected {', '.join(map(str, wanted))}"
        return Difference(_cause_of_counts(initial, rounds, rate, counts), text)
    for number, ((_, old), (_, new)) in enumerate(pairwise(got)):
        back = sum(int((_bools(new)[k] & ~m).sum()) for k, m in _bools(old).items())
        if back:
            text = f"{back} weights that pair {number} prunes are kept in pair {number + 1}"
            return Difference("not-nested", text)
    return next((found for _, masks in got if (found := masks_not_bool(masks))), None)


def rewound(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Every state is the first one times its masks, which prune something in the end."""
    found = _structure(arguments, got)
    if found:
        return found
    initial = arguments[0]
    if all(bool(mask.bool().all()) for mask in got[-1][1].values()):
        return Difference("masks-never-changed", "the masks of the last pair keep everything")
    for number, (state, masks) in enumerate(got):
        start = apply_masks(initial, _bools(masks))
        wrong = [k for k in start if not torch.equal(start[k].double(), _double(state[k]))]
        if not wrong:
            continue
        found = difference(start[wrong[0]].double(), _double(state[wrong[0]]))
        text = f"pair {number}, {wrong[0]!r}: {found.text if found else 'hardly, but changed'}"
        return Difference(_cause_of_state(number, wrong, initial, state, masks), text)
    return None


def repeatable(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Two results of one seed have the same masks and, but for the last digits, states."""
    if type(got) is not tuple or len(got) != 2:
        return _structure(arguments, got)
    for result in got:
        if found := nested_counts(arguments, expected, result):
            return found
    for number, (first, second) in enumerate(zip(*got, strict=True)):
        for what, one, other in zip(("state", "mask"), first, second, strict=True):
            for name, tensor in one.items():
                size = max(float(_double(tensor).abs().max()), 1.0)
                if float((_double(tensor) - _double(other[name])).abs().max()) > REPEATED * size:
                    text = f"pair {number}: the {what} of {name!r} differs between two calls"
                    return Difference("not-repeatable", text)
    return None


def trained_ranking(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """What goes is neither what was smallest at the start, nor the same share of each layer."""
    found = nested_counts(arguments, expected, got)
    if found:
        return found
    initial, rate = arguments[0], arguments[4]
    smallest = global_magnitude_masks(_weights(initial), rate)
    first = _bools(got[1][1])
    n_gone = sum(int((~mask).sum()) for mask in first.values())
    both = sum(int((~mask & ~smallest[name]).sum()) for name, mask in first.items())
    if both >= UNTRAINED * n_gone:
        text = f"{both} of the first {n_gone} to go are the smallest of the first state"
        return Difference("ranked-before-training", text)
    sensitive = global_magnitude_masks(saliencies(*arguments[:3]), rate)
    both = sum(int((~mask & ~sensitive[name]).sum()) for name, mask in first.items())
    if both >= BY_GRADIENTS * n_gone:
        text = f"{both} of the first {n_gone} to go have the smallest |w · gradient| at the start"
        return Difference("ranked-before-training", text)
    each = {name: kept_counts({name: w}, 2, rate) for name, w in _weights(initial).items()}
    if all([int(masks[name].sum()) for _, masks in got] == each[name] for name in each):
        text = ", ".join(f"{name!r} keeps {counts[-1]}" for name, counts in each.items())
        return Difference("layer-by-layer", f"{text}: the same share of both")
    return None


def winning(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The last pair, trained by the judge under its masks, reads images that nobody trained on."""
    found = nested_counts(arguments, expected, got)
    if found:
        return found
    initial, images, labels = arguments[:3]
    masks = _bools(got[-1][1])
    start = apply_masks(initial, masks)
    if any(not torch.equal(w.double(), _double(got[-1][0][name])) for name, w in start.items()):
        text = "the last state is not the first one where its masks keep, and 0 elsewhere"
        return Difference("not-rewound", text)
    trained = train_masked(
        start, images, labels, masks, steps=STEPS, learning_rate=LEARNING_RATE, seed=0
    )
    reached = held_out_accuracy(trained, arguments[5])
    if reached >= WINS:
        return None
    text = f"trained under its masks, the last pair reads {reached:.1%} of new images right, "
    return Difference("no-winner", text + f"expected at least {WINS:.0%}")


def kept_counts(initial: State, rounds: int, rate: float) -> list[int]:
    """How many weights each start keeps.

    >>> kept_counts({"0.weight": torch.ones(2, 5), "0.bias": torch.ones(2)}, 2, 0.5)
    [10, 5, 3]
    """
    counts = [n_weights(initial)]
    for _ in range(rounds):
        counts.append(counts[-1] - round(rate * counts[-1]))
    return counts


def clearly_rounded(n: int, rounds: int, rate: float) -> bool:
    """Whether no count along the way is near a half or a whole number."""
    for _ in range(rounds):
        part = (rate * n) % 1
        if min(part, 1 - part, abs(part - 0.5)) < CLEAR:
            return False
        n -= round(rate * n)
    return True


def _structure(arguments: tuple[Any, ...], got: Any) -> Difference | None:
    """Whether rounds + 1 pairs of dicts came back, with the names and shapes of the state."""
    initial, rounds = arguments[0], arguments[3]
    if got is None:
        return NOTHING_CAME
    if not isinstance(got, tuple | list):
        return Difference("wrong-type", f"expected a list of pairs, got a {type(got).__name__}")
    pairs = list(got)
    if len(pairs) == 2 and all(type(part) is Named or type(part) is dict for part in pairs):
        return Difference("not-all-pairs", "a single pair came back, expected a list of pairs")
    if len(pairs) != rounds + 1:
        return Difference("not-all-pairs", f"{len(pairs)} came back, expected {rounds + 1} pairs")
    for number, pair in enumerate(pairs):
        if type(pair) is not tuple or len(pair) != 2 or any(type(p) is not Named for p in pair):
            return Difference("wrong-type", f"entry {number} is no pair (state, masks) of dicts")
        if found := _pair_structure(initial, *pair):
            return Difference(found.kind, f"pair {number}: {found.text}")
    return None


def _pair_structure(initial: State, state: Named, masks: Named) -> Difference | None:
    weights = _weights(initial)
    if {*state} == {*weights} != {*masks}:
        return Difference("pair-order-swapped", "the first dict has no biases: these are masks")
    if {*state} != {*initial}:
        text = f"the state has the names {', '.join(map(str, state))}"
        return Difference("names-changed", text[:300])
    for name, tensor in initial.items():
        found = difference(tensor, state[name])
        if found and found.kind != "wrong-value":
            return Difference(found.kind, f"state {name!r}: {found.text}")
    biases = [name for name in masks if name in initial and name not in weights]
    if biases:
        return Difference("biases-masked", f"there is a mask for {biases[0]!r}")
    found = masks_structure(weights, masks) or other_entries(dict(weights), dict(masks))
    odd = next((text for mask in masks.values() if not found and (text := no_mask(mask))), "")
    return Difference("wrong-value", odd) if odd else found


def _cause_of_counts(initial: State, rounds: int, rate: float, counts: list[int]) -> str:
    n = counts[0]
    if n != n_weights(initial):
        return "first-pair-pruned"
    if len({*counts}) == 1:
        return "masks-never-changed"
    if counts == [max(n - k * round(rate * n), 0) for k in range(rounds + 1)]:
        return "share-of-all-weights"
    kept = [n]
    for _ in range(rounds):
        kept.append(round(rate * kept[-1]))
    if all(abs(a - b) <= rounds for a, b in zip(counts, kept, strict=True)):
        return "rate-taken-for-kept"
    each = [kept_counts({name: w}, rounds, rate) for name, w in _weights(initial).items()]
    if counts == [sum(layer) for layer in zip(*each, strict=True)]:
        return "counted-layer-by-layer"
    return "other-counts"


def _cause_of_state(
    number: int, wrong: list[str], initial: State, state: State, masks: State
) -> str:
    if number == 0:
        return "trained-state-returned"
    if not {*wrong} & {*masks}:
        return "biases-not-rewound"
    if all(torch.equal(_double(state[k]), initial[k].double()) for k in initial):
        return "pruned-not-zero"
    return "not-rewound"


def _weights(state: State) -> dict[str, T]:
    return {name: state[name] for name in weight_names(state)}


def _bools(masks: State) -> dict[str, T]:
    return {name: mask.detach().bool() for name, mask in masks.items()}


def _double(tensor: T) -> T:
    return tensor.detach().double()
