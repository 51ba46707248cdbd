"""The fit explorer: the bytes of weights and cache, and what it says when it cannot."""

import pytest

from courseware.chapters.c10_language_models import explorer as fit_explorer
from courseware.chapters.c10_language_models.explorer import (
    DECODERS,
    FitExplorer,
    FitSetting,
    example_of_a_fit,
    needed,
    texts_that_fit,
)
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)


@pytest.mark.parametrize(
    ("model", "tokens", "bits", "n_bytes"),
    [  # counted by hand: 2 * layers * heads * 128 numbers a token
        ("Llama-2-7B", 1, 16, 524_288),
        ("Llama-3-8B", 1, 16, 131_072),
        ("Llama-2-7B", 131_072, 4, 18_253_611_008),
        ("Llama-3-8B", 131_072, 4, 4_563_402_752),
    ],
)
def test_a_cache_is_counted(model: str, tokens: int, bits: int, n_bytes: int) -> None:
    assert DECODERS[model].cache_bytes(tokens, bits=bits) == n_bytes
    assert DECODERS[model].cache_bytes(tokens, batch=3, bits=bits) == 3 * n_bytes


def test_weights_have_their_scales_below_16_bits() -> None:
    model = DECODERS["Llama-2-7B"]
    assert model.weight_bytes(16) == 2 * 6_738_415_616
    assert model.weight_bytes(4) == 6_738_415_616 * 17 // 32


def test_what_fits_ends_where_the_memory_ends() -> None:
    need = needed(FitSetting("Llama-2-7B", 12, 1, 16, 16, 16 * 10**9))
    assert (need.weights, need.cache) == (13_476_831_232, 2_147_483_648)
    assert need.fits
    assert not needed(FitSetting("Llama-2-7B", 12, 2, 16, 16, 16 * 10**9)).fits
    assert needed(FitSetting(memory=need.weights, weight_bits=16)).share > 1


@pytest.mark.parametrize("weight_bits", [16, 8, 4])
@pytest.mark.parametrize("cache_bits", [16, 8, 4])
def test_one_text_more_than_fit_does_not(weight_bits: int, cache_bits: int) -> None:
    most = texts_that_fit(weight_bits, cache_bits)
    for batch, fits in ((most, True), (most + 1, False)):
        setting = FitSetting(batch=batch, weight_bits=weight_bits, cache_bits=cache_bits)
        assert needed(setting).fits is fits


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (FitSetting(model="GPT"), "model: expected one of Llama-2-7B, Llama-3-8B, got 'GPT'"),
        (FitSetting(batch=0), "batch: expected"),
        (FitSetting(cache_bits=0), "bits: expected"),
    ],
)
def test_bad_settings_are_named(setting: FitSetting, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        needed(setting)


def test_numbers_and_picture_follow_the_controls() -> None:
    explorer = FitExplorer()
    found = needed(FitSetting())
    assert (shown(explorer, "weights"), shown(explorer, "cache")) == (found.weights, found.cache)
    changes = [("model", "Llama-3-8B"), ("log2_context", 15), ("batch", 2), ("weight_bits", 16)]
    changes += [("cache_bits", 4), ("memory", 80 * 10**9)]
    pictures = pictures_along(explorer, changes)
    assert len(set(pictures)) == len(pictures)
    assert shown(explorer, "share") == needed(explorer.setting).share
    assert "fit-explorer-log2-context" in classes_of(explorer)


def test_the_message_names_the_larger_part() -> None:
    explorer = FitExplorer(FitSetting(batch=1))
    assert "it fits. The larger part: the weights" in explorer.message.value
    explorer.controls["batch"].value = 64
    assert "it does not fit. The larger part: the cache" in explorer.message.value


def test_errors_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = (fit_explorer, "needed")
    assert_error_shows_until_redrawn(FitExplorer(), monkeypatch, behind, "batch", (5, 6))


def test_the_static_picture_says_what_does_not_fit() -> None:
    assert "which does not fit into 16 GB" in example_of_a_fit().alt
