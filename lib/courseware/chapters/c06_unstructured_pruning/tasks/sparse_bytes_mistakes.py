"""Mistakes in `sparse_bytes`."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from courseware.checks.machine_integers import COUNTED_IN_8_BITS, wrapped
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Misconception

Size = Callable[[int, int, int], float]
"""Bytes from rows, columns and the number of kept weights."""


def _dense(rows: int, columns: int, kept: int) -> float:
    return 4 * rows * columns


def _coo(rows: int, columns: int, kept: int) -> float:
    return 20 * kept


def _csr(rows: int, columns: int, kept: int) -> float:
    return 12 * kept + 8 * (rows + 1)


def _bitmask(rows: int, columns: int, kept: int) -> float:
    return math.ceil(rows * columns / 8) + 4 * kept


def _values(rows: int, columns: int, kept: int) -> float:
    return 4 * kept


def _bytes(
    dense: Size = _dense, coo: Size = _coo, csr: Size = _csr, bitmask: Size = _bitmask
) -> Callable[..., float]:
    """The function with some of its sizes computed in another way."""
    sizes = {"dense": dense, "coo": coo, "csr": csr, "bitmask": bitmask}

    def behaves(mask: torch.Tensor, storage: str) -> float:
        rows, columns = mask.shape
        return sizes[storage](rows, columns, int(mask.sum()))

    return behaves


def _scaled(factor: float, value_bytes: int = 4) -> Callable[..., float]:
    """All sizes times a factor, or with values of another type."""

    def changed(size: Size, dense: bool = False) -> Size:
        more = value_bytes - 4
        return lambda r, c, k: factor * (size(r, c, k) + more * (r * c if dense else k))

    return _bytes(changed(_dense, dense=True), changed(_coo), changed(_csr), changed(_bitmask))


def _used_rows(more: int) -> Callable[..., float]:
    """csr with starts for those rows alone that hold something."""

    def behaves(mask: torch.Tensor, storage: str) -> float:
        used = int(mask.any(dim=1).sum())
        return _bytes(csr=lambda r, c, k: 12 * k + 8 * (used + more))(mask, storage)

    return behaves


def _twice(csr: Size) -> Callable[..., float]:
    """All kept weights counted twice."""
    return _bytes(
        coo=lambda r, c, k: _coo(r, c, 2 * k),
        csr=lambda r, c, k: csr(r, c, 2 * k),
        bitmask=lambda r, c, k: _bitmask(r, c, 2 * k),
    )


def _in_units_of(bits: int) -> Size:
    return lambda r, c, k: bits // 8 * math.ceil(r * c / bits) + 4 * k


def _values_of(size: int) -> Size:
    """Bytes of a dense matrix of values of another type."""
    return lambda r, c, k: size * r * c


def _count_through_a_share(mask: torch.Tensor, storage: str) -> float:
    rows, columns = mask.shape
    kept = int(mask.float().mean().item() * mask.numel())
    sizes = {"dense": _dense, "coo": _coo, "csr": _csr, "bitmask": _bitmask}
    return sizes[storage](rows, columns, kept)


def _pruned_counted(mask: torch.Tensor, storage: str) -> float:
    return _bytes()(~mask, storage)


def _also_pruned_counted(known: Misconception) -> tuple[Misconception, ...]:
    """The mistake, and the pruned weights counted for the kept ones."""
    behaves = known.behaves
    if behaves is None:
        return ()
    return both(
        PRUNED_COUNTED, (known.name, known.message), lambda mask, storage: behaves(~mask, storage)
    )


def _counted_in(signed: bool) -> Callable[..., float]:
    """The kept weights counted in 8 bits."""

    def behaves(mask: torch.Tensor, storage: str) -> float:
        def of(size: Size) -> Size:
            return lambda r, c, k: size(r, c, wrapped(k, 8, signed))

        return _bytes(coo=of(_coo), csr=of(_csr), bitmask=of(_bitmask))(mask, storage)

    return behaves


def _columns_once(mask: torch.Tensor, storage: str) -> float:
    """csr with an index for each column that holds something."""
    used = int(mask.any(dim=0).sum())
    return _bytes(csr=lambda r, c, k: 4 * k + 8 * used + 8 * (r + 1))(mask, storage)


def _capped(mask: torch.Tensor, storage: str) -> float:
    return min(_bytes()(mask, storage), 4 * mask.numel())


PRUNED_COUNTED = (
    "pruned-weights-counted",
    "The pruned weights were counted where the kept ones are stored. True in the mask means kept.",
)

OF_SIZES = several(
    ways(
        "zeros-are-free",
        "The zeros of a dense tensor were not counted. Each of them takes four bytes like any "
        "other float: only another way to store the matrix can leave them out.",
        _bytes(dense=lambda r, c, k: 4 * k),
    ),
    ways(
        "places-not-stored",
        "Only the values were counted. Without their places nobody could tell which weights "
        "they are: count what says where they belong.",
        _bytes(_dense, _values, _values, _values),
        _bytes(coo=_values),
        _bytes(csr=_values),
        _bytes(bitmask=_values),
    ),
    ways(
        "values-not-stored",
        "Only the places were counted. The values are stored as well, four bytes each.",
        _bytes(
            coo=lambda r, c, k: 16 * k,
            csr=lambda r, c, k: 8 * k + 8 * (r + 1),
            bitmask=lambda r, c, k: math.ceil(r * c / 8),
        ),
        _bytes(bitmask=lambda r, c, k: math.ceil(r * c / 8)),
    ),
    ways(
        "indices-of-four-bytes",
        "An index was given four bytes. The indices here are int64, as torch stores them: "
        "eight bytes each.",
        _bytes(coo=lambda r, c, k: 12 * k, csr=lambda r, c, k: 8 * k + 4 * (r + 1)),
        _bytes(coo=lambda r, c, k: 12 * k, csr=lambda r, c, k: 8 * k + 8 * (r + 1)),
        _bytes(coo=lambda r, c, k: 12 * k, csr=lambda r, c, k: 12 * k + 4 * (r + 1)),
        _bytes(csr=lambda r, c, k: 8 * k + 4 * (r + 1)),
        _bytes(csr=lambda r, c, k: 12 * k + 4 * (r + 1)),
    ),
    ways(
        "one-index-for-coo",
        "A value in coo was given one index, or two that take four bytes each. It takes two to "
        "name a place in a matrix, its row and its column, and an int64 has eight bytes.",
        _bytes(coo=lambda r, c, k: 12 * k),
        _bytes(coo=lambda r, c, k: 8 * k),
    ),
    ways(
        "row-of-each-value-in-csr",
        "In csr every value was given its row as well. That is what csr saves: the values "
        "are in row order, so it is enough to store where each row begins.",
        _bytes(csr=lambda r, c, k: 20 * k + 8 * (r + 1)),
        _bytes(csr=lambda r, c, k: 20 * k),
    ),
    ways(
        "row-starts-forgotten",
        "The starts of the rows were not counted. A column alone does not say which row it is in.",
        _bytes(csr=lambda r, c, k: 12 * k),
    ),
    ways(
        "one-row-start-short",
        "One entry of the row starts is missing: the end of the last row is stored too, so "
        "there is one more than there are rows.",
        _bytes(csr=lambda r, c, k: 12 * k + 8 * r),
    ),
    ways(
        "empty-rows-left-out",
        "A row without kept weights got no start. Every row has one, so that row i can be "
        "found at place i: an empty one starts where the next one does.",
        _used_rows(1),
        _used_rows(0),
    ),
    ways(
        "kept-weights-counted-twice",
        "The kept weights were counted twice. `nonzero` gives two indices for each of them, a "
        "row and a column, so the number of its entries is double: count the True of the mask.",
        _twice(_csr),
        _bytes(coo=lambda r, c, k: _coo(r, c, 2 * k)),
        _bytes(csr=lambda r, c, k: _csr(r, c, 2 * k)),
        _bytes(bitmask=lambda r, c, k: _bitmask(r, c, 2 * k)),
        _twice(lambda r, c, k: _csr(r - 1, c, k)),
    ),
    ways(
        "columns-for-rows",
        "The starts of the columns were counted. In csr, compressed sparse row, it is the rows "
        "that have starts: the first axis of the mask.",
        _bytes(csr=lambda r, c, k: 12 * k + 8 * (c + 1)),
        _bytes(csr=lambda r, c, k: 12 * k + 8 * c),
    ),
    ways(
        "bitmask-cut-off",
        "The last bits of the bitmask were cut off. If they do not fill a byte, they still "
        "take one: round up.",
        _bytes(bitmask=lambda r, c, k: r * c // 8 + 4 * k),
        _bytes(bitmask=lambda r, c, k: round(r * c / 8) + 4 * k),
    ),
    ways(
        "bitmask-not-rounded",
        "The bitmask takes a fraction of a byte in your result. Memory comes in whole bytes: "
        "round up.",
        _bytes(bitmask=lambda r, c, k: r * c / 8 + 4 * k),
    ),
    ways(
        "bitmask-one-byte-more",
        "The bitmask has one byte too many where its bits fill the last byte. Round up only "
        "what is no whole number.",
        _bytes(bitmask=lambda r, c, k: r * c // 8 + 1 + 4 * k),
    ),
    ways(
        "bitmask-row-by-row",
        "Each row of the bitmask was rounded up to whole bytes. All its bits stand in one "
        "line: round up once.",
        _bytes(bitmask=lambda r, c, k: r * math.ceil(c / 8) + 4 * k),
    ),
    ways(
        "byte-a-bit",
        "The bitmask was given a byte for each weight, as torch.bool takes. Here it is one bit "
        "a weight: eight of them share a byte.",
        _bytes(bitmask=lambda r, c, k: r * c + 4 * k),
    ),
    ways(
        "bits-of-kept-weights-only",
        "The bitmask has bits for the kept weights only. Every weight has one, kept or not: "
        "that is how it tells them apart.",
        _bytes(bitmask=lambda r, c, k: math.ceil(k / 8) + 4 * k),
    ),
    ways(
        "all-values-stored",
        "All values were counted beside the bitmask. The point of the bitmask is that only "
        "those of kept weights are stored.",
        _bytes(bitmask=lambda r, c, k: math.ceil(r * c / 8) + 4 * r * c),
    ),
    ways(
        "columns-counted-once",
        "In csr an index was counted for each column in use. Every kept value has one of its own, "
        "also where others lie in the same column.",
        _columns_once,
    ),
    ways(
        "capped-at-dense",
        "Where a sparse format takes more than the dense one, the smaller number came back. How "
        "many bytes the named one takes is asked for: that it may be more is the point.",
        _capped,
    ),
    ways(
        "falls-to-the-last-else",
        "One storage got the bytes of another: behind a second `if` an `else` takes all that this "
        "one does not name, what the first one named as well. `elif` makes one chain of them.",
        _bytes(dense=_bitmask),
        _bytes(dense=_csr),
        _bytes(dense=_coo),
        _bytes(dense=_bitmask, coo=_bitmask),
        _bytes(coo=_bitmask),
    ),
    ways(
        "bits-not-bytes",
        "This is the number of bits. Bytes are asked for: eight bits each.",
        _scaled(8.0),
    ),
    ways(
        "bitmask-in-larger-units",
        "The bits of the bitmask were filled up to whole words of 16, 32 or 64 bits. They fill "
        "bytes, of eight bits each.",
        *(_bytes(bitmask=_in_units_of(bits)) for bits in (16, 32, 64)),
    ),
    ways(
        "one-start-of-a-byte",
        "Parentheses are missing: `rows * 8 + 1` gives the last start a single byte. There are "
        "rows + 1 starts, of eight bytes each.",
        _bytes(csr=lambda r, c, k: 12 * k + 8 * r + 1),
    ),
    ways(
        "count-through-a-share",
        "The number of kept weights was worked out from their share. A share in float32 is not "
        "exact, and `int` cuts 98.99… down to 98: count the True of the mask.",
        _count_through_a_share,
    ),
    ways(
        "wrong-size-of-values",
        "The values were counted as if they had another type, such as that of the mask. They "
        "are float32: four bytes.",
        *(_bytes(dense=_values_of(size)) for size in (1, 2, 8)),
        _scaled(1.0, value_bytes=8),
        _scaled(1.0, value_bytes=2),
        _scaled(1.0, value_bytes=1),
    ),
)

MISTAKES = several(
    OF_SIZES,
    ways(*PRUNED_COUNTED, _pruned_counted),
    *map(_also_pruned_counted, OF_SIZES),
    ways(*COUNTED_IN_8_BITS, *map(_counted_in, (True, False))),
)
