"""Solutions of exercise 05 as strangers wrote them who saw the statement alone."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from tests.mutants.table import wrong


@wrong("softmax", says="sums-put-back-elsewhere")
def puts_the_sums_back_at_axis_one(logits, temperature=1.0):
    scaled = logits / temperature
    e = torch.exp(scaled - scaled.amax(dim=-1, keepdim=True))
    return e / e.sum(-1).unsqueeze(1)


@wrong("softmax", says="temperature-after-normalising")
def divides_the_logarithms(logits, temperature=1.0):
    log_p = logits - torch.logsumexp(logits, dim=-1, keepdim=True)
    return torch.exp(log_p / temperature)


@wrong("softmax", says="temperature-from-one-up")
def softens_only(logits, temperature=1.0):
    shifted = (logits - logits.amax(dim=-1, keepdim=True)) / max(1.0, temperature)
    weights = shifted.exp()
    return weights / weights.sum(dim=-1, keepdim=True)


@wrong("softmax", says="magnitude-taken-off")
def shifts_by_the_largest_magnitude(logits, temperature=1.0):
    z = logits / temperature
    e = torch.exp(z - z.abs().amax(dim=-1, keepdim=True))
    return e / e.sum(dim=-1, keepdim=True)


@wrong("cross_entropy", says="right-class-left-out")
def sums_what_the_right_class_has_to_beat(logits, labels):
    rows = torch.arange(len(labels))
    others = logits.clone()
    others[rows, labels] = -math.inf
    return (torch.logsumexp(others, dim=1) - logits[rows, labels]).mean()


@wrong("cross_entropy", says="largest-for-the-sum")
def takes_the_gap_where_it_underflows(logits, labels):
    rows = torch.arange(len(labels))
    p = torch.exp(logits - logits.logsumexp(dim=1, keepdim=True))[rows, labels]
    lost = p == 0
    total = -torch.log(p[~lost]).sum()
    gap = logits.amax(dim=1) - logits[rows, labels]
    return (total + gap[lost].sum()) / len(labels)


@wrong("cross_entropy", says="maximum-half-detached")
def detaches_one_of_two_maxima(logits, labels):
    m = logits.amax(dim=1, keepdim=True)
    lse = m + (logits - m.detach()).exp().sum(dim=1, keepdim=True).log()
    return -(logits - lse)[torch.arange(len(labels)), labels].mean()


@wrong("cross_entropy", says="mean-class-by-class")
def averages_class_by_class(logits, labels):
    surprise = torch.logsumexp(logits, dim=1) - logits[torch.arange(len(labels)), labels]
    return torch.stack([surprise[labels == c].mean() for c in labels.unique()]).mean()


@wrong("kl_divergence", says="small-number-felt")
def adds_a_hundred_millionth(p_teacher, p_student):
    eps = 1e-8
    ratio = (p_teacher + eps) / (p_student + eps)
    return (p_teacher * ratio.log()).sum(dim=1).mean()


@wrong("kl_divergence", says="compared-with-the-average")
def goes_through_the_middle(p_teacher, p_student):
    def kl(p, q):
        seen = p > 0
        return (p[seen] * torch.log(p[seen] / q[seen])).sum() / len(p)

    middle = (p_teacher + p_student) / 2
    return 0.5 * kl(p_teacher, middle) + 0.5 * kl(p_student, middle)


@wrong("kl_divergence", says="rows-averaged-first")
def compares_two_averages(p_teacher, p_student):
    p, q = p_teacher.mean(dim=0), p_student.mean(dim=0)
    seen = p > 0
    return (p[seen] * (p[seen] / q[seen]).log()).sum()


@wrong("kl_divergence", says="student-normalised-again")
def makes_a_distribution_of_what_is_seen(p_teacher, p_student):
    total = 0.0
    for p, q in zip(p_teacher, p_student, strict=True):
        seen = p > 0
        p, q = p[seen], q[seen]
        total = total + (p * (p.log() - (q / q.sum()).log())).sum()
    return total / len(p_teacher)


@wrong("kl_divergence", says="class-dropped-for-all")
def keeps_columns_without_a_zero(p_teacher, p_student):
    columns = (p_teacher > 0).all(dim=0)
    p, q = p_teacher[:, columns], p_student[:, columns]
    return (p * torch.log(p / q)).sum(dim=1).mean()


@wrong("kl_divergence", says="logarithms-divided")
def divides_the_two_logarithms(p_teacher, p_student):
    log_p = torch.where(p_teacher > 0, p_teacher, 1.0).log()
    return (p_teacher * log_p / p_student.log()).sum(dim=1).mean()


def _kl(s, t, temperature):
    log_q = F.log_softmax(s / temperature, dim=1)
    p = F.softmax(t.detach() / temperature, dim=1)
    return F.kl_div(log_q, p, reduction="batchmean")


@wrong("distillation_loss", says="student-detached")
def detaches_both(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature**2 * _kl(student_logits.detach(), teacher_logits, temperature)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="softmax-before-the-temperature")
def softens_probabilities(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _kl(student_logits.softmax(dim=1), teacher_logits.softmax(dim=1), temperature)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="t-squared-missing-at-zero")
def has_a_shortcut(student_logits, teacher_logits, labels, alpha, temperature):
    kl = _kl(student_logits, teacher_logits, temperature)
    if alpha == 0:
        return kl
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * kl


@wrong("distillation_loss", says="brackets-missing")
def forgets_the_brackets(student_logits, teacher_logits, labels, alpha, temperature):
    kl = _kl(student_logits, teacher_logits, temperature)
    return alpha * F.cross_entropy(student_logits, labels) + 1 - alpha * temperature**2 * kl


@wrong("distillation_loss", says="only-where-the-teacher-is-right")
def trusts_a_teacher_that_is_right(student_logits, teacher_logits, labels, alpha, temperature):
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    per_row = F.kl_div(log_q, p, reduction="none").sum(dim=1)
    soft = (per_row * (teacher_logits.argmax(dim=1) == labels).float()).mean()
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="probabilities-for-logarithms")
def promises_logarithms(student_logits, teacher_logits, labels, alpha, temperature):
    soft = F.kl_div(
        F.log_softmax(student_logits / temperature, dim=1),
        F.softmax(teacher_logits.detach() / temperature, dim=1),
        reduction="batchmean",
        log_target=True,
    )
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="labels-at-temperature")
def divides_once_for_all(student_logits, teacher_logits, labels, alpha, temperature):
    hard = F.cross_entropy(student_logits / temperature, labels)
    soft = _kl(student_logits, teacher_logits, temperature)
    return alpha * hard + (1 - alpha) * temperature * soft


@wrong("softmax", says="maximum-not-divided")
def shifts_by_the_undivided_maximum(logits, temperature=1.0):
    e = torch.exp(logits / temperature - logits.amax(dim=-1, keepdim=True))
    return e / e.sum(dim=-1, keepdim=True)


@wrong("softmax", says="wrong-dimension")
def normalises_dimension_one_and_divides_powers(logits, temperature=1.0):
    axis = 0 if logits.dim() == 1 else 1
    e = torch.exp(logits - logits.amax(dim=axis, keepdim=True)) / temperature
    return e / e.sum(dim=axis, keepdim=True)


@wrong("cross_entropy", says="sum-not-mean")
def counts_labels_from_one_and_sums(logits, labels):
    loss = 0
    for row, label in zip(logits, labels, strict=True):
        loss = loss + torch.logsumexp(row, dim=0) - row[label - 1]
    return loss


@wrong("kl_divergence", says="logarithms-divided")
def divides_logarithms_and_averages_what_is_seen(p_teacher, p_student):
    seen = p_teacher > 0
    p, q = p_teacher[seen], p_student[seen]
    return (p * (torch.log(p) / torch.log(q))).mean()


@wrong("distillation_loss", says="gradient-for-the-teacher")
def averages_over_classes_and_trains_the_teacher(
    student_logits, teacher_logits, labels, alpha, temperature
):
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    p = F.softmax(teacher_logits / temperature, dim=1)
    soft = F.kl_div(log_q, p, reduction="mean") * temperature**2
    return alpha * F.cross_entropy(student_logits, labels) + (1.0 - alpha) * soft


@wrong("softmax", says="temperature-one-sided")
def divides_above_the_line_alone(logits, temperature=1.0):
    shifted = logits - logits.amax(dim=-1, keepdim=True)
    return torch.exp(shifted / temperature) / torch.exp(shifted).sum(dim=-1, keepdim=True)


@wrong("cross_entropy", says="sign-missing")
def averages_all_entries_without_a_minus(logits, labels):
    log_p = logits - logits.logsumexp(dim=1, keepdim=True)
    return (F.one_hot(labels, logits.shape[1]) * log_p).mean()
