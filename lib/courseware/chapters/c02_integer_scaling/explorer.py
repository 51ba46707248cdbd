"""Scale explorer: how scale, range, granularity and clipping change the weights of a layer.

`ScaleExperiment` measures one setting and knows nothing of widgets; `ScaleExplorer` puts controls
in front of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import ipywidgets
import torch
from torch import nn

from courseware.chapters.c02_integer_scaling.plots.weight_grids import weight_grids
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.style import Picture
from courseware.subjects.models import weights_of, with_weights
from courseware.subjects.training import accuracy
from model_compression.error_measures import max_abs_error, rmse, sqnr_db
from model_compression.granularity import Granularity
from model_compression.integer_scaling import QuantizedTensor, quantize_tensor
from model_compression.number_formats import integer_range

GROUP_SIZES = (8, 16, 32)


@dataclass(frozen=True)
class Setting:
    """How one layer is quantized.

    Attributes:
        layer: name of a weight in the state_dict.
        n_bits: 2 ... 8.
        full_range: use the lowest code too, see `absmax_scale`.
        granularity: "tensor", "channel" or a group size.
        percentile: weights beyond this percentile of |w| are clipped to it first; 100 clips none.
    """

    layer: str
    n_bits: int = 4
    full_range: bool = False
    granularity: Granularity = "tensor"
    percentile: float = 100.0


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a setting does to its layer and to the network.

    Attributes:
        weights: the weights before.
        grids: (blocks, codes), the values that the codes of each block stand for.
        limit: largest magnitude left by the clipping.
        max_error, rmse: in the units of the weights, clipping included.
        sqnr: in dB.
        clipped: share of weights beyond the limit.
        bits_per_weight: with the scales.
        accuracy: of the network with this layer quantized, all else in float32.
    """

    weights: torch.Tensor
    grids: torch.Tensor
    limit: float
    max_error: float
    rmse: float
    sqnr: float
    clipped: float
    bits_per_weight: float
    accuracy: float


