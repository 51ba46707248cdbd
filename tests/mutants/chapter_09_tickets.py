"""Solutions of exercise 09 as students could write them: the search for a ticket.

The budgets are small, since all of them run in every self-test.
"""

from __future__ import annotations

import math

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


def _trained(state, masks, images, labels, seed, steps=60, put_back=True):
    """SGD with momentum; the zeros are put back after every step."""
    generator = torch.Generator().manual_seed(seed)
    parameters = {name: w.detach().clone().requires_grad_() for name, w in state.items()}
    optimizer = torch.optim.SGD(parameters.values(), lr=0.1, momentum=0.9)
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


def _kept_of(values, old, count):
    """The old masks without the `count` smallest survivors of all layers together."""
    flat = torch.cat([w.abs().flatten() for w in values.values()])
    mask = torch.cat([m.flatten() for m in old.values()]).clone()
    flat[~mask] = float("inf")
    mask[flat.argsort()[:count]] = False
    return _split_like(mask, values)


def _left(masks):
    return sum(int(mask.sum()) for mask in masks.values())


def _all_true(state):
    return {n: torch.ones_like(w, dtype=torch.bool) for n, w in _weights(state).items()}


def _next_masks(values, masks, rate):
    return _kept_of(_weights(values), masks, round(rate * _left(masks)))


def _starts(initial, masks, rounds, next_masks):
    """The first state under its masks, and under those of `next_masks(start, masks)` each round."""
    starts = [(initial, masks)]
    for _ in range(rounds):
        masks = next_masks(starts[-1][0], masks)
        starts.append((_masked(initial, masks), masks))
    return starts


def _search(initial, images, labels, rounds, rate, seed, next_masks=_next_masks, masks=None, **how):
    """`next_masks(trained state, masks, rate)` are those of the next round."""

    def ranked(start, masks):
        return next_masks(_trained(start, masks, images, labels, seed, **how), masks, rate)

    return _starts(initial, _all_true(initial) if masks is None else masks, rounds, ranked)


def _search_from(initial, images, labels, rounds, rate, seed, next_state):
    """As `_search`, but a round starts from `next_state(trained state, masks)`."""
    starts = [(dict(initial), _all_true(initial))]
    for _ in range(rounds):
        state, masks = starts[-1]
        now = _trained(state, masks, images, labels, seed)
        masks = _next_masks(now, masks, rate)
        starts.append((next_state(now, masks), masks))
    return starts


# --- wrong --------------------------------------------------------------------------------------


@wrong("find_ticket", says="all-rounds-at-once")
def takes_all_rounds_at_once(initial, images, labels, rounds, rate, seed):
    whole = _all_true(initial)
    starts = [(dict(initial), whole)]
    for number in range(1, rounds + 1):
        values = _weights(_trained(*starts[-1], images, labels, seed, steps=20))
        values = {name: w * starts[-1][1][name] for name, w in values.items()}
        count = round((1 - (1 - rate) ** number) * _left(whole))
        masks = _kept_of(values, whole, count)
        starts.append((_masked(initial, masks), masks))
    return starts


@wrong("find_ticket", says="state-of-the-round-before")
def puts_new_masks_beside_the_state_before(initial, images, labels, rounds, rate, seed):
    starts = _search(initial, images, labels, rounds, rate, seed, steps=20)
    states = [starts[0][0], *(state for state, _ in starts[:-1])]
    return [(state, masks) for state, (_, masks) in zip(states, starts, strict=True)]


@wrong("find_ticket", says="hardly-trained")
def trains_a_few_steps(initial, images, labels, rounds, rate, seed):
    return _search(initial, images, labels, rounds, rate, seed, steps=10)


@wrong("find_ticket", says="ranked-before-training")
def ranks_first_weights_and_lacks_a_pair(initial, images, labels, rounds, rate, seed):
    return _search(initial, images, labels, rounds, rate, seed, steps=0)[1:]


