"""Staircase explorer: what fake quantization makes of a value, and which gradient it hands back.

`StaircaseSetting` says what is looked at, `read_staircase` computes it and knows nothing of
widgets; `StaircaseExplorer` puts controls in front of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ipywidgets
import torch

from courseware.chapters.c04_quantization_aware_training.plots.fake_quantization import (
    REACH,
    staircase,
)
from courseware.chapters.c04_quantization_aware_training.surrogate_gradients import GRADIENTS
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.say import cell_text
from model_compression.fake_quantization import fake_quantize
from model_compression.number_formats import integer_range


@dataclass(frozen=True)
class StaircaseSetting:
    """A grid, a value on it, and a rule for the gradient.

    Attributes:
        n_bits: 2 ... 8, signed codes.
        scale: > 0.
        x: within -REACH ... REACH.
        gradient: one of `GRADIENTS`.
    """

    n_bits: int = 3
    scale: float = 0.4
    x: float = 0.72
    gradient: str = "straight-through, clipped"


@dataclass(frozen=True)
class StaircaseReading:
    """What becomes of the value: its code, the rounded value, the error, and its gradient."""

    code: int
    x_hat: float
    error: float
    gradient: float
    clipped: bool


def read_staircase(setting: StaircaseSetting) -> StaircaseReading:
    """Round one value and take its gradient.

    Raises: ValueError for an unknown gradient, or what `fake_quantize` refuses.
    """
    if setting.gradient not in GRADIENTS:
        raise ValueError(f"gradient: expected one of {list(GRADIENTS)}, got {setting.gradient!r}")
    qmin, qmax = integer_range(setting.n_bits, signed=True)
    x = torch.tensor([setting.x])
    x_hat = fake_quantize(x, setting.scale, qmin, qmax)
    code = round((x_hat / setting.scale).item())
    return StaircaseReading(
        code=code,
        x_hat=x_hat.item() + 0.0,  # not -0.0
        error=(x_hat - x).item(),
        gradient=GRADIENTS[setting.gradient](x, setting.scale, qmin, qmax).item(),
        clipped=torch.round(x / setting.scale).item() != code,
    )


class StaircaseExplorer(Explorer[StaircaseSetting]):
    """The widget: controls, readings, picture.

    CSS classes: staircase-explorer; staircase-explorer-n-bits, -scale, -x, -gradient (controls);
    -code, -x-hat, -error, -slope (numbers, in `data-value`); -picture, -message.
    """

    def __init__(self, setting: StaircaseSetting | None = None) -> None:
        super().__init__(
            StaircaseSetting,
            "staircase-explorer",
            _controls(setting or StaircaseSetting()),
            _READINGS,
        )

    def view(self) -> View:
        """What the present setting comes to."""
        setting = self.setting
        found = read_staircase(setting)
        picture = staircase(setting.scale, setting.n_bits, setting.x, setting.gradient)
        return View(found, picture, _in_words(found))


def _in_words(found: StaircaseReading) -> str:
    what = "clipped" if found.clipped else "rounded"
    if found.gradient == 0:
        return f"The value is {what}. No gradient arrives: training cannot move it."
    return f"The value is {what}. The gradient passes as if nothing had happened to it."


def _decimals(value: float) -> str:
    return cell_text(round(value, 4))


_READINGS: Readings = {
    "code": ("code", lambda found: found.code, cell_text),
    "x-hat": ("value after rounding", lambda found: found.x_hat, _decimals),
    "error": ("error", lambda found: found.error, _decimals),
    "slope": ("gradient", lambda found: found.gradient, cell_text),
}


def _controls(setting: StaircaseSetting) -> dict[str, Any]:
    """One control for each field of `StaircaseSetting`, by its name."""
    size = wide()
    live: dict[str, Any] = {"continuous_update": False, **size}
    return {
        "n_bits": ipywidgets.IntSlider(
            value=setting.n_bits, min=2, max=8, description="bits", **live
        ),
        "scale": ipywidgets.FloatSlider(
            value=setting.scale, min=0.05, max=1.0, step=0.05, description="scale", **live
        ),
        "x": ipywidgets.FloatSlider(
            value=setting.x, min=-REACH, max=REACH, step=0.02, description="value x", **live
        ),
        "gradient": ipywidgets.Dropdown(
            options=list(GRADIENTS), value=setting.gradient, description="gradient", **size
        ),
    }
