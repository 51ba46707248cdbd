"""What a student does: open the course, play with a widget, fail a task, then pass it."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import Course, cell_with, replace_source, run, run_all

pytestmark = pytest.mark.browser

EXERCISE = "exercises/01_number_formats/01_number_formats.ipynb"


@dataclass(frozen=True)
class Attempts:
    """A task's function, written wrong and right, and what a student reads of the wrong one."""

    exercise: str
    module: str
    points: str
    wrong_points: str
    said: tuple[str, ...]
    head: str
    wrong: str
    right: str

    @property
    def task(self) -> str:
        return self.head.removeprefix("def ").partition("(")[0]


ATTEMPTS = [
    Attempts(
        exercise=EXERCISE,
        module="number_formats",
        points="14 of 14 points",
        wrong_points="1.4 of 14 points",
        said=("signed_value('1')", "which is the unsigned reading"),
        head="def signed_value(bits):",
        wrong="int(bits, 2)",
        right="int(bits, 2) - (2 ** len(bits) if bits[0] == '1' else 0)",
    ),
    Attempts(
        exercise="exercises/09_lottery_tickets/09_lottery_tickets.ipynb",
        module="lottery_tickets",
        points="6 of 6 points",
        wrong_points="1 of 6 points",
        said=("remaining_fraction(2, 0.5)", "shares multiply, they do not add"),
        head="def remaining_fraction(rounds, rate):",
        wrong="1 - rounds * rate",
        right="(1 - rate) ** rounds",
    ),
]


def test_the_home_page_links_the_course_and_its_kernel_works(page: Page, course: Course):
    course.open(page, "home.ipynb")
    for link in ("lectures/01_number_formats.ipynb", EXERCISE):
        expect(page.locator(f"a[href*='{link}']").first).to_be_visible()
    run_all(page)
    cell = cell_with(page, "model_compression")
    expect(cell.locator(".jp-OutputArea")).to_contain_text("Everything is in place")
    assert findings(page, ".jp-OutputArea-output") == []


def test_the_bit_flipper_changes_its_readings(page: Page, course: Course):
    course.open(page, "lectures/01_number_formats.ipynb")
    run_all(page)
    signed = page.locator(".bit-flipper-signed").first
    signed.scroll_into_view_if_needed()
    expect(signed).to_have_text(re.compile(r"^\s*[−-]?\d+\s*$"))
    before = signed.text_content().strip()
    page.locator(".bit-flipper-bit-7").first.click()
    expect(signed).not_to_have_text(before)
    unsigned = page.locator(".bit-flipper-unsigned").first
    after = [int(_number(reading.text_content())) for reading in (unsigned, signed)]
    assert after[0] - after[1] in (0, 256)  # the first bit counts 128 or −128
    page.locator(".bit-flipper-bit-7").first.click()
    expect(signed).to_have_text(before)
    assert findings(page, ".jp-OutputArea-output") == []


@pytest.mark.parametrize("attempts", ATTEMPTS, ids=lambda attempts: attempts.task)
def test_a_wrong_answer_is_diagnosed_and_a_right_one_passes(
    attempts: Attempts, page: Page, course: Course
):
    course.open(page, attempts.exercise)
    run(page, cell_with(page, "from courseware.checks import"))
    solution = cell_with(page, f"def {attempts.task}(")
    check = cell_with(page, f'check("{attempts.task}"')
    report = check.locator(".jp-OutputArea")

    replace_source(page, solution, f"{attempts.head}\n    return {attempts.wrong}")
    run(page, solution)
    run(page, check)
    for text in (f"{attempts.task}: {attempts.wrong_points}", *attempts.said):
        expect(report).to_contain_text(text)
    button = report.get_by_role("button", name="Compare with the course's own solution")
    button.press("Enter")
    expect(report).to_contain_text(f"In the library, lib/model_compression/{attempts.module}.py")
    assert findings(page, ".jp-OutputArea-output") == []
    report.get_by_role("button", name="Hide it again").press("Enter")
    expect(report).not_to_contain_text("In the library")

    replace_source(page, solution, f"{attempts.head}\n    return {attempts.right}")
    run(page, solution)
    run(page, check)
    expect(report).to_contain_text(f"{attempts.task}: {attempts.points}")
    expect(report).not_to_contain_text(attempts.said[-1])


def _number(text: str) -> str:
    return "".join(c for c in text.replace("−", "-") if c in "-0123456789")
