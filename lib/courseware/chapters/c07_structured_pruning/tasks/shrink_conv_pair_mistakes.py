"""Mistakes in `shrink_conv_pair`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch

from courseware.chapters.c07_structured_pruning.tasks import surgery
from courseware.chapters.c07_structured_pruning.tasks.surgery import COUNTER, VECTORS
from courseware.checks.misconceptions import followed_by, several, ways
from courseware.checks.named_tensors import Named
from courseware.checks.task import Misconception
from model_compression import network_surgery as reference

T = torch.Tensor

State = Mapping[str, T]


ORDER_SWAPPED = (
    "order-swapped",
    "The results are in another order than the one asked for: conv1, bn, conv2.",
)


Cut = Callable[[T, T], T]


def _rows(tensor: T, kept: T) -> T:
    return tensor[kept]


def _same(tensor: T, kept: T) -> T:
    return tensor


def _first(tensor: T, kept: T) -> T:
    return tensor[: len(kept)]


def _cut(
    filters: Cut = _rows,
    bias: Cut = _rows,
    norm: Mapping[str, Cut] | None = None,
    columns: Cut = lambda t, kept: t[:, kept],
    second_bias: Cut = _same,
) -> Callable[..., Any]:
    """Another way to cut some of the tensors; `norm` by the names of the batch norm."""
    vectors = dict.fromkeys(VECTORS, _rows) | {COUNTER: _same} | dict(norm or {})

    def behaves(conv1: State, bn: State, conv2: State, kept: T) -> Any:
        first = {"weight": filters, "bias": bias}
        second = {"weight": columns, "bias": second_bias}
        return tuple(
            Named((name, way[name](tensor, kept)) for name, tensor in state.items())
            for way, state in ((first, conv1), (vectors, bn), (second, conv2))
        )

    return behaves


def _on(units: Callable[[T, int], T]) -> Callable[..., Any]:
    def behaves(conv1: State, bn: State, conv2: State, kept: T) -> Any:
        chosen = units(kept, len(conv1["weight"]))
        return reference.shrink_conv_pair(conv1, bn, conv2, chosen)

    return behaves


def _zero_rows(tensor: T, kept: T) -> T:
    zeros = torch.zeros_like(tensor)
    zeros[kept] = tensor[kept]
    return zeros


def _zero_columns(tensor: T, kept: T) -> T:
    return _zero_rows(tensor.transpose(0, 1), kept).transpose(0, 1)


def _columns(tensor: T, kept: T) -> T:
    return tensor[:, kept]


def _missing_bias(error: type[Exception]) -> Callable[..., Any]:
    """What a function that asks for every bias comes to where one is missing."""

    def behaves(conv1: State, bn: State, conv2: State, kept: T) -> Any:
        if "bias" in conv1 and "bias" in conv2:
            return _cut()(conv1, bn, conv2, kept)
        raise error

    return behaves


def _new_norm(tensor: T, kept: T, value: float) -> T:
    return torch.full((len(kept),), value)


NEW = {name: partial(_new_norm, value=float(name in ("weight", "running_var"))) for name in VECTORS}
"""A batch norm as it is made: scale and variance 1, shift and mean 0."""


def _axes_by_size(first: bool, second: bool) -> Callable[..., Any]:
    """Every axis of a weight (and of a bias) that is as long as there are channels."""

    def behaves(conv1: State, bn: State, conv2: State, kept: T) -> Any:
        n = len(conv1["weight"])
        cut = partial(surgery.by_size, n_units=n)
        way = _cut(
            filters=cut if first else _rows,
            columns=cut if second else _columns,
            second_bias=cut if second else _same,
        )
        return way(conv1, bn, conv2, kept)

    return behaves


def _scaled(conv1: State, bn: State, conv2: State, kept: T) -> Any:
    by = len(conv1["weight"]) / len(kept)
    return _cut(columns=lambda t, kept: t[:, kept] * by)(conv1, bn, conv2, kept)


def _folded(eps: float, bias: bool) -> Callable[..., Any]:
    """Each filter times the scale of its channel, and the bias with the rest."""

    def behaves(conv1: State, bn: State, conv2: State, kept: T) -> Any:
        scale = bn["weight"] / (bn["running_var"] + eps).sqrt()
        folded = Named(conv1, weight=conv1["weight"] * scale[:, None, None, None])
        if bias and "bias" in conv1:
            folded["bias"] = (conv1["bias"] - bn["running_mean"]) * scale + bn["bias"]
        return _cut()(folded, bn, conv2, kept)

    return behaves


def _made_up_for(sent: Callable[[T], T]) -> Callable[..., Any]:
    """What the channels that go would send for no input is added to the second bias."""

    def behaves(conv1: State, bn: State, conv2: State, kept: T) -> Any:
        gone = torch.ones_like(bn["bias"]).index_fill(0, kept, 0.0)
        more = conv2["weight"].sum(dim=(2, 3)) @ (sent(bn["bias"]) * gone)
        return _cut(second_bias=lambda t, kept: t + more)(conv1, bn, conv2, kept)

    return behaves


def _uncut(*names: str) -> Mapping[str, Cut]:
    return dict.fromkeys(names, _same)


OF_AXES = several(
    ways(
        "transposed",
        "Axes 0 and 1 of a weight have changed places: to cut it along axis 1 they were exchanged, "
        "and not exchanged back. Or take `weight[:, kept]`.",
        _cut(columns=lambda t, kept: t.transpose(0, 1)[kept]),
    ),
    ways(
        "axis-lost",
        "A weight lost axes of size 1, as `squeeze` takes them away. A convolution has four axes, "
        "also with a single channel or filters of 1 × 1.",
        _cut(filters=lambda t, kept: t[kept].squeeze(), columns=lambda t, k: t[:, k].squeeze()),
        _cut(filters=lambda t, kept: t[kept].squeeze()),
        _cut(columns=lambda t, kept: t[:, kept].squeeze()),
    ),
)

MISTAKES = several(
    (surgery.NAMES_MISSING, surgery.NAMES_ADDED, Misconception(*ORDER_SWAPPED)),
    ways(
        "norm-not-cut",
        "The batch norm was not cut. It has a scale, a shift, a mean and a variance for every "
        "channel, and they go with it.",
        _cut(norm=_uncut(*VECTORS)),
    ),
    ways(
        "statistics-not-cut",
        "Of the batch norm only weight and bias were cut. The running mean and variance belong "
        "to the channels as well.",
        _cut(norm=_uncut("running_mean", "running_var")),
    ),
    ways(
        "one-vector-not-cut",
        "One of the four vectors of the batch norm was not cut. Weight, bias, running mean and "
        "running variance all have an entry for each channel.",
        *(_cut(norm=_uncut(name)) for name in VECTORS),
    ),
    ways(
        "norm-parameters-not-cut",
        "Of the batch norm only the running mean and variance were cut. Its weight and bias "
        "belong to the channels as well.",
        _cut(norm=_uncut("weight", "bias")),
    ),
    ways(
        "statistics-reset",
        "The batch norm, or a part of it, starts anew, with zeros and ones. Scale and shift "
        "were learned and its mean and variance measured: the channels that stay need theirs.",
        *(
            _cut(norm={name: NEW[name] for name in names} | counter)
            for counter in ({}, {COUNTER: lambda t, kept: torch.zeros_like(t)})
            for names in (
                VECTORS,
                VECTORS[:2],
                VECTORS[2:],
                *((name,) for name in VECTORS),
            )
        ),
    ),
    ways(
        "counter-changed",
        "`num_batches_tracked` was changed. It counts batches, not channels: copy it.",
        _cut(norm={COUNTER: lambda t, kept: torch.zeros_like(t)}),
        _cut(norm={COUNTER: lambda t, kept: torch.tensor(len(kept))}),
        _cut(norm={COUNTER: lambda t, kept: t.reshape(1)}),
        _cut(norm={COUNTER: lambda t, kept: t[kept]}),
        _cut(norm={COUNTER: lambda t, kept: t.expand(len(kept))}),
    ),
    ways(
        "first-bias-not-cut",
        "The bias of conv1 was not cut. Every filter has one, which goes with it.",
        _cut(bias=_same),
    ),
    ways(
        "bias-expected",
        "Your function asks conv1 or conv2 for a bias, but it need not have one: before a "
        "batch norm it is mostly left out. Go through the names that are there.",
        *map(_missing_bias, (KeyError, TypeError, AttributeError)),
    ),
    ways(
        "second-layer-not-cut",
        "conv2 was not cut. It has a slice of weights for every channel that it reads; those "
        "of the channels that are gone go too.",
        _cut(columns=_same),
    ),
    ways(
        "second-filters-cut",
        "Filters of conv2 were cut, along axis 0. These are its outputs, and all of them stay. "
        "The channels that it reads are along axis 1.",
        _cut(columns=_rows),
        _cut(columns=_rows, second_bias=_rows),
        _cut(columns=lambda t, kept: t[kept][:, kept]),
        _cut(columns=lambda t, kept: t[kept][:, kept], second_bias=_rows),
    ),
    ways(
        "second-bias-cut",
        "The bias of conv2 was cut. It belongs to the outputs of conv2, and all of these stay.",
        _cut(second_bias=_rows),
        _cut(second_bias=_first),
    ),
    ways(
        "first-inputs-cut",
        "conv1 was cut along axis 1, its input channels. The channels to cut are its outputs, "
        "along axis 0.",
        _cut(filters=lambda t, kept: t[:, kept]),
        _cut(filters=lambda t, kept: t[kept][:, kept]),
    ),
    ways(
        "kernel-cut",
        "A convolution was cut along axis 2 or 3, the sides of its kernel. Its outputs are "
        "along axis 0, and the channels that it reads along axis 1.",
        *(
            _cut(columns=cut, bias=bias)
            for cut in (lambda t, kept: t[:, :, kept], lambda t, kept: t[..., kept])
            for bias in (_rows, _same)
        ),
        _cut(filters=lambda t, kept: t[:, :, kept]),
        _cut(filters=lambda t, kept: t[..., kept]),
    ),
    ways(
        "columns-reshaped",
        "The right numbers of conv2 stand in the wrong places: its input channels were stacked "
        "along axis 0 and then reshaped. Exchange the axes, or take `weight[:, kept]`.",
        _cut(
            columns=lambda t, kept: t.transpose(0, 1)[kept].reshape(len(t), len(kept), *t.shape[2:])
        ),
    ),
    OF_AXES,
    followed_by(ORDER_SWAPPED, lambda three, *a: (three[0], three[2], three[1]), OF_AXES),
    ways(
        "norm-folded",
        "The batch norm was worked into conv1. It stays a layer of its own: cut its tensors, and "
        "leave the numbers as they are.",
        *(_folded(eps, bias) for eps in (0.0, 1e-5, 1e-3) for bias in (True, False)),
    ),
    ways(
        "second-bias-changed",
        "The bias of conv2 was changed, to make up for the channels that are gone. It belongs to "
        "the outputs of conv2 and stays as it is.",
        *(_made_up_for(sent) for sent in (torch.relu, torch.clone, torch.ones_like)),
    ),
    ways(
        *surgery.AXES_BY_SIZE,
        *(_axes_by_size(*which) for which in ((True, False), (False, True), (True, True))),
    ),
    ways(*surgery.RESCALED, _scaled),
    ways(*surgery.RUN_KEPT, _on(surgery.whole_run)),
    ways(
        *surgery.ZEROED,
        _cut(
            filters=_zero_rows,
            bias=_zero_rows,
            norm=dict.fromkeys(VECTORS, _zero_rows),
            columns=_zero_columns,
        ),
        _cut(filters=_zero_rows, bias=_zero_rows, norm=_uncut(*VECTORS), columns=_same),
        _cut(filters=_zero_rows, bias=_same, norm=_uncut(*VECTORS), columns=_same),
    ),
    ways(*surgery.PRUNED_RETURNED, _on(surgery.others)),
    ways(*surgery.ORDER_OF_A_SET, lambda *a: _cut()(*a[:3], surgery.out_of_a_set(a[3]))),
    ways(
        *surgery.UNITS_MIXED,
        *(_cut(filters=other) for other in surgery.mixed(_rows)),
        *(_cut(bias=other) for other in surgery.mixed(_rows)),
        *(_cut(filters=other, bias=other) for other in surgery.mixed(_rows)),
        *(_cut(columns=other) for other in surgery.mixed(_columns)),
        *(_cut(norm=dict.fromkeys(VECTORS, other)) for other in surgery.mixed(_rows)),
        *(_cut(norm=dict.fromkeys(VECTORS[2:], other)) for other in surgery.mixed(_rows)),
        *(_cut(norm=dict.fromkeys(VECTORS[:2], other)) for other in surgery.mixed(_rows)),
        *(_cut(norm={name: other}) for name in VECTORS for other in surgery.mixed(_rows)),
    ),
    ways(*surgery.FIRST_KEPT, _on(lambda kept, n: torch.arange(len(kept)))),
    ways(
        *ORDER_SWAPPED,
        lambda *a: tuple(_cut()(*a)[i] for i in (0, 2, 1)),
        lambda *a: tuple(_cut()(*a)[i] for i in (2, 1, 0)),
    ),
)
