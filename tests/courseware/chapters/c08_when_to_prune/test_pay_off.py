"""The last cell of exercise 08 shows the student's masks, and what the networks read with them."""

import pytest

from courseware.chapters.c08_when_to_prune import pay_off
from courseware.chapters.c08_when_to_prune.pay_off import masks_at_work
from model_compression.pruning_schedules import cubic_sparsity, gradual_masks, random_mask
from model_compression.snip import snip_masks

REFERENCE = {
    "random_mask": random_mask,
    "snip_masks": snip_masks,
    "cubic_sparsity": cubic_sparsity,
    "gradual_masks": gradual_masks,
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pay_off, "UPDATES", 1)


def test_the_reference_gives_three_maps():
    alt = masks_at_work(**REFERENCE).alt
    assert all(f"{name}: " in alt for name in ("random", "SNIP", "gradual"))
    assert alt.count("% right") == 3


def test_a_stub_is_named(capsys):
    def stub(weights, masks, sparsity):
        raise NotImplementedError("Write your function here")

    assert masks_at_work(**REFERENCE | {"gradual_masks": stub}) is None
    assert "`gradual_masks` is not written so far" in capsys.readouterr().out
