"""The recorded experiment: complete, of these weights, and repeatable."""

import json
from pathlib import Path

import pytest
import torch

from courseware.chapters.c03_post_training_quantization.experiments import minilm_quantization
from courseware.chapters.c03_post_training_quantization.experiments.minilm_quantization import (
    ACTIVATION_BITS,
    FORMATS,
    PERCENTILES,
    SINGLE,
    WHOLE,
    cosines,
    in_format,
    texts,
)
from courseware.subjects.models import weights_of
from courseware.subjects.sentence_encoder import SHA256, SentenceEncoder, matrix_names, minilm
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "minilm_quantization.json").read_text())


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return minilm()


def test_the_record_is_complete() -> None:
    assert RECORD["weights"]["sha256"] == SHA256
    recorded = [entry["format"] for entry in RECORD["weight_settings"]]
    assert recorded == ["float32", *FORMATS]
    assert [entry["format"] for entry in RECORD["whole_model"]] == list(WHOLE)
    assert list(RECORD["single_matrices"]) == matrix_names()
    settings = {(entry["percentile"], entry["n_bits"]) for entry in RECORD["activations"]}
    assert settings == {(p, b) for p in PERCENTILES for b in ACTIVATION_BITS}
    assert set(RECORD["integer_layers"]) == {"one scale", "one scale per token"}


def test_every_search_is_recorded() -> None:
    for entry in RECORD["weight_settings"] + RECORD["whole_model"]:
        assert len(entry["found"]) == RECORD["pairs"]
        assert set(entry["found"]) <= {"0", "1"}


def test_texts_of_searches_and_of_other_measurements_differ() -> None:
    pairs, sentences = texts(0, 50, 40)
    assert (len(pairs), len(sentences)) == (50, 40)
    assert not {entry.first_line for entry in pairs} & set(sentences)
    assert texts(0, 50, 40) == (pairs, sentences)
    assert texts(1, 50, 40) != (pairs, sentences)


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("int8, channel", 8 + 32 / 512),  # rows of 384, a third as many of 1,536: 512 on average
        ("int4, group of 64", 4.5),
        ("uint4, group of 64, zero point", 4.625),
        ("NF4", 4.5),
    ],
)
def test_sizes_count_the_scales(encoder: SentenceEncoder, name: str, bits: float) -> None:
    matrices = {key: weights_of(encoder)[key] for key in matrix_names()}
    size, _ = in_format(encoder, matrices, FORMATS[name])
    assert size == pytest.approx(bits, rel=1e-12)
    [recorded] = [e for e in RECORD["weight_settings"] if e["format"] == name]
    assert recorded["bits_per_weight"] == pytest.approx(size, rel=1e-12)


@pytest.mark.slow
def test_a_figure_of_the_record_comes_out_again(encoder: SentenceEncoder) -> None:
    _, sentences = texts(RECORD["seed"], RECORD["pairs"], RECORD["sentences"])
    exact = encoder.encode(sentences)
    for name in ("layers.0.up.weight", "layers.5.down.weight"):
        for label in SINGLE:
            restored = {name: FORMATS[label](weights_of(encoder)[name]).dequantize()}
            changed = minilm_quantization.with_weights(encoder, restored)
            found = cosines(changed, sentences, exact)
            recorded = RECORD["single_matrices"][name][label]["cosine"]
            # Other thread counts and processors add up float32 in another order.
            assert found == pytest.approx(recorded, abs=1e-4)


@pytest.mark.slow
def test_the_command_writes_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "record.json"
    few = {name: FORMATS[name] for name in ("int4, tensor", "int3, channel", "NF4")}
    monkeypatch.setattr(minilm_quantization, "FORMATS", few)
    monkeypatch.setattr(minilm_quantization, "WHOLE", ("NF4",))
    monkeypatch.setattr(minilm_quantization, "PERCENTILES", (100,))
    monkeypatch.setattr(minilm_quantization, "matrix_names", lambda: matrix_names()[:2])
    arguments = ["", "--out", str(out), "--pairs", "4", "--sentences", "6"]
    monkeypatch.setattr("sys.argv", arguments)
    assert minilm_quantization.main() == 0
    record = json.loads(out.read_text())
    assert set(record) == set(RECORD)
    assert record["versions"]["torch"] == torch.__version__
    assert "integer_layers done" in capsys.readouterr().out
