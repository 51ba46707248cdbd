"""Pictures of lecture 11 say in words what they show."""

from courseware.chapters.c11_deep_compression.plots import (
    bytes_by_use,
    front_of_points,
    shared_values,
    size_and_accuracy,
)
from courseware.chapters.c11_deep_compression.results import Dot

DOTS = [
    Dot("wide, ±3", 9000.0, (97.0, 98.0)),
    Dot("narrow, float", 50_000.0, (95.0, 96.0)),
    Dot("4 shared, at once", 60_000.0, (97.6, 97.6)),
]


def test_the_front_is_told_and_the_chosen_one_is_marked():
    alt = size_and_accuracy(DOTS, 97.7, 1.0, "narrow, float").alt
    told = alt.split("The front: ")[1].split(". Float")[0]
    assert told == "wide, ±3 9,000 bytes 97.5%; 4 shared, at once 60,000 bytes 97.6%"
    assert "Float: 97.7%" in alt and "27 kB 98.42%" in alt
    assert "Marked: narrow, float, 50,000 bytes, 95.5%." in alt
    named = size_and_accuracy(DOTS, 97.7, 1.0, named={"wide, ±3": "first try"}).alt
    assert named == size_and_accuracy(DOTS, 97.7, 1.0).alt + " first try: 9,000 bytes, 97.5%."
    assert "Marked" not in size_and_accuracy(DOTS, 97.7, 1.0).alt


def test_bytes_are_told_by_use():
    alt = bytes_by_use({"a": {"values": 2000.0, "places": 10.0}}).alt
    assert alt == "Bytes by use. a: values 2,000, places 10."


def test_values_are_told_by_table():
    alt = shared_values([0.0, 1.0], {"even": [0.0, 0.5]}).alt
    assert alt == "Histogram of 2 weights. even: 0.000, 0.500."


def test_a_front_of_points_may_be_empty_or_wrong():
    points = [(300.0, 90.0), (200.0, 80.0)]
    assert front_of_points(["a", "b"], points, [1, 0]).alt.endswith(
        "On the front: b: 200 bytes, 80.0%; a: 300 bytes, 90.0%."
    )
    assert front_of_points(["a", "b"], points, []).alt.endswith("On the front: none.")
