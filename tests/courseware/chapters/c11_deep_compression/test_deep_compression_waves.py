"""The recorded third try at a hundred times: complete, repeatable, and what the lecture reads."""

import json
from statistics import fmean

import pytest

from courseware.chapters.c11_deep_compression import results
from courseware.chapters.c11_deep_compression.experiments import deep_compression_hundred as second
from courseware.chapters.c11_deep_compression.experiments import deep_compression_waves as third
from courseware.chapters.c11_deep_compression.explorer import all_arms
from courseware.chapters.c11_deep_compression.frequencies import N_WAVES
from courseware.experiments.records import read_record
from courseware.subjects.data import Digits, mnist
from model_compression.masks import pruned_count

RECORD, BESIDE = read_record("deep_compression_waves"), read_record("deep_compression_hundred")
ALL = all_arms()
N = N_WAVES * 300 + 300 * 100 + 100 * 10
ARMS = {"runs": (third.ON, third.WAVES), "better": (third.BETTER_ON, third.BETTER_WAVES)}
BESIDES = {"runs": {third.SLOW}, "better": set()}


def test_the_record_is_complete_and_of_networks_that_nobody_saw_before() -> None:
    assert RECORD["machine"]["threads_used"] == 1
    assert RECORD["seeds"] >= 5
    assert RECORD["first_seed"] >= BESIDE["first_seed"] + BESIDE["seeds"]
    for name in ("updates", "rate", "returning", "pruned", "rounded"):
        assert RECORD[name] == BESIDE[name]
    said = third.SPARSITY, third.LEVELS, third.FASTEST, third.SHIFTED, third.SMOOTHING
    names = ("sparsity", "levels", "fastest", "shifted", "smoothing")
    assert tuple(RECORD[name] for name in names) == said
    for networks, (on, waves) in ARMS.items():
        assert len(RECORD[networks]) == RECORD["seeds"]
        for run in RECORD[networks]:
            assert {*run} == {on, waves} | BESIDES[networks]
            (n_bytes,) = run[waves]["files"][second.CONTEXTS].values()
            assert sum(run[waves]["parts"][second.CONTEXTS].values()) == n_bytes
            assert run[waves]["kept"] <= N - pruned_count(N, third.SPARSITY)


def test_each_arm_is_compared_with_the_float_network_of_its_seed_and_recipe() -> None:
    for networks, (on, waves) in ARMS.items():
        run = RECORD[networks][1]
        assert results.lost(ALL, waves)[1] == pytest.approx(run[on]["test"] - run[waves]["test"])
    best = RECORD["better"][1][third.BETTER_ON]["test"]
    waves = RECORD["runs"][1][third.WAVES]["test"]
    assert results.below_best(ALL, third.WAVES)[1] == pytest.approx(best - waves)
    assert {third.WAVES, third.SLOW} <= {*results.arms_of(ALL)}
    assert not {third.ON, *ARMS["better"]} & {*results.arms_of(ALL)}


def test_two_recipes_of_one_seed_count_as_one_network() -> None:
    arms = second.CHOSEN, third.WAVES, third.BETTER_WAVES
    chosen, waves, better = (results.lost(ALL, arm) for arm in arms)
    means = [fmean(pair) for pair in zip(waves, better, strict=True)]
    assert results.by_network(ALL, arms) == pytest.approx([*chosen, *means])
    assert results.by_network(ALL, arms[:2]) == [*chosen, *waves]


def test_its_command_writes_a_record_as_the_recorded_one(tmp_path, monkeypatch) -> None:
    few = Digits(*(part[:64] for part in vars(mnist()).values()))
    monkeypatch.setattr(third, "mnist", lambda: few)
    monkeypatch.setattr(third, "SIZES", (784, 6, 6, 10))
    monkeypatch.setattr(third, "FLOAT_STEPS", 2)
    monkeypatch.setattr(third, "STEPS", 8)
    out = tmp_path / "record.json"
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), "--seeds", "1"])
    assert third.main() == 0
    record = json.loads(out.read_text(encoding="utf-8"))
    assert record.keys() == RECORD.keys()
    for networks in ARMS:
        (run,) = record[networks]
        recorded = RECORD[networks][0]
        assert run.keys() == recorded.keys()
        assert all(run[arm].keys() == one.keys() for arm, one in recorded.items())
