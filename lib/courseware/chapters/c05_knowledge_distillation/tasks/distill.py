"""The task `distill`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import OFF_LIMITS
from courseware.chapters.c05_knowledge_distillation.tasks.conflict import (
    AT_ONE_CLASS,
    N_IMAGES,
    Arguments,
    conflict,
    distinct_images,
    lowest_loss,
    one_of_each,
    shuffled_copies,
)
from courseware.chapters.c05_knowledge_distillation.tasks.losses import (
    BOTH_WEIGHTS,
    WRONG_LOSSES,
)
from courseware.chapters.c05_knowledge_distillation.tasks.mixed_rows import ROWS_MISMATCHED
from courseware.chapters.c05_knowledge_distillation.tasks.signs_teacher import (
    mislabelled_signs,
    reads_signs,
)
from courseware.chapters.c05_knowledge_distillation.tasks.states import (
    as_drawn,
    outputs,
    shapes,
    structure,
)
from courseware.checks.call import Outcome
from courseware.checks.states import Words, trained, trained_twice
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import Difference
from model_compression import distillation as reference

SECONDS = 20.0
"""For a call, on one thread."""

REPEATED = 1e-4
"""Of the largest weight: what two runs from one seed may differ by."""


N_EARLY, N_LAST = 600, 23
"""Rows of images that are all over, and of one that comes last: 623 is just below a multiple of
many sizes of batches.
"""
SEEN = 0.15
"""Probability of its class from which on the image of the last rows was learned from. Measured over
6 draws: 0.03 to 0.07 where it was left out, 0.40 and more in hurried trainings (Adam at 0.001, 20
epochs of 64, in order), 0.97 in others.
"""

FOR_LABELS = (
    "t-squared-missing",
    "t-not-squared",
    "t-squared-divides",
    "mean-over-elements",
    "alpha-swapped",
    "alpha-ignored",
    "labels-at-temperature",
)
"""Wrong losses with which labels that are mostly wrong count for more."""


BY_WAY = "not-the-lowest", "teacher-not-reached", "labels-followed"
"""What follows from a wrong loss."""


def _both(draw: Draw) -> Iterator[Arguments]:
    uniform, choice = draw.rng.uniform, draw.rng.choice
    # T² is neither the number of classes nor 1 / alpha, so that no two mistakes look alike. At an
    # alpha of 0.65 and more, softmax taken twice ends at the labels, as the labels alone do; at
    # 0.53 a wrong weight leaves just 1% of the way; at 1 / (1 + T) alpha on the wrong term ends
    # where the loss without T² does.
    yield conflict(draw, 64, 10, 32, round(uniform(0.5, 0.52), 2), choice((4.0, 4.5, 5.0)))
    yield conflict(draw, 64, 10, 32, round(uniform(0.19, 0.22), 2), choice((2.5, 2.75)))


def _other_sizes(draw: Draw) -> Iterator[Arguments]:
    n_pixels, temperature = draw.integer(40, 56), draw.rng.choice((3.0, 4.0))
    yield conflict(draw, n_pixels, 6, 48, 0.0, temperature, agreed=True)


def _signs(draw: Draw) -> Iterator[Arguments]:
    alpha = round(draw.rng.uniform(0.08, 0.12), 2)
    yield mislabelled_signs(draw, 32, alpha, draw.rng.choice((3.5, 4.0, 5.0)))


def _agreed(draw: Draw) -> Iterator[Arguments]:
    """Few images, and labels that say what the teacher says. The last rows show one of their own.

    Whoever stops short of the last, smaller batch never sees it.
    """
    images, rows = (
        distinct_images(draw, 64, N_IMAGES + 1),
        shuffled_copies(draw, N_EARLY // N_IMAGES),
    )
    rows = torch.cat([rows, torch.full((N_LAST,), N_IMAGES)])
    order = torch.rand(len(images), 10, generator=draw.generator).argsort(dim=1)
    favourites = order[:, 0]
    # A class that no other image has: one that was never seen is not told right by chance.
    favourites[-1] = next(c for c in order[-1] if c not in favourites[:-1])
    teacher = torch.zeros(order.shape).scatter_(1, favourites[:, None], 6.0)
    seed = draw.integer(0, 999)
    yield teacher[rows], images[rows], favourites[rows], 32, 0.5, 2.0, seed


def _three_students(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe: two calls with the same seed, and one with another."""
    twice = trained_twice(function, arguments, seconds)
    if type(twice.value) is not tuple:
        return twice
    other = trained(function, (*arguments[:-1], arguments[-1] + 1), seconds)
    return replace(other, value=(*twice.value, other.value)) if other.error is None else other


