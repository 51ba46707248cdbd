"""Mistakes in `distill`."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.conflict import AT_ONE_CLASS
from courseware.chapters.c05_knowledge_distillation.tasks.losses import BOTH_WEIGHTS, WRONG_LOSSES
from courseware.chapters.c05_knowledge_distillation.tasks.mixed_rows import ROWS_MISMATCHED
from courseware.checks.task import Misconception

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


def _for_64_pixels(teacher_logits: torch.Tensor, images: torch.Tensor, *rest: Any) -> None:
    if images.shape[1] != 64:
        raise RuntimeError


def _classes_from_labels(
    error: type[Exception], teacher_logits: torch.Tensor, images: Any, labels: Any, *rest: Any
) -> None:
    """Where the last class has no label, a student with fewer outputs than the teacher fails."""
    if int(labels.max()) + 1 < teacher_logits.shape[1]:
        raise error


MISTAKES = (
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
)
