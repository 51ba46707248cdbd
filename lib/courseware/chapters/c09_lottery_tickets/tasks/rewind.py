"""The task `rewind`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import torch

from courseware.chapters.c09_lottery_tickets.tasks.common import OFF_LIMITS, random_masks
from courseware.chapters.c09_lottery_tickets.tasks.rewind_mistakes import MISCONCEPTIONS
from courseware.checks import ranking_inputs as inputs
from courseware.checks.call import Outcome
from courseware.checks.forms import told_by_form
from courseware.checks.named_tensors import Named, Pairs, paired_call
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import NOTHING_CAME, Difference, difference, other_entries
from model_compression import lottery_tickets as reference

T = torch.Tensor
State = Mapping[str, T]
Arguments = tuple[Named, Named]


def _network(draw: Draw, *sizes: int) -> Arguments:
    """A state with biases, and masks for its weights."""
    state, shapes = Named(), {}
    for layer, (n_inputs, n_outputs) in enumerate(pairwise(sizes)):
        shapes[f"{2 * layer}.weight"] = (n_outputs, n_inputs)
        state[f"{2 * layer}.weight"] = inputs.weights(draw, n_outputs, n_inputs)
        state[f"{2 * layer}.bias"] = inputs.weights(draw, n_outputs)
    return state, random_masks(draw, shapes, 0.6)


def _networks(draw: Draw) -> Iterator[Arguments]:
    weight, mask = torch.tensor([[0.5, -0.25]]), torch.tensor([[True, False]])
    yield Named({"0.weight": weight, "0.bias": torch.tensor([0.125])}), Named({"0.weight": mask})
    yield _network(draw, 3, 4, 2)
    yield _network(draw, 5, 4, 3, 2)
    state, masks = _ten_layers(draw)
    yield state, masks
    yield state, Named(reversed(masks.items()))
    # Nothing to prune: still a new tensor.
    state, masks = _network(draw, 3, 4, 2)
    first = next(iter(masks))
    yield state, Named({**masks, first: torch.ones_like(masks[first])})


def _ten_layers(draw: Draw) -> Arguments:
    """The first and the last layer of a deep network: one name holds the other."""
    shapes = {"0.weight": (3, 3), "10.weight": (3, 3)}
    masks = random_masks(draw, shapes, 0.6)
    masks["10.weight"] = ~masks["0.weight"]
    state = Named((name, inputs.weights(draw, *shape)) for name, shape in shapes.items())
    biases = {f"{layer}.bias": inputs.weights(draw, 3) for layer in (0, 10)}
    return Named({**state, **biases, "1.count": torch.tensor(draw.integer(2, 99))}), masks


def _with_batch_norm(draw: Draw) -> Iterator[Arguments]:
    conv, mask = torch.tensor([[[[0.5]]], [[[-2.0]]]]), torch.tensor([[[[False]]], [[[True]]]])
    scale = torch.tensor([1.5, 0.75])
    yield Named({"0.weight": conv, "1.weight": scale}), Named({"0.weight": mask})
    state = Named({"conv.weight": inputs.weights(draw, 4, 2, 3, 3)})
    state |= {"bn.weight": inputs.weights(draw, 4), "bn.running_mean": inputs.weights(draw, 4)}
    state["bn.num_batches_tracked"] = torch.tensor(draw.integer(2, 99))
    state |= {"fc.weight": inputs.weights(draw, 3, 4), "fc.bias": inputs.weights(draw, 3)}
    masks = random_masks(draw, {"fc.weight": (3, 4), "conv.weight": (4, 2, 3, 3)}, 0.5)
    yield Named(state), masks


def _nothing_left(draw: Draw) -> Iterator[Arguments]:
    state, masks = _network(draw, 2, 3, 2)
    yield state, Named({**masks, "2.weight": torch.zeros(2, 3, dtype=torch.bool)})
    yield state, Named({"2.weight": masks["2.weight"]})


def _same_entries(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The whole dict, whatever the order of its keys."""
    if got is None:
        return NOTHING_CAME
    # Of floats the values alone are compared; a counter stays what it is.
    return other_entries(dict(expected), dict(got) if type(got) is Pairs else got) or next(
        (
            replace(found, text=f"{name!r}: {found.text}")
            for name, tensor in expected
            if (found := difference(tensor, dict(got)[name], not tensor.is_floating_point()))
        ),
        None,
    )


def _weights_only(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """What has a mask, alone: other entries are the next check's."""
    if type(got) is not Pairs:
        return _same_entries(arguments, expected, got)
    masked = [Pairs(p for p in pairs if p[0] in arguments[1]) for pairs in (expected, got)]
    return _same_entries(arguments, *masked)


class Told(tuple[Pairs, bool]):
    """A state that came back, and whether a tensor of it shares memory with `initial`."""

    def __repr__(self) -> str:
        return f"{self[0]!r}, {'sharing memory with `initial`' if self[1] else 'all of it new'}"


def _told_of_memory(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe: `paired_call`, and whether the result shares memory with the first argument."""
    outcome = paired_call(function, arguments, seconds)
    if type(outcome.value) is not Pairs:
        return outcome
    return replace(outcome, value=Told((outcome.value, 0 in outcome.shares)))


def _all_new(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """The whole dict, in memory of its own; that first, as other checks look at the values."""
    if type(got) is not Told:
        return _same_entries(arguments, expected[0], got)
    if got[1]:
        text = "a tensor of the result shares its memory with one of `initial`"
        return Difference("shares-memory", text)
    return _same_entries(arguments, expected[0], got[0])


REWIND = Task(
    name="rewind",
    points=10,
    reference=reference.rewind,
    lecture="lecture 09, “Back to the start”",
    off_limits=(*OFF_LIMITS, "model_compression.masks.apply_masks"),
    checks=told_by_form(
        Check("weights: first values times mask", 3, _networks, _weights_only, paired_call),
        Check("biases come back as they were first", 2, _networks, _same_entries, paired_call),
        Check("convolutions and batch norm", 2, _with_batch_norm, _same_entries, paired_call),
        Check(
            "a layer with nothing left, a layer without a mask",
            2,
            _nothing_left,
            _same_entries,
            paired_call,
        ),
        Check("all tensors are new ones", 1, _networks, _all_new, _told_of_memory),
    ),
    misconceptions=MISCONCEPTIONS,
)
