"""A row of bits to click on, and what the pattern is read as: unsigned, signed, two int4."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets

from courseware.chapters.c01_number_formats.bit_pattern import (
    WIDTHS,
    BitPattern,
    parsed_number,
    step_message,
)
from courseware.showing.safely import message_area, number_html, safely, show_message
from courseware.showing.say import cell_text
from model_compression.number_formats import place_values

CELL = 46
"""Width of one bit in pixels."""

LABEL = 136
"""Width of the names of rows in pixels."""


class BitFlipper(ipywidgets.VBox):
    """The widget. Everything it shows follows from `pattern`.

    CSS classes, for whoever looks from outside: bit-flipper; bit-flipper-bit-0 (the last bit) and
    so on; bit-flipper-unsigned, -signed, -int4-high, -int4-low (numbers, in `data-value`);
    bit-flipper-width, -invert, -add-one, -negate, -value, -message.
    """

    def __init__(self, bits: str = "10011111") -> None:
        self.pattern = BitPattern(bits)
        self._drawing = False
        self.message = message_area("bit-flipper-message")
        self.readings = {
            name: _named_html(f"bit-flipper-{name}")
            for name in ("unsigned", "signed", "int4-high", "int4-low")
        }
        self.weights = {signed: ipywidgets.HTML() for signed in (False, True)}
        self.sums = {signed: ipywidgets.HTML() for signed in (False, True)}
        self._make_controls()
        nibbles = (_label("two int4"), self.readings["int4-high"], self.readings["int4-low"])
        self.nibble_row = ipywidgets.HBox(nibbles)
        super().__init__(
            [
                ipywidgets.HBox([_label("width"), self.width_buttons]),
                self.weights[False],
                self.weights[True],
                ipywidgets.HBox([_label("bits"), *reversed(self.bit_buttons)]),
                ipywidgets.HBox([_label("unsigned"), self.readings["unsigned"], self.sums[False]]),
                ipywidgets.HBox(
                    [_label("two's complement"), self.readings["signed"], self.sums[True]]
                ),
                self.nibble_row,
                ipywidgets.HBox([_label("step"), *self.step_buttons.values()]),
                ipywidgets.HBox([_label("value"), self.value_entry]),
                self.message,
            ]
        )
        self.add_class("bit-flipper")
        self._draw()

    def _make_controls(self) -> None:
        self.bit_buttons = [self._bit_button(position) for position in range(max(WIDTHS))]
        self.width_buttons = ipywidgets.ToggleButtons(
            options=[(f"{width} bits", width) for width in WIDTHS], value=self.pattern.width
        )
        self.width_buttons.style.button_width = "70px"
        self.width_buttons.add_class("bit-flipper-width")
        self.width_buttons.observe(safely(self.message, self._on_width), names="value")
        steps: dict[str, Callable[[BitPattern], BitPattern]] = {
            "invert": BitPattern.inverted,
            "add one": BitPattern.plus_one,
            "negate": BitPattern.negated,
        }
        self.step_buttons = {name: self._step_button(name, step) for name, step in steps.items()}
        self.value_entry = ipywidgets.Text(
            placeholder="a whole number, e.g. −5",
            continuous_update=False,
            layout=ipywidgets.Layout(width="190px"),
        )
        self.value_entry.add_class("bit-flipper-value")
        self.value_entry.observe(safely(self.message, self._on_value), names="value")

    def _bit_button(self, position: int) -> ipywidgets.ToggleButton:
        layout = ipywidgets.Layout(width=f"{CELL - 4}px", margin="2px")
        button = ipywidgets.ToggleButton(layout=layout, tooltip=f"bit {position}")
        button.add_class(f"bit-flipper-bit-{position}")

        def flip(change: dict[str, Any]) -> None:
            if not self._drawing:
                self._show_step(f"bit {position}", self.pattern.flipped(position))

        button.observe(safely(self.message, flip), names="value")
        return button

    def _step_button(
        self, name: str, step: Callable[[BitPattern], BitPattern]
    ) -> ipywidgets.Button:
        button = ipywidgets.Button(
            description=name, layout=ipywidgets.Layout(width="100px", margin="2px")
        )
        button.add_class(f"bit-flipper-{name.replace(' ', '-')}")

        def take_step(_: ipywidgets.Button) -> None:
            self._show_step(name, step(self.pattern))

        button.on_click(safely(self.message, take_step))
        return button

    def _show_step(self, name: str, after: BitPattern) -> None:
        before, self.pattern = self.pattern, after
        self._draw()
        show_message(self.message, step_message(name, before, after))

    def _on_width(self, change: dict[str, Any]) -> None:
        if not self._drawing:
            self._show_step(f"{change['new']} bits", self.pattern.resized(change["new"]))

    def _on_value(self, _: object) -> None:
        typed = self.value_entry.value
        if typed.strip():
            number = parsed_number(typed)
            self._show_step(f"set {cell_text(number)}", BitPattern.of(number, self.pattern.width))
            self.value_entry.value = ""  # so that the same number can be entered again

    def _draw(self) -> None:
        """Bring everything shown in line with the pattern."""
        self._drawing = True
        try:
            for position, button in enumerate(self.bit_buttons):
                shown = position < self.pattern.width
                button.layout.display = None if shown else "none"
                is_one = shown and self.pattern.bits[-1 - position] == "1"
                button.value = is_one
                button.description = "1" if is_one else "0"
                button.button_style = "info" if is_one else ""
        finally:
            self._drawing = False
        for signed in (False, True):
            self.weights[signed].value = _weights_html(self.pattern, signed)
            self.sums[signed].value = _sum_html(self.pattern.summands(signed))
        self._draw_readings()

    def _draw_readings(self) -> None:
        pattern = self.pattern
        for name, value in (("unsigned", pattern.unsigned), ("signed", pattern.signed)):
            self.readings[name].value = number_html(cell_text(value), value)
        self.nibble_row.layout.display = "none" if pattern.nibbles is None else None
        if pattern.nibbles is not None:
            halves = (pattern.bits[:4], pattern.bits[4:])
            for half, bits, value in zip(("high", "low"), halves, pattern.nibbles, strict=True):
                shown = number_html(cell_text(value), value)
                self.readings[f"int4-{half}"].value = f"{half} nibble <code>{bits}</code> = {shown}"


def _named_html(css_class: str) -> ipywidgets.HTML:
    area = ipywidgets.HTML(layout=ipywidgets.Layout(min_width="72px", margin="2px 16px 2px 4px"))
    area.add_class(css_class)
    return area


def _label(text: str) -> ipywidgets.HTML:
    value = (
        f'<span style="color: var(--jp-content-font-color2, inherit)">{html.escape(text)}</span>'
    )
    return ipywidgets.HTML(value, layout=ipywidgets.Layout(width=f"{LABEL}px", flex="0 0 auto"))


def _weights_html(pattern: BitPattern, signed: bool) -> str:
    """What every place is worth, above its bit; faint where the bit is 0."""
    weights = place_values(pattern.width, signed)
    cells = "".join(
        f'<span style="display: inline-block; width: {CELL}px; text-align: center; '
        f"font-size: {13 if abs(weight) < 1000 else 10}px; "
        f'{"font-weight: 600" if bit == "1" else "opacity: 0.55"}">{cell_text_plain(weight)}</span>'
        for weight, bit in zip(weights, pattern.bits, strict=True)
    )
    name = "worth, signed" if signed else "worth, unsigned"
    label = (
        f'<span style="display: inline-block; width: {LABEL}px; '
        f'color: var(--jp-content-font-color2, inherit)">{name}</span>'
    )
    return f'<div style="white-space: nowrap; line-height: 1.4">{label}{cells}</div>'


def cell_text_plain(weight: int) -> str:
    """A place value without commas, for the narrow cells: 32768, −32768."""
    return str(weight).replace("-", "−")


def _sum_html(summands: list[int]) -> str:
    text = " + ".join(cell_text_plain(summand) for summand in summands) or "nothing"
    return f'<span style="color: var(--jp-content-font-color2, inherit)">= {text}</span>'
