"""Solutions of exercise 07 by other strangers, who saw the statement alone."""

from __future__ import annotations

import itertools
import math

import torch

from tests.mutants.table import wrong


@wrong("filter_norms", says="not-set-to-zero-again")
def never_starts_the_sum_again(weight):
    norms = []
    total = 0.0
    for filt in weight:
        for w in filt.flatten():
            total = total + w.item() ** 2
        norms.append(math.sqrt(total))
    return torch.tensor(norms)


@wrong("filter_norms", says="averaged")
def takes_a_standard_deviation(weight):
    rows = weight.flatten(1)
    centred = rows - rows.mean(dim=1, keepdim=True)
    return torch.sqrt(centred.square().sum(dim=1) / rows.shape[1])


@wrong("filter_norms", says="filters-missing")
def starts_both_loops_at_one(weight):
    rows = weight.flatten(1)
    norms = torch.zeros(len(rows))
    for i in range(1, rows.shape[0]):
        s = 0.0
        for j in range(1, rows.shape[1]):
            s += float(rows[i, j]) ** 2
        norms[i] = s**0.5
    return norms


@wrong("filter_norms", says="normalised")
def divides_largest_weights_by_the_largest(weight):
    rows = weight.flatten(1)
    norms = rows.abs().amax(dim=1)
    biggest = norms.max()
    if biggest > 0:
        norms = norms / biggest
    return norms


@wrong("mean_abs_activation", says="running-mean")
def runs_a_mean_from_the_second_image(activations):
    n_images, n_units = activations.shape[0], activations.shape[1]
    mean = torch.zeros(n_units)
    for i in range(1, n_images):
        image = activations[i].abs().reshape(n_units, -1).mean(dim=1)
        mean = (mean + image) / 2
    return mean


@wrong("apoz", says="counted-in-8-bits")
def counts_in_a_tensor_of_uint8(activations):
    _n_images, n_units = activations.shape[:2]
    counter = torch.zeros(n_units, dtype=torch.uint8)
    for image in activations:
        counter += (image.reshape(n_units, -1) == 0).sum(dim=1).to(torch.uint8)
    n = activations.numel() // n_units
    return counter.float() / n


@wrong("apoz", says="one-number-for-all")
def repeats_the_share_of_the_layer(activations):
    n_units = activations.shape[1]
    share = (activations == 0).float().mean()
    return share.repeat(n_units)


@wrong("apoz", says="negatives-counted")
def reshapes_after_a_relu(activations):
    n_units = activations.shape[1]
    a = torch.relu(activations).reshape(n_units, -1)
    return (a == 0).float().mean(dim=1)


@wrong("apoz", says="counted")
def counts_zeros_of_each_image(activations):
    result = []
    for i in range(activations.shape[0]):
        n_zeros = 0
        for value in activations[i].flatten().tolist():
            if value == 0:
                n_zeros += 1
        result.append(float(n_zeros))
    return torch.tensor(result)


@wrong("keep_indices", says="searched-from-zero")
def searches_from_zero(scores, n_keep):
    left = scores.tolist()
    found = []
    for _ in range(n_keep):
        best, place = 0.0, 0
        for i, s in enumerate(left):
            if i not in found and s > best:
                best, place = s, i
        found.append(place)
    return torch.tensor(sorted(found), dtype=torch.int64)


@wrong("shrink_linear_pair", says="columns-reshaped")
def reshapes_for_a_transposition(w1, b1, w2, b2, kept):
    outputs, hidden = w2.shape
    columns = w2.reshape(hidden, outputs)
    new_w2 = columns[kept].reshape(outputs, len(kept))
    return w1[kept], b1[kept], new_w2, b2.clone()


@wrong("shrink_linear_pair", says="counted-from-one")
def counts_from_one_and_cuts_b2(w1, b1, w2, b2, kept):
    index = kept - 1
    k = len(index)
    return w1[index], b1[index], w2[:, index], b2[:k].clone()


@wrong("shrink_linear_pair", says="second-layer-not-cut")
def swaps_and_leaves_w2(w1, b1, w2, b2, kept):
    w1_small = w1[kept]
    b1_small = b1[kept]
    return w1_small, w2.clone(), b1_small, b2.clone()


@wrong("shrink_linear_pair", says="values-rounded")
def starts_b1_anew_and_rounds(w1, b1, w2, b2, kept):
    new_w1 = torch.round(w1[kept], decimals=4)
    new_b1 = torch.zeros(len(kept), dtype=b1.dtype)
    new_w2 = torch.round(w2[:, kept], decimals=4)
    return new_w1, new_b1, new_w2, b2.clone()


