"""The recorded experiment on scales: draws are those of `minilm_methods`; it comes out again."""

import json

import pytest
import torch

from courseware.chapters.c10_language_models.experiments import minilm_methods as methods
from courseware.chapters.c10_language_models.experiments import minilm_scales as scales
from courseware.chapters.c10_language_models.weight_formats import SCALES
from courseware.experiments.records import read_record
from courseware.subjects.models import weights_of
from courseware.subjects.sentence_encoder import matrix_names, minilm
from model_compression.error_measures import sqnr_db

RECORD = read_record("minilm_scales")
WAYS = "nearest", "GPTQ"


def test_the_record_has_the_draws_that_it_is_compared_with() -> None:
    beside = read_record("minilm_methods")
    assert all(RECORD[name] == beside[name] for name in ("draws", "texts", "sha256", "modules"))
    assert [*RECORD["formats"]] == [*RECORD["found"]["formats"]] == [*SCALES]
    cosines = [arm["cosine"] for part in RECORD["found"].values() for arm in part.values()]
    assert {len(one) for one in cosines} == {RECORD["draws"]}


def test_gptq_and_rounding_to_nearest_meet_the_same_scales() -> None:
    """GPTQ some of them again, with more damping."""
    arms = [arm.split(", ", 3) for arm in RECORD["found"]["gptq"]]
    tried = {way: {(b, name, s) for b, name, w, s in arms if w == way} for way in WAYS}
    assert {one for one in tried["GPTQ"] if "damped" not in one[2]} == tried["nearest"]
    assert len(tried["nearest"]) == sum(2 * len(ratios) for ratios in scales.RATIOS.values())
    damped = {one[2].partition("damped ")[2] for one in tried["GPTQ"]}
    assert damped == {"", "10%", "100%", "1000%", "10000%"}


def test_without_damping_of_its_own_an_arm_is_that_of_the_other_record() -> None:
    """At ratio 1: the same rounding, one column at a time with nothing to pass on."""
    w = weights_of(minilm())[matrix_names()[0]]
    values = scales.nearest(w, 3, 64, 1.0)
    assert torch.equal(values, methods.rounded(w, 3, 64))
    alone = scales.by_gptq(w[:8], torch.eye(w.shape[1]), 3, 64, 0.5, 0.0)
    assert torch.allclose(alone, scales.nearest(w[:8], 3, 64, 0.5), atol=1e-7)


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
    assert {part: {*arms} for part, arms in record["found"].items()} == {
        part: {*arms} for part, arms in RECORD["found"].items()
    }
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
    weight = weights_of(model)[first[0]]
    for name, one in SCALES.items():
        recorded = RECORD["formats"][name]["sqnr_db"][0]
        assert record["formats"][name]["sqnr_db"] == pytest.approx([recorded], abs=1e-3)
        assert sqnr_db(weight, one.restored(weight)) == pytest.approx(recorded, abs=1e-3)
