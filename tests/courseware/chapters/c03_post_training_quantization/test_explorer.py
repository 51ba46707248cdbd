"""The calibration explorer shows what the library computes, and says so when it cannot."""

import pytest
import torch
from torch import nn

from courseware.chapters.c03_post_training_quantization.clipping import range_error
from courseware.chapters.c03_post_training_quantization.explorer import (
    CalibrationExperiment,
    CalibrationExplorer,
    CalibrationSetting,
)
from courseware.chapters.c03_post_training_quantization.layer_inputs import rounded_inputs
from courseware.subjects.models import mlp
from courseware.subjects.training import accuracy
from model_compression.calibration import percentile_range
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)


def images(n: int, seed: int) -> torch.Tensor:
    return torch.rand(n, 26, generator=torch.Generator().manual_seed(seed))


SETS = {"bright": images(20, 0), "dim": images(5, 1) / 4}
TEST, LABELS = images(40, 2), torch.arange(40) % 4


@pytest.fixture
def model() -> nn.Sequential:
    return mlp([26, 8, 4], seed=0)


@pytest.fixture
def experiment(model: nn.Sequential) -> CalibrationExperiment:
    return CalibrationExperiment(model, ["0", "2"], SETS, TEST, LABELS)


def test_a_measurement_is_that_of_the_library(
    model: nn.Sequential, experiment: CalibrationExperiment
) -> None:
    measured = experiment.measure(CalibrationSetting("0", "dim", 99, 4))
    assert (measured.low, measured.high) == percentile_range([SETS["dim"]], 99)
    assert torch.equal(measured.values, TEST)
    assert measured.error == range_error(TEST, measured.low, measured.high, 4)
    assert measured.error.clipped > 0.5
    with rounded_inputs(model, {"0": (measured.low, measured.high)}, 4):
        assert measured.accuracy == accuracy(model, TEST, LABELS)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (CalibrationSetting("1", "bright"), "layer: expected one of"),
        (CalibrationSetting("0", "texts"), "calibrated_on: expected one of"),
        (CalibrationSetting("0", "bright", 50), "percentile: expected"),
        (CalibrationSetting("0", "bright", 100, 9), "n_bits: expected"),
    ],
)
def test_bad_settings_are_named(
    experiment: CalibrationExperiment, setting: CalibrationSetting, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        experiment.measure(setting)


def test_an_experiment_needs_layers_and_images(model: nn.Sequential) -> None:
    with pytest.raises(ValueError, match="expected at least one of each"):
        CalibrationExperiment(model, [], SETS, TEST, LABELS)


def test_the_readings_are_those_of_the_setting(experiment: CalibrationExperiment) -> None:
    explorer = CalibrationExplorer(experiment)
    explorer.controls["layer"].value = "2"
    explorer.controls["calibrated_on"].value = "dim"
    explorer.controls["percentile"].value = 98.0
    explorer.controls["n_bits"].value = 3
    setting = CalibrationSetting("2", "dim", 98.0, 3)
    assert explorer.setting == setting
    measured = experiment.measure(setting)
    assert shown(explorer, "range") == measured.high - measured.low
    assert shown(explorer, "step") == measured.error.step
    assert shown(explorer, "clipped") == measured.error.clipped
    assert shown(explorer, "clipping") == measured.error.clipping
    assert shown(explorer, "rounding") == measured.error.rounding
    assert shown(explorer, "accuracy") == measured.accuracy
    larger = "clipping" if measured.error.clipping > measured.error.rounding else "rounding"
    assert f"comes from {larger}" in explorer.message.value


def test_every_control_changes_the_picture(experiment: CalibrationExperiment) -> None:
    explorer = CalibrationExplorer(experiment)
    changes = (
        ("layer", "2"),
        ("calibrated_on", "dim"),
        ("percentile", 95.0),
        ("n_bits", 7),
    )
    pictures = pictures_along(explorer, changes)
    assert len(set(pictures)) == len(pictures)


def test_the_browser_finds_everything_by_its_class(experiment: CalibrationExperiment) -> None:
    explorer = CalibrationExplorer(experiment)
    names = ["layer", "calibrated-on", "percentile", "n-bits"]
    names += ["range", "step", "clipped", "clipping", "rounding", "accuracy", "picture"]
    assert classes_of(explorer) == [f"calibration-explorer-{name}" for name in names]


def test_an_error_shows_in_the_widget_and_the_next_draw_clears_it(
    experiment: CalibrationExperiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_error_shows_until_redrawn(
        CalibrationExplorer(experiment),
        monkeypatch,
        (CalibrationExperiment, "measure"),
        "n_bits",
        (5, 6),
    )
