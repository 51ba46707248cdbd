"""The recorded experiment of lecture 04: complete, repeatable, and safe from interruptions."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from scipy.stats import t as student_t

from courseware.chapters.c04_quantization_aware_training.experiments import qat_digits
from courseware.chapters.c04_quantization_aware_training.experiments.qat_digits import (
    BITS,
    BUDGET_BITS,
    BUDGETS,
    NETWORKS,
    WAYS,
    by_budget,
    codes_changed,
    compare,
    compare_on,
    stored_size,
    with_four_codes,
)
from courseware.chapters.c04_quantization_aware_training.fine_tuning import rounded_weights
from courseware.chapters.c04_quantization_aware_training.grids import FOUR_CODES
from courseware.experiments.records import collect
from courseware.showing.spread import spread
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp
from courseware.subjects.training import judged
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "qat_digits.json").read_text())
RECORDED = {*WAYS, "codes_changed"}
ON_FOUR_CODES = {*with_four_codes(WAYS, 2)} - {*WAYS}


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits()


def test_the_record_is_complete() -> None:
    assert RECORD["bits"] == list(BITS)
    assert RECORD["networks"] == {name: list(sizes) for name, sizes in NETWORKS.items()}
    assert set(RECORD["versions"]) == {"python", "torch", "numpy", "scikit-learn"}
    assert RECORD["machine"]["threads_used"] == 1
    assert RECORD["seeds"] >= 20
    for name in NETWORKS:
        runs = RECORD["compared"][name]
        assert len(runs) == RECORD["seeds"]
        for run in runs:
            assert set(run["bits"]) == {str(n_bits) for n_bits in BITS}
            for n_bits, ways in run["bits"].items():
                assert set(ways) == RECORDED | (ON_FOUR_CODES if n_bits == "2" else set())
    for n_bits in BUDGET_BITS:
        runs = RECORD["by_budget"][str(n_bits)]
        assert len(runs) == RECORD["budget_seeds"]
        assert all(len(of_way) == len(BUDGETS) for run in runs for of_way in run.values())


def test_every_accuracy_is_a_number_of_test_digits() -> None:
    accuracies = [
        way["accuracy"]
        for runs in RECORD["compared"].values()
        for run in runs
        for ways in run["bits"].values()
        for way in ways.values()
        if isinstance(way, dict)
    ]
    of_a_network = len(BITS) * len(WAYS) + len(ON_FOUR_CODES)
    assert len(accuracies) == len(NETWORKS) * RECORD["seeds"] * of_a_network
    assert all(accuracy == round(400 * accuracy) / 400 for accuracy in accuracies)


def test_without_steps_qat_is_ptq_in_the_record() -> None:
    for runs in RECORD["by_budget"].values():
        assert all(run["QAT"][0] == run["PTQ after fine-tuning"][0] for run in runs)


def test_sizes_are_those_of_codes_and_scales() -> None:
    n_weights, n_rows = 64 * 64 + 64 * 10, 64 + 10
    for run in RECORD["compared"]["64-64-10"]:
        for n_bits, ways in run["bits"].items():
            expected = n_weights * int(n_bits) // 8 + 4 * n_rows
            assert ways["PTQ"]["bytes"] == ways["QAT"]["bytes"] == expected
            assert ways["QAT"]["zlib_bytes"] < n_weights + n_rows


@pytest.mark.slow
def test_a_new_seed_fits_what_is_recorded(data: Digits) -> None:
    """Training differs between processors, so the runs are compared as draws, not digit by digit.

    A new run lies in the prediction interval mean +- t * s * sqrt(1 + 1/n) with probability 0.9999,
    if both come from one normal distribution; one digit (1/400) is added for small spreads.
    """
    seed = RECORD["seeds"] + 1
    [new] = compare(NETWORKS["64-64-10"], [seed], data, steps=RECORD["steps"], bits=(2,))
    n = RECORD["seeds"]
    factor = student_t.ppf(1 - 0.0001 / 2, n - 1) * math.sqrt(1 + 1 / n)
    for codes in FOUR_CODES:
        [more] = compare_on(codes, NETWORKS["64-64-10"], [seed], data, steps=RECORD["steps"])
        new["bits"]["2"] |= more["bits"]["2"]
    for way in (*WAYS, *ON_FOUR_CODES):
        runs = [run["bits"]["2"][way]["accuracy"] for run in RECORD["compared"]["64-64-10"]]
        reach = factor * spread(runs).deviation + 1 / 400
        assert abs(new["bits"]["2"][way]["accuracy"] - spread(runs).mean) <= reach, way


def test_a_small_comparison(data: Digits) -> None:
    run, other = compare([64, 6, 10], [1, 2], data, steps=3, bits=(2, 8))
    again = compare([64, 6, 10], [1, 2], data, steps=3, bits=(2, 8))
    assert [run, other] == again
    assert run != other
    assert set(run["bits"]) == {"2", "8"}
    assert all(set(ways) == RECORDED for ways in run["bits"].values())
    assert run["bits"]["8"]["PTQ"]["loss"] == pytest.approx(run["float"]["loss"], rel=0.05)
    assert run["float"]["loss"] < 2.3 < run["bits"]["2"]["PTQ"]["loss"] + 2.3  # log(10): guessing
    assert 0 < run["bits"]["2"]["codes_changed"] < 1


@pytest.mark.parametrize("codes", FOUR_CODES)
def test_the_same_networks_on_four_codes(data: Digits, codes: str) -> None:
    run, other = compare_on(codes, [64, 6, 10], [1, 2], data, steps=3)
    assert [run, other] == compare_on(codes, [64, 6, 10], [1, 2], data, steps=3)
    ways = run["bits"]["2"]
    assert set(ways) == {way for way in ON_FOUR_CODES if way.endswith(codes)}
    # Without a step each way that trains is the rounding that it starts from.
    [run] = compare_on(codes, [64, 6, 10], [1], data, steps=0)
    at_first = {way.removesuffix(f", {codes}"): found for way, found in run["bits"]["2"].items()}
    assert at_first["QAT, clipped"] == at_first["PTQ, clipped"]
    assert at_first["biases only, clipped"]["accuracy"] == at_first["PTQ, clipped"]["accuracy"]
    assert at_first["biases and row scales, GPTQ"] == at_first["biases only, GPTQ"]


def test_parts_of_a_comparison_are_put_together() -> None:
    three = [{"float": 1, "bits": {"2": {"QAT": 2}}}, {"float": 3, "bits": {"2": {"QAT": 4}}}]
    four = [{"bits": {"2": {"QAT, four": 5}}}, {"bits": {"2": {"QAT, four": 6}}}]
    other = [{"float": 1, "bits": {"8": {"QAT": 7}}}, {"float": 3, "bits": {"8": {"QAT": 8}}}]
    assert qat_digits._joined([three, other, four]) == [
        {"float": 1, "bits": {"2": {"QAT": 2, "QAT, four": 5}, "8": {"QAT": 7}}},
        {"float": 3, "bits": {"2": {"QAT": 4, "QAT, four": 6}, "8": {"QAT": 8}}},
    ]


def test_budgets_begin_at_ptq(data: Digits) -> None:
    [found] = by_budget([64, 6, 10], [0], data, n_bits=2, budgets=(0, 5))
    assert found["QAT"][0] == found["PTQ after fine-tuning"][0]
    assert found["QAT"][1] != found["PTQ after fine-tuning"][1]


def test_judged_and_sizes_and_codes(data: Digits) -> None:
    state = mlp([64, 6, 10], seed=0).state_dict()
    zeros = {name: torch.zeros_like(tensor) for name, tensor in state.items()}
    share = (data.test_labels == 0).double().mean().item()
    assert judged(zeros, data) == {
        "accuracy": share,
        "loss": pytest.approx(math.log(10), rel=1e-6),  # float32
    }
    assert stored_size(state, 4)["bytes"] == (64 * 6 + 60) // 2 + 4 * 16
    assert stored_size(zeros, 4)["zlib_bytes"] < stored_size(state, 4)["zlib_bytes"]
    assert codes_changed(state, rounded_weights(state, 3), 3) == 0
    flipped = {name: -tensor for name, tensor in state.items()}
    is_zero = codes_changed(state, zeros, 2)
    assert codes_changed(state, flipped, 2) == is_zero  # 0 and -0 are one code


def test_what_is_done_is_kept_when_interrupted(tmp_path: Path) -> None:
    unfinished = tmp_path / "folder" / "record.partial"
    done: list[str] = []

    def piece(name: str) -> dict[str, Any]:
        if name == "c" and "c stops" not in done:
            done.append("c stops")
            raise KeyboardInterrupt
        done.append(name)
        return {"name": name}

    work = {name: lambda name=name: piece(name) for name in "abcd"}
    with pytest.raises(KeyboardInterrupt):
        collect(work, {"steps": 1}, unfinished)
    assert set(json.loads(unfinished.read_text())["results"]) == {"a", "b"}
    results = collect(work, {"steps": 1}, unfinished)
    assert done == ["a", "b", "c stops", "c", "d"]
    assert results == {name: {"name": name} for name in "abcd"}
    collect(work, {"steps": 2}, unfinished)
    assert done[5:] == ["a", "b", "c", "d"]


def test_the_command_writes_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "new" / "record.json"
    monkeypatch.setattr(qat_digits, "NETWORKS", {"64-4-10": (64, 4, 10)})
    monkeypatch.setattr(qat_digits, "BUDGET_NETWORK", "64-4-10")
    monkeypatch.setattr(qat_digits, "BUDGETS", (0, 2))
    sizes = ["--seeds", "2", "--budget-seeds", "2", "--steps", "2"]
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), *sizes])
    assert qat_digits.main() == 0
    record = json.loads(out.read_text())
    assert set(record) == set(RECORD)
    assert record["versions"]["torch"] == torch.__version__
    assert [len(runs) for runs in record["compared"].values()] == [2]
    assert [path.name for path in out.parent.iterdir()] == ["record.json"]
