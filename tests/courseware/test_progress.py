"""Progress is one readable file; no entry is lost, whoever else writes."""

import json
import subprocess
import sys

import pytest

from courseware.progress import store

WRITES = """
import sys
from pathlib import Path
from courseware.progress.store import keep_progress
for number in range(40):
    keep_progress("predictions", f"{sys.argv[2]}-{number}", {"said": number}, Path(sys.argv[1]))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "progress.json"


def test_nothing_is_there_at_first(path):
    assert store.read_progress(path) == {}
    assert not path.exists()


def test_entries_grow_field_by_field_and_can_be_read_by_people(path):
    store.keep_progress("predictions", "02-steps", {"said": "die Hälfte"}, path)
    store.keep_progress("predictions", "02-steps", {"came": 6.02}, path)
    store.keep_progress("tasks", "negate", {"points": 10.0}, path)
    assert store.read_progress(path) == {
        "predictions": {"02-steps": {"said": "die Hälfte", "came": 6.02}},
        "tasks": {"negate": {"points": 10.0}},
    }
    assert "Hälfte" in path.read_text(encoding="utf-8")


def test_two_notebooks_at_once_lose_nothing(path):
    command = [sys.executable, "-c", WRITES, path]
    both = [subprocess.Popen([*command, name]) for name in ("a", "b")]
    assert [one.wait() for one in both] == [0, 0]
    assert len(store.read_progress(path)["predictions"]) == 80


@pytest.mark.parametrize("text", ["", "{", "[]", '{"predictions": 3}'])
def test_a_file_that_is_no_progress_is_not_overwritten(path, text):
    path.write_text(text)
    with pytest.raises(ValueError, match=r"progress\.json"):
        store.keep_progress("predictions", "x", {"said": 1}, path)
    assert path.read_text() == text


def test_a_reset_keeps_what_there_was(path):
    assert store.reset_progress(path) is None
    for number in (1, 2):
        store.keep_progress("predictions", "x", {"said": number}, path)
        kept = store.reset_progress(path)
        assert kept is not None and kept.name == f"progress.{number}.json"
        assert json.loads(kept.read_text())["predictions"]["x"]["said"] == number
    assert store.read_progress(path) == {}


def test_the_file_lies_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.delenv(store.ENVIRONMENT)
    assert (store.progress_file().parent / "lib" / "courseware").is_dir()
    monkeypatch.setenv(store.ENVIRONMENT, str(tmp_path / "mine.json"))
    assert store.progress_file() == tmp_path / "mine.json"
