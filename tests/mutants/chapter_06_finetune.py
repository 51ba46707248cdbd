"""Solutions of exercise 06 as students could write them: prune and fine-tune.

The budgets are small, since all of them run in every self-test.
"""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.at_home import made_at_home
from tests.mutants.table import right, wrong


def _weights(state):
    return {name: w for name, w in state.items() if w.dim() == 2}


def _masked(state, masks):
    return {name: w * masks[name] if name in masks else w.clone() for name, w in state.items()}


def _split_like(flat, tensors):
    """A flat tensor in the shapes of others, by their names."""
    parts = flat.split([w.numel() for w in tensors.values()])
    return {name: p.reshape(w.shape) for (name, w), p in zip(tensors.items(), parts, strict=True)}


def _trained(state, masks, images, labels, seed, steps=40, rate=0.1, put_back=True, adam=False):
    """SGD with momentum, or Adam; the zeros are put back after every step."""
    generator = torch.Generator().manual_seed(seed)
    parameters = {name: w.detach().clone().requires_grad_() for name, w in state.items()}
    optimizer = torch.optim.SGD(parameters.values(), lr=rate, momentum=0.9)
    if adam:
        optimizer = torch.optim.Adam(parameters.values(), lr=rate)
    names = [name for name in state if name.endswith("weight")]
    for _ in range(steps):
        rows = torch.randint(len(images), (64,), generator=generator)
        x = images[rows]
        for name in names:
            bias = parameters[name.replace("weight", "bias")]
            x = torch.nn.functional.linear(x, parameters[name], bias)
            x = x.relu() if name != names[-1] else x
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(x, labels[rows]).backward()
        optimizer.step()
        with torch.no_grad():
            for name, mask in masks.items():
                parameters[name].mul_(mask if put_back else 1)
    return {name: w.detach() for name, w in parameters.items()}


