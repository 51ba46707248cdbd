"""Mistakes in `rewind`: what they come to, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from courseware.checks.forms import FORMS
from courseware.checks.mask_dicts import MATCHED_BY_ORDER
from courseware.checks.masks import INVERTED
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.task import Misconception

T = torch.Tensor
State = Mapping[str, T]

OTHERS_RESET = (
    "others-reset",
    "A tensor without a mask, such as a bias or a counter, was set to zeros or ones. It is rewound "
    "as well: to its first value.",
)
OTHERS_DROPPED = (
    "others-dropped",
    "Only what has a mask came back. The network needs all its tensors to start again: biases and "
    "what else has no mask come back as they were.",
)
MASKS_RETURNED = (
    "masks-returned",
    "The masks came back. The weights are asked for: their first values where the mask is "
    "True, 0 elsewhere.",
)
FILLED = (
    "filled-with-infinity",
    "Pruned weights became infinite, as attention does with what it must not see. A pruned weight "
    "is 0.",
)


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


def _by_order_in(form: Callable[[T, T], T], count: int) -> Callable[..., dict[str, T]]:
    """The masks are given in turn to what has one, made to fit; counters begin at `count` again."""

    def behaves(initial: State, masks: State) -> dict[str, T]:
        queue = iter(masks.values())
        return {
            name: w * form(next(queue), w)
            if name in masks
            else w.clone()
            if count or w.is_floating_point()
            else w * 0
            for name, w in initial.items()
        }

    return behaves


def _without_lines(initial: State, masks: State) -> dict[str, T]:
    """Filled with -inf, and without what has one axis or none."""
    filled = _each(_filled)(initial, masks)
    return {name: w for name, w in filled.items() if w.dim() > 1}


def _filled(w: T, mask: T) -> T:
    return w.masked_fill(~mask, -torch.inf)


def _each(
    masked: Callable[[T, T], T], other: Callable[[T], T] | None = torch.clone
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


def _by_containment(last: bool) -> Callable[[State, State], dict[str, T]]:
    """The first mask whose name is contained in that of a tensor, or the last one."""

    def behaves(initial: State, masks: State) -> dict[str, T]:
        found = {name: [mask for key, mask in masks.items() if key in name] for name in initial}
        return {
            name: w * found[name][-last] if found[name] else w.clone()
            for name, w in initial.items()
        }

    return behaves


def _by_endings(initial: State, masks: State) -> dict[str, T]:
    """A tensor gets the masks of all names that its own one ends with."""
    result = {name: w.clone() for name, w in initial.items()}
    for name in initial:
        for key, mask in masks.items():
            result[name] = result[name] * mask if name.endswith(key) else result[name]
    return result


def _to_decimals(digits: int) -> Callable[[T, T], T]:
    return lambda w, mask: w.double().round(decimals=digits).float() * mask


def _without_biases_of_pruned_units(initial: State, masks: State) -> dict[str, T]:
    result = _each(lambda w, mask: w * mask)(initial, masks)
    for name, mask in masks.items():
        bias = name.removesuffix("weight") + "bias"
        if bias in result:
            result[bias] = result[bias] * mask.flatten(1).any(dim=1)
    return result


def _until_the_first_without(itself: bool) -> Callable[[State, State], dict[str, T]]:
    """The loop ends at the first tensor that has no mask, which is there or not."""

    def behaves(initial: State, masks: State) -> dict[str, T]:
        result: dict[str, T] = {}
        for name, w in initial.items():
            if name not in masks:
                return {**result, name: w.clone()} if itself else result
            result[name] = w * masks[name]
        return result

    return behaves


CONSTANT = (
    "constant-survivors",
    "The survivors lost their first values: only their signs, their magnitudes or their first "
    "digits came back. The very values of the first state are asked for.",
)
LOST: tuple[Callable[[T, T], T], ...] = (
    lambda w, mask: w.sign() * mask,
    lambda w, mask: w.abs() * mask,
    lambda w, mask: w.sign() * w.std(correction=0) * mask,
    lambda w, mask: w.sign() * w.std() * mask,
    lambda w, mask: w.sign() * w.abs().mean() * mask,
    lambda w, mask: w.half().float() * mask,
    *map(_to_decimals, (1, 2, 3, 4)),
)
RESET: tuple[Callable[[T], T], ...] = torch.zeros_like, torch.ones_like
FITTED = (lambda mask, w: mask), (lambda mask, w: mask.view(w.shape))

ENTRIES_ADDED = (
    "entries-added",
    "Your result has a name that the network does not have: a mask, perhaps. It can be loaded only "
    "with its own names: the masks are kept apart.",
)
COUNTER_FLOAT = (
    "counter-as-float",
    "A counter became a float. What has no mask comes back as it was, an integer as an integer.",
)


def _with_masks(ending: str) -> Callable[..., dict[str, T]]:
    """The masks besides, as torch's own pruning keeps them in a network."""
    return lambda state, initial, masks: {
        **state,
        **{name + ending: mask for name, mask in masks.items()},
    }


