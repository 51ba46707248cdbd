"""SNIP against its definition: the gradient of the loss by a switch on every connection."""

import pytest
import torch
from hypothesis import given
from torch import nn

from courseware.subjects.data import digits
from courseware.subjects.models import mlp
from model_compression.masks import joined_mask, pruned_count
from model_compression.snip import normalized_scores, snip_masks, snip_scores
from tests.reference.pruning_oracles import TIED_VALUES, distinct_dict, shares, weight_dicts


def network(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(144, 16),
        nn.Tanh(),
        nn.Linear(16, 10),
    )


def gradients(loss: torch.Tensor, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    found = torch.autograd.grad(loss, list(tensors.values()))
    return dict(zip(tensors, found, strict=True))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("seed", range(5))
def test_scores_are_gradients_by_mask_variables_bit_for_bit(seed, dtype):
    data = digits()
    images = data.train_images[:50].reshape(-1, 1, 8, 8).to(dtype)
    model = network(seed).to(dtype)
    state = dict(model.named_parameters())
    weights = {name: w for name, w in state.items() if w.dim() >= 2}

    def loss_of(parameters):
        logits = torch.func.functional_call(model, parameters, (images,))
        return nn.functional.cross_entropy(logits, data.train_labels[:50])

    switches = {name: torch.ones_like(w, requires_grad=True) for name, w in weights.items()}
    switched = {**state, **{name: w.detach() * switches[name] for name, w in weights.items()}}
    by_definition = gradients(loss_of(switched), switches)

    scores = snip_scores(weights, gradients(loss_of(state), weights))
    assert list(scores) == list(weights)
    for name, score in scores.items():
        assert score.dtype == dtype
        assert torch.equal(score, by_definition[name].abs())


def test_a_score_is_what_switching_off_would_cost():
    # The loss is linear in w here, so the gradient tells the whole change: L(w) - L(w without w_i).
    w = torch.tensor([0.5, -2.0, 0.0, 3.0], dtype=torch.float64)
    x = torch.tensor([1.0, 4.0, 100.0, -0.25], dtype=torch.float64)
    scores = snip_scores({"w": w}, {"w": x})["w"]
    without = [w @ x - (w * (torch.arange(4) != i)) @ x for i in range(4)]
    assert scores.tolist() == [abs(change.item()) for change in without]
    assert scores.argsort().tolist() != x.abs().argsort().tolist()  # the gradient alone misleads


@given(weight_dicts, shares)
def test_masks_have_exact_counts_and_nothing_kept_ranks_lower(weights, sparsity):
    grads = {name: w.roll(1) / 2 for name, w in weights.items()}
    mask = joined_mask(snip_masks(weights, grads, sparsity))
    assert mask.n_pruned == pruned_count(mask.n_weights, sparsity)
    scores = torch.cat(list(snip_scores(weights, grads).values()))
    if 0 < mask.n_kept < mask.n_weights:
        assert scores[~mask.kept].max() <= scores[mask.kept].min()


@given(shares)
def test_counts_are_exact_with_many_zero_gradients(sparsity):
    weights = {"a": torch.tensor(TIED_VALUES * 4), "b": torch.ones(3, 5)}
    grads = {"a": torch.zeros(24), "b": torch.zeros(3, 5)}
    grads["b"][1, 2] = 1.0
    masks = snip_masks(weights, grads, sparsity)
    assert joined_mask(masks).n_pruned == pruned_count(39, sparsity)
    if sparsity < 0.98:  # round(0.98 * 39) = 38: the one score above 0 is left
        assert masks["b"][1, 2]


@pytest.mark.parametrize("sparsity", [0.1, 0.5, 0.9])
def test_a_common_factor_changes_no_mask(sparsity):
    weights, grads = distinct_dict((6, 5), (4, 6)), distinct_dict((6, 5), (4, 6), seed=9)
    expected = snip_masks(weights, grads, sparsity)
    scores = normalized_scores(snip_scores(weights, grads))
    total = sum(score.double().sum().item() for score in scores.values())
    # 54 roundings to float32, each of a share of the sum.
    assert total == pytest.approx(1, abs=2 * 2**-24)
    scaled = snip_masks({n: 4 * w for n, w in weights.items()}, grads, sparsity)
    assert all(torch.equal(scaled[name], expected[name]) for name in expected)


def test_layers_are_ranked_together():
    # All scores of the first layer are above all of the second, which loses everything.
    weights = {"0.weight": torch.full((2, 2), 3.0), "2.weight": torch.ones(2, 2)}
    masks = snip_masks(weights, weights, 0.5)
    assert masks["0.weight"].all()
    assert not masks["2.weight"].any()


def test_it_reads_the_untrained_digits_network():
    # Corner pixels that are never inked have no gradient, so their connections go first.
    data = digits()
    model = mlp([64, 32, 10], seed=0)
    nn.functional.cross_entropy(model(data.train_images), data.train_labels).backward()
    weights = {"0.weight": model[0].weight, "2.weight": model[2].weight}
    grads = {name: w.grad for name, w in weights.items()}
    never_inked = data.train_images.amax(dim=0) == 0
    assert never_inked.any()
    masks = snip_masks(weights, grads, 0.5)
    assert not masks["0.weight"][:, never_inked].any()
