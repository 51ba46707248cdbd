"""The site in Chromium: on a phone and on a wide screen, light and dark; by keys and by finger."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import CONTRAST, findings
from tests.browser.conftest import chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1400, "height": 900}
LECTURE = "lectures/01_number_formats.html"
SHORT_FORMS = "three-short-forms"
KINDS = {
    "start": "index.html",
    "lecture": LECTURE,
    "exercise": "exercises/01_number_formats/01_number_formats.html",
    "exercise in 繁體中文": "exercises/06_unstructured_pruning/zh-TW.html",
    "exercises in Tiếng Việt": "exercises/vi.html",
    "glossary": "docs/glossary.html",
    "guide": "docs/teaching.html",
    "functions": "library/integer_scaling.html",
    "search": "search.html",
}
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    return document.documentElement.scrollWidth > width;
}"""
OUTSIDE = """() => [...document.querySelectorAll(".term a")].filter(term => {
    term.focus();
    const box = term.parentElement.querySelector(".means").getBoundingClientRect();
    return box.width < 50 || box.left < 0 || box.right > document.documentElement.clientWidth;
}).map(term => term.textContent)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, has_touch=True, color_scheme="light")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_fits_every_screen_and_axe_finds_nothing_serious(
    kind: str, site: Path, phone: Page
) -> None:
    phone.goto((site / KINDS[kind]).as_uri())
    assert not phone.evaluate(TOO_WIDE)
    assert findings(phone) == []
    phone.emulate_media(color_scheme="dark")
    assert findings(phone, rule=CONTRAST) == []
    phone.set_viewport_size(WIDE)
    assert not phone.evaluate(TOO_WIDE)


def test_definitions_are_shown_inside_of_the_window(site: Path, phone: Page) -> None:
    phone.goto((site / LECTURE).as_uri())
    assert phone.evaluate(OUTSIDE) == []
    assert not phone.evaluate(TOO_WIDE)


def test_a_term_says_what_it_means_to_mouse_keyboard_and_finger(site: Path, phone: Page) -> None:
    phone.goto((site / LECTURE).as_uri())
    terms = phone.locator(".term")
    first, second = terms.nth(1), terms.nth(2)
    for term in (first, second):
        expect(term.locator(".means")).to_be_hidden()
    first.locator("a").hover()
    expect(first.locator(".means")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(first.locator(".means")).to_be_hidden()
    first.locator("a").focus()
    expect(first.locator(".means")).to_be_visible()
    second.locator("a").tap()
    expect(second.locator(".means")).to_be_visible()
    assert phone.url.endswith(LECTURE)
    second.locator("a").tap()
    phone.wait_for_url("**/docs/glossary.html#term-*")


def test_a_picture_too_wide_for_a_phone_is_shown_in_its_own_size(site: Path, phone: Page) -> None:
    phone.goto((site / "index.html").as_uri())
    picture = phone.locator("article img").first
    button = phone.get_by_role("button", name="larger")
    assert picture.evaluate("image => image.clientWidth") < 390
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert picture.evaluate("image => image.clientWidth === image.naturalWidth")
    assert not phone.evaluate(TOO_WIDE)
    assert findings(phone) == []
    button.tap()
    assert picture.evaluate("image => image.clientWidth") < 390


def test_all_of_the_chapters_is_in_sight_on_a_phone(site: Path, phone: Page) -> None:
    phone.goto((site / "index.html").as_uri())
    links = phone.locator("#chapters td a")
    assert links.count() == 23
    for box in links.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)"):
        assert 0 < box <= PHONE["width"]


def test_a_phones_menu_opens_by_the_keyboard(site: Path, phone: Page) -> None:
    phone.goto((site / LECTURE).as_uri())
    menu = phone.get_by_role("button", name="Toggle site navigation sidebar")
    contents = phone.locator(".sidebar-drawer")
    for outside in (".sidebar-drawer a", ".toc-drawer a"):
        expect(phone.locator(outside).first).to_be_hidden()  # no key leads to what nobody sees
    menu.focus()
    phone.keyboard.press("Enter")
    expect(contents).to_be_in_viewport()
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(contents.locator("a:focus")).to_be_in_viewport()
    phone.keyboard.press("Escape")
    expect(contents).not_to_be_in_viewport()
    expect(menu).to_be_focused()


def test_a_link_of_a_phones_menu_closes_it_and_leads_to_its_section(
    site: Path, phone: Page
) -> None:
    phone.goto((site / "docs/self_study.html").as_uri())
    phone.locator(".toc-header-icon [role=button]").press("Enter")
    focused = phone.locator(".toc-drawer a:focus")
    expect(focused).to_be_in_viewport()
    focused.press("Enter")
    expect(phone.locator(".toc-drawer")).not_to_be_in_viewport()
    assert phone.url.endswith("#" + SHORT_FORMS)
    expect(phone.locator(f"#{SHORT_FORMS} h2").first).to_be_in_viewport()
    phone.keyboard.press("Tab")  # goes on in the section
    assert phone.evaluate(f"() => document.activeElement.closest('#{SHORT_FORMS}') !== null")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the browser's view counts."""


def test_it_works_under_a_path_and_finds_what_is_searched(site: Path, phone: Page) -> None:
    handler = partial(_Quiet, directory=str(site.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        got: dict[str, int] = {}
        phone.on("response", lambda one: got.update({one.url: one.status}))
        phone.goto(f"http://127.0.0.1:{server.server_port}/{site.name}/index.html")
        phone.get_by_role("link", name="Learning on your own").last.click()
        phone.wait_for_url("**/docs/self_study.html")
        phone.goto(phone.url.replace("docs/self_study.html", "search.html?q=subnormal"))
        expect(phone.locator("#search-results li a").first).to_be_visible()
        phone.locator("#search-results a", has_text="How bits hold a number").first.click()
        phone.wait_for_url(f"**/{LECTURE}**")
        server.shutdown()
    below = {url: status for url, status in got.items() if f"/{site.name}/" in url}
    assert len(below) > 9 and {*below.values()} == {200}
