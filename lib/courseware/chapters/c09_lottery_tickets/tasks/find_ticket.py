"""The task `find_ticket`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch

from courseware.chapters.c09_lottery_tickets.tasks import ticket_judges as judges
from courseware.chapters.c09_lottery_tickets.tasks.common import OFF_LIMITS
from courseware.chapters.c09_lottery_tickets.tasks.ticket_counts import clearly_rounded, kept_counts
from courseware.chapters.c09_lottery_tickets.tasks.ticket_mistakes import (
    LAST_AT_HALF,
    LAYER_COUNTS,
    MISTAKES,
    ONE_DICT,
    RATE_KEPT,
    WHOLE_STATE_RANKED,
)
from courseware.chapters.c09_lottery_tickets.tasks.ticket_structure import ONE_DICT_AND
from courseware.checks import prunable_networks as networks
from courseware.checks.call import Outcome, call, call_anew, shuffled_call
from courseware.checks.counts import shares
from courseware.checks.mask_dicts import LAYER_WITHOUT_MASK
from courseware.checks.masks import MASK_NOT_BOOL
from courseware.checks.misconceptions import ways
from courseware.checks.named_tensors import Named, named
from courseware.checks.signs import drawn_seed, signs
from courseware.checks.states import Words, all_of, plain
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.subjects import models
from model_compression import lottery_tickets as reference

T = torch.Tensor
Arguments = tuple[Named, T, T, int, float, int]

SECONDS = 20.0
"""For a call, on one thread."""

ROUNDS, RATE = 5, 0.45
"""Leaves 5% of the weights: random masks of this density are of no use (`ticket_judges`)."""


class Starts(tuple[Any, ...]):
    """The pairs that came back, which a report shows by the number of kept weights.

    `at_once` is what came of a single round that prunes as much, where that was asked for.
    """

    at_once: Any = ()

    def __repr__(self) -> str:
        kept = (str(sum(int(m.sum()) for m in masks.values())) for _, masks in self)
        return f"{len(self)} pairs (state, masks), kept: {', '.join(kept)}"


def _small(draw: Draw, rounds: int, *sizes: int) -> Arguments:
    problem = networks.small_problem(draw, *sizes)
    n = networks.n_weights(problem[0])
    while True:
        rate = draw.integer(20, 45) / 100
        if clearly_rounded(n, rounds, rate):
            return *problem, rounds, rate, draw.integer(0, 999)


def _counted(draw: Draw) -> Iterator[Arguments]:
    """Three rounds, then one on both sides of a half, and at a half of each direction."""
    yield _small(draw, 3, 12, 16, 10, 4)
    # 90 weights, twice an odd number: a quarter of them and three are half a weight more each.
    # Rounded in each of two layers of 45, these come to the right numbers.
    problem = networks.small_problem(draw, 5, 9, 5)
    for rate in shares(draw, networks.n_weights(problem[0])):
        yield *problem, 1, rate, draw.integer(0, 999)


def _two_rounds(draw: Draw) -> Iterator[Arguments]:
    yield _small(draw, 2, 9, 24, 5)


def _on_signs(rounds: int) -> Callable[[Draw], Iterator[Arguments]]:
    def draw_signs(draw: Draw) -> Iterator[Arguments]:
        seed, network = drawn_seed(draw), models.mlp((64, 64, 10), seed=draw.integer(0, 10**6))
        initial = Named((name, w.detach().clone()) for name, w in network.state_dict().items())
        data = signs(seed.data)
        yield initial, data.images, data.labels, rounds, RATE, seed

    return draw_signs


def _with_large_ones(draw: Draw) -> Iterator[Arguments]:
    """One weight of each unit is far from 0, at a pixel that is white in all images.

    It says nothing, and no training moves it: by the trained magnitudes it stays, by how far each
    weight moved it goes first.
    """
    for initial, images, labels, rounds, rate, seed in _on_signs(2)(draw):
        blank = (images == 0).all(dim=0).nonzero().flatten()
        first = next(iter(initial.values()))
        chosen = blank[torch.randint(len(blank), (len(first),), generator=draw.generator)]
        sign = torch.randint(0, 2, (len(first),), generator=draw.generator) * 2 - 1
        first[torch.arange(len(first)), chosen] = sign * judges.LARGE
        yield initial, images, labels, rounds, rate, seed


def _starts(value: Any) -> Any:
    """A sequence of pairs of dicts, made to be shown in a line; anything else as it is."""
    if type(value) not in (list, tuple):
        return value
    pairs = [named(pair) for pair in value]
    whole = all(
        type(pair) is tuple and len(pair) == 2 and all(type(part) is Named for part in pair)
        for pair in pairs
    )
    tensors = whole and all(
        isinstance(tensor, torch.Tensor) for _, masks in pairs for tensor in masks.values()
    )
    return Starts(pairs) if tensors and pairs else value


def _once(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    return _shown(call(function, plain(arguments), seconds))


def _and_at_once(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A call, and one for a single round that prunes as much, for the judge alone."""
    outcome = _once(function, arguments, seconds)
    if type(outcome.value) is Starts:
        initial, images, labels, rounds, rate, seed = arguments
        n, *_, kept = kept_counts(initial, rounds, rate)
        one_round = (initial, images, labels, 1, (n - kept) / n, seed)
        outcome.value.at_once = _once(function, one_round, seconds).value
    return outcome


