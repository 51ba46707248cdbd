"""A network that is compressed while it is trained on: pruned, rounded, both, or with a table.

All arms of the recorded experiment go through one loop, with the same images, the same number of
steps and the same falling rate, so that they differ in what is done to the weights alone. Each
batch is shifted, by a pixel at most unless a `Recipe` says otherwise, sideways and up or down.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy, linear, pad

from courseware.subjects.data import MNIST_SHAPE, Digits
from courseware.subjects.training import one_thread
from model_compression.distillation import distillation_loss
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import apply_masks, keep_all, prunable_weights
from model_compression.pruning_schedules import cubic_sparsity, gradual_masks
from model_compression.weight_sharing import kmeans_codebook

T = torch.Tensor
State = Mapping[str, T]

BATCH_SIZE = 64
LOOK_EVERY = 25
"""Updates between two looks at the masks and at the steps of the grids; short runs look oftener."""

TEMPERATURE, ALPHA = 4.0, 0.1
"""Of learning from a teacher, as in lecture 05."""


@dataclass(frozen=True)
class Plan:
    """What happens to the weights while the network is trained on.

    Attributes:
        sparsity: share of all weights that is pruned in the end, the smallest of all layers.
        pruned: begin and end of pruning, as shares of the steps; it goes along a cubic schedule.
        levels: weights become -levels ... levels steps of their layer's grid; 0: no rounding.
        rounded: from which to which share of the steps the network feels its rounding.
    """

    sparsity: float = 0.0
    pruned: tuple[float, float] = (0.0, 0.5)
    levels: int = 0
    rounded: tuple[float, float] = (0.5, 1.0)


@dataclass(frozen=True)
class Recipe:
    """What a network is trained on.

    Attributes:
        shifted: pixels by which a batch is shifted at most.
        smoothing: share of each label that is spread over all classes.
        seen: what the network is given of the images.
    """

    shifted: int = 1
    smoothing: float = 0.0
    seen: Callable[[T], T] = lambda images: images


PLAIN = Recipe()


@dataclass(frozen=True, eq=False)
class Trained:
    """What training left: weights that are not rounded yet, masks, the steps of the grids.

    `steps` are those that the network was rounded with last, by the name of the weight.
    """

    state: dict[str, T]
    masks: dict[str, T]
    steps: dict[str, T]


def fitted_step(w: T, levels: int, start: T | None = None) -> T:
    """A step s for the grid s * k, k = -levels ... levels, with a small squared error.

    By turns: each weight to its nearest grid point k, then s = <w, k> / <k, k>, the best step for
    these k. Neither makes the error larger. It starts at the largest weight, or at a step that is
    known already. Of a layer that is all zeros any step is right.

    >>> fitted_step(torch.tensor([0.0, -1.1, 2.0, 2.9]), 3)
    tensor(0.9857)
    """
    step = w.abs().max() / levels if start is None else start
    if not w.any():
        return torch.ones(())
    for _ in range(30 if start is None else 2):
        k = (w / step).round().clamp(-levels, levels)
        step = (w * k).sum() / k.square().sum()
    return step


def on_grid(w: T, step: T, levels: int) -> T:
    """Each weight at its nearest grid point."""
    return (w / step).round().clamp(-levels, levels) * step


def rounded(trained: Trained, levels: int, steps: Mapping[str, T] | None = None) -> dict[str, T]:
    """The network with all weights on grids, pruned ones at 0.

    Args:
        trained: any network.
        levels: as in a `Plan`.
        steps: of the grids; fitted to the weights unless given. A network that felt its rounding to
            the end wants those it felt: many of its weights lie at the border of two codes.
    """
    state = apply_masks(trained.state, trained.masks)
    for name in trained.masks:
        step = fitted_step(state[name], levels) if steps is None else steps[name]
        state[name] = on_grid(state[name], step, levels)
    return state


@one_thread()
def refined(
    state: State,
    data: Digits,
    plan: Plan,
    *,
    steps: int,
    rate: float,
    seed: int,
    teacher: State | None = None,
    returning: float = 0.0,
    recipe: Recipe = PLAIN,
) -> Trained:
    """Train a network on while it is pruned and rounded; `state` stays as it is.

    Cross-entropy, or `distillation_loss` where there is a teacher, which sees the images as they
    were shifted; Adam, its rate falling to 0 along a cosine.

    Pruned weights are 0 for good; or, until the share `returning` of the steps, they are 0 in the
    network alone and go on learning: who becomes large comes back, and another one goes.

    Sources: Lin et al. 2020, Dynamic Model Pruning with Feedback, for what comes back.
    """
    free = {name: tensor.detach().clone().requires_grad_() for name, tensor in state.items()}
    weights = [*prunable_weights(free)]
    masks = keep_all(prunable_weights(state))
    grids: dict[str, T] = {}
    feels = returns = False

    def look(step: int) -> None:
        nonlocal masks, feels, returns
        now = {name: free[name].detach() for name in weights}
        returns = plan.sparsity > 0 and step < returning * steps
        if plan.sparsity:
            begin, end = (share * steps for share in plan.pruned)
            wanted = cubic_sparsity(step, begin, end, 0.0, plan.sparsity)
            if returns:
                masks = global_magnitude_masks(now, wanted)
                now = {name: w * masks[name] for name, w in now.items()}
            else:
                masks = gradual_masks(now, masks, wanted)
                for name, mask in masks.items():
                    now[name].mul_(mask)
        begin, end = (share * steps for share in plan.rounded)
        feels = plan.levels > 0 and begin <= step < end
        if feels:
            for name, w in now.items():
                grids[name] = fitted_step(w, plan.levels, grids.get(name))

    def used() -> dict[str, T]:
        """Weights of the forward pass; to the gradient, rounding and masks that return are none."""
        if not (feels or returns):
            return free
        seen = {name: free[name].detach() for name in weights}
        if returns:
            seen = {name: w * masks[name] for name, w in seen.items()}
        if feels:
            seen = {name: on_grid(w, grids[name], plan.levels) for name, w in seen.items()}
        change = {name: w - free[name].detach() for name, w in seen.items()}
        return {name: w + change[name] if name in change else w for name, w in free.items()}

    def after(step: int) -> None:
        for name, mask in masks.items() if plan.sparsity and not returns else ():
            free[name].data.mul_(mask)

    _train(
        [*free.values()], used, data, steps, rate, seed, teacher, recipe, before=look, after=after
    )
    final = {name: w.detach() for name, w in free.items()}
    if plan.sparsity:  # exactly so many, whenever the last look was
        masks = gradual_masks({name: final[name] for name in weights}, masks, plan.sparsity)
    return Trained(apply_masks(final, masks), masks, grids)


def pruned_at_once(trained: Trained, sparsity: float) -> Trained:
    """The smallest weights of all layers gone, without any training."""
    masks = global_magnitude_masks(prunable_weights(trained.state), sparsity)
    return Trained(apply_masks(trained.state, masks), masks, {})


@one_thread()
def shared(
    trained: Trained, data: Digits, k: int, *, steps: int, rate: float, seed: int
) -> dict[str, T]:
    """Weights that share k values a layer, by k-means; then the values are trained, not the codes.

    Returns: the network, its weights from the tables, pruned ones at 0.
    """
    masks = trained.masks
    free = {name: tensor.clone() for name, tensor in trained.state.items()}
    tables, codes = {}, {}
    for name, mask in masks.items():
        tables[name], of_all = kmeans_codebook(free[name], mask, k, 30)
        codes[name] = of_all[mask].long()
    for tensor in (*tables.values(), *free.values()):
        tensor.requires_grad_()

    def used() -> dict[str, T]:
        return free | {
            name: torch.zeros(mask.shape).masked_scatter(mask, tables[name][codes[name]])
            for name, mask in masks.items()
        }

    trainable = [*tables.values(), *(w for name, w in free.items() if name not in masks)]
    _train(trainable, used, data, steps, rate, seed)
    return {name: w.detach() for name, w in used().items()}


def _train(
    trainable: list[T],
    used: Callable[[], Mapping[str, T]],
    data: Digits,
    steps: int,
    rate: float,
    seed: int,
    teacher: State | None = None,
    recipe: Recipe = PLAIN,
    before: Callable[[int], object] = lambda step: None,
    after: Callable[[int], object] = lambda step: None,
) -> None:
    """Adam on the network that `used` gives; `before` now and then, `after` in each."""
    optimizer = torch.optim.Adam(trainable, lr=rate, fused=True)
    batches = _shifted_batches(data, recipe.shifted, torch.Generator().manual_seed(seed))
    every = max(min(LOOK_EVERY, steps // 4), 1)
    for step in range(steps):
        if step % every == 0:
            before(step)
        images, labels = next(batches)
        logits = logits_of(used(), recipe.seen(images))
        if teacher is None:
            loss = cross_entropy(logits, labels, label_smoothing=recipe.smoothing)
        else:
            taught = logits_of(teacher, images)
            loss = distillation_loss(logits, taught, labels, ALPHA, TEMPERATURE)
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = rate * (1 + math.cos(math.pi * step / steps)) / 2
        optimizer.step()
        after(step)


def logits_of(state: Mapping[str, T], images: T) -> T:
    """Outputs of a network Linear, ReLU, …, Linear."""
    values = images
    for i in range(len(state) // 2):
        values = values.relu() if i else values
        values = linear(values, state[f"{2 * i}.weight"], state[f"{2 * i}.bias"])
    return values


def _shifted_batches(data: Digits, most: int, draw: torch.Generator) -> Iterator[tuple[T, T]]:
    """Batches of the training images, in a new order each time all have been seen."""
    height, width = MNIST_SHAPE
    pictures = pad(data.train_images.reshape(-1, height, width), [most] * 4)
    while True:
        for rows in torch.randperm(len(pictures), generator=draw).split(BATCH_SIZE):
            down, right = torch.randint(2 * most + 1, (2,), generator=draw).tolist()
            images = pictures[rows, down : down + height, right : right + width]
            yield images.reshape(len(rows), -1), data.train_labels[rows]
