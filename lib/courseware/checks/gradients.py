"""Asking a student's function for gradients, for tasks about training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.call import Outcome, call
from courseware.checks.task import Probe

GRADIENT_SECONDS = 10.0
"""For a call that asks for a gradient: the first one in a process makes torch import sympy, which
alone takes 0.6 to 2 s, and more from a cold disk."""


CUT_OFF = "the result carries no gradient"
"""How the error of a result begins that torch cannot lead back to the arguments."""

ANOTHER_SHAPE = "the result has shape"
"""How the error of a result begins that the upstream gradient does not fit."""


SWITCHED_OFF = "requires_grad was switched off"
"""How the error begins where the function left an argument unable to have a gradient."""


def probe(*places: int) -> Probe:
    """A probe for the gradients with respect to the arguments at `places`.

    The last argument of each case is the upstream gradient: a tensor in the shape of the result.
    The outcome's value is a tuple: the result, then a gradient for each place. A result that does
    not depend on an argument has a gradient of zeros there; one that is cut off from all of them
    is an error of the function.

    >>> square = probe(0)(lambda x: x**2, (torch.tensor([3.0]), torch.tensor([1.0])), 30.0)
    >>> square.value
    (tensor([9.]), tensor([6.]))
    """

    def with_gradients(
        function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
    ) -> Outcome:
        remote = getattr(function, "__course_gradients__", None)
        if remote is not None:
            return Outcome(**vars(remote(arguments, places, seconds)))
        return call(differentiated(function, places), arguments, seconds)

    _PROBES.append(with_gradients)
    return with_gradients


_PROBES: list[Probe] = []


def asks_for_gradients(probe: Probe) -> bool:
    """Whether it is one of those that `probe` makes."""
    return probe in _PROBES


def differentiated(
    function: Callable[..., Any], places: tuple[int, ...]
) -> Callable[..., tuple[torch.Tensor, ...]]:
    """A function that takes an upstream gradient last and returns result and gradients."""

    def run(*arguments: Any) -> tuple[torch.Tensor, ...]:
        *given, upstream = arguments
        leaves = {place: given[place].detach().clone().requires_grad_() for place in places}
        result = function(*(leaves.get(place, value) for place, value in enumerate(given)))
        if not isinstance(result, torch.Tensor) or result.grad_fn is None:
            raise TypeError(f"{CUT_OFF}: it is cut off from its inputs")
        if result.shape != upstream.shape:
            raise TypeError(f"{ANOTHER_SHAPE} {tuple(result.shape)}")
        wanted = list(leaves.values())
        if not all(leaf.requires_grad for leaf in wanted):
            raise TypeError(f"{SWITCHED_OFF} in an argument")
        found = torch.autograd.grad(result, wanted, upstream, allow_unused=True)
        if all(gradient is None for gradient in found):
            raise TypeError(f"{CUT_OFF} to its inputs: it begins at a tensor made on the way")
        pairs = zip(found, wanted, strict=True)
        gradients = (torch.zeros_like(x) if g is None else g.detach() for g, x in pairs)
        return result.detach(), *gradients

    return run
