"""Slips in joining tensors to one line, and in handing out the pieces of its mask again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from courseware.checks.misconceptions import ways
from courseware.checks.task import Misconception
from model_compression.masks import prune_lowest

T = torch.Tensor
Tensors = Mapping[str, T]
Ranked = Callable[..., tuple[Tensors, int]]
"""From the arguments of a task: the scores of every tensor, and how many of the lowest go."""


def joining_slips(ranked: Ranked) -> Iterator[Misconception]:
    """Mistakes of whoever ranks all tensors in one line."""
    yield from ways(
        "joined-unflattened",
        "The tensors were joined as they are. They differ in width or in their number of axes: "
        "flatten each of them first, so that they make one line.",
        _joined_as_they_are(ranked, torch.cat),
        _joined_as_they_are(ranked, torch.stack),
    )
    yield from ways(
        "pieces-misplaced",
        "The line was cut in the wrong places when its pieces were handed out. A tensor's piece "
        "begins where that of the tensor before it ends: the start grows by the length of each, "
        "or `split` cuts at all lengths at once.",
        _cut_at(ranked, lambda sizes: [0, *sizes[:-1]]),
        _cut_at(ranked, lambda sizes: [0] * len(sizes)),
    )
    yield from ways(
        "joined-in-another-order",
        "The tensors were joined in one order, and the pieces handed out in another. Go through "
        "the names in the same order both times.",
        _reordered(ranked, sorted, list),
        _reordered(ranked, list, sorted),
        _reordered(ranked, lambda names: [*reversed(names)], list),
    )


def _joined_as_they_are(ranked: Ranked, join: Callable[[list[T]], T]) -> Callable[..., Any]:
    def behaves(*arguments: Any) -> Any:
        scores, count = ranked(*arguments)
        line = prune_lowest(join([*scores.values()]), count)
        pieces = line.split([len(score) for score in scores.values()])
        return dict(zip(scores, pieces, strict=True))

    return behaves


def _cut_at(ranked: Ranked, starts: Callable[[list[int]], list[int]]) -> Callable[..., Any]:
    def behaves(*arguments: Any) -> Any:
        scores, count = ranked(*arguments)
        line = prune_lowest(torch.cat([s.flatten() for s in scores.values()]), count)
        begins = starts([s.numel() for s in scores.values()])
        return {
            name: line[begin : begin + s.numel()].reshape(s.shape)
            for begin, (name, s) in zip(begins, scores.items(), strict=True)
        }

    return behaves


Order = Callable[[list[str]], Sequence[str]]


def _reordered(ranked: Ranked, joined: Order, handed_out: Order) -> Callable[..., Any]:
    def behaves(*arguments: Any) -> Any:
        scores, count = ranked(*arguments)
        line = torch.cat([scores[name].flatten() for name in joined([*scores])])
        names = handed_out([*scores])
        pieces = prune_lowest(line, count).split([scores[name].numel() for name in names])
        return {
            name: piece.reshape(scores[name].shape)
            for name, piece in zip(names, pieces, strict=True)
        }

    return behaves
