"""The pictures of lecture 09 draw what they are given, and say it in words."""

import pytest

from courseware.chapters.c09_lottery_tickets.plots import (
    curves_of_arms,
    distance_map,
    example_of_rounds,
    weights_left,
)
from courseware.showing.plots import arms_by_size


def test_curves_name_every_arm_up_to_five() -> None:
    arms = {name: [[2.0, 1.0], [4.0, 2.0]] for name in ("dense", "a", "b", "c", "d")}
    picture = curves_of_arms([0, 10], arms, "loss", "title")
    for name in arms:
        assert f"{name} from 3 to 1.5" in picture.alt
    assert picture.svg.count("stroke-dasharray") > 0
    with pytest.raises(IndexError):
        curves_of_arms([0, 10], arms | {"e": [[1.0, 1.0]]}, "loss", "title")


def test_sizes_are_shares_or_counts_and_means_are_named() -> None:
    arms = {"ticket": {0.6: [1.0, 3.0], 0.216: [4.0, 6.0]}, "random": {0.6: [0.0, 1.0]}}
    alt = arms_by_size({"updates": ([1150.0, 1170.0], arms)}, "share").alt
    assert "updates, dense 1160; updates, ticket at 60.0%, 21.6%: 2, 5" in alt
    assert "updates, random at 60.0%: 0.5" in alt
    alt = arms_by_size({"right": ([], {"all": {1184: [90.0, 92.0]}})}, "weights").alt
    assert alt == "Means: right, all at 1,184: 91."


def test_one_run_has_no_spread() -> None:
    with pytest.raises(ValueError, match="values: expected 2 or more"):
        arms_by_size({"right": ([], {"all": {16: [90.0]}})}, "units")


def test_the_map_names_the_last_mask_and_chance() -> None:
    rows = [[0.0, 0.2, 0.3], [0.2, 0.0, 0.1], [0.3, 0.1, 0.0]]
    alt = distance_map([0, 20, 40], rows, 0.34).alt
    assert "after 40 updates: from the first mask 0.300, from the middle one 0.100" in alt
    assert "0.340" in alt


def test_bars_name_what_is_left() -> None:
    alt = weights_left([1000, 800, 640], 2).alt
    assert "1,000 at the start, 800 after one round, 640 after 2 rounds" in alt
    assert "1,000 after 0 rounds" in weights_left([1000], 0).alt
    assert weights_left([1000, 800, 640], 1).svg != weights_left([1000, 800, 640], 2).svg


def test_the_static_picture_shows_the_paper_s_seven_rounds() -> None:
    assert "55,826 after 7 rounds" in example_of_rounds().alt


def test_an_arm_keeps_the_colour_that_it_is_given() -> None:
    runs = {"a": {16: [1.0, 2.0]}, "b": {16: [2.0, 3.0]}}
    svg = arms_by_size({"right": ([], runs)}, "units", {"b": "#123456"}).svg
    assert "#123456" in svg
    assert "#123456" not in arms_by_size({"right": ([], runs)}, "units").svg
