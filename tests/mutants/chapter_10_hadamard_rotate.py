"""Solutions of exercise 10 as students could write them: rotations."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _matrix(n):
    h = torch.ones(1, 1)
    while len(h) < n:
        h = torch.cat([torch.cat([h, h], 1), torch.cat([h, -h], 1)], 0)
    return h


def _check(x, block_size):
    if block_size & (block_size - 1) or x.shape[-1] % block_size:
        raise ValueError("block_size")


@wrong("hadamard_rotate", says="not-normalised")
def forgets_the_root(x, block_size):
    _check(x, block_size)
    return (x.reshape(-1, block_size) @ _matrix(block_size)).reshape(x.shape)


@wrong("hadamard_rotate", says="divided-by-n")
def takes_means(x, block_size):
    _check(x, block_size)
    y = x.reshape(-1, block_size)
    half = 1
    while half < block_size:
        pairs = y.reshape(len(y), -1, 2, half)
        first, second = pairs[:, :, 0], pairs[:, :, 1]
        y = torch.stack([(first + second) / 2, (first - second) / 2], dim=2).reshape(len(y), -1)
        half *= 2
    return y.reshape(x.shape)


@wrong("hadamard_rotate", says="one-root-of-two")
def divides_by_one_root_of_two(x, block_size):
    _check(x, block_size)
    return (x.reshape(-1, block_size) @ _matrix(block_size) / 2**0.5).reshape(x.shape)


@wrong("hadamard_rotate", says="root-of-the-row")
def divides_by_the_root_of_the_row(x, block_size):
    _check(x, block_size)
    y = x.reshape(-1, block_size) @ _matrix(block_size)
    return y.reshape(x.shape) / math.sqrt(x.shape[-1])


@wrong("hadamard_rotate", says="multiplied-by-the-root")
def multiplies_by_the_root(x, block_size):
    _check(x, block_size)
    y = x.reshape(-1, block_size) @ _matrix(block_size)
    return y.reshape(x.shape) * math.sqrt(block_size)


@wrong("hadamard_rotate", says="minus-at-another-place")
def subtracts_the_other_way_round(x, block_size):
    _check(x, block_size)
    h = torch.ones(1, 1)
    while len(h) < block_size:
        h = torch.kron(torch.tensor([[1.0, -1.0], [1.0, 1.0]]), h)
    return (x.reshape(-1, block_size) @ h / block_size**0.5).reshape(x.shape)


@wrong("hadamard_rotate", says="ordered-by-changes-of-sign")
def sorts_by_frequency(x, block_size):
    _check(x, block_size)
    h = _matrix(block_size)
    changes = [int((row[1:] != row[:-1]).sum()) for row in h]
    h = h[sorted(range(block_size), key=lambda i: changes[i])]
    return (x.reshape(-1, block_size) @ h / block_size**0.5).reshape(x.shape)


@wrong("hadamard_rotate", says="all-signs-plus")
def has_no_minus(x, block_size):
    _check(x, block_size)
    h = torch.ones(block_size, block_size)
    return (x.reshape(-1, block_size) @ h / block_size**0.5).reshape(x.shape)


@wrong("hadamard_rotate", says="one-round-only")
def goes_one_round(x, block_size):
    _check(x, block_size)
    y = x.reshape(-1, block_size)
    half = block_size // 2
    if half:
        first, second = y[:, :half], y[:, half:]
        y = torch.cat([first + second, first - second], dim=1) / 2**0.5
    return y.reshape(x.shape)


@wrong("hadamard_rotate", says="whole-row-rotated")
def rotates_the_row(x, block_size):
    _check(x, block_size)
    n = x.shape[-1]
    return x @ _matrix(n) / n**0.5


@wrong("hadamard_rotate", says="first-block-only")
def rotates_the_first_block(x, block_size):
    _check(x, block_size)
    y = x.clone()
    y[..., :block_size] = x[..., :block_size] @ _matrix(block_size) / block_size**0.5
    return y


@wrong("hadamard_rotate", says="blocks-interleaved")
def reshapes_the_wrong_way_round(x, block_size):
    _check(x, block_size)
    blocks = x.reshape(*x.shape[:-1], block_size, -1)
    y = torch.einsum("...ij,ik->...kj", blocks, _matrix(block_size)) / block_size**0.5
    return y.reshape(x.shape)


@wrong("hadamard_rotate", says="columns-rotated")
def rotates_the_columns(x, block_size):
    _check(x, block_size)
    columns = x.transpose(0, -1)
    y = columns.reshape(-1, block_size) @ _matrix(block_size) / block_size**0.5
    return y.reshape(columns.shape).transpose(0, -1)


@wrong("hadamard_rotate", says="misfit-let-through")
def looks_at_the_power_alone(x, block_size):
    if block_size & (block_size - 1):
        raise ValueError
    return (x.reshape(-1, block_size) @ _matrix(block_size) / block_size**0.5).reshape(x.shape)


@wrong("hadamard_rotate", says="error-of-another-type")
def asserts_the_size(x, block_size):
    assert block_size & (block_size - 1) == 0
    assert x.shape[-1] % block_size == 0
    return (x.reshape(-1, block_size) @ _matrix(block_size) / block_size**0.5).reshape(x.shape)


@wrong("hadamard_rotate", says="block-of-one")
def begins_at_two(x, block_size):
    if block_size < 2 or block_size & (block_size - 1) or x.shape[-1] % block_size:
        raise ValueError("block_size must be a power of two")
    return (x.reshape(-1, block_size) @ _matrix(block_size) / block_size**0.5).reshape(x.shape)


@wrong("hadamard_rotate", says="blocks-left-apart")
def leaves_the_blocks(x, block_size):
    _check(x, block_size)
    return x.reshape(-1, block_size) @ _matrix(block_size) / block_size**0.5


@wrong("hadamard_rotate", says="values-unchanged")
def rotates_there_and_back(x, block_size):
    _check(x, block_size)
    h = _matrix(block_size) / block_size**0.5
    return (x.reshape(-1, block_size) @ h @ h.T).reshape(x.shape)


@wrong("hadamard_rotate", says="two-axes-only")
def takes_matrices_alone(x, block_size):
    _, columns = x.shape
    if block_size & (block_size - 1) or columns % block_size:
        raise ValueError
    return (x.reshape(-1, block_size) @ _matrix(block_size) / block_size**0.5).reshape(x.shape)


@wrong("hadamard_rotate", says="too-few-digits")
def multiplies_in_bfloat16(x, block_size):
    _check(x, block_size)
    y = x.reshape(-1, block_size) @ _matrix(block_size) / block_size**0.5
    return y.reshape(x.shape).to(torch.bfloat16).float()


@wrong("hadamard_rotate", says="changes-input")
def rotates_in_place(x, block_size):
    _check(x, block_size)
    x.copy_((x.reshape(-1, block_size) @ _matrix(block_size) / block_size**0.5).reshape(x.shape))
    return x


@right("hadamard_rotate")
def by_kronecker(x, block_size):
    if bin(block_size).count("1") != 1 or x.shape[-1] % block_size != 0:
        raise ValueError("no block of this size")
    h = torch.ones(1, 1, dtype=torch.float64)
    for _ in range(block_size.bit_length() - 1):
        h = torch.kron(h, torch.tensor([[1.0, 1.0], [1.0, -1.0]], dtype=torch.float64))
    return (x.double().unflatten(-1, (-1, block_size)) @ h / math.sqrt(block_size)).flatten(-2)


@right("hadamard_rotate")
def by_butterflies(x, block_size):
    if 2 ** round(math.log2(block_size)) != block_size or x.shape[-1] % block_size:
        raise ValueError
    blocks = x.reshape(-1, block_size).clone()
    half = block_size // 2
    while half:
        for start in range(0, block_size, 2 * half):
            a = blocks[:, start : start + half].clone()
            b = blocks[:, start + half : start + 2 * half].clone()
            blocks[:, start : start + half] = (a + b) / math.sqrt(2)
            blocks[:, start + half : start + 2 * half] = (a - b) / math.sqrt(2)
        half //= 2
    return blocks.reshape(x.shape)


@right("hadamard_rotate")
def by_counting_common_bits(x, block_size):
    """Entry (i, j) is -1 where i and j have an odd number of bits in common."""
    n = block_size
    if n < 1 or n & (n - 1) or x.shape[-1] % n:
        raise ValueError
    h = np.array([[(-1.0) ** bin(i & j).count("1") for j in range(n)] for i in range(n)])
    y = x.numpy().astype(np.float64).reshape(-1, n) @ h / np.sqrt(n)
    return torch.from_numpy(y.reshape(tuple(x.shape)))


@right("hadamard_rotate")
def by_recursion(x, block_size):
    if block_size < 1 or block_size & (block_size - 1) != 0 or x.shape[-1] % block_size != 0:
        raise ValueError

    def rotate(v):
        n = v.shape[-1]
        if n == 1:
            return v
        a, b = rotate(v[..., : n // 2]), rotate(v[..., n // 2 :])
        return torch.cat([a + b, a - b], dim=-1) / 2**0.5

    return torch.cat([rotate(part) for part in x.split(block_size, dim=-1)], dim=-1)


@wrong("hadamard_rotate", says="half-overwritten-too-early")
def overwrites_the_half_it_still_needs(x, block_size):
    if block_size < 1 or block_size & (block_size - 1) or x.shape[-1] % block_size:
        raise ValueError("bad block_size")
    y, h = x.clone().reshape(-1, block_size), 1
    while h < block_size:
        for i in range(0, block_size, h * 2):
            left, right = y[:, i : i + h], y[:, i + h : i + 2 * h]
            y[:, i : i + h] = left + right
            y[:, i + h : i + 2 * h] = left - right
        h *= 2
    return (y / block_size**0.5).reshape(x.shape)
