"""The recorded experiment on other widths: its networks are those of the large record."""

import json
from statistics import fmean

from courseware.chapters.c11_deep_compression import results
from courseware.chapters.c11_deep_compression.experiments import deep_compression_widths as widths
from courseware.chapters.c11_deep_compression.experiments.deep_compression_mnist import arm_of
from courseware.experiments.records import read_record
from courseware.subjects.data import Digits, mnist

RECORD, BESIDE = read_record("deep_compression_widths"), read_record("deep_compression_mnist")
BOTH = results.with_arms(BESIDE, RECORD)
ARMS = [widths.arm_of(*one) for one in widths.WIDTHS]


def test_the_record_has_the_networks_that_it_is_compared_with() -> None:
    assert (RECORD["seeds"], RECORD["rate"]) == (BESIDE["seeds"], BESIDE["rate"])
    assert RECORD["updates"] == BESIDE["updates"][:2]
    assert [[*run] for run in RECORD["runs"]] == [ARMS] * RECORD["seeds"]


def test_each_width_meets_the_largest_large_arm_that_takes_no_more_bytes() -> None:
    pairs = results.no_larger(BOTH)
    assert pairs.items() >= results.no_larger(BESIDE).items()
    for arm in {*ARMS} & {*pairs}:
        assert fmean(results.file_bytes(BOTH, pairs[arm])) <= fmean(results.file_bytes(BOTH, arm))
    assert pairs[widths.arm_of(100, 0.9)] == arm_of(0.98, 1)
    against = results.large_over_narrow(BOTH)
    assert {"32 units, ±3", "24 units, ±3"} <= {*against}
    assert against["100 units, 90% pruned, ±3"][1] == [
        BESIDE["runs"][n][arm_of(0.98, 1)]["test"] - run[widths.arm_of(100, 0.9)]["test"]
        for n, run in enumerate(RECORD["runs"])
    ]


def test_its_command_writes_a_record_as_the_recorded_one(tmp_path, monkeypatch) -> None:
    data = mnist()
    few = Digits(*(part[:64] for part in vars(data).values()))
    monkeypatch.setattr(widths, "mnist", lambda: few)
    monkeypatch.setattr(widths, "FLOAT_STEPS", 2)
    monkeypatch.setattr(widths, "MORE_STEPS", 5)
    out = tmp_path / "record.json"
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), "--seeds", "1"])
    assert widths.main() == 0
    record = json.loads(out.read_text(encoding="utf-8"))
    assert record.keys() == RECORD.keys()
    (run,) = record["runs"]
    assert [*run] == ARMS and all(
        one.keys() == RECORD["runs"][0][ARMS[0]].keys() for one in run.values()
    )
