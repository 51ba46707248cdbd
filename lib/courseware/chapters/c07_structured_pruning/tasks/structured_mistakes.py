"""What may have gone wrong when hidden layers are made narrower."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise

import torch

from courseware.chapters.c07_structured_pruning.tasks.common import (
    FIRST_KEPT,
    UNITS_MIXED,
    ZEROED,
    mixed,
)
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
from courseware.checks.misconceptions import both, several, ways
from model_compression import structured_pruning as reference

T = torch.Tensor

BY_NORM = way(norm_rank)
BY_APOZ = way(apoz_rank)
BEFORE_RELU = way(lambda weight, z: z.abs().mean(dim=0)), way(lambda weight, z: z.mean(dim=0))
BY_OTHER_AVERAGE = (
    way(lambda weight, z: z.relu().square().mean(dim=0)),
    way(lambda weight, z: z.relu().amax(dim=0)),
    way(lambda weight, z: z.relu().median(dim=0).values),
)
REMEASURED = way(remeasured=True)


def _counting(count: Callable[[int, float], float]) -> Callable[..., dict[str, T]]:
    return way(count=lambda n, ratio: int(count(n, ratio)), cut=any_units)


def _output_layer_too(state: State, images: T, keep_ratio: float) -> dict[str, T]:
    """The classes are ranked like hidden units."""
    small = way()(state, images, keep_ratio)
    last = layers_of(state)[-1]
    x = before_relu(state, images)[-1].relu()
    logits = torch.nn.functional.linear(x, state[f"{last}.weight"], state[f"{last}.bias"])
    n_kept = right_count(logits.shape[1], keep_ratio)
    kept = reference.keep_indices(logits.relu().mean(dim=0), n_kept)
    return small | {key: small[key][kept] for key in (f"{last}.weight", f"{last}.bias")}


def _one_ranking(state: State, images: T, keep_ratio: float) -> dict[str, T]:
    """The units of all layers are ranked together."""
    means = [outputs.relu().mean(dim=0) for outputs in before_relu(state, images)]
    together = torch.cat(means)
    n_kept = right_count(len(together), keep_ratio)
    mask = torch.zeros(len(together), dtype=torch.bool)
    mask[together.argsort(descending=True)[:n_kept]] = True
    small = dict(state)
    chosen = mask.split([len(mean) for mean in means])
    for pair, kept in zip(pairwise(layers_of(state)), chosen, strict=True):
        small |= cut_pair(small, pair, kept)
    return small


def _zeroed(w1: T, b1: T, w2: T, b2: T, kept: T) -> tuple[T, ...]:
    mask = torch.zeros(len(b1)).index_fill(0, kept, 1.0)
    return w1 * mask[:, None], b1 * mask, w2 * mask, b2


def _only_rows_zeroed(w1: T, b1: T, w2: T, b2: T, kept: T) -> tuple[T, ...]:
    w1, b1, _, _ = _zeroed(w1, b1, w2, b2, kept)
    return w1, b1, w2, b2


def _itself(sums: T) -> T:
    return sums


WITHOUT_BIAS = partial(before_relu, bias=0.0)
WITHOUT_RELU = partial(before_relu, between=_itself)
"""Measured on a network that lacks a part."""

SCORES: tuple[Score, ...] = (
    mean_activation,
    lambda weight, z: z.abs().mean(dim=0),
    lambda weight, z: z.mean(dim=0),
)
"""Means after the ReLU, and before it, with and without signs."""


def _on_some_images(some: slice) -> Measured:
    return lambda state, images: before_relu(state, images[some])


def _last_cut_first(state: State, images: T, keep_ratio: float) -> dict[str, T]:
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


def _part_mixed(place: int, cut: Callable[[T, T], T]) -> Iterator[Way]:
    """One of the four tensors of a pair is cut to other units than the rest."""
    for other in mixed(cut):
        yield way(cut=partial(_with_another, place=place, other=other))


def _with_another(
    w1: T, b1: T, w2: T, b2: T, kept: T, place: int, other: Callable[[T, T], T]
) -> Iterable[T]:
    four = [*any_units(w1, b1, w2, b2, kept)]
    four[place] = other((w1, b1, w2, b2)[place], kept)
    return four


def _columns_by_score(w1: T, b1: T, w2: T, b2: T, kept: T) -> Iterable[T]:
    """The rows in their old order, the columns in that of the scores."""
    rows = kept.sort().values
    return w1[rows], b1[rows], w2[:, kept], b2


def _rows_by_score(w1: T, b1: T, w2: T, b2: T, kept: T) -> Iterable[T]:
    return w1[kept], b1[kept], w2[:, kept.sort().values], b2


def _by_score(scores: T, n_keep: int) -> T:
    return scores.argsort(descending=True)[:n_keep]


def _first_of_equal(scores: T, n_keep: int) -> T:
    return scores.argsort(descending=True, stable=True)[:n_keep].sort().values


def _without_dead_ones(scores: T, n_keep: int) -> T:
    kept = reference.keep_indices(scores, n_keep)
    alive = kept[scores[kept] > 0]
    return alive if len(alive) else kept


def _readers_weighed(size: Callable[[T], T]) -> Way:
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


def _first_count_for_all(state: State, images: T, keep_ratio: float) -> dict[str, T]:
    small = dict(state)
    outputs = before_relu(state, images)
    n_keep = right_count(outputs[0].shape[1], keep_ratio)
    for pair, sums in zip(pairwise(layers_of(state)), outputs, strict=True):
        n_kept = min(n_keep, sums.shape[1])
        small |= cut_pair(small, pair, reference.keep_indices(sums.relu().mean(dim=0), n_kept))
    return small


NORMS_RANKED = (
    "norms-ranked",
    "The units were ranked by their weights. This task asks what they put out on the images.",
)
ORDER_CHANGED = (
    "order-changed",
    "The units are left in the order of their scores. Keep the order of the layer, so that one can "
    "still tell which unit is which.",
)

MISTAKES = several(
    ways(
        "before-the-relu",
        "The activations were measured before the ReLU. A unit that is far below zero looks "
        "busy there and puts out nothing: measure what the next layer gets.",
        *BEFORE_RELU,
        *(way(score, measured=WITHOUT_RELU) for score in SCORES[1:]),
    ),
    ways(
        "no-relu-between",
        "The outputs of one layer went into the next without a ReLU. A later layer of the real "
        "network never sees a number below zero: pass on what the ReLU leaves.",
        way(measured=WITHOUT_RELU),
    ),
    ways(
        "biases-left-out",
        "The activations were measured without the biases. A bias can keep a unit silent or "
        "busy whatever the image is: add it before the ReLU.",
        *(way(score, measured=WITHOUT_BIAS) for score in SCORES),
    ),
    ways(
        "some-images-only",
        "The activations were measured on a part of the images. Average over all of them.",
        *(
            way(measured=_on_some_images(some))
            for some in (slice(1), slice(-1, None), slice(-1), slice(1, None))
        ),
    ),
    ways(
        *NORMS_RANKED,
        BY_NORM,
        way(lambda weight, z: weight.abs().sum(dim=1)),
    ),
    ways(
        "zeros-ranked",
        "The units were ranked by how often they are silent. This task asks for the mean of "
        "what they put out.",
        BY_APOZ,
        way(apoz_rank, keep=_first_of_equal),
    ),
    ways(
        "other-average",
        "The units were ranked by the largest, the median or the mean square of their "
        "activations. The mean is asked for.",
        *BY_OTHER_AVERAGE,
    ),
    ways(
        "quietest-kept",
        "The units that answer least were kept. They are the ones to remove.",
        way(lambda weight, z: -z.relu().mean(dim=0)),
    ),
    ways(
        "measured-again",
        "The later layers were measured on a network whose earlier layers were cut already. "
        "Measure all of them once, on the network as it came.",
        REMEASURED,
    ),
    ways(
        "ratio-removed",
        "`keep_ratio` was taken for the share of units that go. It is the share that stays.",
        _counting(lambda n, ratio: n - round(ratio * n)),
        _counting(lambda n, ratio: max(1, round((1 - ratio) * n))),
        _counting(lambda n, ratio: max(1, n - round(ratio * n))),
    ),
    ways(
        "count-truncated",
        "The number of units was cut off to a whole number. Round it: 70% of 8 is 5.6, so 6 stay.",
        _counting(lambda n, ratio: max(1, int(ratio * n))),
        _counting(lambda n, ratio: int(ratio * n)),
    ),
    ways(
        "count-rounded-up",
        "The number of units was rounded up. Round it to the nearest whole number, and a half "
        "to the even one, as Python's `round` does.",
        _counting(lambda n, ratio: math.ceil(ratio * n)),
        _counting(lambda n, ratio: max(1, math.floor(ratio * n + 0.5))),
        _counting(lambda n, ratio: math.floor(ratio * n + 0.5)),
    ),
    ways(
        "half-counted-down",
        "Half a unit was rounded down, always. Python's `round` takes a half to the even "
        "number: 2.5 to 2, 3.5 to 4.",
        _counting(lambda n, ratio: max(1, math.ceil(ratio * n - 0.5))),
    ),
    ways(
        "removed-count-rounded",
        "The number of units to remove was rounded. Round the number to keep: with a half the "
        "two are not the same.",
        _counting(lambda n, ratio: max(1, n - round((1 - ratio) * n))),
        _counting(lambda n, ratio: n - round((1 - ratio) * n)),
    ),
    ways(
        "no-unit-left",
        "A layer lost all its units. Nothing gets through a layer without units: keep at "
        "least one.",
        _counting(lambda n, ratio: round(ratio * n)),
    ),
    ways(
        "one-ranking",
        "The units of all layers were put into one ranking. Activations of different layers "
        "differ in size: rank each layer by itself, and keep the same share of each.",
        _one_ranking,
    ),
    ways(
        "first-layer-only",
        "Only the first hidden layer was cut. All of them are to become narrower.",
        way(layers=slice(1)),
    ),
    ways(
        "last-hidden-layer-left",
        "The last hidden layer was not cut. Only the outputs of the network stay: they come "
        "one layer later.",
        way(layers=slice(-1)),
    ),
    ways(
        "cut-from-old-tensors",
        "A weight between two hidden layers is cut twice, its columns and its rows, and only "
        "one of the two is left: the second cut was made from the old tensor. Cut what the "
        "pair before left over.",
        way(from_old=True),
        _last_cut_first,
    ),
    ways(
        "output-layer-cut",
        "Outputs of the last layer were cut, too. They are the classes, and all of them stay.",
        _output_layer_too,
    ),
    ways(
        "next-layer-not-cut",
        "The layer that reads the removed units was not cut. It still has a column for each of "
        "them, so the network does not fit together.",
        way(cut=lambda w1, b1, w2, b2, kept: (w1[kept], b1[kept], w2, b2)),
    ),
    ways(
        "biases-not-cut",
        "The biases of the removed units are still there. Each unit has one, which goes with it.",
        way(cut=lambda w1, b1, w2, b2, kept: (w1[kept], b1, w2[:, kept], b2)),
    ),
    both(NORMS_RANKED, ORDER_CHANGED, way(norm_rank, keep=_by_score)),
    ways(
        "readers-weighed",
        "The activations were weighed with the weights that read the unit. This task asks for the "
        "mean of what a unit puts out, whoever reads it.",
        _readers_weighed(lambda weight: weight.norm(dim=0)),
        _readers_weighed(lambda weight: weight.abs().sum(dim=0)),
    ),
    ways(
        "dead-units-dropped",
        "Units that are silent on all images were left out, even where fewer units remain than "
        "were asked for. `keep_ratio` says how many stay.",
        way(keep=_without_dead_ones, cut=any_units),
    ),
    ways(
        "count-of-the-first-layer",
        "The number of units was worked out once, for the first hidden layer. The layers differ in "
        "width: each keeps its own share.",
        _first_count_for_all,
    ),
    ways(
        *ORDER_CHANGED,
        way(keep=_by_score),
        way(keep=lambda scores, n: _by_score(scores, n).flip(0)),
    ),
    ways(
        *UNITS_MIXED,
        *_part_mixed(0, lambda w1, kept: w1[kept]),
        *_part_mixed(1, lambda b1, kept: b1[kept]),
        *_part_mixed(2, lambda w2, kept: w2[:, kept]),
        way(keep=_by_score, cut=_columns_by_score),
        way(keep=_by_score, cut=_rows_by_score),
    ),
    ways(*FIRST_KEPT, way(keep=lambda scores, n: torch.arange(n))),
    ways(*ZEROED, way(cut=_zeroed), way(cut=_only_rows_zeroed)),
)
"""What may have gone wrong, and how it shows."""