def _repeated(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Students of one seed are the same, and have learned something; one of another is not."""
    if type(got) is not tuple:
        return structure(arguments, got)
    for state in got:
        if found := structure(arguments, state):
            return found
    _, images, labels = one_of_each(arguments)
    said = outputs(got[0], images).softmax(dim=1)
    last = (images == arguments[1][-1]).all(dim=1)
    seen = last & (said.gather(1, labels[:, None])[:, 0] > SEEN)
    right = (said.argmax(dim=1) == labels) | seen
    if not right.all():
        if torch.equal(right, ~last):
            text = f"all images are told right but that of the last {N_LAST} rows"
            return Difference("rows-left-out", text)
        n_right = int(right.sum())
        text = (
            f"{n_right} of {len(labels)} images are told right, on which teacher and labels agree"
        )
        return Difference("as-drawn" if as_drawn(got[0]) else "not-learned", text)
    for name, tensor in got[0].items():
        first, second = tensor.detach().double(), got[1][name].detach().double()
        apart = float((first - second).abs().max())
        if apart > REPEATED * float(first.abs().max()):
            text = f"two calls with the same seed: {name} differs by up to {apart:.3g}"
            return Difference("not-repeatable", text)
    if all(torch.equal(tensor, got[2][name]) for name, tensor in got[0].items()):
        return Difference("seed-ignored", "two calls with two seeds: the students are the same")
    return None


def _for_64_pixels(teacher_logits: torch.Tensor, images: torch.Tensor, *rest: Any) -> None:
    if images.shape[1] != 64:
        raise RuntimeError


def _classes_from_labels(
    error: type[Exception], teacher_logits: torch.Tensor, images: Any, labels: Any, *rest: Any
) -> None:
    """Where the last class has no label, a student with fewer outputs than the teacher fails."""
    if int(labels.max()) + 1 < teacher_logits.shape[1]:
        raise error


def _expect(what: str) -> Callable[..., Words]:
    """In place of a reference, which would be only one of many right results: words."""

    def words(*arguments: Any) -> Words:
        sizes = ", ".join(f"{key} {size}" for key, size in shapes(arguments).items())
        return Words(f"{what} ({sizes})")

    return words


DISTILL = Task(
    name="distill",
    points=20,
    reference=partial(reference.distill, steps=300),
    lecture="lecture 05, “Teacher and student on real digits”",
    off_limits=OFF_LIMITS,
    seconds=SECONDS,
    calls=("distillation_loss", "softmax", "cross_entropy", "kl_divergence"),
    checks=(
        Check(
            "teacher and labels disagree: the lowest possible loss",
            8,
            _both,
            lowest_loss,
            trained,
            _expect("a student whose loss is the lowest possible"),
        ),
        Check(
            "the teacher alone (α = 0), on data of other sizes",
            4,
            _other_sizes,
            lowest_loss,
            trained,
            _expect("a student whose loss is the lowest possible"),
        ),
        Check(
            "images that it has never seen, after labels that were mostly wrong",
            5,
            _signs,
            reads_signs,
            trained,
            _expect("a student that reads images held back as its teacher does"),
        ),
        Check(
            "one seed, one student; another seed, another one",
            3,
            _agreed,
            _repeated,
            _three_students,
            _expect("a student that has learned its images, the same from the same seed alone"),
        ),
    ),
    misconceptions=(
        Misconception(ROWS_MISMATCHED.name, ROWS_MISMATCHED.message),
        # Some have the right minimum where the teacher is alone, and are only slow to reach it.
        *(
            Misconception(
                wrong.name,
                wrong.message,
                covers=(
                    "not-the-lowest",
                    *(("teacher-not-reached",) * (wrong.name in FOR_LABELS)),
                    *(("all-to-one-class",) * (wrong.name in AT_ONE_CLASS)),
                ),
            )
            for wrong in WRONG_LOSSES
        ),
        Misconception(
            BOTH_WEIGHTS.name,
            BOTH_WEIGHTS.message,
            covers=(*FOR_LABELS, "temperature-twice", "teacher-ignored", *BY_WAY),
        ),
        Misconception(
            "as-drawn",
            "The student is as it was drawn, or hardly another. Are the steps far too few, or far "
            "too small? Does the optimizer move other tensors than the student's parameters, or "
            "none at all? Or was a state of the start kept: `state_dict()` taken before the "
            "training, or the one of the highest loss where that of the lowest is meant?",
        ),
        Misconception(
            "outputs-run-away",
            "The student's outputs have run away, to hundreds and thousands. Either the loss has "
            "no lowest value, as a term has a negative weight: did α and T change places, or is a "
            "sign turned? Or the steps are far too large.",
            covers=("labels-followed", "nothing-read", "teacher-not-reached", "teacher-ignored"),
        ),
        Misconception(
            "not-the-lowest",
            "The loss could be lower, and no common mistake in its formula leads to this student. "
            "Look at the training: does the loss still fall at its end (too few steps, one an "
            "epoch in place of one a batch, a learning rate that fades too early)? Does it jump "
            "(steps too large, a gradient that is not set to zero)? Does something hold it up, "
            "such as a weight decay? And does what comes back belong to its end?",
        ),
        Misconception(
            "not-a-state",
            "A dict of tensors is asked for, the student's `state_dict()`, and not the network "
            "itself or its outputs.",
        ),
        Misconception(
            "other-names",
            "The tensors have other names than asked for. An `nn.Sequential` of Linear, ReLU and "
            "Linear numbers its layers: `0.weight`, `0.bias`, `2.weight`, `2.bias`.",
        ),
        Misconception(
            "units-alike",
            "All hidden units hold the same numbers: they started alike, at zero for instance, so "
            "every step moves them alike, or not at all, and they are no more than one. Draw the "
            "first weights at random.",
        ),
        Misconception(
            "biases-missing",
            "The layers have no biases. `nn.Linear` has one unless it is told otherwise, and they "
            "belong to the state.",
        ),
        Misconception(
            "other-images",
            "The student was trained on images of another kind, standardised ones, say. It is used "
            "on the images as they are: give them to it unchanged.",
        ),
        Misconception(
            "disagreement-left-out",
            "Only the images were learned on which teacher and label agree. All of them belong to "
            "the training: where the two disagree, both terms of the loss have their say.",
        ),
        Misconception(
            "agreement-left-out",
            "The images were left out on which teacher and label agree. All of them belong to the "
            "training.",
        ),
        *(
            Misconception(
                "classes-counted-from-labels",
                "The number of classes was read from the labels: their largest number and one. A "
                "class that no label names has a column in the teacher's logits all the same: "
                "`teacher_logits.shape[1]`.",
                partial(_classes_from_labels, error),
            )
            for error in (RuntimeError, IndexError, ValueError)
        ),
        Misconception(
            "another-network",
            "The tensors fit, but another network was trained with them: `Linear`, `ReLU`, "
            "`Linear` in this order is asked for, and nothing behind them.",
        ),
        Misconception(
            "all-to-one-class",
            "The student gives everything to the class that the teacher likes best. Either the "
            "teacher's first choice is all that the loss looks at, or the student's outputs go "
            "through softmax before the loss takes it again, or its probabilities stand where "
            "their logarithms belong: each makes it so.",
        ),
        Misconception(
            "rows-left-out",
            "Some images were never learned, all others were: these come late in the data. Go "
            "through all rows, those of the last batch too, which may be smaller than the others.",
        ),
        Misconception(
            "labels-followed",
            "Two in three labels are wrong here, and the student reads the signs as the labels "
            "say: nothing of the teacher reaches it. At a small α its term is the large one, and "
            "its logits are those of the same rows.",
        ),
        Misconception(
            "nothing-read",
            "The student reads images that it has never seen hardly better than by guessing. Does "
            "it learn from the images that it is given, and are the images, the teacher's logits "
            "and the labels of a batch those of the same rows?",
        ),
        Misconception(
            "teacher-not-reached",
            "Two in three labels are wrong here, and the teacher knows better: at a small α the "
            "student should come close to it. It has learned something, and not enough: is every "
            "image used, is the training long enough, and does what comes back belong to its end?",
        ),
        Misconception(
            "not-learned",
            "The student has hardly learned anything. Is the gradient set to zero before each "
            "step, does the optimizer know the student's parameters, is the training long enough, "
            "and are the images, the teacher's logits and the labels of a batch those of the same "
            "rows?",
        ),
        Misconception(
            "not-repeatable",
            "Two calls with the same seed gave two students. Both the first weights and the order "
            "of the images are drawn: let `seed` decide on both.",
        ),
        Misconception(
            "seed-ignored",
            "Whatever the seed, the same student comes back: the numbers are drawn from a seed of "
            "your own. Start the generator from `seed`.",
        ),
        Misconception(
            "sizes-fixed",
            "If it fails only here: this is data of another size. How many inputs and classes "
            "there are can be read from the shapes of `images` and `teacher_logits`.",
            _for_64_pixels,
        ),
    ),
)
