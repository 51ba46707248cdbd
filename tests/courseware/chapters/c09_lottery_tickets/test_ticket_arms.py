"""Control arms differ from the ticket in one thing each; levels are those of the library."""

from itertools import pairwise

import pytest
import torch

from courseware.chapters.c09_lottery_tickets.ticket_arms import (
    ARMS,
    DENSE,
    LENET_WEIGHTS,
    NEW_SIGNS,
    NEW_SIZES,
    ONE_SIZE,
    RANDOM_MASK,
    REINIT,
    SIGN_ARMS,
    TICKET,
    Plan,
    Run,
    counts_by_round,
    starts_of_arms,
    tickets_and_controls,
    train_watched,
)
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp
from courseware.subjects.training import accuracy
from model_compression.lottery_tickets import find_ticket
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masked_training import train_masked
from model_compression.masks import joined_mask, keep_all, prunable_weights

SIZES = [64, 8, 10]
PLAN = Plan(steps=6, learning_rate=0.01, batch_size=64, watch_every=4)


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits()


def initial(seed: int) -> dict[str, torch.Tensor]:
    return dict(mlp(SIZES, seed).state_dict())


def test_each_control_differs_in_one_thing() -> None:
    first = initial(0)
    masks = global_magnitude_masks(prunable_weights(first), 0.7)
    arms = starts_of_arms(first, masks, seed=4)
    assert tuple(arms) == ARMS + SIGN_ARMS
    for arm, (state, of_arm) in arms.items():
        same_mask = all(torch.equal(of_arm[name], mask) for name, mask in masks.items())
        assert same_mask == (arm != RANDOM_MASK)
        for name, mask in of_arm.items():
            assert mask.sum() == masks[name].sum()  # layer by layer
            assert not state[name][~mask].any()
            kept = torch.equal(state[name][mask], first[name][mask])
            assert kept == (arm in (TICKET, RANDOM_MASK))
            assert torch.equal(state[f"{name[0]}.bias"], first[f"{name[0]}.bias"])


def test_signs_and_sizes_are_taken_apart() -> None:
    first = initial(0)
    masks = global_magnitude_masks(prunable_weights(first), 0.7)
    arms = starts_of_arms(first, masks, seed=4)
    for name, mask in masks.items():
        kept = {arm: state[name][mask] for arm, (state, _) in arms.items() if arm != RANDOM_MASK}
        ticket, fresh = kept[TICKET], kept[REINIT]
        assert torch.equal(kept[NEW_SIZES], fresh.abs() * ticket.sign())
        assert torch.equal(kept[ONE_SIZE].sign(), ticket.sign())
        torch.testing.assert_close(kept[ONE_SIZE].abs(), ticket.abs().mean().expand(len(ticket)))
        assert torch.equal(kept[NEW_SIGNS].abs(), ticket.abs())
    # By lot, and not by the signs of the re-initialisation.
    ticket, fresh, flipped = (
        torch.cat([arms[arm][0][name][mask] for name, mask in masks.items()]).sign()
        for arm in (TICKET, REINIT, NEW_SIGNS)
    )
    n = len(ticket)
    for other in (ticket, fresh):
        assert abs(int((flipped == other).sum()) - n / 2) < 4 * (n / 4) ** 0.5


def test_controls_follow_their_seed() -> None:
    first = initial(0)
    masks = global_magnitude_masks(prunable_weights(first), 0.7)
    one, again, other = (starts_of_arms(first, masks, seed) for seed in (1, 1, 2))
    for arm in (REINIT, RANDOM_MASK, NEW_SIZES, NEW_SIGNS):
        weights = [arms[arm][0]["0.weight"] for arms in (one, again, other)]
        assert torch.equal(weights[0], weights[1])
        assert not torch.equal(weights[0], weights[2])
    # Not the weights of the network with that seed, of which the re-initialisation is independent.
    of_network = initial(1)["0.weight"]
    mask = masks["0.weight"]
    assert not torch.equal(one[REINIT][0]["0.weight"][mask], of_network[mask])


def test_levels_hold_all_arms_and_nested_masks(data: Digits) -> None:
    seeds = [3, 5]
    levels = tickets_and_controls(
        [initial(seed) for seed in seeds], data, PLAN, rounds=2, rate=0.5, seeds=seeds
    )
    assert [set(level.runs) for level in levels] == [{DENSE}, set(ARMS), set(ARMS)]
    assert [level.remaining for level in levels] == [1.0, 0.5, 0.25]
    for level in levels:
        assert all(len(runs) == 2 for runs in level.runs.values())
        assert all(run.steps == [0, 4, 6] for runs in level.runs.values() for run in runs)
    for before, after in pairwise(levels):
        for old, new in zip(before.masks, after.masks, strict=True):
            assert not any((new[name] & ~old[name]).any() for name in new)


