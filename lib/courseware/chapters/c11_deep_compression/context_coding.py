"""Bits by shares that are learned on the way, from what was written before: coder and model.

Writer and reader narrow a range of 32 bits by one yes or no after the other, as the library's range
coder does by codes. What share a yes gets, `Shares` says. It has several opinions: of each context,
how often the answer was yes after it so far; and numbers that the caller knows. As log odds they
are put together by weights, which follow each answer a little (logistic regression, learned as it
goes):

    log odds = sum w_i x_i,    w_i += rate * (answer - share) * x_i

Writing and reading take the same steps in the same order, so that both know the same shares. They
are floats: a file is for machines whose logarithms round alike.

Sources: Mahoney 2005, Adaptive Weighing of Context Models for Lossless Data Compression;
Wiedemann et al. 2020, DeepCABAC.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import exp, log

_TOP = 0xFFFFFFFF
_TOTAL = 1 << 16
_LEAST = 32 / _TOTAL
"""No share is smaller: a surprise may cost 11 bits, not more."""
_LONGEST_MEMORY, _CAUTION = 255, 2.5
"""Answers that a share is the mean of, at most; and how little the first ones move it."""


class Writer:
    """Answers become bytes.

    >>> writer = Writer()
    >>> [writer.answer(bit, 0.75) for bit in (True, True, False, True)]
    [True, True, False, True]
    >>> reader = Reader(writer.data())
    >>> [reader.answer(None, 0.75) for _ in range(4)]
    [True, True, False, True]
    """

    def __init__(self) -> None:
        self._low, self._high, self._settled = 0, _TOP, bytearray()

    def answer(self, yes: bool | None, share: float) -> bool:
        """Write one answer, whose share is between 0 and 1, and return it."""
        middle = _middle(self._low, self._high, share)
        if yes:
            self._high = middle
        else:
            self._low = middle + 1
        while (self._low ^ self._high) >> 24 == 0:
            self._settled.append(self._high >> 24)
            self._low, self._high = _widened(self._low, self._high)
        return bool(yes)

    def data(self) -> bytes:
        """All that was written, and as many bytes as tell a number of the last range."""
        if self._low == 0:
            return bytes(self._settled)  # a reader sees zeros behind the end
        return bytes(self._settled) + bytes([(self._low >> 24) + 1])


class Reader:
    """Bytes become answers again."""

    def __init__(self, data: bytes) -> None:
        self._low, self._high, self._data, self._at = 0, _TOP, data, 4
        self._number = int.from_bytes(data[:4].ljust(4, b"\0"), "big")

    def answer(self, _: bool | None, share: float) -> bool:
        """Read one answer; nobody needs to know it before."""
        middle = _middle(self._low, self._high, share)
        yes = self._number <= middle
        if yes:
            self._high = middle
        else:
            self._low = middle + 1
        while (self._low ^ self._high) >> 24 == 0:
            self._low, self._high = _widened(self._low, self._high)
            byte = self._data[self._at] if self._at < len(self._data) else 0
            self._number, self._at = (self._number << 8 & _TOP) | byte, self._at + 1
        return yes


def _middle(low: int, high: int, share: float) -> int:
    return low + (high - low) * round(_TOTAL * share) // _TOTAL


def _widened(low: int, high: int) -> tuple[int, int]:
    return low << 8 & _TOP, (high << 8 & _TOP) | 0xFF


class Shares:
    """The model of one kind of question.

    Args:
        n_contexts: contexts that each question comes with.
        n_known: log odds that the caller brings; 0 says nothing.
        start: weight of all of these at the beginning.
        rate: of the weights.
    """

    def __init__(self, n_contexts: int, n_known: int, start: float, rate: float = 0.015) -> None:
        self._weights = [start] * (n_contexts + n_known) + [0.0]
        self._cells: list[dict[Hashable, list[float]]] = [{} for _ in range(n_contexts)]
        self._rate = rate

    def ask(
        self,
        coder: Writer | Reader,
        yes: bool | None,
        contexts: Sequence[Hashable],
        known: Sequence[float] = (),
    ) -> bool:
        """Let a coder write or read the answer, and learn from it."""
        cells = [
            of.setdefault(context, [0.5, 0.0])  # the share of yes, and how many there were
            for of, context in zip(self._cells, contexts, strict=True)
        ]
        opinions = [*(log(share / (1 - share)) for share, _ in cells), *known, 1.0]
        odds = sum(w * x for w, x in zip(self._weights, opinions, strict=True))
        share = 1 / (1 + exp(-min(max(odds, -12.0), 12.0)))
        answer = coder.answer(yes, min(max(share, _LEAST), 1 - _LEAST))
        push = self._rate * (answer - share)
        self._weights = [w + push * x for w, x in zip(self._weights, opinions, strict=True)]
        for cell in cells:
            cell[0] += (answer - cell[0]) / (min(cell[1], _LONGEST_MEMORY) + _CAUTION)
            cell[1] += 1
        return answer


def log_odds(count: int, of: int, before: float, of_before: float) -> float:
    """Of a share that has been counted, with what was expected before anything was.

    >>> log_odds(1, 2, 0.5, 1.0)
    0.0
    """
    return log((count + before) / (of - count + of_before - before))
