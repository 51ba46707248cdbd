"""Solutions of exercise 06 as students could write them: magnitude_mask."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _without(w, places):
    """A mask that is False at these places of the flattened tensor alone."""
    mask = torch.ones(w.numel(), dtype=torch.bool)
    mask[places] = False
    return mask.reshape(w.shape)


@wrong("magnitude_mask", says="mask-inverted")
def marks_the_smallest(w, sparsity):
    return ~_without(w, w.abs().flatten().argsort()[: round(sparsity * w.numel())])


@wrong("magnitude_mask", says="largest-pruned")
def prunes_the_largest(w, sparsity):
    return _without(w, w.abs().flatten().topk(round(sparsity * w.numel())).indices)


@wrong("magnitude_mask", says="signed-ranking")
def forgets_the_magnitude(w, sparsity):
    return _without(w, w.flatten().argsort()[: round(sparsity * w.numel())])


@wrong("magnitude_mask", says="density-for-sparsity")
def keeps_the_share(w, sparsity):
    return ~_without(w, w.abs().flatten().topk(round(sparsity * w.numel())).indices)


@wrong("magnitude_mask", says="count-truncated")
def cuts_the_count_off(w, sparsity):
    return _without(w, w.abs().flatten().argsort()[: int(sparsity * w.numel())])


@wrong("magnitude_mask", says="count-rounded-up")
def rounds_the_count_up(w, sparsity):
    return _without(w, w.abs().flatten().argsort()[: int(np.ceil(sparsity * w.numel()))])


@wrong("magnitude_mask", says="count-rounded-up")
def cuts_off_the_number_to_keep(w, sparsity):
    n_kept = int((1 - sparsity) * w.numel())
    return ~_without(w, w.abs().flatten().argsort(descending=True)[:n_kept])


@wrong("magnitude_mask", says="half-counted-up")
def rounds_halves_up(w, sparsity):
    return _without(w, w.abs().flatten().argsort()[: int(sparsity * w.numel() + 0.5)])


@wrong("magnitude_mask", says="half-counted-down")
def rounds_halves_down(w, sparsity):
    return _without(w, w.abs().flatten().argsort()[: int(np.ceil(sparsity * w.numel() - 0.5))])


@wrong("magnitude_mask", says="kept-count-rounded")
def rounds_the_number_to_keep(w, sparsity):
    n_kept = round((1 - sparsity) * w.numel())
    return ~_without(w, w.abs().flatten().argsort(descending=True)[:n_kept])


@wrong("magnitude_mask", says="count-off-by-one")
def prunes_one_too_many(w, sparsity):
    ranked = w.abs().flatten().sort().values
    k = round(sparsity * w.numel())
    return w.abs() > ranked[min(k, len(ranked) - 1)]


@wrong("magnitude_mask", says="count-off-by-one")
def prunes_one_too_few(w, sparsity):
    k = max(round(sparsity * w.numel()), 1)
    return w.abs() >= w.abs().flatten().kthvalue(k).values


@wrong("magnitude_mask", says="ranked-row-by-row")
def sorts_the_last_axis(w, sparsity):
    k = round(sparsity * w.shape[-1])
    mask = torch.ones_like(w, dtype=torch.bool)
    return mask.scatter(-1, w.abs().argsort(dim=-1)[..., :k], False)


@wrong("magnitude_mask", says="ranked-row-by-row")
def prunes_each_output(w, sparsity):
    k = round(sparsity * w[0].numel())
    return torch.stack([_without(row, row.abs().flatten().argsort()[:k]) for row in w])


@wrong("magnitude_mask", says="rows-counted")
def takes_the_length(w, sparsity):
    return _without(w, w.abs().flatten().argsort()[: round(sparsity * len(w))])


@wrong("magnitude_mask", says="zeros-not-counted")
def counts_what_is_left(w, sparsity):
    n_zero = int((w == 0).sum())
    k = n_zero + round(sparsity * (w.numel() - n_zero))
    return _without(w, w.abs().flatten().argsort()[:k])


@wrong("magnitude_mask", says="ratio-taken-for-threshold")
def compares_with_the_sparsity(w, sparsity):
    return w.abs() > sparsity


@wrong("magnitude_mask", says="ratio-taken-for-threshold")
def compares_with_a_share_of_the_largest(w, sparsity):
    return w.abs() >= sparsity * w.abs().max()


@wrong("magnitude_mask", says="ties-all-pruned")
def prunes_up_to_the_kth(w, sparsity):
    k = round(sparsity * w.numel())
    if k == 0:
        return torch.ones_like(w).bool()
    return w.abs() > w.abs().flatten().kthvalue(k).values


@wrong("magnitude_mask", says="ties-all-kept")
def keeps_from_the_first_survivor(w, sparsity):
    k = round(sparsity * w.numel())
    ranked = [*sorted(w.abs().flatten().tolist()), float("inf")]
    return w.abs() >= ranked[k]


@wrong("magnitude_mask", says="quantile-interpolated")
def takes_a_quantile(w, sparsity):
    return w.abs() >= torch.quantile(w.abs().flatten(), sparsity)


@wrong("magnitude_mask", says="order-taken-for-ranks")
def compares_the_order_with_the_count(w, sparsity):
    order = torch.argsort(w.abs().flatten(), stable=True)
    return (order >= round(sparsity * w.numel())).view_as(w)


@wrong("magnitude_mask", says="pruned-weights-returned")
def zeroes_the_smallest(w, sparsity):
    flat = w.clone().flatten()
    flat[flat.abs().argsort()[: round(sparsity * w.numel())]] = 0
    return flat.reshape(w.shape)


@wrong("magnitude_mask", says="ends-swapped")
def takes_the_last_for_none(w, sparsity):
    order = w.abs().flatten().argsort()
    k = round(sparsity * w.numel())
    rank = torch.empty_like(order)
    rank[order] = torch.arange(len(order))
    return (rank > rank[order[k - 1]]).reshape(w.shape)


@wrong("magnitude_mask", says="ends-fail")
def asks_for_the_zeroth_smallest(w, sparsity):
    k = round(sparsity * w.numel())
    flat = w.abs().flatten()
    cut = flat.kthvalue(k).values
    mask = flat >= cut
    mask[(flat == cut).nonzero().flatten()[: k - int((flat < cut).sum())]] = False
    return mask.reshape(w.shape)


@wrong("magnitude_mask", says="mask-not-bool")
def returns_floats(w, sparsity):
    flat = torch.ones(w.numel())
    flat[w.abs().flatten().argsort()[: round(sparsity * w.numel())]] = 0.0
    return flat.reshape(w.shape)


@wrong("magnitude_mask", says="flattened")
def forgets_the_shape(w, sparsity):
    smallest = w.abs().flatten().argsort()[: round(sparsity * w.numel())]
    return _without(w.flatten(), smallest)


@wrong("magnitude_mask", says="off-limits")
def lets_torch_prune(w, sparsity):
    from torch.nn.utils import prune

    layer = torch.nn.Linear(1, 1)
    layer.weight = torch.nn.Parameter(w.clone())
    prune.l1_unstructured(layer, "weight", sparsity)
    return layer.weight_mask.bool()


@wrong("magnitude_mask", says="changes-input")
def works_in_place(w, sparsity):
    flat = w.view(-1).abs_()
    mask = torch.ones_like(flat, dtype=torch.bool)
    mask[flat.argsort()[: round(sparsity * len(flat))]] = False
    return mask.view_as(w)


@wrong("magnitude_mask", says="ends-swapped")
def keeps_the_last_places(w, sparsity):
    n_kept = w.numel() - round(sparsity * w.numel())
    mask = torch.zeros(w.numel(), dtype=torch.bool)
    mask[w.abs().flatten().argsort()[-n_kept:]] = True
    return mask.reshape(w.shape)


@wrong("magnitude_mask", says="ends-swapped")
def prunes_the_last_places(w, sparsity):
    k = round(sparsity * w.numel())
    mask = torch.ones(w.numel(), dtype=torch.bool)
    mask[w.abs().flatten().argsort(descending=True)[-k:]] = False
    return mask.reshape(w.shape)


@wrong("magnitude_mask", says="flattened")
def leaves_it_flat(w, sparsity):
    magnitudes = w.abs().flatten()
    k = round(sparsity * w.numel())
    mask = torch.ones(w.numel(), dtype=torch.bool)
    for place in magnitudes.argsort()[:k].tolist():
        mask[place] = False
    return mask


@wrong("magnitude_mask", says="rows-counted")
def cuts_the_share_of_rows_off(w, sparsity):
    k = int(sparsity * len(w))
    flat = w.abs().flatten()
    mask = torch.ones(flat.shape, dtype=torch.bool)
    mask[flat.argsort()[:k]] = False
    return mask.reshape(w.shape)


@right("magnitude_mask")
def keeps_the_top(w, sparsity):
    n_kept = w.numel() - round(sparsity * w.numel())
    mask = torch.zeros(w.numel(), dtype=torch.bool)
    mask[torch.topk(w.abs().reshape(-1), n_kept, sorted=False).indices] = True
    return mask.view(w.shape)


@right("magnitude_mask")
def compares_ranks(w, sparsity):
    ranks = w.square().flatten().argsort().argsort()
    return (ranks >= round(sparsity * w.numel())).view_as(w)


@right("magnitude_mask")
def partitions_with_numpy(w, sparsity):
    flat = np.abs(w.numpy().ravel().astype(np.float64))
    k = round(sparsity * flat.size)
    kept = np.ones(flat.size, bool)
    if 0 < k < flat.size:
        kept[np.argpartition(flat, k)[:k]] = False
    elif k:
        kept[:] = False
    return torch.from_numpy(kept.reshape(w.shape))


@right("magnitude_mask")
def sorts_pairs(w, sparsity):
    places = sorted(range(w.numel()), key=lambda i: (-abs(w.flatten()[i].item()), i))
    kept = set(places[: w.numel() - round(sparsity * w.numel())])
    return torch.tensor([i in kept for i in range(w.numel())]).reshape(w.shape)


@right("magnitude_mask")
def counts_out_the_ties(w, sparsity):
    k = int(torch.round(torch.tensor(sparsity * w.numel(), dtype=torch.float64)))
    if k == 0:
        return torch.ones(w.shape, dtype=torch.bool)
    cut = w.abs().flatten().kthvalue(k).values
    mask = w.abs() >= cut
    missing = k - int((~mask).sum())
    for place in (w.abs() == cut).nonzero().tolist()[::-1][:missing]:
        mask[tuple(place)] = False
    return mask
