"""What an instructor does: open formgrader from JupyterLab's menu and find the class."""

import shutil

import pytest
from playwright.sync_api import Page, expect

from tests import warm
from tests.browser.conftest import Course

pytestmark = pytest.mark.browser

ASSIGNMENT = "01_number_formats"


def test_formgrader_shows_the_class(page: Page, course: Course):
    _nbgrader(course, "generate_assignment", ASSIGNMENT, "--force")
    handed_in = course.folder / "submitted" / "ada" / ASSIGNMENT
    handed_in.mkdir(parents=True)
    shutil.copy(course.folder / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", handed_in)
    _nbgrader(course, "autograde", ASSIGNMENT)

    course.open(page, "home.ipynb")
    page.locator(".lm-MenuBar-item", has_text="Nbgrader").click()
    page.locator(".lm-Menu-item", has_text="Formgrader").first.click()
    page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text="Formgrader").click()
    frame = page.frame_locator("iframe[src*='formgrader']")
    expect(frame.locator("body")).to_contain_text(ASSIGNMENT)
    frame.get_by_role("link", name="Manage Students").click()
    expect(frame.locator("body")).to_contain_text("ada")


def _nbgrader(course: Course, *arguments: str) -> None:
    done = warm.run("nbgrader", *arguments, cwd=course.folder)
    assert done.returncode == 0, done.stderr[-2000:]
