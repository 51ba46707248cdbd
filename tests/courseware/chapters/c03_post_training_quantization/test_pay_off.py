"""The last cell of exercise 03 searches with a network that the student's functions stored."""

import re

from courseware.chapters.c03_post_training_quantization.pay_off import search
from courseware.chapters.c03_post_training_quantization.plots.search import best_matches
from model_compression.weight_quantization import bits_per_weight, quantize_weights


def test_the_search_still_works_in_four_bits_and_fails_in_two(capsys):
    picture = search(quantize_weights=quantize_weights, bits_per_weight=bits_per_weight)
    places = [int(place) for place in re.findall(r"the right line is number (\d+)", picture.alt)]
    assert places[:3] == [1, 1, 1]
    assert places[3] > 1
    assert "**Asked** for the function" in capsys.readouterr().out


def test_the_right_line_is_found_by_its_cosine():
    alt = best_matches({"a": [0.1, 0.9, 0.5]}, ["one", "two", "three"], right=2).alt
    assert "a: the right line is number 2, first is “two”" in alt
