"""Where a student's gain comes from, and what it competes with.

    python -m courseware.experiments --only distillation_rivals

takes about fifteen minutes on one core of a busy machine. What is done is kept in a second file
beside the record until all of it is: an interrupted run goes on where it was.

Two teachers a seed differ in one thing: the images of the one were shifted at random while it was
trained, those of the other were not. Their students have the same first weights, images, order and
number of steps. The first teacher and its students are then rounded to fewer and fewer bits, with
scales that reach the largest weight and with scales of least error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import nn

from courseware.chapters.c05_knowledge_distillation.distilling import (
    network_of,
    outputs,
    train_teacher,
)
from courseware.chapters.c05_knowledge_distillation.experiments.distillation_lessons import (
    LESSONS,
    SIZES,
    USUAL,
    Lesson,
    Teaching,
)
from courseware.chapters.c05_knowledge_distillation.experiments.distillation_unlabelled import (
    judged,
)
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.data import MNIST_PACKAGE, MNIST_SHA256, Digits, mnist
from courseware.subjects.least_error import least_error
from courseware.subjects.models import weights_of, with_weights
from courseware.subjects.training import one_thread
from model_compression.distillation import distill, softmax
from model_compression.integer_scaling import QuantizedTensor, quantize_tensor

BITS = (8, 6, 5, 4, 3, 2)
SHIFTED, STILL = "teacher with shifts", "teacher without shifts"
LABELS, SHIFTED_LABELS = "labels", "labels, shifted images"
SHUFFLED = "teacher with shifts, wrong answers shuffled"
STILL_SOFTER = "teacher without shifts, T = 8"
STUDENTS = (LABELS, SHIFTED_LABELS, SHIFTED, SHUFFLED, STILL, STILL_SOFTER)
"""What students are taught from, at T = 4 unless named."""

LEAST_ERROR, ABSMAX = "scales of least error", "scales to the absmax"
SCALES: dict[str, Callable[[torch.Tensor, int], QuantizedTensor]] = {
    LEAST_ERROR: partial(least_error, granularity="channel"),
    ABSMAX: partial(quantize_tensor, granularity="channel"),
}
"""How weights are rounded, each row with a scale of its own."""


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "Teach students by teachers with and without shifts; round teachers and students.",
        seeds=(5, "of teachers and students"),
        steps=(1000, "updates of a student"),
        teacher_steps=(1500, "updates of a teacher"),
        teacher_hidden=(600, "units of both its layers"),
    )
    packages = (*PACKAGES, MNIST_PACKAGE)
    settings = records.settings_of(
        options, packages, sizes=SIZES, bits=BITS, images_sha256=MNIST_SHA256
    )
    teacher = (options.teacher_hidden, options.teacher_steps)
    work: dict[str, Callable[[], Result]] = {
        f"seed {seed}": partial(
            of_two_teachers, mnist(), seed, teacher=teacher, steps=options.steps, sizes=SIZES
        )
        for seed in range(options.seeds)
    }
    results = records.collect(work, settings, options.out)
    records.write(options.out, settings, runs=list(results.values()))
    return 0


@one_thread()
def of_two_teachers(
    data: Digits, seed: int, *, teacher: tuple[int, int], steps: int, sizes: Sequence[int]
) -> Result:
    """Two teachers and their students.

    Args:
        teacher: hidden units and steps of both.
        steps, sizes: of the students.
    Returns: the judged teachers, by lesson and hidden units (as text) the judged students, and by
        scales, network and bits (as text) the bytes and errors of what was rounded.
    """
    hidden, teacher_steps = teacher
    taught = {
        name: train_teacher(data, hidden, seed, teacher_steps, most_shifted=most)
        for name, most in ((SHIFTED, 2), (STILL, 0))
    }
    teaching = {name: _teaching(model, data, seed) for name, model in taught.items()}
    lessons = {
        LABELS: LESSONS["labels"](teaching[SHIFTED]),
        SHIFTED_LABELS: LESSONS["labels, shifted images"](teaching[SHIFTED]),
        SHIFTED: teaching[SHIFTED].usual,
        SHUFFLED: LESSONS["wrong answers shuffled"](teaching[SHIFTED]),
        STILL: teaching[STILL].usual,
        STILL_SOFTER: replace(teaching[STILL].usual, temperature=2 * USUAL),
    }
    students = {
        name: {str(units): _student(lesson, units, seed, steps) for units in sizes}
        for name, lesson in lessons.items()
    }
    to_round = {"teacher": taught[SHIFTED], **students[SHIFTED]}
    return {
        "teachers": {
            name: judged(model, data) | {"doubt": doubt(teaching[name].usual.teacher_logits)}
            for name, model in taught.items()
        },
        "students": {
            name: {units: judged(model, data) for units, model in by_units.items()}
            for name, by_units in students.items()
        },
        "rounded": {
            scales: {
                name: {str(bits): rounded(model, bits, data, scales) for bits in BITS}
                for name, model in to_round.items()
            }
            for scales in SCALES
        },
    }


def _teaching(teacher: nn.Sequential, data: Digits, seed: int) -> Teaching:
    logits = outputs(teacher, data.train_images)
    return Teaching(teacher, Lesson(logits, data.train_images, data.train_labels), seed)


def _student(lesson: Lesson, hidden: int, seed: int, steps: int) -> nn.Sequential:
    state = distill(
        *(lesson.teacher_logits, lesson.images, lesson.labels, hidden),
        *(lesson.alpha, lesson.temperature, seed),
        steps=steps,
    )
    return network_of(state)


def doubt(logits: torch.Tensor) -> float:
    """The share of the probability that is not on the first class, in the mean over images."""
    return 1 - softmax(logits).amax(dim=1).mean().item()


def rounded(model: nn.Module, bits: int, data: Digits, scales: str = LEAST_ERROR) -> Result:
    """Weights to the nearest code, one scale a row: their bytes with scales, and what it reads."""
    codes = {name: SCALES[scales](w, bits) for name, w in weights_of(model).items()}
    coarse = with_weights(model, {name: q.dequantize() for name, q in codes.items()})
    return {"bytes": sum(q.nbytes for q in codes.values()), **judged(coarse.eval(), data)}


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
