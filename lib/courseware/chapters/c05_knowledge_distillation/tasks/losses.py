"""Ways to get the distillation loss wrong, for `distillation_loss` and for `distill`.

Every loss takes (student_logits, teacher_logits, labels, alpha, temperature) and returns a 0-dim
tensor. A network that was trained with a wrong one ends at the minimum of that one, which is how
`distill` recognises it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional

T = torch.Tensor
Loss = Callable[[T, T, T, float, float], T]


@dataclass(frozen=True)
class WrongLoss:
    """A mistake, the idea that is missing, and the losses that it may lead to."""

    name: str
    message: str
    losses: tuple[Loss, ...]


def divergence(student: T, teacher: T, of_student: float, of_teacher: float) -> T:
    """KL(teacher || student), the mean over rows, each side at a temperature of its own."""
    log_q = functional.log_softmax(student / of_student, dim=1)
    log_p = functional.log_softmax(teacher / of_teacher, dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1).mean()


def with_soft_term(soft: Callable[[T, T, float], T]) -> Loss:
    """alpha * CE + (1 - alpha) * another soft term, made of student, teacher, temperature."""
    return lambda s, t, y, a, temperature: (
        a * functional.cross_entropy(s, y) + (1 - a) * soft(s, t, temperature)
    )


def at(s: T, t: T, temperature: float) -> T:
    return divergence(s, t, temperature, temperature)


def _hard_teacher(s: T, t: T, temperature: float) -> T:
    return functional.cross_entropy(s, t.argmax(dim=1))


def _standardised(logits: T) -> T:
    return (logits - logits.mean(dim=1, keepdim=True)) / (logits.std(dim=1, keepdim=True) + 1e-7)


def _without_log(s: T, t: T, temperature: float) -> T:
    log_p = functional.log_softmax(t / temperature, dim=1)
    return (log_p.exp() * (log_p - functional.softmax(s / temperature, dim=1))).sum(dim=1).mean()


WRONG_LOSSES = (
    WrongLoss(
        "t-squared-missing",
        "The factor T² is missing. At temperature T the gradient of the soft term shrinks by "
        "about 1/T², so without the factor the labels drown the teacher out.",
        (with_soft_term(at),),
    ),
    WrongLoss(
        "t-not-squared",
        "The soft term has a factor T, and not T². One 1/T comes from the student's logits being "
        "divided, the other from probabilities that are closer together.",
        (with_soft_term(lambda s, t, temperature: temperature * at(s, t, temperature)),),
    ),
    WrongLoss(
        "t-squared-divides",
        "The soft term counts far too little, as if it was divided by T². It has become smaller "
        "already, and the factor is to make up for that. (Or are the losses of the labels added up "
        "over the rows, where their mean is asked for?)",
        (with_soft_term(lambda s, t, temperature: at(s, t, temperature) / temperature**2),),
    ),
    WrongLoss(
        "temperature-one-sided",
        "The temperature was used on one side only. Student and teacher are compared at the same "
        "one, or a student that agrees with its teacher would still be told that it is wrong.",
        (
            with_soft_term(lambda s, t, tau: tau**2 * divergence(s, t, tau, 1.0)),
            with_soft_term(lambda s, t, tau: tau**2 * divergence(s, t, 1.0, tau)),
            with_soft_term(lambda s, t, tau: divergence(s, t, tau, 1.0)),
            with_soft_term(lambda s, t, tau: divergence(s, t, 1.0, tau)),
        ),
    ),
    WrongLoss(
        "temperature-ignored",
        "The soft term was taken at temperature 1. It is there to make what the teacher knows "
        "about the wrong classes visible: divide the logits of both by T.",
        (
            with_soft_term(lambda s, t, tau: divergence(s, t, 1.0, 1.0)),
            with_soft_term(lambda s, t, tau: tau**2 * divergence(s, t, 1.0, 1.0)),
        ),
    ),
    WrongLoss(
        "temperature-twice",
        "The logits were divided by the temperature twice: before they were handed to `softmax`, "
        "and in it. Do one of the two.",
        (
            with_soft_term(lambda s, t, tau: tau**2 * divergence(s, t, tau**2, tau**2)),
            with_soft_term(lambda s, t, tau: divergence(s, t, tau**2, tau**2)),
            with_soft_term(lambda s, t, tau: tau**2 * divergence(s, t, tau**2, tau)),
            with_soft_term(lambda s, t, tau: tau**2 * divergence(s, t, tau, tau**2)),
        ),
    ),
    WrongLoss(
        "teacher-softmax-twice",
        "The teacher's probabilities went through softmax again. It makes them nearly equal: take "
        "it once, of the logits.",
        (
            with_soft_term(lambda s, t, tau: tau**2 * at(s, t.softmax(1), tau)),
            with_soft_term(
                lambda s, t, tau: tau**2 * divergence(s, (t / tau).softmax(1), tau, 1.0)
            ),
        ),
    ),
    WrongLoss(
        "labels-at-temperature",
        "The temperature was used for the labels too. They are compared with the student's own "
        "probabilities, at temperature 1.",
        (
            lambda s, t, y, a, tau: (
                a * functional.cross_entropy(s / tau, y) + (1 - a) * tau**2 * at(s, t, tau)
            ),
            lambda s, t, y, a, tau: (
                a * tau**2 * functional.cross_entropy(s / tau, y) + (1 - a) * tau**2 * at(s, t, tau)
            ),
        ),
    ),
    WrongLoss(
        "labels-ignored",
        "The labels have hardly any influence. α is the weight of the cross-entropy with them. Or "
        "is the soft term far too large, the sum over the rows of a batch and not their mean? Or "
        "does the cross-entropy get probabilities? It takes logits.",
        (
            lambda s, t, y, a, tau: tau**2 * at(s, t, tau),
            lambda s, t, y, a, tau: (1 - a) * tau**2 * at(s, t, tau),
        ),
    ),
    WrongLoss(
        "teacher-ignored",
        "The labels alone count: the teacher has no influence, or next to none. 1 − α is the "
        "weight of the divergence from it. If that term is there, is it far too small beside the "
        "other one? Both are means over the rows, not sums; softmax runs over the classes of a row "
        "(`dim=1`), not over the batch; and the factor is T².",
        (
            lambda s, t, y, a, tau: functional.cross_entropy(s, y),
            lambda s, t, y, a, tau: a * functional.cross_entropy(s, y),
        ),
    ),
    WrongLoss(
        "alpha-swapped",
        "α weighs the wrong term. It belongs to the labels: α = 1 is training without a teacher.",
        (
            lambda s, t, y, a, tau: (
                (1 - a) * functional.cross_entropy(s, y) + a * tau**2 * at(s, t, tau)
            ),
        ),
    ),
    WrongLoss(
        "alpha-ignored",
        "Both terms count the same whatever α is, or only one of them is weighted, or both are by "
        "α. α and 1 − α share the weight out among them.",
        (
            lambda s, t, y, a, tau: functional.cross_entropy(s, y) + tau**2 * at(s, t, tau),
            lambda s, t, y, a, tau: (functional.cross_entropy(s, y) + tau**2 * at(s, t, tau)) / 2,
            lambda s, t, y, a, tau: a * functional.cross_entropy(s, y) + tau**2 * at(s, t, tau),
            lambda s, t, y, a, tau: a * (functional.cross_entropy(s, y) + tau**2 * at(s, t, tau)),
            lambda s, t, y, a, tau: (
                functional.cross_entropy(s, y) + (1 - a) * tau**2 * at(s, t, tau)
            ),
        ),
    ),
    WrongLoss(
        "arguments-swapped",
        "Teacher and student have changed places in the divergence. The teacher's probabilities "
        "are the weights: KL(teacher ‖ student).",
        (with_soft_term(lambda s, t, tau: tau**2 * at(t, s, tau)),),
    ),
    WrongLoss(
        "mean-over-elements",
        "The divergence was averaged over classes too, so with C classes the teacher counts C "
        "times too little. Sum over the classes, average over the rows ('batchmean', and not "
        "'mean', in torch's own).",
        (with_soft_term(lambda s, t, tau: tau**2 * at(s, t, tau) / s.shape[1]),),
    ),
    WrongLoss(
        "log-missing",
        "The student's probabilities stand where their logarithms belong (torch's own divergence "
        "expects them, and does not complain).",
        (with_soft_term(lambda s, t, tau: tau**2 * _without_log(s, t, tau)),),
    ),
    WrongLoss(
        "teacher-hardened",
        "Of the teacher only its first choice was used, as a second label. What it knows about "
        "the other classes is lost: compare all of its probabilities.",
        (
            with_soft_term(_hard_teacher),
            with_soft_term(lambda s, t, tau: tau**2 * _hard_teacher(s, t, tau)),
            with_soft_term(lambda s, t, tau: tau**2 * _hard_teacher(s / tau, t, tau)),
        ),
    ),
    WrongLoss(
        "teacher-standardised",
        "The teacher's logits were standardised, each image by its own spread. How sure it is of "
        "an image is lost by that: compare with its logits as they are.",
        (
            with_soft_term(lambda s, t, tau: tau**2 * at(s, _standardised(t), tau)),
            with_soft_term(lambda s, t, tau: tau**2 * at(_standardised(s), _standardised(t), tau)),
        ),
    ),
    WrongLoss(
        "logits-compared",
        "The squared distance of the logits was taken. That is another kind of distillation "
        "(close to this one at a very high temperature): compare probabilities.",
        (
            with_soft_term(lambda s, t, tau: functional.mse_loss(s, t)),
            with_soft_term(lambda s, t, tau: tau**2 * functional.mse_loss(s, t)),
            with_soft_term(lambda s, t, tau: functional.mse_loss(s / tau, t / tau)),
        ),
    ),
    WrongLoss(
        "probabilities-squared",
        "The squared distance of the probabilities was taken. The soft term is a divergence: it "
        "compares logarithms.",
        (
            with_soft_term(
                lambda s, t, tau: (
                    tau**2 * functional.mse_loss((s / tau).softmax(1), (t / tau).softmax(1))
                )
            ),
        ),
    ),
    WrongLoss(
        "softmax-twice",
        "The student's outputs had gone through softmax before the loss took it again. Both terms "
        "start from logits, the outputs of the last layer as they are.",
        (
            lambda s, t, y, a, tau: (
                a * functional.cross_entropy(s.softmax(1), y)
                + (1 - a) * tau**2 * at(s.softmax(1), t, tau)
            ),
            lambda s, t, y, a, tau: (
                a * functional.cross_entropy(s.softmax(1), y) + (1 - a) * tau**2 * at(s, t, tau)
            ),
            with_soft_term(lambda s, t, tau: tau**2 * at(s.softmax(1), t, tau)),
        ),
    ),
)
"""Losses with a minimum of their own; of two that a student minimises alike, the first is meant."""

_SHARES: tuple[Callable[[float], tuple[float, float]], ...] = (
    lambda a: (1 - a, a),
    lambda a: (1.0, 1.0),
    lambda a: (1.0, 1 - a),
    lambda a: (a, 1.0),
)
_FACTORS: tuple[Callable[[float], float], ...] = (lambda tau: 1.0, lambda tau: tau)


def _weighted(
    shares: Callable[[float], tuple[float, float]], factor: Callable[[float], float]
) -> Loss:
    def loss(s: T, t: T, y: T, a: float, tau: float) -> T:
        of_labels, of_teacher = shares(a)
        soft = at(s, t, tau)
        return of_labels * functional.cross_entropy(s, y) + of_teacher * factor(tau) * soft

    return loss


BOTH_WEIGHTS = WrongLoss(
    "weights-and-t-squared",
    "Two mistakes in what the two terms count: the factor T² is missing, or is only T; and α and "
    "1 − α have changed places, or one of them is missing. The loss is α · CE + (1 − α) · T² · KL.",
    tuple(_weighted(shares, factor) for shares in _SHARES for factor in _FACTORS),
)
"""For networks that were trained so: where the values themselves are seen, each has its name."""
