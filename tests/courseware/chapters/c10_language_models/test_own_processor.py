"""The kernels on the reader's processor compute the product, from the bytes that they claim."""

import pytest
import torch

from courseware.chapters.c10_language_models import own_processor
from courseware.chapters.c10_language_models.own_processor import GROUP, kernels, relative, times

SIZE = 256


def test_every_kernel_gives_the_product_within_its_rounding() -> None:
    of_all = kernels(SIZE)
    exact = of_all["float32"].product().float()
    # Half a step against the size of a weight from a bell curve: 2^-9 in bfloat16; a 2/254 share
    # of about 3 deviations in int8; a 2/14 share of about 2.5 in int4; over sqrt(3), uniform.
    for name, bound in {"bfloat16": 0.01, "int8": 0.02, "int4": 0.15}.items():
        error = of_all[name].product().float() - exact
        assert 0 < error.norm() / exact.norm() < bound, name


def test_bytes_are_those_of_the_stored_weights() -> None:
    found = {name: kernel.n_bytes for name, kernel in kernels(SIZE).items()}
    n = SIZE * SIZE
    assert found == {
        "float32": 4 * n,
        "bfloat16": 2 * n,
        "int8": n + 2 * SIZE,
        "int4": n // 2 + n // GROUP * 4,
    }


def test_times_have_a_value_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {len(values) for values in times(64, rounds=3, calls=1).values()} == {3}
    monkeypatch.setattr(own_processor, "PLAIN", "bfloat16")
    assert relative({"bfloat16": [2.0], "int8": [3.0]}) == {"bfloat16": [1.0], "int8": [1.5]}


def test_weights_and_tokens_come_from_the_seed() -> None:
    first, again, other = (kernels(64, seed)["float32"].product() for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
