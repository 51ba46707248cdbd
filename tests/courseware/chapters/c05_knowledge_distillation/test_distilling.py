"""What lecture 05 trains: teachers, their students, and altered lessons."""

import pytest
import torch

from courseware.chapters.c05_knowledge_distillation.distilling import (
    RandomShift,
    network_of,
    outputs,
    shifted,
    smoothed_labels,
    teacher_network,
    train_teacher,
    wrong_answers_shuffled,
)
from courseware.subjects.data import Digits
from courseware.subjects.models import count_parameters
from model_compression.distillation import distill


@pytest.fixture
def data() -> Digits:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(60, 784, generator=generator)
    labels = torch.arange(60) % 10
    parts = (images[:40], labels[:40], images[40:50], labels[40:50], images[50:], labels[50:])
    return Digits(*parts)


def test_a_shift_moves_the_picture_and_brings_in_paper() -> None:
    torch.manual_seed(0)
    picture = torch.zeros(6, 6)
    picture[2, 3] = 1.0
    moved = RandomShift((6, 6), most=2)(picture.reshape(1, 36).repeat(400, 1)).reshape(400, 6, 6)
    places = {tuple(image.nonzero()[0].tolist()) for image in moved}
    assert places == {(row, column) for row in range(5) for column in range(1, 6)}
    assert torch.equal(moved.sum(dim=(1, 2)), torch.ones(400))


def test_ink_that_leaves_the_picture_does_not_come_in_again() -> None:
    torch.manual_seed(0)
    moved = RandomShift((3, 3), most=2)(torch.ones(200, 9)).reshape(200, 3, 3)
    sizes = {int(image.sum()) for image in moved}
    assert sizes == {a * b for a in (1, 2, 3) for b in (1, 2, 3)}


def test_nothing_is_shifted_in_evaluation() -> None:
    images = torch.rand(5, 9)
    assert torch.equal(RandomShift((3, 3), most=2).eval()(images), images)


def test_one_seed_gives_one_shift_and_leaves_the_global_generator() -> None:
    images = torch.rand(20, 784)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = shifted(images, seed=1)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first, shifted(images, seed=1))
    assert not torch.equal(first, shifted(images, seed=2))


def test_a_teacher_has_two_hidden_layers_and_chance_only_in_training() -> None:
    teacher = teacher_network(hidden=12, seed=0)
    assert count_parameters(teacher) == 784 * 12 + 12 + 12 * 12 + 12 + 12 * 10 + 10
    images = torch.rand(8, 784)
    assert not torch.equal(outputs(teacher, images), outputs(teacher, images))
    teacher.eval()
    assert torch.equal(outputs(teacher, images), outputs(teacher, images))


def test_without_shifts_chance_is_the_same_but_for_the_shifts() -> None:
    images = torch.rand(50, 784)
    after = []
    for most in (0, 2):
        torch.manual_seed(0)
        moved = RandomShift((28, 28), most)(images)
        assert torch.equal(moved, images) == (most == 0)
        after.append(torch.rand(9))  # what dropout would draw
    assert torch.equal(*after)


def test_a_teacher_can_be_trained_without_shifts(data: Digits) -> None:
    found = [train_teacher(data, hidden=8, seed=3, steps=4, most_shifted=n) for n in (0, 2)]
    shift = found[0][0]
    assert isinstance(shift, RandomShift)
    assert shift.most == 0
    assert not torch.equal(*(outputs(model, data.test_images) for model in found))


def test_training_a_teacher_depends_on_the_seed_alone(data: Digits) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = train_teacher(data, hidden=8, seed=3, steps=4)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(6)
    again = train_teacher(data, hidden=8, seed=3, steps=4)
    other = train_teacher(data, hidden=8, seed=4, steps=4)
    answers = [outputs(model, data.test_images) for model in (first, again, other)]
    assert torch.equal(answers[0], answers[1])
    assert not torch.equal(answers[0], answers[2])
    assert not first.training


def test_a_trained_state_becomes_the_network_it_belongs_to(data: Digits) -> None:
    teacher_logits = torch.zeros(40, 10)
    lesson = (teacher_logits, data.train_images, data.train_labels)
    state = distill(*lesson, 7, 1.0, 1.0, seed=0, steps=3)
    hidden = torch.relu(data.test_images @ state["0.weight"].T + state["0.bias"])
    expected = hidden @ state["2.weight"].T + state["2.bias"]
    assert torch.allclose(outputs(network_of(state), data.test_images), expected, atol=1e-6)


def test_shuffling_wrong_answers_keeps_the_right_one_and_all_values() -> None:
    logits = torch.randn(200, 10, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(200) % 10
    mixed = wrong_answers_shuffled(logits, labels, seed=1)
    rows = torch.arange(200)
    assert torch.equal(mixed[rows, labels], logits[rows, labels])
    assert torch.equal(mixed.sort(dim=1).values, logits.sort(dim=1).values)
    # A wrong logit stays in its place with probability 1 / 9: 200 of 1,800 on average, with a
    # standard deviation of about 14.
    moved = int((mixed != logits).sum())
    assert 1800 - 200 - 5 * 14 < moved < 1800 - 200 + 5 * 14
    assert torch.equal(mixed, wrong_answers_shuffled(logits, labels, seed=1))
    assert not torch.equal(mixed, wrong_answers_shuffled(logits, labels, seed=2))


def test_smoothed_labels_are_those_of_cross_entropy_with_label_smoothing() -> None:
    labels = torch.tensor([0, 2, 3])
    student = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    soft = smoothed_labels(labels, 4, share=0.1).softmax(dim=1)
    ours = -(soft * student.log_softmax(dim=1)).sum(dim=1).mean()
    torchs = torch.nn.functional.cross_entropy(student, labels, label_smoothing=0.1)
    assert ours.item() == pytest.approx(torchs.item(), rel=1e-6)
