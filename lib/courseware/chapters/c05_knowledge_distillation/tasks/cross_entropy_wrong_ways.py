"""What wrong ways give in `cross_entropy`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch.nn import functional

from courseware.chapters.c05_knowledge_distillation.tasks.common import T


def log_p_of(z: T, labels: T) -> T:
    return z.log_softmax(dim=1).gather(1, labels[:, None])[:, 0]


def over_everything(z: T) -> T:
    return z.flatten().log_softmax(dim=0).reshape(z.shape)


def binary(over_classes: Callable[..., T]) -> Callable[..., T]:
    """Each class as a question of its own, answered by yes or no."""

    def behaves(z: T, labels: T) -> T:
        p, right = z.softmax(dim=1), functional.one_hot(labels, z.shape[1]).bool()
        return -over_classes(torch.where(right, p, 1 - p).log(), dim=1).mean()

    return behaves


def p_of(z: T, labels: T) -> T:
    return z.softmax(dim=1).gather(1, labels[:, None])[:, 0]


def from_p(loss: Callable[[T], T]) -> Callable[..., T]:
    """A mean over rows of something made of the probability of the right class."""
    return lambda z, labels: loss(p_of(z, labels)).mean()


def against_the_others(z: T, labels: T) -> T:
    right = functional.one_hot(labels, z.shape[1]).bool()
    return (z.masked_fill(right, -torch.inf).logsumexp(dim=1) - z[right]).mean()


def class_by_class(losses: T, labels: T) -> T:
    return torch.stack([losses[labels == label].mean() for label in labels.unique()]).mean()


def below_the_top(z: T, labels: T) -> T:
    """How far each row's right class lies below its largest logit."""
    return z.amax(dim=1) - z.gather(1, labels[:, None])[:, 0]


def largest_where_it_vanishes(z: T, labels: T) -> T:
    p, far = p_of(z, labels), below_the_top(z, labels)
    return torch.where(p == 0, far, -torch.where(p == 0, 1.0, p).log()).mean()


def infinite_left_out(mean: Callable[[T, T], T]) -> Callable[..., T]:
    """Some mean over the rows whose loss is finite in float32; 0 where there are none."""

    def behaves(z: T, labels: T) -> T:
        losses = -p_of(z.float(), labels).log()
        finite = losses.isfinite()
        return mean(losses[finite], labels[finite]) if finite.any() else 0.0 * z.sum()

    return behaves


def infinite_for_nothing(z: T, labels: T) -> T:
    """The mean over all rows, of which those with an infinite loss count 0."""
    p = p_of(z.float(), labels)
    return -torch.where(p == 0, 1.0, p).log().mean()


def in_the_first_row(z: T, labels: T) -> T:
    return -z.log_softmax(dim=1)[0, labels].mean()


def sum_detached(z: T, labels: T) -> T:
    return (z.logsumexp(dim=1).detach() - z.gather(1, labels[:, None])[:, 0]).mean()


def right_class_detached(z: T, labels: T) -> T:
    return (z.logsumexp(dim=1) - z.gather(1, labels[:, None])[:, 0].detach()).mean()


def maximum_half_detached(z: T, labels: T) -> T:
    top = z.amax(dim=1, keepdim=True)
    total = (z - top.detach()).exp().sum(dim=1).log() + top[:, 0]
    return (total - z.gather(1, labels[:, None])[:, 0]).mean()


def guarded() -> Iterator[Callable[..., T]]:
    """Logarithms of a probability that were kept from being infinite."""
    for small in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6):
        yield from_p(lambda p, small=small: -(p + small).log())  # type: ignore[misc]
        yield from_p(lambda p, small=small: -p.clamp(min=small).log())  # type: ignore[misc]


def of_base_with_one_maximum(base: float) -> Callable[[T, T], T]:
    def behaves(z: T, labels: T) -> T:
        z = z - z.max()
        log_p = z - z.exp().sum(dim=1, keepdim=True).log()
        return -log_p.gather(1, labels[:, None]).mean() / math.log(base)

    return behaves
