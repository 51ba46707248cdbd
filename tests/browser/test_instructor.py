"""What an instructor does: open formgrader from JupyterLab's menu and find the class."""

import shutil

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from playwright.sync_api import TimeoutError as NotThere

from tests import warm
from tests.browser.conftest import TRIES, Course

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

ASSIGNMENT = "01_number_formats"
A_MINUTE_MS = 60_000


def test_formgrader_shows_the_class(page: Page, course: Course):
    _nbgrader(course, "generate_assignment", ASSIGNMENT, "--force")
    handed_in = course.folder / "submitted" / "ada" / ASSIGNMENT
    handed_in.mkdir(parents=True)
    shutil.copy(course.folder / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", handed_in)
    _nbgrader(course, "autograde", ASSIGNMENT)

    course.open(page, "home.ipynb")
    frame = _formgrader(page)
    frame.get_by_role("link", name="Manage Students").click()
    expect(frame.locator("body")).to_contain_text("ada")


def _formgrader(page: Page) -> FrameLocator:
    """Open it by the menu, and anew where its frame comes up empty, as on a busy machine it may."""
    frame = page.frame_locator("iframe[src*='formgrader']").last
    for _ in range(TRIES):
        page.locator(".lm-MenuBar-item", has_text="Nbgrader").click()
        page.locator(".lm-Menu-item", has_text="Formgrader").first.click()
        try:
            frame.get_by_text(ASSIGNMENT).first.wait_for(timeout=A_MINUTE_MS)
            frame.get_by_role("link", name="Manage Students").wait_for(timeout=A_MINUTE_MS)
            return frame
        except NotThere:
            page.reload()
    raise AssertionError(f"formgrader never showed {ASSIGNMENT}")


def _nbgrader(course: Course, *arguments: str) -> None:
    done = warm.run("nbgrader", *arguments, cwd=course.folder)
    assert done.returncode == 0, done.stderr[-2000:]
