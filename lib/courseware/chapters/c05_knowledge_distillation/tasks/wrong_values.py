"""Losses that differ from the right one in their value or on a batch only, for `distillation_loss`.

Some have the minimum of the right one, or of one in `losses`.
"""

from __future__ import annotations

from collections.abc import Callable

from torch.nn import functional

from courseware.chapters.c05_knowledge_distillation.tasks.losses import (
    WRONG_LOSSES,
    Loss,
    T,
    WrongLoss,
    at,
    divergence,
    with_soft_term,
)


def down_the_columns(s: T, t: T, temperature: float) -> T:
    """The divergence of softmax taken over the images."""
    log_q = functional.log_softmax(s / temperature, dim=0)
    log_p = functional.log_softmax(t / temperature, dim=0)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1).mean()


def over_everything(s: T, t: T, temperature: float) -> T:
    """The divergence of one softmax of the whole tensor."""
    return at(s.reshape(1, -1), t.reshape(1, -1), temperature)


def _right(s: T, t: T, y: T, a: float, tau: float) -> T:
    return a * functional.cross_entropy(s, y) + (1 - a) * tau**2 * at(s, t, tau)


def _student_detached(s: T, t: T, y: T, a: float, tau: float) -> T:
    return a * functional.cross_entropy(s, y) + (1 - a) * tau**2 * at(s.detach(), t, tau)


def _shortcut_at_zero(s: T, t: T, y: T, a: float, tau: float) -> T:
    return _right(s, t, y, a, tau) if a else at(s, t, tau)


def _where_the_teacher_is_right(over_all: bool) -> Loss:
    """The soft term of the rows in which it is right, over all rows or over these."""

    def loss(s: T, t: T, y: T, a: float, tau: float) -> T:
        rows = t.argmax(dim=1) == y
        soft = tau**2 * at(s[rows], t[rows], tau) if rows.any() else 0.0 * s.sum()
        share = rows.double().mean() if over_all else 1.0
        return a * functional.cross_entropy(s, y) + (1 - a) * share * soft

    return loss


def probabilities_for_logarithms(s: T, t: T, tau: float) -> T:
    """The divergence, with the teacher's probabilities taken for their logarithms."""
    log_q, p = (s / tau).log_softmax(dim=1), (t / tau).softmax(dim=1)
    return (p.exp() * (p - log_q)).sum(dim=1).mean()


def _with_alpha_or(instead: float) -> Callable[[T, T, T, float, float], T]:
    def loss(s: T, t: T, y: T, alpha: float, tau: float) -> T:
        taken = alpha or instead
        return taken * functional.cross_entropy(s, y) + (1 - taken) * tau**2 * at(s, t, tau)

    return loss


def _scaled_distance(factor: Callable[[T, float], float]) -> Loss:
    """The squared distance of the logits, added up over the classes, times some factor."""
    return with_soft_term(lambda s, t, tau: factor(s, tau) * (s - t).square().sum(dim=1).mean())


DISTANCES = tuple(
    _scaled_distance(factor)
    for factor in (
        lambda s, tau: 1.0,
        lambda s, tau: 0.5,
        lambda s, tau: 0.5 / s.shape[1],
        lambda s, tau: tau**2,
        lambda s, tau: tau**2 / 2,
        lambda s, tau: 1 / tau**2,
        lambda s, tau: 0.5 / tau**2,
    )
)

