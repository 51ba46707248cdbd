"""The recorded experiment of lecture 06: complete, repeatable, and the loop of the library."""

import json
import math
from functools import partial
from pathlib import Path

import pytest
import torch
from scipy.stats import t as student_t

from courseware.chapters.c06_unstructured_pruning.experiments import pruning_digits
from courseware.chapters.c06_unstructured_pruning.experiments.pruning_digits import (
    ARMS,
    AT_ONCE,
    BUDGET_ARMS,
    BUDGET_RATES,
    BUDGET_SPARSITIES,
    CONTROL_ARMS,
    CONTROL_SPARSITIES,
    DENSE,
    LEARNING_RATE,
    RANDOM,
    SIZES,
    SPARSITIES,
    STEPWISE,
    by_budget,
    by_control,
    compare,
    each_alone,
    on_the_way,
    pruned_together,
    rounds,
    shuffled,
    trained_network,
)
from courseware.showing.spread import spread
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp
from courseware.subjects.training import judged, train
from model_compression.masked_training import prune_and_finetune
from model_compression.masks import keep_all, prunable_weights, pruned_count
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "pruning_digits.json").read_text())
N_WEIGHTS = 64 * 64 + 64 * 32 + 32 * 10


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits()


def test_the_record_is_complete() -> None:
    assert RECORD["sizes"] == list(SIZES)
    assert RECORD["sparsities"] == list(SPARSITIES)
    assert RECORD["budget_sparsities"] == list(BUDGET_SPARSITIES)
    assert set(RECORD["versions"]) == {"python", "torch", "numpy", "scikit-learn"}
    assert RECORD["machine"]["threads_used"] == 1
    assert len(RECORD["runs"]) == RECORD["seeds"] >= 20
    assert RECORD["budget_rates"] == list(BUDGET_RATES)
    assert RECORD["learning_rate"] == LEARNING_RATE in BUDGET_RATES
    assert list(RECORD["by_budget"]) == [f"{rate:g}" for rate in BUDGET_RATES]
    for run in RECORD["runs"]:
        assert set(run["arms"]) == set(ARMS)
        assert all(len(arm) == len(SPARSITIES) for arm in [run["dense"], *run["arms"].values()])
    for runs in RECORD["by_budget"].values():
        assert len(runs) == RECORD["budget_seeds"] >= 10
        for run in runs:
            assert set(run) == {str(sparsity) for sparsity in BUDGET_SPARSITIES}
            assert all(set(arms) == set(BUDGET_ARMS) for arms in run.values())
            assert all(len(a) == RECORD["rounds"] for arms in run.values() for a in arms.values())
    assert RECORD["control_sparsities"] == list(CONTROL_SPARSITIES)
    assert list(RECORD["by_control"]) == [f"{rate:g}" for rate in BUDGET_RATES]
    for by_sparsity in RECORD["by_control"].values():
        assert list(by_sparsity) == [str(sparsity) for sparsity in CONTROL_SPARSITIES]
        for arms in by_sparsity.values():
            assert list(arms) == list(CONTROL_ARMS)
            assert all(len(runs) == RECORD["budget_seeds"] for runs in arms.values())
            assert all(len(run) == RECORD["rounds"] for runs in arms.values() for run in runs)


def test_the_controls_repeat_at_once_up_to_rounding() -> None:
    """They train as one program what `by_budget` trains one by one: at first it is the same."""
    for rate, by_sparsity in RECORD["by_control"].items():
        for sparsity in set(by_sparsity) & {str(s) for s in BUDGET_SPARSITIES}:
            theirs = [run[0] for run in by_sparsity[sparsity][AT_ONCE]]
            alone = [run[sparsity][AT_ONCE][0] for run in RECORD["by_budget"][rate]]
            gaps = [a - b["accuracy"] for a, b in zip(theirs, alone, strict=True)]
            assert max(map(abs, gaps)) <= 2 / 400, (rate, sparsity)


def test_every_accuracy_is_a_number_of_test_digits() -> None:
    accuracies = [
        judged["accuracy"]
        for run in RECORD["runs"]
        for arm in [run["dense"], *run["arms"].values()]
        for judged in arm
    ]
    assert len(accuracies) == RECORD["seeds"] * (1 + len(ARMS)) * len(SPARSITIES)
    assert all(accuracy == round(400 * accuracy) / 400 for accuracy in accuracies)


