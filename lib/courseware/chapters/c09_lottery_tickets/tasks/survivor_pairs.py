"""Two mistakes at once in masks that prune a share of the survivors."""

from __future__ import annotations

from courseware.chapters.c09_lottery_tickets.tasks.survivors import (
    MISTAKES,
    RATE_KEPT,
    RATE_TOTAL,
    SHARE_OF_ALL,
    Masks,
    Tensors,
    Way,
    of_all,
    of_survivors,
    total_count,
    with_count,
)
from courseware.checks import global_rankings as whole
from courseware.checks.counts import DENSITY, TRUNCATED
from courseware.checks.global_pairs import ORDERS, two_at_once
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.masks import INVERTED


def _each(way: Way) -> Way:
    """Every layer as if it were alone."""

    def behaves(weights: Tensors, masks: Tensors, rate: float) -> Masks:
        parts = (way({k: w}, {k: masks[k]}, rate) for k, w in weights.items())
        return {name: mask for part in parts for name, mask in part.items()}

    return behaves


OWN_WORDS = {DENSITY[0]: RATE_KEPT}
TWO_MISTAKES: tuple[tuple[tuple[str, str], tuple[str, str], tuple[Way, ...]], ...] = (
    *(
        (whole.LAYER_BY_LAYER, (name, message), tuple(map(_each, some)))
        for name, message, some in MISTAKES
        if name not in (*(known for known, _, _ in whole.MISTAKES), MATCHED_BY_ORDER[0])
    ),
    *(
        (
            OWN_WORDS.get(first[0], first),
            OWN_WORDS.get(second[0], second),
            tuple(map(of_survivors, some)),
        )
        for first, second, some in two_at_once()
        if INVERTED not in (first, second)
    ),
    *(
        (order, known, tuple(with_count(count, score) for score in scores for count in counts))
        for order, scores in ORDERS
        for known, counts in ((SHARE_OF_ALL, (of_all,)), (RATE_TOTAL, (total_count,)))
    ),
)
"""Two of them, and how they show together."""

SHARE_OF_ALL_CUT_OFF = (
    SHARE_OF_ALL,
    TRUNCATED,
    with_count(lambda n, n_left, rate: n - n_left + int(rate * n)),
)
"""The same of these two."""
