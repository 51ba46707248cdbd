"""Mistakes in `cross_entropy` where exponentials overflow or vanish, and in its gradient."""

from __future__ import annotations

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.cross_entropy_wrong_ways import (
    against_the_others,
    below_the_top,
    class_by_class,
    guarded,
    infinite_for_nothing,
    infinite_left_out,
    largest_where_it_vanishes,
    log_p_of,
    maximum_half_detached,
    right_class_detached,
    sum_detached,
)
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Misconception

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

UNSTABLE_OR_DETACHED = several(
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
        *guarded(),
    ),
    ways(
        "maximum-not-added-again",
        "The largest logit of a row was taken off inside of the sum and not added again: "
        "log Σ exp(z) = m + log Σ exp(z − m). The loss is too small by m.",
        lambda z, labels: -(log_p_of(z, labels) + z.amax(dim=1)).mean(),
    ),
    ways(
        "right-class-left-out",
        "The right class is missing from the sum below the line: the loss becomes negative "
        "where the network is sure and right. The sum runs over all classes.",
        against_the_others,
    ),
    ways(*CLASS_BY_CLASS, lambda z, labels: class_by_class(-log_p_of(z, labels), labels)),
    ways(
        *INFINITE_LEFT_OUT,
        infinite_left_out(lambda losses, labels: losses.mean()),
        infinite_for_nothing,
    ),
    both(INFINITE_LEFT_OUT, CLASS_BY_CLASS, infinite_left_out(class_by_class)),
    ways(
        *LARGEST_FOR_THE_SUM,
        largest_where_it_vanishes,
        lambda z, labels: below_the_top(z, labels).mean(),
    ),
    both(
        LARGEST_FOR_THE_SUM,
        CLASS_BY_CLASS,
        lambda z, labels: class_by_class(below_the_top(z, labels), labels),
    ),
    ways(
        "log-cut-off",
        "The logarithm of a probability was cut off at some value, so that a confident mistake "
        "costs no more than that, and beyond it there is no gradient. Leave it as it is: in "
        "one step, softmax and logarithm stay finite.",
        *(
            lambda z, labels, low=low: -log_p_of(z, labels).clamp(min=low).mean()
            for low in (-10.0, -20.0, -30.0, -50.0, -100.0)
        ),
    ),
    ways(
        "sum-detached",
        "The loss is right, and its gradient lacks the probabilities: the logarithm of the sum "
        "was computed under `no_grad`, or detached. It depends on all logits. Of what makes it "
        "stable, the maximum alone may be a constant, and then wherever it stands.",
        sum_detached,
    ),
    ways(
        "right-class-detached",
        "The loss is right, and its gradient holds the probabilities alone: the logit of the "
        "right class was detached, or read as a number. It lowers the loss, and has to be "
        "learned from.",
        right_class_detached,
    ),
    ways(
        "maximum-half-detached",
        "The loss is right, and its gradient is 1 too large at the largest logit of each row "
        "(over the number of rows): the maximum was taken for a constant inside of the "
        "exponential, and not where it is added again. Detach both, or none.",
        maximum_half_detached,
    ),
    ways(
        "logits-cut-off",
        "Large logits were cut off at some value to avoid an overflow. A confident mistake "
        "costs too little then, and beyond that value there is no gradient. Take the largest "
        "logit of each row off instead.",
        *(
            lambda z, labels, low=low, top=top: -log_p_of(z.clamp(low, top), labels).mean()
            for top in (20.0, 30.0, 50.0, 80.0, 85.0, 88.0, 100.0)
            for low in (-top, -torch.inf)
        ),
    ),
)
