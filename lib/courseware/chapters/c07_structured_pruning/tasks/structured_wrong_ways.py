"""What mistakes in making hidden layers narrower come to, as ways to prune."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise

import torch

from courseware.chapters.c07_structured_pruning.tasks.surgery import mixed, out_of_a_set
from courseware.chapters.c07_structured_pruning.tasks.ways import (
    Measured,
    Score,
    State,
    Way,
    any_units,
    apoz_rank,
    before_relu,
    cut_pair,
    layers_of,
    mean_activation,
    norm_rank,
    right_count,
    way,
)
from model_compression import structured_pruning as reference

T = torch.Tensor

BY_NORM = way(norm_rank)
BY_APOZ = way(apoz_rank)
BEFORE_RELU = way(lambda weight, z: z.abs().mean(dim=0)), way(lambda weight, z: z.mean(dim=0))
AVERAGES: tuple[Score, ...] = (
    lambda weight, z: z.relu().square().mean(dim=0),
    lambda weight, z: z.relu().amax(dim=0),
    lambda weight, z: z.relu().median(dim=0).values,
)
BY_OTHER_AVERAGE = tuple(map(way, AVERAGES))
REMEASURED = way(remeasured=True)


Count = Callable[[int, float], int]


def sorted_as_text(behaves: Way) -> Way:
    """The layers in the order of their names as text: "10" before "2"."""
    return lambda state, images, keep_ratio: behaves(
        dict(sorted(state.items())), images, keep_ratio
    )


def counting(count: Callable[[int, float], float]) -> Callable[..., dict[str, T]]:
    return way(count=lambda n, ratio: int(count(n, ratio)), cut=any_units)


def output_layer_too(
    score: Score = mean_activation, count: Count = right_count, relu: bool = True
) -> Way:
    """The classes are ranked like hidden units, by what a ReLU would leave of them or not."""

    def behaves(state: State, images: T, keep_ratio: float) -> dict[str, T]:
        small = way(score, count, cut=any_units)(state, images, keep_ratio)
        last = layers_of(state)[-1]
        x = before_relu(state, images)[-1].relu()
        logits = torch.nn.functional.linear(x, state[f"{last}.weight"], state[f"{last}.bias"])
        scores = score(state[f"{last}.weight"], logits) if relu else logits.mean(dim=0)
        n_kept = min(max(count(len(scores), keep_ratio), 0), len(scores))
        kept = reference.keep_indices(scores, n_kept)
        return small | {key: small[key][kept] for key in (f"{last}.weight", f"{last}.bias")}

    return behaves


def one_ranking(score: Score = mean_activation, count: Count = right_count) -> Way:
    """The units of all layers are ranked together."""

    def behaves(state: State, images: T, keep_ratio: float) -> dict[str, T]:
        names, outputs = layers_of(state), before_relu(state, images)
        each = [
            score(state[f"{name}.weight"], sums) for name, sums in zip(names, outputs, strict=False)
        ]
        together = torch.cat(each)
        mask = torch.zeros(len(together), dtype=torch.bool)
        mask[together.argsort(descending=True)[: max(count(len(together), keep_ratio), 0)]] = True
        small = dict(state)
        chosen = mask.split([len(scores) for scores in each])
        for pair, kept in zip(pairwise(names), chosen, strict=True):
            small |= cut_pair(small, pair, kept)
        return small

    return behaves


def zeroed(w1: T, b1: T, w2: T, b2: T, kept: T) -> tuple[T, ...]:
    mask = torch.zeros(len(b1)).index_fill(0, kept, 1.0)
    return w1 * mask[:, None], b1 * mask, w2 * mask, b2


def only_rows_zeroed(w1: T, b1: T, w2: T, b2: T, kept: T) -> tuple[T, ...]:
    w1, b1, _, _ = zeroed(w1, b1, w2, b2, kept)
    return w1, b1, w2, b2


def itself(sums: T) -> T:
    return sums


WITHOUT_BIAS = partial(before_relu, bias=0.0)
WITHOUT_RELU = partial(before_relu, between=itself)
"""Measured on a network that lacks a part."""

SCORES: tuple[Score, ...] = (
    mean_activation,
    lambda weight, z: z.abs().mean(dim=0),
    lambda weight, z: z.mean(dim=0),
)
"""Means after the ReLU, and before it, with and without signs."""


def on_some_images(some: slice) -> Measured:
    return lambda state, images: before_relu(state, images[some])


def last_cut_first(state: State, images: T, keep_ratio: float) -> dict[str, T]:
    """Each weight is cut once only, from the old tensor: what was cut before is overwritten."""
    small = dict(state)
    outputs = before_relu(state, images)
    for (name, following), sums in zip(pairwise(layers_of(state)), outputs, strict=True):
        kept = reference.keep_indices(
            sums.relu().mean(dim=0), right_count(sums.shape[1], keep_ratio)
        )
        small[f"{name}.bias"] = state[f"{name}.bias"][kept]
        small.setdefault(f"{name}.weight", state[f"{name}.weight"])
        if name == layers_of(state)[0]:
            small[f"{name}.weight"] = state[f"{name}.weight"][kept]
        small[f"{following}.weight"] = state[f"{following}.weight"][:, kept]
    return small


def part_mixed(place: int, cut: Callable[[T, T], T]) -> Iterator[Way]:
    """One of the four tensors of a pair is cut to other units than the rest."""
    for other in mixed(cut):
        yield way(cut=partial(with_another, place=place, other=other))


def with_another(
    w1: T, b1: T, w2: T, b2: T, kept: T, place: int, other: Callable[[T, T], T]
) -> Iterable[T]:
    four = [*any_units(w1, b1, w2, b2, kept)]
    four[place] = other((w1, b1, w2, b2)[place], kept)
    return four


def columns_by_score(w1: T, b1: T, w2: T, b2: T, kept: T) -> Iterable[T]:
    """The rows in their old order, the columns in that of the scores."""
    rows = kept.sort().values
    return w1[rows], b1[rows], w2[:, kept], b2


def rows_by_score(w1: T, b1: T, w2: T, b2: T, kept: T) -> Iterable[T]:
    return w1[kept], b1[kept], w2[:, kept.sort().values], b2


def by_score(scores: T, n_keep: int) -> T:
    return scores.argsort(descending=True)[:n_keep]


def in_the_order_of_a_set(scores: T, n_keep: int) -> T:
    return out_of_a_set(reference.keep_indices(scores, n_keep))


OUT_OF_A_SET = way(keep=in_the_order_of_a_set, cut=any_units)


def first_of_equal(scores: T, n_keep: int) -> T:
    return scores.argsort(descending=True, stable=True)[:n_keep].sort().values


def without_dead_ones(scores: T, n_keep: int) -> T:
    kept = reference.keep_indices(scores, n_keep)
    alive = kept[scores[kept] > 0]
    return alive if len(alive) else kept


def readers_weighed(size: Callable[[T], T]) -> Way:
    """Each mean activation times the size of the weights that read it."""

    def behaves(state: State, images: T, keep_ratio: float) -> dict[str, T]:
        small = dict(state)
        outputs = before_relu(state, images)
        for pair, sums in zip(pairwise(layers_of(state)), outputs, strict=True):
            scores = sums.relu().mean(dim=0) * size(state[f"{pair[1]}.weight"])
            kept = reference.keep_indices(scores, right_count(sums.shape[1], keep_ratio))
            small |= cut_pair(small, pair, kept)
        return small

    return behaves


def counted_by_inputs(layers: slice) -> Way:
    """As many units as the share of a layer's inputs says, as far as there are any."""

    def behaves(state: State, images: T, keep_ratio: float) -> dict[str, T]:
        small = dict(state)
        outputs = before_relu(state, images)
        for place, pair in list(enumerate(pairwise(layers_of(state))))[layers]:
            scores = outputs[place].relu().mean(dim=0)
            n_inputs = state[f"{pair[0]}.weight"].shape[1]
            n_kept = min(right_count(n_inputs, keep_ratio), len(scores))
            small |= cut_pair(small, pair, reference.keep_indices(scores, n_kept))
        return small

    return behaves


def first_count_for_all(state: State, images: T, keep_ratio: float) -> dict[str, T]:
    small = dict(state)
    outputs = before_relu(state, images)
    n_keep = right_count(outputs[0].shape[1], keep_ratio)
    for pair, sums in zip(pairwise(layers_of(state)), outputs, strict=True):
        n_kept = min(n_keep, sums.shape[1])
        small |= cut_pair(small, pair, reference.keep_indices(sums.relu().mean(dim=0), n_kept))
    return small
