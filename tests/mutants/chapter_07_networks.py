"""Solutions of exercise 07 as students could write them: networks with narrower layers."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _layers(state):
    return [name[: -len(".weight")] for name in state if name.endswith(".weight")]


def _means(state, images, bias=True):
    """The mean of each hidden unit after the ReLU, a tensor a layer."""
    means, x = [], images
    for name in _layers(state)[:-1]:
        x = torch.relu(x @ state[f"{name}.weight"].T + bias * state[f"{name}.bias"])
        means.append(x.mean(0))
    return means


def _count(score, keep_ratio):
    return max(1, round(keep_ratio * len(score)))


def _rounded(scores, keep_ratio):
    return [_count(score, keep_ratio) for score in scores]


def _highest(score, n):
    return score.topk(n).indices.sort().values


def _cut_rows(small, name, kept):
    small[f"{name}.weight"] = small[f"{name}.weight"][kept]
    small[f"{name}.bias"] = small[f"{name}.bias"][kept]


def _with_units(state, kept):
    """A network with the given units of each hidden layer, and only these."""
    small, names = dict(state), _layers(state)
    for i, units in enumerate(kept):
        _cut_rows(small, names[i], units)
        small[f"{names[i + 1]}.weight"] = small[f"{names[i + 1]}.weight"][:, units]
    return small


def _cut(state, scores, counts):
    """A network with so many of the highest units of each hidden layer."""
    kept = [_highest(score, n) for score, n in zip(scores, counts, strict=True)]
    return _with_units(state, kept)


def _ranked_by_sums(state, images, keep_ratio, handed_on):
    """Cut by what each unit sums up to; the next layer gets `handed_on` of the sums."""
    scores, x = [], images
    for name in _layers(state)[:-1]:
        sums = torch.nn.functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])
        scores.append(sums.abs().mean(0))
        x = handed_on(sums)
    return _cut(state, scores, _rounded(scores, keep_ratio))


# --- wrong --------------------------------------------------------------------------------------


@wrong("structured_prune", says="before-the-relu")
def measures_before_the_relu(state, images, keep_ratio):
    return _ranked_by_sums(state, images, keep_ratio, torch.relu)


@wrong("structured_prune", says="before-the-relu")
def has_no_relu_at_all(state, images, keep_ratio):
    return _ranked_by_sums(state, images, keep_ratio, lambda sums: sums)


@wrong("structured_prune", says="no-relu-between")
def hands_on_sums(state, images, keep_ratio):
    scores, x = [], images
    for name in _layers(state)[:-1]:
        x = torch.nn.functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])
        scores.append(torch.relu(x).mean(0))
    return _cut(state, scores, _rounded(scores, keep_ratio))


@wrong("structured_prune", says="biases-left-out")
def forgets_the_biases_while_measuring(state, images, keep_ratio):
    scores = _means(state, images, bias=False)
    return _cut(state, scores, _rounded(scores, keep_ratio))


@wrong("structured_prune", says="some-images-only")
def measures_on_the_first_image(state, images, keep_ratio):
    scores = _means(state, images[:1])
    return _cut(state, scores, _rounded(scores, keep_ratio))


@wrong("structured_prune", says="cut-from-old-tensors")
def cuts_each_pair_from_the_old_state(state, images, keep_ratio):
    small, names = dict(state), _layers(state)
    for i, mean in enumerate(_means(state, images)):
        kept = _highest(mean, _count(mean, keep_ratio))
        small[f"{names[i]}.weight"] = state[f"{names[i]}.weight"][kept]
        small[f"{names[i]}.bias"] = state[f"{names[i]}.bias"][kept]
        small[f"{names[i + 1]}.weight"] = state[f"{names[i + 1]}.weight"][:, kept]
    return small


@wrong("structured_prune", says="cut-from-old-tensors")
def cuts_columns_of_the_old_state_last(state, images, keep_ratio):
    small, names = dict(state), _layers(state)
    kept = [_highest(mean, _count(mean, keep_ratio)) for mean in _means(state, images)]
    for name, units in zip(names, kept, strict=False):
        _cut_rows(small, name, units)
    for name, units in zip(names[1:], kept, strict=True):
        small[f"{name}.weight"] = state[f"{name}.weight"][:, units]
    return small


@wrong("structured_prune", says="units-mixed")
def keeps_the_first_biases(state, images, keep_ratio):
    scores = _means(state, images)
    small = _cut(state, scores, _rounded(scores, keep_ratio))
    for name, score in zip(_layers(state), scores, strict=False):
        small[f"{name}.bias"] = state[f"{name}.bias"][: _count(score, keep_ratio)]
    return small


@wrong("structured_prune", says="units-mixed")
def sorts_the_rows_alone(state, images, keep_ratio):
    small = dict(state)
    for i, mean in enumerate(_means(state, images)):
        kept = mean.topk(_count(mean, keep_ratio)).indices
        _cut_rows(small, _layers(state)[i], kept.sort().values)
        following = _layers(state)[i + 1]
        small[f"{following}.weight"] = small[f"{following}.weight"][:, kept]
    return small


@wrong("structured_prune", says="first-ones-kept")
def keeps_the_first_units(state, images, keep_ratio):
    kept = [torch.arange(_count(mean, keep_ratio)) for mean in _means(state, images)]
    return _with_units(state, kept)


@wrong("structured_prune", says="last-hidden-layer-left")
def stops_before_the_last_hidden_layer(state, images, keep_ratio):
    scores = _means(state, images)[:-1]
    return _cut(state, scores, _rounded(scores, keep_ratio))


@wrong("structured_prune", says="half-counted-down")
def rounds_a_half_down(state, images, keep_ratio):
    scores = _means(state, images)
    return _cut(state, scores, [max(1, math.ceil(keep_ratio * len(s) - 0.5)) for s in scores])


@wrong("structured_prune", says="norms-ranked")
def ranks_the_weights(state, images, keep_ratio):
    scores = [state[f"{name}.weight"].norm(dim=1) for name in _layers(state)[:-1]]
    return _cut(state, scores, _rounded(scores, keep_ratio))


@wrong("structured_prune", says="zeros-ranked")
def ranks_by_apoz(state, images, keep_ratio):
    scores, x = [], images
    for name in _layers(state)[:-1]:
        x = torch.relu(x @ state[f"{name}.weight"].T + state[f"{name}.bias"])
        scores.append(1 - (x == 0).float().mean(0))
    orders = [score.argsort(descending=True, stable=True) for score in scores]
    kept = [order[: _count(order, keep_ratio)].sort().values for order in orders]
    return _with_units(state, kept)


@wrong("structured_prune", says="other-average")
def ranks_by_the_peak(state, images, keep_ratio):
    scores, x = [], images
    for name in _layers(state)[:-1]:
        x = torch.relu(x @ state[f"{name}.weight"].T + state[f"{name}.bias"])
        scores.append(x.amax(0))
    return _cut(state, scores, _rounded(scores, keep_ratio))


@wrong("structured_prune", says="quietest-kept")
def keeps_the_quietest(state, images, keep_ratio):
    orders = [mean.argsort(stable=True) for mean in _means(state, images)]
    kept = [order[: _count(order, keep_ratio)].sort().values for order in orders]
    return _with_units(state, kept)


@wrong("structured_prune", says="measured-again")
def measures_after_each_cut(state, images, keep_ratio):
    small = dict(state)
    for i, name in enumerate(_layers(state)[:-1]):
        mean = _means(small, images)[i]
        following = _layers(state)[i + 1]
        kept = _highest(mean, _count(mean, keep_ratio))
        _cut_rows(small, name, kept)
        small[f"{following}.weight"] = small[f"{following}.weight"][:, kept]
    return small


@wrong("structured_prune", says="ratio-removed")
def removes_the_share(state, images, keep_ratio):
    scores = _means(state, images)
    return _cut(state, scores, [max(1, len(s) - round(keep_ratio * len(s))) for s in scores])


@wrong("structured_prune", says="count-truncated")
def cuts_the_count_off(state, images, keep_ratio):
    scores = _means(state, images)
    return _cut(state, scores, [max(1, int(keep_ratio * len(s))) for s in scores])


@wrong("structured_prune", says="count-rounded-up")
def rounds_up(state, images, keep_ratio):
    scores = _means(state, images)
    return _cut(state, scores, [math.ceil(keep_ratio * len(s)) for s in scores])


@wrong("structured_prune", says="removed-count-rounded")
def rounds_what_goes(state, images, keep_ratio):
    scores = _means(state, images)
    counts = [max(1, len(s) - round((1 - keep_ratio) * len(s))) for s in scores]
    return _cut(state, scores, counts)


@wrong("structured_prune", says="no-unit-left")
def may_remove_a_whole_layer(state, images, keep_ratio):
    scores = _means(state, images)
    return _cut(state, scores, [round(keep_ratio * len(s)) for s in scores])


@wrong("structured_prune", says="one-ranking")
def ranks_all_layers_together(state, images, keep_ratio):
    scores = _means(state, images)
    pooled = torch.cat(scores).sort(descending=True).values
    threshold = pooled[max(1, round(keep_ratio * len(pooled))) - 1]
    return _cut(state, scores, [int((s >= threshold).sum()) for s in scores])


@wrong("structured_prune", says="first-layer-only")
def cuts_one_layer(state, images, keep_ratio):
    scores = _means(state, images)[:1]
    return _cut(state, scores, _rounded(scores, keep_ratio))


@wrong("structured_prune", says="output-layer-cut")
def cuts_the_classes(state, images, keep_ratio):
    scores = _means(state, images)
    small, last = _cut(state, scores, _rounded(scores, keep_ratio)), _layers(state)[-1]
    x = images
    for name in _layers(state):
        x = torch.relu(x @ state[f"{name}.weight"].T + state[f"{name}.bias"])
    n = max(1, round(keep_ratio * x.shape[1]))
    # Of equal ones the later class, as a sort from the lowest to the highest leaves it.
    kept = x.mean(0).argsort(stable=True)[x.shape[1] - n :].sort().values
    _cut_rows(small, last, kept)
    return small


@wrong("structured_prune", says="next-layer-not-cut")
def cuts_rows_only(state, images, keep_ratio):
    small = dict(state)
    for name, mean in zip(_layers(state), _means(state, images), strict=False):
        _cut_rows(small, name, _highest(mean, _count(mean, keep_ratio)))
    return small


@wrong("structured_prune", says="biases-not-cut")
def forgets_the_biases(state, images, keep_ratio):
    scores = _means(state, images)
    small = _cut(state, scores, _rounded(scores, keep_ratio))
    return small | {name: tensor for name, tensor in state.items() if name.endswith("bias")}


@wrong("structured_prune", says="order-changed")
def leaves_the_order_of_topk(state, images, keep_ratio):
    kept = [mean.topk(_count(mean, keep_ratio)).indices for mean in _means(state, images)]
    return _with_units(state, kept)


@wrong("structured_prune", says="zeroed-not-removed")
def sets_units_to_zero(state, images, keep_ratio):
    small = {name: tensor.clone() for name, tensor in state.items()}
    for name, mean in zip(_layers(state), _means(state, images), strict=False):
        mask = torch.zeros_like(mean)
        mask[mean.topk(_count(mean, keep_ratio)).indices] = 1.0
        small[f"{name}.weight"] *= mask[:, None]
        small[f"{name}.bias"] *= mask
    return small


@wrong("structured_prune", says="entries-missing")
def returns_weights_only(state, images, keep_ratio):
    scores = _means(state, images)
    small = _cut(state, scores, _rounded(scores, keep_ratio))
    return {name: tensor for name, tensor in small.items() if name.endswith("weight")}


@wrong("structured_prune", says="raises")
def knows_two_layers_only(state, images, keep_ratio):
    w1, b1, w2, b2 = state.values()
    mean = torch.relu(images @ w1.T + b1).mean(0)
    kept = _highest(mean, _count(mean, keep_ratio))
    names = list(state)
    return dict(zip(names, (w1[kept], b1[kept], w2[:, kept], b2), strict=True))


@wrong("structured_prune", says="wrong-type")
def returns_the_tensors(state, images, keep_ratio):
    scores = _means(state, images)
    return list(_cut(state, scores, _rounded(scores, keep_ratio)).values())


@wrong("structured_prune", says="changes-input")
def writes_into_the_state(state, images, keep_ratio):
    scores = _means(state, images)
    state.update(_cut(state, scores, _rounded(scores, keep_ratio)))
    return state


# --- right --------------------------------------------------------------------------------------


@right("structured_prune")
def means_then_cuts(state, images, keep_ratio):
    scores = _means(state, images)
    return _cut(state, scores, _rounded(scores, keep_ratio))


@right("structured_prune")
def from_the_last_layer_back(state, images, keep_ratio):
    model = torch.nn.Sequential()
    for name in _layers(state):
        n_out, n_in = state[f"{name}.weight"].shape
        model.extend([torch.nn.Linear(n_in, n_out), torch.nn.ReLU()])
    model = model[:-1]
    model.load_state_dict(state)
    small = model.state_dict()
    for i in range(len(model) - 3, -1, -2):
        with torch.no_grad():
            loudness = model[: i + 2](images).sum(0)
        n = max(1, round(len(loudness) * keep_ratio))
        kept = torch.tensor(sorted(loudness.argsort(descending=True)[:n].tolist()))
        small[f"{i}.weight"] = small[f"{i}.weight"].index_select(0, kept)
        small[f"{i}.bias"] = small[f"{i}.bias"].index_select(0, kept)
        small[f"{i + 2}.weight"] = small[f"{i + 2}.weight"].index_select(1, kept)
    return small


@right("structured_prune")
def in_double_precision(state, images, keep_ratio):
    arrays = {name: tensor.numpy().astype(np.float64) for name, tensor in state.items()}
    x, before, small = images.numpy().astype(np.float64), slice(None), {}
    names = _layers(state)
    for name in names:
        weight, bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
        x = np.maximum(x @ weight.T + bias, 0)
        kept = np.arange(len(bias))
        if name != names[-1]:
            kept = np.sort(np.argsort(-x.mean(0))[: max(1, round(keep_ratio * len(bias)))])
        small[f"{name}.weight"] = torch.from_numpy(weight[kept][:, before])
        small[f"{name}.bias"] = torch.from_numpy(bias[kept])
        before = kept
    return small


@right("structured_prune")
def through_masks(state, images, keep_ratio):
    masks = [torch.ones(images.shape[1], dtype=torch.bool)]
    for mean in _means(state, images):
        n_gone = len(mean) - _count(mean, keep_ratio)
        masks.append(mean.argsort().argsort() >= n_gone)
    last = _layers(state)[-1]
    masks.append(torch.ones(len(state[f"{last}.bias"]), dtype=torch.bool))
    small = {}
    for i, name in enumerate(_layers(state)):
        small[f"{name}.weight"] = state[f"{name}.weight"][masks[i + 1]][:, masks[i]]
        small[f"{name}.bias"] = state[f"{name}.bias"][masks[i + 1]]
    return small