def test_the_counts_of_the_record_are_exact() -> None:
    for run in RECORD["runs"]:
        for sparsity, kept in zip(SPARSITIES, run["kept"], strict=True):
            assert sum(kept.values()) == N_WEIGHTS - pruned_count(N_WEIGHTS, sparsity)


def test_arms_that_are_one_thing_at_first_agree_there() -> None:
    """The first round prunes to the first sparsity, in steps or not."""
    for run in RECORD["runs"]:
        assert run["arms"][AT_ONCE][0] == run["arms"][STEPWISE][0]


def test_the_control_of_both_parts_is_the_same_network() -> None:
    n_rounds = len(SPARSITIES)
    budgets = RECORD["by_budget"][f"{LEARNING_RATE:g}"]
    for run, budget in zip(RECORD["runs"], budgets, strict=False):
        for arms in budget.values():
            assert arms[DENSE][:n_rounds] == run["dense"]


@pytest.mark.slow
def test_a_new_seed_fits_what_is_recorded(data: Digits) -> None:
    """Training differs between processors, so the runs are compared as draws, not digit by digit.

    A new run lies in the prediction interval mean +- t * s * sqrt(1 + 1/n) with probability 0.9999,
    if both come from one normal distribution; one digit (1/400) is added for small spreads.
    """
    new = compare(SIZES, RECORD["seeds"] + 1, data, (0.5, 0.7), RECORD["steps"])
    n = RECORD["seeds"]
    factor = student_t.ppf(1 - 0.0001 / 2, n - 1) * math.sqrt(1 + 1 / n)
    for name in ARMS:
        for i in (0, 1):
            runs = [run["arms"][name][i]["accuracy"] for run in RECORD["runs"]]
            reach = factor * spread(runs).deviation + 1 / 400
            assert abs(new["arms"][name][i]["accuracy"] - spread(runs).mean) <= reach, name


def test_the_loop_is_that_of_the_library(data: Digits) -> None:
    state = mlp((64, 6, 10), 3).state_dict()
    images, labels = data.train_images, data.train_labels
    *_, (pruned, masks) = rounds(state, (0.5, 0.9), data=data, seed=4)
    expected, expected_masks = prune_and_finetune(state, images, labels, (0.5, 0.9), 4)
    assert pruned.keys() == expected.keys()
    assert all(torch.equal(pruned[name], expected[name]) for name in expected)
    assert all(torch.equal(masks[name], expected_masks[name]) for name in expected_masks)


def test_given_masks_are_kept_whatever_the_weights(data: Digits) -> None:
    state = mlp((64, 6, 10), 3).state_dict()
    weights = prunable_weights(state)
    magnitude = pruned_together(state, keep_all(weights), 0.8)
    random = shuffled(magnitude, seed=1)
    results = list(rounds(state, [0.8] * 2, data=data, seed=0, steps=2, masks=random))
    for pruned, masks in results:
        for name, mask in masks.items():
            assert torch.equal(mask, random[name])
            assert not pruned[name][~mask].any()


def test_shuffled_masks_keep_the_counts_and_nothing_else(data: Digits) -> None:
    weights = prunable_weights(mlp((64, 30, 10), 0).state_dict())
    magnitude = pruned_together(weights, keep_all(weights), 0.7)
    first, again, other = (shuffled(magnitude, seed) for seed in (1, 1, 2))
    for name, mask in magnitude.items():
        assert int(first[name].sum()) == int(mask.sum())
        assert torch.equal(first[name], again[name])
        assert not torch.equal(first[name], other[name])
        assert not torch.equal(first[name], mask)


def test_a_small_comparison(data: Digits) -> None:
    run = compare((64, 6, 10), 1, data, (0.0, 0.9), 2)
    assert run == compare((64, 6, 10), 1, data, (0.0, 0.9), 2)
    untrained = [run["arms"][name][0] for name in pruning_digits.UNTRAINED]
    assert untrained == [run["trained"], run["trained"]]
    for name in (AT_ONCE, STEPWISE, pruning_digits.RANDOM):
        assert run["arms"][name][0] == run["dense"][0]  # nothing is pruned at 0
        assert run["arms"][name][1] != run["dense"][1]
    assert [sum(kept.values()) for kept in run["kept"]] == [444, 44]