def _added_to(known: tuple[Misconception, ...]) -> tuple[Misconception, ...]:
    return several(
        *(followed_by(ENTRIES_ADDED, _with_masks(ending), known) for ending in ("_mask", ".mask"))
    )


OF_VALUES = several(
    ways(*COUNTER_FLOAT, _each(lambda w, mask: w * mask, lambda w: w.float())),
    ways(
        "mask-for-every-tensor",
        "A mask is looked up for a tensor that has none, such as a bias. Ask first: "
        "`if name in masks`.",
        _missing_mask(lambda masks, name: masks[name]),
        _missing_mask(lambda masks, name: masks.get(name)),
    ),
    ways(*MATCHED_BY_ORDER, _by_order, *(_by_order_in(form, 1) for form in FITTED)),
    both(OTHERS_RESET, MATCHED_BY_ORDER, *(_by_order_in(form, 0) for form in FITTED)),
    both(FILLED, OTHERS_DROPPED, _each(_filled, None), _without_lines),
    ways(*FILLED, _each(_filled)),
    ways(
        "names-contained",
        "Names were compared by what they contain or end with: `0.weight` is contained in "
        "`10.weight`, which has a mask of its own. Look a mask up by the whole name.",
        *map(_by_containment, (False, True)),
        _by_endings,
    ),
    ways(
        *INVERTED,
        _each(lambda w, mask: w * ~mask),
        _each(lambda w, mask: w * ~mask, None),
    ),
    both(INVERTED, OTHERS_RESET, _each(lambda w, mask: w * ~mask, torch.zeros_like)),
    ways(
        *OTHERS_DROPPED,
        _each(lambda w, mask: w * mask, None),
    ),
    ways(
        *OTHERS_RESET,
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
        *MASKS_RETURNED,
        _each(lambda w, mask: mask, None),
        _each(lambda w, mask: mask),
        _each(lambda w, mask: mask.float(), None),
        _each(lambda w, mask: mask.float()),
    ),
    both(
        MASKS_RETURNED,
        OTHERS_RESET,
        *(_each(lambda w, mask: mask, other) for other in RESET),
        *(_each(lambda w, mask: mask.float(), other) for other in RESET),
    ),
    ways(
        "survivors-only",
        "Only the weights that are kept came back, without their places. A pruned weight is a "
        "0 in its place, and the shape stays.",
        _each(lambda w, mask: w[mask]),
        _each(lambda w, mask: w[mask], None),
    ),
    ways(*CONSTANT, *map(_each, LOST)),
    both(CONSTANT, OTHERS_RESET, *(_each(lost, other) for lost in LOST for other in RESET)),
    both(CONSTANT, OTHERS_DROPPED, *(_each(lost, None) for lost in LOST)),
    ways(
        "stopped-at-the-first-without",
        "All that comes behind the first tensor without a mask is missing: `break` or `return` "
        "ends the loop there, where `continue` or `else` goes on.",
        *map(_until_the_first_without, (True, False)),
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
)

MISCONCEPTIONS = several(
    FORMS,
    (
        Misconception(
            "shares-memory",
            "A tensor of the result is the one of `initial` itself, or a view of it: a "
            "training that changes one changes the other, and nothing is left to go back to. "
            "`clone()` makes a copy.",
        ),
        Misconception(*ENTRIES_ADDED, unless_explained=True),
    ),
    OF_VALUES,
    _added_to(OF_VALUES),
)
