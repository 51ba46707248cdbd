"""The pictures of lecture 10 draw what they are given, and say it in words."""

import torch

from courseware.chapters.c10_language_models.plots.arms import cosines_of_arms
from courseware.chapters.c10_language_models.plots.attention import attention_of_tokens
from courseware.chapters.c10_language_models.plots.channels import values_and_channels
from courseware.chapters.c10_language_models.plots.codebooks import (
    codebooks_under_values,
    sqnr_by_bits_per_weight,
)
from courseware.chapters.c10_language_models.plots.decoder_speed import times_against_limit
from courseware.chapters.c10_language_models.plots.layers import layer_errors
from courseware.chapters.c10_language_models.plots.memory import (
    cache_by_context,
    weights_and_cache,
)
from courseware.chapters.c10_language_models.plots.steps import times_of_steps

GB = 10**9


def test_attention_names_what_each_token_takes() -> None:
    alt = attention_of_tokens(torch.tensor([[1.0, 0.0], [0.25, 0.75]]), ["The", "cat"]).alt
    assert "The takes 1.00 from The; cat takes 0.25 from The, 0.75 from cat." in alt


def test_caches_stand_beside_their_weights() -> None:
    alt = cache_by_context([1, 1024], {"A": [GB, 2 * GB], "B": [5, 6]}, {"A": 3 * GB, "B": 7}).alt
    assert "A: weights 3 GB, cache 1 GB at 1, 2 GB at 1,024; B: weights 7 B" in alt


def test_what_does_not_fit_is_said() -> None:
    assert "together 4 GB, which fits into 4 GB." in weights_and_cache(GB, 3 * GB, 4 * GB).alt
    assert "which does not fit into 4 GB." in weights_and_cache(GB + 1, 3 * GB, 4 * GB).alt


def test_arms_have_their_means_said() -> None:
    lines = {"a row": {"nearest": [0.8, 0.9], "GPTQ": [0.9, 0.94]}}
    alt = cosines_of_arms({"4 bits": lines}).alt
    assert "4 bits, nearest: a row 0.850; 4 bits, GPTQ: a row 0.920." in alt


def test_steps_stand_beside_others_and_the_limit() -> None:
    alt = times_of_steps({"plain": 0.004, "wide": 0.002}, {"torch int4": 0.003}, 0.001).alt
    assert "torch int4 3.00 ms, plain 4.00 ms, wide 2.00 ms" in alt
    assert "takes 1.00 ms" in alt


def test_values_and_channels_name_the_largest() -> None:
    x = torch.zeros(4, 5)
    x[1, 3], x[2, 0] = -9.0, 2.0
    alt = values_and_channels(x).alt
    assert "20 values between −9 and 2.00" in alt
    assert "the two largest are 9.0 and 2.0" in alt


def test_codebooks_list_their_entries() -> None:
    picture = codebooks_under_values(torch.tensor([0.0, 0.5]), {"a": torch.tensor([-1.0, 0.25])})
    assert "a: −1.00, 0.25." in picture.alt


def test_sqnr_by_bits_per_weight_gives_means() -> None:
    alt = sqnr_by_bits_per_weight({"NF4": {4.5: [20.0, 21.0]}}).alt
    assert "NF4: 20.50 dB at 4.5 bits" in alt


def test_times_and_limits_are_in_milliseconds() -> None:
    times = {"one token": {"float32": 0.0137, "int4": 0.00334}}
    alt = times_against_limit(times, {"float32": 0.009}).alt
    assert "one token: float32 13.7 ms, int4 3.34 ms" in alt
    assert "takes float32 9 ms" in alt


def test_errors_of_layers_have_their_means_said() -> None:
    alt = layer_errors({"a": [1.0] * 12, "b": [3.0] * 12}).alt
    assert alt == "Error of the outputs of 12 matrices, on average: a 1.0 %, b 3.0 %."
