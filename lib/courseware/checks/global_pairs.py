"""Two mistakes at once in ranking several tensors: their order, how they are grouped, the count."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from courseware.checks.counts import COUNTED_LAYER_BY_LAYER, DENSITY, MISCOUNTS, Count
from courseware.checks.global_rankings import LAYER_BY_LAYER, NORMALISED, NORMALISED_SCORES
from courseware.checks.global_wrong_ways import (
    Way,
    counted_layer_by_layer,
    each,
    together,
    turned_round,
)
from courseware.checks.masks import INVERTED
from courseware.checks.rankings import LARGEST_PRUNED, SIGNED, pruned
from model_compression.masks import pruned_count

T = torch.Tensor
Told = tuple[str, str]

ORDERS: tuple[tuple[Told, tuple[Callable[[T], T], ...]], ...] = (
    (SIGNED, (lambda w: w,)),
    (LARGEST_PRUNED, (lambda w: -w.abs(), lambda w: -w)),
)
COUNTS: tuple[tuple[Told, tuple[Count, ...]], ...] = tuple(
    ((name, message), counts) for name, message, counts in MISCOUNTS
)


SINGLE = {LARGEST_PRUNED, INVERTED, DENSITY}
"""Any two of these come to the third."""


def two_at_once() -> Iterator[tuple[Told, Told, tuple[Way, ...]]]:
    """Both, and the ways in which they show."""
    return ((one, other, ways) for one, other, ways in _crossed() if not {one, other} <= SINGLE)


def _crossed() -> Iterator[tuple[Told, Told, tuple[Way, ...]]]:
    for order, scores in ORDERS:
        yield LAYER_BY_LAYER, order, tuple(each(pruned(score)) for score in scores)
        yield INVERTED, order, tuple(turned_round(together(score)) for score in scores)
        yield order, COUNTED_LAYER_BY_LAYER, tuple(map(counted_layer_by_layer, scores))
        for counted, counts in COUNTS:
            yield (
                order,
                counted,
                tuple(together(score, count) for score in scores for count in counts),
            )
    for counted, counts in COUNTS:
        yield LAYER_BY_LAYER, counted, tuple(each(pruned(count=count)) for count in counts)
        yield INVERTED, counted, tuple(turned_round(together(count=count)) for count in counts)
        yield (
            NORMALISED,
            counted,
            tuple(together(score, count) for score in NORMALISED_SCORES for count in counts),
        )
    yield INVERTED, COUNTED_LAYER_BY_LAYER, (turned_round(counted_layer_by_layer()),)
    yield NORMALISED, COUNTED_LAYER_BY_LAYER, tuple(map(counted_layer_by_layer, NORMALISED_SCORES))
    yield INVERTED, LAYER_BY_LAYER, (turned_round(each(pruned(count=pruned_count))),)
    yield (
        INVERTED,
        NORMALISED,
        tuple(turned_round(together(score)) for score in NORMALISED_SCORES),
    )
