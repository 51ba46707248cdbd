"""The lowest that a loss can be: what it is for free logits, one row an image, at its minimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.losses import Loss

T = torch.Tensor


@dataclass(frozen=True)
class Setting:
    """What a loss depends on besides the student, in plain numbers: a key to what was found for it.

    >>> setting = Setting.of(torch.tensor([[2.0, 0.0]]), torch.tensor([1]), 0.5, 2.0)
    >>> setting == Setting.of(torch.tensor([[2.0, 0.0]]), torch.tensor([1]), 0.5, 2.0)
    True
    """

    teacher: tuple[tuple[float, ...], ...]
    labels: tuple[int, ...]
    alpha: float
    temperature: float

    @classmethod
    def of(cls, teacher: T, labels: T, alpha: float, temperature: float) -> Setting:
        """For logits (N, C) of the teacher and labels (N,)."""
        rows = tuple(map(tuple, teacher.double().tolist()))
        return cls(rows, tuple(labels.tolist()), alpha, temperature)

    def with_loss(self, loss: Loss) -> Callable[[T], T]:
        """The loss as a function of the student's logits."""
        teacher, labels = torch.tensor(self.teacher).double(), torch.tensor(self.labels)
        return lambda logits: loss(logits, teacher, labels, self.alpha, self.temperature)


@lru_cache(maxsize=1024)
def from_equal(loss: Loss, setting: Setting, iterations: int = 300) -> T:
    """The logits that minimise a loss, found from equal ones: asked for again and again."""
    equal = torch.zeros(len(setting.teacher), len(setting.teacher[0]), dtype=torch.float64)
    return minimiser(setting.with_loss(loss), equal, iterations)


def minimiser(loss: Callable[[T], T], start: T, iterations: int = 300) -> T:
    """Free logits, from `start` on, that minimise a loss."""
    logits = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS(
        [logits],
        max_iter=iterations,
        tolerance_grad=1e-8,
        tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )

    def closure() -> float:
        optimizer.zero_grad()
        value = loss(logits)
        value.backward()
        return value.item()

    optimizer.step(closure)
    return logits.detach()
