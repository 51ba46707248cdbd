"""How large the gradients of the two terms of the distillation loss are, for one batch."""

from __future__ import annotations

import torch

from model_compression.distillation import distillation_loss


class LossGradients:
    """A student's logits, and what labels and teacher would do to them.

    Args:
        student_logits, teacher_logits: (N, C).
        labels: (N,).
    """

    def __init__(
        self, student_logits: torch.Tensor, teacher_logits: torch.Tensor, labels: torch.Tensor
    ) -> None:
        self._student = student_logits.clone().requires_grad_()
        self._others = (teacher_logits, labels)

    def norm(self, alpha: float, temperature: float) -> float:
        """Of the gradient of `distillation_loss`, its T² included."""
        loss = distillation_loss(self._student, *self._others, alpha, temperature)
        return torch.autograd.grad(loss, self._student)[0].norm().item()

    @property
    def limit(self) -> float:
        """Where T² * KL goes as T grows: |z - v| / (N * C), each row with mean 0."""
        difference = (self._student - self._others[0]).detach()
        difference = difference - difference.mean(dim=1, keepdim=True)
        return (difference / difference.numel()).norm().item()

    def share_of_labels(self, alpha: float, temperature: float, with_factor: bool) -> float:
        """Of the labels' gradient in the sum of both, with T² or without."""
        hard = alpha * self.norm(1.0, 1.0)
        soft = (1 - alpha) * self.norm(0.0, temperature)
        return hard / (hard + (soft if with_factor else soft / temperature**2))
