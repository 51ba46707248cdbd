"""The server of deploy/jupyterhub: its settings are JupyterHub's, its pins are the project's."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from pathlib import Path

import pytest
from jupyterhub.app import JupyterHub
from jupyterhub.auth import PAMAuthenticator
from jupyterhub.proxy import ConfigurableHTTPProxy
from jupyterhub.services.service import Service
from jupyterhub.spawner import LocalProcessSpawner
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from courseware.grading.bundle.making import FOLDER
from tests.tracked import ROOT

DEPLOY = ROOT / "deploy" / "jupyterhub"
_specification = importlib.util.spec_from_file_location("manage", DEPLOY / "manage.py")
assert _specification and _specification.loader
manage = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(manage)


@pytest.fixture(scope="module")
def settings() -> Config:
    return PyFileConfigLoader("jupyterhub_config.py", path=str(DEPLOY)).load_config()


def test_every_setting_is_one_of_jupyterhub(settings: Config) -> None:
    known = {
        "Authenticator": PAMAuthenticator,
        "ConfigurableHTTPProxy": ConfigurableHTTPProxy,
        "JupyterHub": JupyterHub,
        "PAMAuthenticator": PAMAuthenticator,
        "Spawner": LocalProcessSpawner,
    }
    assert set(settings) == set(known)
    for name, kind in known.items():
        assert set(settings[name]) <= set(kind.class_trait_names(config=True)), name
        made = kind(config=Config({name: settings[name]}))  # which validates values
        assert made.config[name]
    fields = set(Service.class_trait_names(input=True))
    assert [set(one) - fields for one in settings.JupyterHub.services] == [set()]


def test_who_gets_in_is_said_by_groups_alone(settings: Config) -> None:
    assert settings.PAMAuthenticator.allowed_groups == {manage.STAFF, manage.STUDENTS}
    assert settings.Authenticator.allow_existing_users is False
    [room] = settings.JupyterHub.services
    assert room["user"] == manage.OWNER and "umask 077" in room["command"][2]
    [role] = settings.JupyterHub.load_roles
    assert role["groups"] == [manage.STAFF] and role["scopes"] == ["access:services!service=course"]
    assert settings.JupyterHub.bind_url.startswith("http://127.0.0.1:")


def test_the_proxy_is_pinned_and_no_registry_is_named() -> None:
    wanted = json.loads((DEPLOY / "package.json").read_text())["dependencies"]
    lock = json.loads((DEPLOY / "package-lock.json").read_text())["packages"]
    pinned = lock["node_modules/configurable-http-proxy"]["version"]
    assert wanted == {"configurable-http-proxy": pinned}
    packages = [one for name, one in lock.items() if name]
    assert all("integrity" in one and "resolved" not in one for one in packages)


def test_an_exercise_is_fetched_to_where_its_links_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_EXCHANGE", "/srv/exchange")
    monkeypatch.setenv("HOME", str(tmp_path))
    loader = PyFileConfigLoader("nbgrader_config.py", path=str(DEPLOY / "student"))
    config = loader.load_config()
    fetched = Path(config.Exchange.assignment_dir, "01_number_formats")
    assert (fetched / "../../lectures").resolve() == tmp_path / manage.COPY / "lectures"
    assert config.Exchange.root == "/srv/exchange" and manage.COPY == FOLDER
    course = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    assert config.CourseDirectory.course_id == course.CourseDirectory.course_id


def test_a_hand_out_leaves_the_students_notebooks_alone(tmp_path: Path) -> None:
    unchanged = "lib/courseware/unchanged/01_x/01_x.ipynb"
    exercise = "exercises/01_x/01_x.ipynb"
    names = ("home.ipynb", "lectures/01_x.ipynb", "lib/a.py", unchanged, exercise)
    archive = tmp_path / "handout.zip"
    for content in ("old", "new"):
        with zipfile.ZipFile(archive, "w") as new:
            for name in names:
                new.writestr(f"{FOLDER}/{name}", content)
        manage.unpack(archive, tmp_path)
    there = tmp_path / FOLDER
    kept = {name: (there / name).read_text() for name in names if (there / name).exists()}
    assert kept == {"home.ipynb": "old", "lectures/01_x.ipynb": "old", "lib/a.py": "new",
                    unchanged: "new"}  # fmt: skip
    assert (there / "exercises").is_dir()


@pytest.mark.parametrize("name", ["Ann", "-r", "a b", "ann;id", "../ann", ""])
def test_what_is_no_name_of_an_account_is_refused(name: str) -> None:
    assert not manage.NAME.fullmatch(name)
