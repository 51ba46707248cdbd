"""What the students of `distillation_mnist` are taught from: the arms, controls and mistakes.

All lessons go through `distill`. A mistake in the loss needs no loss of its own: what it minimises
is, up to a factor, what `distill` minimises for another alpha, another T or other logits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from courseware.chapters.c05_knowledge_distillation.distilling import (
    outputs,
    shifted,
    smoothed_labels,
    wrong_answers_shuffled,
)
from courseware.subjects.data import N_CLASSES

SIZES = (30, 300)
TEMPERATURES = (1, 2, 4, 8, 20)
ALPHA = 0.1
USUAL = 4
"""The temperature where only one is tried."""

UNSEEN = 3
KEPT = (7, 8)
BIASES = tuple(i / 4 for i in range(-40, 81))
SHIFTED_COPIES = 8
SMOOTHING = 0.1
N_IMAGES = (250, 1000)
FEW_STEPS = (30, 100, 300)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a student is taught from: `distill` without the student."""

    teacher_logits: torch.Tensor
    images: torch.Tensor
    labels: torch.Tensor
    alpha: float = ALPHA
    temperature: float = USUAL

    def of(self, rows: torch.Tensor | slice) -> Lesson:
        """The lesson with some of its images only."""
        return replace(
            self,
            teacher_logits=self.teacher_logits[rows],
            images=self.images[rows],
            labels=self.labels[rows],
        )


@dataclass(frozen=True, eq=False)
class Teaching:
    """A teacher, and the usual lesson: its logits for all training images."""

    teacher: nn.Sequential
    usual: Lesson
    seed: int

    def answers(self, images: torch.Tensor) -> Lesson:
        """The usual lesson on other images, which may be several copies of the usual ones."""
        copies = len(images) // len(self.usual.images)
        labels = self.usual.labels.repeat(copies)
        return replace(
            self.usual,
            images=images,
            labels=labels,
            teacher_logits=outputs(self.teacher, images),
        )


def _labels_only(lesson: Lesson) -> Lesson:
    return replace(lesson, alpha=1.0, temperature=1)


def _weighed(lesson: Lesson, soft_factor: float, **changes: Any) -> Lesson:
    """The soft term times a factor; what is left of the factor scales the whole loss."""
    hard, soft = lesson.alpha, (1 - lesson.alpha) * soft_factor
    return replace(lesson, alpha=hard / (hard + soft), **changes)


def _in_another_order(t: Teaching) -> Lesson:
    order = torch.randperm(len(t.usual.images), generator=_generator(t.seed))
    return replace(t.usual, teacher_logits=t.usual.teacher_logits[order])


def _in_train_mode(t: Teaching) -> Lesson:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(t.seed)
        t.teacher.train()
        lesson = t.answers(t.usual.images)
        t.teacher.eval()
    return lesson


def _shifted(t: Teaching, rows: slice = slice(None)) -> Lesson:
    """Shifted copies of some images; their labels are the originals'."""
    part = replace(t, usual=t.usual.of(rows))
    return part.answers(shifted(part.usual.images.repeat(SHIFTED_COPIES, 1), t.seed))


def _noise(t: Teaching) -> Lesson:
    """Every pixel is that of some image, each of another one."""
    images = t.usual.images
    rows = torch.randint(len(images), images.shape, generator=_generator(t.seed))
    return replace(t.answers(images.gather(0, rows)), alpha=0.0)


def _some(lesson: Lesson, digits: tuple[int, ...]) -> Lesson:
    return lesson.of(torch.isin(lesson.labels, torch.tensor(digits)).nonzero()[:, 0])


def _changed(**changes: Any) -> Callable[[Teaching], Lesson]:
    return lambda t: replace(t.usual, **changes)


