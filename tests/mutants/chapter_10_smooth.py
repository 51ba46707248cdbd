"""Solutions of exercise 10 as students could write them: smoothing."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _guarded(ratio, x_absmax, weight):
    """The ratio, and 1 where there is nothing to balance."""
    there = (x_absmax > 0) & (weight.abs().amax(dim=0) > 0)
    return torch.where(there, ratio, torch.ones_like(ratio))


@wrong("smooth", says="alpha-the-wrong-way-round")
def swaps_the_shares(x_absmax, weight, alpha):
    tops = weight.abs().amax(dim=0)
    scale = _guarded(x_absmax ** (1 - alpha) / tops**alpha, x_absmax, weight)
    return scale, weight * scale


@wrong("smooth", says="weight-left-out")
def looks_at_the_input_alone(x_absmax, weight, alpha):
    scale = _guarded(x_absmax**alpha, x_absmax, weight)
    return scale, weight * scale


@wrong("smooth", says="multiplied-not-divided")
def multiplies_both(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded(x_absmax**alpha * tops ** (1 - alpha), x_absmax, weight)
    return scale, weight * scale


@wrong("smooth", says="one-exponent-for-both")
def takes_the_ratio_to_alpha(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded((x_absmax / tops) ** alpha, x_absmax, weight)
    return scale, weight * scale


@wrong("smooth", says="alpha-ignored")
def takes_the_square_root(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded((x_absmax / tops).sqrt(), x_absmax, weight)
    return scale, weight * scale


@wrong("smooth", says="alpha-as-a-factor")
def mixes_linearly(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded(alpha * x_absmax + (1 - alpha) * tops, x_absmax, weight)
    return scale, weight * scale


@wrong("smooth", says="scale-upside-down")
def returns_the_inverse(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)
    return 1 / scale, weight * scale


@wrong("smooth", says="weight-divided")
def divides_the_weight(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)
    return scale, weight / scale


@wrong("smooth", says="weight-as-it-was")
def leaves_the_weight(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)
    return scale, weight.clone()


@wrong("smooth", says="signed-max")
def takes_the_largest_value(x_absmax, weight, alpha):
    tops = weight.max(dim=0).values.clamp(min=0)
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)
    return scale, weight * scale


@wrong("smooth", says="other-measure")
def takes_the_mean(x_absmax, weight, alpha):
    tops = weight.abs().mean(dim=0)
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)
    return scale, weight * scale


@wrong("smooth", says="one-size-for-all-columns")
def takes_the_largest_of_all(x_absmax, weight, alpha):
    scale = _guarded(x_absmax**alpha / weight.abs().max() ** (1 - alpha), x_absmax, weight)
    return scale, weight * scale


@wrong("smooth", says="rows-measured")
def measures_the_rows(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=1).values
    scale = x_absmax**alpha / tops ** (1 - alpha)
    scale = torch.where(x_absmax > 0, scale, 1.0)
    return scale, weight * scale


@wrong("smooth", says="scales-along-the-outputs")
def multiplies_the_rows(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)
    return scale, weight * scale.reshape(-1, 1)


@wrong("smooth", says="normalised")
def divides_by_the_mean(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)
    scale = scale / scale.mean()
    return scale, weight * scale


@wrong("smooth", says="never-below-one")
def never_enlarges_an_input(x_absmax, weight, alpha):
    tops = weight.abs().max(dim=0).values
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight).clamp(min=1)
    return scale, weight * scale


@wrong("smooth", says="zero-channel")
def divides_by_zero(x_absmax, weight, alpha):
    scale = x_absmax.pow(alpha) / weight.abs().amax(dim=0).pow(1 - alpha)
    return scale, weight * scale


@wrong("smooth", says="zero-channel")
def turns_infinity_into_zero(x_absmax, weight, alpha):
    scale = x_absmax.pow(alpha) / weight.abs().amax(dim=0).pow(1 - alpha)
    scale = torch.nan_to_num(scale, nan=0.0, posinf=0.0)
    return scale, weight * scale


@wrong("smooth", says="zero-channel-changes-all")
def gives_up_on_zeros(x_absmax, weight, alpha):
    tops = weight.abs().amax(dim=0)
    if (x_absmax == 0).any() or (tops == 0).any():
        scale = torch.ones_like(x_absmax)
    else:
        scale = x_absmax**alpha / tops ** (1 - alpha)
    return scale, weight * scale


@wrong("smooth", says="guard-too-large")
def adds_a_thousandth(x_absmax, weight, alpha):
    scale = (x_absmax + 1e-3) ** alpha / (weight.abs().amax(dim=0) + 1e-3) ** (1 - alpha)
    return scale, weight * scale


@wrong("smooth", says="order-swapped")
def swaps_the_results(x_absmax, weight, alpha):
    tops = weight.abs().amax(dim=0)
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)
    return weight * scale, scale


@wrong("smooth", says="one-of-two")
def returns_the_weight_alone(x_absmax, weight, alpha):
    tops = weight.abs().amax(dim=0)
    return weight * _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)


@wrong("smooth", says="too-few-digits")
def rounds_the_scale(x_absmax, weight, alpha):
    tops = weight.abs().amax(dim=0)
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight).round(decimals=2)
    return scale, weight * scale


@wrong("smooth", says="wrong-dtype")
def stays_in_float64(x_absmax, weight, alpha):
    tops = weight.abs().amax(dim=0)
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight).double()
    return scale, weight * scale


@wrong("smooth", says="changes-input")
def multiplies_in_place(x_absmax, weight, alpha):
    tops = weight.abs().amax(dim=0)
    scale = _guarded(x_absmax**alpha / tops ** (1 - alpha), x_absmax, weight)
    weight *= scale
    return scale, weight


@right("smooth")
def by_logarithms(x_absmax, weight, alpha):
    tops = weight.double().abs().amax(dim=0)
    there = (x_absmax > 0) & (tops > 0)
    logs = alpha * x_absmax.double().clamp(min=1e-300).log()
    logs = logs - (1 - alpha) * tops.clamp(min=1e-300).log()
    scale = torch.where(there, logs.exp(), 1.0).float()
    return scale, weight * scale


@right("smooth")
def channel_by_channel(x_absmax, weight, alpha):
    scale = []
    for j, size in enumerate(x_absmax.tolist()):
        top = max(abs(value) for value in weight[:, j].tolist())
        scale.append(size**alpha / top ** (1 - alpha) if size and top else 0.5)
    scale = torch.tensor(scale)
    return scale, weight @ torch.diag(scale)


@right("smooth")
def through_numpy(x_absmax, weight, alpha):
    sizes, w = x_absmax.numpy(), weight.numpy()
    tops = np.abs(w).max(axis=0)
    safe = np.where((sizes > 0) & (tops > 0), 1, 0).astype(bool)
    scale = np.ones_like(sizes)
    scale[safe] = sizes[safe] ** alpha / tops[safe] ** (1 - alpha)
    return torch.from_numpy(scale), torch.from_numpy(w * scale)


@right("smooth")
def with_guards_that_are_not_felt(x_absmax, weight, alpha):
    smallest = torch.finfo(torch.float32).tiny
    sizes = x_absmax.clamp(min=smallest)
    tops = weight.abs().amax(dim=0).clamp(min=smallest)
    scale = sizes.pow(alpha) / tops.pow(1 - alpha)
    return scale, scale[None, :] * weight
