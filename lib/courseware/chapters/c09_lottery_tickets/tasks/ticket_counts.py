"""How many weights each start of a search keeps, and what other numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import torch

from courseware.checks.counts import CLEAR, MISCOUNTS, ROUNDED_UP, TRUNCATED
from courseware.checks.prunable_networks import n_weights, weight_names

State = Mapping[str, torch.Tensor]


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


def cause_of_counts(initial: State, rounds: int, rate: float, counts: list[int]) -> str:
    """What may have led to these numbers of kept weights, by name."""
    n = counts[0]
    if n != n_weights(initial):
        return "first-pair-pruned"
    if len({*counts}) == 1:
        return "masks-never-changed"
    if counts == [max(n - k * round(rate * n), 0) for k in range(rounds + 1)]:
        return "share-of-all-weights"
    if counts == [n - round((1 - (1 - rate) ** k) * n) for k in range(rounds + 1)]:
        return "all-rounds-at-once"
    kept = [n]
    for _ in range(rounds):
        kept.append(round(rate * kept[-1]))
    if all(abs(a - b) <= rounds for a, b in zip(counts, kept, strict=True)):
        return "rate-taken-for-kept"
    miscounted = _miscounted(counts, rate)
    if counts == _layer_by_layer(initial, rounds, rate, 1.0):
        return "other-counts" if miscounted else "counted-layer-by-layer"
    if counts == _layer_by_layer(initial, rounds, rate, 0.5) and not miscounted:
        return "last-layer-at-half-rate"
    others = kept_counts(dict(list(initial.items())[:-2]), rounds, rate)
    if counts == [n - others[0] + kept for kept in others]:
        return "layer-left-out"
    return miscounted or "other-counts"


def cause_of_last_count(initial: State, rounds: int, rate: float, last: int) -> str:
    """What may have led to the number of weights that the last start keeps; empty if unknown."""
    if last == kept_counts(initial, rounds, rate)[-1]:
        return ""
    if abs(last - kept_counts(initial, rounds, 1 - rate)[-1]) <= rounds:
        return "rate-taken-for-kept"
    shares = ("counted-layer-by-layer", 1.0), ("last-layer-at-half-rate", 0.5)
    known = (n for n, share in shares if last == _layer_by_layer(initial, rounds, rate, share)[-1])
    return next(known, "")


def _layer_by_layer(initial: State, rounds: int, rate: float, of_last: float) -> list[int]:
    """What is kept where every layer loses the rate, and the last one a share of it."""
    names = weight_names(initial)
    rates = [rate] * (len(names) - 1) + [of_last * rate]
    each = (
        kept_counts({name: initial[name]}, rounds, own)
        for name, own in zip(names, rates, strict=True)
    )
    return [sum(layer) for layer in zip(*each, strict=True)]


def _miscounted(counts: list[int], rate: float) -> str:
    """The name of a way to count that each round keeps to; empty if none is known."""
    rounds = [(n, n - left) for n, left in pairwise(counts)]
    at_a_half = len(rounds) == 1 and (rate * rounds[0][0]) % 1 == 0.5
    for name, _, ways in MISCOUNTS:
        # Cut off or rounded up is told where it is more than a half.
        if not (at_a_half and name in (TRUNCATED[0], ROUNDED_UP[0])):
            for way in ways:
                if all(way(n, rate) == gone for n, gone in rounds):
                    return name
    return ""
