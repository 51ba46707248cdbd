"""Solutions of exercise 06 as students could write them: bytes of a mask, and masked steps."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong

# --- sparse_bytes -------------------------------------------------------------------------------


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


# --- masked_step --------------------------------------------------------------------------------


@wrong("masked_step", says="gradient-masked-only")
def masks_the_gradient(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad * mask
    return w - lr * v, v


@wrong("masked_step", says="gradient-masked-only")
def masks_the_gradient_and_the_old_weight(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + torch.where(mask, grad, 0.0)
    return w * mask - lr * v, v


@wrong("masked_step", says="masked-before-the-step")
def masks_first(w, grad, velocity, mask, lr, momentum):
    w = w * mask
    v = momentum * velocity + grad
    return w - lr * v, v


@wrong("masked_step", says="mask-forgotten")
def ignores_the_mask(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return w - lr * v, v


@wrong("masked_step", says="step-masked-only")
def masks_the_velocity(w, grad, velocity, mask, lr, momentum):
    v = (momentum * velocity + grad) * mask
    return w - lr * v, v


@wrong("masked_step", says="step-masked-only")
def moves_only_the_kept(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return torch.where(mask, w - lr * v, w), v


@wrong("masked_step", says="mask-inverted")
def zeroes_the_kept(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return (w - lr * v).masked_fill(mask, 0.0), v


@wrong("masked_step", says="mask-read-from-zeros")
def infers_the_mask(w, grad, velocity, mask, lr, momentum):
    alive = w != 0
    v = momentum * velocity + grad
    return (w - lr * v) * alive, v * alive


@wrong("masked_step", says="momentum-forgotten")
def steps_by_the_gradient(w, grad, velocity, mask, lr, momentum):
    return (w - lr * grad) * mask, grad


@wrong("masked_step", says="old-velocity-used")
def steps_before_the_update(w, grad, velocity, mask, lr, momentum):
    w = (w - lr * velocity) * mask
    return w, momentum * velocity + grad


@wrong("masked_step", says="momentum-not-applied")
def adds_velocities_up(w, grad, velocity, mask, lr, momentum):
    v = velocity + grad
    return (w - lr * v) * mask, v


@wrong("masked_step", says="velocity-averaged")
def averages(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + (1 - momentum) * grad
    return (w - lr * v) * mask, v * mask


@wrong("masked_step", says="rate-inside-velocity")
def puts_the_rate_into_the_velocity(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity - lr * grad
    return (w + v) * mask, v


@wrong("masked_step", says="nesterov")
def looks_ahead(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return (w - lr * (grad + momentum * v)) * mask, v


@wrong("masked_step", says="uphill")
def adds_the_step(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return torch.where(mask, w + lr * v, 0.0), v


@wrong("masked_step", says="rate-forgotten")
def forgets_the_rate(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return (w - v) * mask, v


@wrong("masked_step", says="old-velocity-returned")
def returns_the_old_velocity(w, grad, velocity, mask, lr, momentum):
    new = momentum * velocity + grad
    return (w - lr * new) * mask, velocity


@wrong("masked_step", says="order-swapped")
def swaps_the_results(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return v, (w - lr * v) * mask


@wrong("masked_step", says="wrong-type")
def returns_only_the_weights(w, grad, velocity, mask, lr, momentum):
    return (w - lr * (momentum * velocity + grad)) * mask


@wrong("masked_step", says="changes-input")
def updates_in_place(w, grad, velocity, mask, lr, momentum):
    velocity.mul_(momentum).add_(grad)
    w.sub_(lr * velocity).mul_(mask)
    return w, velocity


@right("masked_step")
def with_torchs_sgd(w, grad, velocity, mask, lr, momentum):
    parameter = torch.nn.Parameter(w.clone())
    optimizer = torch.optim.SGD([parameter], lr=lr, momentum=momentum)
    optimizer.state[parameter]["momentum_buffer"] = velocity.clone()
    parameter.grad = grad.clone()
    optimizer.step()
    moved = optimizer.state[parameter].get("momentum_buffer", grad)
    if momentum == 0:
        moved = grad
    return parameter * mask, moved


@right("masked_step")
def with_a_masked_velocity(w, grad, velocity, mask, lr, momentum):
    v = (grad + momentum * velocity) * mask
    return [mask * w - lr * v, v]


@right("masked_step")
def entry_by_entry(w, grad, velocity, mask, lr, momentum):
    new_w, new_v = torch.zeros_like(w), torch.zeros_like(w)
    rows = zip(w.flatten(), grad.flatten(), velocity.flatten(), mask.flatten(), strict=True)
    for i, (value, slope, speed, kept) in enumerate(rows):
        new_v.view(-1)[i] = momentum * speed + slope
        if kept:
            new_w.view(-1)[i] = value - lr * new_v.view(-1)[i]
    return new_w, new_v


@right("masked_step")
def in_double_precision(w, grad, velocity, mask, lr, momentum):
    v = np.float64(momentum) * velocity.double().numpy() + grad.double().numpy()
    new = np.where(mask.numpy(), w.double().numpy() - lr * v, 0.0)
    return torch.from_numpy(new).float(), torch.from_numpy(v)
