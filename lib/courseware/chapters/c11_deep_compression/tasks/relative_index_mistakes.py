"""Mistakes in `relative_index_encode`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.checks.misconceptions import both, followed_by, products, several, ways
from model_compression import relative_indexing as reference

T = torch.Tensor
Entries = tuple[T, T]


def _right(distance: int, max_gap: int) -> list[int]:
    """As a loop gives it: what is no farther than max_gap stays as it is, 0 too."""
    n_fillers = max(distance - 1, 0) // max_gap
    return [max_gap] * n_fillers + [distance - n_fillers * max_gap]


def _by_formula(distance: int, max_gap: int) -> list[int]:
    n_fillers = (distance - 1) // max_gap
    return [max_gap] * n_fillers + [distance - n_fillers * max_gap]


def _one_by_one(
    entry: Callable[[int, int], list[int]] = _right,
    first: int = -1,
    over: Callable[[T], T] = torch.ravel,
) -> Callable[[T, int], Entries]:
    """Gaps of each distance by another rule, from another beginning, in another order."""

    def behaves(w: T, max_gap: int) -> Entries:
        flat = over(w)
        gaps: list[int] = []
        values: list[float] = []
        before = first
        for place in flat.nonzero().flatten().tolist():
            new = entry(place - before, max_gap)
            gaps += new
            values += [0.0] * (len(new) - 1) + [float(flat[place])]
            before = place
        return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=w.dtype)

    return behaves


def _zero_rest(distance: int, max_gap: int) -> list[int]:
    return [max_gap] * (distance // max_gap) + [distance % max_gap]


def _filler_too_many(distance: int, max_gap: int) -> list[int]:
    return [*_zero_rest(distance, max_gap)[:-1], distance % max_gap or max_gap]


def _one_filler(distance: int, max_gap: int) -> list[int]:
    return [max_gap, distance - max_gap] if distance > max_gap else [distance]


def _in_equal_parts(distance: int, max_gap: int) -> list[int]:
    n = max(-(-distance // max_gap), 1)
    return [distance // n + (i < distance % n) for i in range(n)]


def _zeros_between(distance: int, max_gap: int) -> list[int]:
    n_fillers = max(distance - 1, 0) // (max_gap + 1)
    return [max_gap] * n_fillers + [distance - 1 - n_fillers * (max_gap + 1)]


def _restarts(w: T, max_gap: int) -> Entries:
    """Each row on its own."""
    rows = [_one_by_one()(row, max_gap) for row in w.reshape(-1, w.shape[-1])]
    gaps, values = zip(*rows, strict=True)
    return torch.cat(gaps), torch.cat(values)


def _with_the_end(w: T, max_gap: int) -> Entries:
    """Zeros behind the last weight are told as fillers, too."""
    gaps, values = reference.relative_index_encode(w, max_gap)
    more = (w.numel() - int(gaps.sum())) // max_gap
    return (
        torch.cat((gaps, torch.full((more,), max_gap))),
        torch.cat((values, torch.zeros(more, dtype=w.dtype))),
    )


def _absolute(w: T, max_gap: int) -> Entries:
    places = w.flatten().nonzero().flatten()
    return places, w.flatten()[places]


def _by_columns(w: T) -> T:
    return w.mT.reshape(-1) if w.dim() > 1 else w


def _above_zero(w: T) -> T:
    return w.ravel().clamp(min=0)


def _above(small: float) -> Callable[[T], T]:
    return lambda w: torch.where(w.abs() > small, w, 0).ravel()


def _with_bits(more: int, small: float = 0.0) -> Callable[[T, int], Entries]:
    """The largest gap is what so many bits hold, 0 included or not."""
    encode = _one_by_one(over=_above(small))
    return lambda w, max_gap: encode(w, 2**max_gap - 1 + more)


def _without_zeros(w: T, max_gap: int) -> Entries:
    return reference.relative_index_encode(w, max_gap)[0], w[w != 0]


def _without_the_first(
    change: Callable[[T, int], T], fillers: bool = False
) -> Callable[[T, int], Entries]:
    """The distances between weights alone; with fillers between them, or as `change` has them."""

    def behaves(w: T, max_gap: int) -> Entries:
        places = w.flatten().nonzero().flatten()
        if fillers:
            gaps, values = reference.relative_index_encode(w, max_gap)
            before = int(places[0]) // max_gap + 1 if len(places) else 0
            return gaps[before:], values[max(before - 1, 0) :]
        return change(places.diff(), max_gap), w.flatten()[places]

    return behaves


def _swapped(encode: Callable[[T, int], Entries]) -> Callable[[T, int], Entries]:
    return lambda w, max_gap: encode(w, max_gap)[::-1]


SWAPPED = (
    "gaps-and-values-swapped",
    "The two results come in the wrong order: the gaps are the first, the values the second.",
)
REST_FIRST = (
    "rest-first",
    "The rest came first and the fillers behind it. Fillers come first, each with the gap max_gap, "
    "and the weight has the rest.",
)
FIRST_MISSING = (
    "first-gap-missing",
    "The first gap is missing: there are only distances between one weight and the next. The first "
    "weight has one as well, from −1: `torch.diff(places, prepend=torch.tensor([-1]))`.",
)
NO_FILLERS = (
    "no-fillers",
    "A gap is longer than max_gap, or was cut to it. Where the next weight is farther away, "
    "fillers come in between: entries with the gap max_gap and the value 0.",
)
CLAMPS: tuple[Callable[[T, int], T], ...] = (
    lambda gaps, max_gap: gaps,
    lambda gaps, max_gap: gaps.clamp(max=max_gap),
)
SMALL = 1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3
SMALL_LOST = (
    "small-weights-lost",
    "Weights that are small were taken for zeros. What is kept is what is not 0, however small it "
    "is.",
)
GAP_AS_BITS = (
    "max-gap-as-bits",
    "`max_gap` was taken for a number of bits. It is the longest gap itself, not 2**max_gap or one "
    "less.",
)
REST_OF_ZERO = (
    "rest-of-zero",
    "A distance of just max_gap, or twice as much, got a filler too many and then a gap of 0. A "
    "gap may be as long as max_gap: (distance − 1) // max_gap fillers come before it.",
)
NEGATIVES_LOST = (
    "negatives-lost",
    "Negative weights are missing. What is kept is what is not 0, on either side of it.",
)
FROM_0 = (
    "first-counted-from-0",
    "The first gap is counted from position 0. Count from −1, as if an entry stood before the "
    "first place: a weight at the very first place has the gap 1.",
)

ONE_FILLER = (
    "one-filler-at-most",
    "Only one filler was put in, and what is left is still too far. Repeat it until the "
    "rest is at most max_gap.",
)
EVENLY = (
    "shared-out-evenly",
    "A long distance was divided into equal parts. A filler has the gap max_gap, and the "
    "weight has the rest.",
)
ZEROS_COUNTED = (
    "zeros-counted",
    "These are the numbers of zeros in between. A gap is the distance to the entry before, "
    "which is one more: from one place to the next it is 1.",
)
FILLER_TOO_MANY = (
    "filler-too-many",
    "A distance of just max_gap, or twice as much, got a filler too many. A gap may be as "
    "long as max_gap: (distance − 1) // max_gap fillers come before it.",
)
COLUMNS = (
    "column-by-column",
    "The weights were taken column by column. Flatten the tensor row by row.",
)

RULES: tuple[tuple[tuple[str, str], Callable[[int, int], list[int]]], ...] = (
    (REST_OF_ZERO, _zero_rest),
    (FILLER_TOO_MANY, _filler_too_many),
    (REST_FIRST, lambda distance, max_gap: _right(distance, max_gap)[::-1]),
    (NO_FILLERS, lambda distance, max_gap: [distance]),
    (NO_FILLERS, lambda distance, max_gap: [min(distance, max_gap)]),
    (NO_FILLERS, lambda distance, max_gap: [(distance - 1) % max_gap + 1]),
    (ONE_FILLER, _one_filler),
    (EVENLY, _in_equal_parts),
    (EVENLY, lambda distance, max_gap: _in_equal_parts(distance, max_gap)[::-1]),
    (ZEROS_COUNTED, lambda distance, max_gap: [gap - 1 for gap in _right(distance, max_gap)]),
    (ZEROS_COUNTED, _zeros_between),
)
"""How a distance is told by gaps."""

_TWO = products(
    _one_by_one,
    [(cause, {"entry": entry}) for cause, entry in RULES],
    [(FROM_0, {"first": 0})],
    [
        (NEGATIVES_LOST, {"over": _above_zero}),
        (COLUMNS, {"over": _by_columns}),
        *((SMALL_LOST, {"over": _above(small)}) for small in SMALL),
    ],
)

_ALONE = several(
    *(ways(*cause, _one_by_one(entry)) for cause, entry in RULES),
    ways(*NEGATIVES_LOST, _one_by_one(over=_above_zero)),
    ways(*COLUMNS, _one_by_one(over=_by_columns)),
    ways(*SMALL_LOST, *(_one_by_one(over=_above(small)) for small in SMALL)),
    ways(*FROM_0, _one_by_one(first=0), _one_by_one(_by_formula, first=0)),
    ways(
        "fillers-without-values",
        "A filler has its gap, but no 0 among the values, so that the two tensors differ in "
        "length: who reads them gives the next weight to the filler.",
        _without_zeros,
    ),
    ways(*GAP_AS_BITS, *map(_with_bits, (0, 1))),
    both(GAP_AS_BITS, SMALL_LOST, *(_with_bits(more, s) for more in (0, 1) for s in SMALL)),
    ways(*FIRST_MISSING, _without_the_first(lambda gaps, max_gap: gaps, fillers=True)),
    both(FIRST_MISSING, NO_FILLERS, *map(_without_the_first, CLAMPS)),
    ways(
        "positions-not-gaps",
        "These are positions. Each gap is the distance to the entry before.",
        _absolute,
        lambda w, max_gap: (_absolute(w, max_gap)[0] + 1, _absolute(w, max_gap)[1]),
    ),
    ways(
        "end-told-too",
        "The zeros behind the last kept weight were told as fillers. Nothing comes after them: "
        "leave them out.",
        _with_the_end,
    ),
    ways(
        "rows-start-anew",
        "The distances start anew in each row. All of the tensor is one line: the last weight "
        "of a row and the first of the next have a distance as well.",
        _restarts,
    ),
)

MISTAKES = several(
    _ALONE,
    _TWO,
    ways(*SWAPPED, _swapped(reference.relative_index_encode)),
    followed_by(SWAPPED, lambda result, *_: result[::-1], _ALONE),
)
