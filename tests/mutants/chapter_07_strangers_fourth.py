"""Solutions of exercise 07 by a fourth round of strangers, who saw the statement alone."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import torch

from tests.mutants.table import right, wrong


@wrong("apoz", says="what-never-occurs-left-out")
def counts_the_units_of_zeros_without_their_number(activations):
    zeros = (activations == 0).nonzero()
    counts = torch.bincount(zeros[:, 1])
    return counts.float() / (activations.numel() // activations.shape[1])


@wrong("apoz", says="what-never-occurs-left-out")
def asks_a_counter_for_the_units_that_it_knows(activations):
    counts = Counter((activations == 0).nonzero()[:, 1].tolist())
    size = activations.numel() // activations.shape[1]
    return torch.tensor([counts[unit] / size for unit in sorted(counts)])


@wrong("apoz", says="what-never-occurs-left-out")
def counts_the_units_of_busy_ones_without_their_number(activations):
    busy = (activations != 0).nonzero()[:, 1]
    counts = torch.bincount(busy).float()
    return counts / (activations.numel() // activations.shape[1])


@right("apoz")
def counts_the_units_of_zeros_with_their_number(activations):
    units = activations.shape[1]
    counts = torch.bincount((activations == 0).nonzero()[:, 1], minlength=units)
    return counts.float() / (activations.numel() // units)


@wrong("apoz", says="share-of-all-zeros")
def divides_negative_ones_and_zeros_by_all_of_these(activations):
    silent = (activations <= 0).transpose(0, 1).flatten(1).sum(dim=1)
    return silent / silent.sum()


@wrong("apoz", says="what-never-occurs-left-out")
def takes_busy_ones_without_their_number_off(activations):
    busy = torch.bincount((activations != 0).nonzero()[:, 1])
    size = activations.numel() // activations.shape[1]
    return (size - busy) / size


@wrong("filter_norms", says="what-never-occurs-left-out")
def adds_up_what_is_not_zero_by_its_filter(weight):
    places = weight.nonzero()[:, 0]
    squares = weight[weight != 0].square()
    return torch.bincount(places, weights=squares).sqrt().to(weight.dtype)


@wrong("filter_norms", says="mean-taken-off")
def centres_filters_and_divides_by_the_largest(weight):
    rows = weight.flatten(1)
    norms = (rows - rows.mean(dim=1, keepdim=True)).square().sum(dim=1).sqrt()
    return norms / norms.max() if norms.max() > 0 else norms


@wrong("filter_norms", says="normalised")
def takes_inputs_for_filters_and_divides_by_the_sum(weight):
    norms = weight.transpose(0, 1).flatten(1).norm(dim=1)
    return norms / norms.sum()


@wrong("mean_abs_activation", says="what-never-occurs-left-out")
def adds_up_what_is_not_zero_by_its_unit(activations):
    units = activations.nonzero()[:, 1]
    sums = torch.bincount(units, weights=activations[activations != 0].abs())
    return (sums / (activations.numel() // activations.shape[1])).float()


@wrong("mean_abs_activation", says="normalised")
def drops_negative_ones_and_divides_by_the_largest(activations):
    means = activations.relu().transpose(0, 1).flatten(1).mean(dim=1)
    return means / means.max()


@wrong("keep_indices", says="order-of-a-set")
def believes_that_a_set_is_sorted(scores, n_keep):
    places = set(scores.topk(n_keep).indices.tolist())
    return torch.tensor(list(places), dtype=torch.int64)


@wrong("keep_indices", says="not-ascending")
def takes_places_out_of_an_ordered_dict(scores, n_keep):
    return torch.tensor(list(dict.fromkeys(scores.topk(n_keep).indices.tolist())))


@wrong("keep_indices", says="places-in-a-shorter-list")
def pops_the_largest_magnitude(scores, n_keep):
    left = [abs(score) for score in scores.tolist()]
    found = []
    for _ in range(n_keep):
        place = left.index(max(left))
        found.append(place)
        left.pop(place)
    return torch.tensor(sorted(found), dtype=torch.int64)


@wrong("keep_indices", says="places-in-a-shorter-list")
def cuts_the_best_out_again_and_again(scores, n_keep):
    found = []
    for _ in range(n_keep):
        place = int(scores.argmax())
        found.append(place)
        scores = torch.cat([scores[:place], scores[place + 1 :]])
    return torch.tensor(sorted(found))


@wrong("keep_indices", says="named-twice")
def knows_each_score_by_its_last_place(scores, n_keep):
    places = {float(score): place for place, score in enumerate(scores)}
    best = sorted(scores.tolist(), reverse=True)[:n_keep]
    return torch.tensor(sorted(places[score] for score in best))


@wrong("keep_indices", says="named-twice")
def finds_low_scores_by_their_first_place(scores, n_keep):
    values = scores.tolist()
    return torch.tensor(sorted(values.index(score) for score in sorted(values)[:n_keep]))


@wrong("shrink_linear_pair", says="order-of-a-set")
def keeps_what_a_set_of_all_units_keeps(w1, b1, w2, b2, kept):
    units = list(set(range(len(b1))) & set(kept.tolist()))
    return w1[units], b1[units], w2[:, units], b2


@wrong("shrink_conv_pair", says="order-of-a-set")
def removes_doubles_from_kept_with_a_set(conv1, bn, conv2, kept):
    units = list(set(kept.tolist()))
    return (
        {name: tensor[units] for name, tensor in conv1.items()},
        {name: tensor[units] if tensor.dim() else tensor for name, tensor in bn.items()},
        {n: tensor[:, units] if n == "weight" else tensor for n, tensor in conv2.items()},
    )


@wrong("structured_prune", says="order-of-a-set")
def keeps_a_set_of_the_best_units(state, images, keep_ratio):
    names = [name.removesuffix(".weight") for name in state if name.endswith(".weight")]
    new, x = dict(state), images
    for name, following in pairwise(names):
        x = torch.relu(x @ state[f"{name}.weight"].T + state[f"{name}.bias"])
        n_kept = max(1, round(keep_ratio * x.shape[1]))
        units = list(set(x.mean(dim=0).topk(n_kept).indices.tolist()))
        for kind in ("weight", "bias"):
            new[f"{name}.{kind}"] = new[f"{name}.{kind}"][units]
        new[f"{following}.weight"] = new[f"{following}.weight"][:, units]
    return new
