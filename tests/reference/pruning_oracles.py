"""Oracles and inputs that the tests of chapters 06 to 09 share."""

from collections.abc import Sequence
from typing import Any

import torch
import torch_pruning
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import prune

# Few distinct values, zeros of both signs among them: most draws hold ties.
TIED_VALUES = [-2.0, -1.0, -0.0, 0.0, 1.0, 2.0]
shares = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))


def tensors(max_size: int = 40) -> st.SearchStrategy[torch.Tensor]:
    """1-D float32 tensors: any moderate values, or many ties."""
    return st.one_of(
        st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=max_size),
        st.lists(st.sampled_from(TIED_VALUES), min_size=1, max_size=max_size),
    ).map(torch.tensor)


weight_dicts = st.lists(tensors(15), min_size=1, max_size=4).map(
    lambda parts: {f"{2 * i}.weight": part for i, part in enumerate(parts)}
)


def distinct(*shape: int, seed: int = 0) -> torch.Tensor:
    """Weights of both signs without equal magnitudes: a shuffled 1 ... n with random signs."""
    draw = torch.Generator().manual_seed(seed)
    n = torch.Size(shape).numel()
    magnitudes = torch.randperm(n, generator=draw) + 1.0
    signs = torch.randint(2, (n,), generator=draw) * 2.0 - 1
    return (magnitudes * signs / n).reshape(shape)


def distinct_dict(*shapes: Sequence[int], seed: int = 0) -> dict[str, torch.Tensor]:
    """Several weights, no two magnitudes equal in all of them together."""
    sizes = [torch.Size(shape).numel() for shape in shapes]
    parts = distinct(sum(sizes), seed=seed).split(sizes)
    return {
        f"{2 * i}.weight": part.reshape(shape)
        for i, (part, shape) in enumerate(zip(parts, shapes, strict=True))
    }


def concatenated(tensors_by_name: dict[str, torch.Tensor]) -> torch.Tensor:
    return torch.cat([tensor.flatten() for tensor in tensors_by_name.values()])


def torch_mask(w: torch.Tensor, amount: float, old: torch.Tensor | None = None) -> torch.Tensor:
    """Mask of torch's L1Unstructured; with an old mask, `amount` is a share of the survivors."""
    start = torch.ones_like(w) if old is None else old.to(w)
    container = prune.PruningContainer()
    container._tensor_name = "weight"
    method = prune.L1Unstructured(amount)
    method._tensor_name = "weight"
    container.add_pruning_method(method)
    return container.compute_mask(w, start).bool()


def linear_layers(weights: dict[str, torch.Tensor]) -> dict[str, nn.Linear]:
    """One Linear without bias for each 2-D weight."""
    layers = {}
    for name, w in weights.items():
        layers[name] = nn.Linear(w.shape[1], w.shape[0], bias=False)
        layers[name].weight.data = w.clone()
    return layers


def torch_global_prune(layers: dict[str, nn.Linear], amount: float) -> dict[str, torch.Tensor]:
    """Prune with torch's global_unstructured, in place; a second call compounds."""
    prune.global_unstructured(
        [(layer, "weight") for layer in layers.values()], prune.L1Unstructured, amount=amount
    )
    return {name: layer.weight_mask.bool() for name, layer in layers.items()}


def remove_units(model: nn.Module, layer: nn.Module, units: Sequence[int], example: Any) -> None:
    """Take units or channels out of a layer and of all that depend on it, by Torch-Pruning."""
    graph = torch_pruning.DependencyGraph().build_dependency(model, example_inputs=example)
    prune_outputs = {
        nn.Linear: torch_pruning.prune_linear_out_channels,
        nn.Conv2d: torch_pruning.prune_conv_out_channels,
    }[type(layer)]
    graph.get_pruning_group(layer, prune_outputs, idxs=list(units)).prune()


def conv_block(seed: int, bias: bool = True, channels: int = 8) -> nn.Sequential:
    """Conv, batch norm, ReLU, conv, in eval mode, with statistics as after training; float64."""
    torch.manual_seed(seed)
    block = nn.Sequential(
        nn.Conv2d(3, channels, 3, bias=bias, padding=1),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.Conv2d(channels, 5, 3, padding=1),
    ).double()
    norm = block[1]
    with torch.no_grad():
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.uniform_(0.1, 0.6)  # above 0, so that a silent filter shows after the ReLU
        norm.running_mean.uniform_(-0.3, 0.0)
        norm.running_var.uniform_(0.5, 2.0)
        norm.num_batches_tracked.fill_(17)
    return block.eval()
