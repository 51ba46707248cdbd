"""How many bytes the weights of a model take, and whether a device has room for them."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import ipywidgets

from courseware.chapters.c00_why_compress.known_models import DEVICE_BYTES, N_PARAMS
from courseware.showing.byte_text import GB, byte_text
from courseware.showing.safely import message_area, number_html, safely, show_message
from model_compression.number_formats import model_bytes

BITS = (32, 16, 8, 4)
GROUPS = {"no scales counted": 0, "256": 256, "128": 128, "64": 64, "32": 32, "16": 16}
SCALE_BITS = 16
DEVICES = {f"{name}, {byte_text(n_bytes)}": n_bytes for name, n_bytes in DEVICE_BYTES.items()}


@dataclass(frozen=True)
class MemoryPlan:
    """Weights stored in `n_bits` each, with one 16-bit scale for every `group_size` of them.

    Group size 0: scales are not counted.

    >>> plan = MemoryPlan(n_params=27 * 10**9, n_bits=4, group_size=32, device_bytes=16 * 10**9)
    >>> plan.bits_per_weight, plan.weight_bytes, plan.fits
    (4.5, 15187500000, True)
    """

    n_params: int
    n_bits: int
    group_size: int
    device_bytes: int

    @property
    def bits_per_weight(self) -> float:
        """n_bits + scale bits / group size."""
        return self.n_bits + (SCALE_BITS / self.group_size if self.group_size else 0)

    @property
    def weight_bytes(self) -> int:
        """Bytes of codes and scales together."""
        return model_bytes(self.n_params, self.bits_per_weight)

    @property
    def share(self) -> float:
        """Bytes of the weights over bytes of the device."""
        return self.weight_bytes / self.device_bytes

    @property
    def fits(self) -> bool:
        """Whether the weights alone fit; running a model takes more than its weights."""
        return self.weight_bytes <= self.device_bytes

    def summary(self) -> str:
        """The plan in one sentence."""
        outcome = "fit" if self.fits else "do not fit"
        return (
            f"{self.n_params:,} weights × {self.bits_per_weight:g} bits / 8 = "
            f"{byte_text(self.weight_bytes)}: they {outcome} into {byte_text(self.device_bytes)}."
        )


class MemoryCalculator(ipywidgets.VBox):
    """The widget. CSS classes: memory-calculator; memory-calculator-model, -params, -bits, -group,
    -device (controls); -bits-per-weight and -bytes (numbers, in `data-value`); -bar, -message.
    """

    def __init__(self, model: str = "Gemma 3 27B") -> None:
        self.message = message_area("memory-calculator-message")
        self.model = _control(
            ipywidgets.Dropdown, "model", "model", options=list(N_PARAMS), value=model
        )
        self.billions = _control(
            ipywidgets.FloatText,
            "params",
            "billion weights",
            value=N_PARAMS[model] / GB,
            step=0.5,
        )
        self.bits = _control(
            ipywidgets.ToggleButtons, "bits", "bits per weight", options=BITS, value=4
        )
        self.bits.style.button_width = "60px"
        self.group = _control(
            ipywidgets.Dropdown, "group", "weights per scale", options=GROUPS, value=0
        )
        self.device = _control(
            ipywidgets.Dropdown, "device", "device", options=DEVICES, value=16 * GB
        )
        self.bar = _named(ipywidgets.HTML(), "bar")
        self.numbers = {
            name: _named(ipywidgets.HTML(layout=ipywidgets.Layout(margin="2px 16px 2px 4px")), name)
            for name in ("bits-per-weight", "bytes")
        }
        super().__init__(
            [
                self.model,
                self.billions,
                self.bits,
                self.group,
                self.device,
                ipywidgets.HBox(list(self.numbers.values())),
                self.bar,
                self.message,
            ]
        )
        self.add_class("memory-calculator")
        self.model.observe(safely(self.message, self._on_model), names="value")
        for control in (self.billions, self.bits, self.group, self.device):
            control.observe(safely(self.message, self._draw), names="value")
        self._draw()

    @property
    def plan(self) -> MemoryPlan:
        """What the controls say; ValueError if the number of parameters makes no sense."""
        n_params = round(self.billions.value * 10**9)
        if n_params < 1:
            raise ValueError(f"billion weights: expected a number > 0, got {self.billions.value:g}")
        return MemoryPlan(n_params, self.bits.value, self.group.value, self.device.value)

    def _on_model(self, _: object) -> None:
        self.billions.value = N_PARAMS[self.model.value] / GB

    def _draw(self, _: object = None) -> None:
        plan = self.plan
        bits, n_bytes = plan.bits_per_weight, plan.weight_bytes
        self.numbers[
            "bits-per-weight"
        ].value = f"bits per weight, with its share of a scale: {number_html(f'{bits:g}', bits)}"
        shown = number_html(byte_text(n_bytes), n_bytes)
        self.numbers["bytes"].value = f"weights: {shown}"
        self.bar.value = _bar_html(plan)
        show_message(self.message, plan.summary())


def _named(widget: ipywidgets.Widget, name: str) -> ipywidgets.Widget:
    widget.add_class(f"memory-calculator-{name}")
    return widget


def _control(
    kind: type[ipywidgets.DOMWidget], name: str, label: str, **settings: Any
) -> ipywidgets.DOMWidget:
    """A control whose label is its own, which a screen reader reads with it."""
    widget = kind(description=label, **settings)
    widget.style.description_width = "136px"
    if kind is not ipywidgets.ToggleButtons:
        widget.layout.width = "440px"
        widget.layout.max_width = "100%"
    return _named(widget, name)


def _bar_html(plan: MemoryPlan) -> str:
    """The device as a frame, the weights as its filling; a frame too small is filled in red."""
    colour = "--jp-info-color1, #0288d1" if plan.fits else "--jp-error-color1, #d32f2f"
    text = html.escape(f"{plan.share:.0%} of the memory")
    return (
        '<div style="width: 480px; max-width: 100%; height: 20px; '
        'border: 1px solid var(--jp-content-font-color2, #888)">'
        f'<div style="width: {min(100.0, 100 * plan.share):.1f}%; height: 100%; '
        f'background: var({colour})"></div></div><div>{text}</div>'
    )
