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
from model_compression.calibration import percentile_range
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)


class LetterEncoder(nn.Module):
    """As the sentence encoder, for short strings: counts of letters, two linear layers."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.first = nn.Linear(26, 8)
        self.second = nn.Linear(8, 4)
        for parameter in self.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator)

    @torch.no_grad()
    def encode(self, texts: list[str]) -> torch.Tensor:
        counts = torch.tensor([[float(t.count(chr(97 + i))) for i in range(26)] for t in texts])
        return nn.functional.normalize(self.second(torch.relu(self.first(counts))), dim=1)


SETS = {"words": ["pruning", "scales", "banana"], "one letter": ["a"]}
TEST = ["quantize", "mississippi", "network"]


@pytest.fixture
def model() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture
def experiment(model: LetterEncoder) -> CalibrationExperiment:
    return CalibrationExperiment(model, ["first", "second"], SETS, TEST)


def test_a_measurement_is_that_of_the_library(
    model: LetterEncoder, experiment: CalibrationExperiment
) -> None:
    measured = experiment.measure(CalibrationSetting("first", "words", 99, 4))
    counts = torch.tensor([[float(t.count(chr(97 + i))) for i in range(26)] for t in SETS["words"]])
    assert (measured.low, measured.high) == percentile_range([counts], 99)
    assert measured.error == range_error(measured.values, measured.low, measured.high, 4)
    assert measured.values.shape == (3, 26)
    assert 0 < measured.cosine < 1
    fine = experiment.measure(CalibrationSetting("first", "words", 100, 8))
    assert fine.cosine > measured.cosine


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (CalibrationSetting("third", "words"), "layer: expected one of"),
        (CalibrationSetting("first", "images"), "calibrated_on: expected one of"),
        (CalibrationSetting("first", "words", 50), "percentile: expected"),
        (CalibrationSetting("first", "words", 100, 9), "n_bits: expected"),
    ],
)
def test_bad_settings_are_named(
    experiment: CalibrationExperiment, setting: CalibrationSetting, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        experiment.measure(setting)


def test_an_experiment_needs_layers_and_texts(model: LetterEncoder) -> None:
    with pytest.raises(ValueError, match="expected at least one of each"):
        CalibrationExperiment(model, [], SETS, TEST)


def test_the_readings_are_those_of_the_setting(experiment: CalibrationExperiment) -> None:
    explorer = CalibrationExplorer(experiment)
    explorer.controls["layer"].value = "second"
    explorer.controls["calibrated_on"].value = "one letter"
    explorer.controls["percentile"].value = 98.0
    explorer.controls["n_bits"].value = 3
    setting = CalibrationSetting("second", "one letter", 98.0, 3)
    assert explorer.setting == setting
    measured = experiment.measure(setting)
    assert shown(explorer, "range") == measured.high - measured.low
    assert shown(explorer, "step") == measured.error.step
    assert shown(explorer, "clipped") == measured.error.clipped
    assert shown(explorer, "clipping") == measured.error.clipping
    assert shown(explorer, "rounding") == measured.error.rounding
    assert shown(explorer, "cosine") == measured.cosine
    larger = "clipping" if measured.error.clipping > measured.error.rounding else "rounding"
    assert f"comes from {larger}" in explorer.message.value


def test_every_control_changes_the_picture(experiment: CalibrationExperiment) -> None:
    explorer = CalibrationExplorer(experiment)
    changes = (
        ("layer", "second"),
        ("calibrated_on", "one letter"),
        ("percentile", 95.0),
        ("n_bits", 7),
    )
    pictures = pictures_along(explorer, changes)
    assert len(set(pictures)) == len(pictures)


def test_the_browser_finds_everything_by_its_class(experiment: CalibrationExperiment) -> None:
    explorer = CalibrationExplorer(experiment)
    names = ["layer", "calibrated-on", "percentile", "n-bits"]
    names += ["range", "step", "clipped", "clipping", "rounding", "cosine", "picture"]
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
