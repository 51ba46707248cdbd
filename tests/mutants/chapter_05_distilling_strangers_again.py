"""Solutions of exercise 05 by other strangers, who saw the statement alone: training."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from tests.mutants.table import wrong


@wrong("distill", says="t-squared-missing")
def trains_without_t_squared(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    student = nn.Sequential(
        nn.Linear(images.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, teacher_logits.shape[1])
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _epoch in range(40):
        for idx in torch.randperm(len(images)).split(128):
            s = student(images[idx])
            log_q = F.log_softmax(s / temperature, dim=1)
            p = F.softmax(teacher_logits[idx] / temperature, dim=1)
            soft = F.kl_div(log_q, p, reduction="batchmean")
            loss = alpha * F.cross_entropy(s, labels[idx]) + (1 - alpha) * soft
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()


@wrong("distill", says="units-alike")
def starts_everything_at_zero(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    D, C = images.shape[1], teacher_logits.shape[1]
    student = nn.Sequential(nn.Linear(D, hidden), nn.ReLU(), nn.Linear(hidden, C))
    for param in student.parameters():
        nn.init.zeros_(param)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _epoch in range(30):
        for idx in torch.randperm(len(images)).split(128):
            s = student(images[idx])
            p = F.softmax(teacher_logits[idx] / temperature, dim=1)
            kl = F.kl_div(F.log_softmax(s / temperature, dim=1), p, reduction="batchmean")
            loss = alpha * F.cross_entropy(s, labels[idx]) + (1 - alpha) * temperature**2 * kl
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()


@wrong("distill", says="another-network")
def has_a_linear_student_of_other_names(
    teacher_logits, images, labels, hidden, alpha, temperature, seed
):
    class Student(nn.Module):
        def __init__(self, d, c):
            super().__init__()
            self.fc1 = nn.Linear(d, hidden)
            self.fc2 = nn.Linear(hidden, c)

        def forward(self, x):
            return self.fc2(self.fc1(x))

    torch.manual_seed(seed)
    student = Student(images.shape[1], teacher_logits.shape[1])
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _epoch in range(30):
        for idx in torch.randperm(len(images)).split(128):
            s = student(images[idx])
            p = F.softmax(teacher_logits[idx] / temperature, dim=1)
            kl = F.kl_div(F.log_softmax(s / temperature, dim=1), p, reduction="batchmean")
            loss = alpha * F.cross_entropy(s, labels[idx]) + (1 - alpha) * temperature**2 * kl
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()


@wrong("distill", says="teacher-standardised")
def standardises_the_teacher_in_place(
    teacher_logits, images, labels, hidden, alpha, temperature, seed
):
    torch.manual_seed(seed)
    D, C = images.shape[1], teacher_logits.shape[1]
    teacher_logits -= teacher_logits.mean(dim=1, keepdim=True)
    teacher_logits /= teacher_logits.std(dim=1, keepdim=True) + 1e-7
    student = nn.Sequential(nn.Linear(D, hidden), nn.ReLU(), nn.Linear(hidden, C))
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _epoch in range(30):
        for idx in torch.randperm(len(images)).split(128):
            s = student(images[idx])
            p = F.softmax(teacher_logits[idx] / temperature, dim=1)
            kl = F.kl_div(F.log_softmax(s / temperature, dim=1), p, reduction="batchmean")
            loss = alpha * F.cross_entropy(s, labels[idx]) + (1 - alpha) * temperature**2 * kl
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()
