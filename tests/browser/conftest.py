"""A JupyterLab that serves a copy of the course, and a page of headless Chromium to use it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
SERVED = (
    *("home.ipynb", "lectures", "exercises", "solutions", "lib"),
    *("nbgrader_config.py", ".jupyter"),
)
PATIENCE_MS = 240_000
"""A kernel that imports torch beside a busy browser on two cores takes most of a minute."""
TRIES = 8


class Course:
    """The served course: where it lies and how to open a page of it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self._opened = 0

    def open(self, page: Page, path: str) -> None:
        """Open a notebook in a workspace of its own and wait for its cells and its kernel.

        In one that was used before, JupyterLab brings its old tabs to the front, sooner or later.
        """
        self._opened += 1
        page.goto(f"{self.url}/lab/workspaces/page-{self._opened}/tree/{path}")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=PATIENCE_MS)
        page.wait_for_selector(
            ".jp-NotebookPanel-toolbar .jp-Notebook-ExecutionIndicator[data-status='idle']",
            timeout=PATIENCE_MS,
        )
        # Idle it is without a kernel, too: the status bar says when the kernel answers.
        expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle")


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """Serve a copy, so that no test writes into the repository."""
    folder = tmp_path_factory.mktemp("course")
    for name in SERVED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    port = _free_port()
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_PATH": str(folder / ".jupyter"),
        "JUPYTER_CONFIG_DIR": str(folder / "user-config"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        # A notebook finds the courseware of the copy: what that writes lands in it.
        "PYTHONPATH": str(folder / "lib"),
        # Where nbgrader's commands and the kernel's python are found, as `make lab` sets it.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--port", str(port), "--ServerApp.port_retries=0", "--IdentityProvider.token="),
    ]
    log = (folder / "lab.log").open("w")
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_served(url, server, folder / "lab.log")
        yield Course(folder, url)
    finally:
        server.terminate()
        server.wait(timeout=240)
        log.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a file.

    It ends with its file: while Playwright runs, nothing else in the process can use asyncio.
    """
    with chromium() as browser:
        yield browser


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; the flags keep it from calling home."""
    quiet = ("background-networking", "component-update", "sync", "quic", "gpu")
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=flags
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page for one test."""
    with new_page(browser) as page:
        yield page


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """A fresh page, high enough that JupyterLab draws the cells that a test looks for."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def run_all(page: Page) -> None:
    """Run every cell, with JupyterLab's menu."""

    def press() -> None:
        page.locator(".lm-MenuBar-item", has_text="Run").first.click()
        page.locator(".lm-Menu-item", has_text="Run All Cells").first.click()

    # JupyterLab keeps only the cells near the screen in the page: any of them will do.
    _until_it_ran(page, press, page.locator(".jp-InputPrompt"))


def cell_with(page: Page, text: str) -> Locator:
    """The code cell whose source contains `text`."""
    return page.locator(".jp-CodeCell").filter(
        has=page.locator(".jp-InputArea-editor", has_text=text)
    )


def replace_source(page: Page, cell: Locator, source: str) -> None:
    """Type a new source into a cell, as a student does, without the editor's own indentation."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(source)


def run(page: Page, cell: Locator) -> None:
    """Run one cell by Shift+Enter."""

    def press() -> None:
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")

    _until_it_ran(page, press, cell.locator(".jp-InputPrompt"))


def _until_it_ran(page: Page, press: Callable[[], None], prompts: Locator) -> None:
    """JupyterLab drops what is run before it is connected to the kernel: then press again."""
    before = set(prompts.all_inner_texts())
    for _ in range(TRIES):
        press()
        for _ in range(PATIENCE_MS // TRIES // 250):
            page.wait_for_timeout(250)
            new = set(prompts.all_inner_texts()) - before
            if any(re.search(r"\[\d+\]", text) for text in new):
                return
    raise AssertionError(f"no cell ran: the prompts are {prompts.all_inner_texts()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_served(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(480):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/lab", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")
