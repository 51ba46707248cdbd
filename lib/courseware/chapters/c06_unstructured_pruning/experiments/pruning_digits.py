"""Magnitude pruning against its controls, on real digits, by sparsity.

    python -m courseware.experiments --only pruning_digits

takes about fifteen minutes on one core; an interrupted run goes on where it was. Lecture 06 reads
the record, and runs `rounds` itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import torch

from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.batched_training import judged as judged_together
from courseware.subjects.batched_training import stacked, train_together
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp
from courseware.subjects.training import judged, one_thread, train
from model_compression.magnitude_pruning import magnitude_mask
from model_compression.masked_training import train_masked
from model_compression.masks import (
    Masks,
    apply_masks,
    keep_all,
    prunable_weights,
    prune_lowest,
    prune_lowest_together,
    pruned_count,
)

SIZES = (64, 64, 32, 10)
SPARSITIES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99)
BUDGET_SPARSITIES = (0.9, 0.95, 0.98)
ROUNDS = 16
STEPS = 200
LEARNING_RATE = 0.002
BUDGET_RATES = (LEARNING_RATE, 0.005, 0.0125)
CONTROL_SPARSITIES = (0.8, 0.95, 0.98)

DENSE = "dense, trained on"
UNTRAINED = ("all layers together, not trained on", "each layer alone, not trained on")
AT_ONCE = "at once, then fine-tuned"
STEPWISE = "step by step, fine-tuned"
RANDOM = "random weights of each layer, fine-tuned"
ARMS = (*UNTRAINED, AT_ONCE, STEPWISE, RANDOM)
BUDGET_ARMS = (DENSE, AT_ONCE, STEPWISE)
ALONE_AT_ONCE = "each layer alone, at once"
ALONE_STEPWISE = "each layer alone, step by step"
CONTROL_ARMS = (AT_ONCE, RANDOM, ALONE_AT_ONCE, ALONE_STEPWISE)

State = Mapping[str, torch.Tensor]


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "Prune networks that read digits.",
        seeds=(20, "number of networks"),
        budget_seeds=(10, "of the budgets"),
        rounds=(ROUNDS, "of the budgets"),
        steps=(STEPS, "updates in each round"),
    )
    settings = records.settings_of(
        options,
        PACKAGES,
        sizes=SIZES,
        sparsities=SPARSITIES,
        learning_rate=LEARNING_RATE,
        budget_sparsities=BUDGET_SPARSITIES,
        budget_rates=BUDGET_RATES,
        control_sparsities=CONTROL_SPARSITIES,
    )
    data = digits()
    work: dict[str, Callable[[], Result]] = {
        f"seed {seed}": partial(compare, SIZES, seed, data, SPARSITIES, options.steps)
        for seed in range(options.seeds)
    }
    budgets = {
        f"{rate:g}": [f"budget {seed} at {rate:g}" for seed in range(options.budget_seeds)]
        for rate in BUDGET_RATES
    }
    for rate, names in zip(BUDGET_RATES, budgets.values(), strict=True):
        for seed, name in enumerate(names):
            work[name] = partial(by_budget, SIZES, seed, data, options.rounds, options.steps, rate)
    controls = {
        (f"{rate:g}", str(s)): f"controls at {s} and {rate:g}"
        for rate in BUDGET_RATES
        for s in CONTROL_SPARSITIES
    }
    counts = (options.budget_seeds, data, options.rounds, options.steps)
    for (at_rate, at), name in controls.items():
        work[name] = partial(by_control, SIZES, *counts, float(at_rate), float(at))
    results = records.collect(work, settings, options.out)
    records.write(
        options.out,
        settings,
        runs=[results[f"seed {seed}"] for seed in range(options.seeds)],
        by_budget={rate: [results[name] for name in names] for rate, names in budgets.items()},
        by_control={
            f"{rate:g}": {
                str(s): results[controls[f"{rate:g}", str(s)]] for s in CONTROL_SPARSITIES
            }
            for rate in BUDGET_RATES
        },
    )
    return 0


@one_thread()
def compare(
    sizes: Sequence[int], seed: int, data: Digits, sparsities: Sequence[float], steps: int
) -> Result:
    """One network pruned to each sparsity in several ways, and one that trains on dense.

    Sparsity number i = 0, 1, ... is given i + 1 rounds of fine-tuning in every way that is
    fine-tuned: step by step uses them on the way, the others prune first. The dense network trains
    on for as many rounds, with the same batches and restarts.

    Returns: "trained", the judged network; "dense", judged after each round; "arms": by name one
        judged network a sparsity; "kept": weights that are left, by layer, one dict a sparsity.
    """
    state = trained_network(sizes, seed, data)
    loop = partial(rounds, data=data, seed=seed, steps=steps)
    result: Result = {
        "trained": judged(state, data),
        "dense": [judged(longer, data) for longer, _ in loop(state, [0.0] * len(sparsities))],
        "arms": {name: [] for name in ARMS},
        "kept": [],
    }
    arms = result["arms"]
    arms[STEPWISE] = [judged(pruned, data) for pruned, _ in loop(state, sparsities)]
    weights = prunable_weights(state)
    for number, sparsity in enumerate(sparsities, start=1):
        together = pruned_together(state, keep_all(weights), sparsity)
        alone = each_alone(state, sparsity)
        for name, masks in zip(UNTRAINED, (together, alone), strict=True):
            arms[name].append(judged(apply_masks(state, masks), data))
        for name, masks in ((AT_ONCE, together), (RANDOM, shuffled(together, seed))):
            *_, (pruned, _) = loop(state, [sparsity] * number, masks=masks)
            arms[name].append(judged(pruned, data))
        result["kept"].append({name: int(mask.sum()) for name, mask in together.items()})
    return result


@one_thread()
def by_budget(
    sizes: Sequence[int],
    seed: int,
    data: Digits,
    n_rounds: int,
    steps: int,
    learning_rate: float = LEARNING_RATE,
) -> Result:
    """One network pruned to each of `BUDGET_SPARSITIES`, judged after each round up to `n_rounds`.

    At once spends all rounds at the sparsity; step by step spends the first ones on its way there
    (by `SPARSITIES`), the others at the sparsity. All fine-tune at one learning rate.

    Returns: by sparsity (as text) and name of `BUDGET_ARMS`: one judged network a round.
    """
    state = trained_network(sizes, seed, data)
    loop = partial(rounds, state, data=data, seed=seed, steps=steps, learning_rate=learning_rate)
    dense = [judged(longer, data) for longer, _ in loop([0.0] * n_rounds)]
    result: Result = {}
    for sparsity in BUDGET_SPARSITIES:
        stepwise = on_the_way(sparsity, n_rounds)
        result[str(sparsity)] = {
            DENSE: dense,
            AT_ONCE: [judged(pruned, data) for pruned, _ in loop([sparsity] * n_rounds)],
            STEPWISE: [judged(pruned, data) for pruned, _ in loop(stepwise)],
        }
    return result


@one_thread()
def by_control(
    sizes: Sequence[int],
    n_seeds: int,
    data: Digits,
    n_rounds: int,
    steps: int,
    learning_rate: float,
    sparsity: float,
) -> Result:
    """What else could be pruned, as often as in `by_budget`: by lot, and each layer alone.

    The seeds of an arm train as one program, with the batches and restarts of `by_budget`.

    Returns: by name of `CONTROL_ARMS`, one list a seed: share of the test digits that are right
        after each round.
    """
    seeds = range(n_seeds)
    dense = [trained_network(sizes, seed, data) for seed in seeds]
    together = [pruned_together(s, keep_all(prunable_weights(s)), sparsity) for s in dense]
    masks = {AT_ONCE: together, RANDOM: list(map(shuffled, together, seeds))}
    masks[ALONE_AT_ONCE] = [each_alone(state, sparsity) for state in dense]
    present = dict.fromkeys(CONTROL_ARMS, dense)
    right: Result = {arm: [[] for _ in seeds] for arm in CONTROL_ARMS}
    for of_round in on_the_way(sparsity, n_rounds):
        masks[ALONE_STEPWISE] = [each_alone(s, of_round) for s in present[ALONE_STEPWISE]]
        for arm in CONTROL_ARMS:
            present[arm] = train_together(
                list(zip(present[arm], masks[arm], strict=True)),
                data.train_images,
                data.train_labels,
                steps=steps,
                learning_rate=learning_rate,
                seeds=seeds,
            )
            shares = judged_together(stacked(present[arm]), data.test_images, data.test_labels)[1]
            for run, share in zip(right[arm], shares.tolist(), strict=True):
                run.append(round(share, 6))
    return right


def trained_network(sizes: Sequence[int], seed: int, data: Digits) -> dict[str, torch.Tensor]:
    """The dense network that is pruned, as a state_dict."""
    model = mlp(sizes, seed)
    train(model, data.train_images, data.train_labels, seed=seed)
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def on_the_way(sparsity: float, n_rounds: int) -> list[float]:
    """Sparsity of each round, step by step: those of `SPARSITIES` before the last, and the last.

    >>> on_the_way(0.8, 4)
    [0.5, 0.7, 0.8, 0.8]
    """
    way = [s for s in SPARSITIES if s < sparsity]
    return [*way, *[sparsity] * (n_rounds - len(way))][:n_rounds]


def each_alone(state: State, sparsity: float) -> Masks:
    """Masks that prune the smallest weights of each layer, as large a share of every one."""
    return {name: magnitude_mask(w, sparsity) for name, w in prunable_weights(state).items()}


def rounds(
    state: State,
    sparsities: Sequence[float],
    *,
    data: Digits,
    seed: int,
    steps: int = STEPS,
    masks: Masks | None = None,
    learning_rate: float = LEARNING_RATE,
) -> Iterator[tuple[dict[str, torch.Tensor], Masks]]:
    """The loop of `prune_and_finetune`, which hands out network and masks after each round.

    With `masks`, these are pruned before the first round.
    """
    masks = keep_all(prunable_weights(state)) if masks is None else masks
    present = dict(state)
    for sparsity in sparsities:
        masks = pruned_together(present, masks, sparsity)
        present = train_masked(
            present,
            data.train_images,
            data.train_labels,
            masks,
            steps=steps,
            learning_rate=learning_rate,
            seed=seed,
        )
        yield present, masks


def pruned_together(state: State, masks: Masks, sparsity: float) -> Masks:
    """Masks that prune the smallest weights of all layers, nested in the given ones."""
    magnitudes = {name: w.abs() for name, w in prunable_weights(state).items()}
    n_weights = sum(magnitude.numel() for magnitude in magnitudes.values())
    return prune_lowest_together(magnitudes, pruned_count(n_weights, sparsity), within=masks)


def shuffled(masks: Masks, seed: int) -> Masks:
    """Random masks that prune as many weights in each layer as the given ones."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: prune_lowest(torch.rand(mask.shape, generator=generator), int((~mask).sum()))
        for name, mask in masks.items()
    }


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
