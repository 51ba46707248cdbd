"""A prediction is kept, shown beside what came, and there again after a restart."""

import pytest

from courseware.progress import store
from courseware.showing.predict import WIDGET, Prediction, predict


@pytest.fixture(autouse=True)
def path(monkeypatch, tmp_path):
    path = tmp_path / "progress.json"
    monkeypatch.setenv(store.ENVIRONMENT, str(path))
    return path


def kept():
    return store.read_progress().get("predictions", {})


def bits():
    return Prediction("02-bits", "How far?", ("by half", "by a quarter"))


def test_a_choice_is_kept_and_compared(capsys):
    prediction = bits()
    prediction.control.value = "by a quarter"
    assert "Kept: by a quarter." in prediction.message.value
    prediction.came("by half")
    assert "**It came:** by half. You predicted **by a quarter**." in capsys.readouterr().out
    entry = kept()["02-bits"]
    assert (entry["said"], entry["came"], entry["right"]) == ("by a quarter", "by half", False)


def test_it_is_there_again_after_a_restart():
    bits().control.value = "by half"
    again = bits()
    assert again.control.value == "by half"
    assert "from before" in again.message.value
    again.came("by half")
    assert kept()["02-bits"]["right"] is True


def test_a_choice_that_the_lecture_no_longer_offers_is_forgotten():
    bits().control.value = "by half"
    assert Prediction("02-bits", "How far?", ("not at all", "by a lot")).control.value is None


@pytest.mark.parametrize(("typed", "right"), [("6", True), ("−6,1", False), ("5.8", True)])
def test_a_number_may_be_off_by_a_little(typed, right):
    prediction = Prediction("02-decibels", "How many dB?", unit="dB")
    prediction.control.value = typed
    prediction.came(6.02, within=0.5)
    assert kept()["02-decibels"]["right"] is right


def test_what_is_no_number_is_told_and_not_kept():
    prediction = Prediction("02-decibels", "How many dB?", unit="dB")
    prediction.control.value = "six"
    assert "Expected a number, got “six”" in prediction.message.value
    assert kept() == {}


def test_without_a_prediction_the_result_stands_alone(capsys, path):
    bits().came("by half")
    assert capsys.readouterr().out.strip() == "**It came:** by half."
    assert not path.exists()


def test_a_changed_cell_stops_no_lecture_and_counts_for_no_prediction(capsys):
    prediction = bits()
    prediction.control.value = "by half"
    prediction.came("by half")
    for other in ("by much", "by a quarter"):
        prediction.came(other)
    shown = capsys.readouterr().out
    assert "by much, which is none of the choices" in shown
    assert "by a quarter; the first time by half, which counts." in shown
    assert kept()["02-bits"]["right"] is True
    prediction.control.value = "by a quarter"
    prediction.came("by half")
    assert kept()["02-bits"]["right"] is False


def test_a_number_that_comes_out_a_little_otherwise_is_the_same(capsys):
    prediction = Prediction("02-decibels", "How many dB?", unit="dB")
    for came in (6.0, 6.4, 7.0):
        prediction.came(came, within=0.5)
    assert capsys.readouterr().out.count("the first time 6 dB") == 1


def test_the_choices_are_a_list_where_there_is_no_kernel():
    shown = bits().as_shown()
    assert "<li>by half</li>" in shown["text/html"]
    assert WIDGET in shown


@pytest.mark.parametrize("choices", [("one",), ("a", "b", "a")])
def test_choices_differ_and_are_more_than_one(choices):
    with pytest.raises(ValueError, match="two or more different ones"):
        predict("02-x", "Which?", *choices)


def test_a_progress_file_that_cannot_be_read_stops_no_lecture(path):
    path.write_text("{")
    prediction = bits()
    prediction.control.value = "by half"
    assert "Not kept" in prediction.message.value
    assert path.read_text() == "{"
