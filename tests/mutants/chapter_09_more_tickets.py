"""Mistakes of strangers in `find_ticket`: what stands in the list, and what is ranked."""

import math

import torch

from model_compression.masked_training import train_masked
from tests.mutants.table import wrong


def prune_once(weights, masks, rate):
    names = list(masks)
    keep = torch.cat([masks[n].flatten() for n in names])
    mags = torch.cat([weights[n].detach().abs().flatten() for n in names])
    new = keep.clone()
    k = round(rate * int(keep.sum()))
    new[torch.where(keep, mags, math.inf).argsort()[:k]] = False
    parts = new.split([masks[n].numel() for n in names])
    return {n: p.reshape(masks[n].shape) for n, p in zip(names, parts, strict=False)}


def back_to_start(initial, masks):
    return {n: t * masks[n] if n in masks else t.clone() for n, t in initial.items()}


@wrong("find_ticket", says="not-rewound")
def trained_states_in_the_list(initial, images, labels, rounds, rate, seed):
    masks = {n: torch.ones_like(t, dtype=torch.bool) for n, t in initial.items() if t.dim() >= 2}
    state = {n: t.clone() for n, t in initial.items()}
    pairs = [({n: t.clone() for n, t in initial.items()}, masks)]
    for _r in range(rounds):
        trained = train_masked(
            state, images, labels, masks, steps=200, learning_rate=0.01, seed=seed
        )
        masks = prune_once(trained, masks, rate)
        state = back_to_start(initial, masks)
        pairs.append((back_to_start(trained, masks), masks))
    return pairs


@wrong("find_ticket", says="rate-taken-for-kept")
def one_dict_and_the_rate_kept(initial, images, labels, rounds, rate, seed):
    masks = {n: torch.ones_like(t, dtype=torch.bool) for n, t in initial.items() if t.dim() >= 2}
    state = {n: t.clone() for n, t in initial.items()}
    pairs = [({n: t.clone() for n, t in initial.items()}, masks)]
    for _r in range(rounds):
        trained = train_masked(
            state, images, labels, masks, steps=200, learning_rate=0.01, seed=seed
        )
        masks.update(prune_once(trained, masks, 1 - rate))
        state = back_to_start(initial, masks)
        pairs.append((state, masks))
    return pairs


@wrong("find_ticket", says="not-rewound")
def late_rewinding_turned_round(initial, images, labels, rounds, rate, seed):
    masks = {n: torch.ones_like(t, dtype=torch.bool) for n, t in initial.items() if t.dim() >= 2}
    state = {n: t.clone() for n, t in initial.items()}
    early = train_masked(initial, images, labels, masks, steps=20, learning_rate=0.01, seed=seed)
    pairs = [(masks, state)]
    for _r in range(rounds):
        trained = train_masked(
            state, images, labels, masks, steps=200, learning_rate=0.01, seed=seed
        )
        masks = prune_once(trained, masks, rate)
        state = back_to_start(early, masks)
        pairs.append((masks, state))
    return pairs


@wrong("find_ticket", says="change-ranked")
def ranked_by_how_far_they_moved(initial, images, labels, rounds, rate, seed):
    masks = {n: torch.ones_like(t, dtype=torch.bool) for n, t in initial.items() if t.dim() >= 2}
    state = {n: t.clone() for n, t in initial.items()}
    pairs = [({n: t.clone() for n, t in initial.items()}, masks)]
    for _r in range(rounds):
        trained = train_masked(
            state, images, labels, masks, steps=200, learning_rate=0.01, seed=seed
        )
        moved = {n: trained[n] - initial[n] for n in masks}
        masks = prune_once(moved, masks, rate)
        state = back_to_start(initial, masks)
        pairs.append((state, masks))
    return pairs


@wrong("find_ticket", says="not-rewound")
def goes_on_and_leaves_the_first_pair_out(initial, images, labels, rounds, rate, seed):
    names = [n for n, t in initial.items() if t.dim() == 2]
    masks = {n: torch.ones_like(initial[n], dtype=torch.bool) for n in names}
    state = {n: t.clone() for n, t in initial.items()}
    pairs = []
    for _ in range(rounds):
        trained = train_masked(
            state, images, labels, masks, steps=200, learning_rate=0.01, seed=seed
        )
        alive = torch.cat([masks[n].flatten() for n in names])
        size = torch.cat([trained[n].abs().flatten() for n in names])
        order = torch.where(alive, size, math.inf).argsort()
        new = alive.clone()
        new[order[: round(rate * int(alive.sum()))]] = False
        pieces = new.split([initial[n].numel() for n in names])
        masks = {n: p.reshape(initial[n].shape) for n, p in zip(names, pieces, strict=True)}
        state = {n: t * masks[n] if n in masks else t.clone() for n, t in trained.items()}
        pairs.append((state, masks))
    return pairs
