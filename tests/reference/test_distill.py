"""Training a student: does it reach the minimum of its loss, and does it recognise digits?

On conflict data (a few distinct images, many copies each, on which labels and teacher disagree)
the minimum is finite and can be computed without a network: one row of free logits per image, and
a loss that is convex in them. A student whose loss is another one ends somewhere else.
"""

import functools

import pytest
import torch
from torch.nn import functional

from courseware.subjects.data import digits
from courseware.subjects.models import mlp
from courseware.subjects.training import accuracy, train
from model_compression._training import mlp_logits
from model_compression.distillation import distill

DATA = digits()
N_IMAGES, COPIES, N_CLASSES, N_PIXELS = 4, 50, 5, 16
ALPHA_AND_T = [(0.0, 1.0), (0.0, 4.0), (0.3, 2.0), (0.5, 4.0), (0.7, 10.0), (1.0, 1.0)]
# In 30 runs on other seeds, the student ended within 0.0009 of the minimum with labels alone (where
# classes that never occur want a logit of minus infinity), else within 0.00003. The minima of the
# wrong losses below lie 0.023 and more above it.
CLOSE, FAR = 0.002, 0.02


@functools.cache
def conflict_data(seed=0):
    """Images, which of the distinct ones each is, the teacher's logits, and labels."""
    draw = torch.Generator().manual_seed(seed)
    which = torch.arange(N_IMAGES).repeat_interleave(COPIES)
    images = torch.rand(N_IMAGES, N_PIXELS, generator=draw)[which]
    teacher = (3 * torch.randn(N_IMAGES, N_CLASSES, generator=draw))[which]
    two_labels = torch.randint(N_CLASSES, (N_IMAGES, 2), generator=draw)[which]
    second = torch.rand(len(which), generator=draw) < 0.3
    return images, which, teacher, torch.where(second, two_labels[:, 1], two_labels[:, 0])


def contract_loss(student, teacher, labels, alpha, temperature):
    """The loss, by torch in float64."""
    log_p, log_q = (
        functional.log_softmax(logits.double() / temperature, dim=1)
        for logits in (teacher, student)
    )
    soft = functional.kl_div(log_q, log_p, reduction="batchmean", log_target=True)
    hard = functional.cross_entropy(student.double(), labels)
    return alpha * hard + (1 - alpha) * temperature**2 * soft


def minimiser(loss):
    """One row of free logits per distinct image that minimises a convex loss."""
    logits = torch.zeros(N_IMAGES, N_CLASSES, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [logits],
        max_iter=2000,
        tolerance_grad=1e-10,
        tolerance_change=1e-14,
        line_search_fn="strong_wolfe",
    )

    def closure():
        optimizer.zero_grad()
        value = loss(logits)
        value.backward()
        return value

    optimizer.step(closure)
    return logits.detach()


def excess(student_logits, alpha, temperature, data):
    """How far the loss is above its minimum."""
    _, which, teacher, labels = data
    best = minimiser(lambda z: contract_loss(z[which], teacher, labels, alpha, temperature))
    values = [
        contract_loss(logits, teacher, labels, alpha, temperature).item()
        for logits in (student_logits, best[which])
    ]
    return values[0] - values[1]


@pytest.mark.slow
@pytest.mark.parametrize(("alpha", "temperature"), ALPHA_AND_T)
def test_the_student_reaches_the_minimum_of_the_loss(alpha, temperature):
    data = conflict_data()
    images, _, teacher, labels = data
    state = distill(teacher, images, labels, 32, alpha, temperature, seed=0)
    assert 0 <= excess(mlp_logits(state, images), alpha, temperature, data) + 1e-6 < CLOSE


WRONG_LOSSES = {
    "alpha and 1 - alpha swapped": lambda z, v, y, a, t: contract_loss(z, v, y, 1 - a, t),
    "no T squared": lambda z, v, y, a, t: (
        a * functional.cross_entropy(z, y) + (1 - a) * contract_loss(z, v, y, 0.0, t) / t**2
    ),
    "no temperature": lambda z, v, y, a, t: contract_loss(z, v, y, a, 1.0),
    "labels at T": lambda z, v, y, a, t: (
        a * functional.cross_entropy(z / t, y) + (1 - a) * contract_loss(z, v, y, 0.0, t)
    ),
    "teacher at 1": lambda z, v, y, a, t: contract_loss(z, v * t, y, a, t),
    "KL the other way": lambda z, v, y, a, t: (
        a * functional.cross_entropy(z, y) + (1 - a) * contract_loss(v.double(), z, y, 0.0, t)
    ),
    "labels alone": lambda z, v, y, a, t: contract_loss(z, v, y, 1.0, t),
    "teacher alone": lambda z, v, y, a, t: contract_loss(z, v, y, 0.0, t),
}


