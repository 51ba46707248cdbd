"""The task `distillation_loss`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import (
    OFF_LIMITS,
    ROWS_LEFT_OUT,
    T,
    back_propagated,
    cut_off,
    in_float64,
    labelled,
    rounded,
    same_gradient,
    same_loss,
    some_rows,
)
from courseware.chapters.c05_knowledge_distillation.tasks.losses import (
    WRONG_LOSSES,
    Loss,
    divergence,
)
from courseware.chapters.c05_knowledge_distillation.tasks.two_wrong_terms import two_mistakes
from courseware.chapters.c05_knowledge_distillation.tasks.wrong_values import WRONG_VALUES
from courseware.checks.gradients import GRADIENT_SECONDS
from courseware.checks.misconceptions import several, ways
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import Difference
from model_compression import distillation as reference

Arguments = tuple[T, T, T, float, float]

FOR_THE_TEACHER = "gradient-for-the-teacher"


def _both_terms(draw: Draw) -> Iterator[Arguments]:
    student, teacher = torch.tensor([[2.0, 1.0, 0.0]]), torch.tensor([[1.0, 3.0, 0.0]])
    yield student, teacher, torch.tensor([0]), 0.25, 2.0
    for n_rows, n_classes, temperature in ((3, 3, 3.0), (4, 10, draw.rng.uniform(3, 8)), (3, 4, 5)):
        yield *_logits(draw, n_rows, n_classes), _alpha(draw), temperature


def _temperature_one(draw: Draw) -> Iterator[Arguments]:
    for n_rows, n_classes in ((2, 3), (3, 5)):
        yield *_logits(draw, n_rows, n_classes), _alpha(draw), 1.0


def _teacher_alone(draw: Draw) -> Iterator[Arguments]:
    yield *_logits(draw, 2, 3), 0.0, 2.0
    yield *_logits(draw, 3, 4), 0, draw.rng.uniform(3, 8)


def _labels_alone(draw: Draw) -> Iterator[Arguments]:
    yield *_logits(draw, 2, 3), 1.0, 2.0
    yield *_logits(draw, 3, 4), 1, draw.rng.uniform(3, 8)


def _for_gradients(draw: Draw) -> Iterator[Arguments]:
    for n_rows, n_classes in ((2, 2), (3, 5)):
        yield *_logits(draw, n_rows, n_classes), _alpha(draw), draw.rng.uniform(2, 5)


def _alpha(draw: Draw) -> float:
    """A weight that is neither the other one's nor near it."""
    return round(draw.rng.choice((draw.rng.uniform(0.1, 0.4), draw.rng.uniform(0.6, 0.9))), 2)


def _logits(draw: Draw, n_rows: int, n_classes: int) -> tuple[T, T, T]:
    student, labels = labelled(2 * draw.normal(n_rows, n_classes), draw)
    return student, 3 * draw.normal(n_rows, n_classes), labels


def _no_gradient_for_the_teacher(
    arguments: tuple[Any, ...], expected: Any, got: Any
) -> Difference | None:
    largest = float(got[2].abs().max())
    if largest == 0:
        return None
    text = f"the gradient for the teacher's logits is up to {largest:.3g}, expected 0"
    return Difference(FOR_THE_TEACHER, text)


def _right(s: T, t: T, y: T, a: float, tau: float) -> T:
    hard = torch.nn.functional.cross_entropy(s, y)
    return a * hard + (1 - a) * tau**2 * divergence(s, t.detach(), tau, tau)


def _with_constant_teacher(loss: Loss) -> Loss:
    """A wrong loss errs in its value: a gradient for the teacher is another mistake."""
    return lambda s, t, y, a, tau: loss(s, t.detach(), y, a, tau)


DISTILLATION_LOSS = Task(
    name="distillation_loss",
    points=20,
    reference=in_float64(reference.distillation_loss),
    lecture="lecture 05, “Two teachers, one loss”",
    off_limits=OFF_LIMITS,
    seconds=GRADIENT_SECONDS,
    calls=("softmax", "cross_entropy", "kl_divergence"),
    checks=(
        Check("labels and teacher together", 6, _both_terms, same_loss),
        Check("temperature 1", 2, _temperature_one, same_loss),
        Check("the teacher alone: α = 0", 4, _teacher_alone, same_loss),
        Check("the labels alone: α = 1", 2, _labels_alone, same_loss),
        Check(
            "the gradient with respect to the student's logits",
            4,
            _for_gradients,
            same_gradient,
            back_propagated(0),
        ),
        Check(
            "the teacher is a constant: no gradient for it",
            2,
            _for_gradients,
            _no_gradient_for_the_teacher,
            back_propagated(0, 1),
        ),
    ),
    misconceptions=several(
        *(
            ways(wrong.name, wrong.message, *map(_with_constant_teacher, wrong.losses))
            for wrong in WRONG_LOSSES + WRONG_VALUES
        ),
        two_mistakes(_with_constant_teacher),
        rounded(_right),
        ways(*ROWS_LEFT_OUT, *some_rows(_right, tensors=3)),
        cut_off(_right),
        (
            Misconception(
                FOR_THE_TEACHER,
                "The loss sends a gradient back into the teacher too: the teacher would be trained "
                "to agree with its student. Its logits are a constant: detach them.",
            ),
        ),
    ),
)
