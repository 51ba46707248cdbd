"""The recorded experiment of lecture 10: complete, of these weights, and repeatable."""

import json
import math

import pytest
import torch

from courseware.chapters.c10_language_models.experiments import minilm_methods as methods
from courseware.experiments.records import read_record
from courseware.subjects.docstrings import documented
from courseware.subjects.models import weights_of
from courseware.subjects.sentence_encoder import SHA256, SentenceEncoder, matrix_names, minilm
from model_compression.error_measures import sqnr_db

RECORD = read_record("minilm_methods")


@pytest.fixture(scope="module")
def model() -> SentenceEncoder:
    return minilm()


def test_the_record_is_complete() -> None:
    assert RECORD["sha256"] == SHA256
    assert RECORD["machine"]["processor"]
    found = RECORD["found"]
    assert list(found) == ["gptq", "texts", "inputs", "formats", "pruning"]
    assert len(found["gptq"]) == 2 * 2 * len(methods.BITS)
    assert list(found["formats"]) == list(RECORD["formats"]) == list(methods.FORMATS)
    figures = [
        values for arms in found.values() for arm in arms.values() for values in arm.values()
    ]
    assert {len(values) for values in figures} == {RECORD["draws"]}
    assert {len(one["sqnr_db"]) for one in RECORD["formats"].values()} == {36}


def test_no_text_is_in_both_halves_of_a_draw() -> None:
    lines = [f"text {k}" for k in range(600)]
    texts, others = methods.drawn(lines, 100, 0)
    assert (len(texts), len(others)) == (100, max(methods.SIZES))
    assert not {*texts} & {*others}
    assert methods.drawn(lines, 100, 0) == (texts, others)
    assert methods.drawn(lines, 100, 1) != (texts, others)


def test_the_error_is_that_of_the_outputs() -> None:
    draw = torch.Generator().manual_seed(0)
    x, w, w_hat = (torch.randn(n, 8, generator=draw) for n in (50, 4, 4))
    share = (x @ (w - w_hat).T).square().sum() / (x @ w.T).square().sum()
    found = methods.relative_error_db(w, w_hat, x.T @ x)
    assert found == pytest.approx(10 * math.log10(float(share)), abs=1e-4)


def test_figures_of_the_record_come_out_again(model: SentenceEncoder) -> None:
    lines = [entry.first_line for entry in documented(methods.MODULES)]
    texts, _ = methods.drawn(lines, RECORD["texts"], seed=0)
    known = weights_of(model)
    restored = {n: methods.FORMATS["MXFP4"].restored(known[n]) for n in matrix_names()}
    judge = methods.Judge(model, texts, model.encode(texts), {})
    changed = methods.with_weights(model, restored)
    recorded = RECORD["found"]["formats"]["MXFP4"]["cosine"][0]
    # Other processors add up float32 in another order.
    assert judge.cosine(changed) == pytest.approx(recorded, abs=1e-4)
    decibels = [sqnr_db(known[name], w) for name, w in restored.items()]
    assert decibels == pytest.approx(RECORD["formats"]["MXFP4"]["sqnr_db"], abs=1e-3)


def test_the_command_writes_a_record(tmp_path, monkeypatch, model: SentenceEncoder) -> None:
    out = tmp_path / "record.json"
    monkeypatch.setattr(methods, "matrix_names", lambda: matrix_names()[:1])
    monkeypatch.setattr(methods, "float_model", lambda: model)
    monkeypatch.setattr(methods, "MODULES", ("numpy.linalg",))
    monkeypatch.setattr(methods, "SIZES", (2, 4, 8))
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), "--draws", "1", "--texts", "3"])
    assert methods.main() == 0
    record = json.loads(out.read_text(encoding="utf-8"))
    assert set(record) == set(RECORD)
    assert {part: list(arms) for part, arms in record["found"].items() if part != "texts"} == {
        part: list(arms) for part, arms in RECORD["found"].items() if part != "texts"
    }
    assert not out.with_suffix(".partial").exists()