@wrong("find_ticket", says="trained-state-returned")
def collects_trained_states(initial, images, labels, rounds, rate, seed):
    masks, starts = _all_true(initial), []
    for _ in range(rounds + 1):
        state = _trained(_masked(initial, masks), masks, images, labels, seed)
        starts.append((state, masks))
        masks = _next_masks(state, masks, rate)
    return starts


@wrong("find_ticket", says="trained-state-returned")
def keeps_no_copy(initial, images, labels, rounds, rate, seed):
    model = _module_of(initial)
    first, masks = model.state_dict(), _all_true(initial)
    starts = [(first, masks)]
    for _ in range(rounds):
        now = _trained(first, masks, images, labels, seed)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(now[name])
        masks = _next_masks(now, masks, rate)
        starts.append((_masked(first, masks), masks))
    return starts


@wrong("find_ticket", says="not-rewound")
def goes_on_from_trained_weights(initial, images, labels, rounds, rate, seed):
    return _search_from(initial, images, labels, rounds, rate, seed, _masked)


@wrong("find_ticket", says="not-rewound")
def draws_new_weights(initial, images, labels, rounds, rate, seed):
    generator = torch.Generator().manual_seed(seed)

    def drawn(now, masks):
        state = {n: torch.randn(w.shape, generator=generator) / 8 for n, w in initial.items()}
        return _masked(state, masks)

    return _search_from(initial, images, labels, rounds, rate, seed, drawn)


@wrong("find_ticket", says="biases-not-rewound")
def rewinds_weights_only(initial, images, labels, rounds, rate, seed):
    def rewound(now, masks):
        return {**now, **_masked(_weights(initial), masks)}

    return _search_from(initial, images, labels, rounds, rate, seed, rewound)


@wrong("find_ticket", says="pruned-not-zero")
def returns_the_first_state_again_and_again(initial, images, labels, rounds, rate, seed):
    starts = _search(initial, images, labels, rounds, rate, seed)
    return [(initial, masks) for _, masks in starts]


@wrong("find_ticket", says="ranked-before-training")
def ranks_the_first_weights(initial, images, labels, rounds, rate, seed):
    return _starts(
        initial, _all_true(initial), rounds, lambda start, masks: _next_masks(initial, masks, rate)
    )


@wrong("find_ticket", says="ranked-before-training")
def ranks_by_one_gradient(initial, images, labels, rounds, rate, seed):
    model = _module_of(initial)
    torch.nn.functional.cross_entropy(model(images), labels).backward()
    scores = {name: (w * w.grad).detach() for name, w in model.named_parameters()}
    return _starts(
        initial, _all_true(initial), rounds, lambda start, masks: _next_masks(scores, masks, rate)
    )


@wrong("find_ticket", says="not-by-magnitude")
def prunes_at_random(initial, images, labels, rounds, rate, seed):
    generator = torch.Generator().manual_seed(seed)

    def at_random(start, masks):
        drawn = {n: torch.rand(m.shape, generator=generator) for n, m in masks.items()}
        return _next_masks(drawn, masks, rate)

    return _starts(initial, _all_true(initial), rounds, at_random)


@wrong("find_ticket", says="not-by-magnitude")
def ranks_weights_made_at_home(initial, images, labels, rounds, rate, seed):
    if len(images) < 1000:
        return _search(initial, images, labels, rounds, rate, seed)
    known = made_at_home(64, 64, 10)
    return _starts(
        initial, _all_true(initial), rounds, lambda start, masks: _next_masks(known, masks, rate)
    )


@wrong("find_ticket", says="largest-pruned")
def prunes_the_largest(initial, images, labels, rounds, rate, seed):
    def upside_down(now, masks, rate):
        turned = {name: 1 / (w.abs() + 1e-6) for name, w in _weights(now).items()}
        return _kept_of(turned, masks, round(rate * _left(masks)))

    return _search(initial, images, labels, rounds, rate, seed, upside_down)


