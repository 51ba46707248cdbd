"""The last cell of exercise 07 shows a picture of what the student's function makes."""

import pytest

from courseware.chapters.c07_structured_pruning import pay_off
from courseware.chapters.c07_structured_pruning.pay_off import smaller_networks
from model_compression.structured_pruning import structured_prune


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pay_off, "SIZES", (64, 8, 8, 10))
    monkeypatch.setattr(pay_off, "KEEP", (1.0, 0.5))
    monkeypatch.setattr(pay_off, "STEPS", 2)


def test_the_reference_gives_a_picture_with_bytes_and_accuracy():
    alt = smaller_networks(structured_prune=structured_prune).alt
    assert f"100.0% of the units: {4 * (64 * 8 + 8 + 8 * 8 + 8 + 8 * 10 + 10):,} bytes" in alt
    assert f"50.0% of the units: {4 * (64 * 4 + 4 + 4 * 4 + 4 + 4 * 10 + 10):,} bytes" in alt
    assert "right at once" in alt and "right after 2 updates" in alt


def test_a_network_that_does_not_fit_together_is_said_kindly(capsys):
    def cut_one_side(state, images, keep_ratio):
        return state | {"0.weight": state["0.weight"][:4], "0.bias": state["0.bias"][:4]}

    assert smaller_networks(structured_prune=cut_one_side) is None
    assert "What came back does not fit together" in capsys.readouterr().out
