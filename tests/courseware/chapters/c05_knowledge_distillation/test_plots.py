"""The pictures of lecture 05 draw what they are given, and say it in words."""

import math
import re

import torch

from courseware.chapters.c05_knowledge_distillation.plots.soft_targets import (
    digits_and_answers,
    example_of_softening,
    gradients_by_temperature,
    softened_answer,
)
from courseware.chapters.c05_knowledge_distillation.plots.student_errors import (
    errors_by_bias,
    errors_by_lesson,
    errors_by_steps,
    errors_by_temperature,
)

LOGITS = torch.tensor([0.0, math.log(3.0)])


def test_a_softened_answer_names_the_probabilities_at_both_temperatures() -> None:
    alt = softened_answer(LOGITS, 2.0, ["cat", "dog"], "a title").alt
    # e^0 to e^(log 3 / 2) is 1 to the root of 3.
    assert alt == "a title. Probabilities at T = 1 and at T = 2: cat 25% and 37%, dog 75% and 63%."


def test_small_probabilities_are_not_called_zero() -> None:
    alt = softened_answer(torch.tensor([0.0, 9.0, 4.0]), 1.0, ["a", "b", "c"], "t").alt
    assert "a <0.1% and <0.1%, b 99% and 99%, c 0.7% and 0.7%" in alt


def test_at_temperature_1_both_sets_of_bars_are_drawn() -> None:
    svg = softened_answer(LOGITS, 1.0, ["cat", "dog"], "t").svg
    assert svg.count("<!-- T = 1 -->") == 2  # the legend names two


def test_the_image_is_drawn_only_if_there_is_one() -> None:
    with_image = softened_answer(LOGITS, 2.0, ["0", "1"], "t", torch.rand(784)).svg
    assert "<image" in with_image
    assert "<image" not in softened_answer(LOGITS, 2.0, ["0", "1"], "t").svg


def test_digits_and_answers_say_what_comes_second() -> None:
    logits = torch.full((2, 10), -8.0)
    logits[0, 7], logits[0, 2] = 4.0, 2.0
    logits[1, 3], logits[1, 5] = 6.0, 1.0
    picture = digits_and_answers(torch.rand(2, 784), logits, torch.tensor([7, 3]), 2.0)
    p = torch.softmax(logits / 2, dim=1)
    assert f"label 7: {p[0, 7]:.0%} on it, the next is 2 with {p[0, 2]:.0%}" in picture.alt
    assert "label 3" in picture.alt
    assert picture.svg.count("<image") == 2


def test_gradients_name_their_ends() -> None:
    alt = gradients_by_temperature([1, 2, 4], {"KL": [0.1, 0.03, 0.008]}).alt
    assert alt == "Length of the gradient from T = 1 to 4. KL: 0.1 to 0.008."


def test_errors_by_temperature_give_the_means() -> None:
    students = {"30 units": {1: [80, 82], 4: [60, 61]}}
    alt = errors_by_temperature(students, {"30 units": [83, 84]}, [24, 26]).alt
    assert "30 units: labels 83.5, T = 1: 81.0, T = 4: 60.5. Their teachers: 25.0." in alt


def test_errors_by_lesson_give_the_means_of_every_size() -> None:
    students = {"small": {"a": [10, 12], "b": [5, 6]}, "large": {"a": [8, 8], "b": [4, 2]}}
    alt = errors_by_lesson(students, baseline="a", goal="b").alt
    assert "small: a 11.0, b 5.5; large: a 8.0, b 3.0." in alt


def test_errors_by_bias_say_what_the_chosen_one_gives() -> None:
    alt = errors_by_bias([-1, 0, 1], {"the 3s": [100, 40, 20], "all": [12, 7, 6]}, 1).alt
    assert "at the chosen +1: the 3s 20.0%; all 6.0%" in alt


def test_errors_by_steps_give_the_means() -> None:
    alt = errors_by_steps({"labels": {30: [150, 152], 100: [94, 95]}}).alt
    assert "labels: 30 steps 151.0, 100 steps 94.5" in alt


def test_the_static_picture_shows_what_its_text_in_the_lecture_says() -> None:
    alt = example_of_softening().alt
    assert re.search(r"\b2 98% and 54%", alt)
    assert re.search(r"\b7 1.8% and 20%", alt)
