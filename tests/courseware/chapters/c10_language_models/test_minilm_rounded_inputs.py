"""The recorded experiment on rounded inputs: its arms meet others; it comes out again."""

import json

import pytest
import torch

from courseware.chapters.c10_language_models.experiments import minilm_methods as methods
from courseware.chapters.c10_language_models.experiments import minilm_rounded_inputs as rounded
from courseware.chapters.c10_language_models.experiments.minilm_scales import by_gptq
from courseware.chapters.c10_language_models.hessians import products
from courseware.chapters.c10_language_models.weight_formats import ZERO_POINTS
from courseware.experiments.records import read_record
from courseware.subjects.models import weights_of, with_weights
from courseware.subjects.sentence_encoder import SentenceEncoder, matrix_names, minilm

RECORD = read_record("minilm_rounded_inputs")
TEXTS = ["Return the sum.", "Compute the inverse of a matrix.", "A longer text with more words."]


@pytest.fixture(scope="module")
def model() -> SentenceEncoder:
    return minilm()


def test_the_record_has_the_draws_and_arms_that_it_is_compared_with() -> None:
    beside = [read_record(name) for name in ("minilm_methods", "minilm_scales")]
    same = ("texts", "sha256", "modules")
    assert all(RECORD["draws"] <= other["draws"] for other in beside)
    assert all(RECORD[name] == other[name] for name in same for other in beside)
    assert [*RECORD["formats"]] == [*ZERO_POINTS]
    gptq = RECORD["found"]["gptq"]
    assert len(gptq) == len(rounded.SETTINGS)
    assert {*gptq} <= {*beside[0]["found"]["gptq"], *beside[1]["found"]["gptq"]}
    assert not {*RECORD["found"]["inputs"]} & {*beside[0]["found"]["inputs"]}
    cosines = [arm["cosine"] for part in RECORD["found"].values() for arm in part.values()]
    assert {len(one) for one in cosines} == {RECORD["draws"]}


def test_what_is_compared_has_as_many_bits() -> None:
    bits = [one["bits"] for one in RECORD["formats"].values()]
    assert bits == [4.25, 4.5, 5.0] * 2


def test_a_block_is_calibrated_behind_rounded_ones(model, monkeypatch) -> None:
    """The first as in the float network, the next one on what the rounded first hands on."""
    names = [f"layers.{block}.{part}.weight" for block in (0, 1) for part in ("query", "key")]
    monkeypatch.setattr(methods, "matrix_names", lambda: names)
    judge = methods.Judge(model, TEXTS, model.encode(TEXTS), {})
    setting = (2, 64, 0.5, 0.1)
    found = rounded.block_by_block(judge, TEXTS, *setting)
    assert [*found] == names
    known = weights_of(model)
    first = {n: found[n] for n in names[:2]}
    for behind, block in ((model, names[:2]), (with_weights(model, first), names[2:])):
        xtx = products(behind, block, TEXTS)
        for n in block:
            assert torch.equal(found[n], by_gptq(known[n], xtx[n], *setting))
    in_float = products(model, names[2:], TEXTS)
    assert not torch.equal(found[names[2]], by_gptq(known[names[2]], in_float[names[2]], *setting))


def test_its_command_writes_a_record_that_is_the_recorded_one(tmp_path, monkeypatch, model) -> None:
    """Of one matrix; other processors add up float32 in another order."""
    out = tmp_path / "record.json"
    first = matrix_names()[:1]
    monkeypatch.setattr(methods, "float_model", lambda: model)
    monkeypatch.setattr(methods, "matrix_names", lambda: first)
    monkeypatch.setattr(rounded, "matrix_names", lambda: first)
    monkeypatch.setattr(methods, "MODULES", ("numpy", "numpy.linalg", "scipy.linalg"))
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), "--draws", "1", "--texts", "3"])
    assert rounded.main() == 0
    record = json.loads(out.read_text(encoding="utf-8"))
    assert set(record) == set(RECORD)
    assert all(record[name] == RECORD[name] for name in ("gptq_settings", "smoothed"))
    assert {part: [*arms] for part, arms in record["found"].items()} == {
        part: [*arms] for part, arms in RECORD["found"].items()
    }
    for name, one in RECORD["formats"].items():
        found = record["formats"][name]["sqnr_db"]
        assert found == pytest.approx(one["sqnr_db"][:1], abs=1e-3)
