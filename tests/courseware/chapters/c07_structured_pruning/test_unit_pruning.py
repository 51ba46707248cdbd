"""Criteria rank units as the library does; surgery is what masking says it is."""

import pytest
import torch

from courseware.chapters.c07_structured_pruning.unit_pruning import (
    CRITERIA,
    kept_units,
    random_scores,
    silenced,
    unit_scores,
    without_units,
)
from courseware.subjects.data import digits
from courseware.subjects.models import conv_net, mlp, network_of
from model_compression.network_surgery import shrink_conv_pair
from model_compression.structured_pruning import structured_prune

IMAGES = digits().train_images


def state_of(sizes: list[int], seed: int = 0) -> dict[str, torch.Tensor]:
    return mlp(sizes, seed).state_dict()


@pytest.mark.parametrize("sizes", [[64, 20, 10], [64, 20, 12, 10]], ids=str)
@pytest.mark.parametrize("keep_ratio", [0.0, 0.3, 0.5, 1.0])
def test_by_mean_activation_it_is_the_librarys_own_pruning(
    sizes: list[int], keep_ratio: float
) -> None:
    state = state_of(sizes)
    scores = unit_scores(state, IMAGES, "mean activation")
    small = without_units(state, scores, keep_ratio)
    expected = structured_prune(state, IMAGES, keep_ratio)
    assert list(small) == list(expected)
    assert all(torch.equal(small[key], expected[key]) for key in expected)


def test_scores_are_those_of_plain_formulas() -> None:
    state = state_of([64, 6, 4, 10])
    network = network_of(state).requires_grad_(False)
    first, second = network[:2](IMAGES), network[:4](IMAGES)
    for name, outputs in (("0", first), ("2", second)):
        weight = state[f"{name}.weight"]
        expected = {
            "L2 norm": (weight**2).sum(dim=1).sqrt(),
            "mean activation": outputs.mean(dim=0),
            "1 − APoZ": (outputs > 0).float().mean(dim=0),
        }
        assert list(expected) == list(CRITERIA)
        for criterion, values in expected.items():
            torch.testing.assert_close(unit_scores(state, IMAGES, criterion)[name], values)


def test_an_unknown_criterion_and_a_bad_ratio_are_named() -> None:
    with pytest.raises(ValueError, match="criterion: expected one of"):
        unit_scores(state_of([64, 4, 10]), IMAGES, "colour")
    with pytest.raises(ValueError, match=r"keep_ratio: expected 0 \.\.\. 1, got 1\.5"):
        kept_units({"0": torch.ones(4)}, 1.5)


def test_small_and_silenced_compute_the_same_and_not_what_the_whole_does() -> None:
    state = {key: value.double() for key, value in state_of([64, 20, 12, 10]).items()}
    scores = random_scores(state, 3)
    x = IMAGES.double()
    small, masked = (
        network_of(act(state, scores, 0.4)).double().requires_grad_(False)
        for act in (without_units, silenced)
    )
    for network, result in ((small, without_units), (masked, silenced)):
        network.load_state_dict(result(state, scores, 0.4))  # not rounded to float32 on the way
    # Three layers of at most 65 products, |values| < 10: 3 * 67 * 2^-53 * 10 < 3e-13.
    torch.testing.assert_close(small(x), masked(x), rtol=0, atol=3e-13)
    whole = network_of(state_of([64, 20, 12, 10])).requires_grad_(False)
    assert (whole(IMAGES) - masked(x).float()).abs().max() > 0.01


def test_random_scores_follow_the_seed_and_leave_the_global_generator() -> None:
    state = state_of([64, 8, 6, 10])
    before = torch.get_rng_state()
    one, again, other = (random_scores(state, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert {name: len(values) for name, values in one.items()} == {"0": 8, "2": 6}
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["0"], other["0"])


def test_conv_net_follows_its_seed_and_can_be_cut() -> None:
    before = torch.get_rng_state()
    one, again, other = (conv_net([6, 4], seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one[1].weight, again[1].weight)
    assert not torch.equal(one[1].weight, other[1].weight)
    assert one(IMAGES[:3]).shape == (3, 10)
    cut = shrink_conv_pair(*(one[i].state_dict() for i in (1, 2, 4)), [0, 2, 5])
    small = conv_net([3, 4], 0)
    for i, state in zip((1, 2, 4), cut, strict=True):
        small[i].load_state_dict(state)
    assert small(IMAGES[:3]).shape == (3, 10)


@pytest.mark.parametrize("channels", [[4], [4, 0], [4, 4, 4]])
def test_conv_net_names_bad_channels(channels: list[int]) -> None:
    with pytest.raises(ValueError, match="channels: expected 2 numbers >= 1"):
        conv_net(channels, 0)
