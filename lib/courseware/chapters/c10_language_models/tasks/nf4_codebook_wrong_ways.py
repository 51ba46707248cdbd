"""What wrong ways give in `nf4_codebook`."""

from __future__ import annotations

from collections.abc import Callable

import torch

OUTERMOST = 929 / 960


def quantile_of(p: torch.Tensor) -> torch.Tensor:
    return torch.special.ndtri(p)


def shares_down(points: int, outermost: float = OUTERMOST) -> torch.Tensor:
    """So many shares from `outermost` down to 1/2, both included."""
    return torch.linspace(outermost, 0.5, points, dtype=torch.float64)


def one_side(count: int, outermost: float = OUTERMOST, last: bool = False) -> torch.Tensor:
    """Quantiles at `count` shares from `outermost` towards 1/2, which is left out unless `last`."""
    return quantile_of(shares_down(count if last else count + 1, outermost)[:count])


def normalised(*parts: torch.Tensor) -> torch.Tensor:
    values = torch.cat(parts).sort().values
    return values / values.abs().max()


NOTHING = torch.zeros(1, dtype=torch.float64)


def of_sides(negative: int, positive: int, outermost: float = OUTERMOST) -> torch.Tensor:
    return normalised(-one_side(negative, outermost), NOTHING, one_side(positive, outermost))


def raw(negative: int = 7, positive: int = 8) -> torch.Tensor:
    return torch.cat((-one_side(negative), NOTHING, one_side(positive))).sort().values


def by_values(
    value_of: Callable[[torch.Tensor], torch.Tensor], cut: slice = slice(-1)
) -> torch.Tensor:
    """Both sides from other values of the right shares, of which the end is left out."""
    below, above = (value_of(shares_down(points)[cut]) for points in (8, 9))
    return normalised(-below, NOTHING, above)


def between_quantiles(shares: torch.Tensor) -> torch.Tensor:
    quantiles = quantile_of(shares)
    return (quantiles[1:] + quantiles[:-1]) / 2


def between_shares(shares: torch.Tensor) -> torch.Tensor:
    return quantile_of((shares[1:] + shares[:-1]) / 2)


def half_way() -> torch.Tensor:
    """Means of neighbours among 17 quantiles at even shares."""
    edges = quantile_of(torch.linspace(1 - OUTERMOST, OUTERMOST, 17, dtype=torch.float64))
    return normalised((edges[1:] + edges[:-1]) / 2)


def evenly(edge: float) -> Callable[[], torch.Tensor]:
    """16 quantiles at even shares, without an entry that is set to 0."""
    shares = torch.linspace(1 - edge, edge, 16, dtype=torch.float64)
    return lambda: normalised(quantile_of(shares))


def from_share(
    outermost: float, negative: int = 7, positive: int = 8
) -> Callable[[], torch.Tensor]:
    return lambda: of_sides(negative, positive, outermost)


def height(p: torch.Tensor) -> torch.Tensor:
    """That of the bell curve at a share."""
    return torch.exp(-(p**2) / 2)


def without_zero(twice: int) -> Callable[[], torch.Tensor]:
    """The two sides alone, and one end of them twice."""

    def behaves() -> torch.Tensor:
        values = normalised(-one_side(7), one_side(8))
        return torch.cat((values, values[twice].reshape(1))).sort().values

    return behaves


def both_to_the_middle(outermost: float) -> Callable[[], torch.Tensor]:
    """Both sides with the share 1/2, and another 0 in between."""
    return lambda: normalised(
        -one_side(7, outermost, last=True), NOTHING, one_side(8, outermost, last=True)
    )


def filled_with_zeros() -> torch.Tensor:
    """A value less on each side than there should be, and zeros in their place."""
    return normalised(-one_side(6), NOTHING.repeat(3), one_side(7))


def quantiles_in(half: torch.dtype) -> torch.Tensor:
    """In floats of 16 bits before the division."""
    values = raw().float().to(half)
    return (values / values.max()).float()
