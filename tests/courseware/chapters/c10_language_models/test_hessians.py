"""What comes into the layers, against the inputs themselves."""

import pytest
import torch

from courseware.chapters.c10_language_models.hessians import inputs, largest, products
from courseware.subjects.sentence_encoder import SentenceEncoder, minilm

TEXTS = ["Compute the inverse of a matrix.", "Sort an array.", "Sort a list."]
NAME = "layers.1.down.weight"


@pytest.fixture(scope="module")
def model() -> SentenceEncoder:
    return minilm()


def test_inputs_have_a_row_for_each_token_in_the_order_of_the_texts(model: SentenceEncoder) -> None:
    x, tokens = inputs(model, NAME, TEXTS)
    assert tokens == [token for text in TEXTS for token in model.tokens(text)]
    assert x.shape == (len(tokens), 1536)
    last, _ = inputs(model, NAME, TEXTS[2:])
    assert torch.equal(x[-len(last) :], last)
    assert not model.layers[1].down._forward_pre_hooks


def test_batches_are_joined(model: SentenceEncoder) -> None:
    x, _ = inputs(model, NAME, TEXTS)  # two texts share a batch in the others
    xtx = products(model, [NAME], TEXTS)[NAME]
    assert torch.allclose(xtx, x.T @ x, atol=1e-5 * float(xtx.abs().max()))
    assert torch.allclose(largest(model, [NAME], TEXTS)[NAME], x.abs().amax(dim=0), atol=1e-5)
