"""The staircase explorer shows what the library computes, and says so when it cannot."""

import pytest
import torch

from courseware.chapters.c04_quantization_aware_training import explorer as staircase_explorer
from courseware.chapters.c04_quantization_aware_training.explorer import (
    StaircaseExplorer,
    StaircaseSetting,
    read_staircase,
)
from courseware.chapters.c04_quantization_aware_training.surrogate_gradients import GRADIENTS
from model_compression.integer_scaling import quantize
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)

CLIPPED = "straight-through, clipped"


@pytest.mark.parametrize("n_bits", [2, 4, 8])
@pytest.mark.parametrize("x", [-2.0, -0.5, 0.0, 0.14, 1.98])
def test_a_reading_is_that_of_the_library(n_bits: int, x: float) -> None:
    found = read_staircase(StaircaseSetting(n_bits, 0.1, x, CLIPPED))
    code = quantize(torch.tensor([x]), 0.1, n_bits).item()
    assert found.code == code
    assert found.x_hat == pytest.approx(0.1 * code)
    assert found.error == pytest.approx(0.1 * code - x, abs=1e-6)
    low, high = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
    inside = low <= round(x / 0.1) <= high
    assert (found.gradient, found.clipped) == (float(inside), not inside)


def test_other_gradients_do_not_look_at_the_border() -> None:
    beyond = [StaircaseSetting(2, 0.1, 1.0, name) for name in GRADIENTS]
    assert [read_staircase(setting).gradient for setting in beyond] == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (StaircaseSetting(gradient="none"), "gradient: expected one of"),
        (StaircaseSetting(scale=0.0), "scale: expected"),
        (StaircaseSetting(x=float("nan")), "x: expected"),
    ],
)
def test_bad_settings_are_named(setting: StaircaseSetting, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_staircase(setting)


def test_the_readings_are_those_of_the_setting() -> None:
    explorer = StaircaseExplorer()
    explorer.controls["n_bits"].value = 2
    explorer.controls["scale"].value = 0.5
    explorer.controls["x"].value = -1.4
    setting = StaircaseSetting(2, 0.5, -1.4, CLIPPED)
    assert explorer.setting == setting
    found = read_staircase(setting)
    assert shown(explorer, "code") == found.code == -2
    assert shown(explorer, "x-hat") == found.x_hat == -1.0
    assert shown(explorer, "error") == found.error
    assert shown(explorer, "slope") == found.gradient == 0
    assert "clipped. No gradient arrives" in explorer.message.value
    explorer.controls["gradient"].value = "straight-through everywhere"
    assert "clipped. The gradient passes" in explorer.message.value


def test_every_control_changes_the_picture() -> None:
    explorer = StaircaseExplorer()
    changes = {"n_bits": 5, "scale": 0.1, "x": -1.0, "gradient": "straight-through everywhere"}
    pictures = pictures_along(explorer, changes.items())
    assert len(set(pictures)) == len(pictures)


def test_the_browser_finds_everything_by_its_class() -> None:
    explorer = StaircaseExplorer()
    names = ["n-bits", "scale", "x", "gradient", "code", "x-hat", "error", "slope", "picture"]
    assert classes_of(explorer) == [f"staircase-explorer-{name}" for name in names]


def test_an_error_shows_in_the_widget_and_the_next_draw_clears_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_error_shows_until_redrawn(
        StaircaseExplorer(), monkeypatch, (staircase_explorer, "read_staircase"), "n_bits", (5, 6)
    )
