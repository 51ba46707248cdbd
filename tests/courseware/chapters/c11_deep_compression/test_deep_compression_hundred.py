"""The recorded second try at a hundred times: complete, repeatable, and what the lecture reads."""

import json
from statistics import fmean

import pytest

from courseware.chapters.c11_deep_compression import results, tables
from courseware.chapters.c11_deep_compression.experiments import deep_compression_hundred as second
from courseware.chapters.c11_deep_compression.experiments import deep_compression_mnist as arms
from courseware.chapters.c11_deep_compression.files import SPARSE_TABLE, TABLE
from courseware.chapters.c11_deep_compression.streams import RANGE
from courseware.experiments.records import read_record
from courseware.showing.say import signed
from courseware.subjects.data import Digits, mnist
from model_compression.masks import pruned_count

RECORD, BESIDE = read_record("deep_compression_hundred"), read_record("deep_compression_mnist")
BOTH = results.with_networks(BESIDE, RECORD, {"runs": [{}], "better": [{}]})
SMALL = {second.CHOSEN, second.FOR_GOOD, second.ROUNDED_FIRST}
CONTROLS = {*SMALL, second.PRUNED_ONLY, second.ROUNDED_ONLY}
N = 784 * 300 + 300 * 100 + 100 * 10


def test_the_record_is_complete_and_of_networks_that_nobody_saw_before() -> None:
    assert RECORD["machine"]["threads_used"] == 1
    assert len(RECORD["runs"]) == RECORD["seeds"] >= 5
    assert RECORD["first_seed"] >= max(BESIDE["seeds"], BESIDE["longer_seeds"])
    assert RECORD["updates"] == [second.FLOAT_STEPS, second.STEPS] == BESIDE["updates"][::2]
    assert RECORD["rate"] == BESIDE["rate"]
    assert (RECORD["sparsity"], RECORD["levels"], RECORD["returning"]) == (
        second.SPARSITY,
        second.LEVELS,
        second.RETURNING,
    )
    for n, run in enumerate(RECORD["runs"]):
        assert {*run} == {second.ON, second.CHOSEN} | (
            CONTROLS if n < RECORD["controls"] else set()
        )
        for arm in {*SMALL, second.ROUNDED_ONLY} & {*run}:
            (n_bytes,) = run[arm]["files"][second.CONTEXTS].values()
            assert sum(run[arm]["parts"][second.CONTEXTS].values()) == n_bytes
        for arm in {*SMALL, second.PRUNED_ONLY} & {*run}:
            assert run[arm]["kept"] <= N - pruned_count(N, second.SPARSITY)


def test_its_arms_are_compared_with_the_float_network_of_the_same_seed() -> None:
    chosen = RECORD["runs"][1][second.CHOSEN]
    assert results.lost(BOTH, second.CHOSEN)[1] == pytest.approx(
        RECORD["runs"][1][second.ON]["test"] - chosen["test"]
    )
    assert results.updates_of(BOTH, second.CHOSEN) == results.updates_of(BOTH, arms.LONGER)
    assert results.file_bytes(BOTH, second.CHOSEN)[1] == chosen["files"][second.CONTEXTS][RANGE]
    assert results.plain_bytes(BOTH, second.CHOSEN)[1] == min(
        chosen["files"][form][RANGE] for form in (TABLE, SPARSE_TABLE)
    )
    assert len(results.lost(BOTH, second.PRUNED_ONLY)) == RECORD["controls"] >= 3
    assert {*results.arms_of(BOTH)} == {
        *results.arms_of(BESIDE),
        *RECORD["runs"][0],
    } - {second.ON}


def test_the_table_shows_what_contexts_save() -> None:
    first, chosen = tables.hundred_rows(BOTH, [arms.LONGER, second.CHOSEN])
    assert first["by contexts"] is None
    assert chosen["by contexts"] == round(fmean(results.file_bytes(BOTH, second.CHOSEN)))
    assert chosen["points lost"] == signed(results.lost(BOTH, second.CHOSEN), 2)
    saved = tables.saved_by_contexts(BOTH, second.CHOSEN)
    assert chosen["by contexts"] == pytest.approx((1 - saved) * chosen["range coder"], abs=1)
    assert tables.saved_by_contexts(BOTH, arms.LONGER) == 0
    sizes = tables.bits_by_contexts(BOTH, second.CHOSEN)
    assert [*sizes] == ["places", "values"]
    assert sizes["values"] == pytest.approx(
        fmean(
            8 * run[second.CHOSEN]["parts"][second.CONTEXTS]["values"] / run[second.CHOSEN]["kept"]
            for run in RECORD["runs"]
        )
    )


def test_its_command_writes_a_record_as_the_recorded_one(tmp_path, monkeypatch) -> None:
    data = mnist()
    few = Digits(*(part[:64] for part in vars(data).values()))
    monkeypatch.setattr(second, "mnist", lambda: few)
    monkeypatch.setattr(second, "SIZES", (784, 6, 6, 10))
    monkeypatch.setattr(second, "FLOAT_STEPS", 2)
    monkeypatch.setattr(second, "STEPS", 8)
    out = tmp_path / "record.json"
    arguments = ["--out", str(out), "--seeds", "2", "--controls", "1"]
    monkeypatch.setattr("sys.argv", ["", *arguments])
    assert second.main() == 0
    record = json.loads(out.read_text(encoding="utf-8"))
    assert record.keys() == RECORD.keys()
    first, other = record["runs"]
    assert first == json.loads(json.dumps(second.measure(second.FIRST_SEED, few, controls=True)))
    for run, recorded in ((first, RECORD["runs"][0]), (other, RECORD["runs"][-1])):
        assert run.keys() == recorded.keys()
        assert all(run[arm].keys() == one.keys() for arm, one in recorded.items())
