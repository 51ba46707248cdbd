"""What a training of `train_qat` leaves alone, and what is told where it did not."""

from __future__ import annotations

import pytest
import torch

from courseware.chapters.c04_quantization_aware_training.tasks import networks
from courseware.chapters.c04_quantization_aware_training.tasks.inputs import rows_a_little_beyond
from courseware.chapters.c04_quantization_aware_training.tasks.left_alone import (
    decayed,
    largest_shrunk,
    unit_woken,
)
from courseware.checks.states import State
from courseware.checks.task import Draw


@pytest.fixture(scope="module")
def state():
    return networks.small_problem(Draw("left alone"), 4)[0]


def changed(state, **factors):
    names = {"weight": "0.weight", "bias": "0.bias"}
    new = {name: tensor.clone() for name, tensor in state.items()}
    for name, factor in factors.items():
        new[names[name]] *= factor
    return State(new)


def test_the_last_unit_is_off_for_every_image():
    state, images, _, n_bits, _ = networks.small_problem(Draw("left alone"), 4)
    for weight in (state["0.weight"], networks.rounded(state["0.weight"], n_bits)):
        assert float((images @ weight[-1] + state["0.bias"][-1]).max()) < 0


def test_rounding_of_scales_is_no_decay(state):
    nearly = changed(state, weight=1 - 1e-6, bias=1 - 1e-6)
    assert not decayed(state, nearly)
    assert not unit_woken(state, nearly)
    assert not largest_shrunk(state, nearly, 1e-4)


@pytest.mark.parametrize("bias", [0.988, 1.0], ids=["biases too", "weights alone"])
def test_a_decay_is_told_from_a_missing_relu(state, bias):
    assert decayed(state, changed(state, weight=0.988, bias=bias)).kind == "weights-decayed"
    assert not decayed(state, changed(state, bias=0.9))
    assert unit_woken(state, changed(state, bias=0.9)).kind == "off-unit-trained"


def test_a_tenth_and_more_is_clipped(state):
    clipped = changed(state, weight=0.7)
    assert not decayed(state, clipped)
    assert largest_shrunk(state, clipped, 0.1).kind == "scale-clipped"


def test_quotients_are_a_little_above_the_highest_code():
    weight = rows_a_little_beyond(Draw("a little beyond"), 4, 3, 5)
    largest = weight.abs().amax(dim=1, keepdim=True)
    steps = weight.abs() / (largest / 7)
    assert bool((steps.amax(dim=1) > 7).all())
    assert bool((torch.round(steps) <= 7).all())
