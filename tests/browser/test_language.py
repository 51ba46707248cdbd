"""A student who reads 繁體中文 chooses it on the home page, and reads exercise and report in it."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from courseware.languages.names import keep_language
from tests.browser.axe import findings
from tests.browser.conftest import ROOT, Course, cell_with, replace_source, run
from tests.browser.test_student import EXERCISE

pytestmark = pytest.mark.browser

OWN = EXERCISE.replace("01_number_formats.ipynb", "chosen.ipynb")
"""A file and a kernel that no other test has written into."""

SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words of English in a row."""


@pytest.fixture
def english_afterwards() -> Iterator[None]:
    """The choice is kept in the progress that all tests share."""
    yield
    keep_language("en")


def test_a_choice_on_the_home_page_reaches_exercise_and_report(
    page: Page, course: Course, english_afterwards: None
) -> None:
    shutil.copy(ROOT / EXERCISE, course.folder / OWN)
    course.open(page, "home.ipynb")
    menu = cell_with(page, "show_language_menu()")
    run(page, menu)
    menu.locator("select").select_option("繁體中文")
    expect(menu.get_by_role("status")).to_contain_text("練習題和檢查報告的語言是 繁體中文")

    course.open(page, OWN)
    expect(page.locator(".jp-MarkdownCell", has_text="約 5 分鐘").first).to_be_visible()
    run(page, cell_with(page, "from courseware.checks import"))
    solution, check = cell_with(page, "def signed_value("), cell_with(page, 'check("signed_value"')
    replace_source(page, solution, "def signed_value(bits):\n    return int(bits, 2)")
    run(page, solution)
    run(page, check)
    report = check.locator(".jp-OutputArea")
    expect(report).to_contain_text("signed_value：得 1.4 分（滿分 14 分）")
    report.get_by_role("button", name="和課程自己的解答比較").press("Space")
    expect(report).to_contain_text("課程自己的解答：")
    said = report.evaluate("""area => {
        const copy = area.cloneNode(true);
        copy.querySelectorAll("code, pre, a").forEach(one => one.remove());
        return copy.textContent;
    }""")
    assert not SENTENCE.search(said), said
    assert findings(page, ".jp-OutputArea-output") == []
