"""The last cell of exercise 06: a digit network, pruned and fine-tuned by the student's functions.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and data that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from courseware.showing.pay_off import pay_off
from courseware.showing.say import say

if TYPE_CHECKING:
    from courseware.showing.style import Picture

SPARSITIES = [0.5, 0.8, 0.9]


@pay_off("a digit network that keeps a tenth of its weights, what it reads, and its bytes")
def a_tenth(prune_and_finetune: Callable[..., Any], sparse_bytes: Callable[..., Any]) -> Picture:
    """Train a small network, prune it to 90% by the student's functions, and look at the masks."""
    from courseware.chapters.c06_unstructured_pruning.plots.masks import masked_layers
    from courseware.subjects.data import digits
    from courseware.subjects.models import mlp, network_of
    from courseware.subjects.training import accuracy, train
    from model_compression.masks import prunable_weights

    data = digits()
    training, test = (
        (data.train_images, data.train_labels),
        (data.test_images, data.test_labels),
    )
    network = mlp([64, 64, 32, 10], seed=0)
    train(network, *training, seed=0)
    dense = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    state, masks = prune_and_finetune(dict(dense), *training, SPARSITIES, 0)
    sizes = {
        storage: sum(int(sparse_bytes(mask, storage)) for mask in masks.values())
        for storage in ("dense", "csr", "bitmask")
    }
    kept = sum(int(mask.sum()) for mask in masks.values())
    read = [accuracy(network_of(one), *test) for one in (dense, state)]
    say(
        f"{kept:,} of {sum(mask.numel() for mask in masks.values()):,} weights are left. New digits"
        f" read: **{read[0]:.1%}** dense, **{read[1]:.1%}** pruned by you. Bytes of the weights: "
        f"{sizes['dense']:,} dense, {sizes['csr']:,} as csr, {sizes['bitmask']:,} as bitmask."
    )
    return masked_layers(prunable_weights(state), masks)
