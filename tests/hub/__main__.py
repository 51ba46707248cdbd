"""A teacher and two students use the hub in Chromium, from release to returned feedback.

make hub-test        (as root; some minutes; pictures of all steps in build/hub)

The hub is the one of deploy/jupyterhub, as last committed, on a machine of its own
(`tests.hub.machine`). Ends with a line that counts what was seen; exit code 1 if something was not.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import cell_with, chromium, new_page, replace_source, run
from tests.hub.machine import BASE
from tests.tracked import ROOT

EXERCISE = "01_number_formats"
TEACHER, BOB, CORA = "ann", "bob", "cora"
HUB = "http://127.0.0.1:8000"
PICTURES = ROOT / "build" / "hub"
HEAD = "def signed_value(bits):\n    return "
RIGHT = "int(bits, 2) - (2 ** len(bits) if bits[0] == '1' else 0)"
WRONG = "int(bits, 2)"
COURSE = BASE / "course"
SECRETS = [COURSE / "gradebook.db", COURSE / "class_secret.txt", COURSE / "solutions", COURSE]
SECRETS += [BASE / "hub" / "private", BASE / "exchange" / "model_compression" / "inbound"]
SECRETS += [BASE / "exchange" / "model_compression" / "feedback"]
MINUTES = 15
"""A grading beside a busy browser; nothing is measured by it."""


class Machine:
    """A hub that runs on a machine of its own."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self.log = process, log

    def path(self, path: Path) -> Path:
        """A file of that machine, as root sees it from here."""
        return Path(f"/proc/{self.process.pid}/root{path}")

    def wait_until(self, there: Callable[[], bool], what: str) -> None:
        """Wait for something, as long as the hub runs."""
        for _ in range(MINUTES * 60):
            if self.process.poll() is not None:
                break
            if there():
                return
            time.sleep(1)
        raise AssertionError(f"{what} did not come; see {self.log}")

    def run_as(self, name: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command there with the rights of an account."""
        enter = ["nsenter", f"--target={self.process.pid}", "--mount", "--wd=/"]
        return subprocess.run(
            [*enter, "runuser", "-u", name, "--", *command], capture_output=True, text=True
        )

    def password(self, name: str) -> str:
        lines = self.path(BASE / "hub" / "private" / "passwords.csv").read_text().splitlines()
        return dict(line.split(",") for line in lines)[name]


@contextmanager
def machine() -> Iterator[Machine]:
    """Start a hub with a teacher and two students; nothing of it is left afterwards."""
    log = PICTURES / "hub.log"
    command = ["unshare", "--mount", "--propagation", "private", sys.executable]
    command += ["-m", "tests.hub.machine", f"{TEACHER}:staff", BOB, CORA]
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=file, stderr=file, start_new_session=True
        )
    try:
        there = Machine(process, log)
        there.wait_until(lambda: "is now running at" in log.read_text(), "the hub")
        yield there
    finally:
        process.send_signal(signal.SIGTERM)  # the hub ends servers, service and proxy by itself
        process.wait(timeout=120)


class Walk:
    """One browser, the people who use it one after the other, and a picture of each step."""

    def __init__(self, browser: Browser, there: Machine) -> None:
        self.browser, self.there, self.steps = browser, there, 0

    @contextmanager
    def logged_in(self, name: str) -> Iterator[Page]:
        with new_page(self.browser) as page:
            page.goto(HUB)
            page.fill("#username_input", name)
            page.fill("#password_input", self.there.password(name))
            page.click("#login_submit")
            page.wait_for_url(
                f"**/{'services/course' if name == TEACHER else f'user/{name}'}/lab**"
            )
            page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
            yield page

    def seen(self, page: Page, what: str) -> None:
        self.steps += 1
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURES / f"{self.steps:02}_{what.replace(' ', '_')}.png")
        print(f"{self.steps:2} {what}", flush=True)

    def release(self) -> None:
        with self.logged_in(TEACHER) as page:
            self.seen(page, "the teacher has logged in")
            page.goto(f"{HUB}/services/course/formgrader")
            row = page.locator("tr", has_text=EXERCISE)
            row.locator(".release a").click()
            expect(page.locator(".modal-body:visible")).to_contain_text("Successfully released")
            self.seen(page, "the teacher has released an exercise")

    def solve(self, name: str, answer: str, points: str) -> None:
        with self.logged_in(name) as page:
            self.seen(page, f"{name} has logged in")
            assignments(page)
            page.locator("#released_assignments_list button", has_text="Fetch").click()
            page.locator("#fetched_assignments_list button", has_text="Submit").wait_for()
            self.seen(page, f"{name} has fetched it")
            exercise = f"exercises/{EXERCISE}/{EXERCISE}.ipynb"
            url = f"{HUB}/user/{name}/lab/workspaces/w/tree"
            page.goto(f"{url}/{exercise}")
            page.locator(".jp-RenderedMarkdown a", has_text="Lecture 01").first.click()
            page.wait_for_url(f"{url}/lectures/{EXERCISE}.ipynb")
            self.seen(page, f"{name} has followed the link to the lecture")
            page.goto(f"{url}/{exercise}")
            page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
            expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle")
            run(page, cell_with(page, "from courseware.checks import"))
            solution = cell_with(page, "def signed_value(")
            replace_source(page, solution, HEAD + answer)
            run(page, solution)
            check = cell_with(page, 'check("signed_value"')
            run(page, check)
            expect(check.locator(".jp-OutputArea")).to_contain_text(f"signed_value: {points}")
            self.seen(page, f"{name} has solved a task")
            page.keyboard.press("Control+s")
            saved = self.there.path(Path("/home", name, "model_compression", exercise))
            self.there.wait_until(lambda: answer in saved.read_text(), f"what {name} saved")
            assignments(page)
            page.locator("#fetched_assignments_list button", has_text="Submit").click()
            page.locator("#submitted_assignments_list .nested_list_item").first.wait_for()
            self.seen(page, f"{name} has handed in")

    def grade(self) -> None:
        with self.logged_in(TEACHER) as page:
            page.goto(f"{HUB}/services/course/formgrader")
            row = page.locator("tr", has_text=EXERCISE)
            row.locator(".collect a").click()
            expect(page.locator(".modal-body:visible")).to_contain_text("Successfully collected")
            self.seen(page, "the teacher has collected")
            page.goto(f"{HUB}/services/course/lab/workspaces/terminal")
            page.locator(".jp-LauncherCard", has_text="Terminal").click()
            page.locator(".jp-Terminal .xterm").click()
            page.wait_for_timeout(3000)
            lines = f"course grade {EXERCISE} --workers 1; course return {EXERCISE} --exchange; "
            lines += "course doctor > build/doctor.txt; echo $? > build/doctor.code"
            page.keyboard.type(f"{lines}\n")
            end = self.there.path(COURSE / "build" / "doctor.code")
            self.there.wait_until(end.exists, "the end of what the teacher typed")
            self.seen(page, "the teacher has graded and returned")
            page.goto(f"{HUB}/services/course/formgrader/manage_submissions/{EXERCISE}")
            expect(page.locator("body")).to_contain_text(CORA)
            self.seen(page, "formgrader shows the class")

    def read(self, name: str, points: str) -> None:
        with self.logged_in(name) as page:
            assignments(page)
            page.locator("#submitted_assignments_list button", has_text="Fetch Feedback").click()
            page.locator("#submitted_assignments_list a", has_text="view feedback").wait_for()
            self.seen(page, f"{name} has fetched the feedback")
            home = Path("/home", name, "model_compression", "exercises", EXERCISE, "feedback")
            [feedback] = self.there.path(home).glob("*/*.html")
            page.set_content(feedback.read_text())
            expect(page.locator("body")).to_contain_text(points)
            self.seen(page, f"what {name} reads")

    def stay_out(self, name: str) -> None:
        """What a student cannot read, list or open."""
        others = Path("/home", CORA if name == BOB else BOB)
        for path in (*SECRETS, others, Path("/home/course")):
            tried = self.there.run_as(name, "ls", str(path))
            assert tried.returncode, f"{name} can look into {path}"
            assert self.there.run_as(name, "cat", str(path)).returncode, f"{name} can read {path}"
        with self.logged_in(name) as page:
            answer = page.goto(f"{HUB}/services/course/lab")
            assert answer is not None and answer.status == 403, "a student gets into the course"
            self.seen(page, f"{name} stays out of the course")

    def doctor(self) -> None:
        """What `course doctor` said in the teachers' room: all is as it should be."""
        text = self.there.path(COURSE / "build" / "doctor.txt").read_text()
        code = self.there.path(COURSE / "build" / "doctor.code").read_text().strip()
        assert code == "0", text


def assignments(page: Page) -> None:
    """Open nbgrader's list by JupyterLab's menu."""
    page.locator(".lm-MenuBar-item", has_text="Nbgrader").click()
    page.locator(".lm-Menu-item", has_text="Assignment List").first.click()
    page.locator("#assignments_toolbar").wait_for()


def main() -> int:
    """Walk; returns the exit code."""
    if os.geteuid() != 0:
        print("hub-test: accounts are made by root, on a machine of its own: use sudo")
        return 2
    PICTURES.mkdir(parents=True, exist_ok=True)
    with machine() as there, chromium() as browser:
        walk = Walk(browser, there)
        walk.release()
        walk.solve(BOB, RIGHT, "14 of 14 points")
        walk.solve(CORA, WRONG, "1.4 of 14 points")
        walk.grade()
        walk.read(BOB, "14 of 100 points")
        walk.read(CORA, "1.4 of 100 points")
        walk.stay_out(BOB)
        walk.doctor()
    print(f"From release to feedback in {walk.steps} steps; pictures in {PICTURES}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
