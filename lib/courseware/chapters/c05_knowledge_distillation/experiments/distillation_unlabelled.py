"""What a teacher's answers are worth for images that nobody labelled, and that it never saw.

    python -m courseware.experiments --only distillation_unlabelled

takes about four minutes on one core. What is done is kept in a second file beside the record until
all of it is: an interrupted run goes on where it was.

A teacher is trained on the first half of the images. Its students start from the same weights, see
images in the same order and train for equally many steps; they differ in their lesson.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from torch import nn

from courseware.chapters.c05_knowledge_distillation.distilling import (
    errors_on_shifted,
    n_errors,
    network_of,
    outputs,
    train_teacher,
)
from courseware.chapters.c05_knowledge_distillation.experiments.distillation_lessons import (
    HALVES,
    SIZES,
    Lesson,
    Teaching,
)
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.data import MNIST_PACKAGE, MNIST_SHA256, Digits, mnist
from courseware.subjects.training import one_thread
from model_compression.distillation import distill


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "Teach students with the answers of a teacher to images that it never saw.",
        seeds=(8, "teachers; each has its students"),
        steps=(600, "updates of a student"),
        teacher_steps=(1000, "updates of a teacher"),
        teacher_hidden=(300, "units of both its layers"),
    )
    packages = (*PACKAGES, MNIST_PACKAGE)
    settings = records.settings_of(options, packages, sizes=SIZES, images_sha256=MNIST_SHA256)
    data = mnist()
    teacher = (options.teacher_hidden, options.teacher_steps)
    work: dict[str, Callable[[], Result]] = {
        f"half {seed}": partial(
            of_half_the_images, data, seed, teacher=teacher, steps=options.steps, sizes=SIZES
        )
        for seed in range(options.seeds)
    }
    results = records.collect(work, settings, options.out)
    records.write(options.out, settings, runs=list(results.values()))
    return 0


@one_thread()
def of_half_the_images(
    data: Digits, seed: int, *, teacher: tuple[int, int], steps: int, sizes: Sequence[int]
) -> Result:
    """A teacher that was given the first half of the images, and its students.

    Args:
        teacher: its hidden units and its steps.
        steps, sizes: of the students.
    Returns: the judged teacher, and by lesson and hidden units (as text) the judged students.
    """
    half = len(data.train_images) // 2
    labelled = replace(
        data, train_images=data.train_images[:half], train_labels=data.train_labels[:half]
    )
    hidden, teacher_steps = teacher
    model = train_teacher(labelled, hidden, seed, teacher_steps)
    logits = outputs(model, data.train_images)
    teaching = Teaching(model, Lesson(logits, data.train_images, data.train_labels), seed)
    students = {
        name: {str(units): _student(make(teaching), units, seed, data, steps) for units in sizes}
        for name, make in HALVES.items()
    }
    return {"teacher": judged(model, data), "students": students}


def _student(lesson: Lesson, hidden: int, seed: int, data: Digits, steps: int) -> Result:
    state = distill(
        *(lesson.teacher_logits, lesson.images, lesson.labels, hidden),
        *(lesson.alpha, lesson.temperature, seed),
        steps=steps,
    )
    return judged(network_of(state), data)


def judged(model: nn.Module, data: Digits) -> dict[str, Any]:
    """Errors on the test images, as they are and moved by two pixels (mean of four directions)."""
    return {
        "errors": n_errors(outputs(model, data.test_images), data.test_labels),
        "shifted_errors": errors_on_shifted(model, data),
    }


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
