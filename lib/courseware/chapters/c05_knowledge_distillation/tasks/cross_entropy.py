"""The task `cross_entropy`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.nn import functional

from courseware.chapters.c05_knowledge_distillation.tasks.common import (
    ANOTHER_BASE,
    AXES_SWAPPED,
    OFF_LIMITS,
    ROWS_LEFT_OUT,
    T,
    back_propagated,
    cut_off,
    in_float64,
    labelled,
    rounded,
    same_gradient,
    same_loss,
    some_rows,
    told_apart,
)
from courseware.checks import ready_made
from courseware.checks.gradients import GRADIENT_SECONDS
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import as_number
from model_compression import distillation as reference

Arguments = tuple[T, T]

FLOAT_ENDS = 88.0
"""exp of more is infinite in float32."""


def _one_row(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.5, 0.7, 1.3]]), torch.tensor([0])
    for n_classes in (2, 4, 10):
        yield _batch(draw, 1, n_classes)


def _batches(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[2.0, 0.0], [0.0, 0.5]]), torch.tensor([0, 0])
    for n_rows, n_classes in ((3, 3), (4, 3), (5, 10)):
        yield _batch(draw, n_rows, n_classes)


def _confident_mistakes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[-40.0, 80.0]]), torch.tensor([0])
    yield torch.tensor([[-200.0, -320.0]]), torch.tensor([1])
    yield torch.tensor([[0.0, 200.0]]), torch.tensor([0])
    yield torch.tensor([[0.0, 200.0, 200.0]]), torch.tensor([0])
    yield torch.tensor([[30.0, -30.0, 0.0]]), torch.tensor([1])
    yield torch.tensor([[-200.0, -320.0], [300.0, 100.0]]), torch.tensor([1, 1])
    # The margin is at least 150 and no logit beyond 300: a float64 has room for all of it.
    logits = 150 * (2 * torch.rand(3, 5, generator=draw.generator) - 1)
    logits[:, 2] = 300.0
    yield logits, logits.argmin(dim=1)


def _for_gradients(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[0.0, 1.0]]), torch.tensor([0])
    yield _batch(draw, 3, 4)
    yield torch.tensor([[-50.0, 70.0, 10.0]]), torch.tensor([0])


def _cause_of_infinity(arguments: tuple[Any, ...], got: Any) -> str:
    """Within 88 no exponential overflows a float32: there it is a probability that vanished.

    Far below 0 that still gives inf; where all exponentials are 0 it is nan or −inf. Far above it
    is inf in both. Rows that lie far apart come last: what is right up to there has one maximum
    for all of them.
    """
    logits = arguments[0]
    tops = logits.amax(dim=1)
    if float(tops.max() - tops.min()) > FLOAT_ENDS:
        return "one-maximum-for-all-rows"
    if float(logits.abs().max()) <= FLOAT_ENDS:
        return "log-of-a-vanished-probability"
    if as_number(got) != math.inf:
        return "overflow"
    return "log-of-a-vanished-probability" if float(tops.max()) < -FLOAT_ENDS else ""


def _batch(draw: Draw, n_rows: int, n_classes: int) -> Arguments:
    return labelled(2 * draw.normal(n_rows, n_classes), draw)


def _log_p(z: T, labels: T) -> T:
    return z.log_softmax(dim=1).gather(1, labels[:, None])[:, 0]


def _over_everything(z: T) -> T:
    return z.flatten().log_softmax(dim=0).reshape(z.shape)


def _binary(over_classes: Callable[..., T]) -> Callable[..., T]:
    """Each class as a question of its own, answered by yes or no."""

    def behaves(z: T, labels: T) -> T:
        p, right = z.softmax(dim=1), functional.one_hot(labels, z.shape[1]).bool()
        return -over_classes(torch.where(right, p, 1 - p).log(), dim=1).mean()

    return behaves


def _p(z: T, labels: T) -> T:
    return z.softmax(dim=1).gather(1, labels[:, None])[:, 0]


def _from_p(loss: Callable[[T], T]) -> Callable[..., T]:
    """A mean over rows of something made of the probability of the right class."""
    return lambda z, labels: loss(_p(z, labels)).mean()


def _against_the_others(z: T, labels: T) -> T:
    right = functional.one_hot(labels, z.shape[1]).bool()
    return (z.masked_fill(right, -torch.inf).logsumexp(dim=1) - z[right]).mean()


def _class_by_class(losses: T, labels: T) -> T:
    return torch.stack([losses[labels == label].mean() for label in labels.unique()]).mean()


def _below_the_top(z: T, labels: T) -> T:
    """How far each row's right class lies below its largest logit."""
    return z.amax(dim=1) - z.gather(1, labels[:, None])[:, 0]


