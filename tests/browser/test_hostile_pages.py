"""A hand-in that means harm, clicked through in formgrader, on its page and in JupyterLab."""

from __future__ import annotations

import json

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Page, expect

from tests.browser.conftest import Course
from tests.browser.test_instructor import ASSIGNMENT, _nbgrader
from tests.cheats.attack import HandIn, notebook_of
from tests.cheats.pages import ATTACKS
from tests.sample_class.handing_in import Notebook

pytestmark = pytest.mark.browser

STUDENT = "mallory"
ZONES = ".text_cell_render, .output_area, .input_area, .written, .highlight"
"""Where formgrader and the feedback page show what a student wrote or printed."""

ESCAPED = """zones => {
    // Links of a zone that are on top somewhere outside of the boxes of all zones.
    const inside = (x, y) => [...document.querySelectorAll(zones)].some(zone => {
        const box = zone.getBoundingClientRect();
        return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    });
    const found = [];
    for (let x = 5; x < innerWidth; x += 25) {
        for (let y = 5; y < innerHeight; y += 25) {
            const top = document.elementFromPoint(x, y);
            const link = top && top.closest(zones) && top.closest('a');
            if (link && !inside(x, y)) found.push(link.outerHTML);
        }
    }
    return found;
}"""


class Watch:
    """What a page asks for and says from now on."""

    def __init__(self, page: Page) -> None:
        self.seen: list[str] = []
        page.on("request", lambda request: self.seen.append(f"{request.method} {request.url}"))
        page.on("dialog", lambda dialog: self.seen.append(f"dialog {dialog.message}"))
        page.on("popup", lambda popup: self.seen.append(f"popup {popup.url}"))


def everything() -> HandIn:
    """All attacks on those who look, in one hand-in."""
    hand_ins = [one.hand_ins[0] for one in ATTACKS]
    sources: dict[str, str] = {}
    for hand_in in hand_ins:
        for name, source in hand_in.sources.items():
            sources[name] = f"{sources.get(name, '')}\n\n{source}"

    def edit(notebook: Notebook) -> None:
        for hand_in in hand_ins:
            if hand_in.edit is not None:
                hand_in.edit(notebook)

    return HandIn(sources, edit=edit)


@pytest.fixture(scope="module")
def graded(course: Course) -> Course:
    """The hand-in, graded by nbgrader's own commands."""
    folder = course.folder / "submitted" / STUDENT / ASSIGNMENT
    folder.mkdir(parents=True)
    hand_in = notebook_of(ASSIGNMENT, everything())
    (folder / f"{ASSIGNMENT}.ipynb").write_text(json.dumps(hand_in), encoding="utf-8")
    _nbgrader(course, "generate_assignment", ASSIGNMENT, "--force")
    _nbgrader(course, "autograde", ASSIGNMENT, "--student", STUDENT)
    _nbgrader(course, "generate_feedback", ASSIGNMENT, "--student", STUDENT)
    return course


def points(course: Course) -> list[tuple[float, float]]:
    """What a person gave, and what there is in all, by task."""
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, STUDENT)
        return [(grade.score, grade.extra_credit or 0.0) for grade in notebook.grades]


def submission(course: Course) -> str:
    """The address of the hand-in in formgrader."""
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        found = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, STUDENT)
        return f"{course.url}/formgrader/submissions/{found.id}/"


def click_everywhere(page: Page, zones: str) -> None:
    """Click at the corners and in the middle of each box, and look what lies over the others."""
    for box in page.locator(zones).all():
        if not box.is_visible():
            continue
        box.scroll_into_view_if_needed()
        assert page.evaluate(ESCAPED, zones) == []
        area = box.bounding_box()
        assert area is not None
        for right in (2.0, area["width"] / 2, area["width"] - 2):
            for down in (2.0, min(area["height"], 300.0) / 2):
                page.mouse.click(area["x"] + right, area["y"] + down)


def test_a_click_in_formgrader_gives_no_point_and_asks_for_nothing(page: Page, graded: Course):
    before, address = points(graded), submission(graded)
    page.goto(address)
    expect(page.locator("body")).to_contain_text("my plot and mine")
    page.wait_for_load_state("networkidle")
    watch = Watch(page)
    click_everywhere(page, ZONES)
    page.wait_for_load_state("networkidle")
    assert watch.seen == [] and page.url == address
    assert points(graded) == before


def test_a_click_on_the_feedback_page_asks_for_nothing(page: Page, graded: Course):
    file = graded.folder / "feedback" / STUDENT / ASSIGNMENT / f"{ASSIGNMENT}.html"
    page.goto(file.as_uri())
    watch = Watch(page)
    click_everywhere(page, ZONES)
    assert watch.seen == [] and page.url == file.as_uri()


def test_the_feedback_page_fits_a_phone_by_day_and_by_night(page: Page, graded: Course):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto((graded.folder / "feedback" / STUDENT / ASSIGNMENT / f"{ASSIGNMENT}.html").as_uri())
    expect(page.locator("h1")).to_have_text("Exercise 01 · Number formats")
    seen = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        colours = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
        seen.append(page.locator("body").evaluate(colours))
    assert seen[0][0] == "rgb(31, 35, 40)" and seen[1][1] == "rgb(13, 17, 23)"


def test_jupyterlab_shows_a_graded_notebook_that_does_nothing(page: Page, graded: Course):
    watch = Watch(page)
    graded.open(page, f"autograded/{STUDENT}/{ASSIGNMENT}/{ASSIGNMENT}.ipynb")
    address = page.url
    for _ in range(12):
        for box in page.locator(".jp-RenderedMarkdown, .jp-OutputArea-output").all():
            # Cells come and go while the notebook is scrolled: what is gone has no area.
            if area := box.bounding_box():
                page.mouse.click(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
        page.mouse.wheel(0, 800)
    acted = [
        one for one in watch.seen if "formgrader/api" in one or not one.startswith(("GET", "P"))
    ]
    assert acted == [] and page.url == address
