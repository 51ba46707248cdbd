"""Scores to which something was added before they were ranked, as noise against ties is.

Nobody's noise is another's. So a model stands for all noise of its size: whatever it does, what is
kept is never further below what goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from model_compression.masks import prune_lowest_together

T = torch.Tensor
Ranked = Callable[..., tuple[Mapping[str, T], int]]
"""From the arguments of a task to the right scores, by name, and how many go."""

CLOSE_ONES_MIXED_UP = (
    "close-ones-mixed-up",
    "Of numbers that lie close together the larger ones went: something was added before they were "
    "ranked, such as noise against ties, or digits were lost. Rank them as they are: of equal ones "
    "any may go.",
)
AMOUNTS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)


@dataclass(frozen=True)
class Noisy:
    """A way to prune by scores and noise; one score alone, under the name "", is a task's own."""

    ranked: Ranked
    amount: float

    def __call__(self, *arguments: Any) -> Any:
        scores, count = self.ranked(*arguments)
        generator = torch.Generator().manual_seed(0)
        added = {
            name: s.double() + self.amount * torch.rand(s.shape, generator=generator).double()
            for name, s in scores.items()
        }
        masks = prune_lowest_together(added, count)
        return masks.get("", masks)

    def also_gives(self, arguments: tuple[Any, ...], given: Any, came: Any) -> bool:
        """Whether as many go, and nothing that is kept is further below than noise moves it."""
        scores, count = self.ranked(*arguments)
        masks = {"": came} if isinstance(came, torch.Tensor) else dict(came)
        line = torch.cat([s.flatten() for s in scores.values()]).double()
        kept = torch.cat([masks[name].detach().flatten() for name in scores]).bool()
        if int((~kept).sum()) != count or not kept.any() or kept.all():
            return False
        return float(line[~kept].max() - line[kept].min()) <= self.amount


def noisy(ranked: Ranked) -> Iterator[Noisy]:
    """Noise of each size, the smallest first."""
    for amount in AMOUNTS:
        yield Noisy(ranked, amount)
