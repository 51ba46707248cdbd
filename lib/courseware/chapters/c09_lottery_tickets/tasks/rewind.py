"""The task `rewind`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import torch

from courseware.chapters.c09_lottery_tickets.tasks.common import OFF_LIMITS, random_masks
from courseware.checks import ranking_inputs as inputs
from courseware.checks.call import Outcome
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.masks import INVERTED
from courseware.checks.misconceptions import several, ways
from courseware.checks.named_tensors import Named, Pairs, paired_call
from courseware.checks.task import Check, Draw, Misconception, Task
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
    # Six layers: the name "10.weight" holds "0.weight".
    yield _network(draw, 2, 3, 4, 2, 3, 4, 2)


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
    return other_entries(dict(expected), dict(got) if type(got) is Pairs else got) or next(
        (
            replace(found, text=f"{name!r}: {found.text}")
            for name, tensor in expected
            if (found := difference(tensor, dict(got)[name]))
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
    """The whole dict, in memory of its own."""
    if type(got) is not Told:
        return _same_entries(arguments, expected[0], got)
    if found := _same_entries(arguments, expected[0], got[0]):
        return found
    text = "a tensor of the result shares its memory with one of `initial`"
    return Difference("shares-memory", text) if got[1] else None


def _missing_mask(look: Callable[[State, str], Any]) -> Callable[[State, State], Any]:
    """A mask is looked up for every tensor."""

    def behaves(initial: State, masks: State) -> Any:
        return {name: w * look(masks, name) for name, w in initial.items()}

    return behaves


def _by_order(initial: State, masks: State) -> dict[str, T]:
    """The masks are given to the tensors with two axes or more in turn."""
    weights = [name for name, w in initial.items() if w.dim() > 1]
    matched = dict(zip(weights, masks.values(), strict=False))
    return _each(lambda w, mask: w * mask)(initial, matched)


def _each(
    masked: Callable[[T, T], T], other: Callable[[T], T] | None = lambda tensor: tensor
) -> Callable[[State, State], dict[str, T]]:
    """What becomes of a tensor with a mask, and of one without."""

    def behaves(initial: State, masks: State) -> dict[str, T]:
        result = {}
        for name, tensor in initial.items():
            if name in masks:
                result[name] = masked(tensor, masks[name])
            elif other is not None:
                result[name] = other(tensor)
        return result

    return behaves


def _to_decimals(digits: int) -> Callable[[T, T], T]:
    return lambda w, mask: w.double().round(decimals=digits).float() * mask


def _without_biases_of_pruned_units(initial: State, masks: State) -> dict[str, T]:
    result = _each(lambda w, mask: w * mask)(initial, masks)
    for name, mask in masks.items():
        bias = name.removesuffix("weight") + "bias"
        if bias in result:
            result[bias] = result[bias] * mask.flatten(1).any(dim=1)
    return result


REWIND = Task(
    name="rewind",
    points=10,
    reference=reference.rewind,
    lecture="lecture 09, “Back to the start”",
    off_limits=(*OFF_LIMITS, "model_compression.masks.apply_masks"),
    checks=(
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
    misconceptions=several(
        (
            Misconception(
                "shares-memory",
                "A tensor of the result is the one of `initial` itself, or a view of it: a "
                "training that changes one changes the other, and nothing is left to go back to. "
                "`clone()` makes a copy.",
            ),
        ),
        ways(
            "mask-for-every-tensor",
            "A mask is looked up for a tensor that has none, such as a bias. Ask first: "
            "`if name in masks`.",
            _missing_mask(lambda masks, name: masks[name]),
            _missing_mask(lambda masks, name: masks.get(name)),
        ),
        ways(*MATCHED_BY_ORDER, _by_order),
        ways(
            *INVERTED,
            _each(lambda w, mask: w * ~mask),
            _each(lambda w, mask: w * ~mask, None),
            _each(lambda w, mask: w * ~mask, torch.zeros_like),
        ),
        ways(
            "others-dropped",
            "Only what has a mask came back. The network needs all its tensors to start again: "
            "biases and what else has no mask come back as they were.",
            _each(lambda w, mask: w * mask, None),
        ),
        ways(
            "others-reset",
            "A tensor without a mask, such as a bias or a counter, was set to zeros or ones. It is "
            "rewound as well: to its first value.",
            _each(lambda w, mask: w * mask, torch.zeros_like),
            _each(lambda w, mask: w * mask, torch.ones_like),
            _each(lambda w, mask: w * mask, lambda w: w if w.is_floating_point() else w * 0),
            _each(lambda w, mask: w * mask, lambda w: w if w.dim() else w * 0),
        ),
        ways(
            "masks-ignored",
            "The first state came back whole. What is pruned stays pruned: it is 0.",
            _each(lambda w, mask: w),
        ),
        ways(
            "masks-returned",
            "The masks came back. The weights are asked for: their first values where the mask is "
            "True, 0 elsewhere.",
            _each(lambda w, mask: mask, None),
            _each(lambda w, mask: mask),
            _each(lambda w, mask: mask.float(), None),
            _each(lambda w, mask: mask.float()),
        ),
        ways(
            "survivors-only",
            "Only the weights that are kept came back, without their places. A pruned weight is a "
            "0 in its place, and the shape stays.",
            _each(lambda w, mask: w[mask]),
            _each(lambda w, mask: w[mask], None),
        ),
        ways(
            "constant-survivors",
            "The survivors lost their first values: only their signs, their magnitudes or their "
            "first digits came back. The very values of the first state are asked for.",
            _each(lambda w, mask: w.sign() * mask),
            _each(lambda w, mask: w.abs() * mask),
            _each(lambda w, mask: w.half().float() * mask),
            *(_each(_to_decimals(digits)) for digits in (1, 2, 3, 4)),
        ),
        ways(
            "matrices-only",
            "Only tensors with two axes were masked. A convolution has four: what has a mask is "
            "told by its name.",
            _each(lambda w, mask: w * mask if w.dim() == 2 else w),
        ),
        ways(
            "empty-layer-spared",
            "A layer of which nothing is left kept its first weights. All of them become 0: the "
            "masks decide alone.",
            _each(lambda w, mask: w * mask if mask.any() else w),
        ),
        ways(
            "biases-of-pruned-units",
            "The bias of a unit that has lost all its weights was set to 0. A bias has no mask: it "
            "comes back as it was first.",
            _without_biases_of_pruned_units,
        ),
        ways(
            "whole-rows",
            "Whole rows were kept or set to 0. The mask is about single weights.",
            _each(lambda w, mask: w * mask.flatten(1).any(1).reshape(-1, *[1] * (w.dim() - 1))),
            _each(lambda w, mask: w * mask.flatten(1).all(1).reshape(-1, *[1] * (w.dim() - 1))),
        ),
        ways(
            "scaled-up",
            "The survivors were made larger, as dropout does. Here they start from their first "
            "values, unchanged.",
            _each(lambda w, mask: w * mask / mask.float().mean()),
        ),
    ),
)
