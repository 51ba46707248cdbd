"""The recorded experiment of lecture 08: complete, repeatable, and what the lecture reads."""

import json

import pytest

from courseware.chapters.c08_when_to_prune import tables
from courseware.chapters.c08_when_to_prune.experiments import moments_digits
from courseware.chapters.c08_when_to_prune.experiments.moments_digits import (
    ALL_ARMS,
    RATES,
    SIZES,
    SPARSITIES,
    UPDATES,
    accuracies,
    best_rate,
    measure,
)
from courseware.chapters.c08_when_to_prune.pruning_moments import (
    DENSE,
    EARLY_CUT,
    EARLY_ROUNDS,
    GRADUAL,
    ITERATIVE,
    SNIP,
    SNIP_IN_CUTS,
    STRAIGHT,
)
from courseware.showing.spread import is_above_zero
from courseware.subjects.data import digits
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "moments_digits.json").read_text())


def test_the_record_is_complete():
    assert (RECORD["sizes"], RECORD["sparsities"]) == (list(SIZES), list(SPARSITIES))
    assert (RECORD["rates"], RECORD["updates"]) == (list(RATES), list(UPDATES))
    assert len(UPDATES) >= 2 and len(RATES) >= 3 and RECORD["seeds"] >= 10
    assert RECORD["machine"]["processor"] and RECORD["machine"]["threads_used"] == 1
    for rate in RATES:
        for updates in UPDATES:
            for arm in ALL_ARMS:
                for sparsity in SPARSITIES:
                    found = accuracies(RECORD, arm, sparsity, updates, rate)
                    assert len(found) == RECORD["seeds"]


@pytest.mark.parametrize("arm", ALL_ARMS)
def test_the_best_rate_is_chosen_by_the_validation_digits(arm):
    rate = best_rate(RECORD, arm, 0.9, 400)
    assert accuracies(RECORD, arm, 0.9, 400) == accuracies(RECORD, arm, 0.9, 400, rate)
    level = "0" if arm == DENSE else "0.9"
    means = {r: sum(RECORD["runs"][f"{r:g} 400"][arm][level]["validation"]) for r in RATES}
    assert means[rate] == max(means.values())


def test_leads_are_differences_of_the_same_networks():
    ours, theirs = (accuracies(RECORD, arm, 0.98, 1600) for arm in (GRADUAL, SNIP))
    points = tables.leads(RECORD, GRADUAL, SNIP)[0.98, 1600]
    assert points == pytest.approx([a - b for a, b in zip(ours, theirs, strict=True)])
    assert len(tables.settings(RECORD)) == len(SPARSITIES) * len(UPDATES)
    (row,) = tables.pair_rows(RECORD, [(GRADUAL, SNIP)], 400)
    assert list(row) == ["this", "minus this", *(f"{s:.0%} pruned" for s in SPARSITIES)]


def test_an_order_that_turns_and_rates_at_the_edge_are_told():
    by_budget = {400: ([9.0, 8.0], [1.0, 1.0]), 1600: ([1.0, 1.0], [9.0, 8.0])}

    def record(first, second):
        """Two arms at one sparsity; all of them do best at the second of three rates."""
        runs = {}
        for updates in (400, 1600):
            for rate, validation in ((0.1, 1.0), (0.2, 2.0), (0.3, 0.0)):
                of_all = {
                    arm: {"0.9": {"validation": [validation], "test": []}} for arm in ALL_ARMS
                }
                tested = dict(
                    zip((GRADUAL, SNIP), by_budget[(first, second)[updates > 400]], strict=True)
                )
                for arm, test in tested.items():
                    of_all[arm]["0.9"]["test"] = test
                runs[f"{rate:g} {updates}"] = of_all
        return {"rates": [0.1, 0.2, 0.3], "updates": [400, 1600], "sparsities": [0.9], "runs": runs}

    pairs = [(GRADUAL, SNIP)]
    assert f"turns the order of {GRADUAL} and {SNIP} at 90%" in tables.orders_told(
        record(400, 1600), pairs
    )
    assert "turns no order" in tables.orders_told(record(400, 400), pairs)
    assert tables.edges_told(record(400, 400)).startswith("In 0 of 22 cases")
    narrow = record(400, 400) | {"rates": [0.1, 0.2]}
    assert tables.edges_told(narrow).startswith("In 22 of 22 cases")


def test_what_the_lecture_says_in_words_is_in_the_record():
    """At 98%, each arm of before and after gains by its cuts, and gradual leads neither clearly."""
    for updates in UPDATES:
        answers = [
            is_above_zero(tables.lead(RECORD, first, second, (0.98, updates)))
            for first, second in (
                (SNIP_IN_CUTS, SNIP),
                (EARLY_ROUNDS, ITERATIVE),
                (GRADUAL, SNIP_IN_CUTS),
                (GRADUAL, EARLY_ROUNDS),
            )
        ]
        assert answers == [True, True, None, None]


def test_the_cubic_curve_leads_a_straight_line_which_leads_no_early_cut():
    assert tables.ahead_in(RECORD, GRADUAL, STRAIGHT) == 4
    assert tables.ahead_in(RECORD, STRAIGHT, EARLY_CUT) == 0
    lead = tables.leads(RECORD, GRADUAL, EARLY_CUT)
    clear = [setting for setting, points in lead.items() if is_above_zero(points)]
    assert tables.ahead_in(RECORD, GRADUAL, EARLY_CUT) == len(clear) == 3


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(moments_digits, "SIZES", (64, 6, 10))
    monkeypatch.setattr(moments_digits, "SPARSITIES", (0.5,))
    monkeypatch.setattr(moments_digits, "RATES", (0.005,))
    monkeypatch.setattr(moments_digits, "UPDATES", (10,))
    return digits()


def test_a_small_run_repeats_itself(small):
    found = measure(0.005, 10, 2, small)
    assert found == measure(0.005, 10, 2, small)
    assert json.loads(json.dumps(found)) == found
    assert list(found[DENSE]) == ["0"]
    assert all(len(found[arm]["0.5"]["test"]) == 2 for arm in ALL_ARMS if arm != DENSE)


def test_the_command_writes_a_record(small, tmp_path, monkeypatch):
    out = tmp_path / "record.json"
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), "--seeds", "2"])
    assert moments_digits.main() == 0
    assert set(json.loads(out.read_text())) == set(RECORD)
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
