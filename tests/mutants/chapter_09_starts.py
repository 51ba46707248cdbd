"""Solutions of exercise 09 as students could write them: rewinding, and drawing anew."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _drawn(shapes, masks, seed, bound):
    """Uniform within a bound that a function of the shape gives."""
    generator = torch.Generator().manual_seed(seed)
    result = {}
    for name, shape in shapes.items():
        w = 2 * torch.rand(shape, generator=generator) - 1
        result[name] = bound(shape) * w * masks[name]
    return result


# --- rewind -------------------------------------------------------------------------------------


@wrong("rewind", says="mask-inverted")
def zeroes_the_survivors(initial, masks):
    state = {name: w.clone() for name, w in initial.items()}
    for name, mask in masks.items():
        state[name][mask] = 0
    return state


@wrong("rewind", says="others-dropped")
def returns_weights_only(initial, masks):
    return {name: initial[name] * mask for name, mask in masks.items()}


@wrong("rewind", says="others-reset")
def zeroes_biases(initial, masks):
    nothing = torch.tensor(0)
    return {name: w * masks.get(name, nothing) for name, w in initial.items()}


@wrong("rewind", says="masks-ignored")
def restores_everything(initial, masks):
    return {name: w.clone() for name, w in initial.items()}


@wrong("rewind", says="masks-returned")
def puts_in_the_masks(initial, masks):
    return {**initial, **masks}


@wrong("rewind", says="survivors-only")
def picks_the_survivors(initial, masks):
    return {name: w[masks[name]] if name in masks else w for name, w in initial.items()}


@wrong("rewind", says="constant-survivors")
def keeps_the_signs(initial, masks):
    return {name: w.sign() * masks[name] if name in masks else w for name, w in initial.items()}


@wrong("rewind", says="shares-memory")
def hands_on_the_biases_themselves(initial, masks):
    return {name: w * masks[name] if name in masks else w for name, w in initial.items()}


@wrong("rewind", says="shares-memory")
def detaches_the_biases(initial, masks):
    return {
        n: w.detach() if n not in masks else w.masked_fill(~masks[n], 0) for n, w in initial.items()
    }


@wrong("rewind", says="mask-for-every-tensor")
def looks_for_a_mask_of_each(initial, masks):
    return {name: w * masks[name] for name, w in initial.items()}


@wrong("rewind", says="mask-for-every-tensor")
def gets_none_for_a_bias(initial, masks):
    return {name: w * masks.get(name) for name, w in initial.items()}


@wrong("rewind", says="matched-by-order")
def zips_weights_and_masks(initial, masks):
    weights = [name for name in initial if initial[name].dim() > 1]
    state = {name: w.clone() for name, w in initial.items()}
    for name, mask in zip(weights, masks.values(), strict=False):
        state[name] = initial[name] * mask
    return state


@wrong("rewind", says="others-reset")
def starts_the_counter_anew(initial, masks):
    state = {n: w * masks[n] if n in masks else w.clone() for n, w in initial.items()}
    return {n: torch.zeros_like(w) if w.dim() == 0 else w for n, w in state.items()}


@wrong("rewind", says="scaled-up")
def makes_up_for_what_is_gone(initial, masks):
    state = dict(initial)
    for name, mask in masks.items():
        state[name] = initial[name] * mask / mask.float().mean()
    return state


@wrong("rewind", says="changes-input")
def multiplies_in_place(initial, masks):
    for name, mask in masks.items():
        initial[name] *= mask
    return initial


@wrong("rewind", says="off-limits")
def lets_the_library_rewind(initial, masks):
    from model_compression.masks import apply_masks

    return apply_masks(initial, masks)


@right("rewind")
def times_the_mask(initial, masks):
    return {name: w * masks[name] if name in masks else w * 1 for name, w in initial.items()}


@right("rewind")
def sets_zeros(initial, masks):
    state = {name: w.clone() for name, w in reversed(initial.items())}
    for name in masks:
        state[name][~masks[name]] = 0.0
    return state


@right("rewind")
def entry_by_entry(initial, masks):
    state = {}
    for name, w in initial.items():
        mask = masks.get(name, torch.ones(w.shape)).flatten().tolist()
        flat = [v if kept else 0 for v, kept in zip(w.flatten().tolist(), mask, strict=True)]
        state[name] = torch.tensor(flat, dtype=w.dtype).reshape(w.shape)
    return state


@right("rewind")
def in_numpy(initial, masks):
    state = {name: w.detach().numpy().copy() for name, w in initial.items()}
    for name, mask in masks.items():
        state[name] = np.where(mask.numpy(), state[name], 0)
    return {name: torch.from_numpy(np.asarray(w)) for name, w in state.items()}


# --- random_reinit ------------------------------------------------------------------------------


@wrong("random_reinit", says="not-masked")
def forgets_the_masks(shapes, masks, seed):
    everything = {name: torch.ones(shape) for name, shape in shapes.items()}
    return _drawn(shapes, everything, seed, lambda shape: math.prod(shape[1:]) ** -0.5)


@wrong("random_reinit", says="mask-inverted")
def fills_the_gaps(shapes, masks, seed):
    gone = {name: ~mask for name, mask in masks.items()}
    return _drawn(shapes, gone, seed, lambda shape: math.prod(shape[1:]) ** -0.5)


@wrong("random_reinit", says="zeros-kept")
def returns_zeros(shapes, masks, seed):
    return {name: torch.zeros(shape) for name, shape in shapes.items()}


@wrong("random_reinit", says="all-alike")
def draws_one_number_a_layer(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    result = {}
    for name, shape in shapes.items():
        bound = math.prod(shape[1:]) ** -0.5
        result[name] = (2 * torch.rand(1, generator=generator) - 1) * bound * masks[name]
    return result


@wrong("random_reinit", says="fan-out-for-fan-in")
def counts_the_outputs(shapes, masks, seed):
    return _drawn(shapes, masks, seed, lambda shape: shape[0] ** -0.5)


@wrong("random_reinit", says="root-forgotten")
def divides_by_fan_in(shapes, masks, seed):
    return _drawn(shapes, masks, seed, lambda shape: 1 / math.prod(shape[1:]))


@wrong("random_reinit", says="kernel-forgotten")
def counts_channels_only(shapes, masks, seed):
    return _drawn(shapes, masks, seed, lambda shape: 1 / math.sqrt(shape[1]))


@wrong("random_reinit", says="other-initialisation")
def draws_as_he_does(shapes, masks, seed):
    return _drawn(shapes, masks, seed, lambda shape: math.sqrt(6 / math.prod(shape[1:])))


@wrong("random_reinit", says="other-initialisation")
def draws_between_minus_one_and_one(shapes, masks, seed):
    return _drawn(shapes, masks, seed, lambda shape: 1.0)


@wrong("random_reinit", says="fan-in-of-survivors")
def counts_kept_inputs(shapes, masks, seed):
    result = _drawn(shapes, masks, seed, lambda shape: 1.0)
    return {name: w * (len(w) / float(masks[name].sum())) ** 0.5 for name, w in result.items()}


@wrong("random_reinit", says="all-alike")
def returns_the_masks(shapes, masks, seed):
    return {name: mask.float() for name, mask in masks.items()}


@wrong("random_reinit", says="not-drawn")
def spaces_weights_evenly(shapes, masks, seed):
    result = {}
    for name, shape in shapes.items():
        bound = math.prod(shape[1:]) ** -0.5
        result[name] = torch.linspace(-bound, bound, math.prod(shape)).reshape(shape) * masks[name]
    return result


@wrong("random_reinit", says="not-drawn")
def shuffles_evenly_spaced_weights(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    result = {}
    for name, shape in shapes.items():
        bound, kept = math.prod(shape[1:]) ** -0.5, masks[name]
        n = int(kept.sum())
        w = torch.zeros(shape)
        order = torch.randperm(n, generator=generator)
        w[kept] = torch.linspace(-bound, bound, n)[order]
        result[name] = w
    return result


@wrong("random_reinit", says="one-sided")
def draws_positive_weights(shapes, masks, seed):
    drawn = _drawn(shapes, masks, seed, lambda shape: math.prod(shape[1:]) ** -0.5)
    return {name: w.abs() for name, w in drawn.items()}


@wrong("random_reinit", says="not-uniform")
def draws_normal_weights(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    result = {}
    for name, shape in shapes.items():
        w = torch.randn(shape, generator=generator) / math.sqrt(math.prod(shape[1:]))
        result[name] = w * masks[name]
    return result


@wrong("random_reinit", says="other-range")
def narrows_the_range(shapes, masks, seed):
    return _drawn(shapes, masks, seed, lambda shape: 0.7 / math.sqrt(math.prod(shape[1:])))


@wrong("random_reinit", says="range-halved")
def halves_the_range(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    result = {}
    for name, shape in shapes.items():
        w = (torch.rand(shape, generator=generator) - 0.5) / math.sqrt(math.prod(shape[1:]))
        result[name] = w * masks[name]
    return result


@wrong("random_reinit", says="same-in-each-layer")
def seeds_every_layer(shapes, masks, seed):
    result = {}
    for name, shape in shapes.items():
        one = {name: shape}
        result |= _drawn(one, masks, seed, lambda shape: math.prod(shape[1:]) ** -0.5)
    return result


@wrong("random_reinit", says="matched-by-order")
def zips_shapes_and_masks(shapes, masks, seed):
    named = dict(zip(shapes, masks.values(), strict=True))
    return _drawn(shapes, named, seed, lambda shape: math.prod(shape[1:]) ** -0.5)


@wrong("random_reinit", says="seed-without-effect")
def has_a_seed_of_its_own(shapes, masks, seed):
    return _drawn(shapes, masks, 0, lambda shape: math.prod(shape[1:]) ** -0.5)


@wrong("random_reinit", says="not-repeatable")
def draws_from_the_global_generator(shapes, masks, seed):
    result = {}
    for name, shape in shapes.items():
        bound = math.prod(shape[1:]) ** -0.5
        result[name] = torch.empty(shape).uniform_(-bound, bound) * masks[name]
    return result


@wrong("random_reinit", says="not-repeatable")
def seeds_with_the_hash_of_a_name(shapes, masks, seed):
    result = {}
    for name, shape in shapes.items():
        own = (seed + hash(name)) % 2**31
        result |= _drawn({name: shape}, masks, own, lambda shape: math.prod(shape[1:]) ** -0.5)
    return result


@wrong("random_reinit", says="wrong-shape")
def draws_survivors_only(shapes, masks, seed):
    drawn = _drawn(shapes, masks, seed, lambda shape: math.prod(shape[1:]) ** -0.5)
    return {name: w[masks[name]] for name, w in drawn.items()}


@wrong("random_reinit", says="changes-input")
def multiplies_the_masks(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, shape in shapes.items():
        bound = math.prod(shape[1:]) ** -0.5
        masks[name] = masks[name] * bound * (2 * torch.rand(shape, generator=generator) - 1)
    return masks


@right("random_reinit")
def stretches_and_moves(shapes, masks, seed):
    return _drawn(shapes, masks, seed, lambda shape: 1 / math.sqrt(math.prod(shape[1:])))


@right("random_reinit")
def numpy_draws_survivors(shapes, masks, seed):
    rng = np.random.default_rng(seed)
    result = {}
    for name, shape in shapes.items():
        w = np.zeros(shape)
        kept = masks[name].numpy()
        bound = 1 / np.sqrt(np.prod(shape[1:]))
        w[kept] = rng.uniform(-bound, bound, size=kept.sum())
        result[name] = torch.from_numpy(w).float()
    return result


@right("random_reinit")
def torchs_own_layers(shapes, masks, seed):
    torch.manual_seed(seed)
    result = {}
    for name, shape in shapes.items():
        n_inputs = math.prod(shape[1:])
        layer = torch.nn.Linear(n_inputs, shape[0], bias=False)
        result[name] = layer.weight.reshape(shape) * masks[name]
    return result


@right("random_reinit")
def number_by_number(shapes, masks, seed):
    import random

    rng = random.Random(seed)
    result = {}
    for name, shape in reversed(shapes.items()):
        bound = math.prod(shape[1:]) ** -0.5
        flat = [rng.uniform(-bound, bound) for _ in range(math.prod(shape))]
        result[name] = torch.where(masks[name], torch.tensor(flat).reshape(shape), 0.0)
    return result


@wrong("rewind", says="matrices-only")
def masks_what_has_two_axes(initial, masks):
    return {
        name: t * masks[name] if name in masks and t.dim() == 2 else t.clone()
        for name, t in initial.items()
    }


@wrong("rewind", says="empty-layer-spared")
def leaves_an_empty_layer_its_weights(initial, masks):
    return {
        name: t * masks[name] if name in masks and masks[name].any() else t.clone()
        for name, t in initial.items()
    }


@wrong("rewind", says="biases-of-pruned-units")
def silences_pruned_units(initial, masks):
    new = {name: t * masks[name] if name in masks else t.clone() for name, t in initial.items()}
    for name, mask in masks.items():
        bias = name.replace("weight", "bias")
        if bias in new and mask.dim() == 2:
            new[bias][~mask.any(dim=1)] = 0.0
    return new


@wrong("rewind", says="mask-inverted")
def turns_the_masks_and_resets_the_rest(initial, masks):
    return {
        name: t * ~masks[name] if name in masks else torch.zeros_like(t)
        for name, t in initial.items()
    }


@wrong("rewind", says="shares-memory")
def hands_whole_layers_on(initial, masks):
    state = {name: w.clone() for name, w in initial.items()}
    for name, mask in masks.items():
        state[name] = initial[name] if bool(mask.all()) else initial[name] * mask
    return state
