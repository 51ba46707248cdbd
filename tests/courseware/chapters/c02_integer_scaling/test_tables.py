"""The tables of lecture 02 say what was measured, at the bits that it took."""

import pytest
import torch

from courseware.chapters.c02_integer_scaling import few_bits, tables
from courseware.chapters.c02_integer_scaling.mistakes import mistakes_in_scaling
from courseware.subjects.data import digits
from courseware.subjects.least_error import least_error
from courseware.subjects.models import mlp
from courseware.subjects.training import train
from model_compression.integer_scaling import absmax_scale, quantize, quantize_tensor


@pytest.fixture(scope="module")
def weights():
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(16, 16, generator=generator) for _ in range(3)]


def test_codes_go_from_the_largest_magnitude_to_the_smallest(weights):
    scale = absmax_scale(weights[0], 4)
    codes = quantize(weights[0], scale, 4)
    rows = tables.codes(weights[0], codes, scale, every=51)
    assert rows[0]["code q"] in ("7", "−7") and rows[0]["error, in steps"] == "0"
    assert len(rows) == 6


def test_the_full_range_is_behind_in_small_groups_at_four_bits(weights):
    _, found = tables.full_minus_restricted(weights, (2, 4), ("tensor", 8))
    assert found[2, "tensor"].mean > 0 > found[4, 8].mean


def test_an_outlier_in_every_row_spoils_a_scale_per_row(weights):
    one = torch.zeros(16, 16, dtype=torch.bool)
    one[3, 5] = True
    column = torch.zeros(16, 16, dtype=torch.bool)
    column[:, 5] = True
    rows, found = tables.outlier_damage(
        weights, {"one": one, "a column": column}, 100.0, ("tensor", "channel")
    )
    pairs = zip(found["one", "channel"], found["a column", "channel"], strict=True)
    assert all(column > 2 * one for one, column in pairs)
    assert rows[0]["set to a large value"] == "one"


def test_an_outlier_that_takes_the_scale_costs_digits_and_a_cut_one_does_not():
    data, network = digits(), mlp([64, 16, 10], seed=0)
    train(network, data.train_images, data.train_labels, seed=0)
    mask = torch.zeros(16, 64, dtype=torch.bool)
    mask[3, 0] = True  # a pixel in the corner, which is always empty
    ways = {"float": None, "absmax": quantize_tensor, "least": least_error}
    read, left = tables.read_with_outlier([network] * 2, data, mask, 10.0, ways)
    assert left["float"] == 10 and left["absmax"] == pytest.approx(10) and left["least"] < 6
    assert read["absmax"] < read["least"] - 0.2 < read["float"]


def test_gains_are_differences_of_each_run():
    rows, gains = tables.gain_per_bit([2, 3, 4], {"a": [[0.0, 9.0, 16.0], [1.0, 11.0, 18.0]]})
    assert gains == {"a": [[9.0, 10.0], [7.0, 7.0]]}
    assert [row["a"] for row in rows] == ["9.50", "7.00"]
    assert [row["from the steps"] for row in rows] == ["9.54", "7.36"]


def test_only_arms_whose_whole_interval_is_below_a_point_are_kept():
    losses = {("a", 4): [0.4, 0.5, 0.6], ("b", 3): [0.2, 0.5, 1.1]}
    results = {key: (float(key[1]), []) for key in losses}
    assert few_bits.fewest_bits(results, losses) == (("a", 4), ("b", 3))
    first, second = few_bits.losses_by_way(results, losses)
    assert second["3-bit codes"].endswith("(3.00)")
    assert first == {"one scale per": "a", "4-bit codes": "0.50 ± 0.25 (4.00)"}


def test_equal_bits_name_what_each_side_takes():
    results = {("tensor, float32", 3): (3.01, []), ("group of 16, float16", 2): (3.0, [])}
    (row,) = few_bits.equal_bits(results, {(3, "group of 16, float16"): [1.0, 2.0]})
    assert (row["takes"], row["takes "]) == ("3.01", "3.00")
    assert row["longer codes ahead, points"] == "+1.50 ± 6.35"


def test_every_mistake_costs_decibels(weights):
    for row in mistakes_in_scaling(weights[0]):
        wrong, right = (float(row[k].replace("−", "-")) for k in ("with it", "done right"))
        assert wrong < right - 3, row


def test_sizes_are_against_the_first():
    rows = tables.sizes({"float32": 4000, "int4": 500}, 1000)
    assert [row["times smaller"] for row in rows] == ["1.00", "8.00"]
    assert rows[1]["bits per weight"] == "4.00"


def test_symmetric_or_affine_says_how_much_a_zero_point_gains():
    x = torch.linspace(0, 1, 100)
    rows, gains = tables.symmetric_or_affine({"ramp": x}, 4)
    assert gains["ramp"] > 5 and rows[0]["zero point"] == 0
    assert quantize_tensor(x, 4, symmetric=False).zero_point == 0


def test_of_arms_with_as_many_bits_the_one_that_loses_least_counts():
    results = {("a", 4): (4.0, []), ("b", 3): (4.01, []), ("c", 2): (3.0, []), ("d", 8): (8.0, [])}
    means = {("a", 4): 0.5, ("b", 3): 0.1, ("c", 2): 2.0, ("d", 8): 0.0}
    losses = {key: [mean, mean + 0.01] for key, mean in means.items()}
    assert few_bits.fewest_bits(results, losses) == (("b", 3), ("c", 2))
    with pytest.raises(ValueError, match="fewer bits"):
        few_bits.fewest_bits(results, {("d", 8): [0.0, 0.01]})


def test_what_a_bit_and_a_zero_point_gain_is_told_for_each_matrix(weights):
    gains = tables.gain_of_a_bit(weights, 4, quantize_tensor)
    assert len(gains) == len(weights)
    assert all(4 < gain < 9 for gain in gains)
    shifted = [weight.abs() for weight in weights]
    assert min(tables.affine_over_full_range(shifted, 4)) > 4
