"""What mistakes in ranking several tensors together come to, as ways to prune."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch

from courseware.checks.joined_tensors import cut
from courseware.checks.named_tensors import total
from courseware.checks.rankings import AmongEquals
from model_compression.magnitude_pruning import magnitude_mask
from model_compression.masks import prune_lowest_together

T = torch.Tensor
Tensors = Mapping[str, T]
Masks = dict[str, T]
Way = Callable[[Tensors, float], Masks]


def together(
    score: Callable[[T], T] = torch.abs,
    count: Callable[[int, float], float] = lambda n, s: round(s * n),
) -> Way:
    """So many of the lowest scores, all tensors ranked together."""

    return _ranked(score, lambda weights, sparsity: int(count(total(weights), sparsity)))


def counted_layer_by_layer(score: Callable[[T], T] = torch.abs) -> Way:
    """One ranking, and a number that is rounded for each tensor and added up."""
    return _ranked(score, lambda weights, s: sum(round(s * w.numel()) for w in weights.values()))


def _ranked(score: Callable[[T], T], count: Callable[[Tensors, float], int]) -> Way:
    def scores(weights: Tensors, sparsity: float) -> Tensors:
        return {name: score(w).nan_to_num() for name, w in weights.items()}

    def way(weights: Tensors, sparsity: float) -> Masks:
        n_pruned = min(max(count(weights, sparsity), 0), total(weights))
        return prune_lowest_together(scores(weights, sparsity), n_pruned)

    return AmongEquals(way, scores)


def each(mask: Callable[[T, float], T]) -> Way:
    """A mask for each tensor by itself."""
    return lambda weights, sparsity: {name: mask(w, sparsity) for name, w in weights.items()}


def turned_round(way: Way) -> Way:
    """False where the masks of a way keep, True where they prune."""
    return lambda weights, sparsity: {n: ~mask for n, mask in way(weights, sparsity).items()}


inverted = turned_round(together())


def without(left_out: Callable[[list[str]], str], count_all: bool) -> Way:
    """One tensor keeps all its weights; the count is that of all or of the others."""

    def way(weights: Tensors, sparsity: float) -> Masks:
        spared = left_out(list(weights))
        others = {name: w for name, w in weights.items() if name != spared} or dict(weights)
        n = total(weights if count_all else others)
        n_pruned = min(round(sparsity * n), total(others))
        masks = prune_lowest_together({name: w.abs() for name, w in others.items()}, n_pruned)
        return {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()} | masks

    return way


def of_axes(n_axes: Callable[[int], bool]) -> Way:
    """Only tensors of some numbers of axes are ranked; the others keep everything."""

    def way(weights: Tensors, sparsity: float) -> Masks:
        ranked = {name: w.abs() for name, w in weights.items() if n_axes(w.dim())}
        masks = {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()}
        if not ranked:
            return masks
        return masks | prune_lowest_together(ranked, round(sparsity * total(ranked)))

    return way


def zeros_not_counted(stable: bool) -> Way:
    """The share is one of the weights that are not 0; which of equal ones go is torch's affair."""

    def way(weights: Tensors, sparsity: float) -> Masks:
        line = torch.cat([w.abs().flatten() for w in weights.values()])
        kept = torch.ones(len(line), dtype=torch.bool)
        count = round(sparsity * int((line != 0).sum()))
        kept[line.argsort(stable=stable)[:count]] = False
        return cut(kept, weights)

    return way


def zeros_besides(weights: Tensors, sparsity: float) -> Masks:
    masks = together()(weights, sparsity)
    return {name: mask & (weights[name] != 0) for name, mask in masks.items()}


def threshold_of(magnitudes: T, sparsity: float) -> float:
    count = round(sparsity * len(magnitudes))
    return float(magnitudes[count]) if count < len(magnitudes) else math.inf


def mean_cut(weights: Tensors, sparsity: float) -> Masks:
    cuts = [threshold_of(w.abs().flatten().sort().values, sparsity) for w in weights.values()]
    return {name: w.abs() >= sum(cuts) / len(cuts) for name, w in weights.items()}


def mean_cut_below(weights: Tensors, sparsity: float) -> Masks:
    """The mean of the largest magnitudes that go; -1 where none does."""
    cuts = []
    for w in weights.values():
        count = round(sparsity * w.numel())
        cuts.append(float(w.abs().flatten().sort().values[count - 1]) if count else -1.0)
    return {name: w.abs() > sum(cuts) / len(cuts) for name, w in weights.items()}


def padded(weights: Tensors, sparsity: float) -> Masks:
    """A row a tensor, filled up with zeros, which go with the lowest."""
    lines = [w.abs().flatten() for w in weights.values()]
    table = torch.nn.utils.rnn.pad_sequence(lines, batch_first=True)
    kept = torch.ones(table.numel(), dtype=torch.bool)
    kept[table.flatten().argsort()[: round(sparsity * table.numel())]] = False
    rows = kept.reshape(table.shape)
    return {
        name: row[: w.numel()].reshape(w.shape)
        for row, (name, w) in zip(rows, weights.items(), strict=True)
    }


def first_cut(weights: Tensors, sparsity: float) -> Masks:
    cut = threshold_of(next(iter(weights.values())).abs().flatten().sort().values, sparsity)
    return {name: w.abs() >= cut for name, w in weights.items()}


def counted(kept: Callable[[T, int], T]) -> Way:
    """Judged in one line, by the right count."""
    return in_one_line(lambda flat, sparsity: kept(flat, round(sparsity * len(flat))))


def one_kept(weights: Tensors, sparsity: float) -> Masks:
    """The largest weight of every tensor is spared; others go instead, where there are any."""
    scores = {name: w.abs() for name, w in weights.items()}
    for name, score in scores.items():
        scores[name] = score.clone()
        scores[name].view(-1)[score.argmax()] = 1e30
    n_pruned = min(round(sparsity * total(weights)), total(weights) - len(weights))
    return prune_lowest_together(scores, n_pruned)


def one_kept_on_top(weights: Tensors, sparsity: float) -> Masks:
    """The same, without others instead."""
    masks = {name: mask.clone() for name, mask in together()(weights, sparsity).items()}
    for name, mask in masks.items():
        mask.view(-1)[weights[name].abs().argmax()] = True
    return masks


def swapped_at(*ends: int) -> Way:
    """All go where nothing is to go (0), or the other way round (1)."""

    def way(weights: Tensors, sparsity: float) -> Masks:
        n = total(weights)
        masks = together()(weights, sparsity)
        at_an_end = round(sparsity * n) in [end * n for end in ends]
        return {name: ~mask for name, mask in masks.items()} if at_an_end else masks

    return way


def in_one_line(kept: Callable[[T, float], T]) -> Way:
    """The magnitudes of all tensors, judged in one line."""

    def way(weights: Tensors, sparsity: float) -> Masks:
        flat = torch.cat([w.abs().flatten() for w in weights.values()])
        parts = kept(flat, sparsity).split([w.numel() for w in weights.values()])
        return {
            name: part.reshape(w.shape)
            for (name, w), part in zip(weights.items(), parts, strict=True)
        }

    return way


def row_by_row(weights: Tensors, sparsity: float) -> Masks:
    return {
        name: torch.stack([magnitude_mask(row, sparsity) for row in w])
        for name, w in weights.items()
    }


def signed_and_ties(ties: Callable[[T, int], T]) -> Way:
    def way(weights: Tensors, sparsity: float) -> Masks:
        line = torch.cat([w.flatten() for w in weights.values()])
        return cut(ties(line, round(sparsity * len(line))), weights)

    return way
