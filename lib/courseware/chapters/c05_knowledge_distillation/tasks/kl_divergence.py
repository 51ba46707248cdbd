"""The task `kl_divergence`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import (
    ANOTHER_BASE,
    AXES_SWAPPED,
    OFF_LIMITS,
    ROWS_LEFT_OUT,
    T,
    back_propagated,
    cut_off,
    in_float64,
    rounded,
    same_gradient,
    same_loss,
    some_rows,
    told_apart,
)
from courseware.checks import ready_made
from courseware.checks.gradients import GRADIENT_SECONDS
from courseware.checks.misconceptions import several, ways
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import distillation as reference

Arguments = tuple[T, T]


def _one_row(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.25, 0.75]]), torch.tensor([[0.5, 0.5]])
    yield torch.tensor([[0.500, 0.275, 0.225]]), torch.tensor([[0.225, 0.500, 0.275]])
    for n_classes in (3, 6):
        yield _pair(draw, 1, n_classes)
    yield torch.tensor([[0.5, 0.5]]), torch.tensor([[1.0, 1e-9]])


def _batches(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.25, 0.75], [0.5, 0.5]]), torch.tensor([[0.5, 0.5], [0.25, 0.75]])
    for n_rows, n_classes in ((3, 3), (2, 5), (5, 4)):
        yield _pair(draw, n_rows, n_classes)


def _teacher_with_zeros(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.5, 0.5], [1.0, 0.0]]), torch.tensor([[0.25, 0.75], [0.25, 0.75]])
    yield torch.tensor([[1.0, 0.0]]), torch.tensor([[0.25, 0.75]])
    for n_rows, n_classes in ((2, 3), (4, 5)):
        p, q = _pair(draw, n_rows, n_classes)
        yield torch.cat((p[:1], _without_smallest(p[1:]))), q


def _for_gradients(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.25, 0.75]]), torch.tensor([[0.5, 0.5]])
    yield _pair(draw, 3, 4)


def _cause_of_nan(arguments: tuple[Any, ...], got: Any) -> str:
    """0 · log 0 in the value, or only on the way back; infinity has other causes.

    Where every row holds a zero, nan is also the mean of the rows that hold none.
    """
    value, *gradients = got if isinstance(got, tuple) else (got,)
    if math.isnan(value):
        rows_left = bool((arguments[0] > 0).all(dim=1).any())
        return "zero-times-log-of-zero" if rows_left else ""
    lost = math.isfinite(value) and any(gradient.isnan().any() for gradient in gradients)
    return "gradient-of-zero-times-log" if lost else ""


def _pair(draw: Draw, n_rows: int, n_classes: int) -> Arguments:
    """Distributions of teacher and student that are not too much alike."""
    p = (1.5 * draw.normal(n_rows, n_classes)).double().softmax(dim=1)
    # Another order of the same probabilities, then a little apart from it.
    q = p.roll(1, dims=1) * (0.3 * draw.normal(n_rows, n_classes)).double().exp()
    return p.float(), (q / q.sum(dim=1, keepdim=True)).float()


def _without_smallest(p: T) -> T:
    kept = torch.where(p == p.amin(dim=1, keepdim=True), 0.0, p)
    return kept / kept.sum(dim=1, keepdim=True)


def _log(p: T) -> T:
    """The logarithm, with 0 in place of that of 0."""
    return _one_for_zero(p).log()


def _one_for_zero(p: T) -> T:
    return torch.where(p > 0, p, 1.0)


def _kl(p: T, q: T) -> T:
    """One divergence a row."""
    return (p * (_log(p) - torch.where(p > 0, q, 1.0).log())).sum(dim=1)


def _kl_without_weights(p: T, q: T) -> T:
    """The logarithms of one row, of the classes that the teacher sees."""
    return (_log(p) - torch.where(p > 0, q, 1.0).log()).sum(dim=1)


def _bare(p: T, q: T) -> T:
    """The formula as it stands, nan where p is 0."""
    return (p * (p / q).log()).sum(dim=1).mean()


def _of_both(rows: Callable[[T, T], T]) -> Callable[..., T]:
    return lambda p, q: rows(p, q).mean()


def _with_small_numbers() -> Iterator[Callable[..., T]]:
    """The formula with a number added to a probability, or put in its place."""
    for small in (1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2):
        for changed in (
            lambda p, small=small: p + small,
            lambda p, small=small: p.clamp(min=small),
        ):
            yield lambda p, q, to=changed: (p * (to(p) / q).log()).sum(dim=1).mean()
            yield lambda p, q, to=changed: (p * (to(p) / to(q)).log()).sum(dim=1).mean()
            yield lambda p, q, to=changed: (to(p) * (to(p) / to(q)).log()).sum(dim=1).mean()
            yield lambda p, q, to=changed: (to(p) * (to(p) / q).log()).sum(dim=1).mean()


def _normalised_over_the_seen(p: T, q: T) -> T:
    seen = torch.where(p > 0, q, 0.0)
    return _kl(p, seen / seen.sum(dim=1, keepdim=True))


def _of_classes_that_all_rows_see(p: T, q: T) -> T:
    seen = (p > 0).all(dim=0)
    return _kl(p[:, seen], q[:, seen])


def _js(p: T, q: T) -> T:
    middle = (p + q) / 2
    return (_kl(p, middle) + _kl(q, middle)) / 2


def _of_the_favourite(p: T, q: T) -> tuple[T, T]:
    best = p.argmax(dim=1, keepdim=True)
    return p.gather(1, best), q.gather(1, best)


KL_DIVERGENCE = Task(
    name="kl_divergence",
    points=14,
    reference=in_float64(reference.kl_divergence),
    lecture="lecture 05, “Two ways to be wrong”",
    off_limits=OFF_LIMITS + ready_made.KL_DIVERGENCE.names,
    seconds=GRADIENT_SECONDS,
    checks=(
        Check("one row", 4, _one_row, same_loss),
        Check("several rows: summed over classes, the mean over rows", 3, _batches, same_loss),
        Check(
            "a teacher that is sure: exact zeros",
            3,
            _teacher_with_zeros,
            told_apart(same_loss, _cause_of_nan),
        ),
        Check(
            "the gradient with respect to the student's probabilities",
            3,
            _for_gradients,
            same_gradient,
            back_propagated(1),
        ),
        Check(
            "the gradient where the teacher holds zeros",
            1,
            _teacher_with_zeros,
            told_apart(same_gradient, _cause_of_nan),
            back_propagated(1),
        ),
    ),
    misconceptions=several(
        ways(
            "arguments-swapped",
            "Teacher and student have changed places: the student's probabilities are the weights. "
            "The teacher's are, so that it counts most where the teacher sees something.",
            lambda p, q: (q * (q.log() - p.log())).sum(dim=1).mean(),
            lambda p, q: (q * (q / p).log()).sum(dim=1).mean(),
            lambda p, q: _kl(q, p).mean(),
        ),
        ways(
            "mean-over-elements",
            "The mean was taken over all elements. A divergence is a sum over the classes; only "
            "the rows are averaged. (The option 'mean' of torch's own loss does this too, and its "
            "'batchmean' does not.)",
            lambda p, q: _kl(p, q).mean() / p.shape[1],
            lambda p, q: _bare(p, q) / p.shape[1],
            lambda p, q: _kl(p, q).sum() / (p > 0).sum(),
        ),
        ways(
            "ones-as-weights",
            "Where the teacher's probability is 0, a 1 was put in its place, and it stayed there "
            "in front of the logarithm. The 1 is for the logarithm alone: the factor in front of "
            "it is 0, so that the class adds nothing.",
            _of_both(lambda p, q: (_one_for_zero(p) * (_log(p) - q.log())).sum(dim=1)),
        ),
        ways(
            "small-number-felt",
            "A number was added against the logarithm of 0, and it is large enough to change the "
            "result. Leave the zeros out: then nothing has to be added.",
            *_with_small_numbers(),
        ),
        ways(
            "rows-with-zeros-left-out",
            "A row in which the teacher holds a zero was left out as a whole. It is only the class "
            "of the zero that adds nothing: the others still count.",
            lambda p, q: (_kl(p, q) * (p > 0).all(dim=1)).mean(),
            lambda p, q: _kl(p, q)[(p > 0).all(dim=1)].mean(),
        ),
        ways(
            "arguments-swapped-and-mean",
            "Two mistakes: teacher and student have changed places (the teacher's probabilities "
            "are the weights), and the mean runs over the classes, too: they are added up, and "
            "only the rows are averaged.",
            lambda p, q: (q * (q.log() - _log(p))).mean(),
            lambda p, q: _kl(q, p).mean() / p.shape[1],
        ),
        ways(
            "weights-missing-and-another-base",
            "Two mistakes: the teacher's probability is missing as a factor in front of the "
            "logarithm, and the logarithm has base 2. Here it is the natural one.",
            lambda p, q: _kl_without_weights(p, q).mean() / torch.tensor(2.0).log(),
        ),
        ways(*AXES_SWAPPED, lambda p, q: _kl(p, q).sum() / p.shape[1]),
        ways(*ROWS_LEFT_OUT, *some_rows(lambda p, q: _kl(p, q).mean())),
        rounded(lambda p, q: _kl(p, q).mean()),
        ways(
            "sum-over-rows",
            "The divergences of the rows were added up. Their mean is asked for, so that it does "
            "not depend on the size of the batch.",
            lambda p, q: _kl(p, q).sum(),
            lambda p, q: _bare(p, q) * len(p),
        ),
        ways(
            "rows-left",
            "There is one divergence a row. Their mean is asked for, one number.",
            _kl,
            lambda p, q: (p * (p / q).log()).sum(dim=1),
        ),
        ways(
            "sign-turned",
            "The sign is turned round: a divergence is never below 0. The teacher is above the "
            "fraction line, the student below.",
            lambda p, q: -_kl(p, q).mean(),
            lambda p, q: -_bare(p, q),
        ),
        ways(
            "cross-entropy",
            "This is the cross-entropy of the two. The divergence is what is left of it without "
            "the teacher's own entropy: it is 0 when the two agree.",
            lambda p, q: -(p * q.log()).sum(dim=1).mean(),
        ),
        (
            Misconception(
                "zero-times-log-of-zero",
                "Where the teacher's probability is 0, the formula reads 0 · log 0, and a computer "
                "makes nan of it. Such a class adds nothing: the limit is 0.",
            ),
            Misconception(
                "gradient-of-zero-times-log",
                "The value is right, but the gradient is nan where the teacher holds zeros. A "
                "class that the teacher rules out adds nothing, so the gradient there is 0. Keep "
                "the zeros out before the logarithm: a value that is replaced behind it has left "
                "its gradient in.",
            ),
        ),
        ways(
            "one-class-only",
            "Only one class of each row counts, the teacher's favourite. The sum runs over all "
            "classes: what the teacher knows about the others is the point of it.",
            lambda p, q: _kl(*_of_the_favourite(p, q)).mean(),
            lambda p, q: _kl_without_weights(*_of_the_favourite(p, q)).mean(),
        ),
        ways(
            *ANOTHER_BASE,
            lambda p, q: _kl(p, q).mean() / torch.tensor(2.0).log(),
            lambda p, q: _bare(p, q) / torch.tensor(2.0).log(),
        ),
        ways(
            "softmax-again",
            "Softmax was taken of what are probabilities already. It makes them nearly equal.",
            lambda p, q: _kl(p.softmax(dim=1), q.softmax(dim=1)).mean(),
            lambda p, q: _kl(p, q.softmax(dim=1)).mean(),
        ),
        ways(
            "log-missing",
            "A logarithm is missing: that of the student's probabilities, or both.",
            lambda p, q: (p * (_log(p) - q)).sum(dim=1).mean(),
            lambda p, q: (p * (p.log() - q)).sum(dim=1).mean(),
            lambda p, q: (p * (p - q)).sum(dim=1).mean(),
            lambda p, q: (p * p / q).sum(dim=1).mean(),
        ),
        ways(
            "weights-missing",
            "The logarithms were added up as they are. Each is weighted by the teacher's "
            "probability: a class that the teacher rules out does not count.",
            lambda p, q: (p.log() - q.log()).sum(dim=1).mean(),
            lambda p, q: _kl_without_weights(p, q).mean(),
            lambda p, q: (p.log() - q.log()).abs().sum(dim=1).mean(),
        ),
        ways(
            "absolute-values",
            "The terms were made positive one by one. Some are negative, and they belong there: "
            "only the sum is never below 0.",
            lambda p, q: (p * (_log(p) - q.log())).abs().sum(dim=1).mean(),
            lambda p, q: (p * (p.log() - q.log())).abs().sum(dim=1).mean(),
        ),
        ways(
            "negative-terms-cut",
            "Terms below 0 were cut to 0, one by one. They belong there: only the sum is never "
            "below 0.",
            lambda p, q: (p * (_log(p) - q.log())).clamp(min=0).sum(dim=1).mean(),
        ),
        ways(
            "made-symmetric",
            "Both directions were mixed. The divergence has one: from the teacher's point of view.",
            _of_both(lambda p, q: (_kl(p, q) + _kl(q, p)) / 2),
            _of_both(lambda p, q: _kl(p, q) + _kl(q, p)),
        ),
        ways(
            "compared-with-the-average",
            "Both were compared with their average (the Jensen–Shannon divergence). Here the "
            "teacher's probabilities are compared with the student's own, from the teacher's side.",
            _of_both(_js),
        ),
        ways(
            "rows-averaged-first",
            "The distributions were averaged over the rows, and the two averages compared. Each "
            "row has a divergence of its own; the mean is taken of these.",
            lambda p, q: _kl(p.mean(dim=0, keepdim=True), q.mean(dim=0, keepdim=True)).mean(),
        ),
        ways(
            "student-normalised-again",
            "The student's probabilities were normalised again over the classes that the teacher "
            "sees. What it gives to the others is what it has to pay for: leave them as they are.",
            _of_both(_normalised_over_the_seen),
        ),
        ways(
            "gradient-one-too-large",
            "The value is right, and each entry of the gradient is 1 too large (over the number of "
            "rows). Either there are two more terms, − p + q, as in `scipy.special.kl_div`: they "
            "cancel in the sum, and not in the gradient. Or the student's probabilities, whose sum "
            "is 1 already, were divided by it.",
            lambda p, q: (_kl(p, q) + (q - p).sum(dim=1)).mean(),
        ),
        ways(
            "class-dropped-for-all",
            "A class was left out in all rows because the teacher rules it out in one of them. "
            "Zeros are left out one by one.",
            _of_both(_of_classes_that_all_rows_see),
        ),
        ways(
            "logarithms-divided",
            "The logarithms were divided, log p / log q. The logarithm of a quotient is their "
            "difference.",
            lambda p, q: (p * (_log(p) / q.log())).sum(dim=1).mean(),
        ),
        ways(
            "squared-error",
            "The squared distance of the probabilities was taken. A divergence compares their "
            "logarithms, so that 0.01 against 0.0001 counts too.",
            lambda p, q: (p - q).square().mean(),
            lambda p, q: (p - q).square().sum(dim=1).mean(),
        ),
        cut_off(lambda p, q: _kl(p, q).mean()),
    ),
)
