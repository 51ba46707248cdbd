"""Tensors mixed by a shuffle that exchanges entries: of a tensor they are views.

`x[i], x[j] = x[j], x[i]` writes the value of j over that of i, and then the same one over j.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import torch

from model_compression.masks import pruned_count

T = torch.Tensor

TENSOR_SHUFFLED = (
    "tensor-shuffled",
    "A tensor was mixed by the `shuffle` of `random` or NumPy. It exchanges entries, but those of "
    "a tensor are views: one is written over the other, so values are lost and the number of "
    "pruned places is left to chance. Mix with `torch.randperm`, or mix a list.",
)


class _Overwritten(list[Any]):
    """A list whose entries, while it is mixed, are places in it, as those of a tensor are."""

    def __getitem__(self, place: Any) -> Any:
        return place

    def __setitem__(self, place: Any, other: Any) -> None:
        super().__setitem__(place, super().__getitem__(other))

    def values(self) -> list[Any]:
        """What has become of it."""
        return [*iter(self)]


Shuffle = Callable[[Any, int], None]

SHUFFLES: tuple[Shuffle, ...] = (
    lambda entries, seed: random.Random(seed).shuffle(entries),
    lambda entries, seed: np.random.RandomState(seed).shuffle(entries),
    lambda entries, seed: np.random.default_rng(seed).shuffle(entries),
)


WAYS = tuple(product(SHUFFLES, (True, False), (True, False)))


def tensors_shuffled(arguments: tuple[list[int], float, int], masks: Sequence[T]) -> bool:
    """Whether the masks of a seed and of those behind it are what such a shuffle makes of them."""
    shape, sparsity, seed = arguments
    seeds = range(seed, seed + len(masks))
    return any(
        all(
            torch.equal(mask.detach().bool(), shuffled_tensor(shape, sparsity, one, *way))
            for one, mask in zip(seeds, masks, strict=True)
        )
        for way in WAYS
    )


def shuffled_tensor(
    shape: list[int], sparsity: float, seed: int, shuffle: Shuffle, false_first: bool, by_rows: bool
) -> T:
    """A mask that begins with False, or with True; mixed in one line, or its rows."""
    n = torch.Size(shape).numel()
    count = pruned_count(n, sparsity)
    kept = torch.arange(n) >= count if false_first else torch.arange(n) < n - count
    entries = _Overwritten(kept.reshape(shape[0] if by_rows else n, -1).tolist())
    shuffle(entries, seed)
    return torch.tensor(entries.values()).reshape(shape)
