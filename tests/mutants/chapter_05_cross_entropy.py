"""Solutions of exercise 05 as students could write them: cross_entropy."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from tests.mutants.table import right, wrong


def _log_p(logits, labels):
    """The logarithm of the right class's probability in each row."""
    return (logits - torch.logsumexp(logits, dim=1, keepdim=True))[
        torch.arange(len(labels)), labels
    ]


@wrong("cross_entropy", says="log-of-a-vanished-probability")
def takes_the_log_of_the_softmax(logits, labels):
    p = torch.softmax(logits, dim=1)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


@wrong("cross_entropy", says="log-of-a-vanished-probability")
def takes_the_log_of_a_plain_softmax(logits, labels):
    powers = torch.exp(logits)
    p = powers / powers.sum(dim=1, keepdim=True)
    return -torch.log(p[torch.arange(len(labels)), labels]).mean()


@wrong("cross_entropy", says="probability-kept-from-zero")
def adds_an_epsilon(logits, labels):
    p = torch.softmax(logits, dim=1)[torch.arange(len(labels)), labels]
    return -torch.log(p + 1e-9).mean()


@wrong("cross_entropy", says="probability-kept-from-zero")
def clamps_the_probability(logits, labels):
    p = torch.softmax(logits, dim=1)[torch.arange(len(labels)), labels]
    return -torch.log(p.clamp(min=1e-12)).mean()


@wrong("cross_entropy", says="overflow")
def sums_plain_exponentials(logits, labels):
    chosen = logits[torch.arange(len(labels)), labels]
    return (torch.log(torch.exp(logits).sum(dim=1)) - chosen).mean()


@wrong("cross_entropy", says="sum-not-mean")
def adds_up_the_rows(logits, labels):
    return -torch.log_softmax(logits, dim=1)[torch.arange(len(labels)), labels].sum()


@wrong("cross_entropy", says="mean-over-classes")
def averages_a_one_hot_product(logits, labels):
    targets = F.one_hot(labels, logits.shape[1])
    return -(targets * torch.log_softmax(logits, dim=1)).mean()


@wrong("cross_entropy", says="rows-left")
def returns_one_loss_a_row(logits, labels):
    return -torch.log_softmax(logits, dim=1)[torch.arange(len(labels)), labels]


@wrong("cross_entropy", says="sign-missing")
def forgets_the_sign(logits, labels):
    return torch.log_softmax(logits, dim=1)[torch.arange(len(labels)), labels].mean()


@wrong("cross_entropy", says="log-missing")
def counts_the_missing_probability(logits, labels):
    return (1 - torch.softmax(logits, dim=1)[torch.arange(len(labels)), labels]).mean()


@wrong("cross_entropy", says="softmax-missing")
def takes_the_logits_themselves(logits, labels):
    return -logits[torch.arange(len(labels)), labels].mean()


@wrong("cross_entropy", says="softmax-twice")
def takes_softmax_twice(logits, labels):
    p = torch.softmax(logits, dim=1)
    return -torch.log_softmax(p, dim=1)[torch.arange(len(labels)), labels].mean()


@wrong("cross_entropy", says="another-base")
def counts_in_bits(logits, labels):
    log_p = torch.log_softmax(logits, dim=1) / math.log(2)
    return -log_p[torch.arange(len(labels)), labels].mean()


@wrong("cross_entropy", says="wrong-dimension")
def lets_images_compete(logits, labels):
    return -torch.log_softmax(logits, dim=0)[torch.arange(len(labels)), labels].mean()


@wrong("cross_entropy", says="labels-of-other-rows")
def picks_all_labels_in_every_row(logits, labels):
    return -torch.log_softmax(logits, dim=1)[:, labels].mean()


@wrong("cross_entropy", says="label-ignored")
def asks_for_the_largest(logits, labels):
    return -torch.log_softmax(logits, dim=1).max(dim=1).values.mean()


@wrong("cross_entropy", says="squared-error")
def squares_the_distance(logits, labels):
    targets = F.one_hot(labels, logits.shape[1])
    return ((torch.softmax(logits, dim=1) - targets) ** 2).mean()


@wrong("cross_entropy", says="gradient-cut")
def turns_it_into_a_number(logits, labels):
    losses = [
        torch.logsumexp(row, dim=0).item() - row[y].item()
        for row, y in zip(logits, labels, strict=True)
    ]
    return torch.tensor(sum(losses) / len(losses))


@wrong("cross_entropy", says="gradient-cut")
def returns_a_python_number(logits, labels):
    log_p = torch.log_softmax(logits, dim=1)
    return -float(log_p[torch.arange(len(labels)), labels].mean())


