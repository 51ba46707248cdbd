"""What wrong ways of `smooth` give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

T = torch.Tensor
Pair = tuple[T, T]
Scale = Callable[[T, T, float], T]
SMALL = 1e-14
"""The smallest magnitude for which a guard against zeros must not be felt."""


def top(weight: T) -> T:
    return weight.abs().amax(dim=0)


def _guarded(ratio: Scale) -> Scale:
    """1 where there is nothing to balance."""

    def scale(x: T, w: T, alpha: float) -> T:
        there = (x > 0) & (top(w) > 0)
        return torch.where(there, ratio(x, w, alpha), 1.0)

    return scale


@_guarded
def scale(x: T, w: T, alpha: float) -> T:
    return x**alpha / top(w) ** (1 - alpha)


def by(of: Scale) -> Callable[..., Pair]:
    """Other scales, of which the weight gets what it should."""

    def behaves(x: T, w: T, alpha: float) -> Pair:
        found = of(x, w, alpha)
        return found, w * found

    return behaves


def of(ratio: Scale) -> Callable[..., Pair]:
    return by(_guarded(ratio))


def behind(behaves: Callable[..., Pair], change: Callable[[T, T], Any]) -> Callable[..., Any]:
    """Something else made of other scales and the weight."""
    return lambda x, w, alpha: change(behaves(x, w, alpha)[0], w)


def changed(change: Callable[[T, T, T], Any]) -> Callable[..., Any]:
    """Something else made of the right scale, x_absmax and the weight."""

    def behaves(x: T, w: T, alpha: float) -> Any:
        return change(scale(x, w, alpha), x, w)

    return behaves


def unguarded(x: T, w: T, alpha: float) -> T:
    return x**alpha / top(w) ** (1 - alpha)


def with_small(small: float, added: bool, where: str) -> Scale:
    """Zeros kept away by a small number that is felt elsewhere."""

    def scale(x: T, w: T, alpha: float) -> T:
        def away(sizes: T) -> T:
            return sizes + small if added else sizes.clamp(min=small)

        sizes = away(x) if "x" in where else x
        tops = away(top(w)) if "w" in where else top(w)
        ratio = sizes**alpha / tops ** (1 - alpha)
        return torch.where(torch.isfinite(ratio) & (ratio > 0), ratio, 1.0)

    return scale


def only_above(ratio: Scale, small: float) -> Scale:
    """Scales of 1 where a magnitude is smaller."""
    return lambda x, w, alpha: torch.where((x > small) & (top(w) > small), ratio(x, w, alpha), 1.0)


def reset_by_zeros(x: T, w: T, alpha: float) -> T:
    right = scale(x, w, alpha)
    return right if bool(((x > 0) & (top(w) > 0)).all()) else torch.ones_like(right)


def has_zeros(x: T, w: T, alpha: float) -> bool:
    return not bool((x > 0).all()) or not bool((top(w) > 0).all())


def by_rows(x: T, w: T, alpha: float) -> T:
    """The largest magnitude of each row in place of each column, as far as that fits."""
    tops = w.abs().amax(dim=1)
    if len(tops) not in (1, len(x)):
        raise RuntimeError
    return torch.where(x > 0, x**alpha / tops ** (1 - alpha), 1.0)


def down(x: T, w: T, alpha: float) -> Pair:
    """The scales laid along the rows of the weight, as far as that fits."""
    found = scale(x, w, alpha)
    if len(w) not in (1, len(found)):
        raise RuntimeError
    return found, w * found[:, None]


SIZES: tuple[Callable[[T], T], ...] = (
    lambda found: (found.max() * found.min()).sqrt(),
    lambda found: found.mean(),
    lambda found: found.max(),
    lambda found: found.min(),
)


def normalised(of: Scale, size: Callable[[T], T]) -> Scale:
    """Scales divided by a size of theirs."""

    def behaves(x: T, w: T, alpha: float) -> T:
        found = of(x, w, alpha)
        return found / size(found)

    return behaves


def above(small: float) -> Scale:
    """Scales of 1 where the input is smaller."""
    return lambda x, w, alpha: torch.where(x > small, scale(x, w, alpha), 1.0)


def at_least(small: float) -> Scale:
    """Scales that are never smaller."""
    return lambda x, w, alpha: scale(x, w, alpha).clamp(min=small)
