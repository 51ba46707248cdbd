"""Tickets at several rates and budgets: complete, repeatable, and what the lecture reads."""

import json
from statistics import fmean

import pytest

from courseware.chapters.c09_lottery_tickets import tables
from courseware.chapters.c09_lottery_tickets.experiments import ticket_rates_digits
from courseware.chapters.c09_lottery_tickets.experiments.ticket_rates_digits import (
    LEARNING_RATES,
    ROUNDS,
    SIZES,
    UPDATES,
    WIDTH_RATES,
    WIDTHS,
    best_rate,
    by_sign,
    by_width,
    figures,
    measure,
)
from courseware.chapters.c09_lottery_tickets.ticket_arms import (
    ARMS,
    DENSE,
    NEW_SIGNS,
    REINIT,
    SIGN_ARMS,
    TICKET,
    Run,
)
from courseware.subjects.data import digits
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "ticket_rates_digits.json").read_text())


def test_the_record_is_complete():
    assert RECORD["sizes"] == list(SIZES)
    assert (RECORD["learning_rates"], RECORD["updates"]) == (list(LEARNING_RATES), list(UPDATES))
    assert len(UPDATES) >= 2 and len(LEARNING_RATES) >= 3
    assert RECORD["seeds"] >= 10 and RECORD["width_seeds"] >= 8
    assert RECORD["machine"]["processor"] and RECORD["machine"]["threads_used"] == 1
    for rate in LEARNING_RATES:
        for updates in UPDATES:
            for level in range(1, ROUNDS + 1):
                for arm in (DENSE, *ARMS):
                    for what in ("needed", "loss", "stop", "at_stop", "at_end"):
                        found = figures(RECORD, arm, level, updates, rate, what)
                        assert len(found) == RECORD["seeds"]
    assert [*RECORD["by_width"]] == [f"{r:g} {n}" for n in UPDATES for r in WIDTH_RATES]
    for by_units in RECORD["by_width"].values():
        assert [*by_units] == ["4", *map(str, WIDTHS)]
        assert all(len(runs["296"]) == RECORD["width_seeds"] for runs in by_units.values())
    assert [*RECORD["by_sign"]] == [*RECORD["runs"]]
    for runs in RECORD["by_sign"].values():
        assert [*runs] == [TICKET, *SIGN_ARMS]
        assert {len(accuracies) for accuracies in runs.values()} == {RECORD["seeds"]}


def test_the_ticket_beside_the_arms_of_signs_is_the_ticket():
    for name, runs in RECORD["by_sign"].items():
        assert runs[TICKET] == RECORD["runs"][name]["levels"][ROUNDS][TICKET]["at_end"]


def test_the_dense_network_needs_what_the_goal_was_taken_from():
    for rate in LEARNING_RATES:
        needed = figures(RECORD, DENSE, 1, UPDATES[0], rate, "needed")
        assert max(needed) <= RECORD["goal_at"]


def test_the_best_rate_has_the_lowest_validation_loss():
    rate = best_rate(RECORD, REINIT, 3, 300)
    losses = {r: fmean(figures(RECORD, REINIT, 3, 300, r, "loss")) for r in LEARNING_RATES}
    assert losses[rate] == min(losses.values())
    ours, theirs = (
        figures(RECORD, arm, 3, 300, best_rate(RECORD, arm, 3, 300), "at_end")
        for arm in (TICKET, REINIT)
    )
    points = tables.lead(RECORD, (300, None), 3, REINIT)
    assert points == pytest.approx([a - b for a, b in zip(ours, theirs, strict=True)])


def test_the_best_rate_in_hindsight_has_most_test_digits_right():
    rate = best_rate(RECORD, TICKET, 3, 1200, by="at_end")
    right = {r: fmean(figures(RECORD, TICKET, 3, 1200, r, "at_end")) for r in LEARNING_RATES}
    assert right[rate] == max(right.values())
    ours, theirs = (
        figures(RECORD, arm, 3, 1200, best_rate(RECORD, arm, 3, 1200, by="at_end"), "at_end")
        for arm in (TICKET, DENSE)
    )
    points = tables.lead(RECORD, (1200, None), 3, DENSE, by="at_end")
    assert points == pytest.approx([a - b for a, b in zip(ours, theirs, strict=True)])


def test_leads_over_the_arms_of_signs():
    found = tables.sign_leads(RECORD, NEW_SIGNS)
    assert [*found] == [(n, r) for n in UPDATES for r in LEARNING_RATES]
    runs = RECORD["by_sign"]["0.03 300"]
    assert found[300, 0.03] == [a - b for a, b in zip(runs[TICKET], runs[NEW_SIGNS], strict=True)]
    rows = tables.sign_rows(RECORD)
    assert len(rows) == len(found)
    assert [*rows[0]] == ["updates", "rate", *(f"ahead of {arm}" for arm in SIGN_ARMS)]


