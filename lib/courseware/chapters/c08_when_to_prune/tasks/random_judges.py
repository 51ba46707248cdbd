"""Judges for `random_mask`: exact counts for a few seeds, frequencies over many.

Each asks for masks first, with True and False in them, so that a constant gains nothing. Where the
number is not asked for, any number will do, as long as it is the same for every seed: who lets a
coin decide on each place has drawn none of the choices that the task is about.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import torch

from courseware.chapters.c08_when_to_prune.tasks.shuffled_tensors import (
    TENSOR_SHUFFLED,
    tensors_shuffled,
)
from courseware.checks.counts import (
    HALF_TO_THE_WRONG_SIDE,
    OFF_BY_ONE,
    ROUNDED_UP,
    TRUNCATED,
    miscount,
)
from courseware.checks.forms import form_of
from courseware.checks.masks import no_mask, not_bool
from courseware.checks.rankings import ENDS_SWAPPED
from courseware.checks.states import USUAL_SEEDS, ZERO_FOR_ANOTHER, ZERO_FOR_NO_SEED
from courseware.checks.values import Difference, difference, show
from model_compression.masks import pruned_count

STAYING_MISCOUNTED = (
    "staying-miscounted",
    "As many are kept as should go, and that number was cut off to a whole one, or rounded up. It "
    "is sparsity × n, rounded to the nearest: 36% of 10 places is 3.6, so 4.",
)
NOTHING_GOES = "nothing-goes-at-one"

SEEDS = 300
"""Masks that are asked for. Of few places, n <= FEW, half go: in N masks a place goes N/2 times, a
pair of places together N · k(k − 1) / n(n − 1) times, with a deviation of √(N p (1 − p)):

    N = 300               expected   deviation   6 deviations
    one place                150        8.7          52
    one place of 3           100        8.2          49
    two places of 8           64.3      7.1          43
    two places of 12          68.2      7.3          44

