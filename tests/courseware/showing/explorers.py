"""What the tests of all explorers do: move controls, read what is shown, break what is behind."""

import re
from collections.abc import Iterable
from typing import Any

import pytest

from courseware.showing.explorer import Explorer


def shown(explorer: Explorer, name: str) -> float:
    """The number on display, as a test in a browser reads it."""
    (value,) = re.findall('data-value="([^"]+)"', explorer.readings[name].value)
    return float(value)


def pictures_along(explorer: Explorer, changes: Iterable[tuple[str, Any]]) -> list[str]:
    """The picture at first, and after each change of a control."""
    pictures = [explorer.picture.value]
    for name, value in changes:
        explorer.controls[name].value = value
        pictures.append(explorer.picture.value)
    return pictures


def classes_of(explorer: Explorer) -> list[str]:
    """The CSS classes of the controls, the readings and the picture."""
    parts = [*explorer.controls.values(), *explorer.readings.values(), explorer.picture]
    return [css_class for widget in parts for css_class in widget._dom_classes]


def assert_error_shows_until_redrawn(
    explorer: Explorer,
    monkeypatch: pytest.MonkeyPatch,
    behind: tuple[object, str],
    control: str,
    values: tuple[Any, Any],
) -> None:
    """While `behind`, an object and its function, fails, `control` moves to the first value."""

    def broken(*_: object) -> None:
        raise ValueError("no <b>luck</b>")

    with monkeypatch.context() as patch:
        patch.setattr(*behind, broken)
        explorer.controls[control].value = values[0]
    assert "no &lt;b&gt;luck&lt;/b&gt;" in explorer.message.value
    assert 'role="alert"' in explorer.message.value
    explorer.controls[control].value = values[1]
    assert 'role="alert"' not in explorer.message.value
