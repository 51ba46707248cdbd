"""Random masks, the cubic schedule and gradual masks: tables, exact fractions, statistics."""

import itertools
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import joined_mask, keep_all, pruned_count
from model_compression.pruning_schedules import cubic_sparsity, gradual_masks, random_mask
from tests.reference.pruning_oracles import concatenated, distinct_dict, shares, weight_dicts

# ---- random masks -------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 5), max_size=3), shares, st.integers(-(2**63), 2**63 - 1))
def test_random_masks_have_exact_counts_and_repeat(shape, sparsity, seed):
    mask = random_mask(shape, sparsity, seed)
    assert mask.dtype == torch.bool
    assert list(mask.shape) == shape
    assert int((~mask).sum()) == pruned_count(mask.numel(), sparsity)
    torch.manual_seed(seed % 97)  # the global generator plays no part
    assert torch.equal(random_mask(shape, sparsity, seed), mask)


def test_random_masks_are_uniform_over_positions():
    draws = torch.stack([random_mask([4, 5], 0.3, seed) for seed in range(2000)]).double()
    # Each position is kept in 0.7 of 2,000 draws, standard deviation sqrt(0.21 / 2000) = 0.0102;
    # 5 of them, for 20 positions: by chance less than once in 80,000.
    assert (draws.mean(dim=0) - 0.7).abs().max() < 5 * (0.21 / 2000) ** 0.5
    # Pairs too: both kept with 14 * 13 / (20 * 19), so positions are not taken in runs.
    together = (draws.flatten(1).T @ draws.flatten(1) / 2000)[~torch.eye(20).bool()]
    expected = 14 * 13 / (20 * 19)
    assert (together - expected).abs().max() < 6 * (expected * (1 - expected) / 2000) ** 0.5


def test_random_masks_differ_between_seeds():
    masks = {tuple(random_mask([30], 0.5, seed).tolist()) for seed in range(50)}
    assert len(masks) == 50


def test_a_generator_moves_on_and_an_int_does_not():
    generator = torch.Generator().manual_seed(3)
    first, second = (random_mask([6, 6], 0.5, generator) for _ in range(2))
    assert torch.equal(first, random_mask([6, 6], 0.5, 3))
    assert not torch.equal(first, second)


def test_the_global_generator_stays_as_it_is():
    before = torch.get_rng_state()
    random_mask([8, 8], 0.5, 0)
    assert torch.equal(torch.get_rng_state(), before)


# ---- cubic schedule -----------------------------------------------------------------------------

# s(0 ... 10) for 0 -> 0.9 over 10 steps, as NNI's AGPPruner computes it.
TABLE = [0, 0.2439, 0.4392, 0.5913, 0.7056, 0.7875, 0.8424, 0.8757, 0.8928, 0.8991, 0.9]
steps = st.integers(-1000, 1000)


def test_the_table():
    assert [round(cubic_sparsity(step, 0, 10, 0.0, 0.9), 4) for step in range(11)] == TABLE


@given(steps, steps, st.integers(1, 500), shares, shares)
def test_schedule_agrees_with_exact_fractions(step, begin, length, initial, final):
    progress = min(max(Fraction(step - begin, length), Fraction(0)), Fraction(1))
    start, goal = Fraction(initial), Fraction(final)
    exact = goal + (start - goal) * (1 - progress) ** 3
    # Seven roundings of numbers up to 1, each 2^-53 at most, the cube counting three times.
    assert abs(cubic_sparsity(step, begin, begin + length, initial, final) - exact) <= 12 * 2**-53


@given(steps, st.integers(1, 500), shares, shares)
def test_schedule_stays_at_its_ends(begin, length, initial, final):
    end = begin + length
    for late in (end, end + 1, end + 10_000):
        assert cubic_sparsity(late, begin, end, initial, final) == final
    at_begin = cubic_sparsity(begin, begin, end, initial, final)
    for early in (begin - 1, begin - 10_000):
        assert cubic_sparsity(early, begin, end, initial, final) == at_begin
    # final + (initial - final): two roundings.
    assert abs(at_begin - initial) <= 2 * 2**-53


def test_it_prunes_fast_first_and_slowly_last():
    values = [cubic_sparsity(step, 0, 100, 0.1, 0.95) for step in range(101)]
    increments = [b - a for a, b in itertools.pairwise(values)]
    assert min(increments) > 0
    assert all(b < a for a, b in itertools.pairwise(increments))


def test_a_schedule_may_also_fall():
    # At half of the way: 0.2 + (0.8 - 0.2) / 8.
    assert cubic_sparsity(50, 0, 100, 0.8, 0.2) == pytest.approx(0.275, abs=12 * 2**-53)


# ---- gradual masks ------------------------------------------------------------------------------


@given(weight_dicts, shares)
def test_from_nothing_pruned_it_is_global_magnitude_pruning(weights, sparsity):
    expected = global_magnitude_masks(weights, sparsity)
    masks = gradual_masks(weights, keep_all(weights), sparsity)
    assert all(torch.equal(masks[name], expected[name]) for name in weights)


@given(weight_dicts, st.lists(shares, min_size=1, max_size=5), st.integers(0, 2**31))
def test_targets_are_total_and_masks_nested_while_weights_change(weights, targets, seed):
    draw = torch.Generator().manual_seed(seed)
    masks = keep_all(weights)
    n_pruned = 0
    for target in targets:
        weights = {name: torch.randn(w.shape, generator=draw) for name, w in weights.items()}
        new = gradual_masks(weights, masks, target)
        before, after = joined_mask(masks), joined_mask(new)
        n_pruned = max(n_pruned, pruned_count(before.n_weights, target))
        assert after.n_pruned == n_pruned
        assert not bool((after.kept & ~before.kept).any())
        newly, magnitudes = before.kept & ~after.kept, concatenated(weights).abs()
        if newly.any() and after.kept.any():
            assert magnitudes[newly].max() <= magnitudes[after.kept].min()
        masks = new


def test_a_target_below_the_present_sparsity_returns_the_old_masks():
    weights = distinct_dict((4, 5), (3, 4))
    old = global_magnitude_masks(weights, 0.6)
    regrown = {name: w + 10 for name, w in weights.items()}
    for target in (0.0, 0.3, 0.59):
        new = gradual_masks(regrown, old, target)
        assert all(torch.equal(new[name], old[name]) for name in old)


def test_the_mask_decides_what_is_pruned_and_not_the_value():
    # A pruned weight of 9 stays pruned, and a kept weight of 0 counts as kept until it is chosen.
    weights = {"w": torch.tensor([9.0, 0.0, 1.0, 2.0])}
    masks = {"w": torch.tensor([False, True, True, True])}
    assert gradual_masks(weights, masks, 0.25)["w"].tolist() == [False, True, True, True]
    assert gradual_masks(weights, masks, 0.5)["w"].tolist() == [False, False, True, True]
    assert gradual_masks(weights, masks, 0.75)["w"].tolist() == [False, False, False, True]
