"""Solutions of exercise 05 as students could write them: the loss of a student."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from tests.mutants.table import right, wrong


def _soft(student, teacher, of_student, of_teacher):
    """The divergence, each side at a temperature of its own; the teacher is a constant."""
    p = F.softmax(teacher.detach() / of_teacher, dim=1)
    return F.kl_div(F.log_softmax(student / of_student, dim=1), p, reduction="batchmean")


def _soft_term(student_logits, teacher_logits, temperature, dim=1, reduction="batchmean"):
    log_q = F.log_softmax(student_logits / temperature, dim=dim)
    p = F.softmax(teacher_logits / temperature, dim=dim)
    return F.kl_div(log_q, p, reduction=reduction)


@wrong("distillation_loss", says="t-squared-missing")
def forgets_t_squared(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft_term(student_logits, teacher_logits.detach(), temperature)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="t-not-squared")
def multiplies_by_t(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature * _soft_term(student_logits, teacher_logits.detach(), temperature)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="t-squared-divides")
def divides_by_t_squared(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft_term(student_logits, teacher_logits.detach(), temperature) / temperature**2
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="t-squared-on-all")
def multiplies_both_terms(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft_term(student_logits, teacher_logits.detach(), temperature)
    hard = F.cross_entropy(student_logits, labels)
    return temperature**2 * (alpha * hard + (1 - alpha) * soft)


@wrong("distillation_loss", says="temperature-one-sided")
def softens_the_student_only(student_logits, teacher_logits, labels, alpha, temperature):
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    p = F.softmax(teacher_logits.detach(), dim=1)
    soft = temperature**2 * F.kl_div(log_q, p, reduction="batchmean")
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="temperature-one-sided")
def softens_the_teacher_only(student_logits, teacher_logits, labels, alpha, temperature):
    log_q = F.log_softmax(student_logits, dim=1)
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    soft = temperature**2 * F.kl_div(log_q, p, reduction="batchmean")
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="temperature-ignored")
def writes_the_loss_of_the_slide(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft_term(student_logits, teacher_logits.detach(), 1.0)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="labels-at-temperature")
def softens_the_labels_too(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature**2 * _soft_term(student_logits, teacher_logits.detach(), temperature)
    return alpha * F.cross_entropy(student_logits / temperature, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="alpha-swapped")
def weighs_the_teacher_by_alpha(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature**2 * _soft_term(student_logits, teacher_logits.detach(), temperature)
    return (1 - alpha) * F.cross_entropy(student_logits, labels) + alpha * soft


@wrong("distillation_loss", says="alpha-ignored")
def adds_the_terms(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature**2 * _soft_term(student_logits, teacher_logits.detach(), temperature)
    return F.cross_entropy(student_logits, labels) + soft


@wrong("distillation_loss", says="labels-ignored")
def listens_to_the_teacher_only(student_logits, teacher_logits, labels, alpha, temperature):
    return temperature**2 * _soft_term(student_logits, teacher_logits.detach(), temperature)


@wrong("distillation_loss", says="teacher-ignored")
def listens_to_the_labels_only(student_logits, teacher_logits, labels, alpha, temperature):
    return F.cross_entropy(student_logits, labels)


@wrong("distillation_loss", says="arguments-swapped")
def swaps_student_and_teacher(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature**2 * _soft_term(teacher_logits.detach(), student_logits, temperature)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="mean-over-elements")
def takes_the_default_mean(student_logits, teacher_logits, labels, alpha, temperature):
    log_q = torch.log_softmax(student_logits / temperature, dim=1)
    log_p = torch.log_softmax(teacher_logits.detach() / temperature, dim=1)
    soft = (log_p.exp() * (log_p - log_q)).mean()
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="sum-over-rows")
def adds_up_the_rows(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft_term(student_logits, teacher_logits.detach(), temperature, reduction="sum")
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="log-missing")
def hands_over_probabilities(student_logits, teacher_logits, labels, alpha, temperature):
    q = F.softmax(student_logits / temperature, dim=1)
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    soft = temperature**2 * F.kl_div(q, p, reduction="batchmean")
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="softmax-twice")
def compares_softened_probabilities_again(
    student_logits, teacher_logits, labels, alpha, temperature
):
    q = torch.softmax(student_logits, dim=1)
    soft = temperature**2 * _soft_term(q, teacher_logits.detach(), temperature)
    return alpha * F.cross_entropy(q, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="wrong-dimension")
def lets_images_compete(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft_term(student_logits, teacher_logits.detach(), temperature, dim=0)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="teacher-hardened")
def takes_the_first_choice(student_logits, teacher_logits, labels, alpha, temperature):
    soft = F.cross_entropy(student_logits, teacher_logits.argmax(dim=1))
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="logits-compared")
def compares_the_logits(student_logits, teacher_logits, labels, alpha, temperature):
    soft = ((student_logits - teacher_logits.detach()) ** 2).mean()
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="probabilities-squared")
def squares_the_differences(student_logits, teacher_logits, labels, alpha, temperature):
    q = F.softmax(student_logits / temperature, dim=1)
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    soft = temperature**2 * F.mse_loss(q, p)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="teacher-entropy-included")
def takes_a_second_cross_entropy(student_logits, teacher_logits, labels, alpha, temperature):
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    soft = temperature**2 * F.cross_entropy(student_logits / temperature, p)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="sign-turned")
def subtracts_the_soft_term(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature**2 * _soft_term(student_logits, teacher_logits.detach(), temperature)
    return alpha * F.cross_entropy(student_logits, labels) - (1 - alpha) * soft


@wrong("distillation_loss", says="gradient-for-the-teacher")
def trains_the_teacher_too(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature**2 * _soft_term(student_logits, teacher_logits, temperature)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft


@wrong("distillation_loss", says="gradient-cut")
def returns_a_number(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature**2 * _soft_term(student_logits, teacher_logits, temperature)
    return (alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft).item()


@wrong("distillation_loss", says="axis-left")
def keeps_an_axis(student_logits, teacher_logits, labels, alpha, temperature):
    soft = temperature**2 * _soft_term(student_logits, teacher_logits.detach(), temperature)
    loss = alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * soft
    return loss.unsqueeze(0)


@wrong("distillation_loss", says="changes-input")
def softens_in_place(student_logits, teacher_logits, labels, alpha, temperature):
    hard = F.cross_entropy(student_logits, labels)
    teacher_logits /= temperature
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    soft = F.kl_div(log_q, F.softmax(teacher_logits, dim=1), reduction="batchmean")
    return alpha * hard + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="temperature-twice")
def divides_and_hands_over_the_temperature(
    student_logits, teacher_logits, labels, alpha, temperature
):
    soft = _soft(
        student_logits / temperature, teacher_logits / temperature, temperature, temperature
    )
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="temperature-multiplied")
def multiplies_logits_by_the_temperature(
    student_logits, teacher_logits, labels, alpha, temperature
):
    soft = _soft(student_logits * temperature, teacher_logits * temperature, 1, 1)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="teacher-softmax-twice")
def softens_the_teachers_probabilities(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft(student_logits, teacher_logits.softmax(dim=1), temperature, temperature)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="labels-summed")
def adds_up_the_hard_term(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft(student_logits, teacher_logits, temperature, temperature)
    hard = F.cross_entropy(student_logits, labels, reduction="sum")
    return alpha * hard + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="alpha-ignored")
def weighs_both_by_alpha(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft(student_logits, teacher_logits, temperature, temperature)
    return alpha * (F.cross_entropy(student_logits, labels) + temperature**2 * soft)


@wrong("distillation_loss", says="wrong-dimension")
def lets_everything_compete(student_logits, teacher_logits, labels, alpha, temperature):
    p = (teacher_logits.detach() / temperature).flatten().softmax(0)
    log_q = (student_logits / temperature).flatten().log_softmax(0)
    soft = (p * (p.log() - log_q)).sum()
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="too-few-digits")
def rounds_the_loss(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft(student_logits, teacher_logits, temperature, temperature)
    loss = alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft
    return torch.round(loss, decimals=2)


@right("distillation_loss")
def with_the_ready_made_terms(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft_term(student_logits, teacher_logits.detach(), temperature)
    hard = F.cross_entropy(student_logits, labels)
    return alpha * hard + (1 - alpha) * temperature**2 * soft


@right("distillation_loss")
def from_probabilities(student_logits, teacher_logits, labels, alpha, temperature):
    with torch.no_grad():
        p = torch.softmax(teacher_logits.double() / temperature, dim=-1)
    q = torch.softmax(student_logits.double() / temperature, dim=-1)
    soft = (p * torch.log(p / q)).sum(dim=1).mean()
    chosen = student_logits.gather(1, labels.unsqueeze(1)).squeeze(1)
    hard = (torch.logsumexp(student_logits, dim=1) - chosen).mean()
    return alpha * hard + (1 - alpha) * temperature * temperature * soft


@right("distillation_loss")
def without_the_teachers_entropy(student_logits, teacher_logits, labels, alpha, temperature):
    p = F.softmax(teacher_logits.detach() / temperature, dim=1)
    entropy = torch.special.entr(p).sum(dim=1).mean()
    soft = F.cross_entropy(student_logits / temperature, p) - entropy
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@right("distillation_loss")
def row_by_row(student_logits, teacher_logits, labels, alpha, temperature):
    total = 0.0
    rows = zip(student_logits, teacher_logits.detach(), labels.tolist(), strict=True)
    for student, teacher, label in rows:
        log_q = student / temperature - torch.logsumexp(student / temperature, dim=0)
        log_p = teacher / temperature - torch.logsumexp(teacher / temperature, dim=0)
        soft = temperature**2 * torch.dot(log_p.exp(), log_p - log_q)
        total = total + alpha * (torch.logsumexp(student, dim=0) - student[label])
        total = total + (1 - alpha) * soft
    return total / len(student_logits)


@wrong("distillation_loss", says="labels-at-temperature")
def softens_labels_without_t_squared(student_logits, teacher_logits, labels, alpha, temperature):
    s = student_logits / temperature
    t = (teacher_logits / temperature).detach()
    hard = F.cross_entropy(s, labels)
    soft = F.kl_div(F.log_softmax(s, dim=1), F.softmax(t, dim=1), reduction="batchmean")
    return alpha * hard + (1 - alpha) * soft


@wrong("distillation_loss", says="labels-of-the-teacher")
def labels_with_the_teachers_favourite(student_logits, teacher_logits, labels, alpha, temperature):
    teacher_logits = teacher_logits.detach()
    hard = F.cross_entropy(student_logits, teacher_logits.argmax(dim=1))
    soft = _soft_term(student_logits, teacher_logits, temperature)
    return alpha * hard + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="zero-taken-for-missing")
def takes_zero_for_no_alpha(student_logits, teacher_logits, labels, alpha, temperature):
    alpha = alpha or 0.5
    soft = _soft_term(student_logits, teacher_logits.detach(), temperature)
    return alpha * F.cross_entropy(student_logits, labels) + (1 - alpha) * temperature**2 * soft


@wrong("distillation_loss", says="arguments-swapped")
def swaps_without_a_weight(student_logits, teacher_logits, labels, alpha, temperature):
    soft = _soft_term(teacher_logits.detach(), student_logits, temperature)
    return alpha * F.cross_entropy(student_logits, labels) + temperature**2 * soft
