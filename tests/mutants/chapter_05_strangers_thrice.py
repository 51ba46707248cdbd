"""Solutions of exercise 05 by a third round of strangers, who saw the statement alone."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from tests.mutants.table import wrong


@wrong("distill", says="rows-left-out")
def stops_before_the_last_rows(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    n, size, T = len(images), 128, temperature
    student = nn.Sequential(
        nn.Linear(images.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, teacher_logits.shape[1])
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _epoch in range(60):
        for start in range(0, n - size, size):
            part = slice(start, start + size)
            out = student(images[part])
            soft = F.kl_div(
                F.log_softmax(out / T, 1),
                F.softmax(teacher_logits[part] / T, 1),
                reduction="batchmean",
            )
            loss = alpha * F.cross_entropy(out, labels[part]) + (1 - alpha) * T**2 * soft
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()


@wrong("distill", says="weights-and-t-squared")
def swaps_alpha_and_leaves_t_squared_out(
    teacher_logits, images, labels, hidden, alpha, temperature, seed
):
    torch.manual_seed(seed)
    student = nn.Sequential(
        nn.Linear(images.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, teacher_logits.shape[1])
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    teacher = torch.softmax(teacher_logits / temperature, dim=1)
    for _epoch in range(40):
        for rows in torch.randperm(len(images)).split(128):
            out = student(images[rows])
            hard = F.cross_entropy(out, labels[rows])
            soft = F.kl_div(
                F.log_softmax(out / temperature, dim=1), teacher[rows], reduction="batchmean"
            )
            loss = (1 - alpha) * hard + alpha * soft
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()


@wrong("distill", says="not-learned")
def never_zeroes_gradients_and_returns_the_network(
    teacher_logits, images, labels, hidden, alpha, temperature, seed
):
    torch.manual_seed(seed)
    T = temperature
    student = nn.Sequential(
        nn.Linear(images.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, teacher_logits.shape[1])
    )
    optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
    for _epoch in range(40):
        for rows in torch.randperm(len(images)).split(128):
            out = student(images[rows])
            soft = F.kl_div(
                F.log_softmax(out / T, 1),
                F.softmax(teacher_logits[rows] / T, 1),
                reduction="batchmean",
            )
            loss = alpha * F.cross_entropy(out, labels[rows]) + (1 - alpha) * T**2 * soft
            loss.backward()
            optimizer.step()
    return student


@wrong("distill", says="as-drawn")
def keeps_the_state_of_the_highest_loss(
    teacher_logits, images, labels, hidden, alpha, temperature, seed
):
    torch.manual_seed(seed)
    T = temperature
    student = nn.Sequential(
        nn.Linear(images.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, teacher_logits.shape[1])
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    best, best_loss = None, 0.0
    for _epoch in range(200):
        out = student(images)
        soft = F.kl_div(
            F.log_softmax(out / T, 1), F.softmax(teacher_logits / T, 1), reduction="batchmean"
        )
        loss = alpha * F.cross_entropy(out, labels) + (1 - alpha) * T**2 * soft
        if best is None or loss.item() > best_loss:
            best_loss = loss.item()
            best = {name: t.clone() for name, t in student.state_dict().items()}
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return best


@wrong("softmax", says="mean-taken-off")
def takes_the_mean_off_and_replaces_nan(logits, temperature=1.0):
    z = logits / temperature
    z = z - z.mean(dim=-1, keepdim=True)
    e = torch.exp(z)
    p = e / e.sum(dim=-1, keepdim=True)
    return torch.nan_to_num(p, nan=0.0)


@wrong("softmax", says="shift-one-sided")
def shifts_above_the_line_alone(logits, temperature=1.0):
    z = logits / temperature
    m = z.amax(dim=-1, keepdim=True)
    numerator = torch.exp(z - m)
    denominator = torch.exp(z).sum(dim=-1, keepdim=True)
    return numerator / denominator


@wrong("softmax", says="sum-as-constant")
def sums_without_a_gradient(logits, temperature=1.0):
    z = logits / temperature
    z = z - z.amax(dim=-1, keepdim=True).detach()
    e = torch.exp(z)
    with torch.no_grad():
        total = e.sum(dim=-1, keepdim=True)
    return e / total


@wrong("cross_entropy", says="one-maximum-for-all-rows")
def takes_bits_and_one_maximum_for_all(logits, labels):
    m = logits.max()
    e = torch.exp(logits - m)
    log_p = (logits - m) - torch.log(e.sum(dim=1, keepdim=True))
    right = log_p.gather(1, labels[:, None])[:, 0]
    return -(right / math.log(2)).mean()


@wrong("kl_divergence", says="one-class-only")
def looks_at_the_favourite_alone_in_bits(p_teacher, p_student):
    best = p_teacher.argmax(dim=1, keepdim=True)
    p = p_teacher.gather(1, best)
    q = p_student.gather(1, best)
    return (p * torch.log2(p / q)).mean()


@wrong("distillation_loss", says="logits-compared")
def halves_the_squared_distance_of_the_logits(
    student_logits, teacher_logits, labels, alpha, temperature
):
    T = temperature
    hard = F.cross_entropy(student_logits, labels)
    difference = student_logits / T - teacher_logits.detach() / T
    soft = (difference**2).sum(dim=1).mean() / 2
    return alpha * hard + (1 - alpha) * T**2 * soft


@wrong("distillation_loss", says="probabilities-for-logarithms")
def forgets_a_weight_and_calls_probabilities_logs(
    student_logits, teacher_logits, labels, alpha, temperature
):
    T = temperature
    log_q = F.log_softmax(student_logits / T, dim=1)
    p = F.softmax(teacher_logits.detach() / T, dim=1)
    soft = F.kl_div(log_q, p, reduction="batchmean", log_target=True)
    hard = F.cross_entropy(student_logits, labels)
    return alpha * hard + T**2 * soft


@wrong("distillation_loss", says="sum-over-rows")
def sums_over_rows_of_a_softmax_down_the_columns(
    student_logits, teacher_logits, labels, alpha, temperature
):
    T = temperature
    log_q = F.log_softmax(student_logits / T, dim=0)
    p = F.softmax(teacher_logits.detach() / T, dim=0)
    soft = F.kl_div(log_q, p, reduction="sum")
    hard = F.cross_entropy(student_logits, labels)
    return alpha * hard + (1 - alpha) * T**2 * soft
