"""The recorded experiment on other widths: its networks are those of the large record."""

import json
from statistics import fmean

from courseware.chapters.c11_deep_compression import results
from courseware.chapters.c11_deep_compression.experiments import deep_compression_widths as widths
from courseware.experiments.records import read_record
from courseware.showing.spread import is_above_zero
from courseware.subjects.data import Digits, mnist

RECORD, BESIDE = read_record("deep_compression_widths"), read_record("deep_compression_mnist")
BOTH = results.with_arms(BESIDE, RECORD)
ARMS = [widths.arm_of(*one) for one in widths.WIDTHS]


def test_the_record_has_the_networks_that_it_is_compared_with() -> None:
    assert (RECORD["seeds"], RECORD["rate"]) == (BESIDE["seeds"], BESIDE["rate"])
    assert RECORD["updates"] == BESIDE["updates"][:2]
    assert [[*run] for run in RECORD["runs"]] == [ARMS] * RECORD["seeds"]


def test_each_side_enters_with_its_best_that_fits_by_the_validation_digits() -> None:
    against = results.large_over_narrow(BOTH)
    largest = max(fmean(results.file_bytes(BOTH, arm)) for arm in (*ARMS, "narrow, ±3"))
    assert len(against) > 3 and [*against] == sorted(against) and max(against) <= largest
    for n_bytes, (large, narrow, gap) in against.items():
        assert large.startswith("wide") and narrow.startswith("narrow")
        for arm in (large, narrow):
            assert fmean(results.file_bytes(BOTH, arm)) <= n_bytes
            for other in BOTH["runs"][0]:
                if other[:4] == arm[:4] and fmean(results.file_bytes(BOTH, other)) <= n_bytes:
                    by_both = (results.accuracies(BOTH, one, "validation") for one in (arm, other))
                    assert fmean(next(by_both)) >= fmean(next(by_both))
        assert gap == [run[large]["test"] - run[narrow]["test"] for run in BOTH["runs"]]
    assert results.best_within(BOTH, "wide", min(against) - 1) is None
    assert results.best_within(BOTH, "narrow", 7_400) == widths.arm_of(200, 0.95)


def test_what_the_lecture_says_in_words_of_the_two_is_in_the_record() -> None:
    """At no size is one side shown to be ahead, so the one page recommends neither for bytes."""
    answers = {is_above_zero(gap) for *_, gap in results.large_over_narrow(BOTH).values()}
    assert answers == {None}


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