WRONG_VALUES = (
    WrongLoss(
        "logits-compared",
        next(wrong.message for wrong in WRONG_LOSSES if wrong.name == "logits-compared"),
        DISTANCES,
    ),
    WrongLoss(
        "temperature-multiplied",
        "The logits were multiplied by the temperature. It is there to even the classes out: "
        "divide by it.",
        (
            with_soft_term(lambda s, t, tau: tau**2 * divergence(s, t, 1 / tau, 1 / tau)),
            with_soft_term(lambda s, t, tau: divergence(s, t, 1 / tau, 1 / tau)),
        ),
    ),
    WrongLoss(
        "t-squared-on-all",
        "T² multiplies both terms. Only the soft one shrinks with the temperature.",
        (
            lambda s, t, y, a, tau: (
                tau**2 * (a * functional.cross_entropy(s, y) + (1 - a) * at(s, t, tau))
            ),
        ),
    ),
    WrongLoss(
        "labels-of-the-teacher",
        "The labels have no effect: the hard term compares with the teacher's favourite class. "
        "α weighs the cross-entropy with the labels.",
        (
            lambda s, t, y, a, tau: (
                a * functional.cross_entropy(s, t.argmax(dim=1)) + (1 - a) * tau**2 * at(s, t, tau)
            ),
        ),
    ),
    WrongLoss(
        "zero-taken-for-missing",
        "An α of 0 was taken for one that is missing: `alpha or …` and `if alpha` ask whether it "
        "is 0. It is a weight like the others, and leaves the teacher alone.",
        tuple(_with_alpha_or(instead) for instead in (0.1, 0.3, 0.5, 0.7, 0.9, 1.0)),
    ),
    WrongLoss(
        "teacher-entropy-included",
        "The soft term is the cross-entropy with the teacher's probabilities. Its gradient is the "
        "right one, but it is not 0 when the two agree: take the teacher's own entropy off.",
        (
            with_soft_term(
                lambda s, t, tau: (
                    tau**2 * functional.cross_entropy(s / tau, functional.softmax(t / tau, dim=1))
                )
            ),
        ),
    ),
    WrongLoss(
        "sum-over-rows",
        "The divergences of the rows were added up, so the teacher counts more in a larger batch. "
        "Take their mean, as in the other term.",
        (
            with_soft_term(lambda s, t, tau: tau**2 * at(s, t, tau) * len(s)),
            lambda s, t, y, a, tau: (
                len(s) * (a * functional.cross_entropy(s, y) + (1 - a) * tau**2 * at(s, t, tau))
            ),
        ),
    ),
    WrongLoss(
        "labels-summed",
        "The cross-entropies of the rows were added up, so the labels count more in a larger "
        "batch. Take their mean, as in the other term.",
        (
            lambda s, t, y, a, tau: (
                len(s) * a * functional.cross_entropy(s, y) + (1 - a) * tau**2 * at(s, t, tau)
            ),
        ),
    ),
    WrongLoss(
        "wrong-dimension",
        "Softmax ran down the columns, over the images, or over the whole tensor. A row holds the "
        "classes of one image: they compete with one another.",
        (
            with_soft_term(lambda s, t, tau: tau**2 * down_the_columns(s, t, tau)),
            with_soft_term(lambda s, t, tau: tau**2 * over_everything(s, t, tau)),
            with_soft_term(lambda s, t, tau: tau**2 * over_everything(s, t, tau) / len(s)),
        ),
    ),
    WrongLoss(
        "student-detached",
        "The value is right, but its gradient comes from the labels alone: the student's logits "
        "were detached in the soft term. Only the teacher is a constant.",
        (_student_detached,),
    ),
    WrongLoss(
        "softmax-before-the-temperature",
        "Both went through softmax before they were divided by T and through softmax again. Start "
        "from the logits: softmax(logits / T), once.",
        (with_soft_term(lambda s, t, tau: tau**2 * at(s.softmax(1), t.softmax(1), tau)),),
    ),
    WrongLoss(
        "t-squared-missing-at-zero",
        "At α = 0 the factor T² is missing, everywhere else it is there. A shortcut for that case "
        "has to have it, too; none is needed.",
        (_shortcut_at_zero,),
    ),
    WrongLoss(
        "brackets-missing",
        "α · CE + 1 − α · T² · KL was computed: the weight of the soft term is (1 − α), in "
        "brackets.",
        (
            lambda s, t, y, a, tau: (
                a * functional.cross_entropy(s, y) + 1 - a * tau**2 * at(s, t, tau)
            ),
        ),
    ),
    WrongLoss(
        "only-where-the-teacher-is-right",
        "The soft term counts only rows in which the teacher's favourite is the label. It counts "
        "in every row: what the teacher confuses is what it has to tell.",
        tuple(map(_where_the_teacher_is_right, (True, False))),
    ),
    WrongLoss(
        "probabilities-for-logarithms",
        "`log_target=True` tells `F.kl_div` that the teacher's logarithms come, and these are its "
        "probabilities. Give it `log_softmax` of the teacher, or leave the option out.",
        (with_soft_term(lambda s, t, tau: tau**2 * probabilities_for_logarithms(s, t, tau)),),
    ),
    WrongLoss(
        "sign-turned",
        "The soft term has the wrong sign: the more the student differs from its teacher, the "
        "lower the loss.",
        (with_soft_term(lambda s, t, tau: -(tau**2) * at(s, t, tau)),),
    ),
)
