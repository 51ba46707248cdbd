"""What may have gone wrong when pruned masks are pruned further."""

from __future__ import annotations

from itertools import product

import torch

from courseware.chapters.c08_when_to_prune.tasks.gradual_wrong_ways import (
    LOWEST,
    SHARES_OF_SURVIVORS,
    ZEROS_FOR_GONE,
    More,
    Way,
    all_kept,
    back_down,
    below,
    by_order,
    by_order_and,
    counted_and_limited,
    counted_in_lines,
    counted_layer_by_layer,
    gone_ranked_first,
    in_any_order,
    inverted,
    layer_by_layer,
    less_gone_in,
    marked_with,
    more,
    negative_slice,
    negative_slice_of_all,
    never_fewer,
    not_zero,
    old_ignored,
    only_new,
    or_old,
    places_among_survivors,
    protected,
    through_ties,
    two_lines_by_order,
    up_to,
    within_old,
    zeroed,
    zeros_counted,
)
from courseware.checks.counts import COUNTED_LAYER_BY_LAYER, MISCOUNTS, MISROUNDED
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.masks import INVERTED
from courseware.checks.rankings import (
    LARGEST_PRUNED,
    LAYER_PROTECTED,
    SIGNED,
    TIES_KEPT,
    TIES_PRUNED,
)
from model_compression.pruning_schedules import gradual_masks

PLACES = (
    "places-among-survivors",
    "The places were found in the line of what is left alone, and used as places in the line of "
    "all weights, where they are others. Mark what is gone with infinity, and rank one line.",
)
TAKEN_FROM_ZEROS = (
    "mask-taken-from-zeros",
    "Weights of 0 were taken for pruned ones, as where w * mask is ranked. A weight that is "
    "kept may be 0 for a moment, and a pruned one need not be: only the mask says which is "
    "which. Give pruned ones a score below 0, which no magnitude has.",
)
ONE_GONE = (
    "gone-in-one-tensor",
    "What is gone already was counted in one tensor alone: `gone = …` in a loop starts anew each "
    "time, where `gone += …` adds up.",
)
OTHER_COUNTS = "on-top", "share-of-survivors", *(name for name, _, _ in MISCOUNTS)
LAYER_BY_LAYER = (
    "layer-by-layer",
    "The tensors were ranked one by one, and each lost a share of its own. All weights that are "
    "left are one ranking, so a layer of small weights loses more than the others.",
)
TOTAL_LOWERED = (
    "total-lowered",
    "The total is below what is gone already, and pruned weights came back. Pruning does not go "
    "backwards: the old masks stay as they are.",
)

COUNTS: tuple[tuple[str, str, tuple[More, ...]], ...] = (
    (
        "on-top",
        "The sparsity was taken of what is pruned now, on top of what was gone already. It is the "
        "total: what the masks prune counts, and only the rest still has to go.",
        (lambda n, before, s: round(s * n),),
    ),
    (
        "share-of-survivors",
        "The sparsity was taken as a share of the weights that are left. It is the share of all "
        "weights that is to be gone in the end.",
        SHARES_OF_SURVIVORS,
    ),
    *((name, message, tuple(map(up_to, counts))) for name, message, counts in MISCOUNTS),
)
"""How many more go, from all weights, those that are gone, and the sparsity."""

