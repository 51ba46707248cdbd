"""Solutions of exercise 06 by other strangers, who saw the statement alone: fine-tuning."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


@wrong("prune_and_finetune", says="pruned-at-once")
def prunes_the_inner_layers_at_once(state, images, labels, sparsities, seed):
    g = torch.Generator().manual_seed(seed)
    params = {n: t.clone() for n, t in state.items()}
    names = [n for n in params if n.endswith("weight")]
    inner = names[:-1]
    line = torch.cat([params[n].abs().flatten() for n in inner])
    keep = torch.ones(len(line), dtype=torch.bool)
    keep[line.argsort()[: round(sparsities[-1] * len(line))]] = False
    parts = keep.split([params[n].numel() for n in inner])
    masks = {n: p.reshape(params[n].shape) for n, p in zip(inner, parts, strict=False)}
    masks[names[-1]] = torch.ones(params[names[-1]].shape, dtype=torch.bool)
    for n in names:
        params[n] = params[n] * masks[n]
    velocity = {n: torch.zeros_like(t) for n, t in params.items()}
    for _ in range(200):
        idx = torch.randperm(len(images), generator=g)[:64]
        ps = {n: t.clone().requires_grad_() for n, t in params.items()}
        h = images[idx]
        for i, n in enumerate(names):
            h = torch.nn.functional.linear(
                h if i == 0 else h.relu(), ps[n], ps[n.replace("weight", "bias")]
            )
        grads = torch.autograd.grad(
            torch.nn.functional.cross_entropy(h, labels[idx]), list(ps.values())
        )
        for n, d in zip(ps, grads, strict=False):
            velocity[n] = 0.9 * velocity[n] + d
            params[n] = (params[n] - 0.1 * velocity[n]) * masks.get(n, 1.0)
    return params, masks


@wrong("prune_and_finetune", says="training-harms")
def sums_the_loss_and_swaps_the_results(state, images, labels, sparsities, seed):
    g = torch.Generator().manual_seed(seed)
    params = {n: t.clone() for n, t in state.items()}
    names = [n for n in params if n.endswith("weight")]
    for s in sparsities:
        line = torch.cat([params[n].abs().flatten() for n in names])
        keep = torch.ones(len(line), dtype=torch.bool)
        keep[line.argsort()[: round(s * len(line))]] = False
        parts = keep.split([params[n].numel() for n in names])
        masks = {n: p.reshape(params[n].shape) for n, p in zip(names, parts, strict=False)}
        for n in names:
            params[n] = params[n] * masks[n]
        velocity = {n: torch.zeros_like(t) for n, t in params.items()}
        for _ in range(100):
            idx = torch.randperm(len(images), generator=g)[:64]
            ps = {n: t.clone().requires_grad_() for n, t in params.items()}
            h = images[idx]
            for i, n in enumerate(names):
                h = torch.nn.functional.linear(
                    h if i == 0 else h.relu(), ps[n], ps[n.replace("weight", "bias")]
                )
            loss = torch.nn.functional.cross_entropy(h, labels[idx], reduction="sum")
            grads = torch.autograd.grad(loss, list(ps.values()))
            for n, d in zip(ps, grads, strict=False):
                velocity[n] = 0.9 * velocity[n] + d
                params[n] = (params[n] - 0.1 * velocity[n]) * masks.get(n, 1.0)
    return masks, params


@wrong("prune_and_finetune", says="rewound")
def goes_back_to_the_given_weights_after_each_round(state, images, labels, sparsities, seed):
    g = torch.Generator().manual_seed(seed)
    params = {n: t.clone() for n, t in state.items()}
    names = [n for n in params if n.endswith("weight")]
    for s in sparsities:
        line = torch.cat([params[n].abs().flatten() for n in names])
        keep = torch.ones(len(line), dtype=torch.bool)
        keep[line.argsort()[: round(s * len(line))]] = False
        parts = keep.split([params[n].numel() for n in names])
        masks = {n: p.reshape(params[n].shape) for n, p in zip(names, parts, strict=False)}
        params = {n: t * masks[n] if n in masks else t.clone() for n, t in state.items()}
        velocity = {n: torch.zeros_like(t) for n, t in params.items()}
        for _ in range(100):
            idx = torch.randperm(len(images), generator=g)[:64]
            ps = {n: t.clone().requires_grad_() for n, t in params.items()}
            h = images[idx]
            for i, n in enumerate(names):
                h = torch.nn.functional.linear(
                    h if i == 0 else h.relu(), ps[n], ps[n.replace("weight", "bias")]
                )
            grads = torch.autograd.grad(
                torch.nn.functional.cross_entropy(h, labels[idx]), list(ps.values())
            )
            for n, d in zip(ps, grads, strict=False):
                velocity[n] = 0.9 * velocity[n] + d
                params[n] = (params[n] - 0.1 * velocity[n]) * masks.get(n, 1.0)
    return params, masks
