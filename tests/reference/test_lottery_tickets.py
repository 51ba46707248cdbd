"""Tickets: the paper's percentages, torch's compounding counts, and a second implementation."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import prune

from courseware.subjects import training
from courseware.subjects.models import mlp
from model_compression import lottery_tickets
from model_compression._training import mlp_logits
from model_compression.lottery_tickets import (
    find_ticket,
    iterative_masks,
    mask_distance,
    random_masks_like,
    random_reinit,
    remaining_fraction,
    rewind,
)
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masked_training import train_masked
from model_compression.masks import Mask, apply_masks, joined_mask, keep_all, prunable_weights
from tests.reference.pruning_oracles import (
    concatenated,
    distinct,
    distinct_dict,
    linear_layers,
    shares,
    torch_global_prune,
    torch_mask,
    weight_dicts,
)

SIZES = [64, 64, 10]
ROUNDS, RATE = 5, 0.45


def first_state(seed: int) -> dict[str, torch.Tensor]:
    return copy.deepcopy(dict(mlp(SIZES, seed=seed).state_dict()))


@pytest.fixture(scope="module")
def searches(data):
    """(initial, starts) for a few seeds."""
    found = []
    for seed in range(3):
        initial = first_state(seed)
        images, labels = data.train_images, data.train_labels
        found.append((initial, find_ticket(initial, images, labels, ROUNDS, RATE, seed + 10)))
    return found


def held_out_accuracy(state, data) -> float:
    hits = mlp_logits(state, data.test_images).argmax(dim=1) == data.test_labels
    return hits.double().mean().item()


# ---- how much is left ---------------------------------------------------------------------------


def test_the_odd_percentages_of_the_paper():
    # LeNet-300-100: 265,200 hidden weights lose 20% a round, 1,000 output weights 10%.
    rounds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 18, 20]
    left = [80.0, 64.1, 51.3, 41.1, 32.9, 26.3, 21.1, 16.9, 13.5, 10.8, 8.7, 7.0, 3.6, 1.9, 1.2]
    for n, percent in zip(rounds, left, strict=True):
        weights = 265_200 * remaining_fraction(n, 0.2) + 1_000 * remaining_fraction(n, 0.1)
        assert round(100 * weights / 266_200, 1) == percent


@given(st.integers(0, 30), shares)
def test_remaining_fraction_is_a_product(rounds, rate):
    expected = 1.0
    for _ in range(rounds):
        expected *= 1 - rate
    # At most 30 roundings here, and pow is off by one unit in the last place.
    assert remaining_fraction(rounds, rate) == pytest.approx(expected, rel=32 * 2**-53, abs=1e-300)


def test_twenty_per_cent_five_times_is_not_all():
    assert 1 - remaining_fraction(5, 0.2) < 0.7


# ---- one round ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "expected"), [(100, [20, 36]), (101, [20, 36, 49, 59, 67])], ids=["100", "101"]
)
def test_counts_compound_as_in_torch(n, expected):
    w = distinct(n)
    masks, theirs = {"w": torch.ones(n, dtype=torch.bool)}, None
    for n_pruned in expected:
        masks, theirs = iterative_masks({"w": w}, masks, 0.2), torch_mask(w, 0.2, theirs)
        assert torch.equal(masks["w"], theirs)
        assert Mask(masks["w"]).n_pruned == n_pruned


def test_lenet_compounds_as_in_torch():
    weights = distinct_dict((300, 784), (100, 300), (10, 100))
    layers, masks = linear_layers(weights), keep_all(weights)
    for n_pruned in (53_240, 95_832, 129_906, 157_165):
        masks, theirs = iterative_masks(weights, masks, 0.2), torch_global_prune(layers, 0.2)
        assert joined_mask(masks).n_pruned == n_pruned
        assert all(torch.equal(masks[name], theirs[name]) for name in masks)


@given(weight_dicts, st.lists(shares, min_size=1, max_size=5), st.integers(0, 2**31))
def test_each_round_takes_its_share_of_the_survivors(weights, rates, seed):
    draw = torch.Generator().manual_seed(seed)
    masks = keep_all(weights)
    for rate in rates:
        values = {n: w[torch.randperm(w.numel(), generator=draw)] for n, w in weights.items()}
        before = joined_mask(masks)
        masks = iterative_masks(values, masks, rate)
        after = joined_mask(masks)
        newly = before.kept & ~after.kept
        assert int(newly.sum()) == round(rate * before.n_kept)
        assert not bool((after.kept & ~before.kept).any())
        magnitudes = concatenated(values).abs()
        if newly.any() and after.kept.any():
            assert magnitudes[newly].max() <= magnitudes[after.kept].min()


def test_published_code_prunes_one_too_many():
    # open_lth and others keep what is above sorted[k], and so lose k + 1.
    w = distinct(10)
    above = w.abs() > w.abs().sort().values[2]
    assert int((~above).sum()) == 3
    assert Mask(iterative_masks({"w": w}, {"w": torch.ones(10).bool()}, 0.2)["w"]).n_pruned == 2


# ---- rewinding and control arms -----------------------------------------------------------------


def test_rewinding_takes_the_first_values_of_the_survivors():
    initial = first_state(0)
    masks = global_magnitude_masks(prunable_weights(initial), 0.7)
    start = rewind(initial, masks)
    assert list(start) == list(initial)
    for name, value in initial.items():
        expected = value * masks[name] if name in masks else value
        assert torch.equal(start[name], expected)


def test_a_state_dict_alone_is_no_copy(data):
    model = mlp(SIZES, seed=0)
    alias, kept = model.state_dict(), copy.deepcopy(model.state_dict())
    masks = keep_all(prunable_weights(kept))
    start = rewind(alias, masks)
    training.train(model, data.train_images, data.train_labels, steps=1, seed=0)
    assert not torch.equal(alias["0.weight"], kept["0.weight"])  # it went along with the training
    assert torch.equal(start["0.weight"], kept["0.weight"])


def test_reinit_is_uniform_with_the_bound_of_the_fan_in():
    shapes = {"conv": [8, 4, 5, 5], "fc": [300, 64]}
    masks = {name: torch.ones(shape).bool() for name, shape in shapes.items()}
    drawn = random_reinit(shapes, masks, seed=0)
    for name, fan_in in (("conv", 100), ("fc", 64)):
        w, bound = drawn[name].flatten().double(), fan_in**-0.5
        assert w.abs().max() <= bound
        # n uniform draws: the largest distance of their distribution function from the straight
        # line exceeds 2.2 / sqrt(n) with probability 2 exp(-2 * 2.2^2) < 2e-4 (Massart).
        share_below = (w.sort().values / bound + 1) / 2
        steps = torch.arange(1, w.numel() + 1) / w.numel()
        assert (share_below - steps).abs().max() < 2.2 / w.numel() ** 0.5


def test_the_range_is_that_of_torchs_own_layers():
    # The largest of 64,000 draws is within 1% of the bound, but for a chance of 0.99^64000.
    shape = [1000, 64]
    ours = random_reinit({"w": shape}, {"w": torch.ones(shape).bool()}, 0)["w"]
    torch.manual_seed(0)
    theirs = nn.Linear(64, 1000).weight
    assert 0.99 < (ours.abs().max() / theirs.abs().max()).item() < 1.01


def test_reinit_keeps_the_masks_and_draws_one_stream():
    shapes = {"a": [6, 5], "b": [6, 5]}
    masks = {
        name: torch.rand(6, 5, generator=torch.Generator().manual_seed(1)) < 0.5 for name in "ab"
    }
    drawn = random_reinit(shapes, masks, seed=7)
    for name in shapes:
        assert torch.equal(drawn[name] != 0, masks[name])
    assert not torch.equal(drawn["a"], drawn["b"])
    torch.manual_seed(99)
    again, other = random_reinit(shapes, masks, 7), random_reinit(shapes, masks, 8)
    assert torch.equal(again["a"], drawn["a"])
    assert not torch.equal(other["a"], drawn["a"])
    whole = random_reinit(shapes, {name: torch.ones(6, 5).bool() for name in shapes}, 7)
    assert torch.equal(apply_masks(whole, masks)["b"], drawn["b"])  # the mask moves no draw


@given(weight_dicts, shares, st.integers(0, 2**31))
def test_random_masks_like_keep_the_count_of_each_layer(weights, sparsity, seed):
    masks = global_magnitude_masks(weights, sparsity)
    control = random_masks_like(masks, seed)
    assert list(control) == list(masks)
    for name, mask in masks.items():
        assert Mask(control[name]).n_kept == Mask(mask).n_kept
        assert control[name].shape == mask.shape


# ---- distance -----------------------------------------------------------------------------------


@given(weight_dicts, shares, st.integers(0, 2**31))
def test_distance_counts_differing_entries_by_name(weights, sparsity, seed):
    a = global_magnitude_masks(weights, sparsity)
    b = random_masks_like(a, seed)
    pairs = [(x, y) for name in a for x, y in zip(a[name].tolist(), b[name].tolist(), strict=True)]
    distance = mask_distance(a, b)
    assert distance == sum(x != y for x, y in pairs) / len(pairs)
    assert distance == mask_distance(b, dict(reversed(a.items())))
    assert mask_distance(a, a) == 0
    assert mask_distance(a, {name: ~mask for name, mask in a.items()}) == 1
    share = joined_mask(a).sparsity
    assert distance <= 2 * min(share, 1 - share) + 2**-50


# ---- the search ---------------------------------------------------------------------------------


def test_every_start_is_the_beginning_under_nested_masks(searches):
    for initial, starts in searches:
        assert len(starts) == ROUNDS + 1
        n_kept, previous = 64 * 64 + 64 * 10, None
        for state, masks in starts:
            mask = joined_mask(masks)
            assert mask.n_kept == n_kept
            assert list(masks) == ["0.weight", "2.weight"]
            assert list(state) == list(initial)
            for name, value in initial.items():
                assert torch.equal(state[name], value * masks[name] if name in masks else value)
            if previous is not None:
                assert not bool((mask.kept & ~previous).any())
            n_kept, previous = n_kept - round(RATE * n_kept), mask.kept


def ticket_by_torch(initial, data, rounds, rate, seed):
    """The masks of every start, by torch's own reparametrisation and global pruning."""
    model, found = mlp(SIZES, seed=0), []
    model.load_state_dict(initial)
    layers = {"0.weight": model[0], "2.weight": model[2]}
    for layer in layers.values():
        prune.identity(layer, "weight")
    for _ in range(rounds):
        with torch.no_grad():
            for position in (0, 2):
                model[position].weight_orig.copy_(initial[f"{position}.weight"])
                model[position].bias.copy_(initial[f"{position}.bias"])
        training.train(
            model, data.train_images, data.train_labels, seed=seed,
            steps=lottery_tickets._SEARCH_STEPS,
            learning_rate=lottery_tickets._SEARCH_LEARNING_RATE,
        )  # fmt: skip
        model(data.train_images[:1])  # torch refreshes layer.weight, which it ranks, in forward
        found.append({k: m.clone() for k, m in torch_global_prune(layers, rate).items()})
    return found


