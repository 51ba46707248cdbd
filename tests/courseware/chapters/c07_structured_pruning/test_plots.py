"""The pictures of lecture 07 draw what they are given, and say it in words."""

import pytest

from courseware.chapters.c07_structured_pruning.plots import (
    accuracy_at_equal_bytes,
    draws_and_criteria,
    example_of_units,
    times_by_weights,
    two_criteria,
    units_of_a_network,
)


def test_units_that_go_are_named() -> None:
    picture = units_of_a_network([0.5, 0.0, 2.0, 1.0], [0, 2], 3, "L2 norm")
    assert "L2 norm of 4 hidden units" in picture.alt
    assert "3 outputs" in picture.alt
    assert picture.alt.endswith("Taken out with all their connections: 1, 3.")
    assert "2 of 4 units stay" in picture.svg
    everything = units_of_a_network([0.5, 1.0], [0, 1], 3, "L2 norm")
    assert everything.alt.endswith("connections: none.")


@pytest.mark.parametrize("kept", [[], [1], [0, 1]])
def test_only_kept_units_have_connections(kept: list[int]) -> None:
    svg = units_of_a_network([1.0, 1.0, 1.0], kept, 5, "L2 norm").svg
    to_outputs, from_inputs = (svg.count(f"opacity: {alpha}") for alpha in ("0.55", "0.06"))
    assert to_outputs == 5 * len(kept)
    assert from_inputs == len(kept)


def test_silent_units_only_can_be_drawn() -> None:
    assert "0 of 2 units stay" in units_of_a_network([0.0, 0.0], [], 2, "mean activation").svg


def test_the_static_picture_is_the_same_each_time() -> None:
    assert example_of_units().svg == example_of_units().svg
    assert "Taken out with all their connections: 1, 3, 6, 9, 11." in example_of_units().alt


def test_two_criteria_count_who_keeps_what() -> None:
    kept = {"mean activation": [0, 3, 4], "APoZ": [0, 1]}
    alt = two_criteria([0.1, 0.2, 0.9, 0.5, 0.6], [3.0, 0.1, 0.0, 2.0, 1.0], kept).alt
    assert "5 units" in alt
    assert "both keep it: 1; only mean activation keeps it: 2; only APoZ keeps it: 1" in alt
    assert "both take it out: 1" in alt


def test_times_are_told_by_share() -> None:
    panels = {"1 image": {"structured": [0.5, 0.25]}, "8 images": {"structured": [0.4, 0.125]}}
    alt = times_by_weights([0.27, 0.075], panels).alt
    assert "at 27.0%, 7.5% of the weights" in alt
    assert "1 image, structured: 0.5, 0.25; 8 images, structured: 0.4, 0.12" in alt


def test_accuracies_are_means_by_size() -> None:
    ways = {"structured": [[96.0, 98.0], [90.0, 92.0]], "sparse": [[97.0, 97.0], [10.0, 30.0]]}
    alt = accuracy_at_equal_bytes(["half\n10 bytes", "quarter"], ways, [98.0, 99.0]).alt
    assert "at half 10 bytes; quarter." in alt
    assert "whole network 98.5; structured 97.0, 91.0; sparse 97.0, 20.0" in alt


def test_draws_and_criteria_are_told() -> None:
    alt = draws_and_criteria([40.0, 60.0], {"L2 norm": 70.0, "mean activation": 30.0}).alt
    assert "draws by chance 40.0 to 60.0, mean 50.0; L2 norm 70.0; mean activation 30.0" in alt
