"""The temperature explorer shows what the library computes, and says so when it cannot."""

import math

import pytest
import torch

from courseware.chapters.c05_knowledge_distillation.explorer import (
    TEMPERATURES,
    TemperatureExperiment,
    TemperatureExplorer,
    TemperatureSetting,
)
from model_compression.distillation import softmax
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)

LOGITS = torch.tensor([[0.5, 0.7, 1.3], [9.0, -2.0, 4.0]])
CLASSES = ["cat", "dog", "apple"]


@pytest.fixture
def experiment() -> TemperatureExperiment:
    images = {"first": torch.zeros(784), "second": torch.ones(784)}
    return TemperatureExperiment(images, LOGITS, CLASSES)


def test_a_measurement_is_that_of_the_library(experiment: TemperatureExperiment) -> None:
    found = experiment.measure(TemperatureSetting("second", 4.0))
    assert torch.equal(found.probabilities, softmax(LOGITS[1], 4.0))
    assert (found.first, found.second) == (0, 2)
    # Five logits apart, divided by 4.
    assert found.ratio == pytest.approx(math.exp(5 / 4), rel=1e-5)
    p = found.probabilities.tolist()
    assert found.entropy == pytest.approx(-sum(q * math.log(q) for q in p), rel=1e-5)


def test_entropy_grows_with_the_temperature_up_to_log_c(experiment: TemperatureExperiment) -> None:
    entropies = [experiment.measure(TemperatureSetting("second", t)).entropy for t in TEMPERATURES]
    assert entropies == sorted(entropies)
    assert entropies[-1] == pytest.approx(math.log(3), abs=0.01)
    assert entropies[0] == pytest.approx(0, abs=1e-6)


def test_a_second_class_of_probability_zero_is_infinitely_less_probable() -> None:
    logits = torch.tensor([[0.0, -1000.0]])
    experiment = TemperatureExperiment({"a": torch.zeros(784)}, logits, ["x", "y"])
    assert experiment.measure(TemperatureSetting("a", 1.0)).ratio == float("inf")


def test_bad_settings_are_named(experiment: TemperatureExperiment) -> None:
    with pytest.raises(ValueError, match="image: expected one of"):
        experiment.measure(TemperatureSetting("third"))
    with pytest.raises(ValueError, match="temperature: expected"):
        experiment.measure(TemperatureSetting("first", 0.0))


def test_an_experiment_needs_a_row_of_logits_for_each_image() -> None:
    for images, logits in (({}, LOGITS), ({"a": torch.zeros(784)}, LOGITS)):
        with pytest.raises(ValueError, match="logits: expected a row for each"):
            TemperatureExperiment(images, logits, CLASSES)


def test_the_readings_are_those_of_the_setting(experiment: TemperatureExperiment) -> None:
    explorer = TemperatureExplorer(experiment)
    explorer.controls["image"].value = "second"
    explorer.controls["temperature"].value = 8.0
    setting = TemperatureSetting("second", 8.0)
    assert explorer.setting == setting
    found = experiment.measure(setting)
    assert shown(explorer, "first") == found.probabilities[0].item()
    assert shown(explorer, "second") == found.probabilities[2].item()
    assert shown(explorer, "ratio") == found.ratio
    assert shown(explorer, "entropy") == found.entropy
    assert "The most probable class is cat, the next is apple." in explorer.message.value
    assert explorer.picture.value == experiment.draw(setting).html


def test_every_control_changes_the_picture(experiment: TemperatureExperiment) -> None:
    explorer = TemperatureExplorer(experiment)
    changes = (("image", "second"), ("temperature", 20.0))
    pictures = pictures_along(explorer, changes)
    assert len(set(pictures)) == len(pictures)


def test_the_browser_finds_everything_by_its_class(experiment: TemperatureExperiment) -> None:
    explorer = TemperatureExplorer(experiment)
    names = ["image", "temperature", "first", "second", "ratio", "entropy", "picture"]
    assert classes_of(explorer) == [f"temperature-explorer-{name}" for name in names]
    assert "temperature-explorer-message" in explorer.message._dom_classes


def test_an_error_shows_in_the_widget_and_the_next_draw_clears_it(
    experiment: TemperatureExperiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_error_shows_until_redrawn(
        TemperatureExplorer(experiment),
        monkeypatch,
        (TemperatureExperiment, "measure"),
        "temperature",
        (2.0, 4.0),
    )
