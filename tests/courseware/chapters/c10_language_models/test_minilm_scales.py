"""The recorded experiment on scales: draws are those of `minilm_methods`; it comes out again."""

import json

import pytest

from courseware.chapters.c10_language_models.experiments import minilm_methods as methods
from courseware.chapters.c10_language_models.experiments import minilm_scales as scales
from courseware.chapters.c10_language_models.weight_formats import SCALES
from courseware.experiments.records import read_record
from courseware.subjects.models import weights_of
from courseware.subjects.sentence_encoder import matrix_names, minilm
from model_compression.error_measures import sqnr_db

RECORD = read_record("minilm_scales")


def test_the_record_has_the_draws_that_it_is_compared_with() -> None:
    beside = read_record("minilm_methods")
    assert all(RECORD[name] == beside[name] for name in ("draws", "texts", "sha256", "modules"))
    assert [*RECORD["formats"]] == [*RECORD["found"]["formats"]] == [*SCALES]
    cosines = [arm["cosine"] for arm in RECORD["found"]["formats"].values()]
    assert {len(one) for one in cosines} == {RECORD["draws"]}


def test_its_command_writes_a_record_that_is_the_recorded_one(tmp_path, monkeypatch) -> None:
    """Of one matrix; other processors add up float32 in another order."""
    out = tmp_path / "record.json"
    model, first = minilm(), matrix_names()[:1]
    monkeypatch.setattr(methods, "float_model", lambda: model)
    monkeypatch.setattr(methods, "matrix_names", lambda: first)
    monkeypatch.setattr(scales, "matrix_names", lambda: first)
    monkeypatch.setattr(methods, "MODULES", ("numpy", "numpy.linalg", "scipy.linalg"))
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), "--draws", "1", "--texts", "3"])
    assert scales.main() == 0
    record = json.loads(out.read_text(encoding="utf-8"))
    assert set(record) == set(RECORD)
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
    weight = weights_of(model)[first[0]]
    for name, one in SCALES.items():
        recorded = RECORD["formats"][name]["sqnr_db"][0]
        assert record["formats"][name]["sqnr_db"] == pytest.approx([recorded], abs=1e-3)
        assert sqnr_db(weight, one.restored(weight)) == pytest.approx(recorded, abs=1e-3)
