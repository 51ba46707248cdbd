"""Solutions of exercise 07 as students could write them: filter_norms."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


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


@wrong("filter_norms", says="spectral-norm")
def takes_the_norm_of_a_matrix(weight):
    matrices = weight.flatten(2) if weight.dim() > 2 else weight[:, :, None]
    return torch.linalg.matrix_norm(matrices, ord=2)


@wrong("filter_norms", says="spectral-norm")
def asks_for_singular_values(weight):
    return torch.linalg.norm(weight, ord=2, dim=(-2, -1))


@wrong("filter_norms", says="part-of-filter")
def looks_at_one_input(weight):
    return weight[:, 0].reshape(len(weight), -1).norm(dim=1)


@wrong("filter_norms", says="part-of-filter")
def looks_at_the_middle_of_the_kernel(weight):
    rows = weight.flatten(2)[:, :, 0] if weight.dim() > 2 else weight
    return rows.norm(dim=1)


@wrong("filter_norms", says="part-of-filter")
def stops_before_the_last_weight(weight):
    return torch.stack([sum(w[i] ** 2 for i in range(len(w) - 1)).sum().sqrt() for w in weight])


@wrong("filter_norms", says="filters-missing")
def stops_before_the_last_filter(weight):
    return torch.stack([weight[i].norm() for i in range(len(weight) - 1)])


@wrong("filter_norms", says="too-few-digits")
def rounds_to_two_decimals(weight):
    return torch.tensor([round(float(filter_.norm()), 2) for filter_ in weight])


@wrong("filter_norms", says="too-few-digits")
def computes_in_half(weight):
    return weight.half().flatten(1).norm(dim=1).float()


@wrong("filter_norms", says="caret-for-power")
def means_a_power(weight):
    return (weight ^ 2).flatten(1).sum(dim=1).sqrt()


@wrong("filter_norms", says="array-not-tensor")
def stays_in_numpy(weight):
    return np.linalg.norm(weight.numpy().reshape(len(weight), -1), axis=1)


@wrong("filter_norms", says="one-number-for-all")
def takes_one_norm(weight):
    return torch.norm(weight)


@wrong("filter_norms", says="axis-left-over")
def keeps_the_axes(weight):
    return weight.flatten(1).norm(dim=1, keepdim=True)


@wrong("filter_norms", says="list-not-tensor")
def returns_a_list(weight):
    return [float(filter_.norm()) for filter_ in weight]


@wrong("filter_norms", says="changes-input")
def squares_in_place(weight):
    return weight.pow_(2).flatten(1).sum(1).sqrt()


@wrong("filter_norms", says="off-limits")
def asks_the_library(weight):
    from model_compression import structured_pruning

    return structured_pruning.filter_norms(weight)


@wrong("filter_norms", says="inputs-taken-for-outputs")
def takes_columns_of_rows(weight):
    return weight.flatten(1).norm(dim=0)


@wrong("filter_norms", says="kernels-not-joined")
def joins_two_axes(weight):
    rows = weight.flatten(1, 2) if weight.dim() > 2 else weight
    total = (rows**2).sum(dim=1)
    return total.sqrt()


@wrong("filter_norms", says="inputs-taken-for-outputs")
def lays_out_inputs_without_a_root(weight):
    rows = weight.transpose(0, 1).flatten(1)
    return (rows * rows).sum(dim=1)


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
