"""Networks and training: seeds, the caller's random state, hooks, losses, bad input."""

import pytest
import torch
from torch import nn

from courseware.subjects.data import digits
from courseware.subjects.models import count_parameters, mlp, weights_of, with_weights
from courseware.subjects.training import accuracy, train


@pytest.fixture(scope="module")
def data():
    return digits()


def states_equal(first, second):
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_mlp_has_the_keys_of_the_contract():
    assert list(mlp([4, 3, 2, 1], seed=0).state_dict()) == [
        *("0.weight", "0.bias"),
        *("2.weight", "2.bias"),
        *("4.weight", "4.bias"),
    ]
    assert [type(layer) for layer in mlp([4, 3, 2], seed=0)] == [nn.Linear, nn.ReLU, nn.Linear]


def test_mlp_seed_decides_the_weights():
    assert states_equal(mlp([64, 16, 10], seed=3), mlp([64, 16, 10], seed=3))
    assert not states_equal(mlp([64, 16, 10], seed=3), mlp([64, 16, 10], seed=4))


def test_mlp_weights_fill_the_interval_of_torch():
    weight = mlp([100, 200], seed=0)[0].weight
    # 20,000 uniform draws: the chance that none comes within 1% of an end is 2 * 0.995^20000.
    assert 0.099 < weight.max().item() <= 0.1
    assert -0.1 <= weight.min().item() < -0.099
    assert weight.requires_grad


def test_count_parameters():
    assert count_parameters(mlp([64, 64, 10], seed=0)) == 64 * 64 + 64 + 64 * 10 + 10


@pytest.mark.parametrize("sizes", [[], [3], [3, 0], [3, -1, 2]])
def test_mlp_names_bad_sizes(sizes):
    with pytest.raises(ValueError, match="sizes: expected"):
        mlp(sizes, seed=0)


def test_training_learns_the_digits(data):
    model = mlp([64, 64, 10], seed=0)
    before = accuracy(model, data.test_images, data.test_labels)
    losses = train(model, data.train_images, data.train_labels, seed=0)
    assert before < 0.3
    assert accuracy(model, data.test_images, data.test_labels) > 0.95
    assert len(losses) == 600
    assert losses[-1] < losses[0] / 10


def test_training_is_repeatable_and_seeded(data):
    models = [mlp([64, 16, 10], seed=0) for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        train(model, data.train_images, data.train_labels, steps=30, seed=seed)
    assert states_equal(models[0], models[1])
    assert not states_equal(models[0], models[2])


def test_the_random_state_of_the_caller_is_untouched(data):
    before = torch.get_rng_state()
    train(mlp([64, 8, 10], seed=0), data.train_images, data.train_labels, steps=5, seed=0)
    assert torch.equal(torch.get_rng_state(), before)


def test_each_image_is_seen_once_before_any_is_seen_again():
    seen = []

    def loss(outputs, rows):
        seen.append(rows.tolist())
        return outputs.sum()

    images, rows = torch.zeros(10, 1), torch.arange(10)
    train(mlp([1, 1], seed=0), images, rows, steps=6, batch_size=4, seed=0, loss=loss)
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    first, second = [[row for batch in epoch for row in batch] for epoch in (seen[:3], seen[3:])]
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_a_loss_may_take_several_targets(data):
    teacher = mlp([64, 32, 10], seed=9)
    with torch.no_grad():
        outputs = teacher(data.train_images)
    student = mlp([64, 32, 10], seed=0)

    def imitate(student_outputs, labels, teacher_outputs):
        assert labels.shape == (len(student_outputs),)
        return nn.functional.mse_loss(student_outputs, teacher_outputs)

    losses = train(
        student, data.train_images, data.train_labels, outputs, steps=200, seed=0, loss=imitate
    )
    assert losses[-1] < losses[0] / 10


def test_the_hook_runs_after_each_update(data):
    model = mlp([64, 16, 10], seed=0)
    mask = torch.rand(16, 64, generator=torch.Generator().manual_seed(0)) < 0.5
    steps = []

    def keep_pruned_weights_at_zero(step):
        steps.append(step)
        with torch.no_grad():
            model[0].weight.mul_(mask)

    train(
        *(model, data.train_images, data.train_labels),
        steps=20,
        seed=0,
        after_step=keep_pruned_weights_at_zero,
    )
    assert steps == list(range(1, 21))
    assert model[0].weight[~mask].abs().max() == 0
    assert model[0].weight[mask].abs().min() > 0


def test_the_mode_of_the_model_is_kept(data):
    model = mlp([64, 10], seed=0).eval()
    train(model, data.train_images, data.train_labels, steps=1, seed=0)
    assert not model.training
    model.train()
    accuracy(model, data.test_images, data.test_labels)
    assert model.training


@pytest.mark.parametrize("targets", [(), (torch.zeros(3),), (torch.zeros(4), torch.zeros(5))])
def test_training_names_bad_targets(targets):
    with pytest.raises(ValueError, match="targets: expected tensors of 4 rows"):
        train(mlp([1, 2], seed=0), torch.zeros(4, 1), *targets, seed=0)


def test_progress_bar_is_off_unless_asked_for(data, capsys):
    train(mlp([64, 10], seed=0), data.train_images, data.train_labels, steps=2, seed=0)
    assert capsys.readouterr().err == ""
    train(
        mlp([64, 10], seed=0), data.train_images, data.train_labels, steps=2, seed=0, progress=True
    )
    assert "training" in capsys.readouterr().err


def test_weights_are_the_parameters_with_two_axes_or_more():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))
    assert list(weights_of(model)) == ["0.weight", "3.weight"]
    assert not any(weight.requires_grad for weight in weights_of(model).values())


def test_with_weights_changes_a_copy():
    model = mlp([4, 3, 2], seed=0)
    changed = with_weights(model, {"2.weight": torch.ones(2, 3)})
    assert torch.equal(changed[2].weight, torch.ones(2, 3))
    assert states_equal(changed[0], model[0])
    assert states_equal(model, mlp([4, 3, 2], seed=0))
    with torch.no_grad():
        changed[0].weight.zero_()
    assert states_equal(model, mlp([4, 3, 2], seed=0))


@pytest.mark.parametrize("weights", [{"1.weight": torch.ones(3, 4)}, {"0.weight": torch.ones(4)}])
def test_with_weights_names_what_does_not_fit(weights):
    with pytest.raises(ValueError, match="weights: expected names and shapes"):
        with_weights(mlp([4, 3, 2], seed=0), weights)


def test_one_thread_is_used_and_the_setting_of_the_caller_restored(data):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    seen = []
    try:
        hook = {"after_step": lambda step: seen.append(torch.get_num_threads())}
        train(mlp([64, 10], seed=0), data.train_images, data.train_labels, steps=1, seed=0, **hook)
        assert (seen, torch.get_num_threads()) == ([1], 2)
        with pytest.raises(RuntimeError):
            accuracy(mlp([63, 10], seed=0), data.test_images, data.test_labels)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
