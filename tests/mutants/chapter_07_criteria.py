"""Solutions of exercise 07 as students could write them: criteria, and which units stay."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong

# --- filter_norms -------------------------------------------------------------------------------


@wrong("filter_norms", says="absolute-sum")
def adds_magnitudes(weight):
    return weight.abs().flatten(1).sum(1)


@wrong("filter_norms", says="absolute-sum")
def asks_for_the_l1_norm(weight):
    return torch.linalg.vector_norm(weight.flatten(1), ord=1, dim=1)


@wrong("filter_norms", says="root-forgotten")
def forgets_the_root(weight):
    return (weight**2).flatten(1).sum(dim=1)


@wrong("filter_norms", says="averaged")
def takes_the_root_of_the_mean(weight):
    return weight.pow(2).reshape(len(weight), -1).mean(1).sqrt()


@wrong("filter_norms", says="averaged")
def averages_magnitudes(weight):
    return weight.abs().reshape(len(weight), -1).mean(1)


@wrong("filter_norms", says="largest-weight")
def takes_the_largest(weight):
    return weight.abs().flatten(1).max(dim=1).values


@wrong("filter_norms", says="signs-cancel")
def adds_with_signs(weight):
    return weight.flatten(1).sum(1).abs()


@wrong("filter_norms", says="mean-taken-off")
def takes_the_standard_deviation(weight):
    return weight.flatten(1).std(dim=1)


@wrong("filter_norms", says="inputs-taken-for-outputs")
def reduces_the_outputs(weight):
    axes = [axis for axis in range(weight.dim()) if axis != 1]
    return weight.pow(2).sum(axes).sqrt()


@wrong("filter_norms", says="kernels-not-joined")
def reduces_axis_one_only(weight):
    return weight.norm(dim=1)


@wrong("filter_norms", says="kernels-not-joined")
def takes_each_kernel(weight):
    if weight.dim() == 2:
        return weight.norm(dim=1)
    return weight.reshape(weight.shape[0], weight.shape[1], -1).norm(dim=-1)


@wrong("filter_norms", says="kernels-added-up")
def adds_kernel_norms(weight):
    if weight.dim() == 2:
        return weight.norm(dim=1)
    return weight.flatten(2).norm(dim=2).sum(dim=1)


@wrong("filter_norms", says="normalised")
def divides_by_the_largest(weight):
    norms = weight.flatten(1).norm(dim=1)
    return norms / norms.max()


@wrong("filter_norms", says="sorted")
def sorts_the_norms(weight):
    return weight.flatten(1).norm(dim=1).sort().values


@wrong("filter_norms", says="one-number-for-all")
def takes_one_norm(weight):
    return torch.norm(weight)


@wrong("filter_norms", says="wrong-shape")
def keeps_the_axes(weight):
    return weight.flatten(1).norm(dim=1, keepdim=True)


@wrong("filter_norms", says="wrong-type")
def returns_a_list(weight):
    return [float(filter_.norm()) for filter_ in weight]


@wrong("filter_norms", says="changes-input")
def squares_in_place(weight):
    return weight.pow_(2).flatten(1).sum(1).sqrt()


@wrong("filter_norms", says="off-limits")
def asks_the_library(weight):
    from model_compression import structured_pruning

    return structured_pruning.filter_norms(weight)


@right("filter_norms")
def with_torchs_norm(weight):
    return torch.linalg.vector_norm(weight, dim=tuple(range(1, weight.dim())))


@right("filter_norms")
def roots_of_sums_in_float64(weight):
    return weight.double().pow(2).flatten(1).sum(1).sqrt()


@right("filter_norms")
def one_filter_at_a_time(weight):
    return torch.tensor([math.hypot(*filter_.flatten().tolist()) for filter_ in weight])


@right("filter_norms")
def numpy_s_einsum(weight):
    rows = weight.numpy().reshape(weight.shape[0], -1)
    return torch.from_numpy(np.sqrt(np.einsum("ij,ij->i", rows, rows)))


# --- mean_abs_activation ------------------------------------------------------------------------


@wrong("mean_abs_activation", says="signs-cancel")
def forgets_the_magnitude(activations):
    return activations.transpose(0, 1).flatten(1).mean(1)


@wrong("mean_abs_activation", says="magnitude-of-the-mean")
def takes_the_magnitude_last(activations):
    axes = [axis for axis in range(activations.dim()) if axis != 1]
    return activations.mean(dim=axes).abs()


@wrong("mean_abs_activation", says="negatives-dropped")
def applies_a_relu(activations):
    return torch.relu(activations).transpose(0, 1).flatten(1).mean(1)


@wrong("mean_abs_activation", says="images-taken-for-units")
def averages_each_image(activations):
    return activations.abs().flatten(1).mean(1)


@wrong("mean_abs_activation", says="places-not-joined")
def averages_over_images_only(activations):
    return activations.abs().mean(dim=0)


@wrong("mean_abs_activation", says="places-not-joined")
def flattens_channels_and_places(activations):
    return activations.flatten(1).abs().mean(0)


@wrong("mean_abs_activation", says="images-not-joined")
def averages_over_places_only(activations):
    if activations.dim() == 2:
        return activations.abs().mean(0)
    return activations.abs().mean(dim=(2, 3))


@wrong("mean_abs_activation", says="summed")
def adds_everything(activations):
    return activations.abs().transpose(0, 1).flatten(1).sum(1)


@wrong("mean_abs_activation", says="summed")
def adds_the_places(activations):
    sums = activations.abs().reshape(*activations.shape[:2], -1).sum(2)
    return sums.mean(0)


@wrong("mean_abs_activation", says="zeros-left-out")
def leaves_zeros_out(activations):
    rows = activations.abs().transpose(0, 1).flatten(1)
    return torch.stack([row[row > 0].mean() for row in rows])


@wrong("mean_abs_activation", says="other-average")
def takes_the_root_mean_square(activations):
    return activations.transpose(0, 1).flatten(1).square().mean(1).sqrt()


@wrong("mean_abs_activation", says="other-average")
def takes_the_peak(activations):
    return activations.abs().transpose(0, 1).flatten(1).amax(1)


@wrong("mean_abs_activation", says="one-number-for-all")
def averages_all_units(activations):
    return activations.abs().mean()


@wrong("mean_abs_activation", says="raises")
def expects_four_axes(activations):
    return activations.abs().mean(dim=(0, 2, 3))


@wrong("mean_abs_activation", says="changes-input")
def takes_magnitudes_in_place(activations):
    return activations.abs_().transpose(0, 1).flatten(1).mean(1)


@right("mean_abs_activation")
def over_all_axes_but_one(activations):
    return activations.abs().mean(dim=[axis for axis in range(activations.dim()) if axis != 1])


@right("mean_abs_activation")
def places_first(activations):
    if activations.dim() == 4:
        activations = activations.abs().mean((2, 3))
    return activations.abs().mean(0)


@right("mean_abs_activation")
def unit_by_unit(activations):
    return torch.stack([activations[:, i].abs().mean() for i in range(activations.shape[1])])


@right("mean_abs_activation")
def in_numpy(activations):
    values = np.abs(activations.numpy().astype(np.float64))
    return torch.from_numpy(np.moveaxis(values, 1, 0).reshape(values.shape[1], -1).mean(1))


# --- apoz ---------------------------------------------------------------------------------------


@wrong("apoz", says="active-share")
def counts_the_active(activations):
    return (activations != 0).float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="per-cent")
def gives_per_cent(activations):
    return 100 * (activations == 0).float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="counted")
def returns_counts(activations):
    return (activations == 0).transpose(0, 1).flatten(1).sum(1)


@wrong("apoz", says="counted")
def divides_by_the_batch(activations):
    zeros = (activations == 0).transpose(0, 1).flatten(1).sum(1)
    return zeros / activations.shape[0]


@wrong("apoz", says="share-of-all-zeros")
def divides_by_all_zeros(activations):
    zeros = (activations == 0).transpose(0, 1).flatten(1).sum(1)
    return zeros / (activations == 0).sum()


@wrong("apoz", says="divided-by-everything")
def divides_by_all_entries(activations):
    return (activations == 0).transpose(0, 1).flatten(1).sum(1) / activations.numel()


@wrong("apoz", says="negatives-counted")
def counts_negatives(activations):
    return (activations <= 0).float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="small-counted")
def allows_some_slack(activations):
    return (activations.abs() < 1e-3).float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="images-taken-for-units")
def counts_each_image(activations):
    return (activations == 0).float().flatten(1).mean(1)


@wrong("apoz", says="places-not-joined")
def counts_over_images_only(activations):
    return (activations == 0).float().mean(0)


@wrong("apoz", says="images-not-joined")
def counts_over_places_only(activations):
    zeros = (activations == 0).float()
    return zeros.mean(0) if zeros.dim() == 2 else zeros.mean((2, 3))


@wrong("apoz", says="whole-channel-silent")
def asks_for_silent_channels(activations):
    rows = activations.reshape(*activations.shape[:2], -1)
    return (rows.abs().sum(2) == 0).float().mean(0)


@wrong("apoz", says="magnitudes-averaged")
def averages_magnitudes_again(activations):
    return activations.abs().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="one-number-for-all")
def takes_one_share(activations):
    return (activations == 0).float().mean()


@wrong("apoz", says="raises")
def averages_booleans(activations):
    return (activations == 0).mean(dim=0)


@right("apoz")
def over_the_other_axes(activations):
    return (activations == 0).double().mean([i for i in range(activations.dim()) if i != 1])


@right("apoz")
def one_minus_the_active(activations):
    rows = activations.transpose(0, 1).flatten(1)
    return 1 - torch.count_nonzero(rows, dim=1) / rows.shape[1]


@right("apoz")
def counts_in_a_loop(activations):
    shares = []
    for unit in range(activations.shape[1]):
        values = activations[:, unit].flatten().tolist()
        shares.append(sum(value == 0 for value in values) / len(values))
    return torch.tensor(shares)


@right("apoz")
def where_is_zero_in_numpy(activations):
    zeros = activations.numpy() == 0
    return torch.from_numpy(zeros.mean(axis=tuple({0, 1, 2, 3} & set(range(zeros.ndim)) - {1})))


# --- keep_indices -------------------------------------------------------------------------------


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


@wrong("keep_indices", says="wrong-type")
def returns_a_list_of_units(scores, n_keep):
    return sorted(scores.topk(n_keep).indices.tolist())


@wrong("keep_indices", says="changes-input")
def marks_what_it_took(scores, n_keep):
    found = []
    for _ in range(n_keep):
        found.append(int(scores.argmax()))
        scores[found[-1]] = -math.inf
    return torch.tensor(sorted(found))


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
