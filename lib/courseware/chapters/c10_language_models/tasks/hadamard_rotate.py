"""The task `hadamard_rotate`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.groups import OTHER_ERROR
from courseware.checks.misconceptions import except_where, several, ways
from courseware.checks.precision import DECIMALS, HALF, IMPRECISE
from courseware.checks.task import Check, Draw, Task
from model_compression import hadamard as reference

T = torch.Tensor
Arguments = tuple[T, int]
Matrix = Callable[[int], T]


def _small(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[3.0, 1.0]]), 2
    yield draw.normal(2, 2), 2
    yield draw.normal(1, 4), 2
    yield draw.normal(2, 3), 1


def _whole_rows(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[8.0, 0.0, 0.0, 0.0]]), 4
    yield torch.tensor([[1.0, 2.0, 3.0, 4.0]]), 4
    for size in (4, 8, 16, 32):
        yield draw.normal(2, size), size


def _several_blocks(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0]]), 4
    for blocks, size in ((3, 4), (2, 8), (5, 2), (3, 16)):
        yield draw.normal(3, blocks * size), size


def _other_axes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([1.0, 2.0, 3.0, 4.0]), 4
    for shape in ((16,), (2, 3, 8), (4, 4, 4)):
        yield draw.normal(*shape), 4


def _refused(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, 2.0, 3.0]]), 3
    yield torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]), 4
    yield draw.normal(2, 12), draw.rng.choice((3, 6, 12))
    yield draw.normal(4, 12), 8
    yield draw.normal(2, 12), 4


def _sylvester(size: int) -> T:
    """H with its entries of 1 and −1, or the error that a recursion ends in."""
    h = torch.ones(1, 1, dtype=torch.float64)
    while len(h) < size:
        h = torch.cat((torch.cat((h, h), dim=1), torch.cat((h, -h), dim=1)))
    return h


@cache
def _hadamard(size: int) -> T:
    return _sylvester(size)


def _nested(pattern: list[list[float]]) -> Matrix:
    """Another pattern of two by two, nested."""

    def matrix(size: int) -> T:
        h, two = torch.ones(1, 1, dtype=torch.float64), torch.tensor(pattern, dtype=torch.float64)
        while len(h) < size:
            h = torch.kron(two, h)
        return h

    return matrix


def _by_changes_of_sign(size: int) -> T:
    """The rows ordered by how often the sign changes (Walsh's order)."""
    h = _hadamard(size)
    changes = (h[:, 1:] != h[:, :-1]).sum(dim=1)
    return h[changes.argsort()]


def _cosines(size: int) -> T:
    """The discrete cosine transform, scaled like H."""
    place = torch.arange(size, dtype=torch.float64)
    rows = torch.cos(math.pi / size * (place[None] + 0.5) * place[:, None])
    rows = rows * math.sqrt(2)
    rows[0] /= math.sqrt(2)
    return rows.T


def _last_round_only(size: int) -> T:
    """One round of sums and differences, of the two halves."""
    half = torch.eye(size // 2, dtype=torch.float64) if size > 1 else torch.ones(1, 1).double()
    return torch.kron(_hadamard(2), half) if size > 1 else half


def _first_round_only(size: int) -> T:
    """One round of sums and differences, of neighbours."""
    half = torch.eye(size // 2, dtype=torch.float64) if size > 1 else torch.ones(1, 1).double()
    return torch.kron(half, _hadamard(2)) if size > 1 else half


def _misfit(x: T, block_size: int) -> bool:
    return block_size & (block_size - 1) != 0 or x.shape[-1] % block_size != 0


def _checked(behaves: Callable[[T, int], Any]) -> Callable[..., Any]:
    def checked(x: T, block_size: int) -> Any:
        if _misfit(x, block_size):
            raise ValueError
        return behaves(x.double(), block_size)

    return checked


def _blocks(
    matrix: Matrix = _hadamard, scale: Callable[[int], float] = lambda n: math.sqrt(n)
) -> Callable[..., Any]:
    """Each block of a row times another matrix, divided by another number."""

    def behaves(x: T, block_size: int) -> T:
        blocks = x.reshape(-1, block_size) @ matrix(block_size) / scale(block_size)
        return blocks.reshape(x.shape)

    return _checked(behaves)


_right = _blocks()


def _whole_row(x: T, block_size: int) -> T:
    """The whole row as one block, where it has such a length."""
    n = x.shape[-1]
    if n & (n - 1):
        raise RuntimeError
    return (x.reshape(-1, n) @ _hadamard(n) / math.sqrt(n)).reshape(x.shape)


def _first_block_only(x: T, block_size: int) -> T:
    rest = x[..., block_size:]
    return torch.cat((_right(x[..., :block_size], block_size), rest), dim=-1)


def _interleaved(x: T, block_size: int) -> T:
    """A block takes values that lie apart in their row."""
    runs = x.reshape(*x.shape[:-1], block_size, -1).transpose(-1, -2)
    turned = _right(runs.reshape(*x.shape[:-1], -1), block_size)
    return turned.reshape(runs.shape).transpose(-1, -2).reshape(x.shape)


def _down_the_columns(x: T, block_size: int) -> T:
    if x.dim() < 2 or x.shape[0] % block_size:
        raise RuntimeError
    columns = x.movedim(0, -1)
    return _right(columns, block_size).movedim(-1, 0)


def _turned_and_cut(x: T, block_size: int) -> T:
    """The first axis and the last change places, and all is one line of blocks."""
    columns = x.transpose(0, -1)
    runs = columns.reshape(-1, block_size) @ _hadamard(block_size) / math.sqrt(block_size)
    return runs.reshape(columns.shape).transpose(0, -1)


def _loose_checks(power: bool, divides: bool) -> Callable[..., Any]:
    """Sizes are let through that are no power of two, or do not divide the row."""

    def behaves(x: T, block_size: int) -> Any:
        no_power = block_size & (block_size - 1) != 0
        misfit = x.shape[-1] % block_size != 0
        if (no_power and power) or (misfit and divides):
            raise ValueError
        if x.numel() % block_size:
            raise RuntimeError
        size = block_size
        if no_power:
            made = _sylvester(size)
            matrix = made[:size, :size]
        else:
            matrix = _hadamard(size)
        turned = x.double().reshape(-1, size) @ matrix / math.sqrt(size)
        return turned.reshape(x.shape)

    return behaves


def _no_power(x: T, block_size: int) -> bool:
    return block_size & (block_size - 1) != 0


def _of_one(x: T, block_size: int) -> bool:
    return block_size == 1


def _more_than_one_block(x: T, block_size: int) -> bool:
    return x.shape[-1] % block_size == 0 and x.shape[-1] != block_size


def _not_two_axes(x: T, block_size: int) -> bool:
    return x.dim() != 2


HADAMARD_ROTATE = Task(
    name="hadamard_rotate",
    points=7,
    reference=reference.hadamard_rotate,
    lecture="lecture 10, “Rotations”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("sums and differences of two, and blocks of one", 2, _small),
        Check("larger blocks: signs, order, scale", 4, _whole_rows),
        Check("several blocks in a row", 2, _several_blocks),
        Check("one axis, or three", 1, _other_axes),
        Check("sizes that make no block are refused", 1, _refused),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "not-normalised",
            "The result was not divided by √n. H makes every vector longer, by √n; a rotation "
            "leaves its length as it is.",
            _blocks(scale=lambda n: 1.0),
        ),
        ways(
            "divided-by-n",
            "The result was divided by n, not by √n: by 2 in each round, say. A rotation leaves "
            "the length of a vector as it is.",
            _blocks(scale=lambda n: float(n)),
        ),
        ways(
            "one-root-of-two",
            "The result was divided by √2, whatever the size of the block. H of n values makes a "
            "vector longer by √n.",
            _blocks(scale=lambda n: math.sqrt(2)),
        ),
        ways(
            "root-of-the-row",
            "The result was divided by the root of the whole row's length. H has as many rows as "
            "the block has values.",
            _checked(lambda x, n: _blocks(scale=lambda _: math.sqrt(x.shape[-1]))(x, n)),
            _checked(lambda x, n: _blocks(scale=lambda _: math.sqrt(len(x)))(x, n)),
        ),
        ways(
            "multiplied-by-the-root",
            "The result was multiplied by √n. It has to be divided: H alone makes every vector "
            "longer by √n.",
            _blocks(scale=lambda n: 1 / math.sqrt(n)),
        ),
        ways(
            "minus-at-another-place",
            "The minus of [[1, 1], [1, −1]] stands at another place. Only its last corner is "
            "negative: first the sum of both halves, then the first minus the second.",
            _blocks(_nested([[1, 1], [-1, 1]])),
            _blocks(_nested([[1, -1], [1, 1]])),
            _blocks(_nested([[-1, 1], [1, 1]])),
        ),
        ways(
            "ordered-by-changes-of-sign",
            "The rows of H stand in another order: by how often their sign changes. Sylvester's "
            "order comes from nesting: [[H, H], [H, −H]].",
            _blocks(_by_changes_of_sign),
            _blocks(lambda n: _by_changes_of_sign(n).T),
        ),
        ways(
            "another-transform",
            "This is another rotation, such as a cosine transform. The entries of H are 1 and −1.",
            _blocks(_cosines),
            _blocks(lambda n: _cosines(n).T),
        ),
        ways(
            "all-signs-plus",
            "All entries of H are 1, so that every place gets the same sum. Half of the entries in "
            "all rows but the first are negative.",
            _blocks(lambda n: torch.ones(n, n, dtype=torch.float64)),
        ),
        ways(
            "one-round-only",
            "There was one round of sums and differences. Nesting takes one for every doubling: "
            "log2(n) rounds.",
            *(
                _blocks(matrix, scale)
                for matrix in (_first_round_only, _last_round_only)
                for scale in (lambda n: math.sqrt(min(n, 2)), lambda n: math.sqrt(n))
            ),
        ),
        ways(
            "order-reversed",
            "The result stands in reverse order, or H was turned round.",
            _blocks(lambda n: _hadamard(n).flip(1)),
            _blocks(lambda n: _hadamard(n).flip(0)),
        ),
        ways(
            "whole-row-rotated",
            "The whole row was taken for one block. Each run of `block_size` values is rotated by "
            "itself.",
            _whole_row,
            _checked(_whole_row),
        ),
        ways(
            "first-block-only",
            "Only the first block of each row was rotated.",
            _checked(_first_block_only),
        ),
        ways(
            "blocks-interleaved",
            "A block took values that lie apart. It is a run of neighbours: look at the order in "
            "which reshaping lays out the values.",
            _checked(_interleaved),
        ),
        ways(
            "columns-rotated",
            "The columns were rotated. A block is a run of values within a row: the last axis.",
            _down_the_columns,
            _checked(_down_the_columns),
            _checked(_turned_and_cut),
        ),
        ways(
            "values-unchanged",
            "The values came back as they were.",
            _checked(lambda x, n: x),
        ),
        ways(
            "matrix-returned",
            "The matrix came back. The rotated values are asked for.",
            _checked(lambda x, n: _hadamard(n)),
            _checked(lambda x, n: _hadamard(n) / math.sqrt(n)),
        ),
        ways(
            "blocks-left-apart",
            "The blocks came back one by one. The result has the shape of x.",
            _checked(lambda x, n: _right(x, n).reshape(-1, n)),
            _checked(lambda x, n: _right(x, n).reshape(*x.shape[:-1], -1, n)),
        ),
        ways(
            "several-blocks-refused",
            "A row of more than one block stops your function. Cut it into runs first.",
            *(
                except_where(_more_than_one_block, error, _right)
                for error in (RuntimeError, ValueError)
            ),
        ),
        ways(
            "two-axes-only",
            "One axis, or three, stop your function. The last axis is cut into blocks, however "
            "many there are before it.",
            *(
                except_where(_not_two_axes, error, _right)
                for error in (RuntimeError, ValueError, IndexError)
            ),
        ),
        ways(
            "block-of-one",
            "Blocks of one value stop your function. 1 is a power of two: H is [[1]], and nothing "
            "changes.",
            *(
                except_where(_of_one, error, _right)
                for error in (RuntimeError, ValueError, RecursionError)
            ),
        ),
        ways(
            "misfit-let-through",
            "A block size that is no power of two, or does not divide the row, was let through. "
            "There is no such block: refuse it with a ValueError, also where it divides the number "
            "of all values.",
            _loose_checks(power=False, divides=True),
            _loose_checks(power=True, divides=False),
            _loose_checks(power=False, divides=False),
            except_where(_misfit, torch.zeros(1), _right),
        ),
        ways(
            *OTHER_ERROR,
            *(
                except_where(when, error, _right)
                for when in (_misfit, _no_power)
                for error in (AssertionError, RuntimeError, RecursionError)
            ),
        ),
        ways(
            *IMPRECISE,
            *(
                _checked(lambda x, n, d=d: _right(x, n).round(decimals=d))  # type: ignore[misc]
                for d in DECIMALS
            ),
            *(
                _checked(lambda x, n, half=half: _right(x, n).to(half).float())  # type: ignore[misc]
                for half in HALF
            ),
        ),
    ),
)
