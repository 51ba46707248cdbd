"""A teacher of handwritten digits, the students' networks, and what a student can be taught from.

The teacher is built after that of Hinton, Vinyals and Dean (2015, section 3): two wide hidden
layers with dropout, and images shifted at random. What it knows beyond the labels, its students
can only have from its outputs.
"""

from collections.abc import Mapping

import torch
from torch import nn

from courseware.subjects.data import MNIST_SHAPE, N_CLASSES, Digits
from courseware.subjects.models import mlp
from courseware.subjects.training import train

_LEARNING_RATE = 0.001
_BATCH_SIZE = 128


class RandomShift(nn.Module):
    """Shift each picture by up to `most` pixels down or up and left or right, in training only.

    What is shifted in is paper. The shifts come from torch's global generator, as dropout does.
    """

    def __init__(self, shape: tuple[int, int], most: int) -> None:
        super().__init__()
        self.shape = shape
        self.most = most

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """images of shape (N, pixels), to the same shape."""
        if not self.training:
            return images
        n = len(images)
        pictures = nn.functional.pad(images.reshape(n, *self.shape), [self.most] * 4)
        height, width = self.shape
        windows = pictures.unfold(1, height, 1).unfold(2, width, 1)
        down, right = torch.randint(2 * self.most + 1, (2, n))
        return windows[torch.arange(n), down, right].reshape(n, -1)


def shifted(images: torch.Tensor, seed: int, most: int = 2) -> torch.Tensor:
    """Each MNIST image, shifted at random; one seed gives one result."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return RandomShift(MNIST_SHAPE, most)(images)


def moved(images: torch.Tensor, right: int, down: int) -> torch.Tensor:
    """Each MNIST image moved by so many pixels; paper comes in, and what leaves is lost.

    >>> image = torch.zeros(1, 784)
    >>> image[0, 0] = 1.0                                    # top left
    >>> moved(image, right=2, down=1)[0, 28 + 2].item()
    1.0
    """
    height, width = MNIST_SHAPE
    pictures = nn.functional.pad(
        images.reshape(-1, height, width), [abs(right)] * 2 + [abs(down)] * 2
    )
    top, left = abs(down) - down, abs(right) - right
    return pictures[:, top : top + height, left : left + width].reshape(len(images), -1)


DIRECTIONS = ((2, 0), (-2, 0), (0, 2), (0, -2))
"""Right, left, down and up by two pixels: (right, down)."""


def errors_on_shifted(model: nn.Module, data: Digits) -> float:
    """Errors on the test images, moved by two pixels; the mean over the four directions."""
    errors = [
        n_errors(outputs(model, moved(data.test_images, *by)), data.test_labels)
        for by in DIRECTIONS
    ]
    return sum(errors) / len(errors)


def teacher_network(
    hidden: int, seed: int, dropout: float = 0.3, most_shifted: int = 2
) -> nn.Sequential:
    """An untrained teacher for MNIST: shift, then two hidden layers with ReLU and dropout."""
    layers: list[nn.Module] = [RandomShift(MNIST_SHAPE, most_shifted)]
    for layer in mlp([MNIST_SHAPE[0] * MNIST_SHAPE[1], hidden, hidden, N_CLASSES], seed):
        layers.append(layer)
        if isinstance(layer, nn.ReLU):
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


def train_teacher(
    data: Digits,
    hidden: int,
    seed: int,
    steps: int,
    progress: bool = False,
    most_shifted: int = 2,
) -> nn.Sequential:
    """Train a teacher on the labels; torch's global generator stays as it is.

    Args:
        most_shifted: pixels by which training images are shifted at random; with 0 they stay where
            they are, and dropout is the same.
    Returns: the network in evaluation mode, so that it answers every image in one way.
    """
    model = teacher_network(hidden, seed, most_shifted=most_shifted)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        train(
            model,
            data.train_images,
            data.train_labels,
            steps=steps,
            learning_rate=_LEARNING_RATE,
            batch_size=_BATCH_SIZE,
            seed=seed,
            progress=progress,
        )
    return model.eval()


def network_of(state: Mapping[str, torch.Tensor]) -> nn.Sequential:
    """The network that `distill` has trained, from the state_dict that it returns.

    >>> from model_compression.distillation import distill
    >>> images, labels, teacher_logits = torch.rand(4, 6), torch.arange(4), torch.rand(4, 4)
    >>> state = distill(teacher_logits, images, labels, 3, 1.0, 1.0, seed=0, steps=1)
    >>> network_of(state)(images).shape
    torch.Size([4, 4])
    """
    first, last = state["0.weight"], state["2.weight"]
    model = mlp([first.shape[1], len(first), len(last)], seed=0)
    model.load_state_dict(state)
    return model


@torch.no_grad()
def outputs(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Logits of a model in the mode that it is in, without gradients."""
    result: torch.Tensor = model(images)
    return result


def n_errors(logits: torch.Tensor, labels: torch.Tensor) -> int:
    """Number of images whose largest logit is not that of the right class.

    >>> n_errors(torch.tensor([[2.0, 1.0], [3.0, 0.0]]), torch.tensor([0, 1]))
    1
    """
    return int((logits.argmax(dim=1) != labels).sum())


def with_bias(logits: torch.Tensor, digits: list[int], added: float) -> torch.Tensor:
    """Logits with a number added to some classes, as if the biases of the last layer were moved.

    >>> with_bias(torch.tensor([[1.0, 2.0, 3.0]]), [0, 2], 5.0)
    tensor([[6., 2., 8.]])
    """
    moved = logits.clone()
    moved[:, digits] += added
    return moved


def wrong_answers_shuffled(logits: torch.Tensor, labels: torch.Tensor, seed: int) -> torch.Tensor:
    """Logits with those of the wrong classes in random order, image by image.

    The right class keeps its logit and the wrong ones keep theirs as a set: the teacher is as sure
    as before, but no longer says which wrong classes come close.

    >>> wrong_answers_shuffled(torch.tensor([[1.0, 2.0, 7.0, 3.0]]), torch.tensor([2]), seed=0)
    tensor([[3., 1., 7., 2.]])
    """
    n, n_classes = logits.shape
    generator = torch.Generator().manual_seed(seed)
    wrong = torch.ones_like(logits, dtype=torch.bool)
    wrong[torch.arange(n), labels] = False
    order = torch.rand(n, n_classes - 1, generator=generator).argsort(dim=1)
    mixed = logits.clone()
    mixed[wrong] = logits[wrong].reshape(n, n_classes - 1).gather(1, order).flatten()
    return mixed


def smoothed_labels(labels: torch.Tensor, n_classes: int, share: float) -> torch.Tensor:
    """Labels as the logits of a teacher that gives every wrong class the same small probability.

    softmax of them is 1 - share for the label, plus share / n_classes for each class, the label
    included (Szegedy et al. 2016, label smoothing).

    >>> smoothed_labels(torch.tensor([1]), 4, share=0.2).softmax(dim=1)
    tensor([[0.0500, 0.8500, 0.0500, 0.0500]])
    """
    one_hot = nn.functional.one_hot(labels, n_classes).float()
    return ((1 - share) * one_hot + share / n_classes).log()
