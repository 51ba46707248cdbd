"""The task `structured_prune`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import torch

from courseware.chapters.c07_structured_pruning.tasks import networks
from courseware.chapters.c07_structured_pruning.tasks.common import (
    NAMES_ADDED,
    NAMES_MISSING,
    OFF_LIMITS,
    ZEROED,
    same_state,
)
from courseware.chapters.c07_structured_pruning.tasks.ways import (
    State,
    any_units,
    apoz_rank,
    before_relu,
    cut_pair,
    layers_of,
    norm_rank,
    right_count,
    way,
)
from courseware.checks.misconceptions import several, ways
from courseware.checks.named_tensors import Named, named_call
from courseware.checks.task import Check, Draw, Task
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


def _one_hidden_layer(draw: Draw) -> Iterator[networks.Problem]:
    small = Named({"0.weight": torch.tensor([[1.0], [-5.0], [2.0]]), "0.bias": torch.zeros(3)})
    small |= {"2.weight": torch.tensor([[1.0, 2.0, 3.0]]), "2.bias": torch.tensor([4.0])}
    yield small, torch.tensor([[1.0], [2.0]]), 0.67
    rivals = BY_NORM, BY_APOZ, *BEFORE_RELU
    yield networks.problem(draw, (5, 12, 3), 0.5, *rivals, *BY_OTHER_AVERAGE[1:])
    yield networks.problem(draw, (12, 12, 12), 0.5, *rivals, BY_OTHER_AVERAGE[0])


def _several_hidden_layers(draw: Draw) -> Iterator[networks.Problem]:
    yield networks.problem(draw, (2, 4, 4, 2), 0.5)
    for sizes in ((6, 10, 8, 4), (5, 8, 12, 6, 3)):
        yield networks.problem(draw, sizes, 0.5, BY_NORM)


def _measured_once(draw: Draw) -> Iterator[networks.Problem]:
    yield networks.problem(draw, (2, 4, 4, 2), 0.5, REMEASURED)
    for sizes in ((6, 12, 12, 4), (5, 8, 12, 10, 3)):
        yield networks.problem(draw, sizes, 0.25, REMEASURED)


def _how_many(draw: Draw) -> Iterator[networks.Problem]:
    yield networks.problem(draw, (2, 6, 2), 0.3)
    # Exact in binary: 2.5 and 3.5 go to the even number.
    yield networks.problem(draw, (3, 5, 3), 0.5)
    yield networks.problem(draw, (3, 7, 3), 0.5)
    yield networks.problem(draw, (3, 8, 9, 3), 0.7)
    yield networks.problem(draw, (3, 6, 4, 3), 0.05)
    yield networks.problem(draw, (3, 6, 4, 3), 1.0)


def _trained(draw: Draw) -> Iterator[networks.Problem]:
    yield networks.trained(draw)


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


def _linear_network(state: State, images: T, keep_ratio: float) -> dict[str, T]:
    """Measured on the network without its ReLUs."""
    small, x = dict(state), images
    for pair in pairwise(layers_of(state)):
        x = torch.nn.functional.linear(x, state[f"{pair[0]}.weight"], state[f"{pair[0]}.bias"])
        kept = reference.keep_indices(x.abs().mean(dim=0), right_count(x.shape[1], keep_ratio))
        small |= cut_pair(small, pair, kept)
    return small


def _by_score(scores: T, n_keep: int) -> T:
    return scores.argsort(descending=True)[:n_keep]


def _first_of_equal(scores: T, n_keep: int) -> T:
    return scores.argsort(descending=True, stable=True)[:n_keep].sort().values


_check = partial(Check, judge=same_state, probe=named_call)

STRUCTURED_PRUNE = Task(
    name="structured_prune",
    points=16,
    reference=reference.structured_prune,
    lecture="lecture 07, “Surgery on a pair of layers”",
    off_limits=OFF_LIMITS,
    seconds=10.0,
    calls=("mean_abs_activation", "keep_indices", "shrink_linear_pair"),
    checks=(
        _check("one hidden layer: the units that answer most stay", 5, _one_hidden_layer),
        _check("every hidden layer is cut, on both sides", 4, _several_hidden_layers),
        _check("measured once, before anything is cut", 2, _measured_once),
        _check("how many: rounded, and at least one", 3, _how_many),
        _check("a network that was trained", 2, _trained),
    ),
    misconceptions=several(
        (NAMES_MISSING, NAMES_ADDED),
        ways(
            "before-the-relu",
            "The activations were measured before the ReLU. A unit that is far below zero looks "
            "busy there and puts out nothing: measure what the next layer gets.",
            *BEFORE_RELU,
            # The outputs of one layer go into the next without a ReLU.
            _linear_network,
        ),
        ways(
            "norms-ranked",
            "The units were ranked by their weights. This task asks what they put out on the "
            "images.",
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
            "The number of units was cut off to a whole number. Round it: 70% of 8 is 5.6, so 6 "
            "stay.",
            _counting(lambda n, ratio: max(1, int(ratio * n))),
            _counting(lambda n, ratio: int(ratio * n)),
        ),
        ways(
            "count-rounded-up",
            "The number of units was rounded up. Round it to the nearest whole number, and a half "
            "to the even one, as Python's `round` does.",
            _counting(lambda n, ratio: math.ceil(ratio * n)),
            _counting(lambda n, ratio: max(1, math.floor(ratio * n + 0.5))),
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
            way(first_only=True),
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
            "The biases of the removed units are still there. Each unit has one, which goes with "
            "it.",
            way(cut=lambda w1, b1, w2, b2, kept: (w1[kept], b1, w2[:, kept], b2)),
        ),
        ways(
            "order-changed",
            "The right units are left, but in the order of their scores. Keep the order of the "
            "layer, so that one can still tell which unit is which.",
            way(keep=_by_score),
            way(keep=lambda scores, n: _by_score(scores, n).flip(0)),
        ),
        ways(*ZEROED, way(cut=_zeroed), way(cut=_only_rows_zeroed)),
    ),
)