class ScaleExperiment:
    """A trained network whose layers can be quantized one at a time."""

    def __init__(self, model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> None:
        self._model = model
        self._images = images
        self._labels = labels
        self._weights = weights_of(model)
        self.float_accuracy = accuracy(model, images, labels)

    @property
    def layers(self) -> list[str]:
        """Names of the weights that can be quantized."""
        return list(self._weights)

    def granularities(self, layer: str) -> list[Granularity]:
        """What can be chosen for a layer: group sizes have to divide its rows."""
        n_inputs = self._weights[layer].shape[-1]
        return ["tensor", "channel", *(size for size in GROUP_SIZES if n_inputs % size == 0)]

    def measure(self, setting: Setting) -> Measurement:
        """Quantize one layer and compare it, and the whole network, with the original.

        Raises: ValueError for an unknown layer, a percentile outside 50 < p <= 100, or what
            `quantize_tensor` refuses.
        """
        if setting.layer not in self._weights:
            raise ValueError(f"layer: expected one of {self.layers}, got {setting.layer!r}")
        weights = self._weights[setting.layer]
        limit = _clipping_limit(weights, setting.percentile)
        quantized = quantize_tensor(
            weights.clamp(-limit, limit),
            setting.n_bits,
            setting.granularity,
            full_range=setting.full_range,
        )
        restored = quantized.dequantize()
        changed = with_weights(self._model, {setting.layer: restored})
        return Measurement(
            weights=weights,
            grids=_grids(quantized, setting.full_range),
            limit=limit,
            max_error=max_abs_error(weights, restored),
            rmse=rmse(weights, restored),
            sqnr=sqnr_db(weights, restored),
            clipped=(weights.abs() > limit).double().mean().item(),
            bits_per_weight=quantized.bits_per_weight,
            accuracy=accuracy(changed, self._images, self._labels),
        )


def draw(setting: Setting, measured: Measurement) -> Picture:
    """The picture of a measurement: the histogram of the weights and the grids below it."""
    name = _granularity_name(setting.granularity)
    span = "full" if setting.full_range else "restricted"
    title = f"{setting.layer}: {setting.n_bits} bits, {span} range, one scale per {name}"
    return weight_grids(measured.weights, measured.grids, measured.limit, title)


class ScaleExplorer(Explorer[Setting]):
    """The widget: controls, readings, picture.

    CSS classes: scale-explorer; scale-explorer-layer, -n-bits, -full-range, -granularity,
    -percentile (controls); -sqnr, -rmse, -max-error, -clipped, -bits-per-weight, -accuracy
    (numbers, in `data-value`); -picture, -message.
    """

    def __init__(self, experiment: ScaleExperiment) -> None:
        self._experiment = experiment
        self._is_changing = False
        super().__init__(Setting, "scale-explorer", _controls(experiment), _READINGS)

    def changed(self, field: str) -> None:
        """Another layer may have rows that other group sizes divide."""
        if self._is_changing:
            return
        if field == "layer":
            control = self.controls["granularity"]
            chosen = control.value
            options = _granularity_options(self._experiment, self.controls["layer"].value)
            self._is_changing = True
            try:
                control.options = options  # ipywidgets then takes the first one
                control.value = chosen if chosen in dict(options).values() else "tensor"
            finally:
                self._is_changing = False
        self.show_view()

    def view(self) -> View:
        """What the present setting comes to."""
        setting = self.setting
        found = self._experiment.measure(setting)
        text = f"With all weights in float32 the accuracy is {self._experiment.float_accuracy:.1%}."
        return View(found, draw(setting, found), text)


_READINGS: Readings = {
    "sqnr": ("SQNR", attrgetter("sqnr"), "{:.1f} dB".format),
    "rmse": ("RMSE", attrgetter("rmse"), "{:.4f}".format),
    "max-error": ("largest error", attrgetter("max_error"), "{:.4f}".format),
    "clipped": ("weights clipped", attrgetter("clipped"), "{:.1%}".format),
    "bits-per-weight": (
        "bits per weight, with the scales",
        attrgetter("bits_per_weight"),
        "{:.2f}".format,
    ),
    "accuracy": ("accuracy of the network", attrgetter("accuracy"), "{:.1%}".format),
}
"""Fields of `Measurement`: what they are called, and how they are written."""


def _controls(experiment: ScaleExperiment) -> dict[str, Any]:
    """One control for each field of `Setting`, by its name."""
    size = wide(130, 380)
    first = experiment.layers[0]
    return {
        "layer": ipywidgets.Dropdown(options=experiment.layers, description="layer", **size),
        "n_bits": ipywidgets.IntSlider(
            value=4, min=2, max=8, continuous_update=False, description="bits", **size
        ),
        "full_range": ipywidgets.Dropdown(
            options=[("restricted", False), ("full", True)], description="range", **size
        ),
        "granularity": ipywidgets.Dropdown(
            options=_granularity_options(experiment, first), description="one scale per", **size
        ),
        "percentile": ipywidgets.FloatSlider(
            value=100.0,
            min=80.0,
            max=100.0,
            step=0.5,
            readout_format=".1f",
            continuous_update=False,
            description="clip at percentile",
            **size,
        ),
    }


def _granularity_options(experiment: ScaleExperiment, layer: str) -> list[tuple[str, Granularity]]:
    return [(_granularity_name(choice), choice) for choice in experiment.granularities(layer)]


def _granularity_name(granularity: Granularity) -> str:
    return granularity if isinstance(granularity, str) else f"group of {granularity}"


def _clipping_limit(weights: torch.Tensor, percentile: float) -> float:
    if not 50 < percentile <= 100:
        raise ValueError(f"percentile: expected a number in 50 < p <= 100, got {percentile!r}")
    return weights.abs().double().quantile(percentile / 100).item()


def _grids(quantized: QuantizedTensor, full_range: bool) -> torch.Tensor:
    lowest, highest = integer_range(quantized.n_bits, signed=True)
    codes = torch.arange(lowest if full_range else -highest, highest + 1)
    return quantized.scale.reshape(-1, 1) * codes