def test_tickets_are_those_of_the_library_search(
    data: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float64, where both ways agree to 1e-7 and no two magnitudes at the cut are so close."""
    monkeypatch.setattr("model_compression.lottery_tickets._SEARCH_STEPS", PLAN.steps)
    monkeypatch.setattr("model_compression.lottery_tickets._SEARCH_LEARNING_RATE", 0.01)
    double = Digits(
        *(value.double() if value.is_floating_point() else value for value in vars(data).values())
    )
    first = {name: value.double() for name, value in initial(0).items()}
    levels = tickets_and_controls(
        [first], double, PLAN, rounds=2, rate=0.4, seeds=[7], arms=(TICKET,)
    )
    starts = find_ticket(first, double.train_images, double.train_labels, 2, 0.4, 7)
    for level, (_, masks) in zip(levels, starts, strict=True):
        assert all(torch.equal(level.masks[0][name], mask) for name, mask in masks.items())


def test_what_is_watched_is_what_was_trained(data: Digits) -> None:
    state = initial(0)
    masks = keep_all(prunable_weights(state))
    trained, (run,) = train_watched([(state, masks)], data, PLAN, [2])
    model = mlp(SIZES, 0)
    model.load_state_dict(trained[0])
    assert run.accuracy_at_end == accuracy(model, data.test_images, data.test_labels)
    images, labels = data.validation_images, data.validation_labels
    loss = torch.nn.functional.cross_entropy(model(images), labels).item()
    assert run.losses[-1] == pytest.approx(loss, rel=1e-5)  # float32, other order of additions
    alone = train_masked(
        *(state, data.train_images, data.train_labels, masks),
        steps=6,
        learning_rate=0.01,
        batch_size=64,
        seed=2,
    )
    torch.testing.assert_close(trained[0]["0.weight"], alone["0.weight"], atol=1e-4, rtol=0)


def test_a_run_stops_at_its_lowest_loss() -> None:
    run = Run([0, 10, 20, 30], [2.0, 0.5, 0.4, 0.9], [0.1, 0.6, 0.7, 0.8])
    assert (run.stop, run.accuracy_at_stop, run.accuracy_at_end) == (20, 0.7, 0.8)
    assert [run.first_below(loss) for loss in (3.0, 0.5, 0.1)] == [0, 10, None]
    assert Run([0, 5], [1.0, 1.0], [0.1, 0.2]).stop == 0


def test_no_arm_is_rounded_up_to_the_next_look() -> None:
    """Between looks the loss lies on a line, so that a goal at a look favours nobody."""
    run = Run([0, 10, 20], [2.0, 0.5, 0.4], [0.1, 0.6, 0.7])
    assert run.first_below(1.25) == pytest.approx(5)
    assert run.first_below(0.425) == pytest.approx(17.5)
    later = Run([0, 10, 20], [2.1, 0.6, 0.5], [0.1, 0.6, 0.7])
    assert run.first_below(0.5) == 10 and later.first_below(0.55) == pytest.approx(15)


def test_counts_are_those_of_rounded_rounds() -> None:
    assert counts_by_round(LENET_WEIGHTS, 7, 0.2)[-1] == 55_826
    assert counts_by_round(5, 2, 0.5) == [5, 3, 1]  # round(2.5) = 2, round(1.5) = 2
    masks = global_magnitude_masks(prunable_weights(initial(0)), 0.5)
    assert joined_mask(masks).n_kept == counts_by_round(74 * 8, 1, 0.5)[-1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arms": (REINIT,)}, "arms: expected"),
        ({"arms": (TICKET, "other")}, "arms: expected"),
        ({"seeds": [1, 2]}, "seeds: expected 1"),
        ({"rate": 1.5}, "rate: expected"),
    ],
)
def test_bad_input_is_named(data: Digits, changes: dict[str, object], message: str) -> None:
    arguments = {"rounds": 1, "rate": 0.5, "seeds": [1]} | changes
    plan = Plan(steps=0, learning_rate=0.01, batch_size=64, watch_every=1)
    with pytest.raises(ValueError, match=message):
        tickets_and_controls([initial(0)], data, plan, **arguments)
