"""Networks trained together are what each becomes alone."""

import pytest
import torch

from courseware.subjects.batched_training import (
    batches_of_all,
    judged,
    logits_of_all,
    members,
    stacked,
    train_together,
)
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp
from courseware.subjects.training import accuracy
from model_compression._training import mlp_logits
from model_compression.lottery_tickets import random_masks_like
from model_compression.masked_training import train_masked
from model_compression.masks import keep_all, prunable_weights
from tests.bench import tickets

SIZES = [64, 12, 7, 10]
STEPS, RATE = 45, 0.005

# Both ways add the same products in another order. In float64 an entry of a gradient, a mean of at
# most 64 terms below 10 each, is then off by less than 64 * 10 * 2^-53 < 1e-13. Adam divides it by
# sqrt(v) + 1e-8 at least, so that one update moves a weight by at most 0.005 * 1e-13 / 1e-8 = 5e-8
# otherwise: 45 updates by less than 3e-6. Another batch or a mask not held moves it by about 5e-3.
APART = 3e-6


@pytest.fixture(scope="module")
def data() -> Digits:
    return digits()


def random_starts(n: int) -> list[tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]]:
    starts = []
    for seed in range(n):
        state = {name: value.double() for name, value in mlp(SIZES, seed).state_dict().items()}
        masks = keep_all(prunable_weights(state))
        if seed:
            for mask in masks.values():
                mask.view(-1)[:: seed + 1] = False
            masks = random_masks_like(masks, seed)
        starts.append((state, masks))
    return starts


def test_together_is_one_by_one(data: Digits) -> None:
    """Also across the end of an epoch: 38 batches of 32 hold the 1,197 images."""
    starts, seeds = random_starts(4), [5, 6, 5, 7]
    images, labels = data.train_images.double(), data.train_labels
    settings = {"steps": STEPS, "learning_rate": RATE, "batch_size": 32}
    together = train_together(starts, images, labels, seeds=seeds, **settings)
    for (state, masks), seed, ours in zip(starts, seeds, together, strict=True):
        alone = train_masked(state, images, labels, masks, seed=seed, **settings)
        assert list(ours) == list(alone)
        for name, value in alone.items():
            assert (ours[name] - value).abs().max() <= APART
            assert (state[name] - value).abs().max() > 100 * APART  # something was learned
        for name, mask in masks.items():
            assert not ours[name][~mask].any()


def test_members_do_not_feel_each_other(data: Digits) -> None:
    starts = random_starts(3)
    images, labels = data.train_images.double(), data.train_labels
    settings = {"steps": 5, "learning_rate": RATE}
    first = train_together(starts, images, labels, seeds=[0, 1, 2], **settings)[0]
    again = train_together([starts[0], starts[2]], images, labels, seeds=[0, 9], **settings)[0]
    assert all((first[name] - again[name]).abs().max() <= APART for name in first)


def test_starts_stay_as_they_are_and_the_global_generator_too(data: Digits) -> None:
    starts = random_starts(2)
    before = [{name: value.clone() for name, value in state.items()} for state, _ in starts]
    random_state = torch.get_rng_state()
    images, labels = data.train_images.double(), data.train_labels
    unchanged = train_together(starts, images, labels, steps=0, learning_rate=1.0, seeds=[0, 1])
    train_together(starts, images, labels, steps=2, learning_rate=1.0, seeds=[0, 1])
    assert torch.equal(torch.get_rng_state(), random_state)
    for (state, masks), kept, ours in zip(starts, before, unchanged, strict=True):
        for name, value in state.items():
            assert torch.equal(value, kept[name])
            mask = masks.get(name)
            assert torch.equal(ours[name], value if mask is None else value * mask)


def test_it_is_watched_from_the_start_to_the_end(data: Digits) -> None:
    seen = []
    starts = random_starts(2)
    trained = train_together(
        *(starts, data.train_images.double(), data.train_labels),
        steps=7,
        learning_rate=RATE,
        seeds=[0, 1],
        watch=lambda step, ensemble: seen.append((step, members(ensemble))),
        watch_every=3,
    )
    assert [step for step, _ in seen] == [0, 3, 6, 7]
    assert all(torch.equal(seen[-1][1][1][name], trained[1][name]) for name in trained[1])


def test_outputs_and_judgement_are_those_of_each(data: Digits) -> None:
    states = [state for state, _ in random_starts(3)]
    images, labels = data.test_images.double(), data.test_labels
    ensemble = stacked(states)
    logits = logits_of_all(ensemble, images)
    losses, accuracies = judged(ensemble, images, labels)
    for i, state in enumerate(states):
        alone = mlp_logits(state, images)
        torch.testing.assert_close(logits[i], alone)
        torch.testing.assert_close(losses[i], torch.nn.functional.cross_entropy(alone, labels))
        model = mlp(SIZES, 0).double()
        model.load_state_dict(state)
        assert accuracies[i].item() == accuracy(model, images, labels)
    for back, state in zip(members(ensemble), states, strict=True):
        assert all(torch.equal(back[name], state[name]) for name in state)


def test_every_image_is_seen_once_in_an_epoch() -> None:
    batches = batches_of_all(10, 4, seeds=[0, 1])
    epoch = torch.cat([next(batches) for _ in range(3)], dim=1)
    assert [sorted(rows) for rows in epoch.tolist()] == [list(range(10))] * 2
    assert epoch[0].tolist() != epoch[1].tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": [0]}, "seeds: expected 2"),
        ({"labels": torch.zeros(3, dtype=torch.int64)}, "labels: expected 1197"),
        ({"starts": [], "seeds": []}, "states: expected at least one"),
    ],
)
def test_bad_input_is_named(data: Digits, changes: dict[str, object], message: str) -> None:
    arguments = {"starts": random_starts(2), "images": data.train_images.double()}
    arguments |= {"labels": data.train_labels, "seeds": [0, 1], "steps": 1, "learning_rate": 0.1}
    with pytest.raises(ValueError, match=message):
        train_together(**(arguments | changes))


def test_networks_of_other_shapes_are_refused() -> None:
    states = [mlp([4, 3, 2], 0).state_dict(), mlp([4, 2, 2], 0).state_dict()]
    with pytest.raises(ValueError, match=r"states: expected .* in 1"):
        stacked(states)


def test_the_benchmark_tells_a_miss_from_a_hit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tickets, "SEEDS", range(1))
    monkeypatch.setattr(tickets, "STEPS", 1)
    monkeypatch.setattr(tickets, "ROUNDS", 1)
    monkeypatch.setattr(tickets, "TARGET", 0.0)
    assert tickets.run()
    assert "3 networks" in capsys.readouterr().out
    monkeypatch.setattr(tickets, "TARGET", float("inf"))
    assert not tickets.run()
    monkeypatch.setattr(tickets, "TARGET", 0.0)
    monkeypatch.setattr(tickets, "APART", -1.0)
    assert not tickets.run()
