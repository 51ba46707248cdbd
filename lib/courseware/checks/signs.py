"""Images of ten signs, made up for one draw: what trained networks are judged on.

Whoever knows the digits of a public data set can train at home, on the images that a judge keeps
back as well, and hand in the weights. Here there is nothing to know before the call: the signs of
an alphabet are drawn like its images. A sign is a line through a few points; in each image its
points are moved a little, and the whole sign, too. It takes a network to read them about as well
as digits: 0.94 to 0.97 of the images held back, where a few hundred digits lead to 0.94 to 0.96.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch

from courseware.checks.states import Seed
from courseware.checks.task import Draw
from courseware.subjects.training import one_thread

T = torch.Tensor

SIDE = 8
N_PIXELS = SIDE * SIDE
N_SIGNS = 10
POINTS = 4
CANDIDATES = 60
"""Lines of which the signs are chosen, each as far from the others as possible."""

N_TRAINING = 1000
N_HELD_OUT = 600

MARGIN = 1.2
"""Of the points to the middle of the outer pixels."""
PEN = 1.3
"""Half the width of a line; its ink fades over one pixel."""
WOBBLE, SHIFT = 0.4, 0.3
"""Deviations of where a point of an image lies, each by itself and all together, in pixels."""
FAINTEST = 0.6
NOISE = 0.05
LEVELS = 16
CORNERS = (0, SIDE - 1, N_PIXELS - SIDE, N_PIXELS - 1)
"""Pixels that are white in all images."""

MAX_SEED = 10**6


@dataclass(frozen=True, eq=False)
class Signs:
    """Images of one alphabet to train on, and others to judge by: (N, 64) in [0, 1], int64."""

    images: T
    labels: T
    held_out_images: T
    held_out_labels: T


def drawn_seed(draw: Draw) -> Seed:
    """A seed and a new alphabet."""
    return Seed(draw.integer(0, MAX_SEED), draw.rng.getrandbits(60))


@lru_cache(maxsize=16)
@one_thread()
def signs(alphabet: int) -> Signs:
    """The images of an alphabet; do not change them.

    >>> made = signs(1)
    >>> made.images.shape, made.held_out_images.shape
    (torch.Size([1000, 64]), torch.Size([600, 64]))
    >>> made.held_out_labels.bincount()
    tensor([60, 60, 60, 60, 60, 60, 60, 60, 60, 60])
    """
    generator = torch.Generator().manual_seed(alphabet)
    lines = _alphabet(generator)
    return Signs(
        *_images(lines, N_TRAINING, generator),
        *_images(lines, N_HELD_OUT, generator),
    )


def _alphabet(generator: torch.Generator) -> T:
    """The points of ten lines that do not look alike, (10, POINTS, 2)."""
    inside = SIDE - 1 - 2 * MARGIN
    points = MARGIN + inside * torch.rand(CANDIDATES, POINTS, 2, generator=generator)
    ink = _ink(points)
    apart = torch.cdist(ink, ink)
    chosen = [0]
    while len(chosen) < N_SIGNS:
        chosen.append(int(apart[chosen].amin(dim=0).argmax()))
    return points[chosen]


def _images(lines: T, n: int, generator: torch.Generator) -> tuple[T, T]:
    """Images of the signs, of each as many, in random order, and which sign each of them shows."""
    labels = torch.arange(N_SIGNS).repeat(n // N_SIGNS)[torch.randperm(n, generator=generator)]
    points = lines[labels] + WOBBLE * torch.randn(n, POINTS, 2, generator=generator)
    points += SHIFT * torch.randn(n, 1, 2, generator=generator)
    strength = 1 - (1 - FAINTEST) * torch.rand(n, 1, generator=generator)
    ink = strength * _ink(points) + NOISE * torch.randn(n, N_PIXELS, generator=generator)
    images = (LEVELS * ink.clamp(0, 1)).round() / LEVELS
    images[:, CORNERS] = 0.0
    return images, labels


def _ink(points: T) -> T:
    """The ink of each pixel, 0 to 1, where lines run through points: (N, POINTS, 2) to (N, 64)."""
    side = torch.arange(float(SIDE))
    pixels = torch.cartesian_prod(side, side)[:, None]
    start, way = points[:, None, :-1], points.diff(dim=1)[:, None]
    # How far along a piece of the line its nearest point to a pixel is.
    share = ((pixels - start) * way).sum(dim=-1) / way.square().sum(dim=-1).clamp_min(1e-6)
    away = (pixels - start - share.clamp(0, 1)[..., None] * way).norm(dim=-1).amin(dim=-1)
    return (PEN - away).clamp(0, 1)
