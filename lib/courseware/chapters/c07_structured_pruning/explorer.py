"""Unit explorer: rank the units of a small trained network, take the lowest out, see what is left.

`UnitSetting` says how many stay and by which criterion, `read_units` computes what that makes of
the network and knows nothing of widgets; `UnitExplorer` puts controls in front of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets
import torch

from courseware.chapters.c07_structured_pruning.network_costs import macs
from courseware.chapters.c07_structured_pruning.plots import units_of_a_network
from courseware.chapters.c07_structured_pruning.unit_pruning import (
    CRITERIA,
    kept_units,
    unit_scores,
    without_units,
)
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.say import cell_text
from courseware.subjects.models import count_parameters, network_of
from courseware.subjects.training import accuracy

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


class UnitExplorer(Explorer[UnitSetting]):
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
        super().__init__(
            UnitSetting, "unit-explorer", _controls(setting or UnitSetting()), _READINGS
        )

    def view(self) -> View:
        """What the present setting comes to."""
        setting = self.setting
        found = read_units(*self._network, setting)
        n_outputs = len(self._network[0]["2.bias"])
        picture = units_of_a_network(found.scores, found.kept, n_outputs, setting.criterion)
        text = (
            f"{len(found.scores) - len(found.kept)} of {len(found.scores)} units are out, each "
            "with the row that made it and the column that read it."
        )
        return View(found, picture, text)


def _percent(share: float) -> str:
    return f"{share:.1%}"


_READINGS: Readings = {
    "kept": ("units that stay", lambda found: len(found.kept), cell_text),
    "parameters": ("parameters", lambda found: found.parameters, cell_text),
    "bytes": ("bytes", lambda found: found.bytes, cell_text),
    "macs": ("multiplications an image", lambda found: found.macs, cell_text),
    "accuracy": ("accuracy, without training", lambda found: found.accuracy, _percent),
}


def _controls(setting: UnitSetting) -> dict[str, Any]:
    """One control for each field of `UnitSetting`, by its name."""
    size = wide()
    return {
        "keep_ratio": ipywidgets.FloatSlider(
            value=setting.keep_ratio,
            min=0.0,
            max=1.0,
            step=0.05,
            description="keep ratio",
            continuous_update=False,
            **size,
        ),
        "criterion": ipywidgets.Dropdown(
            options=list(CRITERIA), value=setting.criterion, description="criterion", **size
        ),
    }