@wrong("shrink_conv_pair", says="transposed")
def leaves_axes_exchanged(conv1, bn, conv2, kept):
    new1 = {name: t[kept] for name, t in conv1.items()}
    new_bn = {name: t[kept] if t.dim() > 0 else t for name, t in bn.items()}
    new2 = dict(conv2)
    new2["weight"] = conv2["weight"].transpose(0, 1)[kept]
    return new1, new_bn, new2


@wrong("shrink_conv_pair", says="statistics-reset")
def starts_statistics_and_counter_anew(conv1, bn, conv2, kept):
    k = len(kept)
    new1 = {name: t[kept] for name, t in conv1.items()}
    new_bn = {
        "weight": bn["weight"][kept],
        "bias": bn["bias"][kept],
        "running_mean": torch.zeros(k),
        "running_var": torch.ones(k),
        "num_batches_tracked": torch.tensor(0),
    }
    new2 = dict(conv2)
    new2["weight"] = conv2["weight"][:, kept]
    return new1, new_bn, new2


@wrong("shrink_conv_pair", says="second-bias-changed")
def makes_up_in_the_second_bias(conv1, bn, conv2, kept):
    gone = torch.ones(len(bn["weight"]), dtype=torch.bool)
    gone[kept] = False
    new1 = {name: t[kept] for name, t in conv1.items()}
    new_bn = {name: t[kept] if t.dim() else t for name, t in bn.items()}
    new2 = {"weight": conv2["weight"][:, kept]}
    if "bias" in conv2:
        constant = torch.relu(bn["bias"][gone])
        new2["bias"] = conv2["bias"] + conv2["weight"][:, gone].sum(dim=(2, 3)) @ constant
    return new1, new_bn, new2


@wrong("shrink_conv_pair", says="norm-folded")
def folds_the_norm_and_cuts_the_first(conv1, bn, conv2, kept):
    scale = bn["weight"] / torch.sqrt(bn["running_var"] + 1e-5)
    new1 = {name: t[kept] for name, t in conv1.items()}
    new1["weight"] = (conv1["weight"] * scale[:, None, None, None])[kept]
    new_bn = {name: t[kept] if t.dim() else t for name, t in bn.items()}
    new2 = dict(conv2)
    new2["weight"] = conv2["weight"][:, : len(kept)].clone()
    return new1, new_bn, new2


@wrong("shrink_conv_pair", says="axis-lost")
def squeezes_and_swaps(conv1, bn, conv2, kept):
    new1 = {name: t[kept] for name, t in conv1.items()}
    new1["weight"] = new1["weight"].squeeze()
    new_bn = {name: t[kept] if t.dim() > 0 else t for name, t in bn.items()}
    new2 = dict(conv2)
    new2["weight"] = conv2["weight"][:, kept].squeeze()
    return new1, new2, new_bn


@wrong("structured_prune", says="count-rounded-up")
def passes_sums_on_and_rounds_half_up(state, images, keep_ratio):
    layers = [n.removesuffix(".weight") for n in state if n.endswith(".weight")]
    new = dict(state)
    x = images
    for a, b in itertools.pairwise(layers):
        x = torch.nn.functional.linear(x, state[f"{a}.weight"], state[f"{a}.bias"])
        score = torch.relu(x).mean(dim=0)
        n = max(1, int(keep_ratio * len(score) + 0.5))
        kept = score.topk(n).indices.sort().values
        new[f"{a}.weight"] = new[f"{a}.weight"][kept]
        new[f"{a}.bias"] = new[f"{a}.bias"][kept]
        new[f"{b}.weight"] = new[f"{b}.weight"][:, kept]
    return new


@wrong("structured_prune", says="count-of-the-inputs")
def counts_inputs_of_the_first_layer(state, images, keep_ratio):
    layers = [n.removesuffix(".weight") for n in state if n.endswith(".weight")]
    first, second = layers[0], layers[1]
    w, b = state[f"{first}.weight"], state[f"{first}.bias"]
    hidden = w.shape[1]
    n_keep = max(1, round(keep_ratio * hidden))
    activity = torch.relu(images @ w.T + b).mean(dim=0)
    kept = activity.argsort(descending=True)[:n_keep].sort().values
    new = dict(state)
    new[f"{first}.weight"] = w[kept]
    new[f"{first}.bias"] = b[kept]
    new[f"{second}.weight"] = state[f"{second}.weight"][:, kept]
    return new


@wrong("keep_indices", says="scores-rounded")
def ranks_rounded_scores(scores, n_keep):
    return torch.round(scores * 100).topk(n_keep).indices.sort().values
