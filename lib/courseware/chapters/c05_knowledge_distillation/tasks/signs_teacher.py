"""Images with wrong labels, and a teacher that knows better.

Of the training images two in three carry the label of the next sign, 3 for a 2. A student that
listens to the labels reads signs wrong; one that listens to its teacher reads them right.
Share of the images held back that are read right, 12 draws each of what `distill` is given,
students trained as in `conflict`:

    trained on the labels alone                      0.20 to 0.31
    distilled, Adam 0.001, 20 epochs of 64           0.91 to 0.96
    distilled, the others                            0.92 to 0.99
    the teacher                                      0.97 to 1.00
    weights made at home, on digits                  0.03 to 0.12

`ENOUGH` = 0.8 lies far above the first line and well below the others.
"""

from __future__ import annotations

from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.conflict import Arguments, T
from courseware.chapters.c05_knowledge_distillation.tasks.states import (
    OTHER_ACTIVATIONS,
    OTHER_IMAGES,
    RUN_AWAY,
    as_drawn,
    outputs,
    structure,
)
from courseware.checks.signs import N_SIGNS, drawn_seed, signs
from courseware.checks.task import Draw
from courseware.checks.values import Difference

ENOUGH = 0.8
GUESSED = 0.2
"""Guessing reads one in ten of them right."""
FAR_MORE = 0.1
WRONG_LABELS = 2 / 3


def mislabelled_signs(draw: Draw, hidden: int, alpha: float, temperature: float) -> Arguments:
    """Arguments of `distill`: labels mostly wrong, a teacher that is right."""
    seed = drawn_seed(draw)
    images, sign = signs(seed.data).images, signs(seed.data).labels
    wrong = torch.rand(len(images), generator=draw.generator) < WRONG_LABELS
    labels = torch.where(wrong, _next(sign), sign)
    return teacher_logits(images, sign), images, labels, hidden, alpha, temperature, seed


def teacher_logits(images: T, labels: T) -> T:
    """Outputs, for its own training images, of kernel ridge regression: 8 for the sign, else 0."""
    near = torch.exp(-0.3 * torch.cdist(images.double(), images.double()).square())
    targets = 8 * torch.nn.functional.one_hot(labels, N_SIGNS).double()
    ridge = 0.1 * torch.eye(len(images), dtype=torch.float64)
    return (near @ torch.linalg.solve(near + ridge, targets)).float()


def reads_signs(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Whether a student reads enough of the images held back right."""
    found = structure(arguments, got)
    if found:
        return found
    data = signs(arguments[6].data)
    logits = outputs(got, data.held_out_images)
    said = logits.argmax(dim=1)
    sign = data.held_out_labels
    right, as_labelled = (float((said == y).double().mean()) for y in (sign, _next(sign)))
    if right >= ENOUGH:
        return None
    text = (
        f"{right:.0%} of the images held back are read right, expected {ENOUGH:.0%}; "
        f"{as_labelled:.0%} as the next sign, as most labels say"
    )
    if known := _trained_otherwise(got, arguments[1], data.held_out_images, sign, right):
        return Difference(known[0], f"{text}; {known[1]}")
    if as_drawn(got):
        return Difference("as-drawn", text)
    if float(logits.abs().max()) > RUN_AWAY:
        return Difference("outputs-run-away", text)
    if as_labelled > max(right, GUESSED):
        return Difference("labels-followed", text)
    return Difference("nothing-read" if right < GUESSED else "teacher-not-reached", text)


def _trained_otherwise(
    got: Any, given: T, held_out: T, sign: T, right: float
) -> tuple[str, str] | None:
    """Whether a student reads well, and far more, with another activation or other images."""

    def well(logits: T) -> bool:
        share = float((logits.argmax(dim=1) == sign).double().mean())
        return share >= max(ENOUGH, right + FAR_MORE)

    for other, activation in OTHER_ACTIVATIONS.items():
        if well(outputs(got, held_out, activation)):
            return "another-network", f"with {other} they are read well"
    for other, changed in OTHER_IMAGES.items():
        if well(outputs(got, changed(held_out, given))):
            return "other-images", f"{other} are read well"
    return None


def _next(sign: T) -> T:
    return (sign + 1) % N_SIGNS
