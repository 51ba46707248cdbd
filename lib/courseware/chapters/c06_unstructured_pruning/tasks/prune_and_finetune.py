"""The task `prune_and_finetune`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c06_unstructured_pruning.tasks import finetune_judges as judges
from courseware.chapters.c06_unstructured_pruning.tasks import hidden_pixels, later_rounds
from courseware.chapters.c06_unstructured_pruning.tasks.common import OFF_LIMITS
from courseware.checks import prunable_networks as networks
from courseware.checks.call import Outcome, call, call_anew, shuffled_call
from courseware.checks.counts import above_half, shares
from courseware.checks.global_rankings import MISTAKES
from courseware.checks.mask_dicts import BIASES_MASKED, LAYER_WITHOUT_MASK
from courseware.checks.masks import MASK_NOT_BOOL
from courseware.checks.named_tensors import Named, named, named_call
from courseware.checks.signs import drawn_seed
from courseware.checks.states import NOT_REPEATABLE, Words, all_of, plain
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import Difference
from model_compression import masked_training as reference
from model_compression.masks import pruned_count

T = torch.Tensor

SECONDS = 20.0
"""For a call, on one thread."""

Arguments = tuple[Named, T, T, list[float], int]


N_FOR_SEEDS = 300
"""More images than a batch, or one that has all of them is the same from any seed."""


def _one_total(draw: Draw, n_images: int = 96) -> Iterator[Arguments]:
    problem = networks.small_problem(draw, 12, 16, 10, 4, n_images=n_images)
    n = networks.n_weights(problem[0])
    for share in shares(draw, n, 0.3, 0.45):
        yield *problem, [share], draw.integer(0, 999)


def _called_twice(draw: Draw) -> Iterator[Arguments]:
    yield next(_one_total(draw, N_FOR_SEEDS))


def _rising_totals(draw: Draw) -> Iterator[Arguments]:
    problem = networks.small_problem(draw, 9, 24, 5)
    n = networks.n_weights(problem[0])
    first = [above_half(draw, n, low, low + 0.1) for low in (0.3, 0.5)]
    for share in shares(draw, n, 0.7, 0.8):
        yield *problem, [*first, share], draw.integer(0, 999)


def _half_of_a_trained_network(draw: Draw) -> Iterator[Arguments]:
    seed = drawn_seed(draw)
    yield *networks.signs_problem(seed), [0.5], seed
    yield from later_rounds.problem(draw)


def _from_survivors(arguments: Arguments, expected: Any, got: Any) -> Difference | None:
    judge = judges.from_survivors if len(arguments[3]) == 1 else later_rounds.judge
    return judge(arguments, expected, got)


def _most_of_a_trained_network(draw: Draw) -> Iterator[Arguments]:
    seed = drawn_seed(draw)
    yield *networks.signs_problem(seed), [0.5, 0.7, 0.8, 0.9], seed


def _twice(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    """Two calls with the same arguments, from different states of the global generators."""
    calls = (one(function, plain(arguments), seconds) for one in (shuffled_call, call_anew))
    return all_of(calls, gather=named)


def _two_seeds(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    """Fine-tuned twice, on other batches: what these happen to be shall cost nobody a point."""
    *given, seed = plain(arguments)
    calls = (call(function, (*given, one), seconds) for one in (seed, seed + 1))
    return all_of(calls, gather=named)


def _expect(what: str) -> Callable[..., Words]:
    """In place of a reference, which would be only one of many right results: words."""

    def words(state: Named, images: Any, labels: Any, totals: Any, seed: Any) -> Words:
        n = networks.n_weights(state)
        return Words(what.format(count=pruned_count(n, totals[-1]), n=n))

    return words


PRUNE_AND_FINETUNE = Task(
    name="prune_and_finetune",
    points=16,
    reference=reference.prune_and_finetune,
    lecture="lecture 06, “Train, prune, fine-tune”",
    off_limits=OFF_LIMITS,
    seconds=SECONDS,
    calls=("global_magnitude_masks", "masked_step", "magnitude_mask", "threshold_mask"),
    checks=(
        Check(
            "one total: the smallest weights of all layers go",
            3,
            _one_total,
            judges.smallest_go,
            named_call,
            _expect("(state, masks): the {count} smallest of {n} weights are pruned"),
        ),
        Check(
            "rising totals: the last one exactly, and zeros where pruned",
            3,
            _rising_totals,
            judges.exact_zeros,
            named_call,
            _expect("(state, masks): {count} of {n} weights are pruned, and 0 in the state"),
        ),
        Check(
            "one seed, one result",
            1,
            _called_twice,
            judges.repeatable,
            _twice,
            _expect("(state, masks), the same in both calls"),
        ),
        Check(
            "the survivors train on from where they were",
            3,
            _half_of_a_trained_network,
            judges.despite_their_order(_from_survivors),
            named_call,
            _expect("(state, masks): kept weights near to what they were, but trained"),
        ),
        Check(
            "pruned weights stay 0 while the others train",
            2,
            hidden_pixels.problem,
            hidden_pixels.judge,
            hidden_pixels.three_calls,
            _expect("(state, masks), the same whatever pixels show whose weights are all pruned"),
        ),
        Check(
            "images of signs: step by step, most of the lost accuracy comes back",
            4,
            _most_of_a_trained_network,
            judges.despite_their_order(judges.won_back),
            _two_seeds,
            _expect(
                "(state, masks), with this seed and the next: {count} of {n} weights are pruned, "
                "half of the loss won back on average"
            ),
        ),
    ),
    misconceptions=(
        MASK_NOT_BOOL,
        LAYER_WITHOUT_MASK,
        *(Misconception(name, message) for name, message, _ in MISTAKES),
        Misconception(
            "order-swapped", "The two results are swapped: the state comes first, then the masks."
        ),
        Misconception(
            "names-changed",
            "The state has other names than the one that came in. A network can be loaded only "
            "under its own names: `0.weight`, `0.bias`, `2.weight`, …, biases included.",
        ),
        Misconception(
            *BIASES_MASKED,
        ),
        Misconception(
            "biases-ranked",
            "Biases were ranked and pruned together with the weights, so that another number of "
            "weights went. Biases are not pruned: rank the weights alone.",
        ),
        Misconception(
            "training-harms",
            "The network reads less than right after the pruning: the training works against it. "
            "Do images and labels of a batch belong together, taken by the same rows? Were pruned "
            "weights trained along, and cut off only at the end? Are the steps too large?",
        ),
        Misconception(
            "biases-lost",
            "Biases have become 0. They are not pruned: they come back with the state, trained or "
            "as they were.",
        ),
        Misconception(
            "totals-compounded",
            "Each sparsity was taken of the weights that were left. All of them are totals: the "
            "share of all weights that is gone by then.",
        ),
        Misconception(
            "totals-added-up",
            "Each sparsity was pruned on top of what was gone. All of them are totals: the share "
            "of all weights that is gone by then.",
        ),
        Misconception(
            "first-total-only",
            "Only the first sparsity was used. Prune and fine-tune once for each of them.",
        ),
        Misconception(
            "revived",
            "Pruned weights came back to life during fine-tuning. An optimizer moves every weight "
            "that it is given: put the zeros back after each of its steps.",
        ),
        hidden_pixels.TRAINED_ALONG,
        later_rounds.REWOUND,
        Misconception(
            *NOT_REPEATABLE,
        ),
        Misconception(
            "no-fine-tuning",
            "The weights that are kept were not trained. After pruning they must make up for what "
            "is gone: fine-tune on the images.",
        ),
        Misconception(
            "drawn-anew",
            "The weights that are kept have nothing to do with those that came in. Fine-tuning "
            "goes on from the survivors; starting anew throws away what they have learned.",
        ),
        Misconception(
            "too-far-away",
            "The kept weights moved far away from what they were. Fine-tuning takes small steps: "
            "lower the learning rate.",
        ),
        Misconception(
            "pruned-at-once",
            "The smaller sparsities left no trace: the last mask is that of the network before any "
            "fine-tuning. Prune a little, fine-tune, and rank the weights as they are then.",
            covers=(later_rounds.REWOUND.name,),
        ),
        Misconception(
            "smallest-not-first",
            "At the first sparsity the smallest weights of the given network go, before any "
            "training, and they stay gone. Prune first, then fine-tune, and keep what is pruned "
            "out of every later mask.",
        ),
        Misconception(
            "not-won-back",
            "Too little of the accuracy came back. Either the fine-tuning is too short, or its "
            "steps too small, or it comes before the pruning and not after it, or the pruned "
            "weights take part in it and are cut off only at its end.",
        ),
    ),
)
