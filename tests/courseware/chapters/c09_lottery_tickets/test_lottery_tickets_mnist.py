"""The recorded experiment of lecture 09: complete, repeatable, and what the lecture reads."""

import json
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from courseware.chapters.c09_lottery_tickets import tables
from courseware.chapters.c09_lottery_tickets.experiments import lottery_tickets_mnist
from courseware.chapters.c09_lottery_tickets.experiments.lottery_tickets_mnist import (
    PLAN,
    RATE,
    ROUNDS,
    SIZES,
    by_remaining,
    search,
)
from courseware.chapters.c09_lottery_tickets.ticket_arms import (
    ARMS,
    DENSE,
    LENET_WEIGHTS,
    REINIT,
    TICKET,
    Plan,
    Run,
    counts_by_round,
)
from courseware.subjects.data import MNIST_PACKAGE, Digits, digits
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "lottery_tickets_mnist.json").read_text())


def test_the_record_is_complete() -> None:
    assert RECORD["sizes"] == list(SIZES)
    assert (RECORD["rounds"], RECORD["rate"], RECORD["plan"]) == (ROUNDS, RATE, asdict(PLAN))
    assert set(RECORD["versions"]) == {"python", "torch", "numpy", "scikit-learn", MNIST_PACKAGE}
    assert RECORD["machine"]["threads_used"] == 1
    assert RECORD["seeds"] >= 5
    assert len(RECORD["searches"]) == RECORD["seeds"]
    shares = by_remaining(RECORD["searches"])
    counts = counts_by_round(LENET_WEIGHTS, ROUNDS, RATE)
    assert [round(share * LENET_WEIGHTS) for share in shares] == counts
    for share, arms in shares.items():
        assert set(arms) == ({DENSE} if share == 1 else set(ARMS))
        for runs in arms.values():
            assert len(runs) == RECORD["seeds"]
            for run in runs:
                assert run.steps == list(range(0, PLAN.steps + 1, PLAN.watch_every))
                assert len(run.losses) == len(run.accuracies) == len(run.steps)


def test_accuracies_are_numbers_of_test_digits_and_runs_differ() -> None:
    runs = [
        run
        for arms in by_remaining(RECORD["searches"]).values()
        for of_arm in arms.values()
        for run in of_arm
    ]
    assert all(abs(1000 * a - round(1000 * a)) < 1e-9 for run in runs for a in run.accuracies)
    assert len({tuple(run.losses) for run in runs}) == len(runs)


def test_densities_make_the_share_and_fall_in_every_layer() -> None:
    n_weights = {"0.weight": 784 * 300, "2.weight": 300 * 100, "4.weight": 100 * 10}
    for searched in RECORD["searches"]:
        for level in searched["levels"]:
            kept = sum(n * level["density"][name] for name, n in n_weights.items())
            assert kept == pytest.approx(level["remaining"] * LENET_WEIGHTS)
        for before, after in pairwise(searched["levels"]):
            assert all(after["density"][name] <= before["density"][name] for name in n_weights)


def small(monkeypatch: pytest.MonkeyPatch) -> Digits:
    monkeypatch.setattr(lottery_tickets_mnist, "SIZES", (64, 5, 10))
    monkeypatch.setattr(lottery_tickets_mnist, "ROUNDS", 1)
    monkeypatch.setattr(lottery_tickets_mnist, "PLAN", Plan(4, 0.01, 60, 2))
    return digits()


def test_a_small_search_repeats_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    data = small(monkeypatch)
    found = search(1, data)
    assert found == search(1, data) != search(2, data)
    assert json.loads(json.dumps(found)) == found
    assert found["watched"] == [0, 2, 4]
    shares = by_remaining([found, search(2, data)])
    assert list(shares) == [1.0, 0.6]
    assert all(len(runs) == 2 for runs in shares[0.6].values())


def test_the_command_writes_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = small(monkeypatch)
    monkeypatch.setattr(lottery_tickets_mnist, "mnist", lambda: data)
    out = tmp_path / "new" / "record.json"
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), "--seeds", "2"])
    assert lottery_tickets_mnist.main() == 0
    record = json.loads(out.read_text())
    assert set(record) == set(RECORD)
    assert record["versions"]["torch"] == torch.__version__
    assert len(record["searches"]) == 2
    assert [path.name for path in out.parent.iterdir()] == ["record.json"]


def test_leads_are_taken_at_the_stop_and_at_the_end() -> None:
    def run(losses: list[float], accuracies: list[float]) -> Run:
        return Run([0, 10, 20], losses, accuracies)

    dense = [run([3.0, 2.0, 1.0], [0.1, 0.7, 0.8])] * 2
    ticket = [run([3.0, 1.0, 2.0], [0.1, 0.75, 0.85])] * 2
    fresh = [run([3.0, 2.0, 1.0], [0.1, 0.5, 0.6])] * 2
    shares = {1.0: {DENSE: dense}, 0.5: {TICKET: ticket, REINIT: fresh}}
    at_stop, at_end = tables.points_at_stop(shares), tables.points_at_end(shares)
    assert set(at_stop) == set(at_end) == {(0.5, REINIT), (0.5, DENSE)}
    assert at_stop[0.5, DENSE] == pytest.approx([-5.0] * 2)
    assert at_end[0.5, DENSE] == pytest.approx([5.0] * 2)
    assert tables.against(at_end, REINIT) == {0.5: pytest.approx([25.0] * 2)}
    assert tables.earlier_stops(shares) == tables.earlier_stops(shares, REINIT) == {0.5: [50.0] * 2}
