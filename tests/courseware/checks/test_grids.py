"""Which of a result's tensors is drawn beside the expected one."""

import torch

from courseware.checks.grids import grid


def test_of_named_tensors_the_first_expected_that_differs_is_drawn():
    # Ten names: a set of them would be in this order once in millions of runs.
    names = [f"layer {i}" for i in range(10)]
    expected = {name: torch.tensor([i, i]) for i, name in enumerate(names)}
    got = {name: expected[name] + (name != "layer 0") for name in reversed(names)}
    assert grid(expected, got).expected == (("1", "1"),)
