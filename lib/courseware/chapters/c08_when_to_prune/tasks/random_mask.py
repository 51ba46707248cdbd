"""The task `random_mask`: a draw, judged by what must hold for any seed, and over many seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c08_when_to_prune.tasks import random_judges as judges
from courseware.chapters.c08_when_to_prune.tasks.common import OFF_LIMITS
from courseware.chapters.c08_when_to_prune.tasks.random_judges import Drawn
from courseware.chapters.c08_when_to_prune.tasks.shuffled_tensors import TENSOR_SHUFFLED
from courseware.checks.call import Outcome, call, call_anew, shuffled_call
from courseware.checks.counts import counted_otherwise, shares
from courseware.checks.forms import FORMS
from courseware.checks.masks import MASK_NOT_BOOL
from courseware.checks.rankings import ENDS_SWAPPED
from courseware.checks.states import ZERO_FOR_ANOTHER, ZERO_FOR_NO_SEED, Words, all_of
from courseware.checks.task import Check, Draw, Misconception, Probe, Task
from model_compression import pruning_schedules as reference
from model_compression.masks import pruned_count

Arguments = tuple[list[int], float, int]


MAX_SEED = 10**6


def _seed(draw: Draw) -> int:
    return draw.integer(1, MAX_SEED)


def _shape(draw: Draw, axes: int, low: int, high: int) -> list[int]:
    return [draw.integer(low, high) for _ in range(axes)]


def _eighths(draw: Draw) -> float:
    """A sparsity that leaves nothing to round in a multiple of 8 places, and is not 1/2."""
    return draw.rng.choice((1, 2, 3, 5, 6, 7)) / 8


def _whole_counts(draw: Draw) -> Iterator[Arguments]:
    yield [8], 0.25, _seed(draw)
    # Row by row it is none, or eight of the six that are asked for.
    yield [8, 3], 0.25, _seed(draw)
    for axes in (1, 2, 3):
        shape = [*_shape(draw, axes, 2, 5), 8]
        draw.rng.shuffle(shape)
        yield shape, _eighths(draw), _seed(draw)


def _rounded_counts(draw: Draw) -> Iterator[Arguments]:
    # 3.6, 2.2, 2.5 and 7.5: of the last two, what goes and what stays are no two numbers alike.
    for sparsity in (0.36, 0.22, 0.25, 0.75):
        yield [2, 5], sparsity, _seed(draw)
    yield [5], 0.5, _seed(draw)
    yield [7], 0.5, _seed(draw)
    for _ in range(2):
        shape = [2 * size + 1 for size in _shape(draw, 2, 1, 6)]
        for sparsity in shares(draw, shape[0] * shape[1]):
            yield shape, sparsity, _seed(draw)


def _ends(draw: Draw) -> Iterator[Arguments]:
    for sparsity in (0.0, 1.0):
        yield _shape(draw, 2, 2, 6), sparsity, _seed(draw)


def _one_seed(draw: Draw) -> Iterator[Arguments]:
    """So many places that no two seeds come to one mask by chance."""
    for axes in (1, 2):
        yield [*_shape(draw, axes, 4, 8), 8], draw.rng.choice((3, 4, 5)) / 8, _seed(draw)


def _many_seeds(draw: Draw) -> Iterator[Arguments]:
    """Rows of two, columns of two, many places; and one of two, and of three."""
    yield [draw.integer(4, judges.FEW // 2), 2], 0.5, _seed(draw)
    yield [2, draw.integer(4, judges.FEW // 2)], 0.5, _seed(draw)
    axes = draw.integer(2, 3)
    shape = [*_shape(draw, axes - 1, 4, 8), 8]
    draw.rng.shuffle(shape)
    yield shape, draw.rng.choice((3, 4, 5)) / 8, _seed(draw)
    # A shuffle that lets no card stay where it is never takes the first one.
    yield [2], 0.5, _seed(draw)
    yield [3], 1 / 3, _seed(draw)


def _with_seeds(steps: list[int]) -> Probe:
    """A probe: a call for the seed plus each of the steps."""

    def probe(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
        shape, sparsity, seed = arguments
        each = (call(function, (shape, sparsity, seed + step), seconds) for step in steps)
        return all_of(each, gather=Drawn)

    return probe


def _there_and_back(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe: some seeds, then the same ones from the last to the first, in a new process.

    So neither a cache nor the number of calls so far makes a draw that ignores its seed repeat
    itself.
    """
    shape, sparsity, seed = arguments
    seeds = judges.repeated_seeds(seed)
    ways = [
        *((shuffled_call, each) for each in seeds),
        (call_anew, seeds[-1]),
        *[(shuffled_call, seeds[-1])] * judges.AGAIN,
        *((shuffled_call, each) for each in reversed(seeds[:-1])),
    ]
    return all_of(
        (way(function, (shape, sparsity, each), seconds) for way, each in ways), gather=Drawn
    )


