"""What is read from the record of lecture 04, and the sixteen cells."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from courseware.chapters.c04_quantization_aware_training.comparison import (
    Networks,
    accuracy_table,
    answers,
    basis_of,
    lead_table,
    leads_at_best,
)
from courseware.chapters.c04_quantization_aware_training.effort import rate_table, times_longer
from courseware.chapters.c04_quantization_aware_training.experiments.qat_digits import (
    BITS,
    WAYS,
    with_four_codes,
)
from courseware.chapters.c04_quantization_aware_training.fine_tuning import rounded_weights
from courseware.chapters.c04_quantization_aware_training.row_scales import scale_growth
from courseware.chapters.c04_quantization_aware_training.sixteen_cells import (
    Cell,
    sixteen_cells,
    titles_with,
)
from courseware.chapters.c04_quantization_aware_training.stored_wrongly import STORED_AS
from courseware.chapters.c04_quantization_aware_training.torch_agreement import n_differing
from courseware.subjects.data import digits
from courseware.subjects.models import mlp


def run(accuracies: dict[str, float], of_float: float = 1.0) -> dict[str, Any]:
    """One network in the record; what is not given is at 0.5."""
    known = with_four_codes(WAYS, 2)
    ways = {way: {"accuracy": accuracies.get(way, 0.5), "loss": 1.0} for way in known}
    for way in ("PTQ", "QAT"):
        ways[way] |= {"bytes": 100, "zlib_bytes": 50}
    judged = {"accuracy": of_float, "loss": 0.5}
    return {
        **{"float": judged, "fine-tuned": judged},
        "bits": {
            str(b): {way: dict(found, bytes=100 * b) for way, found in ways.items()} for b in BITS
        },
    }


def networks(*accuracies: dict[str, float]) -> Networks:
    return Networks("64-64-10", [run(one) for one in accuracies])


def test_the_best_qat_meets_the_best_rival_of_each_kind() -> None:
    one = {"QAT, clipped": 0.9, "PTQ, GPTQ": 0.8, "biases only, GPTQ": 0.85}
    rows, leads, ways = leads_at_best([networks(one, one)], 2)
    assert ways == sorted(one)
    assert [(row["best QAT"], row["against"]) for row in rows] == [
        ("QAT, clipped", "PTQ, GPTQ"),
        ("QAT, clipped", "biases only, GPTQ"),
    ]
    assert list(leads.values()) == [pytest.approx([10, 10]), pytest.approx([5, 5])]


def test_the_best_way_is_best_on_average() -> None:
    found = networks({"PTQ": 0.9, "PTQ, GPTQ": 0.8}, {"PTQ": 0.6, "PTQ, GPTQ": 0.8})
    assert found.best(["PTQ", "PTQ, GPTQ"], 2) == "PTQ, GPTQ"
    assert found.lead("PTQ", "PTQ, GPTQ", 2) == pytest.approx([10, -20])


def test_the_fewest_bits_lose_a_point_at_most() -> None:
    found = networks({"QAT": 0.992}, {"QAT": 0.98, "PTQ": 0.995})
    assert found.fewest_bits(["QAT"]) == [2, 32]
    assert found.fewest_bits(["QAT", "PTQ"]) == [2, 2]
    found.runs[0]["bits"]["2"]["QAT"]["accuracy"] = 0.9
    assert found.fewest_bits(["QAT"]) == [3, 32]
    found.runs[0]["bits"]["2"]["QAT, four codes, -2 to 1"]["accuracy"] = 0.995
    assert found.fewest_bits(["QAT"]) == [2, 32]


def test_what_is_won_back_is_a_share_of_what_ptq_loses() -> None:
    found = networks({})
    found.runs[0]["bits"]["2"]["QAT"]["loss"] = 0.5
    assert found.won_back("QAT", 2) == [100]
    assert found.won_back("PTQ", 2) == [0]


def test_tables_have_a_row_for_every_way_and_every_case() -> None:
    found = networks({"QAT, clipped": 0.9}, {"QAT, clipped": 0.8})
    assert [row["way"] for row in accuracy_table(found, bits=(2,))] == list(WAYS)
    rows = lead_table([found])
    assert [(row["bits"], row["codes"]) for row in rows] == [
        *((str(b), str(2**b - 1)) for b in BITS),
        *(("2", "-2 to 1"), ("2", "half steps")),
    ]
    assert [row["better QAT"] for row in rows] == ["clipped"] * len(BITS) + ["whole range"] * 2
    assert rows[0]["ahead of best PTQ"].startswith("+35.00")


def test_four_codes_meet_rivals_on_four_codes() -> None:
    found = networks(*[{"QAT, four codes, half steps": 0.9, "PTQ, GPTQ": 0.8}] * 2)
    row = lead_table([found])[-1]
    assert row["ahead of best PTQ"].startswith("+40.00")
    assert found.best(with_four_codes(["QAT"], 2), 2) == "QAT, four codes, half steps"


def test_a_basis_says_who_was_not_trained() -> None:
    said = str(basis_of(["QAT", "PTQ, GPTQ", "biases only, GPTQ"], 1500, n_bits=2, seeds=20))
    assert "PTQ, GPTQ: no step of training; the others 1,500." in said
    assert "no step" not in str(basis_of(["QAT", "biases only, GPTQ"], 9, n_bits=2, seeds=20))


def test_answers_stay_open_where_the_interval_holds_both_signs() -> None:
    found = answers({"a": [1.0, 1.01], "b": [-1.0, 2.0], "c": [0.2, 0.21]}, limit=0.5)
    assert found == {"a": True, "b": None, "c": False}


def cells(**changes: Any) -> list[Cell]:
    judged = [[{"accuracy": 0.5}, {"accuracy": last}] for last in (0.9, 0.91)]
    found = networks({"QAT": 0.95}, {"QAT": 0.96}, {"QAT": 0.955})
    arguments: dict[str, Any] = {
        "codes_changed": [0.2, 0.3, 0.25],
        "by_budget": {"2": [{"QAT": one} for one in judged]},
        "times_longer": {"plain rounding": 300.0, "GPTQ": 0.5},
        "int8_faster": {"wide": True, "small": False},
        "qat_faster": False,
        "loop_gained": True,
    }
    return sixteen_cells(found, found, **arguments | changes)


def test_there_are_sixteen_cells_half_of_them_of_qat() -> None:
    found = cells()
    assert len(found) == 16
    assert [cell.of for cell in found] == ["PTQ", "QAT"] * 8
    assert len({cell.title for cell in found}) == 16
    assert "Yes: 2 bits" in found[3].row["measured"]


def test_cells_that_are_wrong_are_named() -> None:
    found = cells()
    plainly, in_part = (titles_with(found, all_of_it=whole) for whole in (True, False))
    assert "QAT “even faster than PTQ”" in plainly
    assert "QAT “requires modifying the training loop”" in plainly
    assert "PTQ “faster inference”" in in_part
    assert "even faster" not in titles_with(cells(qat_faster=None), all_of_it=True)
    assert titles_with([], all_of_it=True) == "none"


def test_sizes_are_compared_with_float32() -> None:
    [smaller] = [cell for cell in cells() if cell.said == "reduces size"]
    assert set(smaller.answers.values()) == {True}


def test_ours_and_torch_differ_at_ties_of_an_inexact_scale_alone() -> None:
    assert n_differing(0.25) == (0, 0)
    of_random, of_ties = n_differing(0.3)
    assert of_random <= 10 < of_ties


def test_a_scale_grows_with_the_largest_weight_of_its_row() -> None:
    state = mlp([4, 3, 2], seed=0).state_dict()
    doubled = {name: 2 * tensor for name, tensor in state.items()}
    assert scale_growth(state, doubled).mean == scale_growth(state, doubled).largest == 2


def test_rates_are_tried_in_float_and_in_few_bits() -> None:
    data = digits()
    states = [mlp([64, 6, 10], seed).state_dict() for seed in (0, 1)]
    table = rate_table(states, data, rates=(0.0, 0.005), bits=(2,), steps=20)
    names = ["float32", "2 bits", "PTQ, 2 bits", "biases only, 2 bits"]
    assert all(list(found) == names for found in table.values())
    assert table[0.0]["2 bits"] == table[0.0]["PTQ, 2 bits"] == table[0.005]["PTQ, 2 bits"]
    assert table[0.0]["biases only, 2 bits"] == table[0.0]["PTQ, 2 bits"]
    for name in ("float32", "biases only, 2 bits"):
        assert table[0.005][name] != table[0.0][name]


def test_training_takes_longer_than_any_rounding() -> None:
    longer = times_longer(mlp([64, 6, 10], 0).state_dict(), digits(), steps=200)
    assert longer["plain rounding"] > longer["GPTQ at eight ranges"] > 0


def test_only_the_first_way_to_store_is_the_network_that_was_trained() -> None:
    before, trained = (mlp([64, 6, 10], seed).state_dict() for seed in (0, 1))
    stored = [store(trained, before)["0.weight"] for store in STORED_AS.values()]
    right = rounded_weights(trained, 2)["0.weight"]
    assert [torch.equal(one, right) for one in stored] == [True, False, False, False, False]
    scales = before["0.weight"].abs().amax(dim=1, keepdim=True)
    assert set((stored[-1] / scales).flatten().tolist()) <= {-1.0, 0.0, 1.0}