def _first(n: int, **changes: Any) -> Callable[[Teaching], Lesson]:
    return lambda t: replace(t.usual, **changes).of(torch.arange(n))


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _labelled(t: Teaching) -> slice:
    return slice(None, len(t.usual.images) // 2)


def _new(t: Teaching) -> slice:
    return slice(len(t.usual.images) // 2, None)


HALVES: dict[str, Callable[[Teaching], Lesson]] = {
    "half labelled: labels": lambda t: _labels_only(t.usual).of(_labelled(t)),
    "half labelled: labels, shifted images": lambda t: _labels_only(_shifted(t, _labelled(t))),
    "half labelled: teacher, the same images": lambda t: replace(t.usual, alpha=0.0).of(
        _labelled(t)
    ),
    "half labelled: teacher, new images": lambda t: replace(t.usual, alpha=0.0).of(_new(t)),
    "half labelled: teacher, all images": lambda t: replace(t.usual, alpha=0.0),
}
"""Lessons of a teacher that was trained on the first half of the images: nobody has labelled the
second half, and the teacher has never seen it."""

_SEEN = tuple(digit for digit in range(N_CLASSES) if digit != UNSEEN)

LESSONS: dict[str, Callable[[Teaching], Lesson]] = {
    "labels": lambda t: _labels_only(t.usual),
    **{f"T = {T}": _changed(temperature=T) for T in TEMPERATURES},
    "alpha = 0": _changed(alpha=0.0),
    "alpha = 0.5": _changed(alpha=0.5),
    "labels, smoothed": lambda t: replace(
        t.usual,
        teacher_logits=smoothed_labels(t.usual.labels, N_CLASSES, SMOOTHING),
        alpha=0.0,
        temperature=1,
    ),
    "wrong answers shuffled": lambda t: replace(
        t.usual,
        teacher_logits=wrong_answers_shuffled(t.usual.teacher_logits, t.usual.labels, t.seed),
    ),
    "labels, shifted images": lambda t: _labels_only(_shifted(t)),
    "teacher, shifted images": _shifted,
    # What each mistake minimises is what `distill` minimises for other arguments.
    "'mean' for 'batchmean'": lambda t: _weighed(t.usual, 1 / N_CLASSES),
    "T = 20, T² left out": lambda t: _weighed(t.usual, 20**-2, temperature=20),
    "T on the student only": lambda t: replace(
        t.usual, teacher_logits=USUAL * t.usual.teacher_logits
    ),
    "T on the teacher only": lambda t: _weighed(
        t.usual, USUAL**2, teacher_logits=t.usual.teacher_logits / USUAL, temperature=1
    ),
    "logits of other images": _in_another_order,
    "teacher in train mode": _in_train_mode,
    **{f"{n} images, labels": _first(n, alpha=1.0, temperature=1) for n in N_IMAGES},
    **{f"{n} images, teacher": _first(n, alpha=0.0) for n in N_IMAGES},
    "noise, teacher": _noise,
    "one unseen, labels": lambda t: _some(_labels_only(t.usual), _SEEN),
    "one unseen, teacher": lambda t: _some(replace(t.usual, alpha=0.0), _SEEN),
    "two seen, teacher": lambda t: _some(replace(t.usual, alpha=0.0), KEPT),
}
"""What students are taught from, by the name that stands in the record."""

MISTAKES = (
    *("'mean' for 'batchmean'", "T = 20, T² left out", "T on the student only"),
    *("T on the teacher only", "logits of other images", "teacher in train mode"),
)
MAIN = (
    *("labels", *(f"T = {T}" for T in TEMPERATURES), "labels, smoothed", "wrong answers shuffled"),
    "labels, shifted images",
)
"""What every seed is for; the other lessons have fewer."""

OF_BOTH_SIZES = (*MAIN, "teacher, shifted images", *MISTAKES)
BIASED = {
    "one unseen, labels": (UNSEEN,),
    "one unseen, teacher": (UNSEEN,),
    "two seen, teacher": KEPT,
}
"""Lessons with digits missing, and the digits whose biases are moved afterwards."""
