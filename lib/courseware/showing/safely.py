"""Callbacks that cannot fail in silence: what goes wrong is shown inside the widget."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import wraps
from typing import Any

import ipywidgets

from courseware.showing.say import with_minus_signs


def message_area(css_class: str) -> ipywidgets.HTML:
    """An empty line for messages, found in the page by its CSS class."""
    area = ipywidgets.HTML(layout=ipywidgets.Layout(min_height="28px"))
    area.add_class(css_class)
    return area


def show_message(area: ipywidgets.HTML, text: str, failed: bool = False) -> None:
    """Put plain text into the message line; an error stands out."""
    colour = "--jp-error-color1, #d32f2f" if failed else "--jp-content-font-color1, inherit"
    role = "alert" if failed else "status"
    text = html.escape(with_minus_signs(text))
    area.value = f'<span role="{role}" style="color: var({colour})">{text}</span>'


def safely(area: ipywidgets.HTML, callback: Callable[..., Any]) -> Callable[..., None]:
    """Wrap a callback: bad input (ValueError) is explained in `area`; any other error is shown
    there and raised, for it is a mistake of ours.
    """

    @wraps(callback)
    def wrapped(*arguments: Any) -> None:
        try:
            callback(*arguments)
        except ValueError as error:
            show_message(area, str(error), failed=True)
        except Exception as error:
            show_message(area, f"{type(error).__name__}: {error}", failed=True)
            raise

    return wrapped


def number_html(text: str, value: float, colour: str = "inherit") -> str:
    """A number in bold; `data-value` holds it in plain digits."""
    return (
        f'<span data-value="{html.escape(str(value))}" '
        f'style="font-weight: 600; color: {colour}">{html.escape(text)}</span>'
    )
