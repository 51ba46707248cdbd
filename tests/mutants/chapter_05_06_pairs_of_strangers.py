"""Exercises 05 and 06 by a third round of strangers: two mistakes at once, named as two.

Each stands twice, once for either cause.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from tests.mutants.table import wrong


@wrong("kl_divergence", says="negative-terms-cut")
@wrong("kl_divergence", says="another-base")
def cuts_negative_terms_in_bits(p_teacher: torch.Tensor, p_student: torch.Tensor) -> torch.Tensor:
    seen = p_teacher > 0
    safe = torch.where(seen, p_teacher, torch.ones_like(p_teacher))
    terms = p_teacher * (torch.log2(safe) - torch.log2(p_student))
    terms = torch.relu(terms)
    return terms.sum(dim=-1).mean()


@wrong("distillation_loss", says="softmax-twice")
@wrong("distillation_loss", says="arguments-swapped")
def takes_softmax_twice_and_the_student_for_the_teacher(
    student_logits: torch.Tensor,
    teacher_logits: torch.Tensor,
    labels: torch.Tensor,
    alpha: float,
    temperature: float,
) -> torch.Tensor:
    teacher = teacher_logits.detach()
    hard = F.cross_entropy(F.softmax(student_logits, dim=1), labels)
    soft = F.kl_div(
        F.log_softmax(teacher / temperature, dim=1),
        F.softmax(student_logits / temperature, dim=1),
        reduction="batchmean",
    )
    return alpha * hard + (1 - alpha) * temperature**2 * soft


@wrong("distill", says="outputs-run-away")
def exchanges_weight_and_temperature(
    teacher_logits: torch.Tensor,
    images: torch.Tensor,
    labels: torch.Tensor,
    hidden: int,
    alpha: float,
    temperature: float,
    seed: int,
) -> dict[str, torch.Tensor]:
    def loss_fn(s, t, y, alpha, T):
        kl = F.kl_div(F.log_softmax(s / T, 1), F.softmax(t / T, 1), reduction="batchmean")
        return alpha * F.cross_entropy(s, y) + (1 - alpha) * T * T * kl

    torch.manual_seed(0)
    student = nn.Sequential(
        nn.Linear(images.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, teacher_logits.shape[1])
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for _epoch in range(30):
        for rows in torch.randperm(len(images)).split(128):
            loss = loss_fn(
                student(images[rows]), teacher_logits[rows], labels[rows], temperature, alpha
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()


@wrong("distill", says="not-learned")
def takes_sixteen_small_steps(
    teacher_logits: torch.Tensor,
    images: torch.Tensor,
    labels: torch.Tensor,
    hidden: int,
    alpha: float,
    temperature: float,
    seed: int,
) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    student = nn.Sequential(
        nn.Linear(images.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, teacher_logits.shape[1])
    )
    optimizer = torch.optim.SGD(student.parameters(), lr=0.01)
    reliable = (teacher_logits.argmax(dim=1) == labels).float()
    for rows in torch.randperm(len(images)).split(64):
        out = student(images[rows])
        log_q = F.log_softmax(out / temperature, dim=1)
        p = F.softmax(teacher_logits[rows] / temperature, dim=1)
        kl = (F.kl_div(log_q, p, reduction="none").sum(dim=1) * reliable[rows]).mean()
        loss = alpha * F.cross_entropy(out, labels[rows]) + (1 - alpha) * temperature**2 * kl
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return student.state_dict()


@wrong("distill", says="teacher-hardened")
def learns_from_the_teachers_first_choice(
    teacher_logits: torch.Tensor,
    images: torch.Tensor,
    labels: torch.Tensor,
    hidden: int,
    alpha: float,
    temperature: float,
    seed: int,
) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    n_classes = teacher_logits.shape[1]
    student = nn.Sequential(
        nn.Linear(images.shape[1], hidden), nn.ReLU(), nn.Linear(hidden, n_classes)
    )
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    teacher_says = teacher_logits.argmax(dim=1)
    for _epoch in range(30):
        for rows in torch.randperm(len(images)).split(128):
            out = student(images[rows])
            hard = F.cross_entropy(out, labels[rows])
            soft = F.cross_entropy(out / temperature, teacher_says[rows]) * temperature**2
            loss = alpha * hard + (1 - alpha) * soft
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student.state_dict()


@wrong("global_magnitude_masks", says="pieces-misplaced")
@wrong("global_magnitude_masks", says="count-truncated")
def moves_on_by_rows_and_cuts_the_count(
    weights: dict[str, torch.Tensor], sparsity: float
) -> dict[str, torch.Tensor]:
    line = torch.cat([w.abs().flatten() for w in weights.values()])
    k = int(sparsity * len(line))
    flat_mask = torch.ones(len(line), dtype=torch.bool)
    flat_mask[line.argsort()[:k]] = False
    masks = {}
    start = 0
    for name, w in weights.items():
        masks[name] = flat_mask[start : start + w.numel()].reshape(w.shape)
        start += len(w)
    return masks


@wrong("magnitude_mask", says="ranked-row-by-row")
@wrong("magnitude_mask", says="signed-ranking")
def ranks_signed_weights_row_by_row(w: torch.Tensor, sparsity: float) -> torch.Tensor:
    rows = w.reshape(-1, w.shape[-1])
    k = round(sparsity * rows.shape[1])
    mask = torch.ones(rows.shape, dtype=torch.bool)
    for i, row in enumerate(rows):
        mask[i, row.argsort()[:k]] = False
    return mask.reshape(w.shape)


@wrong("threshold_mask", says="mask-inverted")
@wrong("threshold_mask", says="threshold-itself-pruned")
def prunes_what_is_kept_and_the_threshold(w: torch.Tensor, threshold: float) -> torch.Tensor:
    pruned = torch.zeros(w.shape, dtype=torch.bool)
    pruned[w.abs() <= threshold] = True
    return pruned
