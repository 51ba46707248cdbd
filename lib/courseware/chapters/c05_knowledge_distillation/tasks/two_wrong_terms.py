"""Distillation losses with two mistakes, for `distillation_loss`: one in each of two places.

The places are the hard term, the divergence, the factor in front of it, and the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

import torch
from torch.nn import functional

from courseware.chapters.c05_knowledge_distillation.tasks.losses import (
    WRONG_LOSSES,
    Loss,
    at,
    divergence,
)
from courseware.chapters.c05_knowledge_distillation.tasks.wrong_values import (
    WRONG_VALUES,
    down_the_columns,
    over_everything,
    probabilities_for_logarithms,
)
from courseware.checks.misconceptions import both
from courseware.checks.task import Misconception

T = torch.Tensor
Term = Callable[[T, T, T, float], T]
"""A hard or a soft term, made of student, teacher, labels and temperature."""
Weights = Callable[[float], tuple[float, float]]


def _soft(kl: Callable[[T, T, float], T]) -> Term:
    return lambda s, t, y, tau: kl(s, t, tau)


HARD: tuple[tuple[str, Term], ...] = (
    ("labels-at-temperature", lambda s, t, y, tau: functional.cross_entropy(s / tau, y)),
    ("labels-of-the-teacher", lambda s, t, y, tau: functional.cross_entropy(s, t.argmax(dim=1))),
    ("softmax-twice", lambda s, t, y, tau: functional.cross_entropy(s.softmax(1), y)),
    ("labels-summed", lambda s, t, y, tau: len(s) * functional.cross_entropy(s, y)),
)
SOFT: tuple[tuple[str, Term], ...] = (
    ("temperature-one-sided", _soft(lambda s, t, tau: divergence(s, t, tau, 1.0))),
    ("temperature-one-sided", _soft(lambda s, t, tau: divergence(s, t, 1.0, tau))),
    ("temperature-multiplied", _soft(lambda s, t, tau: divergence(s, t, 1 / tau, 1 / tau))),
    ("temperature-twice", _soft(lambda s, t, tau: divergence(s, t, tau**2, tau**2))),
    ("arguments-swapped", _soft(lambda s, t, tau: at(t, s, tau))),
    ("mean-over-elements", _soft(lambda s, t, tau: at(s, t, tau) / s.shape[1])),
    ("sum-over-rows", _soft(lambda s, t, tau: at(s, t, tau) * len(s))),
    ("wrong-dimension", _soft(down_the_columns)),
    ("wrong-dimension", _soft(over_everything)),
    ("probabilities-for-logarithms", _soft(probabilities_for_logarithms)),
    ("teacher-softmax-twice", _soft(lambda s, t, tau: at(s, t.softmax(1), tau))),
    (
        "teacher-entropy-included",
        _soft(lambda s, t, tau: functional.cross_entropy(s / tau, (t / tau).softmax(dim=1))),
    ),
)
FACTOR: tuple[tuple[str, Callable[[float], float]], ...] = (
    ("t-squared-missing", lambda tau: 1.0),
    ("t-not-squared", lambda tau: tau),
)
WEIGHTS: tuple[tuple[str, Weights], ...] = (
    ("alpha-swapped", lambda a: (1 - a, a)),
    ("alpha-ignored", lambda a: (a, 1.0)),
    ("alpha-ignored", lambda a: (1.0, 1.0)),
    ("alpha-ignored", lambda a: (1.0, 1 - a)),
)
RIGHT = (
    lambda s, t, y, tau: functional.cross_entropy(s, y),
    _soft(at),
    lambda tau: tau**2,
    lambda a: (a, 1 - a),
)


def _loss(hard: Term, soft: Term, factor: Callable[[float], float], weights: Weights) -> Loss:
    def loss(s: T, t: T, y: T, a: float, tau: float) -> T:
        of_labels, of_teacher = weights(a)
        return of_labels * hard(s, t, y, tau) + of_teacher * factor(tau) * soft(s, t, y, tau)

    return loss


ALONG: tuple[tuple[str, Callable[[T, T, float], T]], ...] = (
    ("wrong-dimension", down_the_columns),
    ("wrong-dimension", over_everything),
    ("arguments-swapped", lambda s, t, tau: at(t, s, tau)),
    ("probabilities-for-logarithms", probabilities_for_logarithms),
    ("temperature-one-sided", lambda s, t, tau: divergence(s, t, tau, 1.0)),
    ("temperature-one-sided", lambda s, t, tau: divergence(s, t, 1.0, tau)),
)
REDUCED: tuple[tuple[str, Callable[[T], float]], ...] = (
    ("sum-over-rows", len),
    ("mean-over-elements", lambda s: 1 / s.shape[1]),
)
"""Two mistakes within the divergence: in what it compares, and in how it is added up."""


def _times(
    compared: Callable[[T, T, float], T], factor: Callable[[T], float], s: T, t: T, tau: float
) -> T:
    return factor(s) * compared(s, t, tau)


def _within_the_divergence() -> Iterator[tuple[str, str, Loss]]:
    for name, compared in ALONG:
        for other, factor in REDUCED:
            soft = _soft(partial(_times, compared, factor))
            yield name, other, _loss(RIGHT[0], soft, *RIGHT[2:])


def two_mistakes(behaving: Callable[[Loss], Loss]) -> Iterator[Misconception]:
    """A wrong loss for each two mistakes in different places, made to behave as others do."""
    messages = {wrong.name: wrong.message for wrong in (*WRONG_LOSSES, *WRONG_VALUES)}
    for name, other_name, loss in _within_the_divergence():
        yield from both((name, messages[name]), (other_name, messages[other_name]), behaving(loss))
    places = enumerate((HARD, SOFT, FACTOR, WEIGHTS))
    for (first, ones), (second, others) in combinations(tuple(places), 2):
        for name, one in ones:
            for other_name, other in others:
                parts: list[Any] = list(RIGHT)
                parts[first], parts[second] = one, other
                yield from both(
                    (name, messages[name]),
                    (other_name, messages[other_name]),
                    behaving(_loss(*parts)),
                )
