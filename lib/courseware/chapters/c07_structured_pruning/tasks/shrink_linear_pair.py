"""The task `shrink_linear_pair`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c07_structured_pruning.tasks import inputs
from courseware.chapters.c07_structured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c07_structured_pruning.tasks.surgery import (
    AXES_BY_SIZE,
    FIRST_KEPT,
    PRUNED_RETURNED,
    RESCALED,
    RUN_KEPT,
    UNITS_MIXED,
    ZEROED,
    by_size,
    mixed,
    others,
    parts,
    whole_run,
)
from courseware.checks.misconceptions import several, ways
from courseware.checks.task import Check, Draw, Task
from model_compression import network_surgery as reference

T = torch.Tensor
Arguments = tuple[T, T, T, T, T]
NAMES = "w1", "b1", "w2", "b2"


def _pairs(draw: Draw) -> Iterator[Arguments]:
    yield (
        torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        torch.tensor([0.1, 0.2, 0.3]),
        torch.tensor([[7.0, 8.0, 9.0], [-7.0, -8.0, -9.0]]),
        torch.tensor([0.5, -0.5]),
        torch.tensor([0, 2]),
    )
    yield _drawn(draw, 5, 7, 3, 4)
    yield _drawn(draw, 4, 6, 9, 3)
    # All sizes equal: a cut along the wrong axis still runs.
    yield _drawn(draw, 6, 6, 6, 4)


def _drawn(draw: Draw, n_in: int, hidden: int, n_out: int, n_kept: int) -> Arguments:
    shapes = (hidden, n_in), (hidden,), (n_out, hidden), (n_out,)
    w1, b1, w2, b2 = (draw.normal(*shape) for shape in shapes)
    return w1, b1, w2, b2, inputs.kept(draw, hidden, n_kept)


def _ends(draw: Draw) -> Iterator[Arguments]:
    yield (
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
        torch.tensor([5.0, 6.0]),
        torch.tensor([[7.0, 8.0]]),
        torch.tensor([9.0]),
        torch.tensor([1]),
    )
    yield _drawn(draw, 4, 5, 3, 1)
    yield _drawn(draw, 4, 5, 3, 5)


Cut = Callable[[T, T], T]


def _cut(
    w1: Cut = lambda t, kept: t[kept],
    b1: Cut = lambda t, kept: t[kept],
    w2: Cut = lambda t, kept: t[:, kept],
    b2: Cut = lambda t, kept: t,
) -> Callable[..., Any]:
    """Another way to cut some of the four."""
    return lambda *a: tuple(cut(t, a[4]) for cut, t in zip((w1, b1, w2, b2), a, strict=False))


def _on(units: Callable[[T, int], T]) -> Callable[..., Any]:
    """Cut as it should be, to other units."""

    def behaves(w1: T, b1: T, w2: T, b2: T, kept: T) -> Any:
        return reference.shrink_linear_pair(w1, b1, w2, b2, units(kept, len(w1)))

    return behaves


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


SHRINK_LINEAR_PAIR = Task(
    name="shrink_linear_pair",
    points=12,
    reference=reference.shrink_linear_pair,
    lecture="lecture 07, “Surgery on a pair of layers”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("the first layer: rows of w1, and b1", 4, _pairs, parts(NAMES, 0, 1)),
        Check("the second layer: columns of w2, and b2 as it is", 4, _pairs, parts(NAMES, 2, 3)),
        Check("one unit, and all of them", 1, _ends, parts(NAMES)),
    ),
    misconceptions=several(
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
            lambda *a: tuple(t.squeeze() for t in reference.shrink_linear_pair(*a)),
            _cut(w1=lambda t, k: t[k].squeeze(), w2=lambda t, k: t[:, k].squeeze()),
            _cut(w1=lambda t, k: t[k].squeeze(0), w2=lambda t, k: t[:, k].squeeze(1)),
            _cut(w2=lambda t, k: t[:, k].squeeze()),
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
            "The right numbers of w2 stand in the wrong places: its columns were stacked as rows "
            "and then reshaped, which takes them in another order. Transpose, or take "
            "`w2[:, kept]`.",
            _cut(w2=lambda t, kept: t.T[kept].reshape(len(t), -1)),
        ),
        ways(
            "second-bias-changed",
            "b2 was changed, to make up for the units that are gone. It belongs to the outputs of "
            "the second layer and stays as it is.",
            *map(_made_up_for, (torch.relu, torch.clone, torch.ones_like)),
        ),
        ways(*RESCALED, _scaled(0, 1), _scaled(0, -1), _scaled(1, 0), _scaled(-1, 0)),
        ways(*AXES_BY_SIZE, _axes_by_size),
        ways(*RUN_KEPT, _on(whole_run)),
        ways(*PRUNED_RETURNED, _on(others)),
        ways(
            *UNITS_MIXED,
            *(_cut(w1=other) for other in mixed(_rows)),
            *(_cut(b1=other) for other in mixed(_rows)),
            *(_cut(w1=other, b1=other) for other in mixed(_rows)),
            *(_cut(w2=other) for other in mixed(_columns)),
            _cut(b1=lambda t, kept: t[others(kept, len(t))][: len(kept)]),
        ),
        ways(*FIRST_KEPT, _on(lambda kept, n: torch.arange(len(kept)))),
        ways(
            "order-swapped",
            "The results are in another order than the one asked for: w1, b1, w2, b2.",
            lambda w1, b1, w2, b2, k: (w1[k], w2[:, k], b1[k], b2),
            lambda w1, b1, w2, b2, k: (w2[:, k], b2, w1[k], b1[k]),
        ),
    ),
)
