"""What wrong ways give in `kl_divergence`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.common import T


def log_of(p: T) -> T:
    """The logarithm, with 0 in place of that of 0."""
    return one_for_zero(p).log()


def one_for_zero(p: T) -> T:
    return torch.where(p > 0, p, 1.0)


def kl_of_rows(p: T, q: T) -> T:
    """One divergence a row."""
    return (p * (log_of(p) - torch.where(p > 0, q, 1.0).log())).sum(dim=1)


def kl_without_weights(p: T, q: T) -> T:
    """The logarithms of one row, of the classes that the teacher sees."""
    return (log_of(p) - torch.where(p > 0, q, 1.0).log()).sum(dim=1)


def bare(p: T, q: T) -> T:
    """The formula as it stands, nan where p is 0."""
    return (p * (p / q).log()).sum(dim=1).mean()


def of_both(rows: Callable[[T, T], T]) -> Callable[..., T]:
    return lambda p, q: rows(p, q).mean()


def with_small_numbers() -> Iterator[Callable[..., T]]:
    """The formula with a number added to a probability, or put in its place."""
    for small in (1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2):
        for changed in (
            lambda p, small=small: p + small,
            lambda p, small=small: p.clamp(min=small),
        ):
            yield lambda p, q, to=changed: (p * (to(p) / q).log()).sum(dim=1).mean()
            yield lambda p, q, to=changed: (p * (to(p) / to(q)).log()).sum(dim=1).mean()
            yield lambda p, q, to=changed: (to(p) * (to(p) / to(q)).log()).sum(dim=1).mean()
            yield lambda p, q, to=changed: (to(p) * (to(p) / q).log()).sum(dim=1).mean()


def normalised_over_the_seen(p: T, q: T) -> T:
    seen = torch.where(p > 0, q, 0.0)
    return kl_of_rows(p, seen / seen.sum(dim=1, keepdim=True))


def of_classes_that_all_rows_see(p: T, q: T) -> T:
    seen = (p > 0).all(dim=0)
    return kl_of_rows(p[:, seen], q[:, seen])


def js(p: T, q: T) -> T:
    middle = (p + q) / 2
    return (kl_of_rows(p, middle) + kl_of_rows(q, middle)) / 2


def of_the_favourite(p: T, q: T) -> tuple[T, T]:
    best = p.argmax(dim=1, keepdim=True)
    return p.gather(1, best), q.gather(1, best)
