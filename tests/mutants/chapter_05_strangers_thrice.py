"""Solutions of exercise 05 by a third round of strangers, who saw the statement alone."""

from __future__ import annotations

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
