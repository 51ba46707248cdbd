"""Solutions of exercise 07 as students could write them: surgery on pairs of layers."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong

# --- shrink_linear_pair -------------------------------------------------------------------------


@wrong("shrink_linear_pair", says="first-bias-not-cut")
def forgets_the_first_bias(w1, b1, w2, b2, kept):
    return w1[kept], b1, w2[:, kept], b2


@wrong("shrink_linear_pair", says="second-layer-not-cut")
def forgets_the_second_layer(w1, b1, w2, b2, kept):
    return w1[kept], b1[kept], w2, b2


@wrong("shrink_linear_pair", says="second-layer-rows-cut")
def cuts_rows_of_both(w1, b1, w2, b2, kept):
    return w1[kept], b1[kept], w2[kept], b2


@wrong("shrink_linear_pair", says="second-layer-rows-cut")
def cuts_rows_of_everything(w1, b1, w2, b2, kept):
    return tuple(t[kept] for t in (w1, b1, w2, b2))


@wrong("shrink_linear_pair", says="second-bias-cut")
def cuts_the_second_bias(w1, b1, w2, b2, kept):
    return w1[kept], b1[kept], w2[:, kept], b2[: len(kept)]


@wrong("shrink_linear_pair", says="first-layer-columns-cut")
def exchanges_the_axes(w1, b1, w2, b2, kept):
    return w1[:, kept], b1[kept], w2[kept, :], b2


@wrong("shrink_linear_pair", says="first-layer-not-cut")
def cuts_only_the_second(w1, b1, w2, b2, kept):
    return w1, b1, w2[:, kept], b2


@wrong("shrink_linear_pair", says="axis-lost")
def squeezes(w1, b1, w2, b2, kept):
    return w1[kept].squeeze(), b1[kept], w2[:, kept].squeeze(), b2


@wrong("shrink_linear_pair", says="transposed")
def leaves_it_transposed(w1, b1, w2, b2, kept):
    return w1[kept], b1[kept], w2.T[kept], b2


@wrong("shrink_linear_pair", says="zeroed-not-removed")
def sets_to_zero(w1, b1, w2, b2, kept):
    mask = torch.zeros_like(b1)
    mask[kept] = 1.0
    return w1 * mask.unsqueeze(1), b1 * mask, w2 * mask, b2


@wrong("shrink_linear_pair", says="others-kept")
def removes_the_kept(w1, b1, w2, b2, kept):
    rest = torch.ones(len(b1), dtype=torch.bool)
    rest[kept] = False
    return w1[rest], b1[rest], w2[:, rest], b2


@wrong("shrink_linear_pair", says="first-ones-kept")
def keeps_the_first_few(w1, b1, w2, b2, kept):
    n = len(kept)
    return w1[:n], b1[:n], w2[:, :n], b2


@wrong("shrink_linear_pair", says="units-mixed")
def takes_the_first_columns(w1, b1, w2, b2, kept):
    return w1[kept], b1[kept], w2[:, : len(kept)], b2


@wrong("shrink_linear_pair", says="units-mixed")
def takes_the_first_biases(w1, b1, w2, b2, kept):
    return w1[kept], b1[: len(kept)], w2[:, kept], b2


@wrong("shrink_linear_pair", says="units-mixed")
def takes_the_biases_that_go(w1, b1, w2, b2, kept):
    gone = [unit for unit in range(len(b1)) if unit not in kept.tolist()]
    return w1[kept], b1[gone][: len(kept)], w2[:, kept], b2


@wrong("shrink_linear_pair", says="units-mixed")
def turns_the_columns_round(w1, b1, w2, b2, kept):
    return w1[kept], b1[kept], w2[:, kept.sort(descending=True).values], b2


@wrong("shrink_linear_pair", says="order-swapped")
def returns_weights_first(w1, b1, w2, b2, kept):
    return w1[kept], w2[:, kept], b1[kept], b2


@wrong("shrink_linear_pair", says="wrong-length")
def leaves_the_last_bias_out(w1, b1, w2, b2, kept):
    return w1[kept], b1[kept], w2[:, kept]


@wrong("shrink_linear_pair", says="changes-input")
def zeroes_its_arguments(w1, b1, w2, b2, kept):
    gone = torch.ones(len(b1), dtype=torch.bool)
    gone[kept] = False
    w1[gone] = 0.0
    return w1[kept], b1[kept], w2[:, kept], b2


@wrong("shrink_linear_pair", says="whole-run-kept")
def keeps_a_slice(w1, b1, w2, b2, kept):
    first, last = int(kept[0]), int(kept[-1])
    part = slice(first, last + 1)
    return w1[part], b1[part], w2[:, part], b2


@wrong("shrink_linear_pair", says="weights-rescaled")
def makes_up_as_dropout_does(w1, b1, w2, b2, kept):
    scale = w1.shape[0] / len(kept)
    return w1[kept], b1[kept], w2[:, kept] * scale, b2


@wrong("shrink_linear_pair", says="second-bias-changed")
def folds_biases_in(w1, b1, w2, b2, kept):
    gone = torch.tensor([i for i in range(len(b1)) if i not in kept.tolist()], dtype=torch.int64)
    constant = w2[:, gone] @ torch.relu(b1[gone])
    return w1[kept], b1[kept], w2[:, kept], b2 + constant


@wrong("shrink_linear_pair", says="columns-reshaped")
def reshapes_columns(w1, b1, w2, b2, kept):
    rows = torch.stack([w1[i] for i in kept])
    biases = torch.stack([b1[i] for i in kept])
    columns = torch.stack([w2[:, i] for i in kept])
    return rows, biases, columns.reshape(w2.shape[0], len(kept)), b2


@right("shrink_linear_pair")
def selects(w1, b1, w2, b2, kept):
    return w1.index_select(0, kept), b1.index_select(0, kept), w2.index_select(1, kept), b2


@right("shrink_linear_pair")
def multiplies_by_a_choice(w1, b1, w2, b2, kept):
    choice = torch.zeros(len(kept), len(b1))
    choice[torch.arange(len(kept)), kept] = 1.0
    return [choice @ w1, choice @ b1, w2 @ choice.T, b2.clone()]


@right("shrink_linear_pair")
def gathers_rows_and_columns(w1, b1, w2, b2, kept):
    units = kept.tolist()
    rows = torch.stack([w1[unit] for unit in units])
    biases = torch.tensor([float(b1[unit]) for unit in units])
    return rows, biases, torch.stack([w2[:, unit] for unit in units], dim=1), b2


@right("shrink_linear_pair")
def takes_in_numpy(w1, b1, w2, b2, kept):
    places = kept.numpy()
    first = np.take(w1.numpy(), places, 0), np.take(b1.numpy(), places)
    return (*map(torch.from_numpy, first), torch.from_numpy(w2.numpy()[:, places].copy()), b2)


# --- shrink_conv_pair ---------------------------------------------------------------------------


def _rows(state, kept):
    return {name: t[kept] if t.dim() else t for name, t in state.items()}


def _columns(state, kept):
    return {name: t[:, kept] if name == "weight" else t for name, t in state.items()}


@wrong("shrink_conv_pair", says="norm-not-cut")
def forgets_the_batch_norm(conv1, bn, conv2, kept):
    return _rows(conv1, kept), dict(bn), _columns(conv2, kept)


@wrong("shrink_conv_pair", says="statistics-not-cut")
def forgets_the_statistics(conv1, bn, conv2, kept):
    new = dict(bn)
    new["weight"], new["bias"] = bn["weight"][kept], bn["bias"][kept]
    return _rows(conv1, kept), new, _columns(conv2, kept)


@wrong("shrink_conv_pair", says="norm-parameters-not-cut")
def forgets_scale_and_shift(conv1, bn, conv2, kept):
    new = dict(bn)
    for name in ("running_mean", "running_var"):
        new[name] = bn[name][kept]
    return _rows(conv1, kept), new, _columns(conv2, kept)


@wrong("shrink_conv_pair", says="statistics-reset")
def makes_a_new_norm(conv1, bn, conv2, kept):
    new = torch.nn.BatchNorm2d(len(kept)).state_dict()
    new["weight"], new["bias"] = bn["weight"][kept], bn["bias"][kept]
    new["num_batches_tracked"] = bn["num_batches_tracked"]
    return _rows(conv1, kept), new, _columns(conv2, kept)


@wrong("shrink_conv_pair", says="counter-changed")
def resets_the_counter(conv1, bn, conv2, kept):
    new = _rows(bn, kept)
    new["num_batches_tracked"] = torch.tensor(0)
    return _rows(conv1, kept), new, _columns(conv2, kept)


@wrong("shrink_conv_pair", says="counter-changed")
def cuts_the_counter(conv1, bn, conv2, kept):
    return _rows(conv1, kept), {name: t[kept] for name, t in bn.items()}, _columns(conv2, kept)


@wrong("shrink_conv_pair", says="statistics-reset")
def makes_a_fresh_norm(conv1, bn, conv2, kept):
    fresh = torch.nn.BatchNorm2d(len(kept)).state_dict()
    return _rows(conv1, kept), dict(fresh), _columns(conv2, kept)


@wrong("shrink_conv_pair", says="one-vector-not-cut")
def forgets_the_variance(conv1, bn, conv2, kept):
    new = _rows(bn, kept) | {"running_var": bn["running_var"]}
    return _rows(conv1, kept), new, _columns(conv2, kept)


@wrong("shrink_conv_pair", says="units-mixed")
def keeps_the_first_statistics(conv1, bn, conv2, kept):
    new = _rows(bn, kept)
    for name in ("running_mean", "running_var"):
        new[name] = bn[name][: len(kept)]
    return _rows(conv1, kept), new, _columns(conv2, kept)


@wrong("shrink_conv_pair", says="units-mixed")
def reads_the_first_channels(conv1, bn, conv2, kept):
    second = dict(conv2) | {"weight": conv2["weight"][:, : len(kept)]}
    return _rows(conv1, kept), _rows(bn, kept), second


@wrong("shrink_conv_pair", says="units-mixed")
def keeps_the_first_biases(conv1, bn, conv2, kept):
    first = {name: t[kept] if name == "weight" else t[: len(kept)] for name, t in conv1.items()}
    return first, _rows(bn, kept), _columns(conv2, kept)


@wrong("shrink_conv_pair", says="entries-added")
def says_that_there_is_no_bias(conv1, bn, conv2, kept):
    second = {"weight": conv2["weight"][:, kept], "bias": conv2.get("bias")}
    return _rows(conv1, kept), _rows(bn, kept), second


@wrong("shrink_conv_pair", says="bias-expected")
def cuts_a_bias_that_is_none(conv1, bn, conv2, kept):
    first = {"weight": conv1["weight"][kept], "bias": conv1.get("bias")[kept]}
    return first, _rows(bn, kept), _columns(conv2, kept)


@wrong("shrink_conv_pair", says="entries-missing")
def drops_the_counter(conv1, bn, conv2, kept):
    vectors = {name: t[kept] for name, t in bn.items() if t.dim() == 1}
    return _rows(conv1, kept), vectors, _columns(conv2, kept)


@wrong("shrink_conv_pair", says="entries-missing")
def drops_the_first_bias(conv1, bn, conv2, kept):
    return {"weight": conv1["weight"][kept]}, _rows(bn, kept), _columns(conv2, kept)


@wrong("shrink_conv_pair", says="entries-added")
def makes_up_a_bias(conv1, bn, conv2, kept):
    first = {"bias": torch.zeros(len(conv1["weight"])), **conv1}
    return _rows(first, kept), _rows(bn, kept), _columns(conv2, kept)


@wrong("shrink_conv_pair", says="first-bias-not-cut")
def cuts_weights_only(conv1, bn, conv2, kept):
    first = dict(conv1) | {"weight": conv1["weight"][kept]}
    return first, _rows(bn, kept), _columns(conv2, kept)


@wrong("shrink_conv_pair", says="bias-expected")
def needs_a_bias(conv1, bn, conv2, kept):
    first = {"weight": conv1["weight"][kept], "bias": conv1["bias"][kept]}
    return first, _rows(bn, kept), _columns(conv2, kept)


@wrong("shrink_conv_pair", says="second-layer-not-cut")
def leaves_the_reader(conv1, bn, conv2, kept):
    return _rows(conv1, kept), _rows(bn, kept), dict(conv2)


@wrong("shrink_conv_pair", says="second-filters-cut")
def cuts_the_second_filters(conv1, bn, conv2, kept):
    return _rows(conv1, kept), _rows(bn, kept), _rows(conv2, kept)


@wrong("shrink_conv_pair", says="second-bias-cut")
def cuts_the_bias_of_the_reader(conv1, bn, conv2, kept):
    second = {name: t[:, kept] if t.dim() > 1 else t[kept] for name, t in conv2.items()}
    return _rows(conv1, kept), _rows(bn, kept), second


@wrong("shrink_conv_pair", says="first-inputs-cut")
def cuts_the_first_inputs(conv1, bn, conv2, kept):
    first = {name: t[:, kept] if name == "weight" else t[kept] for name, t in conv1.items()}
    return first, _rows(bn, kept), _columns(conv2, kept)


@wrong("shrink_conv_pair", says="zeroed-not-removed")
def zeroes_the_filters(conv1, bn, conv2, kept):
    first = {name: torch.zeros_like(t) for name, t in conv1.items()}
    for name, t in conv1.items():
        first[name][kept] = t[kept]
    return first, dict(bn), dict(conv2)


@wrong("shrink_conv_pair", says="others-kept")
def keeps_the_others(conv1, bn, conv2, kept):
    rest = torch.ones(len(conv1["weight"]), dtype=torch.bool).index_fill(0, kept, False)
    return _rows(conv1, rest), _rows(bn, rest), _columns(conv2, rest)


@wrong("shrink_conv_pair", says="order-swapped")
def returns_the_norm_last(conv1, bn, conv2, kept):
    return _rows(conv1, kept), _columns(conv2, kept), _rows(bn, kept)


@wrong("shrink_conv_pair", says="wrong-type")
def returns_one_dict(conv1, bn, conv2, kept):
    return _rows(conv1, kept) | _rows(bn, kept) | _columns(conv2, kept)


@wrong("shrink_conv_pair", says="changes-input")
def writes_into_the_states(conv1, bn, conv2, kept):
    for state in (conv1, bn):
        for name, t in state.items():
            state[name] = t[kept] if t.dim() else t
    conv2["weight"] = conv2["weight"][:, kept]
    return conv1, bn, conv2


@wrong("shrink_conv_pair", says="axes-told-by-size")
def treats_conv1_as_a_middle_layer(conv1, bn, conv2, kept):
    w1 = conv1["weight"][kept]
    if w1.shape[1] == conv1["weight"].shape[0]:
        w1 = w1[:, kept]
    c1 = {name: (w1 if name == "weight" else t[kept]) for name, t in conv1.items()}
    b = {name: t[kept] if t.dim() > 0 else t for name, t in bn.items()}
    c2 = {name: (t[:, kept] if name == "weight" else t) for name, t in conv2.items()}
    return c1, b, c2


@wrong("shrink_conv_pair", says="axes-told-by-size")
def finds_axes_by_size(conv1, bn, conv2, kept):
    channels = conv1["weight"].shape[0]

    def cut(t):
        for axis in range(min(t.dim(), 2)):
            if t.shape[axis] == channels:
                t = t.index_select(axis, kept)
        return t

    c1 = {n: t[kept] for n, t in conv1.items()}
    b = {n: cut(t) for n, t in bn.items()}
    c2 = {n: cut(t) for n, t in conv2.items()}
    return c1, b, c2


@wrong("shrink_conv_pair", says="kernel-cut")
def cuts_the_height(conv1, bn, conv2, kept):
    c1, c2 = dict(conv1), dict(conv2)
    c1["weight"] = c1["weight"][kept]
    b = {n: t[kept] if t.dim() > 0 else t for n, t in bn.items()}
    c2["weight"] = c2["weight"][:, :, kept]
    return c1, b, c2


@right("shrink_conv_pair")
def by_the_number_of_axes(conv1, bn, conv2, kept):
    return _rows(conv1, kept), _rows(bn, kept), _columns(conv2, kept)


@right("shrink_conv_pair")
def with_modules(conv1, bn, conv2, kept):
    first = torch.nn.Conv2d(1, len(kept), 1, bias="bias" in conv1)
    first.weight = torch.nn.Parameter(conv1["weight"][kept])
    if "bias" in conv1:
        first.bias = torch.nn.Parameter(conv1["bias"][kept])
    norm = torch.nn.BatchNorm2d(len(kept))
    norm.load_state_dict({name: t[kept] if t.dim() else t for name, t in bn.items()})
    second = torch.nn.Conv2d(1, 1, 1, bias="bias" in conv2)
    second.weight = torch.nn.Parameter(conv2["weight"].index_select(1, kept))
    if "bias" in conv2:
        second.bias = torch.nn.Parameter(conv2["bias"])
    return [module.state_dict() for module in (first, norm, second)]


@right("shrink_conv_pair")
def name_by_name(conv1, bn, conv2, kept):
    first, norm, second = {}, {}, {}
    for name in conv1:
        first[name] = torch.stack([conv1[name][i] for i in kept.tolist()])
    for name in sorted(bn):
        norm[name] = bn[name].clone() if "num_batches" in name else bn[name].gather(0, kept)
    for name in conv2:
        second[name] = conv2[name].clone()
    second["weight"] = torch.stack([conv2["weight"][:, i] for i in kept.tolist()], dim=1)
    return first, norm, second
