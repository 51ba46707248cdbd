"""Sparse storage: what a pruned matrix takes in bytes (chapter 06).

A zero in a float32 tensor takes four bytes like any other value. Space is saved only by a format
that leaves the pruned weights out, and then has to say where the others belong. With n weights in
`rows` rows, nnz of them kept:

    storage   values   where they belong                                bytes
    dense     4 n      nothing to say                                   4 n
    bitmask   4 nnz    one bit a weight, 1 = kept                       4 nnz + ceil(n / 8)
    csr       4 nnz    int64 column each; int64 start of each row       12 nnz + 8 (rows + 1)
    coo       4 nnz    int64 row and column each                        20 nnz

Values are float32, indices int64, as in torch. The dense form is the only one that computes at full
speed. What is stored is what the mask keeps, also where a kept weight happens to be 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import torch

from model_compression._mask_validation import checked_mask
from model_compression._stored import loadable
from model_compression._validation import checked_floats, checked_integer, shown
from model_compression.masks import Mask

Storage = Literal["dense", "bitmask", "csr", "coo"]

_VALUE_BYTES = 4
_INDEX_BYTES = 8
_BITS_OF_A_BYTE = torch.tensor([1, 2, 4, 8, 16, 32, 64, 128], dtype=torch.uint8, device="cpu")


def sparse_bytes(mask: torch.Tensor, storage: Storage) -> int:
    """Bytes that a masked float32 matrix takes in a storage.

    dense: 4 n;  bitmask: 4 nnz + ceil(n / 8);  csr: 12 nnz + 8 (rows + 1);  coo: 20 nnz.

    Args:
        mask: torch.bool tensor of shape (rows, cols), True = kept; n = rows * cols, nnz = kept.
        storage: "dense", "bitmask", "csr" or "coo".
    Returns: int.
    Raises: ValueError for a mask that is not 2-D or not torch.bool, or an unknown storage.

    >>> mask = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1], [1, 0, 0, 1]]).bool()
    >>> [sparse_bytes(mask, storage) for storage in ("dense", "bitmask", "csr", "coo")]
    [48, 38, 140, 180]
    """
    rows, cols = _checked_matrix(checked_mask(mask, "mask"), "mask").shape
    return _size(rows, cols, Mask(mask).n_kept, storage)


def break_even_sparsity(rows: int, cols: int, storage: Storage) -> float | None:
    """Smallest sparsity at which a storage takes no more bytes than the dense matrix.

    The largest nnz with bytes(nnz) <= 4 n decides: sparsity = 1 - nnz / n. For large matrices it
    is close to 1/32 for bitmask, 2/3 for csr, 4/5 for coo.

    Args:
        rows: int >= 1.
        cols: int >= 1.
        storage: "dense", "bitmask", "csr" or "coo".
    Returns: float in 0 ... 1; None if even the empty matrix takes more than the dense one.
    Raises: ValueError for sizes below 1, or an unknown storage.

    >>> [break_even_sparsity(1000, 1000, storage) for storage in ("bitmask", "csr", "coo")]
    [0.03125, 0.667334, 0.8]
    """
    rows, cols = checked_integer(rows, "rows", 1), checked_integer(cols, "cols", 1)
    n, without_values = rows * cols, _size(rows, cols, 0, storage)
    bytes_per_value = _size(rows, cols, 1, storage) - without_values
    dense = _size(rows, cols, n, "dense")
    if without_values > dense:
        return None
    largest_nnz = (dense - without_values) // bytes_per_value if bytes_per_value else n
    return float(1 - Fraction(largest_nnz, n))


@loadable
@dataclass(frozen=True, eq=False)
class StoredMatrix:
    """A masked matrix in one of the storages; made by `encode`.

    Attributes:
        storage: name of the storage.
        shape: (rows, cols) of the matrix.
        parts: the tensors that are kept, by name; "values" are float32, indices int64, bits uint8.
    """

    storage: Storage
    shape: tuple[int, int]
    parts: dict[str, torch.Tensor]

    @property
    def nbytes(self) -> int:
        """Bytes of all parts, as torch counts them. Two sizes in a file header are not included."""
        return sum(part.nbytes for part in self.parts.values())

    def decode(self) -> torch.Tensor:
        """The dense float32 matrix, 0 where it is pruned."""
        values = self.parts["values"]
        if self.storage == "dense":
            return values.clone()
        dense = torch.zeros(self.shape, dtype=values.dtype, device=values.device)
        dense[self._places()] = values
        return dense

    def _places(self) -> tuple[torch.Tensor, ...]:
        """Row and column of each value."""
        if self.storage == "coo":
            return self.parts["rows"], self.parts["columns"]
        if self.storage == "csr":
            counts = self.parts["row_starts"].diff()
            rows = torch.arange(self.shape[0], device="cpu").repeat_interleave(counts)
            return rows, self.parts["columns"]
        packed = self.parts["bits"][:, None]
        bits = (packed & _BITS_OF_A_BYTE) != 0
        n_weights = self.shape[0] * self.shape[1]
        return bits.flatten()[:n_weights].reshape(self.shape).nonzero(as_tuple=True)


def encode(weight: torch.Tensor, mask: torch.Tensor, storage: Storage) -> StoredMatrix:
    """Store a masked matrix; `decode` of the result gives w * mask back.

    Values are in row order. bitmask: the first weight of eight is the lowest bit of a byte, the
    last byte is padded with 0. csr: row r holds the values from row_starts[r] up to, not including,
    row_starts[r + 1].

    Args:
        weight: floating-point tensor of shape (rows, cols); stored as float32.
        mask: torch.bool tensor of the same shape, True = kept.
        storage: "dense", "bitmask", "csr" or "coo".
    Returns: StoredMatrix; its `nbytes` is `sparse_bytes(mask, storage)`.
    Raises: ValueError for a matrix that is not 2-D, a mask that does not fit, an unknown storage,
        NaN or infinity.

    >>> weight = torch.tensor([[5.0, 6.0], [7.0, 8.0]])
    >>> stored = encode(weight, torch.tensor([[True, False], [False, True]]), "csr")
    >>> stored.parts["values"], stored.parts["columns"], stored.parts["row_starts"]
    (tensor([5., 8.]), tensor([0, 1]), tensor([0, 1, 2]))
    >>> stored.nbytes
    48
    >>> stored.decode()
    tensor([[5., 0.],
            [0., 8.]])
    """
    values = _checked_matrix(checked_floats(weight, "weight"), "weight")
    kept = checked_mask(mask, "mask", values.shape)
    _check_storage(storage)
    rows, cols = values.shape
    return StoredMatrix(storage, (rows, cols), _ENCODERS[storage](values, kept))


def _encode_dense(values: torch.Tensor, kept: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"values": Mask(kept).apply(values)}


def _encode_bitmask(values: torch.Tensor, kept: torch.Tensor) -> dict[str, torch.Tensor]:
    bits = kept.flatten().to(torch.uint8)
    padded = torch.nn.functional.pad(bits, (0, -bits.numel() % 8)).reshape(-1, 8)
    packed = (padded * _BITS_OF_A_BYTE).sum(dim=1, dtype=torch.uint8)
    return {"bits": packed, "values": values[kept]}


def _encode_csr(values: torch.Tensor, kept: torch.Tensor) -> dict[str, torch.Tensor]:
    ends = kept.sum(dim=1).cumsum(dim=0)
    return {
        "row_starts": torch.nn.functional.pad(ends, (1, 0)),
        "columns": _places_kept(kept)[1],
        "values": values[kept],
    }


def _encode_coo(values: torch.Tensor, kept: torch.Tensor) -> dict[str, torch.Tensor]:
    rows, columns = _places_kept(kept)
    return {"rows": rows, "columns": columns, "values": values[kept]}


def _places_kept(kept: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Row and column of each kept weight; each tensor owns its memory.

    What torch hands out are two views of one tensor: each of them would keep, and save, both.
    """
    rows, columns = kept.nonzero(as_tuple=True)
    return rows.clone(), columns.clone()


_Encoder = Callable[[torch.Tensor, torch.Tensor], dict[str, torch.Tensor]]
_ENCODERS: dict[str, _Encoder] = {
    "dense": _encode_dense,
    "bitmask": _encode_bitmask,
    "csr": _encode_csr,
    "coo": _encode_coo,
}


def _size(rows: int, cols: int, nnz: int, storage: Storage) -> int:
    _check_storage(storage)
    n = rows * cols
    values = _VALUE_BYTES * (n if storage == "dense" else nnz)
    places = {
        "dense": 0,
        "bitmask": -(-n // 8),
        "csr": _INDEX_BYTES * (nnz + rows + 1),
        "coo": _INDEX_BYTES * 2 * nnz,
    }
    return values + places[storage]


def _check_storage(storage: str) -> None:
    if not isinstance(storage, str) or storage not in _ENCODERS:
        raise ValueError(f"storage: expected one of {list(_ENCODERS)}, got {shown(storage)}")


def _checked_matrix(tensor: torch.Tensor, name: str) -> torch.Tensor:
    if tensor.dim() != 2:
        raise ValueError(f"{name}: expected 2 axes (rows, cols), got shape {tuple(tensor.shape)}")
    return tensor
