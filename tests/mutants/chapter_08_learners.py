"""Answers of learners whose second mistake, or every cause, went unnamed: exercises 08, 09."""

from __future__ import annotations

import math

import torch

from tests.mutants.table import wrong


def _progress(step, begin, end):
    return min(max((step - begin) / (end - begin), 0), 1)


@wrong("cubic_sparsity", says="initial-ignored")
def cubes_the_progress_from_zero(step, begin, end, initial, final):
    return final * _progress(step, begin, end) ** 3


@wrong("cubic_sparsity", says="initial-ignored")
def rises_in_a_straight_line_from_zero(step, begin, end, initial, final):
    return final * _progress(step, begin, end)


@wrong("cubic_sparsity", says="initial-ignored")
def squares_what_is_left_from_zero(step, begin, end, initial, final):
    return final * (1 - (1 - _progress(step, begin, end)) ** 2)


@wrong("cubic_sparsity", says="increment")
def cubes_the_progress_and_forgets_to_add(step, begin, end, initial, final):
    return (final - initial) * _progress(step, begin, end) ** 3


@wrong("cubic_sparsity", says="initial-after-the-end")
def initial_on_both_sides(step, begin, end, initial, final):
    if not begin <= step <= end:
        return initial
    return final + (initial - final) * (1 - (step - begin) / (end - begin)) ** 3


@wrong("snip_scores", says="normalised-per-layer")
def positive_parts_as_shares_of_their_layer(weights, grads):
    scores = {name: (w * grads[name]).clamp(min=0) for name, w in weights.items()}
    return {name: s / s.sum() if s.sum() > 0 else s for name, s in scores.items()}


def _cut_into(line, tensors):
    parts = line.split([t.numel() for t in tensors.values()])
    return {name: p.reshape(t.shape) for (name, t), p in zip(tensors.items(), parts, strict=True)}


def _highest_go(scores, count):
    line = torch.cat([score.flatten() for score in scores.values()])
    kept = torch.ones(len(line), dtype=torch.bool)
    kept[line.argsort(descending=True)[: count(len(line))]] = False
    return _cut_into(kept, scores)


@wrong("snip_masks", says="highest-pruned")
def prunes_the_largest_gradients(weights, grads, sparsity):
    return _highest_go({n: g.abs() for n, g in grads.items()}, lambda n: round(sparsity * n))


@wrong("snip_masks", says="gradient-alone")
def prunes_the_largest_gradients_and_cuts_the_count(weights, grads, sparsity):
    return _highest_go({n: g.abs() for n, g in grads.items()}, lambda n: int(sparsity * n))


@wrong("snip_masks", says="weight-alone")
def prunes_the_largest_weights(weights, grads, sparsity):
    return _highest_go({n: w.abs() for n, w in weights.items()}, lambda n: round(sparsity * n))


@wrong("snip_masks", says="layer-by-layer")
def ranks_the_gradients_of_each_layer(weights, grads, sparsity):
    masks = {}
    for name, grad in grads.items():
        kept = torch.ones(grad.numel(), dtype=torch.bool)
        kept[grad.abs().flatten().argsort()[: round(sparsity * grad.numel())]] = False
        masks[name] = kept.reshape(grad.shape)
    return masks


def _some_true(shape, count, seed):
    torch.manual_seed(seed)
    mask = torch.zeros(math.prod(shape), dtype=torch.bool)
    mask[torch.randperm(len(mask))[:count]] = True
    return mask.reshape(shape)


@wrong("random_mask", says="staying-miscounted")
def marks_what_goes_and_cuts_the_count_of_a_draw(shape, sparsity, seed):
    return _some_true(shape, int(sparsity * math.prod(shape)), seed)


@wrong("random_mask", says="staying-miscounted")
def marks_what_goes_and_rounds_the_count_of_a_draw_up(shape, sparsity, seed):
    return _some_true(shape, math.ceil(sparsity * math.prod(shape)), seed)


@wrong("snip_scores", says="matched-by-order")
def pairs_names_with_gradients_by_order(weights, grads):
    return {name: g.abs() for (name, _), g in zip(weights.items(), grads.values(), strict=True)}


@wrong("snip_scores", says="normalised-per-layer")
def squares_weights_and_divides_by_each_layers_sum(weights, grads):
    scores = {name: (w * w * grads[name]).abs() for name, w in weights.items()}
    return {name: score / score.sum() for name, score in scores.items()}


@wrong("random_reinit", says="fan-out-for-fan-in")
def draws_above_zero_by_the_outputs(shapes, masks, seed):
    draw = torch.Generator().manual_seed(seed)
    return {
        name: torch.rand(shape, generator=draw) / math.sqrt(shape[0]) * masks[name]
        for name, shape in shapes.items()
    }
