"""One mask: judging it, and slips that show in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.task import Misconception
from courseware.checks.values import Difference, difference

MASK_NOT_BOOL = Misconception(
    "mask-not-bool",
    "The type of the mask is not `torch.bool`. A float takes four bytes to say yes or "
    "no, and `w[mask]` and `~mask` do something else with numbers, or nothing.",
)
INVERTED = (
    "mask-inverted",
    "The mask is the wrong way round: it is True where a weight goes. In this course True means "
    "kept, so that w * mask is the pruned weight.",
)
WEIGHTS_RETURNED = (
    "pruned-weights-returned",
    "The pruned weights came back. The mask is asked for: True where a weight is kept, False "
    "where it goes.",
)


def mask_values_and_dtype(
    values: Callable[[tuple[Any, ...], Any, Any], Difference | None],
) -> Callable[[tuple[Any, ...], Any, Any], Difference | None]:
    """A judge of one mask by `values`, then by its dtype."""

    def judge(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
        return values(arguments, expected, got) or not_bool(got)

    return judge


def not_bool(mask: torch.Tensor, where: str = "") -> Difference | None:
    """Whether a mask has another dtype than torch.bool."""
    if mask.dtype == torch.bool:
        return None
    return Difference(MASK_NOT_BOOL.name, f"{where}dtype {mask.dtype}, expected torch.bool")


def same_mask(arguments: tuple[Any, ...], expected: torch.Tensor, got: Any) -> Difference | None:
    """A mask where no choice is left, by value: 0 and 1 count as False and True."""
    found = difference(expected, got)
    if found is None or found.kind != "wrong-value":
        return found
    return Difference(found.kind, no_mask(got) or _first_mistake(expected, got.detach()))


def no_mask(got: torch.Tensor) -> str:
    """What is wrong with the entries of a tensor that is to be a mask; empty if nothing is."""
    values = got.detach().double()
    odd = values[(values != 0) & (values != 1)]
    return f"it holds {float(odd[0]):.6g}: a mask holds True and False only" if len(odd) else ""


def _first_mistake(expected: torch.Tensor, got: torch.Tensor) -> str:
    wrong = (expected.double() != got.double()).nonzero()
    place = [int(i) for i in wrong[0]]
    said = bool(got[tuple(place)])
    more = f" ({len(wrong) - 1} more differ)" if len(wrong) > 1 else ""
    return f"element {place} is {said}, expected {not said}{more}"
