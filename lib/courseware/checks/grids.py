"""A small tensor that came out wrong, cell by cell beside the expected one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from wcwidth import wcswidth

from courseware.checks.values import tensor_slack
from courseware.languages.matching import Told

ROWS, COLUMNS = 8, 8
"""The largest tensor that is drawn."""


@dataclass(frozen=True)
class Grid:
    """Two tensors of one shape as rows of texts, and which cells of the second are wrong."""

    expected: tuple[tuple[str, ...], ...]
    got: tuple[tuple[str, ...], ...]
    wrong: tuple[tuple[bool, ...], ...]


def grid(expected: Any, got: Any) -> Grid | None:
    """The first pair of small tensors of two results that differ; None where there is none.

    >>> drawn = grid((torch.tensor([1, 2]), 0), (torch.tensor([1, 3]), 0))
    >>> drawn.got, drawn.wrong
    ((('1', '3'),), ((False, True),))
    >>> grid(torch.ones(2), torch.ones(3)) is None
    True
    """
    for wanted, came in _pairs(expected, got):
        if wanted.shape != came.shape or not 1 <= wanted.dim() <= 2 or wanted.numel() < 2:
            continue
        rows, columns = wanted.shape if wanted.dim() == 2 else (1, len(wanted))
        near = (came.double() - wanted.double()).abs() <= tensor_slack(wanted)
        wrong = (came.double() != wanted.double()) & ~near
        if rows <= ROWS and columns <= COLUMNS and wrong.any():
            texts = [_texts(value.reshape(rows, columns)) for value in (wanted, came)]
            marks = tuple(map(tuple, wrong.reshape(rows, columns).tolist()))
            return Grid(texts[0], texts[1], marks)
    return None


def as_lines(drawn: Grid, told: Told = str) -> list[str]:
    """Both tensors as text, a wrong cell between exclamation marks.

    >>> as_lines(grid(torch.tensor([1, 2]), torch.tensor([1, 30])))
    ['expected   1    2 ', 'got        1  !30!']
    """
    marked = [
        [f"!{text}!" if bad else f" {text} " for text, bad in zip(*row, strict=True)]
        for row in zip(drawn.got, drawn.wrong, strict=True)
    ]
    plain = [[f" {text} " for text in row] for row in drawn.expected]
    width = max(len(text) for row in (*plain, *marked) for text in row)
    lines = []
    for label, rows in (("expected", plain), ("got", marked)):
        for number, row in enumerate(rows):
            cells = " ".join(text.rjust(width) for text in row)
            lines.append(padded(told(label) if number == 0 else "") + cells)
    return lines


def padded(label: str, columns: int = 9) -> str:
    """A label with blanks behind it; a Chinese character takes two columns.

    >>> padded("got"), padded("預期")
    ('got      ', '預期     ')
    """
    return label + " " * (columns - wcswidth(label))


def _pairs(expected: Any, got: Any) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    if isinstance(expected, torch.Tensor) and isinstance(got, torch.Tensor):
        yield expected.detach(), got.detach()
    elif isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key in (name for name in expected if name in got):
            yield from _pairs(expected[key], got[key])
    elif isinstance(expected, tuple) and isinstance(got, tuple | list):
        for wanted, came in zip(expected, got, strict=False):
            yield from _pairs(wanted, came)


def _texts(values: torch.Tensor) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(_text, row)) for row in values.tolist())


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
