"""Training and judging the networks of the course."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from tqdm.auto import tqdm

from courseware.subjects.data import Digits
from courseware.subjects.models import network_of


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread only, and restore its setting afterwards.

    Small networks are faster so (on busy cores by far), and their results do not depend on how
    many cores a machine has.
    """
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


@one_thread()
def train(
    model: nn.Module,
    images: torch.Tensor,
    *targets: torch.Tensor,
    steps: int = 600,
    learning_rate: float = 0.005,
    batch_size: int = 64,
    seed: int,
    loss: Callable[..., torch.Tensor] = nn.functional.cross_entropy,
    after_step: Callable[[int], object] | None = None,
    progress: bool = False,
) -> list[float]:
    """Train a model in place with Adam, on batches of a shuffled training set.

    Each step draws the next `batch_size` images; when all have been seen, they are shuffled anew.
    The order comes from a generator of its own: one seed gives one result, and torch's global
    generator stays as it is.

    Args:
        model: maps a batch of images to what `loss` takes first.
        images: (N, ...) tensor.
        targets: one tensor or more, of N rows each; usually the labels. Each batch calls
            `loss(model(images), *targets)` on its rows, so a loss that needs the outputs of a
            teacher as well gets them as a second target.
        steps: number of updates, >= 0.
        learning_rate: of Adam.
        batch_size: >= 1; not more than N images are in a batch.
        seed: int.
        loss: returns a 0-dim tensor; cross-entropy unless given.
        after_step: called after each update with the number of updates done so far, for example
            to set pruned weights back to zero.
        progress: show a progress bar.
    Returns: the loss of each step.
    Raises: ValueError if there are no targets, or images and targets differ in length.

    >>> from courseware.subjects.models import mlp
    >>> points = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    >>> model = mlp([1, 8, 2], seed=0)
    >>> losses = train(model, points, torch.tensor([0, 0, 1, 1]), steps=200, seed=0)
    >>> model(points).argmax(dim=1)
    tensor([0, 0, 1, 1])
    """
    if not targets or any(len(target) != len(images) for target in targets):
        raise ValueError(
            f"targets: expected tensors of {len(images)} rows, one for each image, "
            f"got {[len(target) for target in targets]} rows"
        )
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, fused=True)
    batches = _batches(len(images), batch_size, torch.Generator().manual_seed(seed))
    was_training = model.training
    model.train()
    losses = []
    for step in tqdm(range(1, steps + 1), disable=not progress, desc="training", unit="step"):
        rows = next(batches)
        value = loss(model(images[rows]), *(target[rows] for target in targets))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
        if after_step is not None:
            after_step(step)
    model.train(was_training)
    return losses


@one_thread()
@torch.no_grad()
def accuracy(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """Share of the images whose largest output is that of the right class, 0 ... 1.

    >>> outputs = torch.tensor([[2.0, 1.0], [3.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    >>> accuracy(nn.Identity(), outputs, torch.tensor([0, 0, 1, 1]))
    0.75
    """
    was_training = model.training
    model.eval()
    hits = model(images).argmax(dim=1) == labels
    model.train(was_training)
    return hits.double().mean().item()


def _batches(n: int, batch_size: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    """Row numbers of one batch after another, without end."""
    while True:
        yield from torch.randperm(n, generator=generator).split(batch_size)


@torch.no_grad()
def judged(state: Mapping[str, torch.Tensor], data: Digits) -> dict[str, float]:
    """Accuracy and mean cross-entropy on the test digits."""
    model = network_of(state)
    loss = cross_entropy(model(data.test_images), data.test_labels).item()
    return {"accuracy": accuracy(model, data.test_images, data.test_labels), "loss": loss}
