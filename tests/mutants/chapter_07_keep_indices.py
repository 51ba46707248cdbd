"""Solutions of exercise 07 as students could write them: keep_indices."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("keep_indices", says="not-ascending")
def leaves_topk_s_order(scores, n_keep):
    return torch.topk(scores, n_keep).indices


@wrong("keep_indices", says="not-ascending")
def takes_the_end_of_argsort(scores, n_keep):
    return scores.argsort()[len(scores) - n_keep :]


@wrong("keep_indices", says="lowest-kept")
def keeps_the_lowest(scores, n_keep):
    return scores.argsort()[:n_keep].sort().values


@wrong("keep_indices", says="lowest-kept")
def keeps_the_lowest_unsorted(scores, n_keep):
    return scores.argsort()[:n_keep]


@wrong("keep_indices", says="others-returned")
def returns_what_goes(scores, n_keep):
    return scores.argsort()[: len(scores) - n_keep].sort().values


@wrong("keep_indices", says="number-to-remove")
def removes_that_many(scores, n_keep):
    return scores.argsort()[n_keep:].sort().values


@wrong("keep_indices", says="off-by-one")
def keeps_one_more(scores, n_keep):
    return scores.argsort(descending=True)[: n_keep + 1].sort().values


@wrong("keep_indices", says="off-by-one")
def keeps_one_less(scores, n_keep):
    return scores.argsort(descending=True)[: n_keep - 1].sort().values


@wrong("keep_indices", says="magnitudes-ranked")
def ranks_magnitudes(scores, n_keep):
    return scores.abs().topk(n_keep).indices.sort().values


@wrong("keep_indices", says="scores-returned")
def returns_the_scores(scores, n_keep):
    return scores.topk(n_keep).values


@wrong("keep_indices", says="mask-returned")
def returns_a_mask(scores, n_keep):
    mask = torch.zeros(len(scores), dtype=torch.bool)
    mask[scores.topk(n_keep).indices] = True
    return mask


@wrong("keep_indices", says="ties-all-kept")
def keeps_from_a_threshold(scores, n_keep):
    threshold = scores.sort(descending=True).values[n_keep - 1]
    return torch.where(scores >= threshold)[0]


@wrong("keep_indices", says="cut-itself-removed")
def keeps_above_a_threshold(scores, n_keep):
    threshold = scores.sort(descending=True).values[n_keep - 1]
    return torch.where(scores > threshold)[0]


@wrong("keep_indices", says="above-average")
def keeps_all_above_the_mean(scores, n_keep):
    return torch.where(scores > scores.mean())[0]


@wrong("keep_indices", says="above-average")
def keeps_the_better_half(scores, n_keep):
    return (scores >= scores.median()).nonzero().squeeze(1)


@wrong("keep_indices", says="counted-from-the-lowest")
def takes_the_kth_value(scores, n_keep):
    return torch.where(scores >= torch.kthvalue(scores, n_keep).values)[0]


@wrong("keep_indices", says="counted-from-one")
def numbers_units_from_one(scores, n_keep):
    return 1 + scores.topk(n_keep).indices.sort().values


@wrong("keep_indices", says="named-twice")
def looks_scores_up(scores, n_keep):
    values = scores.tolist()
    return torch.tensor(sorted(values.index(v) for v in sorted(values)[len(values) - n_keep :]))


@wrong("keep_indices", says="first-ones-kept")
def keeps_the_last(scores, n_keep):
    return torch.arange(len(scores))[-n_keep:]


@wrong("keep_indices", says="ranks-for-places")
def mixes_ranks_and_places(scores, n_keep):
    return torch.where(scores.argsort() >= len(scores) - n_keep)[0]


@wrong("keep_indices", says="column-of-indices")
def returns_a_column(scores, n_keep):
    mask = torch.zeros(len(scores), dtype=torch.bool)
    mask[scores.topk(n_keep).indices] = True
    return mask.nonzero()


@wrong("keep_indices", says="first-ones-kept")
def keeps_the_first(scores, n_keep):
    return torch.arange(n_keep)


@wrong("keep_indices", says="indices-not-int64")
def returns_int32(scores, n_keep):
    return scores.topk(n_keep).indices.sort().values.int()


@wrong("keep_indices", says="list-not-tensor")
def returns_a_list_of_units(scores, n_keep):
    return sorted(scores.topk(n_keep).indices.tolist())


@wrong("keep_indices", says="changes-input")
def marks_what_it_took(scores, n_keep):
    found = []
    for _ in range(n_keep):
        found.append(int(scores.argmax()))
        scores[found[-1]] = -math.inf
    return torch.tensor(sorted(found))


@wrong("keep_indices", says="not-ascending")
def sorts_downwards(scores, n_keep):
    best = scores.argsort(descending=True)[:n_keep]
    return best.sort(descending=True).values


@wrong("keep_indices", says="ties-all-dropped")
def keeps_what_is_above_the_next(scores, n_keep):
    ordered = scores.sort(descending=True).values
    if n_keep == len(scores):
        return torch.arange(len(scores))
    return torch.where(scores > ordered[n_keep])[0]


@wrong("keep_indices", says="order-sorted-by-order")
def sorts_for_the_order(scores, n_keep):
    best = scores.argsort(descending=True)[:n_keep]
    return best.sort().indices


@wrong("keep_indices", says="taken-again")
def marks_taken_ones_with_zero(scores, n_keep):
    left = scores.clone()
    kept = []
    for _ in range(n_keep):
        best = int(left.argmax())
        kept.append(best)
        left[best] = 0
    return torch.tensor(sorted(kept), dtype=torch.int64)


@right("keep_indices")
def sorted_topk(scores, n_keep):
    return scores.topk(n_keep).indices.sort().values


@right("keep_indices")
def through_a_mask(scores, n_keep):
    mask = torch.zeros(len(scores), dtype=torch.bool)
    mask[scores.argsort(descending=True, stable=True)[:n_keep]] = True
    return mask.nonzero().flatten()


@right("keep_indices")
def numpy_partition(scores, n_keep):
    places = np.argpartition(-scores.numpy(), n_keep - 1)[:n_keep]
    return torch.from_numpy(np.sort(places)).to(torch.int64)


@right("keep_indices")
def the_best_of_the_rest(scores, n_keep):
    left = list(range(len(scores)))
    while len(left) > n_keep:
        left.remove(min(left, key=lambda unit: float(scores[unit])))
    return torch.tensor(left)
