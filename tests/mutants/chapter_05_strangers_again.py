"""Solutions of exercise 05 by other strangers, who saw the statement alone: losses."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from tests.mutants.table import wrong


@wrong("softmax", says="wrong-dimension")
def flattens_each_image(logits, temperature=1.0):
    shape = logits.shape
    z = logits.reshape(1, -1) if logits.dim() == 1 else logits.reshape(shape[0], -1)
    z = z / temperature
    e = torch.exp(z - z.amax(dim=1, keepdim=True))
    p = e / e.sum(dim=1, keepdim=True)
    return p.reshape(shape)


@wrong("softmax", says="sigmoid-normalised")
def normalises_sigmoids(logits, temperature=1.0):
    s = torch.sigmoid(logits / temperature)
    s = s + 1e-12  # never divide by zero
    return s / s.sum(dim=-1, keepdim=True)


@wrong("softmax", says="nan-replaced")
def replaces_nan_and_squeezes(logits, temperature=1.0):
    e = torch.exp(logits / temperature)
    p = e / e.sum(dim=-1, keepdim=True)
    p = torch.nan_to_num(p, nan=0.0)
    return p.squeeze()


@wrong("cross_entropy", says="log-of-a-vanished-probability")
def takes_the_logarithm_of_a_softmax(logits, labels):
    e = torch.exp(logits - logits.amax(dim=1, keepdim=True))
    p = e / e.sum(dim=1, keepdim=True)
    p_right = p[torch.arange(len(labels)), labels]
    return -torch.log(p_right).mean()


@wrong("cross_entropy", says="log-cut-off")
def cuts_logarithms_at_minus_100(logits, labels):
    log_p = torch.log_softmax(logits, dim=-1)
    log_p = torch.clamp(log_p, min=-100.0)
    rows = torch.arange(logits.shape[0])
    return -log_p[rows, labels].mean()


@wrong("cross_entropy", says="mean-class-by-class")
def takes_the_maximum_and_averages_by_class(logits, labels):
    row_loss = logits.amax(dim=1) - logits[torch.arange(len(labels)), labels]
    class_losses = []
    for c in labels.unique():
        class_losses.append(row_loss[labels == c].mean())
    return torch.stack(class_losses).mean()


@wrong("kl_divergence", says="rows-with-zeros-left-out")
def drops_rows_with_a_zero(p_teacher, p_student):
    ok = (p_teacher > 0).all(dim=1)
    p = p_teacher[ok]
    q = p_student[ok]
    return (p * (p / q).log()).sum(dim=1).mean()


@wrong("distillation_loss", says="t-not-squared")
def leaves_the_teacher_cold_with_t(student_logits, teacher_logits, labels, alpha, temperature):
    with torch.no_grad():
        p = F.softmax(teacher_logits, dim=1)
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    kl = F.kl_div(log_q, p, reduction="batchmean")
    ce = F.cross_entropy(student_logits, labels)
    return alpha * ce + (1 - alpha) * temperature * kl


@wrong("distillation_loss", says="raises")
def writes_a_caret(student_logits, teacher_logits, labels, alpha, temperature):
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    soft = F.kl_div(log_q, p, reduction="batchmean")
    hard = F.cross_entropy(student_logits, labels)
    return alpha * hard + (1 - alpha) * (temperature ^ 2) * soft


@wrong("distillation_loss", says="gradient-switched-off")
def switches_the_argument_off(student_logits, teacher_logits, labels, alpha, temperature):
    teacher_logits.requires_grad_(False)
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    log_p = F.log_softmax(teacher_logits / temperature, dim=1)
    kl = F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * kl


@wrong("distillation_loss", says="sum-over-rows")
def trusts_the_teachers_class_and_sums(student_logits, teacher_logits, labels, alpha, temperature):
    teacher = teacher_logits.detach()
    hard = F.cross_entropy(student_logits, teacher.argmax(dim=1))
    soft = F.kl_div(
        F.log_softmax(student_logits / temperature, dim=1),
        F.softmax(teacher / temperature, dim=1),
        reduction="sum",
    )
    return alpha * hard + (1 - alpha) * temperature**2 * soft
