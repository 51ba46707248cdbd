"""Mistakes in `shrink_linear_pair`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c07_structured_pruning.tasks.surgery import (
    AXES_BY_SIZE,
    FIRST_KEPT,
    ORDER_OF_A_SET,
    PRUNED_RETURNED,
    RESCALED,
    RUN_KEPT,
    UNITS_MIXED,
    ZEROED,
    by_size,
    mixed,
    others,
    out_of_a_set,
    whole_run,
)
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.task import Misconception
from model_compression import network_surgery as reference

T = torch.Tensor
Cut = Callable[[T, T], T]


def _cut(
    w1: Cut = lambda t, kept: t[kept],
    b1: Cut = lambda t, kept: t[kept],
    w2: Cut = lambda t, kept: t[:, kept],
    b2: Cut = lambda t, kept: t,
) -> Callable[..., Any]:
    """Another way to cut some of the four."""
    return lambda *a: tuple(cut(t, a[4]) for cut, t in zip((w1, b1, w2, b2), a, strict=False))


def _zeroed(w1: T, b1: T, w2: T, b2: T, kept: T) -> Any:
    mask = torch.zeros(len(w1)).index_fill(0, kept, 1.0)
    return w1 * mask[:, None], b1 * mask, w2 * mask, b2


def _scaled(w1: float, w2: float) -> Callable[..., Any]:
    """Weights times a power of the number of units by those that stay."""

    def behaves(*a: T) -> Any:
        by = len(a[0]) / len(a[4])
        first, bias, second, last = reference.shrink_linear_pair(*a)
        return first * by**w1, bias * by**w1, second * by**w2, last

    return behaves


def _made_up_for(sent: Callable[[T], T]) -> Callable[..., Any]:
    """What the units that go would send for no input is added to the second bias."""

    def behaves(w1: T, b1: T, w2: T, b2: T, kept: T) -> Any:
        gone = torch.ones(len(b1)).index_fill(0, kept, 0.0)
        return w1[kept], b1[kept], w2[:, kept], b2 + w2 @ (sent(b1) * gone)

    return behaves


def _axes_by_size(w1: T, b1: T, w2: T, b2: T, kept: T) -> Any:
    return tuple(by_size(t, kept, len(b1)) for t in (w1, b1, w2, b2))


def _same(t: T, kept: T) -> T:
    return t


def _rows(t: T, kept: T) -> T:
    return t[kept]


def _columns(t: T, kept: T) -> T:
    return t[:, kept]


def _counted_from_one(kept: T, n_units: int) -> T:
    return (kept - 1) % n_units


def _first_ones(kept: T, n_units: int) -> T:
    return torch.arange(len(kept))


COUNTED_FROM_ONE = (
    "counted-from-one",
    "The units were counted from 1, so that each number stands for the unit before it, and 0 for "
    "the last one. Like the entries of a tensor, they are numbered from 0.",
)
BIAS_ANEW = (
    "first-bias-started-anew",
    "b1 starts anew, with zeros or ones. The units that stay need the biases that they have.",
)
ROUNDED = (
    "values-rounded",
    "The values were rounded. They are only moved to smaller tensors, and must not change at all.",
)
ORDER_SWAPPED = (
    "order-swapped",
    "The results are in another order than the one asked for: w1, b1, w2, b2.",
)


def _anew(value: float) -> Cut:
    return lambda b1, kept: torch.full((len(kept),), value)


def _rounded_rows(decimals: int) -> Cut:
    return lambda t, kept: t[kept].round(decimals=decimals)


def _rounded(decimals: int, b1: Cut = _rows) -> Callable[..., Any]:
    return _cut(
        w1=_rounded_rows(decimals),
        b1=b1,
        w2=lambda t, kept: t[:, kept].round(decimals=decimals),
    )


def _squeezed(*places: int) -> Callable[..., Any]:
    """Some of the four without their axes of size 1."""

    def behaves(*a: T) -> Any:
        four = reference.shrink_linear_pair(*a)
        return tuple(t.squeeze() if i in places else t for i, t in enumerate(four))

    return behaves


SOME_OF_FOUR = tuple(itertools.chain(*(itertools.combinations(range(4), n) for n in range(1, 5))))

DECIMALS = 2, 3, 4, 5, 6

CUT_WRONGLY = several(
    ways(
        "first-bias-not-cut",
        "b1 was not cut. Every hidden unit has a bias of its own, which goes with it.",
        _cut(b1=_same),
    ),
    ways(
        "second-layer-not-cut",
        "w2 was not cut. A unit that is gone sends nothing any more, so the next layer has no "
        "use for the column that reads it, and the shapes no longer fit.",
        _cut(w2=_same),
    ),
    ways(
        "second-layer-rows-cut",
        "w2 was cut along its rows. Rows are its outputs; what it reads from the hidden units "
        "stands in its columns.",
        _cut(w2=lambda t, kept: t[kept]),
        _cut(w2=lambda t, kept: t[kept], b2=lambda t, kept: t[kept]),
        _cut(w2=lambda t, kept: t[kept][:, kept]),
    ),
    ways(
        "second-bias-cut",
        "b2 was cut. It belongs to the outputs of the second layer, and all of these stay.",
        _cut(b2=lambda t, kept: t[kept]),
        _cut(b2=lambda t, kept: t[: len(kept)]),
    ),
    ways(
        "first-layer-columns-cut",
        "w1 was cut along its columns. Columns are its inputs; the hidden units are its rows.",
        _cut(w1=lambda t, kept: t[:, kept]),
        _cut(w1=lambda t, kept: t[:, kept], w2=lambda t, kept: t[kept]),
        _cut(w1=lambda t, kept: t[kept][:, kept]),
    ),
    ways(
        "first-layer-not-cut",
        "w1 was not cut. The rows of the units that go are what the pruning is to save.",
        _cut(w1=_same, b1=_same),
        _cut(w1=_same),
    ),
    ways(
        "axis-lost",
        "A tensor lost an axis. A layer with one unit left is still a matrix, with one row or "
        "one column.",
        *(_squeezed(*places) for places in SOME_OF_FOUR),
        _cut(w1=lambda t, k: t[k].squeeze(0), w2=lambda t, k: t[:, k].squeeze(1)),
        _cut(w1=lambda t, k: t[k].squeeze(0)),
        _cut(w2=lambda t, k: t[:, k].squeeze(1)),
    ),
    ways(
        "transposed",
        "A weight came back with rows and columns exchanged. In torch rows are outputs and "
        "columns are inputs, before and after.",
        _cut(w2=lambda t, kept: t[:, kept].T),
        _cut(w1=lambda t, kept: t[kept].T),
    ),
    ways(*ZEROED, _zeroed, _cut(w1=lambda t, k: _zeroed(t, t[:, 0], t.T, t, k)[0])),
    ways(
        "columns-reshaped",
        "Numbers of w2 stand in the wrong places: its columns were made rows, or rows columns, by "
        "`reshape`, which takes the numbers in their order in memory. Transpose, or take "
        "`w2[:, kept]`.",
        _cut(w2=lambda t, kept: t.T[kept].reshape(len(t), -1)),
        _cut(w2=lambda t, kept: t.reshape(-1, len(t))[kept].reshape(len(t), -1)),
        _cut(w2=lambda t, kept: t.reshape(-1, len(t))[kept].T),
    ),
    ways(*BIAS_ANEW, _cut(b1=_anew(0.0)), _cut(b1=_anew(1.0))),
    ways(
        *ROUNDED,
        *(_rounded(n) for n in DECIMALS),
        *(_rounded(n, b1=_rounded_rows(n)) for n in DECIMALS),
    ),
    *(both(BIAS_ANEW, ROUNDED, _rounded(n, b1=_anew(0.0))) for n in DECIMALS),
)


def _with_other_units(
    message: tuple[str, str], units: Callable[[T, int], T]
) -> Iterator[Misconception]:
    """Other units than those in `kept`, and a mistake in cutting to them."""

    def on(behaves: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *a: behaves(*a[:4], units(a[4], len(a[0])))

    yield from ways(*message, on(_cut()))
    for known in CUT_WRONGLY:
        if known.behaves is not None and known.also is None:
            yield from both(message, (known.name, known.message), on(known.behaves))


def _as(*order: int) -> Callable[..., Any]:
    return lambda four, *arguments: tuple(four[place] for place in order)


OTHER_ORDERS = _as(0, 2, 1, 3), _as(2, 3, 0, 1), _as(1, 0, 3, 2), _as(0, 2, 3, 1)
WITH_OTHER_UNITS = several(
    _with_other_units(RUN_KEPT, whole_run),
    _with_other_units(PRUNED_RETURNED, others),
    _with_other_units(COUNTED_FROM_ONE, _counted_from_one),
    _with_other_units(FIRST_KEPT, _first_ones),
)

MISTAKES = several(
    CUT_WRONGLY,
    ways(
        "second-bias-changed",
        "b2 was changed, to make up for the units that are gone. It belongs to the outputs of "
        "the second layer and stays as it is.",
        *map(_made_up_for, (torch.relu, torch.clone, torch.ones_like)),
    ),
    ways(*RESCALED, _scaled(0, 1), _scaled(0, -1), _scaled(1, 0), _scaled(-1, 0)),
    ways(*AXES_BY_SIZE, _axes_by_size),
    WITH_OTHER_UNITS,
    ways(*ORDER_OF_A_SET, lambda *a: _cut()(*a[:4], out_of_a_set(a[4]))),
    ways(
        *UNITS_MIXED,
        *(_cut(w1=other) for other in mixed(_rows)),
        *(_cut(b1=other) for other in mixed(_rows)),
        *(_cut(w1=other, b1=other) for other in mixed(_rows)),
        *(_cut(w2=other) for other in mixed(_columns)),
        _cut(b1=lambda t, kept: t[others(kept, len(t))][: len(kept)]),
    ),
    *(ways(*ORDER_SWAPPED, lambda *a, order=order: order(_cut()(*a))) for order in OTHER_ORDERS),
    *(
        followed_by(ORDER_SWAPPED, order, several(CUT_WRONGLY, WITH_OTHER_UNITS))
        for order in OTHER_ORDERS
    ),
)
