"""What learners wrote in exercise 07 to see what the checks say."""

from __future__ import annotations

import itertools

import torch

from tests.mutants.table import wrong


@wrong("structured_prune", says="sorted-as-text")
def takes_the_layers_as_text(state, images, keep_ratio):
    layers = sorted({name.split(".")[0] for name in state})
    small, kept, x = dict(state), {}, images
    for layer in layers[:-1]:
        bias = state[f"{layer}.bias"]
        x = torch.relu(x @ state[f"{layer}.weight"].T + bias)
        n_keep = max(1, round(keep_ratio * len(bias)))
        kept[layer] = x.mean(dim=0).topk(n_keep).indices.sort().values
    for layer, following in itertools.pairwise(layers):
        for part in ("weight", "bias"):
            small[f"{layer}.{part}"] = small[f"{layer}.{part}"][kept[layer]]
        small[f"{following}.weight"] = small[f"{following}.weight"][:, kept[layer]]
    return small
