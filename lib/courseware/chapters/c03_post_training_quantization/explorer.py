"""Calibration explorer: where the range of an activation ends, what is clipped and what rounded.

`CalibrationExperiment` measures one setting and knows nothing of widgets; `CalibrationExplorer`
puts controls in front of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets
import torch
from torch import nn

from courseware.chapters.c03_post_training_quantization.clipping import RangeError, range_error
from courseware.chapters.c03_post_training_quantization.layer_inputs import (
    layer_inputs,
    rounded_inputs,
)
from courseware.chapters.c03_post_training_quantization.plots.calibration import calibrated_range
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.say import cell_text
from courseware.showing.style import Picture
from courseware.subjects.training import accuracy
from model_compression.calibration import percentile_range

PERCENTILES = (90.0, 95.0, 98.0, 99.0, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99, 99.995, 100.0)


@dataclass(frozen=True)
class CalibrationSetting:
    """How the input of one layer is rounded.

    Attributes:
        layer: name of a linear layer.
        calibrated_on: name of a set of images.
        percentile: of the range, 50 < p <= 100; 100 takes the smallest and the largest value.
        n_bits: 2 ... 8.
    """

    layer: str
    calibrated_on: str
    percentile: float = 100.0
    n_bits: int = 4


@dataclass(frozen=True, eq=False)
class CalibrationMeasurement:
    """What a setting does to other images than those it was calibrated on.

    Attributes:
        values: the input of the layer for the images that judge.
        low, high: the range that calibration found.
        error: of `values` on the grid over that range.
        accuracy: of the network, with only this input rounded.
    """

    values: torch.Tensor
    low: float
    high: float
    error: RangeError
    accuracy: float


class CalibrationExperiment:
    """A network, inputs of some of its layers on several sets of images, and images that judge."""

    def __init__(
        self,
        model: nn.Module,
        layers: Sequence[str],
        calibration: Mapping[str, torch.Tensor],
        images: torch.Tensor,
        labels: torch.Tensor,
    ) -> None:
        if not layers or not calibration:
            raise ValueError("layers, calibration: expected at least one of each")
        self._model, self._images, self._labels = model, images, labels
        self.layers = list(layers)
        self.sets = list(calibration)
        self.float_accuracy = accuracy(model, images, labels)

        def inputs(of_images: torch.Tensor) -> dict[str, list[torch.Tensor]]:
            return layer_inputs(model, self.layers, lambda: model(of_images))

        self._seen = {name: inputs(of_images) for name, of_images in calibration.items()}
        self._values = {name: torch.cat(parts) for name, parts in inputs(images).items()}

    def measure(self, setting: CalibrationSetting) -> CalibrationMeasurement:
        """Calibrate one layer, and judge it by its values and the accuracy on the other images.

        Raises: ValueError for an unknown layer or set, or what `percentile_range` refuses.
        """
        if setting.layer not in self.layers:
            raise ValueError(f"layer: expected one of {self.layers}, got {setting.layer!r}")
        if setting.calibrated_on not in self.sets:
            raise ValueError(
                f"calibrated_on: expected one of {self.sets}, got {setting.calibrated_on!r}"
            )
        batches = self._seen[setting.calibrated_on][setting.layer]
        low, high = percentile_range(batches, setting.percentile)
        values = self._values[setting.layer]
        with rounded_inputs(self._model, {setting.layer: (low, high)}, setting.n_bits):
            found = accuracy(self._model, self._images, self._labels)
        return CalibrationMeasurement(
            values=values,
            low=low,
            high=high,
            error=range_error(values, low, high, setting.n_bits),
            accuracy=found,
        )


def draw(setting: CalibrationSetting, measured: CalibrationMeasurement) -> Picture:
    """The picture of a measurement: the values, the range, the grid."""
    title = (
        f"input of {setting.layer}: {setting.n_bits} bits, percentile {setting.percentile:g} of "
        f"{setting.calibrated_on}"
    )
    return calibrated_range(measured.values, measured.low, measured.high, setting.n_bits, title)


class CalibrationExplorer(Explorer[CalibrationSetting]):
    """The widget: controls, readings, picture.

    CSS classes: calibration-explorer; calibration-explorer-layer, -calibrated-on, -percentile,
    -n-bits (controls); -range, -step, -clipped, -clipping, -rounding, -accuracy (numbers, in
    `data-value`); -picture, -message.
    """

    def __init__(self, experiment: CalibrationExperiment) -> None:
        self._experiment = experiment
        super().__init__(
            CalibrationSetting, "calibration-explorer", _controls(experiment), _READINGS
        )

    def view(self) -> View:
        """What the present setting comes to."""
        setting = self.setting
        found = self._experiment.measure(setting)
        larger = "clipping" if found.error.clipping > found.error.rounding else "rounding"
        text = f"The larger part of the error comes from {larger}. "
        text += f"In float32 the accuracy is {self._experiment.float_accuracy:.1%}."
        return View(found, draw(setting, found), text)


_READINGS: Readings = {
    "range": ("width of the range", lambda found: found.high - found.low, "{:.2f}".format),
    "step": ("one step of the grid", lambda found: found.error.step, "{:.4f}".format),
    "clipped": ("values clipped", lambda found: found.error.clipped, "{:.3%}".format),
    "clipping": ("squared error of clipping", lambda found: found.error.clipping, cell_text),
    "rounding": ("squared error of rounding", lambda found: found.error.rounding, cell_text),
    "accuracy": ("accuracy of the network", lambda found: found.accuracy, "{:.1%}".format),
}
"""What is read from a measurement: what it is called, where it is, how it is written."""


def _controls(experiment: CalibrationExperiment) -> dict[str, Any]:
    """One control for each field of `CalibrationSetting`, by its name."""
    size = wide(130, 400)
    return {
        "layer": ipywidgets.Dropdown(options=experiment.layers, description="input of", **size),
        "calibrated_on": ipywidgets.Dropdown(
            options=experiment.sets, description="calibrated on", **size
        ),
        "percentile": ipywidgets.SelectionSlider(
            options=[(f"{p:g}", p) for p in PERCENTILES],
            value=100.0,
            continuous_update=False,
            description="percentile",
            **size,
        ),
        "n_bits": ipywidgets.IntSlider(
            value=4, min=2, max=8, continuous_update=False, description="bits", **size
        ),
    }