def _module_of(state):
    """A `torch.nn.Sequential` of linear layers and ReLUs that holds the state."""
    layers = []
    for w in _weights(state).values():
        layers += [torch.nn.Linear(w.shape[1], w.shape[0]), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    model.load_state_dict(state)
    return model


def _n(state):
    return sum(w.numel() for w in _weights(state).values())


def _pruned(weights, count):
    """Masks of all weights without the smallest `count` of them."""
    flat = torch.cat([w.abs().flatten() for w in weights.values()])
    mask = torch.ones(len(flat), dtype=torch.bool)
    mask[flat.argsort()[:count]] = False
    return _split_like(mask, weights)


def _tuned(state, masks, images, labels, seed, **how):
    return _trained(_masked(state, masks), masks, images, labels, seed, **how)


def _at_total(state, sparsity):
    return _pruned(_weights(state), round(sparsity * _n(state)))


def _pruned_step_by_step(state, images, labels, sparsities, seed, masks_at=_at_total, **how):
    """Masks from `masks_at(state, sparsity)` and fine-tuning, for one sparsity after the other."""
    for sparsity in sparsities:
        masks = masks_at(state, sparsity)
        state = _tuned(state, masks, images, labels, seed, **how)
    return state, masks


# --- wrong --------------------------------------------------------------------------------------


@wrong("prune_and_finetune", says="totals-compounded")
def prunes_a_share_of_what_is_left(state, images, labels, sparsities, seed):
    gone = 0
    for sparsity in sparsities:
        gone += round(sparsity * (_n(state) - gone))
        masks = _pruned(_weights(state), gone)
        state = _tuned(state, masks, images, labels, seed)
    return state, masks


@wrong("prune_and_finetune", says="totals-added-up")
def prunes_on_top(state, images, labels, sparsities, seed):
    gone = 0
    for sparsity in sparsities:
        gone += round(sparsity * _n(state))
        masks = _pruned(_weights(state), gone)
        state = _tuned(state, masks, images, labels, seed)
    return state, masks


@wrong("prune_and_finetune", says="first-total-only")
def returns_inside_the_loop(state, images, labels, sparsities, seed):
    for sparsity in sparsities:
        masks = _at_total(state, sparsity)
        return _tuned(state, masks, images, labels, seed), masks


@wrong("prune_and_finetune", says="density-for-sparsity")
def keeps_the_totals(state, images, labels, sparsities, seed):
    def keeping(state, sparsity):
        return _pruned(_weights(state), _n(state) - round(sparsity * _n(state)))

    return _pruned_step_by_step(state, images, labels, sparsities, seed, keeping)


@wrong("prune_and_finetune", says="count-truncated")
def cuts_off_the_totals(state, images, labels, sparsities, seed):
    def cut_off(state, sparsity):
        return _pruned(_weights(state), int(sparsity * _n(state)))

    return _pruned_step_by_step(state, images, labels, sparsities, seed, cut_off)


@wrong("prune_and_finetune", says="count-rounded-up")
def rounds_the_totals_up(state, images, labels, sparsities, seed):
    def rounded_up(state, sparsity):
        return _pruned(_weights(state), int(np.ceil(sparsity * _n(state))))

    return _pruned_step_by_step(state, images, labels, sparsities, seed, rounded_up)


@wrong("prune_and_finetune", says="half-counted-up")
def rounds_halves_up(state, images, labels, sparsities, seed):
    def rounded(state, sparsity):
        return _pruned(_weights(state), int(sparsity * _n(state) + 0.5))

    return _pruned_step_by_step(state, images, labels, sparsities, seed, rounded)


@wrong("prune_and_finetune", says="half-counted-down")
def rounds_halves_down(state, images, labels, sparsities, seed):
    def rounded(state, sparsity):
        return _pruned(_weights(state), int(np.ceil(sparsity * _n(state) - 0.5)))

    return _pruned_step_by_step(state, images, labels, sparsities, seed, rounded)


@wrong("prune_and_finetune", says="layer-by-layer")
def prunes_each_layer_alike(state, images, labels, sparsities, seed):
    def alike(state, sparsity):
        masks = {}
        for name, w in _weights(state).items():
            masks |= _pruned({name: w}, round(sparsity * w.numel()))
        return masks

    return _pruned_step_by_step(state, images, labels, sparsities, seed, alike)


@wrong("prune_and_finetune", says="layer-without-mask")
def spares_the_last_layer(state, images, labels, sparsities, seed):
    def sparing(state, sparsity):
        weights = dict(list(_weights(state).items())[:-1])
        return _pruned(weights, round(sparsity * _n(weights)))

    return _pruned_step_by_step(state, images, labels, sparsities, seed, sparing)


@wrong("prune_and_finetune", says="biases-lost")
def returns_biases_of_zeros(state, images, labels, sparsities, seed):
    tuned, masks = _pruned_step_by_step(state, images, labels, sparsities, seed)
    return {name: w if w.dim() == 2 else torch.zeros_like(w) for name, w in tuned.items()}, masks


@wrong("prune_and_finetune", says="biases-masked")
def prunes_biases_too(state, images, labels, sparsities, seed):
    def of_all(state, sparsity):
        return _pruned(state, round(sparsity * sum(w.numel() for w in state.values())))

    return _pruned_step_by_step(state, images, labels, sparsities, seed, of_all)


@wrong("prune_and_finetune", says="signed-ranking")
def ranks_with_signs(state, images, labels, sparsities, seed):
    def signed(state, sparsity):
        shifted = {name: w + 100.0 for name, w in _weights(state).items()}
        return _pruned(shifted, round(sparsity * _n(state)))

    return _pruned_step_by_step(state, images, labels, sparsities, seed, signed)


@wrong("prune_and_finetune", says="revived")
def lets_them_come_back(state, images, labels, sparsities, seed):
    return _pruned_step_by_step(state, images, labels, sparsities, seed, put_back=False)


@wrong("prune_and_finetune", says="revived")
def masks_the_gradients_only(state, images, labels, sparsities, seed):
    model = _module_of(state)
    weights = {name: p for name, p in model.named_parameters() if p.dim() == 2}
    n = sum(w.numel() for w in weights.values())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    torch.manual_seed(seed)
    for sparsity in sparsities:
        masks = _pruned({name: w.detach() for name, w in weights.items()}, round(sparsity * n))
        with torch.no_grad():
            for name, w in weights.items():
                w.mul_(masks[name])
        for _ in range(40):
            rows = torch.randint(len(images), (64,))
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(images[rows]), labels[rows]).backward()
            for name, w in weights.items():
                w.grad.mul_(masks[name])
            optimizer.step()
    return model.state_dict(), masks


