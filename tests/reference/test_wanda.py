"""Wanda and n:m against torchao's and torch's sparsifiers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.ao.pruning import WeightNormSparsifier
from torch.sparse._semi_structured_conversions import (
    sparse_semi_structured_from_dense_cutlass,
    sparse_semi_structured_to_dense_cutlass,
)
from torchao.sparsity.utils import mask_creator
from torchao.sparsity.wanda import WandaSparsifier

from model_compression.wanda import n_m_mask, wanda_mask
from tests.reference.pruning_oracles import distinct


def by_torchao(w: torch.Tensor, inputs: torch.Tensor, **how) -> torch.Tensor:
    """Mask of torchao's sparsifier after one pass of the inputs.

    It keeps the squares of the norms and multiplies by them; `inputs` are the square roots, in sign
    and size, of those that are meant.
    """
    model = nn.Sequential(nn.Linear(w.shape[1], w.shape[0], bias=False))
    model[0].weight.data = w.clone()
    sparsifier = WandaSparsifier(**how)
    sparsifier.prepare(model, [{"tensor_fqn": "0.weight"}])
    model(inputs)
    sparsifier.step()
    sparsifier.squash_mask()
    return model[0].weight != 0


def problem(rows: int, columns: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A weight, norms of inputs, and one row of inputs whose squares are these norms."""
    draw = torch.Generator().manual_seed(seed)
    norms = torch.rand(columns, generator=draw) + 0.1
    return torch.randn(rows, columns, generator=draw), norms, norms.sqrt()[None]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(4))
def test_one_row_at_a_time_it_is_torchaos(seed: int) -> None:
    """theirs ranks a whole matrix: a matrix of one row is a row of ours."""
    w, norms, inputs = problem(5, 24, seed)
    for sparsity in (0.25, 0.5, 0.75):
        rows = [by_torchao(row[None], inputs, sparsity_level=sparsity) for row in w]
        assert torch.equal(wanda_mask(w, norms, sparsity), torch.cat(rows))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(4))
def test_two_of_four_by_wandas_scores_is_torchaos(seed: int) -> None:
    w, norms, inputs = problem(5, 24, seed)
    expected = by_torchao(w, inputs, semi_structured_block_size=4)
    assert torch.equal(n_m_mask(w.abs() * norms, 2, 4), expected)


def test_the_count_is_rounded_where_torchao_and_wandas_code_cut_it_off() -> None:
    w, norms, _ = problem(3, 10, 0)
    assert (~wanda_mask(w, norms, 0.29)).sum(dim=1).tolist() == [3, 3, 3]
    assert wanda_mask(w, norms, 0.0).all() and not wanda_mask(w, norms, 1.0).any()


def test_an_input_that_is_always_zero_goes_first() -> None:
    w, norms, _ = problem(4, 8, 1)
    norms[[2, 5]] = 0.0
    assert wanda_mask(w, norms, 0.25).logical_not().nonzero()[:, 1].tolist() == [2, 5] * 4


@pytest.mark.parametrize(("n", "m"), [(1, 2), (2, 4), (3, 4), (1, 4), (4, 8), (4, 4), (1, 1)])
def test_n_of_m_by_magnitude_is_torchaos_and_torchs(n: int, m: int) -> None:
    w = distinct(6, 24, seed=10 * n + m)
    mask = n_m_mask(w.abs(), n, m)
    assert torch.equal(mask, mask_creator(w, n, m).bool())
    sparsifier = WeightNormSparsifier(1.0, (1, m), m - n)
    model = nn.Sequential(nn.Linear(24, 6))
    model[0].weight.data = w.clone()
    sparsifier.prepare(model, [{"tensor_fqn": "0.weight"}])
    sparsifier.step()
    assert torch.equal(mask, sparsifier.groups[0]["module"].parametrizations.weight[0].mask.bool())


def test_torchs_storage_for_2_of_4_takes_what_is_left() -> None:
    """It holds two of four and no more: what it was given comes back only if the pattern is met."""
    w = distinct(32, 64, seed=0).half()
    pruned = w * n_m_mask(w.float().abs(), 2, 4)
    values, places = sparse_semi_structured_from_dense_cutlass(pruned)
    assert torch.equal(sparse_semi_structured_to_dense_cutlass(values, places), pruned)
    assert (values.nbytes + places.nbytes) / w.nbytes == 36 / 64


def test_scores_are_ranked_with_their_signs() -> None:
    assert n_m_mask(torch.tensor([[-5.0, 1.0, -2.0, 0.0]]), 2, 4).tolist() == [
        [False, True, False, True]
    ]


def test_ties_and_zeros_leave_exactly_n() -> None:
    scores = torch.from_numpy(np.random.default_rng(0).integers(0, 2, (50, 12))).float()
    kept = n_m_mask(scores, 2, 4).reshape(50, 3, 4)
    assert (kept.sum(dim=2) == 2).all()
    runs = scores.reshape(50, 3, 4)
    low = torch.where(kept, runs, torch.inf).amin(dim=2)
    assert (low >= torch.where(kept, -torch.inf, runs).amax(dim=2)).all()


def test_bad_input_is_named() -> None:
    w = torch.ones(2, 6)
    with pytest.raises(ValueError, match="x_norm: expected norms >= 0, got -1"):
        wanda_mask(w, torch.tensor([1.0, -1, 1, 1, 1, 1]), 0.5)
    with pytest.raises(ValueError, match=r"x_norm: expected shape \(6,\), got \(2,\)"):
        wanda_mask(w, torch.ones(2), 0.5)
    with pytest.raises(ValueError, match=r"m: expected a divisor of the row \(6\), got 4"):
        n_m_mask(w, 2, 4)
    for n in (0, 4):
        with pytest.raises(ValueError, match="n: expected an integer from 1 to 3, got"):
            n_m_mask(w, n, 3)
