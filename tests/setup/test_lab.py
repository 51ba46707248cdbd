"""JupyterLab as `make lab` starts it: on home.ipynb, offline, with the kernel of the course."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.tracked import ROOT

START_SECONDS = 240


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    address: str
    token: str

    def get(self, path: str) -> tuple[str, bytes]:
        """Return where a request for `path` ends, and what comes."""
        request = urllib.request.Request(
            self.address + path, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=START_SECONDS) as response:
            return response.url.removeprefix(self.address), response.read()

    def json(self, path: str) -> Any:
        """Return the JSON that comes for `path`."""
        return json.loads(self.get(path)[1])


def users_home(folder: Path) -> Path:
    """Make a home whose owner has a kernel and settings that must not reach the course."""
    kernel = folder / ".local" / "share" / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["/bin/false"], "display_name": "foreign", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    (folder / ".jupyter").mkdir()
    (folder / ".jupyter" / "jupyter_lab_config.py").write_text(
        'c = get_config()\nc.ServerApp.root_dir = "/"\nc.LabApp.default_url = "/tree"\n'
    )
    return folder


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = users_home(tmp_path_factory.mktemp("home"))
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_PATH": str(ROOT / ".jupyter"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    log = home / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output
        ) as server,
    ):
        try:
            yield wait_for(home / "runtime", server, log)
        finally:
            server.terminate()


def wait_for(runtime: Path, server: subprocess.Popen[bytes], log: Path) -> Lab:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        time.sleep(0.1)
        for file in runtime.glob("jpserver-*.json"):
            # The file may still be half written, the server not yet listening.
            with suppress(json.JSONDecodeError, urllib.error.URLError):
                about = json.loads(file.read_text())
                lab = Lab(about["url"].rstrip("/"), about["token"])
                lab.get("/api/status")
                return lab
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")


def test_it_opens_on_the_home_page(lab: Lab) -> None:
    assert lab.get("/")[0] == "/lab/tree/home.ipynb"
    assert lab.json("/api/contents/home.ipynb?content=0")["type"] == "notebook"


def test_it_serves_the_folder_of_the_nbgrader_settings(lab: Lab) -> None:
    names = {item["name"] for item in lab.json("/api/contents/")["content"]}
    assert {"nbgrader_config.py", "lectures", "exercises"} <= names


def test_its_python_is_that_of_the_course(lab: Lab) -> None:
    kernels = lab.json("/api/kernelspecs")
    assert kernels["default"] == "python3"
    assert kernels["kernelspecs"]["python3"]["spec"]["display_name"] != "foreign"


MISLEADING = {"@jupyter/nbgrader:validate-assignment", "@jupyter/nbgrader:create-assignment"}
"""Validate calls an untouched exercise passed in part; Create Assignment changes its metadata."""


def test_it_hides_from_students_what_misleads_them(lab: Lab) -> None:
    page = lab.get("/lab")[1].decode()
    [data] = re.findall(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    disabled = set(json.loads(data)["disabledExtensions"])
    assert disabled >= MISLEADING
    assert "@jupyter/nbgrader:formgrader" not in disabled


def test_a_teachers_configuration_takes_back_just_that() -> None:
    hidden, shown = (
        json.loads((ROOT / ".jupyter" / folder / "labconfig" / "page_config.json").read_text())
        for folder in (".", "teacher")
    )
    assert hidden == {"disabledExtensions": dict.fromkeys(MISLEADING, True)}
    assert shown == {"disabledExtensions": dict.fromkeys(MISLEADING, False)}


def test_it_asks_for_no_news_and_no_updates(lab: Lab) -> None:
    settings = lab.json("/lab/api/settings/@jupyterlab/apputils-extension:notification")
    properties = settings["schema"]["properties"]
    assert properties["fetchNews"]["default"] == "false"
    assert properties["checkForUpdates"]["default"] is False
    assert lab.json("/lab/api/news") == {"news": []}
    assert lab.json("/lab/api/update") == {"notification": None}
