"""How few bits are enough: what lecture 02 says of whole networks, and the arm that it chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from courseware.showing.say import interval, signed
from courseware.showing.spread import is_above_zero, spread

Rows = list[dict[str, Any]]


def equal_bits(
    results: Mapping[tuple[str, int], tuple[float, Sequence[float]]],
    leads: Mapping[tuple[int, str], Sequence[float]],
) -> Rows:
    """Longer codes with one scale a tensor against one bit less and more scales.

    Args:
        results: bits per weight and accuracies, by way and bits of a code.
        leads: points by which the longer codes are ahead, by their bits and the other way.
    """
    rows = []
    for (n_bits, way), lead in leads.items():
        row = {"longer codes": f"{n_bits} bits, one scale a tensor"}
        row |= {"takes": f"{results['tensor, float32', n_bits][0]:.2f}"}
        row |= {"more scales": f"{n_bits - 1} bits, {way}"}
        row |= {"takes ": f"{results[way, n_bits - 1][0]:.2f}"}
        rows.append(row | {"longer codes ahead, points": signed(lead, 2)})
    return rows


def losses_by_way(
    results: Mapping[tuple[str, int], tuple[float, Sequence[float]]],
    losses: Mapping[tuple[str, int], Sequence[float]],
) -> Rows:
    """Points lost, one row a way to give out scales, one column a length of the codes."""
    rows: dict[str, dict[str, Any]] = {}
    for (way, n_bits), lost in losses.items():
        text = f"{interval(lost, 2)} ({results[way, n_bits][0]:.2f})"
        rows.setdefault(way, {"one scale per": way})[f"{n_bits}-bit codes"] = text
    return list(rows.values())


def fewest_bits(
    results: Mapping[tuple[str, int], tuple[float, Sequence[float]]],
    losses: Mapping[tuple[str, int], Sequence[float]],
) -> tuple[tuple[str, int], tuple[str, int]]:
    """The arm with the fewest bits of those that surely lose less than one point, and a rival.

    Surely: the 95% interval of the loss ends below 1. Arms whose bits differ by less than 1% count
    as alike; of them it is the one that loses least. The rival loses least of those
    with fewer bits.

    Raises: ValueError if no arm has fewer bits.
    """
    n_bits = {key: results[key][0] for key in losses}
    means = {key: spread(lost).mean for key, lost in losses.items()}
    kept = [key for key, lost in losses.items() if is_above_zero([1 - x for x in lost])]
    fewest = min(n_bits[key] for key in kept)
    chosen = min((k for k in kept if n_bits[k] < 1.01 * fewest), key=means.__getitem__)
    fewer = [key for key in losses if n_bits[key] < 0.99 * n_bits[chosen]]
    if not fewer:
        raise ValueError("results: expected an arm with fewer bits than the one chosen, got none")
    return chosen, min(fewer, key=means.__getitem__)
