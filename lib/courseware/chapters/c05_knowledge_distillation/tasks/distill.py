"""The task `distill`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import OFF_LIMITS
from courseware.chapters.c05_knowledge_distillation.tasks.conflict import (
    N_IMAGES,
    Arguments,
    conflict,
    distinct_images,
    lowest_loss,
    shuffled_copies,
)
from courseware.chapters.c05_knowledge_distillation.tasks.distill_judges import (
    N_EARLY,
    N_LAST,
    repeated,
    three_students,
)
from courseware.chapters.c05_knowledge_distillation.tasks.distill_mistakes import MISTAKES
from courseware.chapters.c05_knowledge_distillation.tasks.signs_teacher import (
    mislabelled_signs,
    reads_signs,
)
from courseware.chapters.c05_knowledge_distillation.tasks.states import shapes
from courseware.checks.states import Words, trained
from courseware.checks.task import Check, Draw, Task
from model_compression import distillation as reference

SECONDS = 20.0
"""For a call, on one thread."""


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
            repeated,
            three_students,
            _expect("a student that has learned its images, the same from the same seed alone"),
        ),
    ),
    misconceptions=MISTAKES,
)
