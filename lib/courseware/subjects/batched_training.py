"""Many small masked networks trained as one program: seeds and arms of an experiment at once.

A small network leaves a processor idle: most of a step is the overhead of its operations. So
networks of one shape are stacked along a new first axis, the ensemble, and one operation serves
all of them.

    x (E, B, in)  W (E, out, in)  b (E, 1, out)        y = baddbmm(b, x, W^T)     (E, B, out)
    loss = sum over the ensemble of the mean cross-entropy of each member

The gradient of the sum with respect to one member is that of its own loss, and Adam works entry by
entry, so the members do not feel each other. Each has its own start, masks and order of images:
what comes out is what `model_compression.masked_training.train_masked` makes of each alone, up to
the order in which floats are added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch.nn.functional import cross_entropy

from courseware.subjects.training import one_thread
from model_compression.masks import apply_masks

State = dict[str, torch.Tensor]


def stacked(states: Sequence[Mapping[str, torch.Tensor]]) -> State:
    """Networks of one shape as one dict of tensors with a new first axis, the ensemble.

    Raises: ValueError without networks, or if keys or shapes differ.

    >>> stacked([{"0.weight": torch.zeros(2, 3)}, {"0.weight": torch.ones(2, 3)}])["0.weight"].shape
    torch.Size([2, 2, 3])
    """
    if not states:
        raise ValueError("states: expected at least one, got none")
    shapes = [{name: tuple(value.shape) for name, value in state.items()} for state in states]
    for number, of_state in enumerate(shapes):
        if of_state != shapes[0]:
            raise ValueError(f"states: expected {shapes[0]}, got {of_state} in {number}")
    return {name: torch.stack([state[name].detach() for state in states]) for name in shapes[0]}


def members(ensemble: Mapping[str, torch.Tensor]) -> list[State]:
    """The networks of an ensemble, as new tensors: the way back from `stacked`.

    >>> members(stacked([{"w": torch.zeros(2)}, {"w": torch.ones(2)}]))[1]
    {'w': tensor([1., 1.])}
    """
    n_members = len(next(iter(ensemble.values())))
    return [
        {name: value[i].detach().clone() for name, value in ensemble.items()}
        for i in range(n_members)
    ]


def logits_of_all(ensemble: Mapping[str, torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    """Outputs of every network, (E, B, classes).

    Args:
        ensemble: stacked states of Linear, ReLU, ..., Linear: 0.weight, 0.bias, 2.weight, ...
        images: (E, B, D), or (B, D) for the same images for all.
    """
    n_members = len(next(iter(ensemble.values())))
    outputs = images.expand(n_members, -1, -1)
    for name in sorted({int(key.partition(".")[0]) for key in ensemble}):
        weight, bias = ensemble[f"{name}.weight"], ensemble[f"{name}.bias"]
        inputs = outputs if name == 0 else outputs.relu()
        outputs = torch.baddbmm(bias.unsqueeze(1), inputs, weight.mT)
    return outputs


@torch.no_grad()
def judged(
    ensemble: Mapping[str, torch.Tensor], images: torch.Tensor, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean cross-entropy and accuracy of every network on the same images: two tensors (E,)."""
    logits = logits_of_all(ensemble, images)
    losses = cross_entropy(logits.mT, labels.expand(len(logits), -1), reduction="none").mean(dim=1)
    return losses, (logits.argmax(dim=2) == labels).double().mean(dim=1)


@one_thread()
def train_together(
    starts: Sequence[tuple[Mapping[str, torch.Tensor], Mapping[str, torch.Tensor]]],
    images: torch.Tensor,
    labels: torch.Tensor,
    *,
    steps: int,
    learning_rate: float,
    batch_size: int = 64,
    seeds: Sequence[int],
    momentum: float | None = None,
    watch: Callable[[int, State], object] | None = None,
    watch_every: int = 1,
) -> list[State]:
    """Train networks of one shape, each under its masks, all in one program.

    Args:
        starts: pairs (state, masks) as `find_ticket` returns them; the pruned weights are set to
            zero at the start and after every step.
        images: (N, D) tensor, the same training set for all.
        labels: int64 tensor of shape (N,).
        steps: number of updates, >= 0.
        learning_rate: of the optimizer.
        batch_size: >= 1.
        seeds: one a network, decides its order of the images; equal seeds, equal orders.
        momentum: None for Adam, else that of SGD.
        watch: called as watch(step, ensemble) before the first update, after every `watch_every`
            of them, and after the last.
        watch_every: >= 1.
    Returns: list of trained states, in the order of `starts`.
    Raises: ValueError without networks, for other shapes or names among them, other numbers of
        seeds or labels, or what `apply_masks` refuses.
    """
    if len(seeds) != len(starts):
        raise ValueError(f"seeds: expected {len(starts)}, one a network, got {len(seeds)}")
    if len(images) != len(labels):
        raise ValueError(f"labels: expected {len(images)}, one an image, got {len(labels)}")
    ensemble = stacked([apply_masks(state, masks) for state, masks in starts])
    kept = stacked([masks for _, masks in starts])
    factors = {name: mask.to(ensemble[name].dtype) for name, mask in kept.items()}
    for value in ensemble.values():
        value.requires_grad_()
    optimizer: torch.optim.Optimizer
    if momentum is None:
        optimizer = torch.optim.Adam(ensemble.values(), lr=learning_rate, fused=True)
    else:
        optimizer = torch.optim.SGD(ensemble.values(), lr=learning_rate, momentum=momentum)
    batches = batches_of_all(len(images), batch_size, seeds)
    for step in range(steps + 1):
        if watch is not None and (step % watch_every == 0 or step == steps):
            watch(step, {name: value.detach() for name, value in ensemble.items()})
        if step < steps:
            rows = next(batches)
            loss = sum_of_losses(logits_of_all(ensemble, images[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for name, factor in factors.items():
                    ensemble[name].mul_(factor)
    return members(ensemble)


def sum_of_losses(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Sum over the ensemble of each member's mean cross-entropy.

    >>> sum_of_losses(torch.zeros(3, 5, 2), torch.zeros(3, 5, dtype=torch.int64))  # 3 log(2)
    tensor(2.0794)
    """
    total = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum")
    return total / labels.shape[1]


def batches_of_all(n: int, batch_size: int, seeds: Sequence[int]) -> Iterator[torch.Tensor]:
    """Row numbers (E, B) of one batch after another: for each seed as when it trains alone.

    The rows are shuffled anew each time all have been seen.

    >>> rows = next(batches_of_all(10, 4, seeds=[0, 1, 0]))
    >>> rows.shape, bool((rows[0] == rows[2]).all())
    (torch.Size([3, 4]), True)
    """
    generators = {seed: torch.Generator().manual_seed(seed) for seed in seeds}
    while True:
        orders = {seed: torch.randperm(n, generator=g) for seed, g in generators.items()}
        yield from torch.stack([orders[seed] for seed in seeds]).split(batch_size, dim=1)
