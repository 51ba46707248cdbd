"""The last cell of exercise 11 shows a picture of what the student's functions make."""

import pytest

from courseware.chapters.c11_deep_compression import pay_off
from courseware.chapters.c11_deep_compression.pay_off import front_on_digits
from model_compression.entropy_coding import entropy_bits
from model_compression.pareto import pareto_front
from model_compression.relative_indexing import relative_index_encode
from model_compression.weight_sharing import kmeans_codebook

FUNCTIONS = {
    "pareto_front": pareto_front,
    "entropy_bits": entropy_bits,
    "relative_index_encode": relative_index_encode,
    "kmeans_codebook": kmeans_codebook,
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pay_off, "SIZES", (64, 8, 10))
    monkeypatch.setattr(pay_off, "SPARSITIES", (0.0, 0.5))
    monkeypatch.setattr(pay_off, "VALUES", (2, 4))
    monkeypatch.setattr(pay_off, "STEPS", 40)


def test_the_reference_gives_a_picture_of_the_front():
    alt = front_on_digits(**FUNCTIONS).alt
    assert alt.startswith("4 files by bytes and accuracy. On the front: 0% pruned, 2 values: ")


def test_what_is_not_written_yet_is_said(capsys):
    def not_yet(codes):
        raise NotImplementedError("Write your function here")

    assert front_on_digits(**FUNCTIONS | {"entropy_bits": not_yet}) is None
    assert "`entropy_bits` is not written so far" in capsys.readouterr().out


def test_a_position_that_no_point_has_is_said_kindly(capsys):
    assert front_on_digits(**FUNCTIONS | {"pareto_front": lambda points: [99]}) is None
    assert "What came back does not fit together" in capsys.readouterr().out