def test_budgets_prune_on_the_way_or_at_once(data: Digits) -> None:
    found = by_budget((64, 6, 10), 0, data, 2, 1)
    assert set(found) == {str(sparsity) for sparsity in BUDGET_SPARSITIES}
    for arms in found.values():
        assert arms[STEPWISE] == found["0.9"][STEPWISE]  # 50% and 70%, whatever comes after
        assert arms[AT_ONCE] != arms[STEPWISE]
        assert [len(arm) for arm in arms.values()] == [2, 2, 2]


def test_a_budget_is_spent_at_the_rate_that_is_asked_for(data: Digits) -> None:
    sizes = (64, 6, 10)
    found = by_budget(sizes, 0, data, 1, 1)
    assert by_budget(sizes, 0, data, 1, 1, LEARNING_RATE) == found
    at_once, other = (
        arms["0.9"][AT_ONCE] for arms in (found, by_budget(sizes, 0, data, 1, 1, 0.1))
    )
    state = mlp(sizes, 0)
    train(state, data.train_images, data.train_labels, seed=0)
    *_, (pruned, _) = rounds(
        state.state_dict(), [0.9], data=data, seed=0, steps=1, learning_rate=0.1
    )
    assert other == [judged(pruned, data)] != at_once


def test_the_command_writes_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "new" / "record.json"
    monkeypatch.setattr(pruning_digits, "SIZES", (64, 4, 10))
    monkeypatch.setattr(pruning_digits, "SPARSITIES", (0.5, 0.9))
    monkeypatch.setattr(pruning_digits, "CONTROL_SPARSITIES", (0.9,))
    sizes = ["--seeds", "2", "--budget-seeds", "1", "--rounds", "2", "--steps", "1"]
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), *sizes])
    assert pruning_digits.main() == 0
    record = json.loads(out.read_text())
    assert set(record) == set(RECORD)
    assert record["versions"]["torch"] == torch.__version__
    assert len(record["runs"]) == 2
    assert [len(runs) for runs in record["by_budget"].values()] == [1] * len(BUDGET_RATES)
    assert [path.name for path in out.parent.iterdir()] == ["record.json"]


def test_controls_share_their_counts(data: Digits) -> None:
    """As many weights by lot as together; each layer alone arrives, on the way or at once."""
    found = by_control((64, 6, 10), 2, data, 2, 1, LEARNING_RATE, 0.7)
    assert found == by_control((64, 6, 10), 2, data, 2, 1, LEARNING_RATE, 0.7)
    assert list(found) == list(CONTROL_ARMS)
    assert all(len(run) == 2 for runs in found.values() for run in runs)
    assert on_the_way(0.95, 16) == [0.5, 0.7, 0.8, 0.9, *[0.95] * 12]


def test_a_control_is_what_the_loop_makes_alone(data: Digits) -> None:
    """Trained as one program or alone: the same up to rounding, here in how many are right."""
    sizes = (64, 6, 10)
    found = by_control(sizes, 2, data, 2, 3, LEARNING_RATE, 0.7)
    for seed in (0, 1):
        state = trained_network(sizes, seed, data)
        loop = partial(rounds, state, [0.7] * 2, data=data, seed=seed, steps=3)
        together = pruned_together(state, keep_all(prunable_weights(state)), 0.7)
        for arm, masks in {
            AT_ONCE: together,
            RANDOM: shuffled(together, seed),
        }.items():
            alone = [judged(pruned, data)["accuracy"] for pruned, _ in loop(masks=masks)]
            assert found[arm][seed] == pytest.approx(alone, abs=1 / 400)


def test_each_layer_alone_loses_its_share() -> None:
    state = dict(mlp((64, 6, 10), 3).state_dict())
    masks = each_alone(state, 0.75)
    assert {name: int(mask.sum()) for name, mask in masks.items()} == {
        "0.weight": 96,
        "2.weight": 15,
    }
    weight = state["0.weight"].abs()
    assert weight[masks["0.weight"]].min() >= weight[~masks["0.weight"]].max()