MISTAKES: tuple[tuple[str, str, tuple[Way, ...]], ...] = (
    *((name, message, tuple(map(more, counts))) for name, message, counts in COUNTS),
    (
        "old-masks-ignored",
        "The weights were ranked without a look at the old masks, so pruned ones that are not 0 "
        "came back. What is pruned stays pruned, whatever its value.",
        (
            old_ignored,
            never_fewer(old_ignored),
            *(in_any_order(lowest, zeroed=False) for lowest in LOWEST),
            *(never_fewer(in_any_order(lowest, zeroed=False)) for lowest in LOWEST),
        ),
    ),
    (
        *TAKEN_FROM_ZEROS,
        (
            zeroed,
            within_old(zeroed),
            never_fewer(zeroed),
            within_old(never_fewer(zeroed)),
            *(in_any_order(lowest, zeroed=True) for lowest in LOWEST),
            *(within_old(in_any_order(lowest, zeroed=True)) for lowest in LOWEST),
            zeros_counted,
            lambda w, m, s: gradual_masks(w, not_zero(w), s),
            lambda w, m, s: gradual_masks(w, {k: m[k] & v for k, v in not_zero(w).items()}, s),
        ),
    ),
    (
        "joined-afterwards",
        "All weights were ranked anew, and then the old and the new masks were put together. The "
        "two overlap only in part, so the total is not met: count what is gone already, and choose "
        "the rest among those that are left.",
        (within_old(old_ignored), or_old),
    ),
    (
        "only-the-new-ones",
        "The masks show only what is pruned now, and what was gone before is True again. A mask "
        "says what is kept in the end.",
        (only_new,),
    ),
    (
        *TOTAL_LOWERED,
        (
            back_down,
            below(all_kept),
            below(zeroed),
            below(back_down),
            below(old_ignored),
        ),
    ),
    (
        "negative-count",
        "The total is below what is gone already, so the number that still has to go is negative: "
        "as the end of a slice it counts from the back, and nearly all went. It must not fall "
        "below 0.",
        (below(negative_slice), below(negative_slice_of_all)),
    ),
    (*LAYER_BY_LAYER, (layer_by_layer(gradual_masks),)),
    (*COUNTED_LAYER_BY_LAYER, (counted_layer_by_layer, counted_and_limited)),
    (
        "pruned-weights-met-again",
        "The pruned ones rank first, and only the number that is missing was taken from there: it "
        "meets those that are gone already. Take the total, or put the pruned ones at the end.",
        (gone_ranked_first,),
    ),
    (
        "nothing-more-pruned",
        "The old masks came back although more is to go.",
        (lambda weights, masks, sparsity: dict(masks),),
    ),
    (
        *MATCHED_BY_ORDER,
        (
            *(by_order(error) for error in (RuntimeError, IndexError)),
            *(two_lines_by_order(*way) for way in product((True, False), repeat=2)),
        ),
    ),
    (
        "marked-too-small",
        "What was pruned before is marked with a number so that it comes last, and there are kept "
        "weights above that number. Mark it with infinity, or rank only what is left.",
        tuple(map(marked_with, (1.0, 2.0, 10.0, 99.0, 100.0, 999.0, 1000.0, 1e4))),
    ),
    (
        "rounded-after-subtracting",
        "What is gone was taken off before the total was rounded. A half then goes to another even "
        "number: round the share of all weights, then take off what is gone.",
        (more(lambda n, before, s: round(s * n - before)),),
    ),
    (*ONE_GONE, tuple(map(less_gone_in, (-1, 0)))),
    (*PLACES, (places_among_survivors(lambda n, s: round(s * n)),)),
    (*INVERTED, (inverted,)),
    (*LARGEST_PRUNED, (more(lambda n, b, s: round(s * n) - b, lambda w: -w.abs()),)),
    (*SIGNED, (more(lambda n, b, s: round(s * n) - b, lambda w: w),)),
    (*TIES_PRUNED, (through_ties(torch.gt, -1),)),
    (*TIES_KEPT, (through_ties(torch.ge, 0),)),
    (*LAYER_PROTECTED, (protected(gradual_masks),)),
)
"""Name, message and the ways in which each mistake shows."""

TWO_MISTAKES: tuple[tuple[tuple[str, str], tuple[str, str], tuple[Way, ...]], ...] = (
    *(
        (order, ONE_GONE, tuple(less_gone_in(number, score) for number in (-1, 0)))
        for order, score in ((LARGEST_PRUNED, lambda w: -w.abs()), (SIGNED, lambda w: w))
    ),
    *((PLACES, (n, m), tuple(map(places_among_survivors, counts))) for n, m, counts in MISROUNDED),
    *(
        (LAYER_BY_LAYER, (name, message), tuple(map(layer_by_layer, some)))
        for name, message, some in MISTAKES
        if name not in (LAYER_BY_LAYER[0], COUNTED_LAYER_BY_LAYER[0], MATCHED_BY_ORDER[0])
    ),
    *(
        (order, (name, message), tuple(more(count, score) for count in counts))
        for order, score in ((LARGEST_PRUNED, lambda w: -w.abs()), (SIGNED, lambda w: w))
        for name, message, counts in COUNTS
    ),
    *(
        (MATCHED_BY_ORDER, told, tuple(map(by_order_and, some)))
        for told, some in (
            (TAKEN_FROM_ZEROS, ZEROS_FOR_GONE),
            *(((name, message), map(counted_in_lines, some)) for name, message, some in COUNTS[:2]),
        )
    ),
    (SIGNED, TIES_PRUNED, (through_ties(torch.gt, -1, lambda w: w),)),
    (SIGNED, TIES_KEPT, (through_ties(torch.ge, 0, lambda w: w),)),
    *(
        ((name, message), LAYER_PROTECTED, tuple(map(protected, some)))
        for name, message, some in MISTAKES
        if name in ("marked-too-small", SIGNED[0], LARGEST_PRUNED[0], *OTHER_COUNTS)
    ),
)
"""Two of them at once, and how they show together."""
