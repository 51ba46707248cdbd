"""The fast versions against the taught ones: the same results, bit by bit, and the same errors."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from model_compression import fast, integer_scaling, magnitude_pruning, nf4

DRAWN = torch.Generator().manual_seed(7)
NORMAL = torch.randn(96, 512, generator=DRAWN)
MATRICES = {
    "normal": NORMAL,
    "few values": torch.randint(-3, 4, (96, 512), generator=DRAWN).float(),
    "zero rows": NORMAL * (torch.arange(96) % 3 > 0)[:, None],
    "all zero": torch.zeros(4, 128),
    "tiny": NORMAL * 1e-39,
    "huge": NORMAL * 7e37,
    "float64": NORMAL.double(),
    "float16": NORMAL.half(),
    "strided": NORMAL.t(),
    "one value": torch.tensor([[-2.0]]),
    "with a gradient": NORMAL.clone().requires_grad_(),
}
BAD = {
    "no tensor": [1.0],
    "integers": torch.ones(2, 2, dtype=torch.int32),
    "empty": torch.empty(0, 4),
    "nan": torch.tensor([[1.0, float("nan")]]),
    "infinity": torch.tensor([[1.0, float("inf")]]),
}


def error_of(function: Callable[..., Any], *arguments: Any) -> str:
    """What a function says of bad arguments."""
    with pytest.raises(ValueError) as caught:
        function(*arguments)
    return str(caught.value)


def same(found: Any, expected: Any) -> None:
    """Equal values, dtypes and shapes."""
    found, expected = (x if isinstance(x, tuple) else (x,) for x in (found, expected))
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        assert torch.equal(one, other)


@pytest.fixture(params=[1 << 18, 256], ids=["one-chunk", "many-chunks"], autouse=True)
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "CHUNK", request.param)


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("sparsity", [0.0, 0.25, 0.5, 0.999, 1.0])
def test_masks(name: str, sparsity: float) -> None:
    w = MATRICES[name]
    same(fast.magnitude_mask(w, sparsity), magnitude_pruning.magnitude_mask(w, sparsity))


@pytest.mark.parametrize("name", [name for name in MATRICES if name != "one value"])
@pytest.mark.parametrize(("n_bits", "group_size"), [(8, 32), (4, 32), (2, 4), (3, 1)])
def test_groups(name: str, n_bits: int, group_size: int) -> None:
    arguments = MATRICES[name], n_bits, group_size
    same(fast.quantize_groupwise(*arguments), integer_scaling.quantize_groupwise(*arguments))


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("block_size", [1, 7, 64])
def test_nf4(name: str, block_size: int) -> None:
    same(
        fast.nf4_quantize(MATRICES[name], block_size), nf4.nf4_quantize(MATRICES[name], block_size)
    )


def test_nf4_ties() -> None:
    table = nf4.nf4_codebook()
    midpoints = torch.cat([(table[1:] + table[:-1]) / 2, torch.tensor([1.0])])
    same(fast.nf4_quantize(midpoints, 16), nf4.nf4_quantize(midpoints, 16))


@pytest.mark.parametrize("name", BAD)
def test_errors(name: str) -> None:
    bad = BAD[name]
    assert error_of(fast.magnitude_mask, bad, 0.5) == error_of(
        magnitude_pruning.magnitude_mask, bad, 0.5
    )
    assert error_of(fast.quantize_groupwise, bad, 4, 1) == error_of(
        integer_scaling.quantize_groupwise, bad, 4, 1
    )
    assert error_of(fast.nf4_quantize, bad, 2) == error_of(nf4.nf4_quantize, bad, 2)


def test_errors_of_settings() -> None:
    for n_bits, group_size in ((9, 4), (4, 0), (4, 3)):
        assert error_of(fast.quantize_groupwise, torch.ones(2, 4), n_bits, group_size) == error_of(
            integer_scaling.quantize_groupwise, torch.ones(2, 4), n_bits, group_size
        )
    assert error_of(fast.nf4_quantize, torch.ones(4), 0) == error_of(
        nf4.nf4_quantize, torch.ones(4), 0
    )
    assert error_of(fast.magnitude_mask, torch.ones(4), 1.5) == error_of(
        magnitude_pruning.magnitude_mask, torch.ones(4), 1.5
    )
