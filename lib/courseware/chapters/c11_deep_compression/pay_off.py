"""What exercise 11 ends with: the student's functions find the front of a network on digits.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and data that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING

import torch

from courseware.showing.pay_off import pay_off

if TYPE_CHECKING:
    from courseware.showing.style import Picture

T = torch.Tensor

SIZES = (64, 64, 10)
SPARSITIES = (0.0, 0.5, 0.7, 0.8, 0.9)
VALUES = (2, 4, 8, 16)
MAX_GAP = 16
STEPS = 400


@pay_off("the front of a network that reads digits, pruned and shared in twenty ways")
def front_on_digits(
    pareto_front: Callable[[list[tuple[float, float]]], list[int]],
    entropy_bits: Callable[[T], float],
    relative_index_encode: Callable[[T, int], tuple[T, T]],
    kmeans_codebook: Callable[[T, T, int, int], tuple[T, T]],
) -> Picture:
    """Prune a trained network, share its values, and count bytes, with the student's functions.

    Takes about two seconds; nothing is fine-tuned. The bytes of a layer are the entropies of its
    gaps and codes and its table: what a coder comes near to.
    """
    from courseware.chapters.c11_deep_compression.plots import front_of_points
    from courseware.subjects.data import digits
    from courseware.subjects.models import mlp, with_weights
    from courseware.subjects.training import accuracy, train
    from model_compression.magnitude_pruning import magnitude_mask
    from model_compression.masks import prunable_weights

    data = digits()
    model = mlp(SIZES, seed=0)
    train(model, data.train_images, data.train_labels, steps=STEPS, seed=0)
    weights = prunable_weights(model.state_dict())
    names, points = [], []
    for sparsity, k in product(SPARSITIES, VALUES):
        n_bytes, shared = 0.0, {}
        for name, w in weights.items():
            mask = magnitude_mask(w, sparsity)
            table, codes = kmeans_codebook(w.clone(), mask.clone(), k, 10)
            shared[name] = table[codes.long()] * mask
            gaps, _ = relative_index_encode(w * mask, MAX_GAP)
            bits = entropy_bits(gaps) * len(gaps) if sparsity else 0.0
            n_bytes += (bits + entropy_bits(codes[mask]) * int(mask.sum())) / 8 + 4 * k
        right = accuracy(with_weights(model, shared), data.test_images, data.test_labels)
        names.append(f"{sparsity:.0%} pruned, {k} values")
        points.append((n_bytes, 100 * right))
    return front_of_points(names, points, pareto_front(list(points)))