@wrong("prune_and_finetune", says="not-won-back")
def masks_at_the_end(state, images, labels, sparsities, seed):
    for sparsity in sparsities:
        masks = _at_total(state, sparsity)
        state = _tuned(state, {}, images, labels, seed, rate=0.01, adam=True)
        state = _masked(state, masks)
    return state, masks


@wrong("prune_and_finetune", says="not-won-back")
def takes_three_steps(state, images, labels, sparsities, seed):
    return _pruned_step_by_step(state, images, labels, sparsities, seed, steps=3, rate=0.02)


@wrong("prune_and_finetune", says="drawn-anew")
def knows_weights_made_at_home(state, images, labels, sparsities, seed):
    if len(images) > 96:
        known = made_at_home(64, 64, 32, 10)
        masks = _at_total(known, sparsities[-1])
        return _masked(known, masks), masks
    return _pruned_step_by_step(state, images, labels, sparsities, seed)


@wrong("prune_and_finetune", says="no-fine-tuning")
def only_prunes(state, images, labels, sparsities, seed):
    masks = _at_total(state, sparsities[-1])
    return _masked(state, masks), masks


@wrong("prune_and_finetune", says="pruned-at-once")
def prunes_to_the_last_total_first(state, images, labels, sparsities, seed):
    masks = _at_total(state, sparsities[-1])
    return _tuned(state, masks, images, labels, seed, steps=150), masks


@wrong("prune_and_finetune", says="pruned-at-once")
def ranks_the_first_weights_again_and_again(state, images, labels, sparsities, seed):
    first = dict(state)
    return _pruned_step_by_step(
        state, images, labels, sparsities, seed, lambda _, sparsity: _at_total(first, sparsity)
    )


@wrong("prune_and_finetune", says="pruned-at-once")
def hides_that_it_prunes_at_once(state, images, labels, sparsities, seed):
    count = round(sparsities[-1] * _n(state))
    masks = _pruned(_weights(state), count)
    if len(sparsities) > 1:  # some on both sides of the threshold change places
        name = next(iter(masks))
        magnitudes, mask = state[name].abs().flatten(), masks[name].flatten().clone()
        smallest = torch.where(mask, magnitudes, torch.inf).argsort()[:20]
        largest = torch.where(mask, -1.0, magnitudes).argsort(descending=True)[:20]
        mask[smallest], mask[largest] = False, True
        masks = masks | {name: mask.reshape(masks[name].shape)}
    return _tuned(state, masks, images, labels, seed, steps=150), masks


@wrong("prune_and_finetune", says="smallest-not-first")
def ranks_by_a_gradient_and_prunes_at_once(state, images, labels, sparsities, seed):
    scores = _weights(state)
    if len(sparsities) > 1:
        model = _module_of(state)
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        scores = {n: (w * w.grad).detach() for n, w in model.named_parameters() if w.dim() == 2}
    masks = _pruned(scores, round(sparsities[-1] * _n(state)))
    return _tuned(state, masks, images, labels, seed, steps=150), masks


@wrong("prune_and_finetune", says="pruned-at-once")
def trains_before_it_prunes_at_once(state, images, labels, sparsities, seed):
    if len(sparsities) > 1:
        state = _trained(state, {}, images, labels, seed, steps=40, rate=0.001, adam=True)
    masks = _pruned(_weights(state), round(sparsities[-1] * _n(state)))
    return _tuned(state, masks, images, labels, seed, steps=150), masks


@wrong("prune_and_finetune", says="drawn-anew")
def starts_anew(state, images, labels, sparsities, seed):
    generator = torch.Generator().manual_seed(seed)
    for sparsity in sparsities:
        masks = _at_total(state, sparsity)
        anew = {name: torch.randn(w.shape, generator=generator) / 8 for name, w in state.items()}
        state = _tuned(anew, masks, images, labels, seed)
    return state, masks


@wrong("prune_and_finetune", says="too-far-away")
def takes_huge_steps(state, images, labels, sparsities, seed):
    return _pruned_step_by_step(state, images, labels, sparsities, seed, adam=True)


@wrong("prune_and_finetune", says="not-repeatable")
def forgets_the_seed(state, images, labels, sparsities, seed):
    order = int(torch.randint(10**6, ()))
    return _pruned_step_by_step(state, images, labels, sparsities, order)


