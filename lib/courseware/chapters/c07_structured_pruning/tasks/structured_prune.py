"""The task `structured_prune`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from courseware.chapters.c07_structured_pruning.tasks import networks
from courseware.chapters.c07_structured_pruning.tasks.common import OFF_LIMITS
from courseware.chapters.c07_structured_pruning.tasks.structured_mistakes import MISTAKES
from courseware.chapters.c07_structured_pruning.tasks.structured_wrong_ways import (
    BEFORE_RELU,
    BY_APOZ,
    BY_NORM,
    BY_OTHER_AVERAGE,
    OUT_OF_A_SET,
    REMEASURED,
)
from courseware.chapters.c07_structured_pruning.tasks.surgery import (
    NAMES_ADDED,
    NAMES_MISSING,
    same_state,
)
from courseware.checks.misconceptions import several
from courseware.checks.named_tensors import Named, named_call
from courseware.checks.task import Check, Draw, Task
from model_compression import structured_pruning as reference

T = torch.Tensor


def _one_hidden_layer(draw: Draw) -> Iterator[networks.Problem]:
    small = Named({"0.weight": torch.tensor([[1.0], [-5.0], [2.0]]), "0.bias": torch.zeros(3)})
    small |= {"2.weight": torch.tensor([[1.0, 2.0, 3.0]]), "2.bias": torch.tensor([4.0])}
    yield small, torch.tensor([[1.0], [2.0]]), 0.67
    rivals = BY_NORM, BY_APOZ, *BEFORE_RELU
    yield networks.problem(draw, (5, 12, 3), 0.5, *rivals, *BY_OTHER_AVERAGE[1:])
    yield networks.problem(draw, (12, 12, 12), 0.5, *rivals, BY_OTHER_AVERAGE[0])
    yield networks.problem(draw, (3, 24, 2), 0.125, OUT_OF_A_SET)


def _several_hidden_layers(draw: Draw) -> Iterator[networks.Problem]:
    yield networks.problem(draw, (2, 4, 4, 2), 0.5)
    for sizes in ((6, 10, 8, 4), (5, 8, 12, 6, 3)):
        yield networks.problem(draw, sizes, 0.5, BY_NORM)


def _measured_once(draw: Draw) -> Iterator[networks.Problem]:
    yield networks.problem(draw, (2, 4, 4, 2), 0.5, REMEASURED)
    for sizes in ((6, 12, 12, 4), (5, 8, 12, 10, 3)):
        yield networks.problem(draw, sizes, 0.25, REMEASURED)


def _how_many(draw: Draw) -> Iterator[networks.Problem]:
    yield networks.problem(draw, (2, 6, 2), 0.3)
    # Exact in binary: 2.5 and 3.5 go to the even number.
    yield networks.problem(draw, (3, 5, 3), 0.5)
    yield networks.problem(draw, (3, 7, 3), 0.5)
    yield networks.problem(draw, (3, 8, 9, 3), 0.7)
    yield networks.problem(draw, (3, 6, 4, 3), 0.05)
    yield networks.problem(draw, (3, 6, 4, 3), 1.0)
    # As text, the name of the sixth layer, "10.weight", comes before that of the second.
    yield networks.problem(draw, (3, 4, 6, 4, 6, 4, 3), 0.5)


def _trained(draw: Draw) -> Iterator[networks.Problem]:
    yield networks.trained(draw)


_check = partial(Check, judge=same_state, probe=named_call)

STRUCTURED_PRUNE = Task(
    name="structured_prune",
    points=16,
    reference=reference.structured_prune,
    lecture="lecture 07, “Surgery on a pair of layers”",
    off_limits=OFF_LIMITS,
    seconds=10.0,
    calls=("mean_abs_activation", "keep_indices", "shrink_linear_pair"),
    checks=(
        _check("one hidden layer: the units that answer most stay", 5, _one_hidden_layer),
        _check("every hidden layer is cut, on both sides", 4, _several_hidden_layers),
        _check("measured once, before anything is cut", 2, _measured_once),
        _check("how many: rounded, and at least one", 3, _how_many),
        _check("a network that was trained", 2, _trained),
    ),
    misconceptions=several(
        (NAMES_MISSING, NAMES_ADDED),
        MISTAKES,
    ),
)
