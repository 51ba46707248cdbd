"""Students trained by strangers, with causes that others had before."""

from __future__ import annotations

import copy

import torch

from tests.mutants.table import wrong


def distillation_loss(student_logits, teacher_logits, labels, alpha, temperature):
    hard = torch.nn.functional.cross_entropy(student_logits, labels)
    soft = torch.nn.functional.kl_div(
        torch.log_softmax(student_logits / temperature, dim=1),
        torch.softmax(teacher_logits / temperature, dim=1),
        reduction="batchmean",
    )
    return alpha * hard + (1 - alpha) * temperature**2 * soft


@wrong("distill", says="classes-counted-from-labels")
def counts_classes_from_labels(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    d = images.shape[1]
    c = int(labels.max()) + 1
    student = torch.nn.Sequential(
        torch.nn.Linear(d, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, c)
    )
    opt = torch.optim.Adam(student.parameters(), lr=0.01)
    for _ in range(40):
        for rows in torch.randperm(len(images)).split(128):
            loss = distillation_loss(
                student(images[rows]), teacher_logits[rows], labels[rows], alpha, temperature
            )
            opt.zero_grad()
            loss.backward()
            opt.step()
    return student.state_dict()


@wrong("distill", says="not-the-lowest")
def keeps_the_worst_state(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    student = torch.nn.Sequential(
        torch.nn.Linear(images.shape[1], hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, teacher_logits.shape[1]),
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    best = 0.0
    best_state = copy.deepcopy(student.state_dict())
    for _ in range(30):
        total = 0.0
        for rows in torch.randperm(len(images)).split(128):
            loss = distillation_loss(
                student(images[rows]), teacher_logits[rows], labels[rows], alpha, temperature
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        if total > best:
            best = total
            best_state = copy.deepcopy(student.state_dict())
    return best_state


@wrong("distill", says="other-images")
def standardises_the_images(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    x = (images - images.mean(dim=0)) / (images.std(dim=0) + 1e-06)
    student = torch.nn.Sequential(
        torch.nn.Linear(x.shape[1], hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, teacher_logits.shape[1]),
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _ in range(40):
        for rows in torch.randperm(len(x)).split(128):
            loss = distillation_loss(
                student(x[rows]), teacher_logits[rows], labels[rows], alpha, temperature
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()


@wrong("distill", says="disagreement-left-out")
def leaves_disagreement_out(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    agree = teacher_logits.argmax(dim=1) == labels
    if agree.any():
        teacher_logits, images, labels = (teacher_logits[agree], images[agree], labels[agree])
    student = torch.nn.Sequential(
        torch.nn.Linear(images.shape[1], hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, teacher_logits.shape[1]),
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _ in range(50):
        for rows in torch.randperm(len(images)).split(128):
            loss = distillation_loss(
                student(images[rows]), teacher_logits[rows], labels[rows], alpha, temperature
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()


@wrong("distill", says="not-the-lowest")
def steps_once_an_epoch(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    student = torch.nn.Sequential(
        torch.nn.Linear(images.shape[1], hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, teacher_logits.shape[1]),
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _ in range(20):
        for rows in torch.randperm(len(images)).split(128):
            outputs = student(images[rows])
            loss = distillation_loss(
                outputs, teacher_logits[rows], labels[rows], alpha, temperature
            )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return student.state_dict()


@wrong("distill", says="biases-missing")
def builds_layers_without_biases(teacher_logits, images, labels, hidden, alpha, temperature, seed):
    torch.manual_seed(seed)
    student = torch.nn.Sequential(
        torch.nn.Linear(images.shape[1], hidden, bias=False),
        torch.nn.ReLU(),
        torch.nn.Linear(hidden, teacher_logits.shape[1], bias=False),
    )
    optimizer = torch.optim.SGD(student.parameters(), lr=0.01)
    for _ in range(30):
        for rows in torch.randperm(len(images)).split(128):
            loss = distillation_loss(
                student(images[rows]), teacher_logits[rows], labels[rows], alpha, temperature
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()
