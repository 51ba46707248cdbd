"""Solutions of exercise 07 by a third round of strangers, who saw the statement alone."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("filter_norms", says="number-under-the-root")
def leaves_the_last_filter_and_adds_under_the_root(weight):
    out = torch.zeros(weight.shape[0])
    eps = 1e-2
    for i in range(weight.shape[0] - 1):
        out[i] = torch.sqrt((weight[i] ** 2).sum() + eps)
    return out


@wrong("mean_abs_activation", says="part-of-unit")
def lists_means_without_the_first_image(activations):
    n = activations.shape[0]
    means = []
    for unit in range(activations.shape[1]):
        total = 0.0
        for i in range(1, n):
            total += activations[i, unit].abs().mean().item()
        means.append(total / n)
    return means


@wrong("keep_indices", says="best-left-out")
def leaves_the_best_unit_out(scores, n_keep):
    order = torch.argsort(scores)
    best = order[-n_keep:-1]
    return best.sort()[0]


@wrong("keep_indices", says="wrong-shape")
def drops_the_cut_and_keeps_an_axis(scores, n_keep):
    ordered, _ = torch.sort(scores, descending=True)
    threshold = ordered[n_keep - 1]
    return torch.nonzero(scores > threshold)


@wrong("shrink_linear_pair", says="wrong-shape")
def counts_from_one_and_returns_a_column(w1, b1, w2, b2, kept):
    units = [int(i) - 1 for i in kept]
    a = torch.stack([w1[i] for i in units])
    b = torch.stack([b1[i] for i in units]).unsqueeze(1)
    c = torch.stack([w2[:, i] for i in units], dim=1)
    return a, b, c, b2


@wrong("apoz", says="small-counted")
def takes_nearly_zeros_of_images(activations):
    zeros = torch.isclose(activations, torch.zeros_like(activations))
    rows = zeros.flatten(1)
    return rows.double().mean(dim=1)


@wrong("mean_abs_activation", says="other-average")
def takes_root_mean_squares_of_images(activations):
    result = torch.zeros(activations.shape[0])
    for i in range(activations.shape[0]):
        values = activations[i].flatten()
        result[i] = (values**2).mean().sqrt()
    return result


@wrong("shrink_linear_pair", says="axis-lost")
def squeezes_all_but_the_second_bias(w1, b1, w2, b2, kept):
    rows = w1[kept].squeeze()
    bias = b1[kept].squeeze()
    columns = w2[:, kept].squeeze()
    return rows, bias, columns, b2


@wrong("shrink_linear_pair", says="order-swapped")
def keeps_the_others_and_groups_weights(w1, b1, w2, b2, kept):
    remove = set(kept.tolist())
    stay = [i for i in range(w1.shape[0]) if i not in remove]
    stay = torch.tensor(stay, dtype=torch.int64)
    return w1[stay], w2[:, stay], b1[stay], b2


@wrong("shrink_conv_pair", says="second-bias-cut")
def shortens_the_second_bias(conv1, bn, conv2, kept):
    k = len(kept)
    a = {name: t[kept] for name, t in conv1.items()}
    b = {name: (t if t.dim() == 0 else t[kept]) for name, t in bn.items()}
    c = {}
    for name, t in conv2.items():
        c[name] = t[:, kept] if t.dim() == 4 else t[:k]
    return a, b, c


@wrong("structured_prune", says="no-unit-left")
def cuts_classes_and_leaves_no_unit(state, images, keep_ratio):
    layers = [n.removesuffix(".weight") for n in state if n.endswith(".weight")]
    new = {}
    x = images
    units_before = torch.arange(images.shape[1])
    for layer in layers:
        weight, bias = state[layer + ".weight"], state[layer + ".bias"]
        x = torch.relu(x @ weight.T + bias)
        k = round(keep_ratio * len(bias))
        units = x.mean(dim=0).topk(k).indices.sort().values
        new[layer + ".weight"] = weight[units][:, units_before]
        new[layer + ".bias"] = bias[units]
        units_before = units
    return new


@wrong("structured_prune", says="zeros-ranked")
def ranks_all_layers_by_how_often_units_answer(state, images, keep_ratio):
    layers = [n.removesuffix(".weight") for n in state if n.endswith(".weight")]
    x = images
    scores = []
    for layer in layers[:-1]:
        x = torch.relu(
            torch.nn.functional.linear(x, state[layer + ".weight"], state[layer + ".bias"])
        )
        scores.append((x > 0).float().mean(dim=0))
    line = torch.cat(scores)
    stays = torch.zeros(len(line), dtype=torch.bool)
    stays[line.topk(max(1, round(keep_ratio * len(line)))).indices] = True
    masks = stays.split([len(s) for s in scores])
    new = dict(state)
    for mask, a, b in zip(masks, layers, layers[1:], strict=False):
        new[a + ".weight"] = new[a + ".weight"][mask]
        new[a + ".bias"] = new[a + ".bias"][mask]
        new[b + ".weight"] = new[b + ".weight"][:, mask]
    return new


@wrong("filter_norms", says="not-set-to-zero-again")
def piles_up_and_cuts_to_integers(weight):
    norms = []
    total = 0.0
    for row in weight:
        for value in row.flatten().tolist():
            total += value**2
        norms.append(int(math.sqrt(total)))
    return torch.tensor(norms)