def _with_two_seeds(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A call, one with the next seed, and the first one again, in a new process.

    Each from another state of all generators.
    """
    *rest, seed = plain(arguments)
    ways = (shuffled_call, seed), (shuffled_call, seed + 1), (call_anew, seed)
    return all_of(_shown(way(function, (*rest, each), seconds)) for way, each in ways)


def _shown(outcome: Outcome) -> Outcome:
    return replace(outcome, value=_starts(outcome.value))


def _bias_looked_up(initial: Named, *_: Any) -> None:
    """What comes of looking for the mask of a bias."""
    raise KeyError(next(name for name, tensor in initial.items() if tensor.dim() == 1))


def _expect(what: str) -> Callable[..., Words]:
    """In place of a reference, which would be only one of many right results: words."""

    def words(initial: Named, images: T, labels: T, rounds: int, rate: float, seed: int) -> Words:
        kept = kept_counts(initial, rounds, rate)
        return Words(what.format(n=rounds + 1, kept=", ".join(map(str, kept))))

    return words


FIND_TICKET = Task(
    name="find_ticket",
    points=24,
    reference=reference.find_ticket,
    lecture="lecture 09, “Seven steps”",
    off_limits=OFF_LIMITS,
    seconds=SECONDS,
    calls=("iterative_masks", "rewind"),
    checks=(
        Check(
            "each round takes its share of what is left, for good",
            5,
            _counted,
            judges.nested_counts,
            _once,
            _expect("{n} pairs (state, masks), kept: {kept}"),
        ),
        Check(
            "every start is the first network under its masks",
            5,
            _two_rounds,
            judges.rewound,
            _once,
            _expect(
                "{n} pairs (state, masks), "
                "each state the first one where its masks keep, 0 elsewhere"
            ),
        ),
        Check(
            "one seed, one result; another seed, other masks",
            2,
            _on_signs(1),
            judges.seeded,
            _with_two_seeds,
            _expect(
                "{n} pairs (state, masks): one, another one for the next seed, the first again"
            ),
        ),
        Check(
            "images of signs: the trained weights are ranked, all layers together",
            5,
            _with_large_ones,
            judges.trained_ranking,
            _once,
            _expect("{n} pairs (state, masks): the masks follow from the trained weights"),
        ),
        Check(
            "images of signs: the ticket wins, trained from its own start",
            7,
            _on_signs(ROUNDS),
            judges.winning,
            _and_at_once,
            _expect("{n} pairs (state, masks): kept {kept}; the last one trains to over 75%"),
        ),
    ),
    misconceptions=(
        MASK_NOT_BOOL,
        LAYER_WITHOUT_MASK,
        *(Misconception(name, message) for name, message in MISTAKES),
        *(
            Misconception(f"{ONE_DICT_AND}{name}", ONE_DICT[1], also=Misconception(name, why))
            for name, why in (RATE_KEPT, LAYER_COUNTS, LAST_AT_HALF)
        ),
        *ways(*WHOLE_STATE_RANKED, _bias_looked_up),
    ),
)
