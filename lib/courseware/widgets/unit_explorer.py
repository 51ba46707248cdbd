"""Unit explorer: rank the units of a small trained network, take the lowest out, see what is left.

`UnitSetting` says how many stay and by which criterion, `read_units` computes what that makes of
the network and knows nothing of widgets; `UnitExplorer` puts controls in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets
import torch

from courseware.fine_tuning import network_of
from courseware.models import count_parameters
from courseware.network_costs import macs
from courseware.plots.structured import units_of_a_network
from courseware.show import cell_text
from courseware.training import accuracy
from courseware.unit_pruning import CRITERIA, kept_units, unit_scores, without_units
from courseware.widgets.safely import message_area, number_html, safely, show_message

State = Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class UnitSetting:
    """How many units stay, and by which criterion.

    Attributes:
        keep_ratio: share of the hidden units that stays, 0 ... 1.
        criterion: one of `CRITERIA`.
    """

    keep_ratio: float = 0.5
    criterion: str = "mean activation"


@dataclass(frozen=True, eq=False)
class UnitReading:
    """What is left: scores and kept units of the hidden layer, and the small network's costs.

    `accuracy` is right after the surgery, without any training.
    """

    scores: list[float]
    kept: list[int]
    parameters: int
    bytes: int
    macs: int
    accuracy: float


def read_units(
    state: State, images: torch.Tensor, labels: torch.Tensor, setting: UnitSetting
) -> UnitReading:
    """Take units out of a network with one hidden layer.

    Raises: ValueError for another number of layers, an unknown criterion, or a keep_ratio outside
        0 ... 1.
    """
    scores = unit_scores(state, images, setting.criterion)
    if len(scores) != 1:
        raise ValueError(f"state: expected one hidden layer, got {len(scores)}")
    small = network_of(without_units(state, scores, setting.keep_ratio))
    (of_layer,) = scores.values()
    (kept,) = kept_units(scores, setting.keep_ratio).values()
    return UnitReading(
        scores=of_layer.tolist(),
        kept=kept.tolist(),
        parameters=count_parameters(small),
        bytes=sum(tensor.nbytes for tensor in small.state_dict().values()),
        macs=macs(small, images[:1]),
        accuracy=accuracy(small, images, labels),
    )


class UnitExplorer(ipywidgets.VBox):
    """The widget: controls, readings, picture.

    Args:
        state: of a trained network with one hidden layer; images and labels to measure on.

    CSS classes: unit-explorer; unit-explorer-keep-ratio, -criterion (controls); -kept, -parameters,
    -bytes, -macs, -accuracy (numbers, in `data-value`); -picture, -message.
    """

    def __init__(
        self,
        state: State,
        images: torch.Tensor,
        labels: torch.Tensor,
        setting: UnitSetting | None = None,
    ) -> None:
        self._network = (state, images, labels)
        self.message = message_area("unit-explorer-message")
        self.controls = _controls(setting or UnitSetting())
        self.readings = {name: _named(ipywidgets.HTML(), name) for name in _READINGS}
        self.picture = _named(ipywidgets.HTML(), "picture")
        for control in self.controls.values():
            control.observe(safely(self.message, self._draw), names="value")
        panels = [
            ipywidgets.VBox(list(self.controls.values())),
            ipywidgets.VBox(
                list(self.readings.values()), layout=ipywidgets.Layout(margin="0 0 0 24px")
            ),
        ]
        row = ipywidgets.HBox(panels, layout=ipywidgets.Layout(flex_flow="row wrap"))
        super().__init__([row, self.message, self.picture])
        self.add_class("unit-explorer")
        self._draw()

    @property
    def setting(self) -> UnitSetting:
        """What the controls say."""
        return UnitSetting(**{name: box.value for name, box in self.controls.items()})

    def _draw(self, _: object = None) -> None:
        setting = self.setting
        found = read_units(*self._network, setting)
        for name, (label, read, form) in _READINGS.items():
            value = read(found)
            self.readings[name].value = f"{label}: {number_html(form(value), value)}"
        n_outputs = len(self._network[0]["2.bias"])
        drawing = units_of_a_network(found.scores, found.kept, n_outputs, setting.criterion)
        self.picture.value = drawing.html
        n_gone = len(found.scores) - len(found.kept)
        show_message(
            self.message,
            f"{n_gone} of {len(found.scores)} units are out, each with the row that made it and "
            "the column that read it.",
        )


def _percent(share: float) -> str:
    return f"{share:.1%}"


_READINGS: dict[str, tuple[str, Callable[[UnitReading], float], Callable[[float], str]]] = {
    "kept": ("units that stay", lambda found: len(found.kept), cell_text),
    "parameters": ("parameters", lambda found: found.parameters, cell_text),
    "bytes": ("bytes", lambda found: found.bytes, cell_text),
    "macs": ("multiplications an image", lambda found: found.macs, cell_text),
    "accuracy": ("accuracy, without training", lambda found: found.accuracy, _percent),
}
"""What is read: what it is called, where it is, how it is written."""


def _controls(setting: UnitSetting) -> dict[str, Any]:
    """One control for each field of `UnitSetting`, by its name."""
    wide: dict[str, Any] = {
        "style": {"description_width": "90px"},
        "layout": ipywidgets.Layout(width="400px"),
    }
    controls = {
        "keep_ratio": ipywidgets.FloatSlider(
            value=setting.keep_ratio,
            min=0.0,
            max=1.0,
            step=0.05,
            description="keep ratio",
            continuous_update=False,
            **wide,
        ),
        "criterion": ipywidgets.Dropdown(
            options=list(CRITERIA), value=setting.criterion, description="criterion", **wide
        ),
    }
    return {name: _named(control, name.replace("_", "-")) for name, control in controls.items()}


def _named(widget: ipywidgets.Widget, name: str) -> ipywidgets.Widget:
    widget.add_class(f"unit-explorer-{name}")
    return widget
