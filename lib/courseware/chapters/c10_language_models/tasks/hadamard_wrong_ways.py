"""What wrong ways of `hadamard_rotate` give."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import torch

T = torch.Tensor
Matrix = Callable[[int], T]


def _sylvester(size: int) -> T:
    """H with its entries of 1 and −1, or the error that a recursion ends in."""
    h = torch.ones(1, 1, dtype=torch.float64)
    while len(h) < size:
        h = torch.cat((torch.cat((h, h), dim=1), torch.cat((h, -h), dim=1)))
    return h


@cache
def hadamard(size: int) -> T:
    return _sylvester(size)


def nested(pattern: list[list[float]]) -> Matrix:
    """Another pattern of two by two, nested."""

    def matrix(size: int) -> T:
        h, two = torch.ones(1, 1, dtype=torch.float64), torch.tensor(pattern, dtype=torch.float64)
        while len(h) < size:
            h = torch.kron(two, h)
        return h

    return matrix


def by_changes_of_sign(size: int) -> T:
    """The rows ordered by how often the sign changes (Walsh's order)."""
    h = hadamard(size)
    changes = (h[:, 1:] != h[:, :-1]).sum(dim=1)
    return h[changes.argsort()]


def cosines(size: int) -> T:
    """The discrete cosine transform, scaled like H."""
    place = torch.arange(size, dtype=torch.float64)
    rows = torch.cos(math.pi / size * (place[None] + 0.5) * place[:, None])
    rows = rows * math.sqrt(2)
    rows[0] /= math.sqrt(2)
    return rows.T


def last_round_only(size: int) -> T:
    """One round of sums and differences, of the two halves."""
    half = torch.eye(size // 2, dtype=torch.float64) if size > 1 else torch.ones(1, 1).double()
    return torch.kron(hadamard(2), half) if size > 1 else half


def first_round_only(size: int) -> T:
    """One round of sums and differences, of neighbours."""
    half = torch.eye(size // 2, dtype=torch.float64) if size > 1 else torch.ones(1, 1).double()
    return torch.kron(half, hadamard(2)) if size > 1 else half


def misfit(x: T, block_size: int) -> bool:
    return no_power(x, block_size) or x.shape[-1] % block_size != 0


def checked(behaves: Callable[[T, int], Any]) -> Callable[..., Any]:
    def checked(x: T, block_size: int) -> Any:
        if misfit(x, block_size):
            raise ValueError
        return behaves(x.double(), block_size)

    return checked


def in_blocks(
    matrix: Matrix = hadamard, scale: Callable[[int], float] = lambda n: math.sqrt(n)
) -> Callable[..., Any]:
    """Each block of a row times another matrix, divided by another number."""

    def behaves(x: T, block_size: int) -> T:
        blocks = x.reshape(-1, block_size) @ matrix(block_size) / scale(block_size)
        return blocks.reshape(x.shape)

    return checked(behaves)


right = in_blocks()


def whole_row(x: T, block_size: int) -> T:
    """The whole row as one block, where it has such a length."""
    n = x.shape[-1]
    if n & (n - 1):
        raise RuntimeError
    return (x.reshape(-1, n) @ hadamard(n) / math.sqrt(n)).reshape(x.shape)


def first_block_only(x: T, block_size: int, rotate: Callable[[T, int], Any] | None = None) -> T:
    first, rest = x[..., :block_size], x[..., block_size:]
    return torch.cat(((rotate or right)(first, block_size), rest), dim=-1)


def by_the_product(size: int) -> T:
    """(−1)^(i·j): alike in every second row."""
    places = torch.arange(size)
    return 1.0 - 2.0 * (places[:, None] * places % 2).double()


def interleaved(x: T, block_size: int) -> T:
    """A block takes values that lie apart in their row."""
    runs = x.reshape(*x.shape[:-1], block_size, -1).transpose(-1, -2)
    turned = right(runs.reshape(*x.shape[:-1], -1), block_size)
    return turned.reshape(runs.shape).transpose(-1, -2).reshape(x.shape)


def down_the_columns(x: T, block_size: int) -> T:
    if x.dim() < 2 or x.shape[0] % block_size:
        raise RuntimeError
    columns = x.movedim(0, -1)
    return right(columns, block_size).movedim(-1, 0)


def turned_and_cut(x: T, block_size: int) -> T:
    """The first axis and the last change places, and all is one line of blocks."""
    columns = x.transpose(0, -1)
    runs = columns.reshape(-1, block_size) @ hadamard(block_size) / math.sqrt(block_size)
    return runs.reshape(columns.shape).transpose(0, -1)


def first_axis_asked(x: T, block_size: int) -> T:
    """The same, and the size is asked to divide the first axis."""
    if no_power(x, block_size) or x.shape[0] % block_size:
        raise ValueError
    return turned_and_cut(x.double(), block_size)


def halves_alone(size: int) -> T:
    """Each half of a block for itself."""
    if size == 1:
        return hadamard(1)
    return torch.kron(torch.eye(2, dtype=torch.float64), hadamard(size // 2))


def root_of_half(n: int) -> float:
    return math.sqrt(max(n // 2, 1))


def rounded(behaves: Callable[..., T]) -> Callable[..., T]:
    return lambda x, block_size: behaves(x, block_size).round()


def loose_checks(
    power: bool, divides: bool, error: type[Exception] = RuntimeError
) -> Callable[..., Any]:
    """Sizes are let through that are no power of two, or do not divide the row.

    What does not even divide the number of all values ends in an error.
    """

    def behaves(x: T, block_size: int) -> Any:
        if block_size < 1:
            raise error
        no_power = block_size & (block_size - 1) != 0
        misfit = x.shape[-1] % block_size != 0
        if (no_power and power) or (misfit and divides):
            raise ValueError
        if x.numel() % block_size:
            raise error
        size = block_size
        if no_power:
            made = _sylvester(size)
            matrix = made[:size, :size]
        else:
            matrix = hadamard(size)
        turned = x.double().reshape(-1, size) @ matrix / math.sqrt(size)
        return turned.reshape(x.shape)

    return behaves


def nested_down(x: T, block_size: int) -> Any:
    """An even size that is halved again and again makes the matrix of the power of two below it."""
    if block_size < 1 or x.shape[-1] % block_size or (block_size > 1 and block_size % 2):
        raise ValueError
    size = 1 << (block_size.bit_length() - 1)
    if x.numel() % size:
        raise RuntimeError
    return (x.double().reshape(-1, size) @ hadamard(size) / math.sqrt(size)).reshape(x.shape)


def no_power(x: T, block_size: int) -> bool:
    return block_size < 1 or block_size & (block_size - 1) != 0


def is_zero(x: T, block_size: int) -> bool:
    return block_size == 0


def of_one(x: T, block_size: int) -> bool:
    return block_size == 1


def more_than_one_block(x: T, block_size: int) -> bool:
    return x.shape[-1] % block_size == 0 and x.shape[-1] != block_size


def not_two_axes(x: T, block_size: int) -> bool:
    return x.dim() != 2
