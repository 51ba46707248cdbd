"""Mistakes in `kl_divergence`."""

from __future__ import annotations

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import (
    ANOTHER_BASE,
    AXES_SWAPPED,
    ROWS_LEFT_OUT,
    cut_off,
    rounded,
    some_rows,
)
from courseware.chapters.c05_knowledge_distillation.tasks.kl_divergence_wrong_ways import (
    bare,
    js,
    kl_of_rows,
    kl_without_weights,
    log_of,
    normalised_over_the_seen,
    of_both,
    of_classes_that_all_rows_see,
    of_the_favourite,
    one_for_zero,
    with_small_numbers,
)
from courseware.checks.misconceptions import several, ways
from courseware.checks.task import Misconception

MISTAKES = several(
    ways(
        "arguments-swapped",
        "Teacher and student have changed places: the student's probabilities are the weights. "
        "The teacher's are, so that it counts most where the teacher sees something.",
        lambda p, q: (q * (q.log() - p.log())).sum(dim=1).mean(),
        lambda p, q: (q * (q / p).log()).sum(dim=1).mean(),
        lambda p, q: kl_of_rows(q, p).mean(),
    ),
    ways(
        "mean-over-elements",
        "The mean was taken over all elements. A divergence is a sum over the classes; only "
        "the rows are averaged. (The option 'mean' of torch's own loss does this too, and its "
        "'batchmean' does not.)",
        lambda p, q: kl_of_rows(p, q).mean() / p.shape[1],
        lambda p, q: bare(p, q) / p.shape[1],
        lambda p, q: kl_of_rows(p, q).sum() / (p > 0).sum(),
    ),
    ways(
        "ones-as-weights",
        "Where the teacher's probability is 0, a 1 was put in its place, and it stayed there "
        "in front of the logarithm. The 1 is for the logarithm alone: the factor in front of "
        "it is 0, so that the class adds nothing.",
        of_both(lambda p, q: (one_for_zero(p) * (log_of(p) - q.log())).sum(dim=1)),
    ),
    ways(
        "small-number-felt",
        "A number was added against the logarithm of 0, and it is large enough to change the "
        "result. Leave the zeros out: then nothing has to be added.",
        *with_small_numbers(),
    ),
    ways(
        "rows-with-zeros-left-out",
        "A row in which the teacher holds a zero was left out as a whole. It is only the class "
        "of the zero that adds nothing: the others still count.",
        lambda p, q: (kl_of_rows(p, q) * (p > 0).all(dim=1)).mean(),
        lambda p, q: kl_of_rows(p, q)[(p > 0).all(dim=1)].mean(),
    ),
    ways(
        "arguments-swapped-and-mean",
        "Two mistakes: teacher and student have changed places (the teacher's probabilities "
        "are the weights), and the mean runs over the classes, too: they are added up, and "
        "only the rows are averaged.",
        lambda p, q: (q * (q.log() - log_of(p))).mean(),
        lambda p, q: kl_of_rows(q, p).mean() / p.shape[1],
    ),
    ways(
        "weights-missing-and-another-base",
        "Two mistakes: the teacher's probability is missing as a factor in front of the "
        "logarithm, and the logarithm has base 2. Here it is the natural one.",
        lambda p, q: kl_without_weights(p, q).mean() / torch.tensor(2.0).log(),
    ),
    ways(*AXES_SWAPPED, lambda p, q: kl_of_rows(p, q).sum() / p.shape[1]),
    ways(*ROWS_LEFT_OUT, *some_rows(lambda p, q: kl_of_rows(p, q).mean())),
    rounded(lambda p, q: kl_of_rows(p, q).mean()),
    ways(
        "sum-over-rows",
        "The divergences of the rows were added up. Their mean is asked for, so that it does "
        "not depend on the size of the batch.",
        lambda p, q: kl_of_rows(p, q).sum(),
        lambda p, q: bare(p, q) * len(p),
    ),
    ways(
        "rows-left",
        "There is one divergence a row. Their mean is asked for, one number.",
        kl_of_rows,
        lambda p, q: (p * (p / q).log()).sum(dim=1),
    ),
    ways(
        "sign-turned",
        "The sign is turned round: a divergence is never below 0. The teacher is above the "
        "fraction line, the student below.",
        lambda p, q: -kl_of_rows(p, q).mean(),
        lambda p, q: -bare(p, q),
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
        lambda p, q: kl_of_rows(*of_the_favourite(p, q)).mean(),
        lambda p, q: kl_without_weights(*of_the_favourite(p, q)).mean(),
    ),
    ways(
        *ANOTHER_BASE,
        lambda p, q: kl_of_rows(p, q).mean() / torch.tensor(2.0).log(),
        lambda p, q: bare(p, q) / torch.tensor(2.0).log(),
    ),
    ways(
        "softmax-again",
        "Softmax was taken of what are probabilities already. It makes them nearly equal.",
        lambda p, q: kl_of_rows(p.softmax(dim=1), q.softmax(dim=1)).mean(),
        lambda p, q: kl_of_rows(p, q.softmax(dim=1)).mean(),
    ),
    ways(
        "log-missing",
        "A logarithm is missing: that of the student's probabilities, or both.",
        lambda p, q: (p * (log_of(p) - q)).sum(dim=1).mean(),
        lambda p, q: (p * (p.log() - q)).sum(dim=1).mean(),
        lambda p, q: (p * (p - q)).sum(dim=1).mean(),
        lambda p, q: (p * p / q).sum(dim=1).mean(),
    ),
    ways(
        "weights-missing",
        "The logarithms were added up as they are. Each is weighted by the teacher's "
        "probability: a class that the teacher rules out does not count.",
        lambda p, q: (p.log() - q.log()).sum(dim=1).mean(),
        lambda p, q: kl_without_weights(p, q).mean(),
        lambda p, q: (p.log() - q.log()).abs().sum(dim=1).mean(),
    ),
    ways(
        "absolute-values",
        "The terms were made positive one by one. Some are negative, and they belong there: "
        "only the sum is never below 0.",
        lambda p, q: (p * (log_of(p) - q.log())).abs().sum(dim=1).mean(),
        lambda p, q: (p * (p.log() - q.log())).abs().sum(dim=1).mean(),
    ),
    ways(
        "negative-terms-cut",
        "Terms below 0 were cut to 0, one by one. They belong there: only the sum is never "
        "below 0.",
        lambda p, q: (p * (log_of(p) - q.log())).clamp(min=0).sum(dim=1).mean(),
    ),
    ways(
        "made-symmetric",
        "Both directions were mixed. The divergence has one: from the teacher's point of view.",
        of_both(lambda p, q: (kl_of_rows(p, q) + kl_of_rows(q, p)) / 2),
        of_both(lambda p, q: kl_of_rows(p, q) + kl_of_rows(q, p)),
    ),
    ways(
        "compared-with-the-average",
        "Both were compared with their average (the Jensen–Shannon divergence). Here the "
        "teacher's probabilities are compared with the student's own, from the teacher's side.",
        of_both(js),
    ),
    ways(
        "rows-averaged-first",
        "The distributions were averaged over the rows, and the two averages compared. Each "
        "row has a divergence of its own; the mean is taken of these.",
        lambda p, q: kl_of_rows(p.mean(dim=0, keepdim=True), q.mean(dim=0, keepdim=True)).mean(),
    ),
    ways(
        "student-normalised-again",
        "The student's probabilities were normalised again over the classes that the teacher "
        "sees. What it gives to the others is what it has to pay for: leave them as they are.",
        of_both(normalised_over_the_seen),
    ),
    ways(
        "gradient-one-too-large",
        "The value is right, and each entry of the gradient is 1 too large (over the number of "
        "rows). Either there are two more terms, − p + q, as in `scipy.special.kl_div`: they "
        "cancel in the sum, and not in the gradient. Or the student's probabilities, whose sum "
        "is 1 already, were divided by it.",
        lambda p, q: (kl_of_rows(p, q) + (q - p).sum(dim=1)).mean(),
    ),
    ways(
        "class-dropped-for-all",
        "A class was left out in all rows because the teacher rules it out in one of them. "
        "Zeros are left out one by one.",
        of_both(of_classes_that_all_rows_see),
    ),
    ways(
        "logarithms-divided",
        "The logarithms were divided, log p / log q. The logarithm of a quotient is their "
        "difference.",
        lambda p, q: (p * (log_of(p) / q.log())).sum(dim=1).mean(),
    ),
    ways(
        "squared-error",
        "The squared distance of the probabilities was taken. A divergence compares their "
        "logarithms, so that 0.01 against 0.0001 counts too.",
        lambda p, q: (p - q).square().mean(),
        lambda p, q: (p - q).square().sum(dim=1).mean(),
    ),
    cut_off(lambda p, q: kl_of_rows(p, q).mean()),
)
