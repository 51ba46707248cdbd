"""What exercise 08 ends with: the student's masks in a network that reads digits.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and data that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch

from courseware.showing.pay_off import pay_off

if TYPE_CHECKING:
    from courseware.showing.style import Picture

Tensors = dict[str, torch.Tensor]

SPARSITY = 0.9
STRETCHES = 10
UPDATES = 40


@pay_off("which pixels your three masks look at, and how many digits each network then reads")
def masks_at_work(
    random_mask: Callable[[tuple[int, ...], float, int], torch.Tensor],
    snip_masks: Callable[[Tensors, Tensors, float], Tensors],
    cubic_sparsity: Callable[[float, float, float, float, float], float],
    gradual_masks: Callable[[Tensors, Tensors, float], Tensors],
) -> Picture:
    """Prune one network to 90% in three ways with the student's functions, and train it.

    Takes about three seconds. All three have the same updates on the same images.
    """
    from courseware.chapters.c08_when_to_prune.pruning_moments import first_batch, weight_gradients
    from courseware.showing.plots import kept_per_pixel
    from courseware.subjects.data import digits
    from courseware.subjects.models import mlp, network_of
    from courseware.subjects.training import accuracy
    from model_compression.masked_training import train_masked
    from model_compression.masks import keep_all, prunable_weights

    data = digits()
    state = mlp([64, 64, 10], 0).state_dict()
    weights = prunable_weights(state)
    grads = weight_gradients(state, *first_batch(data, 128, 0))
    fixed = {
        "random": {
            name: random_mask(tuple(weight.shape), SPARSITY, seed)
            for seed, (name, weight) in enumerate(weights.items())
        },
        "SNIP": snip_masks(_copy(weights), _copy(grads), SPARSITY),
    }
    maps = {}
    for name in (*fixed, "gradual"):
        masks, present = fixed.get(name, keep_all(weights)), dict(state)
        for stretch in range(STRETCHES):
            if name == "gradual":
                total = cubic_sparsity(stretch, 0, 0.7 * STRETCHES, 0.0, SPARSITY)
                masks = gradual_masks(_copy(prunable_weights(present)), _copy(masks), total)
            present = train_masked(
                present,
                data.train_images,
                data.train_labels,
                masks,
                steps=UPDATES,
                learning_rate=0.005,
                batch_size=32,
                seed=stretch,
            )
        right = accuracy(network_of(present), data.test_images, data.test_labels)
        maps[f"{name}: {right:.1%} right"] = masks["0.weight"]
    return kept_per_pixel(maps, data.train_images)


def _copy(tensors: Mapping[str, torch.Tensor]) -> Tensors:
    return {name: tensor.clone() for name, tensor in tensors.items()}
