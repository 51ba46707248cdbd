"""Solutions of exercise 06 as students could write them: sparse_bytes."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("sparse_bytes", says="zeros-are-free")
def counts_only_nonzeros(mask, storage):
    rows, nnz = mask.shape[0], int(mask.sum())
    return {
        "dense": 4 * nnz,
        "coo": 20 * nnz,
        "csr": 12 * nnz + 8 * (rows + 1),
        "bitmask": math.ceil(mask.numel() / 8) + 4 * nnz,
    }[storage]


@wrong("sparse_bytes", says="places-not-stored")
def counts_only_values(mask, storage):
    return 4 * mask.numel() if storage == "dense" else 4 * int(mask.sum())


@wrong("sparse_bytes", says="values-not-stored")
def counts_only_places(mask, storage):
    rows, nnz = mask.shape[0], int(mask.sum())
    if storage == "dense":
        return 4 * mask.numel()
    if storage == "coo":
        return 16 * nnz
    return 8 * nnz + 8 * (rows + 1) if storage == "csr" else (mask.numel() + 7) // 8


@wrong("sparse_bytes", says="indices-of-four-bytes")
def thinks_indices_are_int32(mask, storage):
    rows, nnz = mask.shape[0], int(mask.sum())
    if storage == "dense":
        return 4 * mask.numel()
    if storage == "coo":
        return nnz * (4 + 4 + 4)
    return nnz * (4 + 4) + 4 * (rows + 1) if storage == "csr" else -(-mask.numel() // 8) + 4 * nnz


@wrong("sparse_bytes", says="one-index-for-coo")
def gives_coo_one_index(mask, storage):
    rows, nnz = mask.shape[0], int(mask.sum())
    if storage == "dense":
        return 4 * mask.numel()
    if storage == "coo":
        return nnz * (4 + 8)
    return 12 * nnz + 8 * (rows + 1) if storage == "csr" else -(-mask.numel() // 8) + 4 * nnz


@wrong("sparse_bytes", says="row-of-each-value-in-csr")
def stores_rows_in_csr_too(mask, storage):
    rows, nnz = mask.shape[0], int(mask.sum())
    if storage == "dense":
        return 4 * mask.numel()
    if storage == "coo":
        return 20 * nnz
    return 20 * nnz + 8 * (rows + 1) if storage == "csr" else -(-mask.numel() // 8) + 4 * nnz


@wrong("sparse_bytes", says="row-starts-forgotten")
def forgets_the_row_starts(mask, storage):
    nnz = int(mask.sum())
    sizes = {"dense": 4 * mask.numel(), "coo": 20 * nnz, "csr": 12 * nnz}
    return sizes.get(storage, -(-mask.numel() // 8) + 4 * nnz)


@wrong("sparse_bytes", says="one-row-start-short")
def counts_a_start_for_each_row(mask, storage):
    nnz = int(mask.sum())
    sizes = {"dense": 4 * mask.numel(), "coo": 20 * nnz, "csr": 12 * nnz + 8 * len(mask)}
    return sizes.get(storage, -(-mask.numel() // 8) + 4 * nnz)


@wrong("sparse_bytes", says="columns-for-rows")
def counts_columns(mask, storage):
    columns, nnz = mask.shape[1], int(mask.sum())
    sizes = {"dense": 4 * mask.numel(), "coo": 20 * nnz, "csr": 12 * nnz + 8 * (columns + 1)}
    return sizes.get(storage, -(-mask.numel() // 8) + 4 * nnz)


@wrong("sparse_bytes", says="bitmask-cut-off")
def drops_the_last_bits(mask, storage):
    nnz = int(mask.sum())
    sizes = {"dense": 4 * mask.numel(), "coo": 20 * nnz, "csr": 12 * nnz + 8 * (len(mask) + 1)}
    return sizes.get(storage, mask.numel() // 8 + 4 * nnz)


@wrong("sparse_bytes", says="bitmask-not-rounded")
def leaves_a_fraction(mask, storage):
    nnz = int(mask.sum())
    sizes = {"dense": 4 * mask.numel(), "coo": 20 * nnz, "csr": 12 * nnz + 8 * (len(mask) + 1)}
    return sizes.get(storage, mask.numel() / 8 + 4 * nnz)


@wrong("sparse_bytes", says="bitmask-row-by-row")
def pads_every_row_of_bits(mask, storage):
    rows, columns = mask.shape
    nnz = int(mask.sum())
    sizes = {"dense": 4 * rows * columns, "coo": 20 * nnz, "csr": 12 * nnz + 8 * (rows + 1)}
    return sizes.get(storage, rows * math.ceil(columns / 8) + 4 * nnz)


@wrong("sparse_bytes", says="byte-a-bit")
def stores_torch_bool(mask, storage):
    nnz = int(mask.sum())
    sizes = {"dense": 4 * mask.numel(), "coo": 20 * nnz, "csr": 12 * nnz + 8 * (len(mask) + 1)}
    return sizes.get(storage, mask.numel() + 4 * nnz)


@wrong("sparse_bytes", says="bits-of-kept-weights-only")
def gives_bits_to_the_kept(mask, storage):
    nnz = int(mask.sum())
    sizes = {"dense": 4 * mask.numel(), "coo": 20 * nnz, "csr": 12 * nnz + 8 * (len(mask) + 1)}
    return sizes.get(storage, math.ceil(nnz / 8) + 4 * nnz)


@wrong("sparse_bytes", says="all-values-stored")
def keeps_all_values(mask, storage):
    nnz = int(mask.sum())
    sizes = {"dense": 4 * mask.numel(), "coo": 20 * nnz, "csr": 12 * nnz + 8 * (len(mask) + 1)}
    return sizes.get(storage, math.ceil(mask.numel() / 8) + 4 * mask.numel())


@wrong("sparse_bytes", says="pruned-weights-counted")
def takes_true_for_pruned(mask, storage):
    n, gone = mask.numel(), int((~mask).sum())
    sizes = {"dense": 4 * n, "coo": 20 * gone, "csr": 12 * gone + 8 * (len(mask) + 1)}
    return sizes.get(storage, math.ceil(n / 8) + 4 * gone)


@wrong("sparse_bytes", says="bits-not-bytes")
def counts_bits(mask, storage):
    n, nnz = mask.numel(), int(mask.sum())
    sizes = {"dense": 32 * n, "coo": 160 * nnz, "csr": 96 * nnz + 64 * (len(mask) + 1)}
    return sizes.get(storage, 8 * math.ceil(n / 8) + 32 * nnz)


@wrong("sparse_bytes", says="wrong-size-of-values")
def takes_values_for_float64(mask, storage):
    n, nnz = mask.numel(), int(mask.sum())
    sizes = {"dense": 8 * n, "coo": 24 * nnz, "csr": 16 * nnz + 8 * (len(mask) + 1)}
    return sizes.get(storage, math.ceil(n / 8) + 8 * nnz)


@wrong("sparse_bytes", says="float-for-integer")
def divides_with_a_slash(mask, storage):
    n, nnz = mask.numel(), mask.float().sum().item()
    sizes = {"dense": 4 * n, "coo": 20 * nnz, "csr": 12 * nnz + 8 * (len(mask) + 1)}
    return sizes.get(storage, math.ceil(n / 8) + 4 * nnz)


@wrong("sparse_bytes", says="one-index-for-coo")
def gives_coo_indices_of_four_bytes(mask, storage):
    rows, nnz = mask.shape[0], int(mask.sum())
    return {
        "dense": 4 * mask.numel(),
        "coo": (4 + 4 + 4) * nnz,
        "csr": 12 * nnz + 8 * (rows + 1),
        "bitmask": math.ceil(mask.numel() / 8) + 4 * nnz,
    }[storage]


@wrong("sparse_bytes", says="empty-rows-left-out")
def leaves_empty_rows_out(mask, storage):
    kept = int(mask.sum())
    used_rows = int(mask.any(dim=1).sum())
    if storage == "dense":
        return mask.numel() * 4
    if storage == "coo":
        return kept * (4 + 8 + 8)
    if storage == "csr":
        return kept * (4 + 8) + (used_rows + 1) * 8
    return kept * 4 + math.ceil(mask.numel() / 8)


@wrong("sparse_bytes", says="kept-weights-counted-twice")
def counts_two_indices_a_weight(mask, storage):
    kept = torch.nonzero(mask).numel()
    if storage == "dense":
        return 4 * mask.numel()
    if storage == "coo":
        return kept * (4 + 8 + 8)
    if storage == "csr":
        return kept * (4 + 8) + 8 * mask.shape[0]
    return 4 * kept + math.ceil(mask.numel() / 8)


@right("sparse_bytes")
def measures_real_tensors(mask, storage):
    w = mask.float()
    if storage == "dense":
        return w.nbytes
    if storage == "coo":
        sparse = w.to_sparse()
        return sparse.indices().nbytes + sparse.values().nbytes
    if storage == "csr":
        sparse = w.to_sparse_csr()
        parts = (sparse.crow_indices(), sparse.col_indices(), sparse.values())
        return sum(part.nbytes for part in parts)
    return np.packbits(mask.numpy()).nbytes + w[mask].nbytes


@right("sparse_bytes")
def as_tensors(mask, storage):
    nnz = mask.sum()
    match storage:
        case "dense":
            return torch.tensor(4 * mask.numel())
        case "coo":
            return 20 * nnz
        case "csr":
            return 12 * nnz + 8 * (mask.shape[0] + 1)
        case "bitmask":
            return 4 * nnz + (mask.numel() + 7) // 8


@right("sparse_bytes")
def counts_in_a_loop(mask, storage):
    size, bits = (8 if storage == "csr" else 0), 0
    for row in mask.tolist():
        size += 8 if storage == "csr" else 0
        for kept in row:
            bits += 1
            size += 1 if storage == "bitmask" and bits % 8 == 1 else 0
            size += 4 if kept or storage == "dense" else 0
            size += {"coo": 16, "csr": 8}.get(storage, 0) if kept else 0
    return size
