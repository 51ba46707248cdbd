"""Data on which teacher and labels disagree, and judging a student by how low its loss is.

There are five images, many copies of each. The teacher prefers one class, the label says another
one, so every loss pulls at the student in its own way and has a minimum of its own. A student that
tells five images apart can give each any logits it likes: the lowest possible loss is that of free
logits, 5 rows of C numbers, which an optimizer finds in no time, as the loss is convex in them.

A student counts as right if, of the way from equal outputs to the lowest loss, it has gone all but
`LEFT` = 1%. What is left of the way, 5 draws each of the data of `distill`, 20 for the last line:

    Adam 0.001 to 0.01 or SGD with momentum 0.02 to 0.1, batches
        of 64 and 128, 10 to 50 epochs; Adam 0.01 to 0.03 on all
        images, 150 and 200 updates; weight decay up to 0.001         up to 0.06%
    a hurried one: Adam 0.001, 20 epochs of 64                        up to 0.4%
    the minimum of a wrong loss, in one of the two cases              4% and more
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.losses import WRONG_LOSSES, Loss
from courseware.chapters.c05_knowledge_distillation.tasks.states import outputs, structure
from courseware.checks.task import Draw
from courseware.checks.values import Difference
from model_compression.distillation import distillation_loss

T = torch.Tensor
Arguments = tuple[T, T, T, int, float, float, int]

N_IMAGES = 5
COPIES = 240
LEFT = 0.01
HARDLY = 0.15
"""Of the way: a student this close to equal outputs, on either side, is as good as untrained."""


def conflict(
    draw: Draw, n_pixels: int, n_classes: int, hidden: int, alpha: float, temperature: float
) -> Arguments:
    """Arguments of `distill`: the labels are what the teacher finds least likely."""
    images = distinct_images(draw, n_pixels)
    order = torch.rand(N_IMAGES, n_classes, generator=draw.generator).argsort(dim=1)
    unit = torch.rand(N_IMAGES, n_classes, generator=draw.generator)
    # The favourite, a runner-up, the label, then all the others.
    ranked = -4 * unit
    ranked[:, 0], ranked[:, 1] = 8 + unit[:, 0], 4.8 + unit[:, 1]
    ranked[:, 2] = -3 + 2 * unit[:, 2]
    teacher = torch.empty_like(ranked).scatter_(1, order, ranked)
    rows = shuffled_copies(draw, COPIES)
    seed = draw.integer(0, 999)
    return teacher[rows], images[rows], order[rows, 2], hidden, alpha, temperature, seed


def distinct_images(draw: Draw, n_pixels: int) -> T:
    """Black and white images, no two of them much alike."""
    share = torch.rand(N_IMAGES, n_pixels, generator=draw.generator)
    images = (share < 0.35).float()
    # One pixel is each image's own, so that they differ in any case.
    images[:, :N_IMAGES] = torch.eye(N_IMAGES)
    return images[:, torch.randperm(n_pixels, generator=draw.generator)]


def shuffled_copies(draw: Draw, copies: int) -> T:
    """Row numbers: each image `copies` times, in random order."""
    order = torch.randperm(N_IMAGES * copies, generator=draw.generator)
    return torch.arange(N_IMAGES).repeat_interleave(copies)[order]


def one_of_each(arguments: tuple[Any, ...]) -> tuple[T, T, T]:
    """The distinct images, with the teacher's logits and the label of each."""
    teacher, images, labels = arguments[:3]
    _, which = images.unique(dim=0, return_inverse=True)
    first = torch.stack([(which == i).nonzero()[0, 0] for i in range(int(which.max()) + 1)])
    return teacher[first].double(), images[first], labels[first]


def lowest_loss(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Whether the student's loss is the lowest possible; if not, which loss it minimises."""
    found = structure(arguments, got)
    if found:
        return found
    teacher, images, labels = one_of_each(arguments)
    alpha, temperature = arguments[4:6]
    student = outputs(got, images)

    def loss_of(loss: Loss) -> Callable[[T], T]:
        return lambda logits: loss(logits, teacher, labels, alpha, temperature)

    right = loss_of(distillation_loss)
    equal, lowest, reached = (
        float(right(logits)) for logits in (0 * teacher, minimiser(right, 0 * teacher), student)
    )

    def still_to_go(logits: T) -> float:
        return (float(right(logits)) - lowest) / (equal - lowest)

    left = still_to_go(student)
    if left <= LEFT:
        return None
    text = (
        f"the loss is {equal:.4f} for equal outputs, {reached:.4f} for this student; the lowest "
        f"possible is {lowest:.4f}. "
    )
    text += f"{1 - left:.1%} of the way, expected 99%" if left < 1 else "This is further away"
    standing = "not-learned" if abs(1 - left) < HARDLY else "not-the-lowest"
    name = _minimised(loss_of, student, lambda logits: still_to_go(logits) > LEFT)
    return Difference(name or standing, text)


def _minimised(
    loss_of: Callable[[Loss], Callable[[T], T]], student: T, fails: Callable[[T], bool]
) -> str:
    """The name of the wrong loss that the student minimises, if it is one that is known.

    Some have the right minimum here, such as the divergence at another temperature where the
    teacher is alone: a student `fails` for another reason then.
    """
    best, name = LEFT, ""
    for wrong in WRONG_LOSSES:
        for loss in map(loss_of, wrong.losses):
            # Near a minimum the slope is small. That is quickly found out, and rules most out.
            if _slope(loss, student) > 0.1 * _slope(loss, 0 * student):
                continue
            ends = [minimiser(loss, start, iterations=30) for start in (student, 0 * student)]
            left = max(_left(loss, student, end) for end in ends)
            if left < best and all(map(fails, ends)):
                best, name = left, wrong.name
    return name


def _slope(loss: Callable[[T], T], logits: T) -> float:
    at = logits.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(at), at)
    return float(gradient.norm())


def _left(loss: Callable[[T], T], student: T, end: T) -> float:
    """What the student has still to go, of the way from equal outputs to `end`."""
    equal, reached, lowest = (float(loss(logits)) for logits in (0 * student, student, end))
    return (reached - lowest) / (equal - lowest) if equal > lowest else math.inf


def minimiser(loss: Callable[[T], T], start: T, iterations: int = 300) -> T:
    """Free logits, from `start` on, that minimise a loss."""
    logits = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS(
        [logits],
        max_iter=iterations,
        tolerance_grad=1e-8,
        tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )

    def closure() -> float:
        optimizer.zero_grad()
        value = loss(logits)
        value.backward()
        return value.item()

    optimizer.step(closure)
    return logits.detach()