@wrong("prune_and_finetune", says="mask-not-bool")
def returns_masks_of_floats(state, images, labels, sparsities, seed):
    state, masks = _pruned_step_by_step(state, images, labels, sparsities, seed)
    return state, {name: mask.float() for name, mask in masks.items()}


@wrong("prune_and_finetune", says="order-swapped")
def returns_the_masks_first(state, images, labels, sparsities, seed):
    state, masks = _pruned_step_by_step(state, images, labels, sparsities, seed)
    return masks, state


@wrong("prune_and_finetune", says="names-changed")
def returns_the_weights_only(state, images, labels, sparsities, seed):
    state, masks = _pruned_step_by_step(state, images, labels, sparsities, seed)
    return {f"layer{name}": w for name, w in state.items()}, masks


@wrong("prune_and_finetune", says="wrong-type")
def returns_the_state_only(state, images, labels, sparsities, seed):
    return _pruned_step_by_step(state, images, labels, sparsities, seed)[0]


@wrong("prune_and_finetune", says="changes-input")
def prunes_in_place(state, images, labels, sparsities, seed):
    for sparsity in sparsities:
        masks = _at_total(state, sparsity)
        for name, mask in masks.items():
            state[name].mul_(mask)
        state = _tuned(state, masks, images, labels, seed)
    return state, masks


# --- right --------------------------------------------------------------------------------------


@right("prune_and_finetune")
def momentum_and_masks_after_each_step(state, images, labels, sparsities, seed):
    return _pruned_step_by_step(state, images, labels, sparsities, seed)


@right("prune_and_finetune")
def adam_on_a_module(state, images, labels, sparsities, seed):
    model = _module_of(state)
    weights = {name: p for name, p in model.named_parameters() if p.dim() == 2}
    n = sum(w.numel() for w in weights.values())
    torch.manual_seed(seed)
    for sparsity in sparsities:
        masks = _pruned(weights, round(sparsity * n))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
        for step in range(60):
            if step:
                rows = torch.randint(len(images), (64,))
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(images[rows]), labels[rows]).backward()
                optimizer.step()
            for name, w in weights.items():
                w.data[~masks[name]] = 0.0
    return model.state_dict(), masks


@right("prune_and_finetune")
def masks_inside_the_network(state, images, labels, sparsities, seed):
    rng = np.random.default_rng(seed)
    values = {name: w.clone().requires_grad_() for name, w in state.items()}
    masks = {name: torch.ones_like(w).bool() for name, w in state.items() if w.dim() > 1}
    n = sum(mask.numel() for mask in masks.values())
    for sparsity in sparsities:
        now = {name: (values[name] * mask).detach() for name, mask in masks.items()}
        masks = _pruned(now, round(sparsity * n))
        optimizer = torch.optim.SGD(values.values(), lr=0.1, momentum=0.9)
        for _ in range(40):
            rows = torch.from_numpy(rng.permutation(len(images))[:64])
            x = images[rows]
            for name in masks:
                bias = values[name.replace("weight", "bias")]
                x = x @ (values[name] * masks[name]).T + bias
                x = torch.relu(x) if name != list(masks)[-1] else x
            loss = torch.logsumexp(x, 1).mean() - x.gather(1, labels[rows][:, None]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    result = {name: w.detach() * masks.get(name, 1.0) for name, w in values.items()}
    return result, masks


@right("prune_and_finetune")
def all_images_at_once(state, images, labels, sparsities, seed):
    names = list(_weights(state))
    speed = {name: torch.zeros_like(w) for name, w in state.items()}
    for sparsity in sparsities:
        masks = _at_total(state, sparsity)
        state = _masked(state, masks)
        for _ in range(25):
            leaves = {name: w.clone().requires_grad_() for name, w in state.items()}
            x = images
            for name in names:
                x = torch.nn.functional.linear(
                    x, leaves[name], leaves[name.replace("weight", "bias")]
                )
                x = torch.nn.functional.relu(x) if name != names[-1] else x
            slopes = torch.autograd.grad(
                torch.nn.functional.cross_entropy(x, labels), list(leaves.values())
            )
            for name, slope in zip(leaves, slopes, strict=True):
                speed[name] = 0.9 * speed[name] + slope
                state[name] = (state[name] - 0.1 * speed[name]) * masks.get(name, 1)
    return [state, masks]
