"""The loss of a training that mixes up rows: it has a minimum of its own, too."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional

from courseware.chapters.c05_knowledge_distillation.tasks.losses import T, WrongLoss, at


def _pairs(s: T, t: T, y: T, loss: Callable[[T, T, T, T, T], T]) -> T:
    """A loss of every row together with every other row: outputs and labels of both."""
    n = len(s)
    first, second = torch.arange(n).repeat_interleave(n), torch.arange(n).repeat(n)
    return loss(s[first], t[first], y[first], t[second], y[second])


def _right(s: T, t: T, y: T, a: float, tau: float) -> T:
    return a * functional.cross_entropy(s, y) + (1 - a) * tau**2 * at(s, t, tau)


ROWS_MISMATCHED = WrongLoss(
    "rows-mismatched",
    "Each image was compared with the teacher's logits, or with the label, of any other image. The "
    "images, the teacher's logits and the labels of a batch need the same row numbers, in the same "
    "order: shuffle the numbers once, and pick all three by them.",
    (
        lambda s, t, y, a, tau: _pairs(s, t, y, lambda s, t, y, t2, y2: _right(s, t2, y2, a, tau)),
        lambda s, t, y, a, tau: _pairs(s, t, y, lambda s, t, y, t2, y2: _right(s, t2, y, a, tau)),
        lambda s, t, y, a, tau: _pairs(s, t, y, lambda s, t, y, t2, y2: _right(s, t, y2, a, tau)),
    ),
)
