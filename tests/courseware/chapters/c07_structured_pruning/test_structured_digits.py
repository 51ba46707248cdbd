"""The recorded experiment of lecture 07: complete, repeatable, and what the lecture reads."""

import json

import pytest

from courseware.chapters.c07_structured_pruning.equal_size import (
    ARMS,
    BITMASK,
    BITMASK_IN_ROUNDS,
    CHANCE,
    FIRST_RATES,
    FOLDED,
    MEAN,
    NORM,
    SCRATCH,
    SILENCE,
    STRUCTURED,
    trained_networks,
)
from courseware.chapters.c07_structured_pruning.experiments import structured_digits
from courseware.chapters.c07_structured_pruning.experiments.structured_digits import (
    BUDGETS,
    KEEP,
    RATES,
    SIZES,
    WHOLE,
    accuracies,
    at_once,
    best_rate,
    best_scratch,
    measure,
)
from courseware.chapters.c07_structured_pruning.tables import lost_shifts
from courseware.showing.spread import ahead, is_above_zero
from courseware.subjects.data import digits
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "structured_digits.json").read_text())


def test_the_record_is_complete():
    assert (RECORD["sizes"], RECORD["keep"]) == (list(SIZES), list(KEEP))
    assert (RECORD["rates"], RECORD["budgets"]) == (list(RATES), list(BUDGETS))
    assert RECORD["machine"]["processor"] and RECORD["machine"]["threads_used"] == 1
    assert RECORD["seeds"] >= 10 and RECORD["chance_seeds"] >= 20 and RECORD["draws"] >= 20
    for rate in RATES:
        for keep in (1.0, *KEEP):
            arms = RECORD["runs"][f"{rate:g}"][f"{keep:g}"]
            assert list(arms) == ([WHOLE] if keep == 1 else list(ARMS))
            for arm, found in arms.items():
                for budget in BUDGETS[arm == BITMASK_IN_ROUNDS :]:
                    for part in ("validation", "test"):
                        assert len(found[str(budget)][part]) == RECORD["seeds"]


def test_chance_is_the_mean_of_draws_for_every_network():
    for keep in KEEP:
        of_keep = RECORD["at_once"][f"{keep:g}"]
        assert list(of_keep) == list(STRUCTURED)
        assert all(len(runs) == RECORD["chance_seeds"] for runs in of_keep.values())


def test_before_fine_tuning_the_rate_plays_no_part():
    for keep in KEEP:
        found = [accuracies(RECORD, NORM, keep, 0, rate) for rate in RATES]
        assert all(other == found[0] for other in found)


@pytest.mark.parametrize("arm", ARMS)
def test_the_best_rate_is_chosen_by_the_validation_digits(arm):
    rate = best_rate(RECORD, arm, 0.25, BUDGETS[1])
    from_scratch = best_scratch(RECORD, 0.25, BUDGETS[1])
    shown = from_scratch if arm == SCRATCH else arm
    assert accuracies(RECORD, arm, 0.25, BUDGETS[1]) == accuracies(
        RECORD, shown, 0.25, BUDGETS[1], best_rate(RECORD, shown, 0.25, BUDGETS[1])
    )
    means = {
        r: sum(RECORD["runs"][f"{r:g}"]["0.25"][arm][str(BUDGETS[1])]["validation"]) for r in RATES
    }
    assert means[rate] == max(means.values())


def test_both_halves_from_scratch_are_chosen_by_the_validation_digits():
    for keep in KEEP:
        means = {
            arm: max(
                sum(RECORD["runs"][f"{rate:g}"][f"{keep:g}"][arm]["400"]["validation"])
                for rate in RATES
            )
            for arm in FIRST_RATES
        }
        assert means[best_scratch(RECORD, keep, 400)] == max(means.values())


def test_what_the_lecture_says_in_words_is_in_the_record():
    of_half = RECORD["at_once"]["0.5"]
    over_chance = {
        arm: is_above_zero(ahead(of_half[arm], of_half[CHANCE])) for arm in (NORM, MEAN, SILENCE)
    }
    assert over_chance == {NORM: True, MEAN: False, SILENCE: False}
    repaired = {
        keep: [
            is_above_zero(ahead(of_keep[arm + FOLDED], of_keep[arm]))
            for arm in (NORM, MEAN, SILENCE, CHANCE)
        ]
        for keep, of_keep in RECORD["at_once"].items()
    }
    assert repaired["0.5"] == [None, True, True, False]
    assert repaired["0.25"] == [False] * 4
    over = [ahead(of_half[arm + FOLDED], of_half[CHANCE + FOLDED]) for arm in (NORM, MEAN, SILENCE)]
    assert all(map(is_above_zero, over))


def test_the_busy_half_loses_a_smaller_constant_than_chance():
    data = digits()
    shifts = lost_shifts(trained_networks(SIZES, range(3), data), data.train_images, 0.5, draws=4)
    for name in (MEAN, SILENCE):
        pairs = zip(shifts[name], shifts[CHANCE], strict=True)
        assert all(busy < by_chance for busy, by_chance in pairs)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(structured_digits, "SIZES", (64, 16, 16, 10))
    monkeypatch.setattr(structured_digits, "KEEP", (0.5,))
    monkeypatch.setattr(structured_digits, "RATES", (0.005,))
    monkeypatch.setattr(structured_digits, "BUDGETS", (0, 10))
    return digits()


def test_a_small_run_repeats_itself(small):
    found = measure(0.005, 2, small)
    assert found == measure(0.005, 2, small)
    assert json.loads(json.dumps(found)) == found
    of_chance = at_once(2, 3, small)["0.5"][CHANCE]
    assert len(of_chance) == 2
    assert of_chance != at_once(2, 1, small)["0.5"][CHANCE]
    assert found["0.5"][NORM]["weights"] == 64 * 8 + 8 * 8 + 8 * 10
    in_rounds, one_cut = (found["0.5"][arm] for arm in (BITMASK_IN_ROUNDS, BITMASK))
    assert in_rounds["weights"] == one_cut["weights"]
    assert list(in_rounds) == ["weights", "10"]


def test_the_command_writes_a_record(small, tmp_path, monkeypatch):
    out = tmp_path / "record.json"
    monkeypatch.setattr(
        "sys.argv", ["", "--out", str(out), "--seeds", "2", "--draws", "3", "--chance-seeds", "2"]
    )
    assert structured_digits.main() == 0
    record = json.loads(out.read_text())
    assert set(record) == set(RECORD)
    assert set(record["runs"]) == {"0.005"}
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
