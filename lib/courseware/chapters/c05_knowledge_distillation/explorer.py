"""Temperature explorer: what a teacher's answer to one image says at each temperature.

`TemperatureExperiment` measures one setting and knows nothing of widgets; `TemperatureExplorer`
puts controls in front of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ipywidgets
import torch

from courseware.chapters.c05_knowledge_distillation.plots.soft_targets import softened_answer
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.say import cell_text
from courseware.showing.style import Picture
from model_compression.distillation import softmax

TEMPERATURES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0, 50.0, 100.0)


@dataclass(frozen=True)
class TemperatureSetting:
    """Which answer, at which temperature."""

    image: str
    temperature: float = 1.0


@dataclass(frozen=True, eq=False)
class TemperatureMeasurement:
    """What the teacher answers at a temperature.

    Attributes:
        probabilities: (C,).
        first, second: the classes of the largest two probabilities.
        entropy: of the probabilities, in nats: 0 if all is on one class, log(C) if all are equal.
    """

    probabilities: torch.Tensor
    first: int
    second: int
    entropy: float

    @property
    def ratio(self) -> float:
        """How many times as probable the first class is as the second."""
        first, second = self.probabilities[[self.first, self.second]].tolist()
        return first / second if second > 0 else float("inf")


class TemperatureExperiment:
    """Images by name, and a teacher's logits for each of them."""

    def __init__(
        self, images: Mapping[str, torch.Tensor], logits: torch.Tensor, classes: Sequence[str]
    ) -> None:
        if not images or logits.shape != (len(images), len(classes)):
            raise ValueError(
                f"logits: expected a row for each of {len(images)} images and a column for each "
                f"of {len(classes)} classes, got shape {tuple(logits.shape)}"
            )
        self.images = dict(images)
        self.classes = list(classes)
        self._logits = dict(zip(images, logits, strict=True))

    def measure(self, setting: TemperatureSetting) -> TemperatureMeasurement:
        """Divide the logits of one image by the temperature, and take the softmax.

        Raises: ValueError for an unknown image, or what `softmax` refuses.
        """
        p = softmax(self._answer(setting), setting.temperature)
        first, second = self._answer(setting).topk(2).indices.tolist()
        entropy = torch.special.entr(p).sum().item()
        return TemperatureMeasurement(p, first, second, entropy)

    def draw(self, setting: TemperatureSetting) -> Picture:
        """The image, and its probabilities at temperature 1 and at that of the setting."""
        return softened_answer(
            self._answer(setting),
            setting.temperature,
            self.classes,
            setting.image,
            self.images[setting.image],
        )

    def _answer(self, setting: TemperatureSetting) -> torch.Tensor:
        if setting.image not in self.images:
            raise ValueError(f"image: expected one of {list(self.images)}, got {setting.image!r}")
        return self._logits[setting.image]


class TemperatureExplorer(Explorer[TemperatureSetting]):
    """The widget: controls, readings, picture.

    CSS classes: temperature-explorer; temperature-explorer-image, -temperature (controls); -first,
    -second, -ratio, -entropy (numbers, in `data-value`); -picture, -message.
    """

    def __init__(self, experiment: TemperatureExperiment) -> None:
        self._experiment = experiment
        size = wide(100, 380)
        controls = {
            "image": ipywidgets.Dropdown(
                options=list(experiment.images), description="image", **size
            ),
            "temperature": ipywidgets.SelectionSlider(
                options=[(f"{t:g}", t) for t in TEMPERATURES],
                value=1.0,
                continuous_update=False,
                description="temperature",
                **size,
            ),
        }
        super().__init__(TemperatureSetting, "temperature-explorer", controls, _READINGS)

    def view(self) -> View:
        """What the present setting comes to."""
        setting = self.setting
        found = self._experiment.measure(setting)
        first, second = (self._experiment.classes[k] for k in (found.first, found.second))
        text = f"The most probable class is {first}, the next is {second}."
        return View(found, self._experiment.draw(setting), text)


_READINGS: Readings = {
    "first": (
        "probability of the first class",
        lambda found: found.probabilities[found.first].item(),
        "{:.4f}".format,
    ),
    "second": (
        "of the second",
        lambda found: found.probabilities[found.second].item(),
        cell_text,
    ),
    "ratio": ("first to second", lambda found: found.ratio, cell_text),
    "entropy": ("entropy, nats", lambda found: found.entropy, "{:.3f}".format),
}
"""What is read from a measurement: what it is called, where it is, how it is written."""
