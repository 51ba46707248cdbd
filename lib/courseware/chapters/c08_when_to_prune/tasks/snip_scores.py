"""The task `snip_scores`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from courseware.chapters.c08_when_to_prune.tasks.common import (
    OFF_LIMITS,
    Tensors,
    weights_and_gradients,
)
from courseware.chapters.c08_when_to_prune.tasks.snip_scores_mistakes import MISTAKES
from courseware.checks.named_tensors import Named, Pairs, paired_call
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import NOTHING_CAME, Difference, difference
from model_compression import snip as reference

Arguments = tuple[Named, Named]


def _one_layer(draw: Draw) -> Iterator[Arguments]:
    # The gradients of the slides, with weights that turn their order round.
    yield (
        Named(w=torch.tensor([0.1, 0.9, 2.0])),
        Named(w=torch.tensor([0.8, 0.2, 0.1])),
    )
    for shape in ((3, 4), (5, 6)):
        weights, grads = weights_and_gradients(draw, {"w": shape})
        yield _positive(weights), _positive(grads)


def _positive(tensors: Tensors) -> Named:
    return Named((name, tensor.abs()) for name, tensor in tensors.items())


def _both_signs(draw: Draw) -> Iterator[Arguments]:
    yield (
        Named(w=torch.tensor([0.5, -2.0, 4.0])),
        Named(w=torch.tensor([-0.5, 0.25, 0.75])),
    )
    for shape in ((8,), (4, 3)):
        yield weights_and_gradients(draw, {"w": shape})


def _several_layers(draw: Draw) -> Iterator[Arguments]:
    first, last = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.5, 3.0]])
    yield (
        Named({"0.weight": first, "2.weight": last}),
        Named({"2.weight": torch.tensor([[0.5, 0.25]]), "0.weight": torch.tensor([[-3.0, 1.0]])}),
    )
    yield weights_and_gradients(draw, {"0.weight": (4, 4), "2.weight": (4, 4)})
    yield weights_and_gradients(draw, {"conv.weight": (3, 2, 3, 3), "fc.weight": (4, 3)})


def _zeros(draw: Draw) -> Iterator[Arguments]:
    yield (
        Named(w=torch.tensor([0.0, 2.0, -1.0, 0.5])),
        Named(w=torch.tensor([9.0, 0.0, 0.5, 0.5])),
    )
    for shape in ((4, 5), (2, 3, 3)):
        weights, grads = weights_and_gradients(draw, {"w": shape})
        weights["w"].view(-1)[:3] = 0.0
        grads["w"].view(-1)[2:6] = 0.0
        yield weights, grads


def same_up_to_a_factor(arguments: tuple[Any, ...], expected: Pairs, got: Any) -> Difference | None:
    """The scores, all of them multiplied by one positive number at most."""
    if got is None:
        return NOTHING_CAME
    if type(got) is not Pairs:
        return Difference("wrong-type", f"expected a dict of scores, got a {type(got).__name__}")
    wanted, came = dict(expected), dict(got)
    missing = [name for name in wanted if name not in came]
    if missing:
        return Difference("layer-without-scores", f"there are no scores for {missing[0]!r}")
    more = [name for name in came if name not in wanted]
    if more:
        return Difference("wrong-value", f"there are scores for {more[0]!r}, which is no weight")
    found = _first_difference(wanted, came)
    if found is None or found.kind != "wrong-value":
        return found
    factor = _factor(wanted, came)
    scaled = {name: scores.double() * factor for name, scores in wanted.items()}
    return found if _first_difference(scaled, came) else None


def _factor(wanted: Tensors, came: Tensors) -> float:
    """The positive number that comes nearest to leading from one to the other, or 1."""
    along = sum(float((w.double() * came[name].double()).sum()) for name, w in wanted.items())
    factor = along / sum(float(w.double().square().sum()) for w in wanted.values())
    return factor if math.isfinite(factor) and factor > 0 else 1.0


def _first_difference(wanted: Tensors, came: Tensors) -> Difference | None:
    """That of a form before those of values, which ask for one."""
    found = [
        Difference(one.kind, f"{name!r}: {one.text}")
        for name, scores in wanted.items()
        if (one := difference(scores, came[name]))
    ]
    return min(found, key=lambda one: one.kind == "wrong-value", default=None)


_check = partial(Check, judge=same_up_to_a_factor, probe=paired_call)

SNIP_SCORES = Task(
    name="snip_scores",
    points=12,
    reference=reference.snip_scores,
    lecture="lecture 08, “Before training: at random, and by SNIP”",
    off_limits=OFF_LIMITS,
    checks=(
        _check("weight and gradient both count", 4, _one_layer),
        _check("the sign does not", 3, _both_signs),
        _check("several layers, matched by their names", 3, _several_layers),
        _check("weights of 0 and gradients of 0", 2, _zeros),
    ),
    misconceptions=MISTAKES,
)
