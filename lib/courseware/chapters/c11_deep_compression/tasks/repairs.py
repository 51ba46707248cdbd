"""What a network that lost too much lacks: slips that can be undone in what came back.

Each is undone, alone and two at a time. The one that brings back most of what was lost is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import torch

from courseware.chapters.c11_deep_compression.tasks.returned_networks import Layers, n_right
from courseware.checks.task import Misconception

T = torch.Tensor

MOST = 0.6
"""Of the points lost that must come back, and no fewer than `LEAST`, in percent."""
LEAST = 10.0
MORE = 5.0
"""How many points two slips bring back more than one of them, or the second would be a guess."""


@dataclass(frozen=True)
class Judged:
    """A network and the images that it is to read, or what is made of both."""

    layers: Layers
    images: T
    linear: bool = False


Repair = Callable[[Judged, T], Judged]
"""`repair(judged, training_images)`"""


def _with_weights(change: Callable[[T], T], *places: int) -> Repair:
    """Other weights in some layers, or in all."""

    def repair(judged: Judged, training: T) -> Judged:
        layers = [
            (change(weight) if not places or i in places else weight, bias)
            for i, (weight, bias) in enumerate(judged.layers)
        ]
        return Judged(layers, judged.images, judged.linear)

    return repair


def _with_signs(judged: Judged, training: T) -> Judged:
    """Whole numbers from 128 to 255 read as bytes with a sign."""

    def read(values: T) -> T:
        signed = (values >= 128) & (values <= 255) & (values == values.round())
        return torch.where(signed, values - 256, values)

    layers = [(read(weight), read(bias)) for weight, bias in judged.layers]
    return Judged(layers, judged.images, judged.linear)


def _without_biases(judged: Judged, training: T) -> Judged:
    layers = [(weight, torch.zeros_like(bias)) for weight, bias in judged.layers]
    return Judged(layers, judged.images, judged.linear)


def _as_a_line(judged: Judged, training: T) -> Judged:
    return Judged(judged.layers, judged.images, linear=True)


def _negated(judged: Judged, training: T) -> Judged:
    *inner, (weight, bias) = judged.layers
    return Judged([*inner, (-weight, -bias)], judged.images, judged.linear)


def _column_by_column(weight: T) -> T:
    """What was written column by column, and read row by row."""
    return weight.reshape(weight.shape[::-1]).T


def _row_by_row(weight: T) -> T:
    """What was written row by row, and read column by column."""
    return weight.T.reshape(weight.shape)


def _with_images(change: Callable[[T, T], T]) -> Repair:
    """Images as they may have been in training: change(images, training images)."""

    def repair(judged: Judged, training: T) -> Judged:
        images = change(judged.images, training)
        return Judged(judged.layers, images, judged.linear)

    return repair


def _by_pixel(small: float) -> Callable[[T, T], T]:
    return lambda x, training: (x - training.mean(dim=0)) / (training.std(dim=0) + small)


IMAGES: tuple[Callable[[T, T], T], ...] = (
    *map(_by_pixel, (1e-8, 1e-3, 1e-1)),
    lambda x, training: (x - training.mean()) / training.std(),
    lambda x, training: x - training.mean(dim=0),
    lambda x, training: 2 * x - 1,
    lambda x, training: 255 * x,
    lambda x, training: 1 - x,
    lambda x, training: (x > 0.5).float(),
)

SLIPS: tuple[tuple[str, str, tuple[Repair, ...]], ...] = (
    (
        "codes-without-sign",
        "Weights came back as whole numbers up to 255. Those from 128 on, less 256, make a far "
        "better network: the bytes were written with a sign and are read without one. Read them "
        "as `int8`.",
        (_with_signs,),
    ),
    (
        "biases-of-another-scale",
        "Without its biases the network that came back reads far more images: they have another "
        "scale than the weights. Where the scale of a layer is not stored, its bias has to be "
        "divided by it as well, and by those of the layers before; or train without biases.",
        (_without_biases,),
    ),
    (
        "other-images",
        "The network reads far more images if these are normalised or changed first, so it was "
        "trained on such. Here it gets them as they were given: train it on these, or make the "
        "change a part of the first layer.",
        tuple(map(_with_images, IMAGES)),
    ),
    (
        "trained-without-relu",
        "Without a ReLU between the layers the network reads far more images, so it was trained "
        "without one. There is one behind every layer but the last, in training as well.",
        (_as_a_line,),
    ),
    (
        "weights-column-by-column",
        "A weight was written column by column and is read row by row, or the other way round: "
        "turned back, the network reads far more images. A `.T` is missing, or one is too many.",
        tuple(
            _with_weights(turned, *places)
            for turned in (_column_by_column, _row_by_row)
            for places in ((), (0,), (1,))
        ),
    ),
    (
        "outputs-turned-round",
        "With the other sign in its last layer the network reads far more images. Was a sign lost, "
        "or the loss made large?",
        (_negated,),
    ),
)


IN_PAIRS = 4
"""So many of them are looked for two at a time as well."""


def _tries() -> Iterator[tuple[str, tuple[Repair, ...]]]:
    """Names of what is undone, one slip or two, and how."""
    for name, _, repairs in SLIPS:
        yield from ((name, (repair,)) for repair in repairs)
    for (one, _, first), (other, _, second) in combinations(SLIPS[:IN_PAIRS], 2):
        yield from ((_both(one, other), (a, b)) for a in first for b in second)


def _both(one: str, other: str) -> str:
    return f"{one}-and-{other}"


def _told() -> Iterator[Misconception]:
    told = [Misconception(name, message) for name, message, _ in SLIPS]
    yield from told
    for one, other in combinations(told[:IN_PAIRS], 2):
        yield Misconception(_both(one.name, other.name), one.message, also=other)


REPAIRED = tuple(_told())


@torch.no_grad()
def slip_of(layers: Layers, images: T, labels: T, training: T, wanted: float) -> str | None:
    """The name of what brings back most of the accuracy, in percent; None if nothing does."""
    start = Judged(layers, images)
    now = _accuracy(start, labels)
    enough = max(MOST * (wanted - now), LEAST)
    best, name = now, None
    for of, repairs in _tries():
        judged = start
        for repair in repairs:
            judged = repair(judged, training)
        share = _accuracy(judged, labels)
        if share >= now + enough and share > best + (MORE if name else 0):
            best, name = share, of
    return name


def _accuracy(judged: Judged, labels: T) -> float:
    if not judged.linear:
        return 100 * n_right(judged.layers, judged.images, labels) / len(labels)
    values = judged.images
    for weight, bias in judged.layers:
        values = values @ weight.T + bias
    return 100 * float((values.argmax(dim=1) == labels).float().mean())
