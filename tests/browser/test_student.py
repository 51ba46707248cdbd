"""What a student does: open the course, play with a widget, fail a task, then pass it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Course, cell_with, replace_source, run, run_all

pytestmark = pytest.mark.browser

EXERCISE = "exercises/01_number_formats/01_number_formats.ipynb"
UNSIGNED = "def signed_value(bits):\n    return int(bits, 2)"
SIGNED = (
    "def signed_value(bits):\n    return int(bits, 2) - (2 ** len(bits) if bits[0] == '1' else 0)"
)


def test_the_home_page_links_the_course_and_its_kernel_works(page: Page, course: Course):
    course.open(page, "home.ipynb")
    for link in ("lectures/01_number_formats.ipynb", EXERCISE):
        expect(page.locator(f"a[href*='{link}']").first).to_be_visible()
    cell = cell_with(page, "model_compression")
    run(page, cell)
    expect(cell.locator(".jp-OutputArea")).to_contain_text("Everything is in place")


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


def test_a_wrong_answer_is_diagnosed_and_a_right_one_passes(page: Page, course: Course):
    course.open(page, EXERCISE)
    run(page, cell_with(page, "from courseware.checks import"))
    solution = cell_with(page, "def signed_value(")
    check = cell_with(page, 'check("signed_value"')

    replace_source(page, solution, UNSIGNED)
    run(page, solution)
    run(page, check)
    report = check.locator(".jp-OutputArea")
    expect(report).to_contain_text("1.4 of 14 points")
    expect(report).to_contain_text("signed_value('1')")
    expect(report).to_contain_text("which is the unsigned reading")

    replace_source(page, solution, SIGNED)
    run(page, solution)
    run(page, check)
    expect(report).to_contain_text("14 of 14 points")
    expect(report).not_to_contain_text("unsigned reading")


def _number(text: str) -> str:
    return "".join(c for c in text.replace("−", "-") if c in "-0123456789")
