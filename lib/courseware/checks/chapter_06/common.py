"""What the tasks of this exercise have in common: what is off limits, dicts in reports, causes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch

from courseware.checks import states
from courseware.checks.call import Outcome, call
from courseware.checks.task import Misconception
from courseware.checks.values import SHOWN_ELEMENTS, Difference, difference, show

OFF_LIMITS = tuple(
    f"model_compression.{module}"
    for module in (
        *("_mask_validation", "masks", "magnitude_pruning", "sparse_storage", "masked_training"),
        *("network_surgery", "structured_pruning", "pruning_schedules", "snip", "lottery_tickets"),
    )
)
"""The modules of the reference library that hold this chapter and later ones, which build on it."""

MASK_NOT_BOOL = Misconception(
    "mask-not-bool",
    "The mask is right, but its type is not `torch.bool`. A float takes four bytes to say yes or "
    "no, and `w[mask]` and `~mask` do something else with numbers, or nothing.",
)
INVERTED = (
    "mask-inverted",
    "The mask is the wrong way round: it is True where a weight goes. In this course True means "
    "kept, so that w * mask is the pruned weight.",
)
LARGEST_PRUNED = (
    "largest-pruned",
    "The largest magnitudes were pruned. A weight near zero adds the least to the outputs, so the "
    "smallest go.",
)
SIGNED = (
    "signed-ranking",
    "The weights were ranked with their signs, so large negative ones went first. −5 does as much "
    "as 5: the magnitude counts.",
)
DENSITY = (
    "density-for-sparsity",
    "The sparsity was taken for the share that is kept. It is the share that goes; the share that "
    "is kept is called density.",
)
TRUNCATED = (
    "count-truncated",
    "The number to prune was cut off to a whole number. Round it: 40% of 9 weights is 3.6, so 4 "
    "go.",
)
OFF_BY_ONE = (
    "count-off-by-one",
    "The number of pruned weights is off by one. After sorting, the places 0 … k − 1 hold the k "
    "smallest: place k is the first that stays.",
)
RATIO_AS_THRESHOLD = (
    "ratio-taken-for-threshold",
    "The sparsity was used as a threshold for the magnitudes. It is a share: how many weights go, "
    "however large or small they are.",
)
TIES_PRUNED = (
    "ties-all-pruned",
    "All weights that are equal to the threshold were pruned, so more than asked for are gone. "
    "Only as many of the equal ones may go as the count says.",
)
TIES_KEPT = (
    "ties-all-kept",
    "All weights that are equal to the threshold were kept, so fewer than asked for are gone. As "
    "many of the equal ones must go as the count says.",
)


class Named(dict[str, torch.Tensor]):
    """Tensors by name, as an argument or a result that a report shows in a line.

    >>> Named(bias=torch.tensor([0.5]))
    {'bias': tensor([0.5], dtype=float32)}
    >>> Named(weight=torch.ones(32, 64), bias=torch.ones(32))
    {'weight': float32 (32, 64), 'bias': float32 (32,)}
    """

    def __repr__(self) -> str:
        tensors = [t for t in self.values() if isinstance(t, torch.Tensor)]
        short = len(tensors) == len(self) and any(t.numel() > SHOWN_ELEMENTS for t in tensors)
        entries = (f"{name!r}: {_shape(t) if short else show(t)}" for name, t in self.items())
        return "{" + ", ".join(entries) + "}"


def _shape(tensor: torch.Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def total(tensors: Mapping[str, torch.Tensor]) -> int:
    """The number of entries of all tensors together."""
    return sum(tensor.numel() for tensor in tensors.values())


class Pairs(tuple[tuple[str, torch.Tensor], ...]):
    """A dict that came back, as (name, tensor) pairs: these can be compared by `difference`.

    >>> Pairs((("bias", torch.tensor([True])),))
    {'bias': tensor([True], dtype=bool)}
    """

    def __repr__(self) -> str:
        return repr(Named(self))


def paired_call(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe: a dict that comes back becomes `Pairs`, in the order of the argument.

    Its own order is not graded.
    """
    outcome = call(function, plain(arguments), seconds)
    # By its type alone: an object of a student's may fail at whatever it is asked.
    if not issubclass(type(outcome.value), dict):
        return outcome
    came = dict(dict.items(outcome.value))
    known = [(name, came.pop(name)) for name in arguments[0] if name in came]
    return replace(outcome, value=Pairs((*known, *came.items())))


def named_call(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Outcome:
    """A probe: `call`, and every dict that comes back becomes `Named`."""
    outcome = call(function, plain(arguments), seconds)
    return replace(outcome, value=named(outcome.value))


def plain(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments as a function gets them: ordinary dicts and numbers."""
    return tuple(map(states.plain, arguments))


def named(value: Any) -> Any:
    """A result with every dict made `Named`, also within a tuple."""
    if issubclass(type(value), dict):
        return Named(dict.items(value))
    return tuple(named(item) for item in value) if type(value) in (tuple, list) else value


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
