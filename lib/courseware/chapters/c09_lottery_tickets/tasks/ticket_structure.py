"""Whether what `find_ticket` gave back has the structure of pairs of states and masks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from courseware.chapters.c09_lottery_tickets.tasks.ticket_counts import cause_of_last_count
from courseware.checks.mask_dicts import masks_structure
from courseware.checks.masks import no_mask
from courseware.checks.named_tensors import Named
from courseware.checks.prunable_networks import n_weights, weight_names
from courseware.checks.values import NOTHING_CAME, Difference, difference, other_entries

T = torch.Tensor
State = Mapping[str, T]

ONE_DICT_AND = "one-dict-and-"


def differing(one: State, other: State) -> int:
    return sum(int((mask != other[name]).sum()) for name, mask in one.items())


def structure_of_pairs(arguments: tuple[Any, ...], got: Any) -> Difference | None:
    """Whether rounds + 1 pairs of dicts came back, with the names and shapes of the state."""
    initial, rounds = arguments[0], arguments[3]
    if got is None:
        return NOTHING_CAME
    if not isinstance(got, tuple | list):
        return Difference("wrong-type", f"expected a list of pairs, got a {type(got).__name__}")
    pairs = list(got)
    if len(pairs) == 2 and all(type(part) is Named or type(part) is dict for part in pairs):
        return Difference("not-all-pairs", "a single pair came back, expected a list of pairs")
    if len(pairs) != rounds + 1:
        return Difference("not-all-pairs", f"{len(pairs)} came back, expected {rounds + 1} pairs")
    for number, pair in enumerate(pairs):
        if type(pair) is not tuple or len(pair) != 2 or any(type(p) is not Named for p in pair):
            return Difference("wrong-type", f"entry {number} is no pair (state, masks) of dicts")
        if found := _pair_structure(initial, *pair):
            return Difference(found.kind, f"pair {number}: {found.text}")
    return None


def one_dict(arguments: tuple[Any, ...], got: Any) -> Difference | None:
    """Whether all pairs have the masks of the last one, as where one dict stands in all of them."""
    first, *others = (as_bools(masks) for _, masks in got)
    pruned = sum(int((~mask).sum()) for mask in first.values())
    if not others or not pruned or any(differing(first, other) for other in others):
        return None
    text = f"the masks of all pairs prune the same {pruned} weights"
    initial, rounds, rate = arguments[0], *arguments[3:5]
    cause = cause_of_last_count(initial, rounds, rate, n_weights(initial) - pruned)
    return Difference(f"{ONE_DICT_AND}{cause}" if cause else "one-dict-for-all", text)


def _pair_structure(initial: State, state: Named, masks: Named) -> Difference | None:
    weights = weights_of(initial)
    if {*state} == {*weights} != {*masks}:
        return Difference("pair-order-swapped", "the first dict has no biases: these are masks")
    if {*state} != {*initial}:
        text = f"the state has the names {', '.join(map(str, state))}"
        return Difference("names-changed", text[:300])
    for name, tensor in initial.items():
        found = difference(tensor, state[name])
        if found and found.kind != "wrong-value":
            return Difference(found.kind, f"state {name!r}: {found.text}")
    biases = [name for name in masks if name in initial and name not in weights]
    if biases:
        return Difference("biases-masked", f"there is a mask for {biases[0]!r}")
    found = masks_structure(weights, masks) or other_entries(dict(weights), dict(masks))
    odd = next((text for mask in masks.values() if not found and (text := no_mask(mask))), "")
    return Difference("wrong-value", odd) if odd else found


def weights_of(state: State) -> dict[str, T]:
    return {name: state[name] for name in weight_names(state)}


def as_bools(masks: State) -> dict[str, T]:
    return {name: mask.detach().bool() for name, mask in masks.items()}


def in_double(tensor: T) -> T:
    return tensor.detach().double()
