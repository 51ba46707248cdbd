"""The last cell of exercise 10, on two matrices and a few searches, and the Hessians behind it."""

import pytest
import torch

from courseware.chapters.c10_language_models import pay_off
from courseware.chapters.c10_language_models.hessians import hessians
from courseware.chapters.c10_language_models.plots import layers
from courseware.subjects import sentence_encoder
from model_compression.gptq import gptq_quantize

TEXTS = ["Compute the inverse of a matrix.", "Sort an array."]
NAMES = ["layers.0.query.weight", "layers.5.value.weight"]


@pytest.fixture(scope="module")
def model():
    return sentence_encoder.minilm()


def test_a_hessian_is_that_of_all_tokens_damped(model) -> None:
    kept = []
    hook = model.layers[0].query.register_forward_pre_hook(lambda _, x: kept.append(x[0]))
    found = hessians(model, NAMES[:1], TEXTS)[NAMES[0]]
    hook.remove()
    x = torch.cat([part.reshape(-1, 384) for part in kept])
    plain = x.T @ x
    assert len(x) < 384  # fewer tokens than inputs: singular without damping
    assert torch.linalg.cholesky_ex(found)[1] == 0
    off = found - plain
    assert torch.allclose(off, 0.01 * plain.diagonal().mean() * torch.eye(384), atol=1e-3)
    assert not model.layers[0].query._forward_pre_hooks


@pytest.fixture
def small(monkeypatch, model) -> None:
    monkeypatch.setattr(sentence_encoder, "minilm", lambda: model)
    monkeypatch.setattr(sentence_encoder, "matrix_names", lambda: NAMES)
    monkeypatch.setattr(pay_off, "SEARCHES", 6)
    monkeypatch.setattr(pay_off, "CALIBRATION", 8)
    monkeypatch.setattr(pay_off, "MODULES", ("numpy.linalg",))


def test_gptq_of_the_library_has_less_error_in_each_matrix(small, capsys, monkeypatch) -> None:
    seen = {}
    monkeypatch.setattr(layers, "layer_errors", seen.update)
    pay_off.search(gptq_quantize=gptq_quantize)
    pairs = zip(seen[pay_off.GPTQ], seen[pay_off.NEAREST], strict=True)
    assert all(gptq < nearest for gptq, nearest in pairs)
    text = capsys.readouterr().out
    assert "6 searches in MiniLM" in text and "your GPTQ" in text


def test_what_is_not_written_is_said(small, capsys) -> None:
    def gptq_quantize(w, hessian, n_bits, group_size):
        raise NotImplementedError

    assert pay_off.search(gptq_quantize=gptq_quantize) is None
    assert "`gptq_quantize` is not written so far" in capsys.readouterr().out
