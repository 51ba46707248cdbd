"""Rankings: whether masks prune the lowest scores, and what else they may have pruned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from courseware.checks.masks import no_mask
from courseware.checks.values import Difference, difference
from model_compression.masks import prune_lowest, pruned_count

LARGEST_PRUNED = (
    "largest-pruned",
    "The largest magnitudes were pruned. A weight near zero adds the least to the outputs, so the "
    "smallest go.",
)
SIGNED = (
    "signed-ranking",
    "The weights were ranked with their signs, so large negative ones went first. −5 does as much "
    "as 5: the magnitude counts.",
)
TIES_PRUNED = (
    "ties-all-pruned",
    "All weights that are equal to the threshold were pruned, so more than asked for are gone. "
    "Only as many of the equal ones may go as the count says.",
)
TIES_KEPT = (
    "ties-all-kept",
    "All weights that are equal to the threshold were kept, so fewer than asked for are gone. As "
    "many of the equal ones must go as the count says.",
)
LAYER_PROTECTED = (
    "layer-protected",
    "Every tensor kept at least one weight. That may be wise, but it is not asked for: the "
    "ranking alone decides, and a layer may lose everything.",
)
QUANTILE = (
    "quantile-interpolated",
    "The threshold is a quantile, a value between two weights. It hits the right number of "
    "weights often, but not always: count k weights, and prune just those.",
)
ORDER_FOR_RANKS = (
    "order-taken-for-ranks",
    "What `argsort` returns was compared with the count. Entry i of it is not the rank of weight i "
    "but the place of the weight with rank i: the first k entries are the places to prune.",
)
RANKED_ROW_BY_ROW = (
    "ranked-row-by-row",
    "Each row lost the same share: the rows were ranked one by one. All weights of the network "
    "are one ranking.",
)
NOTHING_PRUNED = (
    "nothing-pruned",
    "Nothing was pruned: the masks are what they were. What is written into a selection, as in "
    "`line[mask][places] = …`, goes into a copy of it.",
)
ENDS_SWAPPED = (
    "ends-swapped",
    "Where nothing is to go, everything went, or the other way round. If k is 0, the slice `[-k:]` "
    "is the whole line, `[:-k]` is empty, and index k − 1 is that of the last, largest weight.",
)
LARGEST_STAYS = (
    "largest-stays",
    "Where every weight is to go, the largest one stayed: the index of the threshold was held back "
    "at the last place, and a weight is never below itself.",
)
ROUNDED_FIRST = (
    "magnitudes-rounded",
    "The magnitudes were rounded before they were compared, so weights that differ became equal. "
    "Compare them as they are.",
)
FIRST_OF_EQUALS = (
    "first-of-equals",
    "`index` finds the first of equal magnitudes every time, so where there are several of them "
    "too few go. Rank the places (`argsort`), not the values.",
)
EQUALS_ONCE = (
    "equals-counted-once",
    "Equal magnitudes were counted once, as `unique` or a `set` does, so that the threshold is too "
    "high and too many go. Every weight counts: sort them all.",
)
MARKED_WITH_LARGEST = (
    "marked-with-the-largest",
    "A pruned weight was marked with a magnitude that others have as well, such as the largest: it "
    "is found again, and too few go. Infinity is above all of them; or rank once.",
)
DECIMALS = range(4)
"""To how many of them students round."""

SLACK = 1e-6
"""Relative: two magnitudes that a float32 formula cannot tell apart are equal."""

Tensors = Mapping[str, torch.Tensor]


def magnitude_ranking(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """One mask: the exact count is pruned, and nothing kept is below anything pruned."""
    w, sparsity = arguments
    found = difference(expected, got)
    if found is None or found.kind != "wrong-value":
        return found
    count = pruned_count(w.numel(), sparsity)
    text = ranking_problem({"": w.abs()}, {"": got.detach()}, count)
    return Difference(found.kind, text) if text else None


def ranking_problem(scores: Tensors, masks: Tensors, count: int, what: str = "magnitude") -> str:
    """What is wrong with masks that are to prune the `count` lowest scores; empty if nothing is.

    >>> w = {"w": torch.tensor([2.0, 1.0, 1.0])}
    >>> ranking_problem(w, {"w": torch.tensor([True, False, True])}, 1)
    ''
    >>> ranking_problem(w, {"w": torch.tensor([False, True, True])}, 1)
    'a magnitude of 1 is kept and one of 2 is pruned'
    """
    for mask in masks.values():
        if text := no_mask(mask):
            return text
    flat = torch.cat([scores[name].flatten() for name in scores]).double()
    kept = torch.cat([masks[name].flatten() for name in scores]).bool()
    n_pruned = len(kept) - int(kept.sum())
    if n_pruned != count:
        return f"{n_pruned} of {len(kept)} weights are pruned, expected {count}"
    if 0 < count < len(kept):
        low, high = float(flat[kept].min()), float(flat[~kept].max())
        if low < high - SLACK * abs(high):
            return f"a {what} of {low:.4g} is kept and one of {high:.4g} is pruned"
    return ""


@dataclass(frozen=True)
class AmongEquals:
    """A way to prune by scores that leaves open which of equal ones go: sorting need not be stable.

    `scores` and `within`, the masks that say what is ranked, are told from the arguments.
    """

    way: Callable[..., Any]
    scores: Callable[..., Any]
    within: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        return self.way(*arguments)

    def also_gives(self, arguments: tuple[Any, ...], given: Any, came: Any) -> bool:
        """Whether masks that came prune others of equal size than those given, as low in scores.

        Weights that the scores alone make equal, as rounding does, are not equal.
        """
        weights, scores = _named(arguments[0]), _named(self.scores(*arguments))
        ours, theirs = _named(given), _named(came)
        if [one.shape for one in ours.values()] != [theirs[name].shape for name in ours]:
            return False
        if self.within is not None:
            ranked = _named(self.within(*arguments))
            if any(bool(theirs[name][~left].any()) for name, left in ranked.items()):
                return False
            weights, scores, ours, theirs = (
                {name: part[name][left] for name, left in ranked.items()}
                for part in (weights, scores, ours, theirs)
            )
        gone, went = (_pruned_sizes(weights, masks) for masks in (ours, theirs))
        return torch.equal(gone, went) and not ranking_problem(scores, theirs, len(gone))


def _pruned_sizes(weights: Tensors, masks: Tensors) -> torch.Tensor:
    """The magnitudes of what is pruned, in order."""
    return torch.cat([w[~masks[name].bool()].abs() for name, w in weights.items()]).sort().values


def _named(masks: Any) -> dict[str, torch.Tensor]:
    """One tensor, a dict of them or pairs, by name."""
    if isinstance(masks, torch.Tensor):
        return {"": masks.detach()}
    return {name: mask.detach() for name, mask in dict(masks).items()}


def pruned(
    scores: Callable[[torch.Tensor], torch.Tensor] = torch.abs,
    count: Callable[[int, float], float] = lambda n, sparsity: round(sparsity * n),
) -> AmongEquals:
    """A way to prune one tensor: so many of the lowest scores, but no more than there are."""

    def way(w: torch.Tensor, sparsity: float) -> torch.Tensor:
        n_pruned = min(max(int(count(w.numel(), sparsity)), 0), w.numel())
        return prune_lowest(scores(w), n_pruned)

    return AmongEquals(way, lambda w, sparsity: scores(w))


def rounded_to(decimals: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """Magnitudes, rounded to so many decimals."""
    return lambda w: w.abs().round(decimals=decimals)


def largest_stays(magnitudes: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """The right mask, but the largest is kept where all are to go."""
    mask = prune_lowest(magnitudes, n_pruned)
    if n_pruned == mask.numel():
        mask.view(-1)[magnitudes.argmax()] = True
    return mask


def kept_by_quantile(magnitudes: torch.Tensor, sparsity: float) -> torch.Tensor:
    """Kept is what lies at or above the interpolated quantile of one line of magnitudes."""
    return magnitudes >= magnitudes.flatten().quantile(sparsity)


def kept_above_quantile(magnitudes: torch.Tensor, sparsity: float) -> torch.Tensor:
    """Kept is only what lies above it."""
    return magnitudes > magnitudes.flatten().quantile(sparsity)


def kept_by_order(magnitudes: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """What `argsort` returns, compared with the count as if it were ranks."""
    order = magnitudes.flatten().argsort(stable=True)
    return (order >= n_pruned).reshape(magnitudes.shape)


def first_of_equals(magnitudes: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """The values are ranked, and each one is looked up: always its first place."""
    values = magnitudes.flatten().tolist()
    kept = [True] * len(values)
    for value in sorted(values)[:n_pruned]:
        kept[values.index(value)] = False
    return torch.tensor(kept).reshape(magnitudes.shape)


def marked_with_the_largest(magnitudes: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """One after the other, each pruned one marked with the largest magnitude."""
    left = magnitudes.flatten().clone()
    kept = torch.ones(len(left), dtype=torch.bool)
    largest = left.max()
    for _ in range(n_pruned):
        place = left.argmin()
        kept[place], left[place] = False, largest
    return kept.reshape(magnitudes.shape)


def ties_pruned(magnitudes: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """Pruned up to a threshold, all that are equal to it included."""
    if n_pruned == 0:
        return torch.ones_like(magnitudes, dtype=torch.bool)
    return magnitudes > magnitudes.flatten().sort().values[n_pruned - 1]


def equals_counted_once(magnitudes: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """Pruned up to the threshold of that place among the different magnitudes."""
    if n_pruned == 0:
        return torch.ones_like(magnitudes, dtype=torch.bool)
    different = magnitudes.unique()
    return magnitudes > different[min(n_pruned, len(different)) - 1]


def ties_kept(magnitudes: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """Pruned up to a threshold, all that are equal to it left out."""
    if n_pruned == magnitudes.numel():
        return torch.zeros_like(magnitudes, dtype=torch.bool)
    return magnitudes >= magnitudes.flatten().sort().values[n_pruned]
