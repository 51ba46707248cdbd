"""Mistakes in `cross_entropy`."""

from __future__ import annotations

import torch
from torch.nn import functional

from courseware.chapters.c05_knowledge_distillation.tasks.common import (
    ANOTHER_BASE,
    AXES_SWAPPED,
    ROWS_LEFT_OUT,
    cut_off,
    rounded,
    some_rows,
)
from courseware.chapters.c05_knowledge_distillation.tasks.cross_entropy_stability import (
    ONE_MAXIMUM,
    UNSTABLE_OR_DETACHED,
)
from courseware.chapters.c05_knowledge_distillation.tasks.cross_entropy_wrong_ways import (
    binary,
    from_p,
    in_the_first_row,
    log_p_of,
    of_base_with_one_maximum,
    over_everything,
    p_of,
)
from courseware.checks.misconceptions import both, several, ways

MISTAKES = several(
    UNSTABLE_OR_DETACHED,
    ways(
        "sum-not-mean",
        "The losses of the rows were added up. Their mean is asked for, so that a loss does "
        "not depend on the size of the batch.",
        lambda z, labels: -log_p_of(z, labels).sum(),
    ),
    ways(
        "mean-over-classes",
        "The mean runs over classes too. Each row has one loss, that of its right class: "
        "divide by the number of rows alone.",
        lambda z, labels: -log_p_of(z, labels).mean() / z.shape[1],
    ),
    ways(
        "rows-left",
        "There is one loss a row. Their mean is asked for, one number.",
        lambda z, labels: -log_p_of(z, labels),
    ),
    ways(
        "sign-missing",
        "The sign is missing: the logarithm of a probability is below 0, a loss is above.",
        lambda z, labels: log_p_of(z, labels).mean(),
    ),
    ways(
        "log-missing",
        "No logarithm was taken of the probability. It is what makes a confident mistake "
        "costly: at 1% it costs ten times as much as at 63%.",
        from_p(lambda p: 1 - p),
        from_p(lambda p: -p),
        from_p(lambda p: p),
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
        lambda z, labels: -log_p_of(z.softmax(dim=1), labels).mean(),
    ),
    *(both(ANOTHER_BASE, ONE_MAXIMUM, of_base_with_one_maximum(base)) for base in (2.0, 10.0)),
    ways(
        *ANOTHER_BASE,
        lambda z, labels: -log_p_of(z, labels).mean() / torch.tensor(2.0).log(),
        lambda z, labels: -log_p_of(z, labels).mean() / torch.tensor(10.0).log(),
    ),
    ways(
        "wrong-dimension",
        "Softmax ran down the columns, or over the whole tensor. A row of logits belongs to "
        "one image: its classes compete with one another, not with other images.",
        lambda z, labels: -z.log_softmax(dim=0).gather(1, labels[:, None]).mean(),
        lambda z, labels: -over_everything(z).gather(1, labels[:, None]).mean(),
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
        in_the_first_row,
    ),
    ways(
        "labels-from-one",
        "The class in front of the right one was picked. Labels count from 0, as the columns "
        "do: take them as they are.",
        lambda z, labels: -log_p_of(z, (labels - 1) % z.shape[1]).mean(),
    ),
    ways(
        *AXES_SWAPPED,
        lambda z, labels: -log_p_of(z, labels).sum() / z.shape[1],
    ),
    ways(*ROWS_LEFT_OUT, *some_rows(lambda z, labels: -log_p_of(z, labels).mean())),
    ways(
        "log-of-the-mean",
        "The probabilities were averaged, and then the logarithm was taken. Each row has a "
        "loss of its own: logarithms first, their mean afterwards.",
        lambda z, labels: -p_of(z, labels).mean().log(),
    ),
    ways(
        "log-of-the-mean-guarded",
        "Two mistakes: the probabilities were averaged before the logarithm was taken, where "
        "each row has a loss of its own; and a small number keeps the logarithm finite, so "
        "that a confident mistake counts too little.",
        *(
            lambda z, labels, small=small: -(p_of(z, labels).mean() + small).log()
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
        binary(torch.sum),
        binary(torch.mean),
    ),
    rounded(lambda z, labels: -log_p_of(z, labels).mean()),
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
    cut_off(lambda z, labels: -log_p_of(z, labels).mean()),
)
