"""Exercises 06 to 08: answers of a fifth round of strangers."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


@wrong("keep_indices", says="not-ascending")
def leaves_the_places_as_topk_gives_them(scores, n_keep):
    return scores.topk(n_keep).indices


@wrong("random_mask", says="seed-without-effect")
def never_gives_the_generator_its_seed(shape, sparsity, seed):
    n = math.prod(shape)
    order = torch.randperm(n, generator=torch.Generator())
    mask = torch.ones(n, dtype=torch.bool)
    mask[order[: round(sparsity * n)]] = False
    return mask.reshape(shape)


@wrong("filter_norms", says="inputs-taken-for-outputs")
def adds_up_over_the_filters(weight):
    return weight.flatten(1).square().sum(dim=0).sqrt()


@wrong("keep_indices", says="number-to-remove")
def returns_int32_of_units_to_remove(scores, n_keep):
    return scores.argsort()[n_keep:].sort().values.to(torch.int32)


@wrong("global_magnitude_masks", says="counted-layer-by-layer")
def adds_up_rounded_numbers_and_ranks_signed(weights, sparsity):
    sizes = [w.numel() for w in weights.values()]
    line = torch.cat([w.flatten() for w in weights.values()])
    mask = torch.ones(len(line), dtype=torch.bool)
    mask[line.argsort()[: sum(round(sparsity * n) for n in sizes)]] = False
    pieces = zip(weights.items(), mask.split(sizes), strict=True)
    return {name: piece.reshape(w.shape) for (name, w), piece in pieces}


@wrong("global_magnitude_masks", says="counted-layer-by-layer")
def adds_up_rounded_numbers_and_prunes_the_largest(weights, sparsity):
    sizes = [w.numel() for w in weights.values()]
    line = torch.cat([w.abs().flatten() for w in weights.values()])
    mask = torch.ones(len(line), dtype=torch.bool)
    mask[line.argsort(descending=True)[: sum(round(sparsity * n) for n in sizes)]] = False
    pieces = zip(weights.items(), mask.split(sizes), strict=True)
    return {name: piece.reshape(w.shape) for (name, w), piece in pieces}
