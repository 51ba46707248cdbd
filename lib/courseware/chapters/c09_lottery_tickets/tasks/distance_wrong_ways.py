"""Other numbers that two dicts of masks give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import torch

from courseware.checks.named_tensors import Named
from model_compression import lottery_tickets as reference

T = torch.Tensor
Masks = Mapping[str, T]
Arguments = tuple[Named, Named]


def lines(a: Masks, b: Masks) -> tuple[T, T]:
    """The masks of both in one line each, in the order of `a`."""
    first, second = (torch.cat([m[name].flatten() for name in a]) for m in (a, b))
    return first, second


def share(of: Callable[[T, T], T], among: Callable[[T, T], T]) -> Callable[[Masks, Masks], float]:
    def behaves(a: Masks, b: Masks) -> float:
        first, second = lines(a, b)
        return int(of(first, second).sum()) / int(among(first, second).sum())

    return behaves


def as_bytes(a: Masks, b: Masks) -> tuple[T, T]:
    first, second = lines(a, b)
    return first.to(torch.uint8), second.to(torch.uint8)


def every(a: T, b: T) -> T:
    return torch.ones_like(a)


def mean_of_layers(a: Masks, b: Masks) -> float:
    return sum(float((a[name] != b[name]).float().mean()) for name in a) / len(a)


def by_position(a: Masks, b: Masks) -> float:
    pairs = list(zip(a.values(), b.values(), strict=True))
    return sum(int((x != y).sum()) for x, y in pairs) / sum(x.numel() for x, _ in pairs)


def densities(a: Masks, b: Masks) -> float:
    first, second = lines(a, b)
    return abs(int(first.sum()) - int(second.sum())) / len(first)


def densities_of_layers(a: Masks, b: Masks) -> float:
    return sum(densities({k: a[k]}, {k: b[k]}) * a[k].numel() for k in a) / len(lines(a, b)[0])


def averaged(measure: Callable[[Masks, Masks], float]) -> Iterator[Callable[..., float]]:
    """A measure of each layer, averaged over the layers, and their sum."""
    for divided in (True, False):
        yield (
            lambda a, b, divided=divided: (
                sum(measure({k: a[k]}, {k: b[k]}) for k in a) / (len(a) if divided else 1)
            )
        )


def of_layer(number: int) -> Callable[[Masks, Masks], float]:
    def behaves(a: Masks, b: Masks) -> float:
        name = list(a)[number]
        return float((a[name] != b[name]).double().mean())

    return behaves


def without_last_layer(a: Masks, b: Masks) -> float:
    """Where there is but one layer, it is looked at."""
    names = list(a)[:-1] or list(a)
    return reference.mask_distance(*({name: m[name] for name in names} for m in (a, b)))


def of_one_layer_over_all(number: int) -> Callable[[Masks, Masks], float]:
    """What differs in one layer, divided by the entries of all."""

    def behaves(a: Masks, b: Masks) -> float:
        name = list(a)[number]
        return int((a[name] != b[name]).sum()) / len(lines(a, b)[0])

    return behaves


def without_whole_layers(of: int) -> Callable[[Masks, Masks], float]:
    """Layers that one of the two keeps whole are left out."""

    def behaves(a: Masks, b: Masks) -> float:
        names = [name for name in a if not (a, b)[of][name].all()]
        if not names:
            return 0.0
        return reference.mask_distance(*({name: m[name] for name in names} for m in (a, b)))

    return behaves


def without_equal_layers(a: Masks, b: Masks) -> float:
    names = [name for name in a if not torch.equal(a[name], b[name])]
    if not names:
        return 0.0
    return reference.mask_distance(*({name: m[name] for name in names} for m in (a, b)))


def differing_rows(a: Masks, b: Masks) -> float:
    differ = [(a[name] != b[name]).flatten(1).any(dim=1) for name in a]
    return float(torch.cat(differ).double().mean())


def differing_runs(a: Masks, b: Masks) -> float:
    """The same along the last axis."""
    differ = [(a[name] != b[name]).any(dim=-1).flatten() for name in a]
    return float(torch.cat(differ).double().mean())


def over_one_layer(of: Callable[[T, T], T], number: int) -> Callable[[Masks, Masks], float]:
    return lambda a, b: int(of(*lines(a, b)).sum()) / list(a.values())[number].numel()


def places_without_names(a: Masks, b: Masks) -> float:
    """The kept places of all layers in one set."""
    first, second = (
        {tuple(place) for mask in masks.values() for place in mask.nonzero().tolist()}
        for masks in (a, b)
    )
    return len(first ^ second) / len(lines(a, b)[0])


SOME: tuple[Callable[[T, T], T], ...] = (
    lambda a, b: a | b,
    lambda a, b: a,
    lambda a, b: b,
    lambda a, b: ~a,
    lambda a, b: ~b,
    lambda a, b: ~a | ~b,
)
