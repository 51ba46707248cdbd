"""A reader's prediction in JupyterLab: made by keyboard, kept, shown beside what came."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from courseware.progress.store import read_progress
from tests.browser.axe import findings
from tests.browser.conftest import Course, cell_with, run
from tests.notebooks.making import code, write

pytestmark = pytest.mark.browser

ASK = """from courseware.showing.predict import predict
bits = predict("99-bits", "How far does one more bit take the error?", "by half", "by a tenth")"""


def test_it_is_made_by_keyboard_and_compared(page: Page, course: Course) -> None:
    path = course.folder / "lectures" / "99_prediction.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = code(ASK, "ask"), code("bits.came('by half')", "came")
    write(path, *cells, metadata=kernel)
    course.open(page, "lectures/99_prediction.ipynb")
    run(page, cell_with(page, "predict("))
    page.locator(".prediction button").first.focus()
    page.keyboard.press("Space")
    expect(page.locator(".prediction-message")).to_contain_text("Kept: by half.")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".prediction-message")).to_contain_text("Kept: by a tenth.")
    run(page, cell_with(page, "bits.came("))
    expect(page.locator(".jp-RenderedMarkdown").last).to_contain_text(
        "It came: by half. You predicted by a tenth."
    )
    assert findings(page, ".jp-OutputArea-output") == []
    kept = read_progress()["predictions"]["99-bits"]
    assert (kept["said"], kept["right"]) == ("by a tenth", False)