@wrong("cross_entropy", says="axis-left")
def keeps_an_axis(logits, labels):
    log_p = torch.log_softmax(logits, dim=1)
    return -log_p.gather(1, labels[:, None]).mean(dim=0)


@wrong("cross_entropy", says="off-limits")
def asks_the_ready_made_loss(logits, labels):
    return F.cross_entropy(logits, labels)


@wrong("cross_entropy", says="off-limits")
def asks_the_half_made_loss(logits, labels):
    return nn.NLLLoss()(torch.log_softmax(logits, dim=1), labels)


@wrong("cross_entropy", says="labels-from-one")
def counts_labels_from_one(logits, labels):
    return -_log_p(logits, labels - 1).mean()


@wrong("cross_entropy", says="one-maximum-for-all-rows")
def takes_one_maximum_off_all_rows(logits, labels):
    z = logits - logits.max()
    log_p = z - z.exp().sum(dim=1, keepdim=True).log()
    return -log_p[torch.arange(len(labels)), labels].mean()


@wrong("cross_entropy", says="wrong-dimension")
def sums_over_the_whole_tensor(logits, labels):
    log_p = logits - torch.logsumexp(logits.flatten(), dim=0)
    return -log_p[torch.arange(len(labels)), labels].mean()


@wrong("cross_entropy", says="rows-left-out")
def looks_at_the_first_row_only(logits, labels):
    return -_log_p(logits, labels)[0]


@wrong("cross_entropy", says="log-of-the-mean")
def averages_probabilities_first(logits, labels):
    return -_log_p(logits, labels).exp().mean().log()


@wrong("cross_entropy", says="axes-swapped")
def adds_up_rows_and_averages_classes(logits, labels):
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -(F.one_hot(labels, logits.shape[1]) * log_p).sum(dim=0).mean()


@wrong("cross_entropy", says="wrong-classes-counted")
def asks_yes_or_no_of_each_class(logits, labels):
    p = (logits - torch.logsumexp(logits, dim=1, keepdim=True)).exp()
    y = F.one_hot(labels, logits.shape[1]).float()
    return -(y * p.log() + (1 - y) * (1 - p).log()).sum(dim=1).mean()


@wrong("cross_entropy", says="too-few-digits")
def rounds_to_two_decimals(logits, labels):
    return torch.round(-_log_p(logits, labels).mean(), decimals=2)


@right("cross_entropy")
def as_a_difference(logits, labels):
    return (torch.logsumexp(logits, dim=1) - logits[torch.arange(len(labels)), labels]).mean()


@right("cross_entropy")
def with_one_hot_labels(logits, labels):
    targets = F.one_hot(labels, logits.shape[1]).double()
    return -(targets * torch.log_softmax(logits.double(), dim=1)).sum(dim=1).mean()


@right("cross_entropy")
def loss_by_loss(logits, labels):
    total = 0.0
    for row, label in zip(logits, labels.tolist(), strict=True):
        shifted = row - row.max()
        total = total + torch.log(torch.exp(shifted).sum()) - shifted[label]
    return total / len(labels)


@right("cross_entropy")
def from_the_margins(logits, labels):
    margins = logits - logits.gather(1, labels[:, None])
    top = margins.amax(dim=1, keepdim=True)
    return (top[:, 0] + torch.exp(margins - top).sum(dim=1).log()).sum() / len(labels)


@wrong("cross_entropy", says="maximum-not-added-again")
def forgets_the_maximum_again(logits, labels):
    m = logits.amax(dim=1, keepdim=True)
    log_sum = torch.log(torch.exp(logits - m).sum(dim=1))
    z = logits[torch.arange(len(labels)), labels]
    return (log_sum - z).mean()


@wrong("cross_entropy", says="logits-cut-off")
def clamps_the_logits(logits, labels):
    z = logits.clamp(-50.0, 50.0)
    log_p = z - torch.log(torch.exp(z).sum(dim=1, keepdim=True))
    return -log_p[torch.arange(len(labels)), labels].mean()


@wrong("cross_entropy", says="one-hot-too-narrow")
def leaves_the_classes_to_one_hot(logits, labels):
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    one_hot = F.one_hot(labels).float()
    return -(one_hot * log_p).sum(dim=1).mean()


@wrong("cross_entropy", says="log-of-the-mean-guarded")
def averages_probabilities_and_guards(logits, labels):
    p = logits.softmax(dim=1)
    return -torch.log(p[torch.arange(labels.shape[0]), labels].mean() + 1e-8)