def _largest_where_it_vanishes(z: T, labels: T) -> T:
    p, far = _p(z, labels), _below_the_top(z, labels)
    return torch.where(p == 0, far, -torch.where(p == 0, 1.0, p).log()).mean()


def _infinite_left_out(mean: Callable[[T, T], T]) -> Callable[..., T]:
    """Some mean over the rows whose loss is finite in float32; 0 where there are none."""

    def behaves(z: T, labels: T) -> T:
        losses = -_p(z.float(), labels).log()
        finite = losses.isfinite()
        return mean(losses[finite], labels[finite]) if finite.any() else 0.0 * z.sum()

    return behaves


def _infinite_for_nothing(z: T, labels: T) -> T:
    """The mean over all rows, of which those with an infinite loss count 0."""
    p = _p(z.float(), labels)
    return -torch.where(p == 0, 1.0, p).log().mean()


def _in_the_first_row(z: T, labels: T) -> T:
    return -z.log_softmax(dim=1)[0, labels].mean()


def _sum_detached(z: T, labels: T) -> T:
    return (z.logsumexp(dim=1).detach() - z.gather(1, labels[:, None])[:, 0]).mean()


def _right_class_detached(z: T, labels: T) -> T:
    return (z.logsumexp(dim=1) - z.gather(1, labels[:, None])[:, 0].detach()).mean()


def _maximum_half_detached(z: T, labels: T) -> T:
    top = z.amax(dim=1, keepdim=True)
    total = (z - top.detach()).exp().sum(dim=1).log() + top[:, 0]
    return (total - z.gather(1, labels[:, None])[:, 0]).mean()


def _guarded() -> Iterator[Callable[..., T]]:
    """Logarithms of a probability that were kept from being infinite."""
    for small in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6):
        yield _from_p(lambda p, small=small: -(p + small).log())  # type: ignore[misc]
        yield _from_p(lambda p, small=small: -p.clamp(min=small).log())  # type: ignore[misc]


CLASS_BY_CLASS = (
    "mean-class-by-class",
    "The mean was taken class by class, and then over the classes, so that rows of a frequent "
    "class count less. It runs over the rows.",
)
INFINITE_LEFT_OUT = (
    "infinite-losses-left-out",
    "Rows whose loss had become infinite were left out, or count 0. These are the confident "
    "mistakes, which cost most: 120 where the right class lies 120 below. Take softmax and "
    "logarithm in one step, then no loss is infinite.",
)
LARGEST_FOR_THE_SUM = (
    "largest-for-the-sum",
    "The largest logit stands for the logarithm of the whole sum, everywhere or where the "
    "probability vanishes. Others near it count, too: log Σ exp(z) = m + log Σ exp(z − m) has them "
    "all.",
)

ONE_MAXIMUM = (
    "one-maximum-for-all-rows",
    "One maximum was taken off all rows. In a row that lies far below it every exponential becomes "
    "0, and the logarithm of 0 is −inf. Each row needs its own.",
)


def _of_base_with_one_maximum(base: float) -> Callable[[T, T], T]:
    def behaves(z: T, labels: T) -> T:
        z = z - z.max()
        log_p = z - z.exp().sum(dim=1, keepdim=True).log()
        return -log_p.gather(1, labels[:, None]).mean() / math.log(base)

    return behaves