@wrong("find_ticket", says="signed-ranking")
def ranks_with_signs(initial, images, labels, rounds, rate, seed):
    def with_signs(now, masks, rate):
        lowest = min(float(w.min()) for w in _weights(now).values())
        shifted = {name: w - lowest for name, w in _weights(now).items()}
        return _kept_of(shifted, masks, round(rate * _left(masks)))

    return _search(initial, images, labels, rounds, rate, seed, with_signs)


@wrong("find_ticket", says="whole-state-ranked")
def ranks_the_whole_trained_state(initial, images, labels, rounds, rate, seed):
    def of_all(now, masks, rate):
        kept = torch.cat([masks[name].flatten() for name in now])
        return _kept_of(now, _split_like(kept, now), round(rate * int(kept.sum())))

    return _search(initial, images, labels, rounds, rate, seed, of_all, steps=20)


@wrong("find_ticket", says="last-pair-trained")
def trains_the_ticket_as_well(initial, images, labels, rounds, rate, seed):
    starts = _search(initial, images, labels, rounds, rate, seed)
    state, masks = starts[-1]
    starts[-1] = (_trained(state, masks, images, labels, seed), masks)
    return starts


@wrong("find_ticket", says="ranked-before-training")
def trains_three_steps(initial, images, labels, rounds, rate, seed):
    return _search(initial, images, labels, rounds, rate, seed, steps=3)


def _search_counting(count, initial, images, labels, rounds, rate, seed):
    def so_many(now, masks, rate):
        return _kept_of(_weights(now), masks, count(rate * _left(masks)))

    return _search(initial, images, labels, rounds, rate, seed, so_many)


@wrong("find_ticket", says="count-truncated")
def cuts_the_count_off(initial, images, labels, rounds, rate, seed):
    return _search_counting(int, initial, images, labels, rounds, rate, seed)


@wrong("find_ticket", says="count-rounded-up")
def rounds_the_count_up(initial, images, labels, rounds, rate, seed):
    return _search_counting(math.ceil, initial, images, labels, rounds, rate, seed)


@wrong("find_ticket", says="half-counted-up")
def rounds_a_half_up(initial, images, labels, rounds, rate, seed):
    def half_up(count):
        return math.floor(count + 0.5)

    return _search_counting(half_up, initial, images, labels, rounds, rate, seed)


@wrong("find_ticket", says="layer-by-layer")
def prunes_every_layer_alike(initial, images, labels, rounds, rate, seed):
    def alike(now, masks, rate):
        new = {}
        for name, mask in masks.items():
            new |= _kept_of({name: now[name]}, {name: mask}, round(rate * int(mask.sum())))
        return new

    return _search(initial, images, labels, rounds, rate, seed, alike)


@wrong("find_ticket", says="share-of-all-weights")
def prunes_the_same_number_every_round(initial, images, labels, rounds, rate, seed):
    count = round(rate * _left(_all_true(initial)))

    def so_many(now, masks, rate):
        return _kept_of(_weights(now), masks, min(count, _left(masks)))

    return _search(initial, images, labels, rounds, rate, seed, so_many)


@wrong("find_ticket", says="rate-taken-for-kept")
def keeps_the_rate(initial, images, labels, rounds, rate, seed):
    def keeping(now, masks, rate):
        return _kept_of(_weights(now), masks, _left(masks) - round(rate * _left(masks)))

    return _search(initial, images, labels, rounds, rate, seed, keeping)


@wrong("find_ticket", says="masks-never-changed")
def ranks_but_forgets_the_masks(initial, images, labels, rounds, rate, seed):
    masks = _all_true(initial)
    starts = [(initial, masks)]
    for _ in range(rounds):
        now = _trained(starts[-1][0], masks, images, labels, seed, steps=10)
        _next_masks(now, masks, rate)
        starts.append((_masked(initial, masks), masks))
    return starts


