"""What an exercise's checks gave together, and that it is kept."""

import json

import pytest

from courseware.checks import so_far
from courseware.notebooks import execute
from tests.notebooks.making import code, write

WORTH = {"negate": 12.0, "to_bits": 8.0, "quiz_01_abs": 4.0}


@pytest.fixture(autouse=True)
def progress(monkeypatch, tmp_path):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    monkeypatch.setattr(so_far, "_points", {})
    return path


def test_what_is_missing_and_what_was_not_run_is_named(progress):
    so_far.note_points("negate", 12.0, 12.0, "01")
    so_far.note_points("quiz_01_abs", 0.0, 4.0, "01")
    assert so_far.summary("01", WORTH) == (
        "01, all checks together: 12 of 24 points; some are missing in quiz_01_abs; not run since "
        "Jupyter was started: to_bits. 76 more are given for the answer in your own words."
    )
    kept = json.loads(progress.read_text())["tasks"]
    assert (kept["negate"]["points"], kept["quiz_01_abs"]["of"]) == (12.0, 4.0)


def test_a_record_that_cannot_be_kept_stops_no_check(progress):
    progress.mkdir()
    so_far.note_points("negate", 12.0, 12.0, "01")
    assert "12 of 24" in so_far.summary("01", WORTH)


def test_only_the_last_one_sums_up():
    assert so_far.is_last("quiz_01_abs", WORTH)
    assert not so_far.is_last("to_bits", WORTH)


def test_the_sum_stands_under_the_last_check_in_jupyter(tmp_path):
    source = """

from IPython.utils.capture import capture_output
from courseware.checks import check_quiz
with capture_output() as first:
    check_quiz("quiz_01_abs", lambda: "b")
with capture_output() as last:
    check_quiz("quiz_01_bfloat16", lambda: "a")
said = [one.data["text/plain"] for one in last.outputs]
assert not any("all checks together" in one.data["text/plain"] for one in first.outputs)
[total] = [text for text in said if text.startswith("01_number_formats, all checks together: ")]
assert "not run since Jupyter was started: unsigned_value" in total"""
    assert execute(write(tmp_path / "x.ipynb", code(source))).error is None
