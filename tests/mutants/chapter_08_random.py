"""Solutions of exercise 08 as students could write them: a mask drawn at random."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _drawn(n, k, seed):
    """A line of n that is False at k places."""
    mask = torch.ones(n, dtype=torch.bool)
    mask[torch.randperm(n, generator=torch.Generator().manual_seed(seed))[:k]] = False
    return mask


@wrong("random_mask", says="count-left-to-chance")
def throws_a_coin_for_each(shape, sparsity, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator) >= sparsity


@wrong("random_mask", says="count-left-to-chance")
def draws_with_replacement(shape, sparsity, seed):
    n = math.prod(shape)
    generator = torch.Generator().manual_seed(seed)
    mask = torch.ones(n, dtype=torch.bool)
    mask[torch.randint(n, (round(sparsity * n),), generator=generator)] = False
    return mask.reshape(shape)


@wrong("random_mask", says="count-left-to-chance")
def numpy_choice_puts_back(shape, sparsity, seed):
    n = math.prod(shape)
    mask = np.ones(n, dtype=bool)
    mask[np.random.default_rng(seed).choice(n, round(sparsity * n))] = False
    return torch.from_numpy(mask.reshape(shape))


@wrong("random_mask", says="density-for-sparsity")
def marks_what_goes(shape, sparsity, seed):
    n = math.prod(shape)
    return ~_drawn(n, round(sparsity * n), seed).reshape(shape)


@wrong("random_mask", says="density-for-sparsity")
def keeps_that_share(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, round((1 - sparsity) * n), seed).reshape(shape)


@wrong("random_mask", says="count-truncated")
def cuts_the_count_off(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, int(sparsity * n), seed).reshape(shape)


@wrong("random_mask", says="count-rounded-up")
def rounds_the_count_up(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, math.ceil(sparsity * n), seed).reshape(shape)


@wrong("random_mask", says="half-counted-up")
def rounds_a_half_up(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, int(sparsity * n + 0.5), seed).reshape(shape)


@wrong("random_mask", says="half-counted-down")
def rounds_a_half_down(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, math.ceil(sparsity * n - 0.5), seed).reshape(shape)


@wrong("random_mask", says="count-off-by-one")
def prunes_one_more(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, round(sparsity * n) + 1, seed).reshape(shape)


@wrong("random_mask", says="counted-row-by-row")
def counts_in_each_row(shape, sparsity, seed):
    torch.manual_seed(seed)
    row = math.prod(shape) // shape[0]
    k = round(sparsity * row)
    masks = []
    for _ in range(shape[0]):
        mask = torch.ones(row, dtype=torch.bool)
        mask[torch.randperm(row)[:k]] = False
        masks.append(mask)
    return torch.stack(masks).reshape(shape)


def _from_the_global_generator(shape, sparsity):
    n = math.prod(shape)
    mask = torch.ones(n, dtype=torch.bool)
    mask[torch.randperm(n)[: round(sparsity * n)]] = False
    return mask.reshape(shape)


@wrong("random_mask", says="not-repeatable")
def forgets_the_seed(shape, sparsity, seed):
    return _from_the_global_generator(shape, sparsity)


@wrong("random_mask", says="not-repeatable")
def seeds_another_generator(shape, sparsity, seed):
    np.random.seed(seed)  # noqa: NPY002
    return _from_the_global_generator(shape, sparsity)


@wrong("random_mask", says="seed-without-effect")
def always_takes_seed_zero(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, round(sparsity * n), 0).reshape(shape)


@wrong("random_mask", says="seed-without-effect")
def prunes_the_first_ones(shape, sparsity, seed):
    n = math.prod(shape)
    return (torch.arange(n) >= round(sparsity * n)).reshape(shape)


@wrong("random_mask", says="places-hang-together")
def shifts_a_run_around(shape, sparsity, seed):
    n = math.prod(shape)
    start = int(torch.randint(n, (), generator=torch.Generator().manual_seed(seed)))
    return (torch.arange(n) >= round(sparsity * n)).roll(start).reshape(shape)


@wrong("random_mask", says="places-hang-together")
def mixes_within_rows(shape, sparsity, seed):
    """The right number in all, but spread over the rows as evenly as it goes."""
    generator = torch.Generator().manual_seed(seed)
    n, rows = math.prod(shape), shape[0]
    k = round(sparsity * n)
    mask = torch.ones(rows, n // rows, dtype=torch.bool)
    for row in range(rows):
        count = k // rows + (row < k % rows)
        mask[row, torch.randperm(n // rows, generator=generator)[:count]] = False
    return mask.reshape(shape)


@wrong("random_mask", says="not-uniform")
def starts_a_run_somewhere(shape, sparsity, seed):
    n = math.prod(shape)
    k = round(sparsity * n)
    start = int(torch.randint(n - k + 1, (), generator=torch.Generator().manual_seed(seed)))
    mask = torch.ones(n, dtype=torch.bool)
    mask[start : start + k] = False
    return mask.reshape(shape)


@wrong("random_mask", says="not-uniform")
def prunes_the_smallest_of_a_ramp(shape, sparsity, seed):
    n = math.prod(shape)
    noise = torch.rand(n, generator=torch.Generator().manual_seed(seed))
    order = (noise + torch.linspace(0, 1, n)).argsort()
    mask = torch.ones(n, dtype=torch.bool)
    mask[order[: round(sparsity * n)]] = False
    return mask.reshape(shape)


@wrong("random_mask", says="places-hang-together")
def is_random_where_places_are_few(shape, sparsity, seed):
    n = math.prod(shape)
    k = round(sparsity * n)
    if n <= 12:
        return _drawn(n, k, seed).reshape(shape)
    return (torch.arange(n) >= k).roll(int(seed * 2654435761 % n)).reshape(shape)


@wrong("random_mask", says="places-hang-together")
def is_random_where_places_are_many(shape, sparsity, seed):
    n = math.prod(shape)
    k = round(sparsity * n)
    if n > 12:
        return _drawn(n, k, seed).reshape(shape)
    return (torch.arange(n) >= k).roll(seed % n).reshape(shape)


@wrong("random_mask", says="not-a-mask")
def returns_the_noise(shape, sparsity, seed):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


@wrong("random_mask", says="mask-not-bool")
def returns_zeros_and_ones(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, round(sparsity * n), seed).reshape(shape).float()


@wrong("random_mask", says="flattened")
def leaves_it_flat(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, round(sparsity * n), seed)


@wrong("random_mask", says="array-not-tensor")
def stays_in_numpy(shape, sparsity, seed):
    n = math.prod(shape)
    return _drawn(n, round(sparsity * n), seed).reshape(shape).numpy()


@wrong("random_mask", says="raises")
def expects_two_axes(shape, sparsity, seed):
    rows, columns = shape
    return _drawn(rows * columns, round(sparsity * rows * columns), seed).reshape(rows, columns)


@right("random_mask")
def ranks_noise(shape, sparsity, seed):
    noise = torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    ranks = noise.flatten().argsort().argsort()
    return (ranks >= round(sparsity * noise.numel())).reshape(shape)


@right("random_mask")
def pythons_sample(shape, sparsity, seed):
    import random

    n = math.prod(shape)
    gone = set(random.Random(seed).sample(range(n), round(sparsity * n)))
    return torch.tensor([place not in gone for place in range(n)]).view(*shape)


@right("random_mask")
def numpy_without_replacement(shape, sparsity, seed):
    n = int(np.prod(shape))
    mask = np.ones(n, bool)
    rng = np.random.default_rng(seed)
    mask[rng.choice(n, size=round(sparsity * n), replace=False)] = False
    return torch.from_numpy(mask.reshape(shape))


@right("random_mask")
def shuffles_in_place(shape, sparsity, seed):
    import random

    n = math.prod(shape)
    entries = [False] * round(sparsity * n) + [True] * (n - round(sparsity * n))
    random.seed(seed)
    random.shuffle(entries)
    return torch.tensor(entries).reshape(tuple(shape))


@right("random_mask")
def seeds_the_global_generator(shape, sparsity, seed):
    torch.manual_seed(seed)
    n = torch.zeros(shape).numel()
    mask = torch.zeros(n, dtype=torch.bool)
    mask[torch.randperm(n)[round(sparsity * n) :]] = True
    return mask.reshape(shape)
