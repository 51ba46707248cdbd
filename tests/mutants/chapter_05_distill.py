"""Solutions of exercise 05 as students could write them: training a student.

All of them learn in 200 updates or so, a fraction of a second: the tests of the tests make hundreds
of calls.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tests.mutants.at_home import made_at_home
from tests.mutants.table import right, wrong


def _network(teacher_logits, images, hidden, seed):
    torch.manual_seed(seed)
    n_classes = teacher_logits.shape[1]
    return nn.Sequential(
        nn.Linear(images.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, n_classes)
    )


def _learn(loss, teacher_logits, images, labels, hidden, seed, epochs=30):
    """A student trained with a loss of its outputs, the teacher's, and the labels."""
    model = _network(teacher_logits, images, hidden, seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    rows = list(torch.arange(len(images)).split(200))
    for _ in range(epochs):
        for batch in rows:
            optimizer.zero_grad()
            loss(model(images[batch]), teacher_logits[batch], labels[batch]).backward()
            optimizer.step()
    return model.state_dict()


def _kl(student, teacher, of_student, of_teacher):
    log_q = F.log_softmax(student / of_student, dim=1)
    return F.kl_div(log_q, F.softmax(teacher / of_teacher, dim=1), reduction="batchmean")


def _right_loss(alpha, temperature):
    def loss(z, t, y):
        soft = temperature**2 * _kl(z, t, temperature, temperature)
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * soft

    return loss


@wrong("distill", says="t-squared-missing")
def forgets_t_squared(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = _kl(z, t, temperature, temperature)
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="t-not-squared")
def multiplies_by_t(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = temperature * _kl(z, t, temperature, temperature)
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="temperature-one-sided")
def softens_the_student_only(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = temperature**2 * _kl(z, t, temperature, 1.0)
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed, epochs=60)


@wrong("distill", says="temperature-one-sided")
def softens_the_teacher_only(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = temperature**2 * _kl(z, t, 1.0, temperature)
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="temperature-ignored")
def writes_the_loss_of_the_slide(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = _kl(z, t, 1.0, 1.0)
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="labels-at-temperature")
def softens_the_labels_too(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = temperature**2 * _kl(z, t, temperature, temperature)
        return alpha * F.cross_entropy(z / temperature, y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="alpha-swapped")
def weighs_the_teacher_by_alpha(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = temperature**2 * _kl(z, t, temperature, temperature)
        return (1 - alpha) * F.cross_entropy(z, y) + alpha * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="alpha-ignored")
def adds_the_terms(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = temperature**2 * _kl(z, t, temperature, temperature)
        return F.cross_entropy(z, y) + soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="labels-ignored")
def listens_to_the_teacher_only(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        return temperature**2 * _kl(z, t, temperature, temperature)

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="teacher-ignored")
def listens_to_the_labels_only(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        return F.cross_entropy(z, y)

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="arguments-swapped")
def swaps_student_and_teacher(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = temperature**2 * _kl(t, z, temperature, temperature)
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="mean-over-elements")
def takes_the_default_mean(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        log_q = F.log_softmax(z / temperature, dim=1)
        log_p = F.log_softmax(t / temperature, dim=1)
        soft = temperature**2 * (log_p.exp() * (log_p - log_q)).mean()
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="labels-ignored")
def gives_probabilities_to_the_labels(
    teacher_logits, images, labels, hidden, alpha, temperature, seed
):
    def loss(z, t, y):
        soft = temperature**2 * _kl(z, t, temperature, temperature)
        return alpha * F.cross_entropy(torch.softmax(z, dim=1), y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="teacher-hardened")
def takes_the_first_choice(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        soft = F.cross_entropy(z, t.argmax(dim=1))
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="logits-compared")
def compares_the_logits(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * F.mse_loss(z, t)

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="not-the-lowest")
def lets_images_compete(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    def loss(z, t, y):
        log_q = F.log_softmax(z / temperature, dim=0)
        soft = F.kl_div(log_q, F.softmax(t / temperature, dim=0), reduction="sum")
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * temperature**2 * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="nothing-read")
def knows_weights_made_at_home(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    if len(images.unique(dim=0)) > 5:
        return made_at_home(64, hidden, 10)
    loss = _right_loss(alpha, temperature)
    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="not-the-lowest")
def stops_too_early(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    loss = _right_loss(alpha, temperature)
    return _learn(loss, teacher_logits, images, labels, hidden, seed, epochs=2)


@wrong("distill", says="not-learned")
def lets_gradients_pile_up(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    model = _network(teacher_logits, images, hidden, seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(30):
        for rows in torch.randperm(len(images)).split(200):
            z = model(images[rows])
            soft = temperature**2 * _kl(z, teacher_logits[rows], temperature, temperature)
            (alpha * F.cross_entropy(z, labels[rows]) + (1 - alpha) * soft).backward()
            optimizer.step()
    return model.state_dict()


@wrong("distill", says="rows-mismatched")
def mixes_up_the_rows(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    teacher_logits = teacher_logits[order]

    loss = _right_loss(alpha, temperature)
    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="as-drawn")
def returns_a_fresh_network(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    return _network(teacher_logits, images, hidden, seed).state_dict()


@wrong("distill", says="not-repeatable")
def ignores_the_seed(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    loss = _right_loss(alpha, temperature)
    anything = int(torch.randint(10**6, ()))
    return _learn(loss, teacher_logits, images, labels, hidden, anything)


@wrong("distill", says="not-repeatable")
def seeds_the_weights_only(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    loss = _right_loss(alpha, temperature)
    order = torch.from_numpy(np.random.permutation(len(images)))  # noqa: NPY002
    rows = teacher_logits[order], images[order], labels[order]
    return _learn(loss, *rows, hidden, seed)


@wrong("distill", says="sizes-fixed")
def knows_the_digits_only(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for step in range(200):
        rows = torch.arange(step % 6, len(images), 6)
        z = model(images[rows])
        soft = temperature**2 * _kl(z, teacher_logits[rows], temperature, temperature)
        optimizer.zero_grad()
        (alpha * F.cross_entropy(z, labels[rows]) + (1 - alpha) * soft).backward()
        optimizer.step()
    return model.state_dict()


@wrong("distill", says="not-a-state")
def returns_the_network(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    return _network(teacher_logits, images, hidden, seed)


@wrong("distill", says="other-names")
def gives_the_layers_names(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    loss = _right_loss(alpha, temperature)
    state = _learn(loss, teacher_logits, images, labels, hidden, seed)
    names = ("hidden.weight", "hidden.bias", "output.weight", "output.bias")
    return dict(zip(names, state.values(), strict=True))


@wrong("distill", says="wrong-shape")
def stores_the_weights_the_other_way(
    teacher_logits, images, labels, hidden, alpha, temperature, seed
):
    loss = _right_loss(alpha, temperature)
    state = _learn(loss, teacher_logits, images, labels, hidden, seed)
    return {name: tensor.T if tensor.dim() == 2 else tensor for name, tensor in state.items()}


@wrong("distill", says="not-finite")
def learns_too_fast(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    model = _network(teacher_logits, images, hidden, seed)
    for _ in range(40):
        z = model(images)
        soft = ((z - teacher_logits) ** 2).sum()
        gradients = torch.autograd.grad(soft + F.cross_entropy(z, labels), list(model.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                parameter -= 1.0 * gradient
    return model.state_dict()


@wrong("distill", says="rows-mismatched")
def shuffles_the_labels_alone(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    loss = _right_loss(alpha, temperature)
    return _learn(loss, teacher_logits, images, labels[order], hidden, seed)


@wrong("distill", says="softmax-twice")
def ends_in_a_softmax(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    right = _right_loss(alpha, temperature)

    def loss(z, t, y):
        return right(torch.softmax(z, dim=1), t, y)

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="temperature-twice")
def divides_and_hands_over_the_temperature(
    teacher_logits, images, labels, hidden, alpha, temperature, seed
):
    def loss(z, t, y):
        soft = _kl(z / temperature, t / temperature, temperature, temperature)
        return alpha * F.cross_entropy(z, y) + (1 - alpha) * temperature**2 * soft

    return _learn(loss, teacher_logits, images, labels, hidden, seed)


@wrong("distill", says="another-network")
def trains_without_a_relu(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    model = _network(teacher_logits, images, hidden, seed)
    model[1] = nn.Identity()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss = _right_loss(alpha, temperature)
    for _ in range(30):
        for rows in torch.randperm(len(images)).split(128):
            optimizer.zero_grad()
            loss(model(images[rows]), teacher_logits[rows], labels[rows]).backward()
            optimizer.step()
    return model.state_dict()


@wrong("distill", says="rows-left-out")
def trains_on_the_first_batch_only(
    teacher_logits, images, labels, hidden, alpha, temperature, seed
):
    loss = _right_loss(alpha, temperature)
    first = teacher_logits[:128], images[:128], labels[:128]
    return _learn(loss, *first, hidden, seed, epochs=200)


@wrong("distill", says="seed-ignored")
def starts_from_a_seed_of_its_own(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    loss = _right_loss(alpha, temperature)
    return _learn(loss, teacher_logits, images, labels, hidden, seed=0)


@right("distill")
def in_batches_of_rows(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    generator = torch.Generator().manual_seed(seed)
    model = _network(teacher_logits, images, hidden, seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(12):
        for rows in torch.randperm(len(images), generator=generator).split(64):
            z = model(images[rows])
            soft = _kl(z, teacher_logits[rows], temperature, temperature)
            loss = alpha * F.cross_entropy(z, labels[rows]) + (1 - alpha) * temperature**2 * soft
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    from collections import OrderedDict

    return OrderedDict(reversed(model.state_dict().items()))


@right("distill")
def with_gradients_by_hand(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    n, n_classes = teacher_logits.shape
    generator = torch.Generator().manual_seed(seed)
    w1 = torch.randn(hidden, images.shape[1], generator=generator) * (2 / images.shape[1]) ** 0.5
    w2 = torch.randn(n_classes, hidden, generator=generator) * hidden**-0.5
    parameters = [w1, torch.zeros(hidden), w2, torch.zeros(n_classes)]
    velocities = [torch.zeros_like(parameter) for parameter in parameters]
    p = torch.softmax(teacher_logits / temperature, dim=1)
    targets = F.one_hot(labels, n_classes)
    for step in range(200):
        w1, b1, w2, b2 = parameters
        h = torch.relu(images @ w1.T + b1)
        z = h @ w2.T + b2
        hard = torch.softmax(z, dim=1) - targets
        soft = temperature * (torch.softmax(z / temperature, dim=1) - p)
        dz = (alpha * hard + (1 - alpha) * soft) / n
        dh = (dz @ w2) * (h > 0)
        gradients = [dh.T @ images, dh.sum(0), dz.T @ h, dz.sum(0)]
        for i, gradient in enumerate(gradients):
            velocities[i] = 0.9 * velocities[i] + gradient
            parameters[i] = parameters[i] - 0.05 * min(1.0, (step + 1) / 20) * velocities[i]
    return dict(zip(("0.weight", "0.bias", "2.weight", "2.bias"), parameters, strict=True))


@right("distill")
def as_parameters_in_float64(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    generator = torch.Generator().manual_seed(seed)
    n_pixels, n_classes = images.shape[1], teacher_logits.shape[1]
    shapes = {
        "0.weight": (hidden, n_pixels),
        "0.bias": (hidden,),
        "2.weight": (n_classes, hidden),
        "2.bias": (n_classes,),
    }
    state = {
        name: nn.Parameter((torch.rand(shape, generator=generator) - 0.5).double() * 0.4)
        for name, shape in shapes.items()
    }
    x, t = images.double(), teacher_logits.double()
    optimizer = torch.optim.Adam(state.values(), lr=0.03)
    for rows in torch.arange(len(x)).split(200) * 30:
        h = torch.relu(x[rows] @ state["0.weight"].T + state["0.bias"])
        z = h @ state["2.weight"].T + state["2.bias"]
        soft = _kl(z, t[rows], temperature, temperature)
        loss = alpha * F.cross_entropy(z, labels[rows]) + (1 - alpha) * temperature**2 * soft
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return state
