"""Releasing exercises from solutions, in a small course of its own."""

import os
import shutil
from pathlib import Path

import pytest

from courseware.notebooks import check, released, update
from tests.notebooks.making import code, write
from tests.tracked import ROOT

SOLVED = "def one():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
TESTED = "assert one() == 1\n### BEGIN HIDDEN TESTS\nassert one() < 2\n### END HIDDEN TESTS"


def graded(source: str, name: str, **marks: object) -> dict[str, object]:
    nbgrader = {"grade": False, "locked": False, "solution": False, "schema_version": 3}
    nbgrader |= {"grade_id": name, "task": False, **marks}
    return code(source, name, metadata={"nbgrader": nbgrader})


def write_course(folder: Path) -> Path:
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    cells = graded(SOLVED, "one", solution=True), graded(TESTED, "t", grade=True, points=1)
    write(folder / "solutions" / "01_one" / "01_one.ipynb", *cells)
    (folder / "solutions" / "01_one" / "data.csv").write_text("1,2\n")
    (folder / "gradebook.db").write_text("precious")
    return folder


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(tmp_path)


@pytest.fixture(scope="module")
def released_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_course(tmp_path_factory.mktemp("course"))
    assert len(update(folder, "01_one")) == 4
    return folder


def test_a_release_is_normalised_and_holds_no_solution(released_course: Path) -> None:
    notebook = released_course / "exercises" / "01_one" / "01_one.ipynb"
    text = notebook.read_text()
    assert check(notebook) == []
    assert "raise NotImplementedError" in text
    assert "return 1" not in text
    assert "one() < 2" not in text
    assert notebook.with_name("data.csv").read_text() == "1,2\n"


def test_no_grade_book_is_touched_or_left_behind(released_course: Path) -> None:
    assert (released_course / "gradebook.db").read_text() == "precious"
    names = {path.name for path in released_course.iterdir()}
    assert names == {"nbgrader_config.py", "solutions", "exercises", "lib", "gradebook.db"}


def test_there_is_a_second_copy_to_start_over_from(released_course: Path) -> None:
    folders = [released_course / folder for folder in ("exercises", "lib/courseware/unchanged")]
    files = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in folders
    ]
    assert files[0] == files[1]
    assert len(files[0]) == 2


def test_a_second_release_changes_nothing(released_course: Path) -> None:
    files = [path for path in released_course.rglob("*") if path.is_file()]
    for path in files:
        os.utime(path, (0, 0))
    assert update(released_course, "01_one") == []
    assert [path for path in files if path.stat().st_mtime] == []


def test_the_users_own_configuration_is_left_out(
    course: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("configuration")
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.GenerateAssignment.preprocessors = []\n"
    )
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(folder))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(folder))
    assert "return 1" not in released(course, "01_one")[Path("01_one.ipynb")].decode()


def test_an_unknown_assignment_is_named(course: Path) -> None:
    with pytest.raises(ValueError, match="no assignment 02_two in solutions/, which has 01_one"):
        released(course, "02_two")


def test_what_nbgrader_refuses_is_said(course: Path) -> None:
    twice = graded(SOLVED, "one", solution=True)
    write(course / "solutions" / "01_one" / "01_one.ipynb", twice, twice | {"id": "again"})
    with pytest.raises(RuntimeError, match=r"(?s)could not release 01_one.*Duplicate grade id"):
        update(course, "01_one")
    assert not (course / "exercises").exists()
