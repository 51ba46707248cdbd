"""The pictures of lecture 04 draw what they are given, and say it in words; slopes are right."""

import pytest
import torch

from courseware.chapters.c04_quantization_aware_training.experiments.qat_digits import WAYS
from courseware.chapters.c04_quantization_aware_training.plots.fake_quantization import (
    example_of_a_staircase,
    neuron_pictures,
    paths_of_a_weight,
    staircase,
)
from courseware.chapters.c04_quantization_aware_training.plots.qat import (
    STYLES,
    errors_by_bits,
    errors_by_budget,
)
from courseware.chapters.c04_quantization_aware_training.surrogate_gradients import (
    GRADIENTS,
    path_of_weight,
)
from model_compression.fake_quantization import ste_mask


def test_the_staircase_says_what_becomes_of_the_value() -> None:
    alt = staircase(0.5, 2, -0.8, "straight-through, clipped").alt
    assert "4 steps of width 0.5" in alt
    assert "−0.8 becomes −1" in alt
    assert "(straight−through" not in alt
    assert alt.endswith("(straight-through, clipped): 1 there.")
    assert staircase(0.5, 2, 1.9, "straight-through, clipped").alt.endswith("0 there.")
    assert staircase(0.5, 2, 1.9, "straight-through everywhere").alt.endswith("1 there.")


def test_the_static_picture_is_the_same_each_time() -> None:
    assert example_of_a_staircase().svg == example_of_a_staircase().svg


def test_the_gradients_are_none_all_and_the_mask() -> None:
    x = torch.linspace(-2, 2, 401)
    none, everywhere, clipped = (slope(x, 0.5, -2, 1) for slope in GRADIENTS.values())
    assert not none.any()
    assert everywhere.eq(1).all()
    assert torch.equal(clipped.bool(), ste_mask(x, 0.5, -2, 1))
    assert set(clipped.tolist()) == {0.0, 1.0}


def path(name: str, start: float, target: float, steps: int = 40) -> list[float]:
    settings = {"scale": 0.5, "qmin": -2, "qmax": 1, "steps": steps, "learning_rate": 0.1}
    return path_of_weight(start, target, GRADIENTS[name], **settings)


def test_a_weight_follows_its_gradient() -> None:
    assert path("of the staircase itself", -0.8, 0.3) == [pytest.approx(-0.8)] * 41
    # From -0.8 (rounded: -1.0) by 0.1 * 1.3.
    assert path("straight-through, clipped", -0.8, 0.3, steps=1)[1] == pytest.approx(-0.67)
    settled = path("straight-through, clipped", -0.8, 0.3)[-10:]
    assert min(settled) < 0.25 < max(settled)  # the border between 0.0 and 0.5
    assert path("straight-through, clipped", 1.2, 0.0) == [pytest.approx(1.2)] * 41
    assert path("straight-through everywhere", 1.2, 0.0)[-1] < 0.75
    # Out of reach: the rounded weight stays at 0.5, so that 0.1 * 0.4 is added in every step.
    everywhere = path("straight-through everywhere", 0.5, 0.9, steps=20)
    assert everywhere[-1] == pytest.approx(0.5 + 20 * 0.04)
    assert 0.75 <= path("straight-through, clipped", 0.5, 0.9, steps=20)[-1] < 0.75 + 0.04


def test_paths_say_where_they_lead() -> None:
    panels = {"a case": (0.3, {"one": [0.1, 0.2], "other": [-0.5, 0.0]})}
    alt = paths_of_a_weight(panels, grid=[0.0, 0.5]).alt
    assert "a case, one: from 0.10 to 0.20; a case, other: from −0.50 to 0.00" in alt


def test_neurons_count_their_values() -> None:
    rows = {"float32": torch.arange(128.0).reshape(2, 64), "2 bits": torch.ones(2, 64)}
    alt = neuron_pictures(rows).alt
    assert "2 neurons" in alt
    assert "float32: 64 to 64 different weights a neuron; 2 bits: 1 to 1" in alt


def test_errors_are_named_by_bits() -> None:
    ways = {"PTQ": {8: [1.0, 2.0], 2: [30.0, 50.0]}, "QAT": {8: [1.0, 1.0], 2: [4.0, 2.0]}}
    alt = errors_by_bits({"small": ([1.0, 2.0], ways)}).alt
    assert "small, PTQ: 8 bits 1.50, 2 bits 40.00; small, QAT: 8 bits 1.00, 2 bits 3.00" in alt


def test_budgets_name_both_ends() -> None:
    accuracies = ([0.5, 0.9, 0.95], [0.75, 0.9, 0.97])
    seeds = [{"QAT": [{"accuracy": value} for value in run]} for run in accuracies]
    alt = errors_by_budget([0, 10, 100], {"2 bits": seeds}).alt
    assert "2 bits, QAT: 37.50 without training, 4.00 after 100 steps" in alt


def test_no_two_ways_look_alike_and_kinds_have_a_colour() -> None:
    assert set(STYLES) == set(WAYS)
    assert len(set(STYLES.values())) == len(WAYS)
    assert STYLES["QAT"][0] == STYLES["QAT, clipped"][0] != STYLES["PTQ"][0]