CROSS_ENTROPY = Task(
    name="cross_entropy",
    points=14,
    reference=in_float64(reference.cross_entropy),
    lecture="lecture 05, “Two ways to be wrong”",
    off_limits=OFF_LIMITS + ready_made.CROSS_ENTROPY.names,
    seconds=GRADIENT_SECONDS,
    calls=("softmax",),
    checks=(
        Check("one row", 4, _one_row, same_loss),
        Check("several rows: the mean", 3, _batches, same_loss),
        Check(
            "confident mistakes",
            4,
            _confident_mistakes,
            told_apart(same_loss, _cause_of_infinity),
        ),
        Check(
            "the gradient with respect to the logits",
            3,
            _for_gradients,
            told_apart(same_gradient, _cause_of_infinity),
            back_propagated(0),
        ),
    ),
    misconceptions=several(
        (
            Misconception(
                "log-of-a-vanished-probability",
                "Where a network is sure and wrong, the probability of the right class is too "
                "small for a float: it becomes 0, and its logarithm is infinite. Take softmax and "
                "logarithm in one step: the logarithm of a fraction is a difference, and exp and "
                "log cancel above the line.",
            ),
            Misconception(
                "overflow",
                "exp of a large logit is inf, and of a very negative one 0, whose logarithm is "
                "−inf. Take the largest logit of each row off first, as in softmax.",
            ),
        ),
        (Misconception(*ONE_MAXIMUM),),
        ways(
            "probability-kept-from-zero",
            "A small number keeps the logarithm finite, and with it the loss of a confident "
            "mistake: one that is 120 off costs 120, not 18. Take softmax and logarithm in one "
            "step, then nothing needs guarding.",
            *_guarded(),
        ),
        ways(
            "maximum-not-added-again",
            "The largest logit of a row was taken off inside of the sum and not added again: "
            "log Σ exp(z) = m + log Σ exp(z − m). The loss is too small by m.",
            lambda z, labels: -(_log_p(z, labels) + z.amax(dim=1)).mean(),
        ),
        ways(
            "right-class-left-out",
            "The right class is missing from the sum below the line: the loss becomes negative "
            "where the network is sure and right. The sum runs over all classes.",
            _against_the_others,
        ),
        ways(*CLASS_BY_CLASS, lambda z, labels: _class_by_class(-_log_p(z, labels), labels)),
        ways(
            *INFINITE_LEFT_OUT,
            _infinite_left_out(lambda losses, labels: losses.mean()),
            _infinite_for_nothing,
        ),
        both(INFINITE_LEFT_OUT, CLASS_BY_CLASS, _infinite_left_out(_class_by_class)),
        ways(
            *LARGEST_FOR_THE_SUM,
            _largest_where_it_vanishes,
            lambda z, labels: _below_the_top(z, labels).mean(),
        ),
        both(
            LARGEST_FOR_THE_SUM,
            CLASS_BY_CLASS,
            lambda z, labels: _class_by_class(_below_the_top(z, labels), labels),
        ),
        ways(
            "log-cut-off",
            "The logarithm of a probability was cut off at some value, so that a confident mistake "
            "costs no more than that, and beyond it there is no gradient. Leave it as it is: in "
            "one step, softmax and logarithm stay finite.",
            *(
                lambda z, labels, low=low: -_log_p(z, labels).clamp(min=low).mean()
                for low in (-10.0, -20.0, -30.0, -50.0, -100.0)
            ),
        ),
        ways(
            "sum-detached",
            "The loss is right, and its gradient lacks the probabilities: the logarithm of the sum "
            "was computed under `no_grad`, or detached. It depends on all logits. Of what makes it "
            "stable, the maximum alone may be a constant, and then wherever it stands.",
            _sum_detached,
        ),
        ways(
            "right-class-detached",
            "The loss is right, and its gradient holds the probabilities alone: the logit of the "
            "right class was detached, or read as a number. It lowers the loss, and has to be "
            "learned from.",
            _right_class_detached,
        ),
        ways(
            "maximum-half-detached",
            "The loss is right, and its gradient is 1 too large at the largest logit of each row "
            "(over the number of rows): the maximum was taken for a constant inside of the "
            "exponential, and not where it is added again. Detach both, or none.",
            _maximum_half_detached,
        ),
        ways(
            "logits-cut-off",
            "Large logits were cut off at some value to avoid an overflow. A confident mistake "
            "costs too little then, and beyond that value there is no gradient. Take the largest "
            "logit of each row off instead.",
            *(
                lambda z, labels, low=low, top=top: -_log_p(z.clamp(low, top), labels).mean()
                for top in (20.0, 30.0, 50.0, 80.0, 85.0, 88.0, 100.0)
                for low in (-top, -torch.inf)
            ),
        ),
        ways(
            "sum-not-mean",
            "The losses of the rows were added up. Their mean is asked for, so that a loss does "
            "not depend on the size of the batch.",
            lambda z, labels: -_log_p(z, labels).sum(),
        ),
        ways(
            "mean-over-classes",
            "The mean runs over classes too. Each row has one loss, that of its right class: "
            "divide by the number of rows alone.",
            lambda z, labels: -_log_p(z, labels).mean() / z.shape[1],
        ),
        ways(
            "rows-left",
            "There is one loss a row. Their mean is asked for, one number.",
            lambda z, labels: -_log_p(z, labels),
        ),
        ways(
            "sign-missing",
            "The sign is missing: the logarithm of a probability is below 0, a loss is above.",
            lambda z, labels: _log_p(z, labels).mean(),
        ),
        ways(
            "log-missing",
            "No logarithm was taken of the probability. It is what makes a confident mistake "
            "costly: at 1% it costs ten times as much as at 63%.",
            _from_p(lambda p: 1 - p),
            _from_p(lambda p: -p),
            _from_p(lambda p: p),
        ),
        ways(
            "softmax-missing",
            "The logits were taken for probabilities, or for their logarithms. They become "
            "probabilities by softmax first.",
            lambda z, labels: -z.gather(1, labels[:, None]).mean(),
            lambda z, labels: -z.gather(1, labels[:, None]).log().mean(),
        ),
        ways(
            "softmax-twice",
            "Softmax was taken of probabilities: it came in twice. Logits go through it once.",
            lambda z, labels: -_log_p(z.softmax(dim=1), labels).mean(),
        ),
        *(both(ANOTHER_BASE, ONE_MAXIMUM, _of_base_with_one_maximum(base)) for base in (2.0, 10.0)),
        ways(
            *ANOTHER_BASE,
            lambda z, labels: -_log_p(z, labels).mean() / torch.tensor(2.0).log(),
            lambda z, labels: -_log_p(z, labels).mean() / torch.tensor(10.0).log(),
        ),
        ways(
            "wrong-dimension",
            "Softmax ran down the columns, or over the whole tensor. A row of logits belongs to "
            "one image: its classes compete with one another, not with other images.",
            lambda z, labels: -z.log_softmax(dim=0).gather(1, labels[:, None]).mean(),
            lambda z, labels: -_over_everything(z).gather(1, labels[:, None]).mean(),
        ),
        ways(
            "labels-of-other-rows",
            "Each row was compared with the labels of all rows, or labels were taken for numbers "
            "of rows. Row i has the label number i: pick one class in each row.",
            lambda z, labels: -z.log_softmax(dim=1)[:, labels].mean(),
            lambda z, labels: -z.log_softmax(dim=1)[labels].mean(),
            lambda z, labels: -z.log_softmax(dim=1)[:, labels].sum(dim=1).mean(),
        ),
        ways(
            "looked-up-in-the-first-row",
            "All labels were looked up in the first row. `torch.take` and an index into a "
            "flattened tensor count through all rows: row i has its own classes. `gather` along "
            "the classes, or an index for the row beside that of the class, picks one of each.",
            _in_the_first_row,
        ),
        ways(
            "labels-from-one",
            "The class in front of the right one was picked. Labels count from 0, as the columns "
            "do: take them as they are.",
            lambda z, labels: -_log_p(z, (labels - 1) % z.shape[1]).mean(),
        ),
        ways(
            *AXES_SWAPPED,
            lambda z, labels: -_log_p(z, labels).sum() / z.shape[1],
        ),
        ways(*ROWS_LEFT_OUT, *some_rows(lambda z, labels: -_log_p(z, labels).mean())),
        ways(
            "log-of-the-mean",
            "The probabilities were averaged, and then the logarithm was taken. Each row has a "
            "loss of its own: logarithms first, their mean afterwards.",
            lambda z, labels: -_p(z, labels).mean().log(),
        ),
        ways(
            "log-of-the-mean-guarded",
            "Two mistakes: the probabilities were averaged before the logarithm was taken, where "
            "each row has a loss of its own; and a small number keeps the logarithm finite, so "
            "that a confident mistake counts too little.",
            *(
                lambda z, labels, small=small: -(_p(z, labels).mean() + small).log()
                for small in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)
            ),
        ),
        ways(
            "one-hot-too-narrow",
            "`one_hot` does not know how many classes there are: it has as many columns as the "
            "largest label asks for. Tell it, `num_classes=logits.shape[1]`.",
            lambda z, labels: -(functional.one_hot(labels) * z.log_softmax(1)).sum(1).mean(),
        ),
        ways(
            "wrong-classes-counted",
            "The wrong classes have a term of their own, log(1 − p). Here the loss looks at the "
            "right class alone: the others come in through softmax.",
            _binary(torch.sum),
            _binary(torch.mean),
        ),
        rounded(lambda z, labels: -_log_p(z, labels).mean()),
        ways(
            "label-ignored",
            "The label has no effect: the loss is that of the class the network likes best, or of "
            "all classes.",
            lambda z, labels: -z.log_softmax(dim=1).amax(dim=1).mean(),
            lambda z, labels: -z.log_softmax(dim=1).sum(dim=1).mean(),
            lambda z, labels: -z.log_softmax(dim=1).mean(),
        ),
        ways(
            "squared-error",
            "The squared distance between probabilities and label was taken. Cross-entropy looks "
            "at the logarithm of one probability only.",
            lambda z, labels: (
                (z.softmax(dim=1) - functional.one_hot(labels, z.shape[1])).square().mean()
            ),
            lambda z, labels: (
                (z.softmax(dim=1) - functional.one_hot(labels, z.shape[1])).square().sum(1).mean()
            ),
        ),
        cut_off(lambda z, labels: -_log_p(z, labels).mean()),
    ),
)
