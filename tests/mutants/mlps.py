"""Small networks as students prune and train them, for the solutions of several tasks.

`table.source_as` brings these functions along, as it does the helpers of a solution's own module.
"""

from __future__ import annotations

import torch


def weights_of(state):
    return {name: w for name, w in state.items() if w.dim() == 2}


def masked(state, masks):
    return {name: w * masks[name] if name in masks else w.clone() for name, w in state.items()}


def split_like(flat, tensors):
    """A flat tensor in the shapes of others, by their names."""
    parts = flat.split([w.numel() for w in tensors.values()])
    return {name: p.reshape(w.shape) for (name, w), p in zip(tensors.items(), parts, strict=True)}


def trained(state, masks, images, labels, seed, steps, rate=0.1, put_back=True, adam=False):
    """SGD with momentum, or Adam; the zeros are put back after every step."""
    generator = torch.Generator().manual_seed(seed)
    parameters = {name: w.detach().clone().requires_grad_() for name, w in state.items()}
    optimizer = torch.optim.SGD(parameters.values(), lr=rate, momentum=0.9)
    if adam:
        optimizer = torch.optim.Adam(parameters.values(), lr=rate)
    names = [name for name in state if name.endswith("weight")]
    for _ in range(steps):
        rows = torch.randint(len(images), (64,), generator=generator)
        x = images[rows]
        for name in names:
            bias = parameters[name.replace("weight", "bias")]
            x = torch.nn.functional.linear(x, parameters[name], bias)
            x = x.relu() if name != names[-1] else x
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(x, labels[rows]).backward()
        optimizer.step()
        with torch.no_grad():
            for name, mask in masks.items():
                parameters[name].mul_(mask if put_back else 1)
    return {name: w.detach() for name, w in parameters.items()}


def module_of(state):
    """A `torch.nn.Sequential` of linear layers and ReLUs that holds the state."""
    layers = []
    for w in weights_of(state).values():
        layers += [torch.nn.Linear(w.shape[1], w.shape[0]), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    model.load_state_dict(state)
    return model
