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

JOINED_IN_ANOTHER_ORDER = (
    "joined-in-another-order",
    "The tensors were joined in one order, and the pieces handed out in another. Go through the "
    "names in the same order both times.",
)


def joining_slips(ranked: Ranked, two_dicts: bool = False) -> Iterator[Misconception]:
    """Mistakes of whoever ranks all tensors in one line; `two_dicts` if a task takes two."""
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
        _cut_after_rows(ranked),
    )
    yield from ways(
        *JOINED_IN_ANOTHER_ORDER,
        _reordered(ranked, sorted, list),
        _reordered(ranked, list, sorted),
        _reordered(ranked, lambda names: [*reversed(names)], list),
        *(_as_in_the_other(ranked, joined) for joined in (True, False) if two_dicts),
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


def _cut_after_rows(ranked: Ranked) -> Callable[..., Any]:
    """A piece begins as many places behind the one before as that one's tensor has rows."""

    def behaves(*arguments: Any) -> Any:
        scores, count = ranked(*arguments)
        line = prune_lowest(torch.cat([s.flatten() for s in scores.values()]), count)
        pieces, begin = {}, 0
        for name, score in scores.items():
            pieces[name] = line[begin : begin + score.numel()].reshape(score.shape)
            begin += len(score)
        return pieces

    return behaves


Order = Callable[[list[str]], Sequence[str]]


def _reordered(ranked: Ranked, joined: Order, handed_out: Order) -> Callable[..., Any]:
    def behaves(*arguments: Any) -> Any:
        scores, count = ranked(*arguments)
        return _handed_out(scores, count, joined([*scores]), handed_out([*scores]))

    return behaves


def _as_in_the_other(ranked: Ranked, joined: bool) -> Callable[..., Any]:
    """Joined, or else handed out, in the order of a second dict."""

    def behaves(*arguments: Any) -> Any:
        scores, count = ranked(*arguments)
        orders = [*arguments[1]], [*scores]
        return _handed_out(scores, count, *(orders if joined else orders[::-1]))

    return behaves


def _handed_out(
    scores: Tensors, count: int, joined: Sequence[str], names: Sequence[str]
) -> dict[str, T]:
    line = prune_lowest(torch.cat([scores[name].flatten() for name in joined]), count)
    return cut(line, {name: scores[name] for name in names})


def cut(line: T, shapes: Tensors) -> dict[str, T]:
    """A line in pieces of the sizes and shapes of some tensors, one after the other."""
    pieces = line.split([tensor.numel() for tensor in shapes.values()])
    named = zip(shapes.items(), pieces, strict=True)
    return {name: piece.reshape(tensor.shape) for (name, tensor), piece in named}


def lines_by_order(
    weights: Tensors,
    masks: Tensors,
    count: Callable[[T], int],
    named_by_masks: bool,
    stable: bool = True,
) -> dict[str, T]:
    """All magnitudes in one line and all masks in another, each in the order of its own dict.

    `count` says how many of the survivors go, from the line of masks. Which of equal ones go is
    torch's affair if it is not `stable`.
    """
    magnitudes, old = (torch.cat([t.flatten() for t in d.values()]) for d in (weights, masks))
    magnitudes = magnitudes.abs().masked_fill(~old, -1.0)
    n_pruned = int((~old).sum()) + min(max(count(old), 0), int(old.sum()))
    kept = torch.ones_like(old)
    kept[magnitudes.argsort(stable=stable)[:n_pruned]] = False
    return cut(kept, masks if named_by_masks else weights)
