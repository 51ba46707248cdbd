"""A sequence of small numbers as bytes, in four ways, and back.

bits    each number takes the bits that the largest possible one needs
zlib    a byte a number, then zlib: repetitions, and Huffman's code
lzma    a byte a number, then lzma without a header: longer repetitions, and a range coder
range   each number by its share of all; the shares stand in front, a byte for each possible number
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Callable

import numpy as np
import torch

from model_compression.range_coding import range_decode, range_encode

BITS, ZLIB, LZMA, RANGE = "bits", "zlib", "lzma", "range coder"

FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0}]
"""Of lzma; without lc, which looks at the byte before: here it does not pay."""


BLOCK = 2**15
"""Numbers that the range coder writes as one."""


def write_stream(numbers: torch.Tensor, n_kinds: int, coder: str) -> bytes:
    """Numbers 0 ... n_kinds - 1, at most 256 kinds, as bytes.

    Raises: ValueError for an unknown coder, or numbers outside of that range.

    >>> len(write_stream(torch.tensor([0, 3, 1, 0]), 4, BITS))     # 4 times 2 bits
    1
    """
    _check(n_kinds, coder)
    flat = numbers.flatten().to(torch.int64)
    if flat.numel() and not 0 <= int(flat.min()) <= int(flat.max()) < n_kinds:
        raise ValueError(f"numbers: expected 0 ... {n_kinds - 1}, got others")
    return _CODERS[coder][0](flat, n_kinds)


def read_stream(data: bytes, n: int, n_kinds: int, coder: str) -> torch.Tensor:
    """The n numbers that `write_stream` wrote, as 1-D int64.

    >>> read_stream(write_stream(torch.tensor([0, 3, 1, 0]), 4, RANGE), 4, 4, RANGE)
    tensor([0, 3, 1, 0])
    """
    _check(n_kinds, coder)
    return _CODERS[coder][1](data, n, n_kinds)


def _check(n_kinds: int, coder: str) -> None:
    if coder not in _CODERS:
        raise ValueError(f"coder: expected one of {', '.join(_CODERS)}, got {coder!r}")
    if not 1 <= n_kinds <= 256:
        raise ValueError(f"n_kinds: expected 1 ... 256, got {n_kinds}")


def _write_bits(numbers: torch.Tensor, n_kinds: int) -> bytes:
    places = torch.arange((n_kinds - 1).bit_length())
    return np.packbits((numbers[:, None] >> places & 1).numpy().astype(np.uint8)).tobytes()


def _read_bits(data: bytes, n: int, n_kinds: int) -> torch.Tensor:
    width = (n_kinds - 1).bit_length()
    bits = np.unpackbits(np.frombuffer(data, np.uint8), count=n * width).reshape(n, width)
    return (torch.from_numpy(bits).to(torch.int64) << torch.arange(width)).sum(dim=1)


def _write_range(numbers: torch.Tensor, n_kinds: int) -> bytes:
    """The shares, then blocks: one number for all would make each step as long as itself."""
    if not numbers.numel():
        return b""
    counts = torch.bincount(numbers, minlength=n_kinds).tolist()
    shares = [-(-255 * count // max(counts)) for count in counts]
    blocks = [range_encode(block, shares) for block in numbers.split(BLOCK)]
    return bytes(shares) + b"".join(struct.pack("<I", len(one)) + one for one in blocks)


def _read_range(data: bytes, n: int, n_kinds: int) -> torch.Tensor:
    shares, at, blocks = list(data[:n_kinds]), n_kinds, [torch.zeros(0, dtype=torch.int64)]
    while n > 0:
        (length,) = struct.unpack_from("<I", data, at)
        at += 4 + length
        blocks.append(range_decode(data[at - length : at], shares, min(n, BLOCK)))
        n -= BLOCK
    return torch.cat(blocks)


def _as_bytes(numbers: torch.Tensor) -> bytes:
    return numbers.to(torch.uint8).numpy().tobytes()


def _of_bytes(data: bytes, n: int) -> torch.Tensor:
    return torch.tensor(list(data[:n]), dtype=torch.int64)


_CODERS: dict[str, tuple[Callable[..., bytes], Callable[..., torch.Tensor]]] = {
    BITS: (_write_bits, _read_bits),
    ZLIB: (
        lambda numbers, _: zlib.compress(_as_bytes(numbers), 9),
        lambda data, n, _: _of_bytes(zlib.decompress(data), n),
    ),
    LZMA: (
        lambda numbers, _: lzma.compress(_as_bytes(numbers), lzma.FORMAT_RAW, filters=FILTERS),
        lambda data, n, _: _of_bytes(lzma.decompress(data, lzma.FORMAT_RAW, filters=FILTERS), n),
    ),
    RANGE: (_write_range, _read_range),
}

CODERS = tuple(_CODERS)
"""The four, in the order of their bytes on the average."""
