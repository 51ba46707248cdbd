"""Solutions of exercise 07 as strangers wrote them who saw the statement alone."""

from __future__ import annotations

from itertools import pairwise

import torch

from tests.mutants.table import wrong


@wrong("mean_abs_activation", says="axis-lost")
def squeezes_the_only_unit(activations):
    axes = [i for i in range(activations.dim()) if i != 1]
    return activations.abs().mean(dim=axes, keepdim=True).squeeze()


@wrong("mean_abs_activation", says="largest-of-each-image")
def takes_the_loudest_place(activations):
    if activations.dim() == 2:
        return activations.abs().mean(dim=0)
    return activations.abs().flatten(2).amax(dim=2).mean(dim=0)


@wrong("mean_abs_activation", says="divided-by-one-less")
def divides_as_for_a_variance(activations):
    rows = activations.transpose(0, 1).flatten(1).abs()
    return rows.sum(dim=1) / (rows.shape[1] - 1)


@wrong("apoz", says="signs-averaged")
def takes_the_mean_sign_from_one(activations):
    return 1 - activations.transpose(0, 1).flatten(1).sign().mean(dim=1)


@wrong("filter_norms", says="kernel-weights-cancel")
def adds_kernels_up_first(weight):
    if weight.dim() == 2:
        return weight.norm(dim=1)
    return weight.flatten(2).sum(dim=2).norm(dim=1)


@wrong("filter_norms", says="filters-mixed")
def reshapes_to_columns(weight):
    return weight.reshape(-1, weight.shape[0]).square().sum(dim=0).sqrt()


@wrong("filter_norms", says="number-under-the-root")
def keeps_the_root_from_zero(weight):
    return (weight.flatten(1).square().sum(dim=1) + 1e-6).sqrt()


@wrong("structured_prune", says="sorted-as-text")
def sorts_names_as_text(state, images, keep_ratio):
    layers = sorted(n.removesuffix(".weight") for n in state if n.endswith(".weight"))
    x, new = images, dict(state)
    for a, b in pairwise(layers):
        x = torch.relu(x @ state[f"{a}.weight"].T + state[f"{a}.bias"])
        n_kept = max(1, round(keep_ratio * x.shape[1]))
        kept = x.abs().mean(dim=0).argsort(descending=True)[:n_kept].sort().values
        new[f"{a}.weight"], new[f"{a}.bias"] = new[f"{a}.weight"][kept], new[f"{a}.bias"][kept]
        new[f"{b}.weight"] = new[f"{b}.weight"][:, kept]
    return new


def _cut_by(choose):
    """A network cut as it should be, to units that `choose` picks from what a layer is like."""

    def solution(state, images, keep_ratio):
        layers = [n.removesuffix(".weight") for n in state if n.endswith(".weight")]
        x, new = images, dict(state)
        for a, b in pairwise(layers):
            x = torch.relu(x @ state[f"{a}.weight"].T + state[f"{a}.bias"])
            n_kept = max(1, round(keep_ratio * x.shape[1]))
            kept = choose(x.mean(dim=0), n_kept, state, a, b)
            new[f"{a}.weight"], new[f"{a}.bias"] = new[f"{a}.weight"][kept], new[f"{a}.bias"][kept]
            new[f"{b}.weight"] = new[f"{b}.weight"][:, kept]
        return new

    return solution


def _best(scores, n_kept):
    return scores.argsort(descending=True)[:n_kept].sort().values


@wrong("structured_prune", says="dead-units-dropped")
def drops_dead_units(state, images, keep_ratio):
    def choose(means, n_kept, *_):
        kept = _best(means, n_kept)
        alive = kept[means[kept] > 0]
        return alive if len(alive) else kept

    return _cut_by(choose)(state, images, keep_ratio)


@wrong("structured_prune", says="count-of-the-first-layer")
def counts_once(state, images, keep_ratio):
    first = next(iter(state.values())).shape[0]

    def choose(means, *_):
        return _best(means, min(max(1, round(keep_ratio * first)), len(means)))

    return _cut_by(choose)(state, images, keep_ratio)


@wrong("structured_prune", says="readers-weighed")
def weighs_the_readers(state, images, keep_ratio):
    def choose(means, n_kept, state, a, b):
        return _best(means * state[f"{b}.weight"].norm(dim=0), n_kept)

    return _cut_by(choose)(state, images, keep_ratio)


@wrong("structured_prune", says="norms-ranked")
def ranks_norms_in_their_order(state, images, keep_ratio):
    def choose(means, n_kept, state, a, b):
        return state[f"{a}.weight"].norm(dim=1).argsort(descending=True)[:n_kept]

    return _cut_by(choose)(state, images, keep_ratio)


@wrong("filter_norms", says="kernels-not-joined")
def knows_four_axes_only(weight):
    if weight.ndim == 4:
        return torch.linalg.vector_norm(weight, dim=(1, 2, 3))
    return weight.norm(dim=1)


@wrong("filter_norms", says="absolute-sum")
def averages_magnitudes(weight):
    return weight.abs().flatten(1).mean(dim=1)


@wrong("filter_norms", says="root-forgotten")
def sums_squares_of_inputs(weight):
    return (weight * weight).sum(dim=0).flatten()


@wrong("mean_abs_activation", says="last-axis-taken-for-units")
def keeps_the_last_axis(activations):
    return activations.abs().mean(dim=list(range(activations.dim() - 1)))


@wrong("mean_abs_activation", says="magnitude-of-the-mean")
def takes_magnitudes_last_and_adds_images_up(activations):
    averaged = activations
    while averaged.dim() > 2:
        averaged = averaged.mean(dim=-1)
    return averaged.sum(dim=0).abs()


@wrong("mean_abs_activation", says="negatives-dropped")
def keeps_places_and_drops_negatives(activations):
    return activations.clamp(min=0).mean(dim=0)


@wrong("apoz", says="last-axis-taken-for-units")
def turns_all_axes_round(activations):
    axes = tuple(reversed(range(activations.dim())))
    return torch.stack([(unit == 0).float().mean() for unit in activations.permute(axes)])


@wrong("apoz", says="negatives-counted")
def dead_or_negative_in_percent(activations):
    dead = activations <= 0
    return dead.transpose(0, 1).flatten(1).float().mean(dim=1) * 100


@wrong("apoz", says="images-taken-for-units")
def active_share_of_each_image(activations):
    rows = activations.flatten(1)
    return torch.count_nonzero(rows, dim=1) / rows.shape[1]


@wrong("keep_indices", says="equals-before-better")
def cuts_a_list_of_all_that_reach_the_limit(scores, n_keep):
    threshold = scores.sort(descending=True).values[n_keep - 1]
    return torch.where(scores >= threshold)[0][:n_keep]


@wrong("keep_indices", says="not-ascending")
def keeps_the_lowest_as_they_come(scores, n_keep):
    return scores.argsort()[:n_keep]


@wrong("keep_indices", says="ties-all-kept")
def returns_a_mask_with_all_equals(scores, n_keep):
    return scores >= scores.topk(n_keep).values.min()


@wrong("mean_abs_activation", says="signs-cancel")
def averages_each_image_with_its_signs(activations):
    return activations.flatten(1).mean(dim=1)
