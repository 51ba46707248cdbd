"""What lecture 07 reads out of its record and times is counted right."""

import math

import pytest
import torch

from courseware.chapters.c07_structured_pruning import tables
from courseware.chapters.c07_structured_pruning.equal_size import (
    ARMS,
    CHANCE,
    FOLDED,
    NORM,
    REPAIRED,
    SCRATCH,
)
from courseware.chapters.c07_structured_pruning.experiments.structured_digits import WHOLE
from courseware.chapters.c07_structured_pruning.latency import (
    CSR,
    STRUCTURED,
    WAYS,
    ZEROS,
    Latency,
    measured_latency,
    name_of,
    state_bytes,
)
from courseware.chapters.c07_structured_pruning.latency import (
    WHOLE as WHOLE_COPY,
)
from courseware.chapters.c07_structured_pruning.unit_pruning import CRITERIA
from courseware.subjects.data import digits
from courseware.subjects.models import mlp
from model_compression.network_surgery import shrink_conv_pair


def record_of(right):
    """A record with two rates, where arm `a` gets right[a] and one digit more of validation."""
    arms = {
        arm: {
            budget: {"validation": [value, value + 1], "test": [value, value + 2]}
            for budget in ("0", "150", "600")
        }
        for arm, value in right.items()
    }
    whole = {WHOLE: arms.pop(WHOLE)}
    return {
        "keep": [0.5, 0.25],
        "rates": [0.1],
        "at_once": {
            "0.5": {a: [v, v + 2] for a, v in right.items() if a != WHOLE}
            | {a: [60.0, 62.0] for a in REPAIRED}
            | {CHANCE + FOLDED: [61.0, 63.0]},
        },
        "runs": {"0.1": {"1": whole, "0.5": arms, "0.25": arms}},
    }


RIGHT = dict.fromkeys(ARMS, 90.0) | {NORM: 95.0, CHANCE: 80.0, WHOLE: 95.5, SCRATCH: 97.0}


def test_leads_are_differences_of_the_same_networks():
    record = record_of(RIGHT)
    assert tables.against_chance(record, NORM, 0.5, 0) == [15.0, 15.0]
    assert tables.units_ahead_of(record, SCRATCH, 0.25, 600) == [-2.0, -2.0]
    rows = tables.chance_rows(record, [(0.5, 0), (0.25, 600)])
    assert rows[0]["50.0% kept, 0 updates"] == "+15.0 ± 0.0"
    assert tables.against_chance(record, NORM, 0.5, 0, FOLDED) == [-1.0, -1.0]
    assert tables.repair_rows(record, [0.5])[0]["50% kept, points"] == "−35.0 ± 0.0"
    leads = tables.leads_of_units(record | {"budgets": [0, 150, 600]}, SCRATCH)
    assert leads["50.0%", "600 updates"] == [-2.0, -2.0] and len(leads) == 4
    assert [row["L2 norm minus"] for row in tables.size_rows(record, 600)][-1] == SCRATCH


def test_what_is_lost_is_told_for_every_choice_of_units():
    states = [mlp([64, 16, 16, 10], seed).state_dict() for seed in (0, 1)]
    shifts = tables.lost_shifts(states, digits().train_images, 0.5, draws=2)
    assert list(shifts) == [*CRITERIA, CHANCE]
    assert all(len(shares) == 2 and min(shares) > 0 for shares in shifts.values())
    whole = tables.lost_shifts(states, digits().train_images, 1.0, draws=1)
    assert all(shares == [0.0, 0.0] for shares in whole.values())


def latency_of(times):
    """Each network takes a fixed time a round; the whole one takes 1."""
    state = mlp([64, 8, 10], 0)
    networks = {(way, keep): state for way in WAYS for keep in (0.5, 0.25)}
    found = {name_of(WHOLE_COPY, 0): [1.0, 1.0], name_of(WHOLE_COPY, 1): [1.5, 1.5]}
    found |= {name_of(way, keep): [times[way], times[way]] for way, keep in networks}
    return Latency({0.5: 0.3, 0.25: 0.1}, networks, {"1 image": found})


def test_times_are_relative_to_the_fastest_copy():
    latency = latency_of({STRUCTURED: 0.5, ZEROS: 1.0, CSR: 2.0})
    assert latency.relative("1 image", STRUCTURED, 0.5) == pytest.approx((0.5, 0.5, 0.5))
    assert latency.log_speedups("1 image", CSR, 0.25) == [-math.log(2)] * 2
    assert latency.apart("1 image") == pytest.approx(0.5)


def test_the_ten_cells_count_cases():
    latency = latency_of({STRUCTURED: 0.4, ZEROS: 1.0, CSR: 0.9})
    rows = tables.ten_cells(record_of(RIGHT), 600, latency, ("runs", "refused"))
    assert len(rows) == 10
    measured = {(row["claim"], row["way"]): row["measured"] for row in rows}
    sparsity, hardware, software, both, coupling = dict.fromkeys(claim for claim, _ in measured)
    assert measured[sparsity, "structured"] == "less than a point lost: 2 yes"
    assert measured[sparsity, "unstructured"] == "less than a point lost: 2 no"
    assert measured[hardware, "unstructured"] == "faster with CSR software: 2 yes"
    assert measured[software, "unstructured"] == "faster with dense matrices: 2 no"
    # The networks of this latency are as large as the whole one: not compressed.
    assert measured[both, "structured"] == "half the bytes, twice as fast: 2 no"
    assert measured[coupling, "structured"] == "refused"


def test_a_network_is_made_in_three_ways_with_as_many_weights():
    data, whole = digits(), mlp([64, 32, 32, 10], 0).requires_grad_(False)
    batches = {"2 images": data.test_images[:2]}
    latency = measured_latency(whole, data.train_images, batches, (0.5,), rounds=2, calls=1)
    n_weights = 64 * 16 + 16 * 16 + 16 * 10
    assert latency.shares[0.5] == n_weights / (64 * 32 + 32 * 32 + 32 * 10)
    assert latency.networks[CSR, 0.5].n_values == n_weights
    assert state_bytes(latency.networks[ZEROS, 0.5]) == state_bytes(whole)
    assert state_bytes(latency.networks[STRUCTURED, 0.5]) == 4 * (n_weights + 16 + 16 + 10)
    assert len(latency.times["2 images"]) == 3 + 3


def test_shapes_and_what_is_gone():
    parts = [torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Conv2d(4, 5, 3)]
    states = [part.state_dict() for part in parts]
    rows = tables.shape_rows(states, shrink_conv_pair(*states, range(3)))
    assert sum(row["numbers gone"] for row in rows) == 9 + 1 + 4 + 5 * 9
    assert rows[0]["after"] == "3 × 1 × 3 × 3"
    assert tables.outcome(states, torch.zeros(1, 1, 8, 8)) == (True, "runs, (1, 5, 8, 8)")


def test_a_mistake_is_noticed_by_masking_where_it_changes_the_network():
    data = digits()
    states = [mlp([64, 8, 10], seed).state_dict() for seed in (0, 1)]
    mistakes = {
        "none": lambda state: (state, state),
        "flipped": lambda state: (state | {"2.weight": state["2.weight"].flip(1)}, state),
    }
    none, flipped = tables.mistake_rows(mistakes, states, data, steps=1)
    assert none["off by, against masking"] == "0"
    assert float(flipped["off by, against masking"]) > 0.01