def test_the_search_is_that_of_torchs_pruning_tools(data, searches):
    initial, starts = searches[0]
    expected = ticket_by_torch(initial, data, ROUNDS, RATE, seed=10)
    for (_, masks), theirs in zip(starts[1:], expected, strict=True):
        assert all(torch.equal(masks[name], theirs[name]) for name in masks)


def test_the_ticket_trains_and_random_masks_as_dense_do_not(data, searches):
    for seed, (initial, starts) in enumerate(searches):
        state, masks = starts[-1]

        def accuracy(start, kept, seed=seed):
            trained = train_masked(
                start, data.train_images, data.train_labels, kept,
                steps=400, learning_rate=0.001, seed=seed + 20,
            )  # fmt: skip
            return held_out_accuracy(trained, data)

        random_masks = random_masks_like(masks, seed)
        ticket = accuracy(state, masks)
        assert ticket >= 0.75
        assert ticket > accuracy(rewind(initial, random_masks), random_masks) + 0.2


def test_the_ranking_is_that_of_trained_weights_over_all_layers(searches):
    for initial, starts in searches:
        masks = starts[-1][1]
        mask = joined_mask(masks)
        at_first = global_magnitude_masks(prunable_weights(initial), mask.sparsity)
        n_common = int((joined_mask(at_first).kept & mask.kept).sum())
        assert n_common / mask.n_kept < 0.2  # kept by either ranking
        densities = [Mask(kept).density for kept in masks.values()]
        assert max(densities) > 2 * min(densities)  # the layers lose different shares


def test_the_seed_decides_the_ticket(data):
    initial, images, labels = first_state(0), data.train_images[:128], data.train_labels[:128]
    tickets = []
    for global_seed, seed in ((0, 5), (1, 5), (0, 6)):
        torch.manual_seed(global_seed)
        tickets.append(find_ticket(initial, images, labels, 1, 0.5, seed)[-1][1])
    assert mask_distance(tickets[0], tickets[1]) == 0
    assert mask_distance(tickets[0], tickets[2]) > 0
