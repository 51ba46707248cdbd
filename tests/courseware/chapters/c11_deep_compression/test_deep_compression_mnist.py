"""The recorded experiment of lecture 11: complete, repeatable, and what the lecture reads."""

import json
from statistics import fmean

import pytest

from courseware.chapters.c11_deep_compression.experiments import deep_compression_mnist as arms
from courseware.chapters.c11_deep_compression.files import FLOAT32, SPARSE_TABLE, TABLE
from courseware.chapters.c11_deep_compression.results import (
    GRID,
    UNEQUAL,
    accuracies,
    arms_of,
    beaten_by,
    bound_bytes,
    by_training,
    dots_of,
    factors,
    file_bytes,
    float_bytes,
    front_of,
    loses_nothing,
    lost,
    parts_of_arm,
    runs_of,
    smallest_bytes,
    times_smaller,
    updates_of,
)
from courseware.chapters.c11_deep_compression.streams import BITS, CODERS, RANGE
from courseware.chapters.c11_deep_compression.tables import (
    ORDERS,
    arm_rows,
    at_once_rows,
    below_entropy,
    coder_rows,
    grids_beside_shared,
    order_ahead,
    order_rows,
    product_rows,
    recipe_rows,
    won_back,
)
from courseware.showing.say import interval, signed
from courseware.showing.spread import ahead
from courseware.subjects.data import mnist
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "deep_compression_mnist.json").read_text())
N_FLOATS = 784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10
HEAD = 3 + 3 * (4 + 8)
"""Bytes of the form's and coder's numbers, and of shapes and lengths of three layers."""


def test_the_record_is_complete():
    assert RECORD["machine"]["processor"] and RECORD["machine"]["threads_used"] == 1
    assert (RECORD["sizes"], RECORD["narrow"]) == (list(arms.SIZES), list(arms.NARROW))
    assert RECORD["updates"] == [arms.FLOAT_STEPS, arms.MORE_STEPS, arms.LONGER_STEPS]
    assert len(RECORD["longer"]) == RECORD["longer_seeds"] >= 5
    for run in RECORD["longer"]:
        assert [*run] == [arms.LONGER_ON, arms.LONGER, arms.LONGER_TAUGHT]
    assert len(RECORD["runs"]) == RECORD["seeds"] >= 3
    names = [*RECORD["runs"][0]]
    assert all([*run] == names for run in RECORD["runs"])
    ordered = {arms.arm_of(s, k) + end for s, k in arms.ORDERED.items() for end in ORDERS.values()}
    assert {*GRID.values(), *UNEQUAL, *ordered, *map(arms.shared_arm, arms.SHARED)} <= {*names}
    for run in RECORD["runs"]:
        for found in run.values():
            assert 0 < found["test"] <= 100 and 0 < found["validation"] <= 100
            for coder, parts in found["parts"].items():
                sizes = [files[coder] for files in found["files"].values() if coder in files]
                assert sum(parts.values()) == min(sizes)


def test_the_float_network_takes_what_its_numbers_take():
    assert float_bytes(RECORD) == 4 * N_FLOATS + HEAD
    assert float_bytes(RECORD, "float16") == 2 * N_FLOATS + HEAD


def test_pruned_weights_are_as_many_as_said():
    n = 784 * 300 + 300 * 100 + 100 * 10
    for sparsity in arms.SPARSITIES:
        for run in RECORD["runs"]:
            assert run[arms.arm_of(sparsity, 0)]["kept"] == n - round(sparsity * n)
            assert run[arms.arm_of(sparsity, 3)]["kept"] <= n - round(sparsity * n)


def test_no_codes_but_those_with_an_order_go_below_their_entropy():
    for arm in arms_of(RECORD):
        if "bound" in runs_of(RECORD, arm)[0]:
            dense = [run["files"][TABLE] for run in runs_of(RECORD, arm)]
            assert all(
                file[coder] > bound
                for file, bound in zip(dense, bound_bytes(RECORD, arm), strict=True)
                for coder in (BITS, RANGE)
            )


def test_sizes_and_losses_are_read_as_they_are_recorded():
    arm = arms.arm_of(0.95, 3)
    first = RECORD["runs"][0][arm]
    assert accuracies(RECORD, arm)[0] == first["test"]
    assert file_bytes(RECORD, arm, BITS)[0] == first["files"][SPARSE_TABLE][BITS]
    assert smallest_bytes(RECORD, arm)[0] == min(
        n for form in first["files"].values() for n in form.values()
    )
    on = RECORD["runs"][0][arms.ON]["test"]
    assert lost(RECORD, arm)[0] == pytest.approx(on - first["test"])
    first, more, longest = RECORD["updates"]
    assert (updates_of(RECORD, arm), updates_of(RECORD, arms.LONGER)) == (
        first + more,
        first + longest,
    )
    of_longer = RECORD["longer"][0]
    assert lost(RECORD, arms.LONGER)[0] == pytest.approx(
        of_longer[arms.LONGER_ON]["test"] - of_longer[arms.LONGER]["test"]
    )
    assert times_smaller(RECORD, arm) == pytest.approx(
        RECORD["runs"][0][arms.ON]["files"][FLOAT32][BITS] / fmean(file_bytes(RECORD, arm))
    )
    assert sum(parts_of_arm(RECORD, arm).values()) == pytest.approx(fmean(file_bytes(RECORD, arm)))