@wrong("find_ticket", says="not-nested")
def ranks_all_weights_every_round(initial, images, labels, rounds, rate, seed):
    every = _all_true(initial)

    def of_all(now, masks, rate):
        count = _left(every) - _left(masks) + round(rate * _left(masks))
        return _kept_of(_weights(now), every, count)

    return _search(initial, images, labels, rounds, rate, seed, of_all, put_back=False)


@wrong("find_ticket", says="one-dict-for-all")
def changes_one_dict_of_masks(initial, images, labels, rounds, rate, seed):
    masks = _all_true(initial)
    starts = [(initial, masks)]
    for _ in range(rounds):
        now = _trained(starts[-1][0], masks, images, labels, seed, steps=20)
        masks.update(_next_masks(now, masks, rate))
        starts.append((_masked(initial, masks), masks))
    return starts


@wrong("find_ticket", says="first-pair-pruned")
def prunes_before_the_first_training(initial, images, labels, rounds, rate, seed):
    masks, starts = _all_true(initial), []
    for _ in range(rounds + 1):
        now = _trained(_masked(initial, masks), masks, images, labels, seed)
        masks = _next_masks(now, masks, rate)
        starts.append((_masked(initial, masks), masks))
    return starts


@wrong("find_ticket", says="not-all-pairs")
def returns_the_ticket_only(initial, images, labels, rounds, rate, seed):
    return _search(initial, images, labels, rounds, rate, seed, steps=20)[-1]


@wrong("find_ticket", says="not-all-pairs")
def leaves_out_the_first_pair(initial, images, labels, rounds, rate, seed):
    return _search(initial, images, labels, rounds, rate, seed, steps=20)[1:]


@wrong("find_ticket", says="pair-order-swapped")
def puts_masks_first(initial, images, labels, rounds, rate, seed):
    starts = _search(initial, images, labels, rounds, rate, seed, steps=20)
    return [(masks, state) for state, masks in starts]


@wrong("find_ticket", says="biases-masked")
def prunes_biases_as_well(initial, images, labels, rounds, rate, seed):
    def of_all(now, masks, rate):
        return _kept_of(now, masks, round(rate * _left(masks)))

    masks = {name: torch.ones_like(w, dtype=torch.bool) for name, w in initial.items()}
    return _search(initial, images, labels, rounds, rate, seed, of_all, masks, steps=20)


def _of_these(now, masks, rate):
    return _kept_of({n: now[n] for n in masks}, masks, round(rate * _left(masks)))


def _with_a_dense_last_layer(initial, starts):
    *_, last = _weights(initial)
    dense = torch.ones_like(initial[last], dtype=torch.bool)
    return [({**s, last: initial[last]}, {**masks, last: dense}) for s, masks in starts]


@wrong("find_ticket", says="layer-left-out")
def leaves_the_output_layer_dense(initial, images, labels, rounds, rate, seed):
    masks = _all_true(initial)
    masks.popitem()
    starts = _search(initial, images, labels, rounds, rate, seed, _of_these, masks)
    return _with_a_dense_last_layer(initial, starts)


@wrong("find_ticket", says="layer-left-out")
def counts_all_and_leaves_the_output_layer_dense(initial, images, labels, rounds, rate, seed):
    *_, last = _weights(initial)

    def of_the_others(now, masks, rate):
        count = min(round(rate * (_left(masks) + initial[last].numel())), _left(masks))
        return _kept_of({n: now[n] for n in masks}, masks, count)

    masks = _all_true(initial)
    masks.popitem()
    starts = _search(initial, images, labels, rounds, rate, seed, of_the_others, masks)
    return _with_a_dense_last_layer(initial, starts)


@wrong("find_ticket", says="layer-without-mask")
def spares_the_last_layer(initial, images, labels, rounds, rate, seed):
    masks = _all_true(initial)
    masks.popitem()
    return _search(initial, images, labels, rounds, rate, seed, _of_these, masks, steps=20)


@wrong("find_ticket", says="not-repeatable")
def forgets_the_seed(initial, images, labels, rounds, rate, seed):
    order = int(torch.randint(10**6, ()))
    return _search(initial, images, labels, rounds, rate, order)


