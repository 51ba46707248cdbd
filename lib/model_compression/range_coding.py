"""A range coder: fractions of bits, in thirty lines (chapter 11).

Huffman's code gives every code whole bits. A range coder writes one number for all codes together
instead. It starts with a range of numbers, and each code narrows it to a part as large as the
code's share of the counts; any number in the last range tells all codes. A share p costs log2(1/p)
bits, so that the whole comes within two bytes of the entropy.

    counts 2, 1, 1      code 0 takes the lower half, 1 and 2 a quarter each
    codes  0, 2         [0, 1) -> [0, 1/2) -> [3/8, 1/2)

The numbers are integers: whenever the range has become small, it is widened by a byte, and the byte
above it is settled but for a carry, which Python's unlimited integers take care of. The counts are
not part of the bytes: whoever decodes must have them.

Sources: Martin 1979, Range Encoding: An Algorithm for Removing Redundancy from a Digitised Message;
Witten, Neal & Cleary 1987, Arithmetic Coding for Data Compression.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import torch

from model_compression._validation import (
    check_codes_within,
    checked_codes,
    checked_integer,
    shown,
)

_WIDTH = 64
_SMALL = 1 << (_WIDTH - 8)
_LARGEST_TOTAL = 1 << 40  # a range is never below 2^56: its parts lose nothing that could be seen


def range_encode(codes: torch.Tensor, counts: Sequence[int]) -> bytes:
    """Write codes as one number, each by its share of the counts.

    low += size / total * (counts below the code), size *= count / total; 8 bits more whenever the
    size has fallen to 2^56. Written are the upper bytes of a number in the last range that has
    zeros below, and zero bytes at the end are left out.

    Args:
        codes: tensor of any integer dtype and shape, values 0 ... len(counts) - 1; row by row.
        counts: ints >= 0, how often each code comes, or is expected to; at least 1 for the codes
            that are there. Their total is from 1 to 2^40.
    Returns: bytes.
    Raises: ValueError for codes without a count, and for counts that are none.

    >>> range_encode(torch.tensor([0, 2]), [2, 1, 1])      # 3/8 of 256
    b'`'
    """
    starts, total = _starts(counts)
    values = checked_codes(codes, "codes").reshape(-1).to(torch.int64)
    check_codes_within(values, "codes", 0, len(starts) - 2)
    low, size, n_bytes = 0, 1 << _WIDTH, 1
    for code in values.tolist():
        start, end = starts[code], starts[code + 1]
        if start == end:
            raise ValueError(f"codes: expected codes with a count of at least 1, got {code}")
        size //= total
        low += size * start
        size *= end - start
        while size <= _SMALL:
            low, size, n_bytes = low << 8, size << 8, n_bytes + 1
    return (-(-low // _SMALL)).to_bytes(n_bytes, "big").rstrip(b"\0")


def range_decode(data: bytes, counts: Sequence[int], n: int) -> torch.Tensor:
    """Read codes back: the inverse of `range_encode`.

    The code is the one whose part of the range holds the number; then the number is taken relative
    to the start of that part. Bytes behind the end count as zeros.

    Args:
        data: bytes, from `range_encode`; others give codes, too, but nobody's.
        counts: as for encoding.
        n: number of codes, an int >= 0.
    Returns: 1-D int64 tensor of n codes.
    Raises: ValueError for what is not bytes, for counts that are none, and a negative n.

    >>> range_decode(b"`", [2, 1, 1], 2)
    tensor([0, 2])
    """
    starts, total = _starts(counts)
    n = checked_integer(n, "n", 0)
    if not isinstance(data, bytes):
        raise ValueError(f"data: expected bytes, got {type(data).__name__}")
    first = _WIDTH // 8
    number, size, place = (
        int.from_bytes(data[:first].ljust(first, b"\0"), "big"),
        1 << _WIDTH,
        first,
    )
    codes = []
    for _ in range(n):
        size //= total
        code = bisect_right(starts, min(number // size, total - 1)) - 1
        codes.append(code)
        number -= size * starts[code]
        size *= starts[code + 1] - starts[code]
        while size <= _SMALL:
            number = number << 8 | (data[place] if place < len(data) else 0)
            size, place = size << 8, place + 1
    return torch.tensor(codes, dtype=torch.int64, device="cpu")


def _starts(counts: Any) -> tuple[list[int], int]:
    """Where the part of each code starts, the end of the last one behind them; the total."""
    if not isinstance(counts, Iterable):
        raise ValueError(f"counts: expected a list of counts, got {shown(counts)}")
    checked = [checked_integer(count, "a count in counts", 0, _LARGEST_TOTAL) for count in counts]
    starts = [0, *accumulate(checked)]
    if not 1 <= starts[-1] <= _LARGEST_TOTAL:
        raise ValueError(f"counts: expected a total from 1 to 2^40, got {starts[-1]}")
    return starts, starts[-1]
