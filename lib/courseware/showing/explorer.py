"""What all explorers share: controls beside numbers, a line of text, a picture below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import ipywidgets

from courseware.showing.safely import message_area, number_html, safely, show_message
from courseware.showing.style import Picture

Setting = TypeVar("Setting")

Readings = Mapping[str, tuple[str, Callable[[Any], float], Callable[[float], str]]]
"""By name: what a number is called, how it is read from what was found, how it is written."""


@dataclass(frozen=True, eq=False)
class View:
    """What a setting comes to: what was found, its picture, a sentence."""

    found: Any
    picture: Picture
    text: str


class Explorer(ipywidgets.VBox, Generic[Setting]):
    """A widget that shows a new `view` whenever one of its controls is moved.

    Args:
        setting: the dataclass of what the controls say.
        name: CSS class of the widget, such as "ticket-explorer". The class of each part is this
            and the part's own name, with hyphens: "ticket-explorer-rate".
        controls: by the fields of the setting that they stand for.
        readings: the numbers that are read from what a view found.
    """

    def __init__(
        self,
        setting: type[Setting],
        name: str,
        controls: Mapping[str, ipywidgets.Widget],
        readings: Readings,
    ) -> None:
        self._setting = setting
        self._table = readings
        self.controls = dict(controls)
        self.readings = {reading: ipywidgets.HTML() for reading in readings}
        self.picture = ipywidgets.HTML()
        self.message = message_area(f"{name}-message")
        for part, widget in {
            **self.controls,
            **self.readings,
            "picture": self.picture,
        }.items():
            widget.add_class(f"{name}-{part.replace('_', '-')}")
        for field, control in self.controls.items():
            control.observe(safely(self.message, self._handler(field)), names="value")
        numbers = ipywidgets.VBox(
            list(self.readings.values()), layout=ipywidgets.Layout(margin="0 0 0 24px")
        )
        panels = [ipywidgets.VBox(list(self.controls.values())), numbers]
        row = ipywidgets.HBox(panels, layout=ipywidgets.Layout(flex_flow="row wrap"))
        super().__init__([row, self.message, self.picture, names_for_sliders()])
        self.add_class(name)
        self.show_view()

    @property
    def values(self) -> dict[str, Any]:
        """What the controls say, by field."""
        return {field: control.value for field, control in self.controls.items()}

    @property
    def setting(self) -> Setting:
        """What the controls say."""
        return self._setting(**self.values)

    def view(self) -> View:
        """What the present setting comes to."""
        raise NotImplementedError

    def changed(self, field: str) -> None:
        """A control was moved."""
        self.show_view()

    def show_view(self) -> None:
        """Show what the present setting comes to."""
        view = self.view()
        for name, (label, read, form) in self._table.items():
            value = read(view.found)
            self.readings[name].value = f"{label}: {number_html(form(value), value)}"
        self.picture.value = view.picture.html
        show_message(self.message, view.text)

    def _handler(self, field: str) -> Callable[[object], None]:
        def on_change(_: object) -> None:
            try:
                self.changed(field)
            except ValueError:
                self._clear()
                raise

        return on_change

    def _clear(self) -> None:
        """Leave no number and no picture beside a setting that they do not belong to."""
        for name, (label, _, _) in self._table.items():
            self.readings[name].value = f"{label}: –"
        self.picture.value = ""


NAMES = """\
const name = () => {
  for (const slider of document.querySelectorAll(".widget-hslider")) {
    const label = slider.querySelector(".widget-label");
    for (const handle of slider.querySelectorAll(".noUi-handle")) {
      if (label && !handle.hasAttribute("aria-label")) {
        handle.setAttribute("aria-label", label.textContent);
      }
    }
  }
};
if (!window.courseNamesSliders) {
  window.courseNamesSliders = new MutationObserver(name);
  window.courseNamesSliders.observe(document.body, { childList: true, subtree: true });
}
name();
"""
"""Jupyter's sliders have a label beside them that a screen reader does not take for theirs."""


def names_for_sliders() -> ipywidgets.Output:
    """What gives every slider of the page the name that its label shows; nothing to see."""
    # Not by `append_display_data`, which would start IPython's shell where there is none.
    script = {"application/javascript": NAMES}
    shown = {"output_type": "display_data", "data": script, "metadata": {}}
    layout = ipywidgets.Layout(height="0", overflow="hidden")
    return ipywidgets.Output(outputs=(shown,), layout=layout)


def wide(label_width: int = 90, width: int = 400) -> dict[str, Any]:
    """Style and layout of a control with its label, in pixels."""
    return {
        "style": {"description_width": f"{label_width}px"},
        "layout": ipywidgets.Layout(width=f"{width}px"),
    }
