"""Real digits with wrong labels, and a teacher that knows better.

Of the training images two in three carry the label of the next digit, 3 for a 2. A student that
listens to the labels reads digits wrong; one that listens to its teacher reads them right.
Held-out accuracy, on the 600 digits outside the training part, 5 draws each of what `distill` is
given, students trained as in `conflict`:

    trained on the labels alone                      0.08 to 0.26
    distilled, Adam 0.001, 20 epochs of 64           0.88 to 0.90
    distilled, the others                            0.92 to 0.98
    the teacher                                      0.99

`ENOUGH` = 0.8 lies far above the first line and well below the others.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

from courseware.checks.chapter_05.conflict import Arguments, T
from courseware.checks.chapter_05.states import outputs, structure
from courseware.checks.task import Draw
from courseware.checks.values import Difference
from courseware.data import N_CLASSES, Digits, digits

ENOUGH = 0.8
N_TRAINING = 1000
WRONG_LABELS = 2 / 3


def mislabelled_digits(draw: Draw, hidden: int, alpha: float, temperature: float) -> Arguments:
    """Arguments of `distill`: labels mostly wrong, a teacher that is right."""
    data = _data()
    rows = torch.randperm(len(data.train_images), generator=draw.generator)[:N_TRAINING]
    images, digit = data.train_images[rows], data.train_labels[rows]
    wrong = torch.rand(N_TRAINING, generator=draw.generator) < WRONG_LABELS
    labels = torch.where(wrong, _next(digit), digit)
    seed = draw.integer(0, 999)
    return teacher_logits(images, digit), images, labels, hidden, alpha, temperature, seed


def teacher_logits(images: T, labels: T) -> T:
    """Outputs, for its own training images, of kernel ridge regression: 8 for the digit, else 0."""
    near = torch.exp(-0.3 * torch.cdist(images.double(), images.double()).square())
    targets = 8 * torch.nn.functional.one_hot(labels, N_CLASSES).double()
    ridge = 0.1 * torch.eye(len(images), dtype=torch.float64)
    return (near @ torch.linalg.solve(near + ridge, targets)).float()


def reads_digits(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Whether a student reads enough of the held-out digits right."""
    found = structure(arguments, got)
    if found:
        return found
    data = _data()
    images = torch.cat([data.validation_images, data.test_images])
    digit = torch.cat([data.validation_labels, data.test_labels])
    said = outputs(got, images).argmax(dim=1)
    right, as_labelled = (float((said == y).double().mean()) for y in (digit, _next(digit)))
    if right >= ENOUGH:
        return None
    text = (
        f"{right:.0%} of the held-out digits are read right, expected {ENOUGH:.0%}; "
        f"{as_labelled:.0%} as the next digit, as most labels say"
    )
    return Difference("teacher-not-reached", text)


def _next(digit: T) -> T:
    return (digit + 1) % N_CLASSES


@cache
def _data() -> Digits:
    return digits()