Where each row or column of two loses one, these two never go together: 64 and more below the
expected. Runs of n/2, around the end, prune neighbours together 112 times of 8 places, 125 of 12:
48 and more above. Less than 5e-5 of all right draws lie beyond six deviations: a binomial count is
there, on one side, with at most e^-15.9 for a pair and e^-16.9 for a place (Chernoff), and there
are at most 66 pairs and 12 places in each of four cases, up to 512 places in the fifth.
"""

FEW = 12
"""Places, up to which pairs are looked at one by one."""

DEVIATIONS = 6.0

MOST = 3 / 4
"""Of a few masks; where chance decides on each place, hardly two are alike in their number."""

EVEN, UNEVEN = 0.3, 2.5
"""Of many places, each slice (a row, a column, a plane) loses a hypergeometric number X in each
mask. The mean over N masks of (X − E X)² / Var X is 1 for a right draw; 0 where each row loses the
same number, 10 and more for runs. (X − E X)² / Var X has a mean of 1 and a mean square below 3, so
that the mean over 300 is below EVEN with at most exp(-300 · 0.7² / 6) = 2e-11. X is sub-Gaussian
with m/4, m the places of a slice, at most 1.43 times its variance here (m <= n/4, a share of 3/8
to 5/8), so that it is above UNEVEN with at most exp(-150 · (x − 1 − ln x)) = 2e-13 for
x = 2.5 / 1.43.
"""


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
    if found := _no_masks(arguments, got):
        return found
    n, wanted = math.prod(shape), pruned_count(math.prod(shape), sparsity)
    pruned = [n - int(mask.detach().bool().sum()) for mask in got]
    wrong = next((i for i, count in enumerate(pruned) if count != wanted), None)
    if wrong is None:
        return None
    got.shown = wrong
    text = f"with the seed {seed + wrong}, {pruned[wrong]} of {n} are False, expected {wanted}"
    if _rows_alive(shape, wanted, got):
        return Difference("row-protected", text)
    if {wanted, *pruned} == {0, n}:
        return Difference(NOTHING_GOES if wanted else ENDS_SWAPPED[0], text)
    mixed = len({*pruned}) > 1 and tensors_shuffled(arguments, got)
    cause = TENSOR_SHUFFLED[0] if mixed else _cause(list(shape), sparsity, pruned)
    return Difference(cause, text)


def _rows_alive(shape: list[int], wanted: int, got: Drawn) -> bool:
    """Whether every row keeps a place in each mask, and too few go where none is left to do so.

    In a tensor of one axis a row is a single place.
    """
    rows = [mask.detach().bool().reshape(shape[0], -1) for mask in got]
    if len(shape) == 1 or not all(bool(mask.any(dim=1).all()) for mask in rows):
        return False
    short = [mask for mask in rows if mask.numel() - int(mask.sum()) < wanted]
    lost = {wanted - (mask.numel() - int(mask.sum())) for mask in rows}
    if len(lost) == 1 and lost != {wanted - (math.prod(shape) - shape[0])}:
        return False  # a number that is always the same was counted, and not left to chance
    if not 1 <= _often(math.prod(shape), shape[0], wanted, len(rows)) >= len(short) / 3:
        return False
    more = any(mask.numel() - int(mask.sum()) > wanted for mask in rows)
    return bool(short) and not more and all(bool((mask.sum(dim=1) == 1).any()) for mask in short)


def _often(n: int, n_rows: int, wanted: int, n_masks: int) -> float:
    """In how many masks, of so many, a row loses all its places; or a little more."""
    size = n // n_rows
    if wanted < size:
        return 0
    return n_masks * n_rows * math.comb(n - size, wanted - size) / math.comb(n, wanted)


def counts_and_dtype(arguments: tuple[Any, ...], expected: Any, got: Drawn) -> Difference | None:
    """Masks with the exact number of False that are torch.bool."""
    found = _no_choice(arguments, got) or counts(arguments, expected, got)
    return found or next(filter(None, map(not_bool, got)), None)


AGAIN = 6
"""Calls with one seed in a row, in one process. Whoever draws whole rows without a seed, 2 of 4 the
fewest, has 6 masks: all of these calls give one of two given masks with 2 · 6⁻⁶ < 10⁻⁴."""


def repeated(arguments: tuple[Any, ...], expected: Any, got: Drawn) -> Difference | None:
    """The masks of some seeds, then the same ones again, from the last to the first.

    That one is asked for in a new process, and `AGAIN` times more there.
    """
    if found := _no_choice(arguments, got):
        return found
    masks = [mask.bool() for mask in got]
    seeds = repeated_seeds(arguments[2])
    last = len(seeds) - 1
    before, anew = masks[last : last + 2]
    again, back = masks[last + 2 : last + 2 + AGAIN], masks[last + 2 + AGAIN :]
    pairs = zip(masks[:last], reversed(back), strict=True)
    differ = [i for i, (one, other) in enumerate(pairs) if not torch.equal(one, other)]
    if not all(torch.equal(before, mask) for mask in (anew, *again)):
        differ.append(last)
        # Those of a notebook are of the old process: there only `hash` is of a new one.
        steady = any(all(torch.equal(one, mask) for mask in again) for one in (before, anew))
        if steady and not torch.equal(before, anew):
            text = f"the seed {seeds[last]} gave another mask in a new process"
            return Difference("not-repeatable-anew", text)
    if not differ:
        return _zero_for_another(seeds, got)
    got.shown = differ[0]
    text = f"two calls with the seed {seeds[differ[0]]} gave different masks"
    of_zero_alone = [seeds[i] for i in differ] == [0]
    return Difference(ZERO_FOR_NO_SEED[0] if of_zero_alone else "not-repeatable", text)


def _zero_for_another(seeds: list[int], got: Drawn) -> Difference | None:
    """Whether a usual seed gives the mask of 0, which others do not."""
    if torch.equal(got[0].bool(), got[len(seeds) - 1].bool()):
        return None
    for seed, mask in zip(seeds[1:], got[1:], strict=False):
        if seed in USUAL_SEEDS and torch.equal(got[0].bool(), mask.bool()):
            return Difference(ZERO_FOR_ANOTHER[0], f"the seeds 0 and {seed} gave the same mask")
    return None


def repeated_seeds(seed: int) -> list[int]:
    """The seeds that are asked twice: some, usual ones, and 0, which is one as well.

    The last one is asked several times in a row, so it is not 0: whoever starts a generator only
    where the seed is another than before has another mistake.
    """
    return [0, *USUAL_SEEDS, seed, seed + 1, seed + 2]


def different(arguments: tuple[Any, ...], expected: Any, got: Drawn) -> Difference | None:
    """Each of several seeds gives another mask."""
    if found := _no_choice(arguments, got):
        return found
    for later, mask in enumerate(got):
        for earlier in range(later):
            if torch.equal(got[earlier].bool(), mask.bool()):
                seeds = f"{arguments[2] + earlier} and {arguments[2] + later}"
                return Difference("seed-without-effect", f"the seeds {seeds} gave the same mask")
    return None


def uniform(arguments: tuple[Any, ...], expected: Any, got: Drawn) -> Difference | None:
    """Which places go, so many in each mask, is left to chance alone."""
    shape = arguments[0]
    if found := _no_choice(arguments, got):
        return found
    pruned = torch.stack([~mask.detach().bool().flatten() for mask in got]).double()
    each = pruned.sum(dim=1)
    if each.min() != each.max():
        text = f"{int(each.min())} to {int(each.max())} of {pruned.shape[1]} places go"
        saved = _rows_alive(shape, pruned_count(pruned.shape[1], arguments[1]), got)
        if tensors_shuffled((shape, *arguments[1:]), got[:FEW]):
            return Difference(TENSOR_SHUFFLED[0], text)
        return Difference("row-protected" if saved else "count-left-to-chance", text)
    k, n = int(each[0]), pruned.shape[1]
    if len(pruned.unique(dim=0)) == 1:
        return Difference("seed-without-effect", f"{SEEDS} seeds gave the same mask")
    if place := _far_off(pruned.sum(dim=0), k / n):
        where = _place(place[0], shape)
        text = f"place {where} goes {place[1]} times in {SEEDS}, expected about {SEEDS * k / n:.0f}"
        return Difference("not-uniform", text)
    return _pairs(pruned, k, shape) if n <= FEW else _slices(pruned, k, shape)


def _pairs(pruned: torch.Tensor, k: int, shape: list[int]) -> Difference | None:
    """How often each two places go together."""
    n = pruned.shape[1]
    both = k * (k - 1) / (n * (n - 1))
    together = (pruned.T @ pruned).masked_fill(torch.eye(n, dtype=torch.bool), SEEDS * both)
    pair = _far_off(together.flatten(), both)
    if not pair:
        return None
    first, second = (_place(i, shape) for i in divmod(pair[0], n))
    text = f"places {first} and {second} go together {pair[1]} times in {SEEDS}, "
    return Difference("places-hang-together", text + f"expected about {SEEDS * both:.0f}")


def _slices(pruned: torch.Tensor, k: int, shape: list[int]) -> Difference | None:
    """How much the number that goes in a row, a column, a plane changes from seed to seed."""
    n = pruned.shape[1]
    for axis, size in enumerate(shape):
        m = n // size
        lost = pruned.reshape(SEEDS, *shape).movedim(axis + 1, 1).reshape(SEEDS, size, m).sum(dim=2)
        variance = m * k / n * (1 - k / n) * (n - m) / (n - 1)
        spread = (lost - m * k / n).square().mean(dim=0) / variance
        for index, value in enumerate(spread.tolist()):
            if not EVEN <= value <= UNEVEN:
                text = (
                    f"of the {m} places at {index} on axis {axis}, the number that goes varies "
                    f"with a variance of {value * variance:.2f}, expected about {variance:.2f}"
                )
                return Difference("places-hang-together", text)
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


def _no_masks(arguments: tuple[Any, ...], got: Drawn) -> Difference | None:
    """Whether something else than masks of the shape came back."""
    kept = torch.ones(arguments[0], dtype=torch.bool)
    for value in got:
        found = difference(kept, value)
        if found and found.kind != "wrong-value":
            return Difference(
                form_of(_a_right_mask, arguments, kept, value) or found.kind, found.text
            )
        if text := no_mask(value):
            return Difference("not-a-mask", text)
    return None


def _a_right_mask(arguments: tuple[Any, ...], kept: torch.Tensor, got: Any) -> Difference | None:
    """A mask with the exact number of False; `kept` has its shape."""
    found = difference(kept, got)
    if found and found.kind != "wrong-value":
        return found
    count = pruned_count(kept.numel(), arguments[1])
    if no_mask(got) or int((got.detach() == 0).sum()) != count:
        return Difference("wrong-value", f"expected {count} of {kept.numel()} to be False")
    return None


def _no_choice(arguments: tuple[Any, ...], got: Drawn) -> Difference | None:
    """The same, and whether all is kept, or nothing, whatever the seed."""
    if found := _no_masks(arguments, got):
        return found
    if any(mask.any() and not mask.all() for mask in got):
        return None
    what = "True" if got[0].any() else "False"
    return Difference("wrong-value", f"all entries are {what}")


def _cause(shape: list[int], sparsity: float, pruned: list[int]) -> str:
    """What may have led to these numbers of pruned places, by name."""
    n, count = math.prod(shape), pruned[0]
    if len(set(pruned)) > 1:
        number, times = Counter(pruned).most_common(1)[0]
        swapped = number == n - pruned_count(n, sparsity) and times >= MOST * len(pruned)
        return "density-for-sparsity" if swapped else "count-left-to-chance"
    if {count, pruned_count(n, sparsity)} == {0, n}:
        return "wrong-value"  # a slice from the end does this at one end, a swap at both
    if n % 2 and (sparsity * n) % 1 == 0.5:
        # What is right of the others is one more or less, whatever they are.
        aside = abs(count - sparsity * n) == 0.5
        return HALF_TO_THE_WRONG_SIDE[0] if aside else "wrong-value"
    rows, row = shape[0], n // shape[0]
    by_rows = {
        *(rows * rounded(sparsity * row) for rounded in (round, int, math.ceil)),
        *(round(sparsity * size) for size in shape),
    }
    known = miscount(n, sparsity, count)
    if not known and miscount(n, sparsity, n - count) in (TRUNCATED[0], ROUNDED_UP[0]):
        return STAYING_MISCOUNTED[0]
    if count == row * round(sparsity * rows) and known and len(shape) > 1:
        return "wrong-value"  # whole rows, or one more or less
    if count in by_rows and len(shape) == 1:
        return known or "wrong-value"
    if count in by_rows:
        # One row more or less is both, and so may be what is cut off in each row or in all.
        return "counted-row-by-row" if known in ("", OFF_BY_ONE[0]) else "wrong-value"
    return known or "wrong-value"