def test_the_best_rates_are_told_with_those_tried():
    told = tables.best_rates_told(RECORD, 3)
    for updates in UPDATES:
        best = {best_rate(RECORD, arm, 3, updates) for arm in (DENSE, *ARMS)}
        assert not best & {min(LEARNING_RATES), max(LEARNING_RATES)}  # beyond: better still?
        assert f"{' and '.join(f'{rate:g}' for rate in sorted(best))} ({updates:,} updates)" in told
    tried = f"from {min(LEARNING_RATES):g} to {max(LEARNING_RATES):g}"
    assert told.endswith(f"out of {len(LEARNING_RATES)} {tried}")


def test_every_setting_has_a_row():
    rows = tables.rate_rows(RECORD, 3)
    assert len(rows) == len(tables.settings(RECORD)) == len(UPDATES) * (len(LEARNING_RATES) + 1)
    assert [row["rate"] for row in rows].count("each its best") == len(UPDATES)
    found = tables.width_leads(RECORD, "128", "16")
    assert [*found] == [(w, r, n) for w in (1184, 592, 296) for n in UPDATES for r in WIDTH_RATES]
    wide, narrow = (RECORD["by_width"]["0.005 300"][units]["296"] for units in ("128", "16"))
    assert found[296, 0.005, 300] == pytest.approx(
        [a - b for a, b in zip(wide, narrow, strict=True)]
    )


def test_the_search_of_a_wide_network_is_counted():
    """1,184 of 128 units: halved three times, so four trainings of 300 updates; 16 units: one."""
    found = tables.leads_as_long(RECORD)
    assert [*found] == list(WIDTH_RATES) and 4 * UPDATES[0] == UPDATES[1] == 1200
    assert 74 * 128 // 2**3 == 74 * 16 == 1184
    wide = RECORD["by_width"]["0.0125 300"]["128"]["1184"]
    narrow = RECORD["by_width"]["0.0125 1200"]["16"]["1184"]
    assert found[0.0125] == [a - b for a, b in zip(wide, narrow, strict=True)]
    with pytest.raises(ValueError, match="budgets of 1 to 4"):
        tables.leads_as_long(RECORD | {"updates": [300, 900]})


def test_networks_of_a_width_are_read_where_they_do_best():
    rate, updates, accuracies = tables.best_of_width(RECORD, "4", "296")
    runs = {key: by_units["4"]["296"] for key, by_units in RECORD["by_width"].items()}
    assert accuracies == runs[f"{rate} {updates}"]
    assert fmean(accuracies) == max(map(fmean, runs.values()))


def test_what_comes_after_the_stop_is_counted():
    run = Run([0, 10, 20], [2.0, 1.0, 1.5], [0.5, 0.75, 1.0])
    assert tables.after_the_stop([run]) == [25.0]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(ticket_rates_digits, "SIZES", (64, 5, 10))
    monkeypatch.setattr(ticket_rates_digits, "ROUNDS", 1)
    monkeypatch.setattr(ticket_rates_digits, "LEARNING_RATES", (0.01,))
    monkeypatch.setattr(ticket_rates_digits, "UPDATES", (4,))
    monkeypatch.setattr(ticket_rates_digits, "WATCH_EVERY", 2)
    monkeypatch.setattr(ticket_rates_digits, "GOAL_AT", 2)
    monkeypatch.setattr(ticket_rates_digits, "WIDTHS", {8: 1})
    monkeypatch.setattr(ticket_rates_digits, "WIDTH_RATES", (0.01,))
    return digits()


def test_a_small_search_repeats_itself(small):
    found = measure(0.01, 4, 2, small)
    assert found == measure(0.01, 4, 2, small)
    assert json.loads(json.dumps(found)) == found
    assert [list(level) for level in found["levels"]] == [[DENSE], list(ARMS)]
    assert list(by_width(0.01, 2, 2, small)["8"]) == ["592", "296"]
    of_signs = by_sign(0.01, 4, 2, small)
    assert of_signs == by_sign(0.01, 4, 2, small)
    assert of_signs[TICKET] == found["levels"][1][TICKET]["at_end"]


def test_the_command_writes_a_record(small, tmp_path, monkeypatch):
    out = tmp_path / "record.json"
    command = ["", "--out", str(out), "--seeds", "2", "--width-seeds", "2"]
    monkeypatch.setattr("sys.argv", command)
    assert ticket_rates_digits.main() == 0
    assert set(json.loads(out.read_text())) == set(RECORD)
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
