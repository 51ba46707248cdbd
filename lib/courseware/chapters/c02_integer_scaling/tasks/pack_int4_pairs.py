"""Two mistakes in one answer to `pack_int4`: in the order, the nibbles, the padding, the pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations, product
from typing import Any

import torch

from courseware.checks.misconceptions import both
from courseware.checks.task import Misconception

T = torch.Tensor
Cause = tuple[str, str]
Knob = tuple[Cause, Callable[..., T]]


def _lines(q: T) -> T:
    return q.reshape(1, -1)


def _padded(line: T) -> T:
    return torch.nn.functional.pad(line, (0, line.shape[1] % 2))


def _joined(first: T, second: T) -> T:
    return first + 16 * second


def _packed(
    q: T,
    lines: Callable[[T], T] = _lines,
    nibbles: Callable[[T], T] = lambda codes: codes,
    padded: Callable[[T], T] = _padded,
    moved: Callable[[T], T] = lambda nibbles: nibbles,
    pair: Callable[[T, T], T] = _joined,
    shaped: Callable[[T, T], T] = lambda q, packed: packed.flatten(),
) -> T:
    """Lines of codes made nibbles, padded, moved with the padding, and joined in pairs."""
    codes = moved(padded(nibbles(lines(q).to(torch.int32)) & 15)) & 15
    packed = pair(codes[:, 0::2], codes[:, 1::2]) % 256
    return shaped(q, packed.to(torch.uint8))


def in_rows(q: T, packed: T) -> T:
    """In the rows of q where they are of even length, or of as many bytes as fit."""
    return packed.reshape(*q.shape[:-1], -1) if q.dim() and len(q) else packed


def of_rows(q: T) -> T:
    return q.reshape(-1, q.shape[-1])


def rows_if_even(q: T) -> T:
    """Rows that need no padding, or all in one line."""
    return of_rows(q) if q.shape[-1] % 2 == 0 else _lines(q)


def _in_rows_if_even(q: T, packed: T) -> T:
    return in_rows(q, packed) if q.shape[-1] % 2 == 0 else packed.flatten()


def about_pairs(
    *,
    columns: Cause,
    row_by_row: Cause,
    shape_kept: Cause,
    nibbles: tuple[Knob, ...],
    padding: tuple[Knob, ...],
    moving: tuple[Knob, ...],
    pairing: tuple[Knob, ...],
) -> Iterator[Misconception]:
    """Each two of different kinds; the kinds are told by the task."""
    turned = partial(_packed, lines=lambda q: _lines(q.permute(*reversed(range(q.dim())))))
    kept = partial(_packed, lines=rows_if_even, shaped=_in_rows_if_even)
    kept_padded = partial(_packed, lines=of_rows, shaped=in_rows)
    orders = (
        (columns, turned),
        (row_by_row, partial(_packed, lines=of_rows)),
        (shape_kept, kept),
        (shape_kept, kept_padded),
    )
    kinds = {"nibbles": nibbles, "padded": padding, "moved": moving, "pair": pairing}
    for cause, way in orders:
        for name, knobs in kinds.items():
            for second, changed in knobs:
                given: dict[str, Any] = {name: changed}
                yield from both(cause, second, partial(way, **given))
    for (one, firsts), (other, seconds) in combinations(kinds.items(), 2):
        for (first, changed), (second, also) in product(firsts, seconds):
            if first != second:
                given = {one: changed, other: also}
                yield from both(first, second, partial(_packed, **given))