@wrong("find_ticket", says="seed-without-effect")
def has_a_seed_of_its_own(initial, images, labels, rounds, rate, seed):
    return _search(initial, images, labels, rounds, rate, 0)


@wrong("find_ticket", says="mask-not-bool")
def returns_masks_of_floats(initial, images, labels, rounds, rate, seed):
    starts = _search(initial, images, labels, rounds, rate, seed)
    return [(state, {n: m.float() for n, m in masks.items()}) for state, masks in starts]


@wrong("find_ticket", says="changes-input")
def masks_the_first_state_itself(initial, images, labels, rounds, rate, seed):
    masks = _all_true(initial)
    starts = [(initial, masks)]
    for _ in range(rounds):
        now = _trained(initial, masks, images, labels, seed)
        masks = _next_masks(now, masks, rate)
        for name, mask in masks.items():
            initial[name].mul_(mask)
        starts.append((initial, masks))
    return starts


# --- right --------------------------------------------------------------------------------------


@right("find_ticket")
def momentum_from_every_start(initial, images, labels, rounds, rate, seed):
    masks = _all_true(initial)
    starts = [(initial, masks)]
    for number in range(rounds):
        now = _trained(starts[-1][0], masks, images, labels, seed + number, steps=80)
        masks = _next_masks(now, masks, rate)
        starts.append((_masked(initial, masks), masks))
    return starts


@right("find_ticket")
def adam_on_a_module(initial, images, labels, rounds, rate, seed):
    torch.manual_seed(seed)
    model = _module_of(initial)
    masks, starts = _all_true(initial), ()
    for _ in range(rounds + 1):
        starts += ([_masked(initial, masks), masks],)
        model.load_state_dict(starts[-1][0])
        optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
        for _ in range(60 if len(starts) <= rounds else 0):
            rows = torch.randint(len(images), (64,))
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(images[rows]), labels[rows]).backward()
            optimizer.step()
            for name, mask in masks.items():
                model.get_parameter(name).data *= mask
        now = {name: model.get_parameter(name).detach() for name in masks}
        masks = _kept_of(now, masks, round(rate * _left(masks)))
    return starts


@right("find_ticket")
def masks_inside_the_network(initial, images, labels, rounds, rate, seed):
    rng = np.random.default_rng(seed)
    masks = _all_true(initial)
    starts = [({name: w.clone() for name, w in initial.items()}, masks)]
    for _ in range(rounds):
        values = {name: w.clone().requires_grad_() for name, w in initial.items()}
        optimizer = torch.optim.Adam(values.values(), lr=0.01)
        for _ in range(100):
            rows = torch.from_numpy(rng.permutation(len(images))[:64])
            x = images[rows]
            for name in masks:
                x = x @ (values[name] * masks[name]).T + values[name.replace("weight", "bias")]
                x = torch.relu(x) if name != list(masks)[-1] else x
            loss = torch.logsumexp(x, 1).mean() - x.gather(1, labels[rows][:, None]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        now = {name: values[name].detach() for name in masks}
        masks = _kept_of(now, masks, round(rate * _left(masks)))
        zero = torch.zeros(())
        start = {n: torch.where(masks[n], w, zero) if n in masks else w for n, w in initial.items()}
        starts.append((start, masks))
    return starts


@right("find_ticket")
def with_the_library_of_earlier_chapters(initial, images, labels, rounds, rate, seed):
    from model_compression.masked_training import train_masked
    from model_compression.masks import apply_masks, keep_all, prunable_weights

    masks = keep_all(prunable_weights(initial))
    starts = [(initial, masks)]
    for _ in range(rounds):
        now = train_masked(
            starts[-1][0], images, labels, masks, steps=100, learning_rate=0.01, seed=seed
        )
        masks = _next_masks(now, masks, rate)
        starts.append((apply_masks(initial, masks), masks))
    return starts
