"""Ways to store a pruned layer: those of the library, and csr with indices no wider than needed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Literal, get_args

import torch

from model_compression.magnitude_pruning import magnitude_mask
from model_compression.sparse_storage import encode, sparse_bytes

Parts = Mapping[str, torch.Tensor]
Way = Literal["dense", "bitmask", "csr", "csr, small indices", "coo"]

STORAGES: tuple[Way, ...] = get_args(Way)


def parts_of(weight: torch.Tensor, mask: torch.Tensor, way: Way) -> dict[str, torch.Tensor]:
    """The tensors that are kept. Small indices: uint8 columns, int32 row starts.

    Raises: ValueError for small indices of a matrix of more than 256 columns.

    >>> kept = parts_of(torch.eye(3), torch.eye(3) > 0, "csr, small indices")
    >>> {name: (len(part), part.element_size()) for name, part in kept.items()}
    {'values': (3, 4), 'row_starts': (4, 4), 'columns': (3, 1)}
    """
    if way != "csr, small indices":
        return dict(encode(weight, mask, way).parts)
    if weight.shape[1] > 256:
        raise ValueError(f"weight: expected at most 256 columns, got {weight.shape[1]}")
    parts = encode(weight, mask, "csr").parts
    return {
        "values": parts["values"],
        "row_starts": parts["row_starts"].to(torch.int32),
        "columns": parts["columns"].to(torch.uint8),
    }


def computed_bytes(mask: torch.Tensor, way: Way) -> int:
    """By formula: `sparse_bytes`, or nnz * (4 + 1) + 4 * (rows + 1) with small indices."""
    if way != "csr, small indices":
        return sparse_bytes(mask, way)
    return 5 * int(mask.sum()) + 4 * (mask.shape[0] + 1)


def memory_bytes(parts: Parts) -> int:
    """Of the storages behind the tensors, each counted once."""
    owned = {p.untyped_storage().data_ptr(): p.untyped_storage().nbytes() for p in parts.values()}
    return sum(owned.values())


def file_bytes(parts: Parts) -> int:
    """Of a file written by `torch.save`."""
    file = io.BytesIO()
    torch.save(dict(parts), file)
    return file.tell()


def break_even_in_files(weight: torch.Tensor, way: Way) -> float:
    """The sparsity from which the file is no larger than the dense one, by bisection."""
    everything = torch.ones_like(weight, dtype=torch.bool)
    dense = file_bytes(parts_of(weight, everything, "dense"))
    low, high = 0, weight.numel()  # larger than dense at low, not larger at high
    while high - low > 1:
        n_pruned = (low + high) // 2
        mask = magnitude_mask(weight, n_pruned / weight.numel())
        larger = file_bytes(parts_of(weight, mask, way)) > dense
        low, high = (n_pruned, high) if larger else (low, n_pruned)
    return high / weight.numel()
