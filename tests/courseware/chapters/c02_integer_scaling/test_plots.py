"""The pictures of lecture 02 draw what they are given, and say it in words."""

import re

import pytest
import torch

from courseware.chapters.c02_integer_scaling.plots.granularity import blocks_of, error_maps
from courseware.chapters.c02_integer_scaling.plots.packing import packed_bytes
from courseware.chapters.c02_integer_scaling.plots.quantization_error import (
    errors_by_bits_per_weight,
    errors_in_steps,
    sqnr_by_bits,
)
from courseware.chapters.c02_integer_scaling.plots.scaling import (
    codes_by_value,
    matrices,
    two_symmetric_grids,
)
from courseware.chapters.c02_integer_scaling.plots.weight_grids import (
    N_ROWS,
    bell_shaped_example,
    used_codes,
    weight_grids,
)


def test_two_grids_name_both_scales_and_their_codes():
    picture = two_symmetric_grids(torch.tensor([-9.4, 0.8, 14.33]), 4)
    assert "scale 2.0471, codes −5, 0, 7" in picture.alt
    assert "scale 1.9107, codes −5, 0, 7" in picture.alt


def test_matrices_list_every_cell():
    picture = matrices({"a": [[1.5, -2.0]], "b": [[2, -2]]}, [[True, False]])
    assert "a: 1.5 −2; b: 2 −2" in picture.alt


def test_codes_by_value_names_the_ends():
    values = torch.tensor([-200.0, 0.0, 200.0])
    wrapped = values.to(torch.int32).to(torch.int8)
    picture = codes_by_value(values, {"wrapped": wrapped}, "x")
    assert "from −200 to 200" in picture.alt
    assert "from 56 at the left to −56" in picture.alt


def test_blocks_count_their_scales():
    alt = blocks_of((6, 8), ("tensor", "channel", 4)).alt
    assert "tensor: block (6, 8), 1 scale;" in alt
    assert "channel: block (1, 8), 6 scales;" in alt
    assert "group of 4: block (1, 4), 12 scales." in alt


def test_error_maps_give_the_mean_error():
    alt = error_maps({"a": torch.tensor([[1.0, -3.0]]), "b": torch.zeros(1, 2)}).alt
    assert "a: mean 2; b: mean 0" in alt


def test_used_codes_are_those_that_values_are_nearest_to():
    values = torch.tensor([0.0, 0.9, 2.1])
    grids = {"symmetric": torch.arange(-2.0, 3.0), "affine": torch.arange(0.0, 3.0)}
    alt = used_codes(values, grids).alt
    assert "symmetric: 3 of 5 codes used; affine: 3 of 3 codes used" in alt


@pytest.mark.parametrize(("n_blocks", "n_shown"), [(1, 1), (N_ROWS, N_ROWS), (100, N_ROWS)])
def test_weight_grids_show_a_selection(n_blocks, n_shown):
    weights = torch.linspace(-1, 1, 400).reshape(100, 4)
    grids = torch.linspace(0.1, 1, n_blocks).reshape(-1, 1) * torch.arange(-1.0, 2.0)
    alt = weight_grids(weights, grids, 0.9, "title").alt
    assert f"3 values for each of {n_shown} of {n_blocks} blocks" in alt
    clipped = (weights.abs() > 0.9).double().mean().item()
    assert f"{clipped:.2%} of them clipped" in alt


def test_the_static_picture_is_the_same_each_time():
    assert bell_shaped_example().svg == bell_shaped_example().svg


def test_packed_bytes_mark_the_padding():
    picture = packed_bytes(torch.tensor([1, -1, 7], dtype=torch.int8))
    assert "2 bytes: 241 (0xF1), 7 (0x07)" in picture.alt


def test_errors_in_steps_give_the_rmse():
    assert "a: RMSE 0.250 steps" in errors_in_steps({"a": torch.tensor([0.25, -0.25])}).alt


def test_sqnr_by_bits_gives_the_ends_of_the_mean():
    alt = sqnr_by_bits([2, 3], {"a": [[1.0, 7.0], [2.0, 9.0]]}, 6.02).alt
    assert "a from 1.5 to 8.0 dB" in alt


def test_errors_by_bits_per_weight_name_every_point():
    results = {("channel", 2): (2.5, [0.5, 0.7]), ("channel", 8): (8.5, [0.9, 0.92])}
    alt = errors_by_bits_per_weight(results | {("tensor", 2): (2.0, [0.3, 0.4])}, [0.95, 0.97]).alt
    assert "channel, 2 bits: 40.00 at 2.50 bits per weight" in alt
    assert "channel, 8 bits: 9.00 at 8.50 bits per weight" in alt
    assert "tensor, 2 bits: 65.00 at 2.00 bits per weight" in alt


def test_pictures_are_svg_without_a_date():
    svg = bell_shaped_example().svg
    assert svg.startswith("<?xml")
    assert not re.search(r"<dc:date>", svg)