@pytest.mark.parametrize("name", WRONG_LOSSES)
def test_the_minimum_of_another_loss_is_elsewhere(name):
    # So that reaching the minimum above says something. At higher temperatures the two directions
    # of KL become one.
    data, (alpha, temperature) = conflict_data(), (0.3, 2.0)
    _, which, teacher, labels = data
    wrong = minimiser(lambda z: WRONG_LOSSES[name](z[which], teacher, labels, alpha, temperature))
    assert excess(wrong[which], alpha, temperature, data) > FAR


@functools.cache
def teacher_logits():
    teacher = mlp([64, 128, 10], seed=100)
    train(teacher, DATA.train_images, DATA.train_labels, seed=100)
    return teacher(DATA.train_images).detach()


def held_out_accuracy(state):
    return (mlp_logits(state, DATA.test_images).argmax(dim=1) == DATA.test_labels).double().mean()


@pytest.mark.slow
@pytest.mark.parametrize(("alpha", "temperature"), [(1.0, 1.0), (0.5, 4.0), (0.0, 4.0)])
def test_the_student_recognises_digits(alpha, temperature):
    images, labels = DATA.train_images, DATA.train_labels
    state = distill(teacher_logits(), images, labels, 32, alpha, temperature, seed=0)
    assert held_out_accuracy(state) > 0.95


def test_with_alpha_0_the_labels_are_not_looked_at():
    arguments = (32, 0.0, 4.0, 0)
    wrong_labels = (DATA.train_labels + 1) % 10
    states = [
        distill(teacher_logits(), DATA.train_images, labels, *arguments, steps=30)
        for labels in (DATA.train_labels, wrong_labels)
    ]
    for name, tensor in states[0].items():
        assert torch.equal(states[1][name], tensor), name


def test_the_state_is_that_of_a_two_layer_network():
    images, _, teacher, labels = conflict_data()
    state = distill(teacher, images, labels, 7, 0.5, 2.0, seed=0, steps=5)
    model = mlp([N_PIXELS, 7, N_CLASSES], seed=0)
    assert list(state) == list(model.state_dict())
    model.load_state_dict(state)
    assert accuracy(model, images, labels) <= 1
    assert not any(tensor.requires_grad for tensor in state.values())


def test_the_start_is_that_of_torch():
    # Uniform in +-1 / sqrt(fan_in): 10,000 draws come within 1% of the ends, and their mean square
    # has a spread of 0.9% around 1/3: 5 times that.
    images, teacher = torch.rand(3, 100), torch.zeros(3, 50)
    state = distill(teacher, images, torch.zeros(3, dtype=torch.int64), 100, 1.0, 1.0, 3, steps=0)
    for name, fan_in in (("0.weight", 100), ("2.weight", 100)):
        unit = state[name] * fan_in**0.5
        assert -1 <= unit.min() < -0.99
        assert 0.99 < unit.max() <= 1
        assert unit.square().mean() == pytest.approx(1 / 3, rel=0.063)
    assert state["0.bias"].abs().max() <= 0.1
    assert state["2.bias"].abs().max() <= 0.1


def test_the_seed_decides_and_nothing_else_does():
    images, _, teacher, labels = conflict_data()
    before = [tensor.clone() for tensor in (images, teacher, labels)]
    generator_state = torch.get_rng_state()
    first, again, other = (
        distill(teacher, images, labels, 8, 0.5, 2.0, seed, steps=20) for seed in (1, 1, 2)
    )
    assert torch.equal(torch.get_rng_state(), generator_state)
    for name, tensor in first.items():
        assert torch.equal(again[name], tensor), name
        assert not torch.equal(other[name], tensor), name
    for tensor, copy in zip((images, teacher, labels), before, strict=True):
        assert torch.equal(tensor, copy)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"images": torch.rand(5)}, r"images: expected 2 axes, got shape \(5,\)"),
        ({"images": torch.rand(4, 6)}, r"teacher_logits: expected shape \(4, 3\), got \(5, 3\)"),
        ({"teacher_logits": torch.rand(5)}, r"teacher_logits: expected 2 axes, got shape \(5,\)"),
        ({"labels": torch.arange(5)}, "labels: expected class numbers from 0 to 2, got 2 outside"),
        ({"labels": torch.zeros(4).long()}, r"labels: expected shape \(5,\), got \(4,\)"),
        ({"hidden": 0}, "hidden: expected an integer >= 1, got 0"),
        ({"alpha": 2}, "alpha: expected a number from 0 to 1, got 2"),
        ({"temperature": 0}, "temperature: expected a finite number > 0, got 0"),
        ({"seed": "1"}, "seed: expected an integer"),
        ({"steps": 1.5}, "steps: expected an integer >= 0, got 1.5"),
    ],
)
def test_bad_input_is_named(changes, message):
    arguments = {
        "teacher_logits": torch.rand(5, 3),
        "images": torch.rand(5, 6),
        "labels": torch.zeros(5, dtype=torch.int64),
        "hidden": 4,
        "alpha": 0.5,
        "temperature": 2.0,
        "seed": 0,
    }
    with pytest.raises(ValueError, match=message):
        distill(**{**arguments, **changes})