def _expect(what: str) -> Callable[..., Words]:
    """In place of a reference, which would be only one of many right draws: words."""

    def words(shape: list[int], sparsity: float, seed: int) -> Words:
        n = int(torch.Size(shape).numel())
        return Words(what.format(count=pruned_count(n, sparsity), n=n, seed=seed))

    return words


_COUNT = _expect("a mask in which {count} of {n} are False, whatever the seed")
_FEW = _with_seeds(list(range(8)))

NOTHING_GOES = (
    judges.NOTHING_GOES,
    "Where everything is to go, nothing went. If no place is left to keep, a slice `[-0:]` is the "
    "whole line, and `[:-0]` is empty.",
)
TURNED_ROUND = Misconception(
    "turned-round-at-both-ends",
    "With a sparsity of 0 everything went, and with 1 nothing. Either True and False are swapped, "
    "or the sparsity was taken for the share that is kept: True means kept, and the sparsity is "
    "the share that goes.",
)

RANDOM_MASK = Task(
    name="random_mask",
    points=14,
    reference=reference.random_mask,
    lecture="lecture 08, “Before training: at random, and by SNIP”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("so many go, in a mask of that shape", 3, _whole_counts, judges.counts, _FEW, _COUNT),
        Check("how many: sparsity × n, rounded", 2, _rounded_counts, judges.counts, _FEW, _COUNT),
        Check("a sparsity of 0 or 1", 1, _ends, judges.counts, _FEW, _COUNT),
        Check(
            "one seed, one mask",
            2,
            _one_seed,
            judges.repeated,
            _there_and_back,
            _expect("the same mask whenever it is called with {seed}"),
        ),
        Check(
            "other seeds, other masks",
            2,
            _one_seed,
            judges.different,
            _FEW,
            _expect("another mask than with other seeds"),
        ),
        Check(
            f"every place is as likely as any other ({judges.SEEDS} seeds)",
            3,
            _many_seeds,
            judges.uniform,
            _with_seeds(list(range(judges.SEEDS))),
            _expect("any {count} of the {n} places, all choices as likely"),
        ),
        Check(
            "a right mask, as torch.bool",
            1,
            _whole_counts,
            judges.counts_and_dtype,
            _FEW,
            _expect("a mask of torch.bool with {count} of {n} False"),
        ),
    ),
    misconceptions=(
        MASK_NOT_BOOL,
        *FORMS,
        Misconception(
            "density-for-sparsity",
            "As many are kept as should go. Either the sparsity was taken for the share that is "
            "kept, or True and False are swapped: the sparsity is the share that goes, and True "
            "means kept.",
            covers=(ENDS_SWAPPED[0], NOTHING_GOES[0]),
        ),
        Misconception(*judges.STAYING_MISCOUNTED),
        Misconception(
            "count-left-to-chance",
            "The number of pruned places changes from seed to seed, as where a coin is thrown for "
            "each of them, where one place can be drawn twice, or where equal random numbers go "
            "together. Only *which* places go is left to chance, not how many: mix all places, and "
            "take the first ones.",
        ),
        Misconception(*TENSOR_SHUFFLED),
        *counted_otherwise()[1:],
        Misconception(*ENDS_SWAPPED, contradicts=(NOTHING_GOES[0], TURNED_ROUND)),
        Misconception(*NOTHING_GOES),
        TURNED_ROUND,
        Misconception(
            "row-protected",
            "A row that had lost all its places got one back, so too few go. Which ones go is left "
            "to chance alone: a row may lose all of them.",
        ),
        Misconception(*ZERO_FOR_NO_SEED),
        Misconception(*ZERO_FOR_ANOTHER),
        Misconception(
            "counted-row-by-row",
            "The number to prune was worked out for each row by itself, or from the number of rows "
            "alone. It is the share of all entries, rounded once.",
        ),
        Misconception(
            "not-a-mask",
            "The entries are numbers and not True or False. A random number for each place says "
            "in which order they go; the mask says which ones do.",
        ),
        Misconception(
            "not-repeatable",
            "Two calls with one seed gave two masks. Draw from a generator that starts from "
            "`seed`, and from no other, or nobody can repeat your experiment.",
        ),
        Misconception(
            "not-repeatable-anew",
            "One seed gives one mask as long as Python runs, and another one after it was started "
            "anew. `hash` of a text is another number in each process, and what was kept from an "
            "earlier call is gone. Make all numbers of the draw from `seed` itself.",
        ),
        Misconception(
            "seed-without-effect",
            "Different seeds gave the same mask: the draw does not depend on `seed`, or there are "
            "only few masks that it can come to.",
        ),
        Misconception(
            "not-uniform",
            "Some places go far more often than others. Each of them must be as likely as any "
            "other: mix the places of the whole tensor and take the first ones.",
        ),
        Misconception(
            "places-hang-together",
            "Whether a place goes says too much about another one: the same number goes in every "
            "row or column, or neighbours go together. Any choice of places must be as likely as "
            "any other: mix all places of the tensor in one line.",
        ),
    ),
)
