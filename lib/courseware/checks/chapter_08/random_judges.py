"""Judges for `random_mask`: exact counts for a few seeds, frequencies over many.

Each asks for masks first, with True and False in them, so that a constant gains nothing; only the
counts ask for the number, so that a wrong one is paid for once.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from courseware.checks.chapter_06.common import no_mask, not_bool
from courseware.checks.values import Difference, difference, show
from model_compression.masks import pruned_count

SEEDS = 300
"""Masks of 8 places, 4 of which go. In N masks a place goes N/2 times, a pair of places together
N · (4 · 3) / (8 · 7) times, with a deviation of √(N p (1 − p)):

    N = 300        expected   deviation   6 deviations
    one place         150        8.7          52
    two places         64.3      7.1          43

Where each row or column loses one of two, these two never go together: 64 below the expected. Runs
of four, around the end, prune neighbours together 112 times: 48 above. Less than 2e-5 of all right
draws lie beyond six deviations: a binomial count is there, on one side, with at most e^-15.9 for a
pair and e^-18 for a place (Chernoff), and there are 28 pairs and 8 places in each of two cases.
"""

DEVIATIONS = 6.0


class Drawn(tuple[Any, ...]):
    """What came for several seeds; a report shows the first, or the one that a judge points to.

    >>> Drawn([torch.tensor([True, False]), torch.tensor([False, True])])
    tensor([True, False], dtype=bool)
    """

    shown = 0

    def __repr__(self) -> str:
        return show(self[self.shown])


def counts(arguments: tuple[Any, ...], expected: Any, got: Drawn) -> Difference | None:
    """Masks of the shape, the exact number of False in each."""
    shape, sparsity, seed = arguments
    if found := _no_masks(shape, got):
        return found
    n, wanted = math.prod(shape), pruned_count(math.prod(shape), sparsity)
    pruned = [n - int(mask.detach().bool().sum()) for mask in got]
    wrong = next((i for i, count in enumerate(pruned) if count != wanted), None)
    if wrong is None:
        return None
    got.shown = wrong
    text = f"with the seed {seed + wrong}, {pruned[wrong]} of {n} are False, expected {wanted}"
    return Difference(_cause(list(shape), sparsity, pruned), text)


def counts_and_dtype(arguments: tuple[Any, ...], expected: Any, got: Drawn) -> Difference | None:
    """Masks that are torch.bool, with True and False in them."""
    return _no_choice(arguments[0], got) or next(filter(None, map(not_bool, got)), None)


def repeated(arguments: tuple[Any, ...], expected: Any, got: Drawn) -> Difference | None:
    """Two masks of one seed are one mask."""
    if found := _no_choice(arguments[0], got):
        return found
    if torch.equal(got[0].bool(), got[1].bool()):
        return None
    text = f"two calls with the seed {arguments[2]} gave different masks"
    return Difference("not-repeatable", text)


def different(arguments: tuple[Any, ...], expected: Any, got: Drawn) -> Difference | None:
    """Each of several seeds gives another mask."""
    if found := _no_choice(arguments[0], got):
        return found
    for later, mask in enumerate(got):
        for earlier in range(later):
            if torch.equal(got[earlier].bool(), mask.bool()):
                seeds = f"{arguments[2] + earlier} and {arguments[2] + later}"
                return Difference("seed-without-effect", f"the seeds {seeds} gave the same mask")
    return None


def uniform(arguments: tuple[Any, ...], expected: Any, got: Drawn) -> Difference | None:
    """How often each place goes, and each pair of places together, is left to chance alone."""
    shape = arguments[0]
    if found := _no_choice(shape, got):
        return found
    pruned = torch.stack([~mask.detach().bool().flatten() for mask in got]).double()
    together, n = pruned.T @ pruned, pruned.shape[1]
    one, both = n // 2 / n, (n // 2) * (n // 2 - 1) / (n * (n - 1))
    # The number of pruned pairs changes where the count is left to chance: no fault of this check.
    if place := _far_off(together.diag(), one):
        where = _place(place[0], shape)
        text = f"place {where} goes {place[1]} times in {SEEDS}, expected about {SEEDS * one:.0f}"
        return Difference("not-uniform", text)
    pairs = together.masked_fill(torch.eye(n, dtype=torch.bool), SEEDS * both)
    if pair := _far_off(pairs.flatten(), both):
        first, second = (_place(i, shape) for i in divmod(pair[0], n))
        text = f"places {first} and {second} go together {pair[1]} times in {SEEDS}, "
        return Difference("places-hang-together", text + f"expected about {SEEDS * both:.0f}")
    return None


def _far_off(times: torch.Tensor, share: float) -> tuple[int, int] | None:
    """The entry furthest from its share of all seeds, with its number, if it is too far."""
    away = (times - SEEDS * share).abs()
    worst = int(away.argmax())
    if float(away[worst]) <= DEVIATIONS * math.sqrt(SEEDS * share * (1 - share)):
        return None
    return worst, int(times[worst])


def _place(position: int, shape: list[int]) -> list[int]:
    return [int(i) for i in torch.unravel_index(torch.tensor(position), shape)]


def _no_masks(shape: list[int], got: Drawn) -> Difference | None:
    """Whether something else than masks of the shape came back."""
    for value in got:
        found = difference(torch.ones(shape, dtype=torch.bool), value)
        if found and found.kind != "wrong-value":
            return found
        if text := no_mask(value):
            return Difference("not-a-mask", text)
    return None


def _no_choice(shape: list[int], got: Drawn) -> Difference | None:
    """The same, and whether all is kept, or nothing, whatever the seed."""
    if found := _no_masks(shape, got):
        return found
    if any(mask.any() and not mask.all() for mask in got):
        return None
    what = "True" if got[0].any() else "False"
    return Difference("wrong-value", f"all entries are {what}")


def _cause(shape: list[int], sparsity: float, pruned: list[int]) -> str:
    """What may have led to these numbers of pruned places, by name."""
    n = math.prod(shape)
    if len(set(pruned)) > 1:
        return "count-left-to-chance"
    rows, row = shape[0], n // shape[0]
    known = {
        "count-truncated": (int(sparsity * n),),
        "count-rounded-up": (math.ceil(sparsity * n), math.floor(sparsity * n + 0.5)),
        "counted-row-by-row": (
            *(rows * count(sparsity * row) for count in (round, int, math.ceil)),
            *(round(sparsity * size) for size in shape),
        ),
        "density-for-sparsity": (n - round(sparsity * n), round((1 - sparsity) * n)),
    }
    return next((name for name, values in known.items() if pruned[0] in values), "wrong-value")