def test_the_front_is_beaten_by_none_and_beats_all_others():
    dots = dots_of(RECORD)
    assert {dot.arm for dot in dots} == {*arms_of(RECORD)}
    front = front_of(dots)
    for dot in dots:
        assert (beaten_by(dot, dots) == []) == (dot in front)
    sizes, right = [dot.n_bytes for dot in front], [dot.accuracy for dot in front]
    assert sizes == sorted(sizes) and right == sorted(right)


def test_no_loss_is_neither_shown_nor_likely_above_a_point():
    def with_test(digits):
        runs = [{arms.ON: {"test": 97.0}, "arm": {"test": value}} for value in digits]
        return {"runs": runs, "longer": [{}]}

    assert loses_nothing(with_test([97.0, 96.9, 97.1]), "arm")
    assert loses_nothing(with_test([98.0, 98.1, 98.2]), "arm")
    assert not loses_nothing(with_test([96.6, 96.7, 96.5]), "arm")  # small, and shown
    assert not loses_nothing(with_test([95.0, 97.0, 99.0]), "arm")  # not shown, but wide


def test_a_product_is_of_what_each_saves_alone():
    pruned, of_rounding, product, both = factors(RECORD, 0.9, 3, BITS)
    assert product == pytest.approx(pruned * of_rounding)
    assert both < product
    assert pruned == pytest.approx(
        float_bytes(RECORD, "float16") / fmean(file_bytes(RECORD, arms.arm_of(0.9, 0), BITS))
    )


def test_tables_show_the_record():
    arm = arms.arm_of(0.95, 3)
    [row] = arm_rows(RECORD, [arm])
    assert row["points lost"] == signed(lost(RECORD, arm))
    assert row["range coder"] == round(fmean(file_bytes(RECORD, arm, RANGE)))
    [row] = coder_rows(RECORD, [arm])
    assert [*row] == ["arm", "entropy", *CODERS]
    assert [row["trained"] for row in recipe_rows(RECORD)][-1] == "and trained on"
    assert recipe_rows(RECORD)[-1]["test, %"] == interval(accuracies(RECORD, arms.ON))
    assert len(product_rows(RECORD)) == 2 * len(arms.SPARSITIES)
    assert len(order_rows(RECORD)) == len(ORDERS)
    assert [row["bits"] for row in at_once_rows(RECORD)] == [8, 4, 3, 2]
    assert order_ahead(RECORD, "", 0.95) == [0.0] * RECORD["seeds"]


def test_what_is_told_beside_an_arm_is_of_arms_that_compare():
    """A table meets its grid, a grid in the loop the same at once."""
    assert [*below_entropy(RECORD, [arms.arm_of(s, 3) for s in (0.0, 0.95)])] == [
        arms.arm_of(0.95, 3)
    ]
    for arm, (grid, smaller, points) in grids_beside_shared(RECORD).items():
        assert smaller == fmean(file_bytes(RECORD, arm)) - fmean(file_bytes(RECORD, grid))
        assert points == ahead(accuracies(RECORD, arm), accuracies(RECORD, grid))
    for levels in arms.LEVELS:
        at_once = lost(RECORD, f"±{levels}, at once")
        assert by_training(RECORD, levels) == pytest.approx(
            ahead(at_once, lost(RECORD, arms.arm_of(0.0, levels)))
        )
    assert won_back(RECORD, 0.98) == pytest.approx(
        ahead(
            order_ahead(RECORD, f": {arms.OLD_STEPS}", 0.98),
            order_ahead(RECORD, f": {arms.NEW_STEPS}", 0.98),
        )
    )


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(arms, "SIZES", (784, 6, 6, 10))
    monkeypatch.setattr(arms, "NARROW", (784, 4, 10))
    monkeypatch.setattr(arms, "FLOAT_STEPS", 4)
    monkeypatch.setattr(arms, "MORE_STEPS", 8)
    monkeypatch.setattr(arms, "SPARSITIES", (0.5,))
    monkeypatch.setattr(arms, "SHARED", {0.5: 4})
    monkeypatch.setattr(arms, "ORDERED", {0.5: 3})
    monkeypatch.setattr(arms, "UNTRAINED_STEPS", 4)
    monkeypatch.setattr(arms, "LONGER_STEPS", 8)
    monkeypatch.setattr(arms, "LONGER_PLAN", arms.Plan(0.5, (0, 0.4), 1, (0.5, 1)))
    return mnist()


def test_a_small_run_repeats_itself_and_is_written(small, tmp_path, monkeypatch):
    out = tmp_path / "record.json"
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), "--seeds", "1", "--longer-seeds", "1"])
    assert arms.main() == 0
    record = json.loads(out.read_text())
    assert set(record) == set(RECORD)
    assert record["runs"] == json.loads(json.dumps([arms.measure(0, small)]))
    assert record["longer"] == json.loads(json.dumps([arms.longer(0, small)]))
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
