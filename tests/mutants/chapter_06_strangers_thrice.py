"""Solutions of exercise 06 by a third round of strangers, who saw the statement alone."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("masked_step", says="rate-and-momentum-exchanged")
def exchanges_rate_and_momentum_and_the_results(w, grad, velocity, mask, lr, momentum):
    v = lr * velocity + grad
    new_w = (w - momentum * v) * mask
    return v, new_w


@wrong("masked_step", says="small-weights-cut-off")
def cuts_small_weights_off(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    new_w = (w - lr * v) * mask
    tiny = new_w.abs() < 0.01
    return new_w.masked_fill(tiny, 0.0), v


@wrong("magnitude_mask", says="count-truncated")
def sorts_with_signs_and_cuts_the_count_off(w, sparsity):
    n = w.numel()
    k = int(sparsity * n)
    order = w.flatten().argsort()
    mask = torch.ones(n, dtype=torch.bool)
    mask[order[:k]] = False
    return mask.reshape(w.shape)
