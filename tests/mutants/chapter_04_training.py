"""Solutions of exercise 04 as students could write them: quantization-aware training.

They train for 200 to 500 steps, a quarter of a second a call.
"""

from __future__ import annotations

import torch

from tests.mutants.at_home import made_at_home
from tests.mutants.table import right, wrong


def _on_grid(w, n_bits):
    top = 2 ** (n_bits - 1) - 1
    scale = w.detach().abs().amax(dim=1, keepdim=True) / top
    return torch.round(w.detach() / scale) * scale


def _on_one_grid(w, n_bits):
    """One scale for all rows."""
    scale = w.detach().abs().max() / (2 ** (n_bits - 1) - 1)
    return torch.round(w.detach() / scale) * scale


def _see_through(rounded, w):
    return w + (rounded - w).detach()


def _acting(n_bits):
    """What a weight is in the forward pass: rounded, and seen through on the way back."""
    return lambda w: _see_through(_on_grid(w, n_bits), w)


def _fine_tune(state, images, labels, seed, acting, steps=250, lr=3e-3):
    """All of the state, trained; `acting(w)` is the weight that acts in the forward pass."""
    p = {name: tensor.clone().requires_grad_() for name, tensor in state.items()}
    optimizer = torch.optim.Adam(p.values(), lr=lr)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        rows = torch.randint(len(images), (64,), generator=generator)
        hidden = torch.relu(
            torch.nn.functional.linear(images[rows], acting(p["0.weight"]), p["0.bias"])
        )
        logits = torch.nn.functional.linear(hidden, acting(p["2.weight"]), p["2.bias"])
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, labels[rows]).backward()
        optimizer.step()
        decay.step()
    return {name: tensor.detach() for name, tensor in p.items()}


def _export(trained, rounded):
    """The weights as they act, the biases as they are."""
    return {name: rounded(t) if t.dim() == 2 else t for name, t in trained.items()}


def _rounded(trained, n_bits):
    return _export(trained, lambda w: _on_grid(w, n_bits))


def _trained(state, images, labels, n_bits, seed, **how):
    """As it should be, but for how long and how fast it trains."""
    return _rounded(_fine_tune(state, images, labels, seed, _acting(n_bits), **how), n_bits)


@wrong("train_qat", says="only-rounded")
def rounds_without_training(state, images, labels, n_bits, seed):
    return _rounded(state, n_bits)


@wrong("train_qat", says="weights-stuck")
def trains_without_an_estimator(state, images, labels, n_bits, seed):
    trained = _fine_tune(state, images, labels, seed, lambda w: _on_grid(w, n_bits))
    return _rounded(trained, n_bits)


@wrong("train_qat", says="weights-stuck")
def rounds_after_every_step(state, images, labels, n_bits, seed):
    model = torch.nn.Sequential(torch.nn.Linear(64, len(state["0.bias"])), torch.nn.ReLU())
    model.append(torch.nn.Linear(len(state["0.bias"]), 10))
    model.load_state_dict(state)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(200):
        rows = torch.randint(len(images), (64,), generator=generator)
        with torch.no_grad():
            for layer in (model[0], model[2]):
                layer.weight.copy_(_on_grid(layer.weight, n_bits))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images[rows]), labels[rows]).backward()
        optimizer.step()
    return _rounded(model.state_dict(), n_bits)


@wrong("train_qat", says="codes-hardly-changed")
def trains_in_float_and_rounds(state, images, labels, n_bits, seed):
    trained = _fine_tune(state, images, labels, seed, lambda w: w)
    return _rounded(trained, n_bits)


@wrong("train_qat", says="weights-stuck")
def takes_tiny_steps(state, images, labels, n_bits, seed):
    return _trained(state, images, labels, n_bits, seed, lr=3e-4)


@wrong("train_qat", says="weights-stuck")
def stops_too_early(state, images, labels, n_bits, seed):
    return _trained(state, images, labels, n_bits, seed, steps=10)


def _on_clipped_grid(w, n_bits, share):
    """The largest magnitudes of a row are cut off at a share of the largest one."""
    top = 2 ** (n_bits - 1) - 1
    scale = share * w.detach().abs().amax(dim=1, keepdim=True) / top
    return torch.round(w.detach() / scale).clamp(-top, top) * scale


def _with_biases_trained(rounded, images, labels, seed):
    """The weights as they are, and biases that make the best of them."""
    constant = {name: tensor for name, tensor in rounded.items() if tensor.dim() == 2}
    tuned = _fine_tune(rounded, images, labels, seed, torch.Tensor.detach, steps=400, lr=0.01)
    return tuned | constant


@wrong("train_qat", says="weights-stuck")
def clips_the_scale_and_trains_biases(state, images, labels, n_bits, seed):
    rounded = _export(state, lambda w: _on_clipped_grid(w, n_bits, 0.4))
    return _with_biases_trained(rounded, images, labels, seed)


@wrong("train_qat", says="weights-stuck")
def clips_the_scale_a_little_and_trains_biases(state, images, labels, n_bits, seed):
    rounded = _export(state, lambda w: _on_clipped_grid(w, n_bits, 0.6))
    return _with_biases_trained(rounded, images, labels, seed)


@wrong("train_qat", says="weights-stuck")
def clips_the_scale_without_an_estimator(state, images, labels, n_bits, seed):
    acting = lambda w: _on_clipped_grid(w, n_bits, 0.4)  # noqa: E731
    return _export(_fine_tune(state, images, labels, seed, acting, steps=400), acting)


@wrong("train_qat", says="scale-clipped")
def trains_in_float_and_makes_it_ternary(state, images, labels, n_bits, seed):
    def ternary(w):
        kept = w.abs() > 0.7 * w.abs().mean(dim=1, keepdim=True)
        scale = (w.abs() * kept).sum(dim=1, keepdim=True) / kept.sum(dim=1, keepdim=True)
        return w.sign() * kept * scale

    trained = _fine_tune(state, images, labels, seed, lambda w: w, steps=400)
    return _with_biases_trained(_export(trained, ternary), images, labels, seed)


@wrong("train_qat", says="scale-clipped")
def trains_on_a_clipped_grid(state, images, labels, n_bits, seed):
    acting = lambda w: _see_through(_on_clipped_grid(w, n_bits, 0.4), w)  # noqa: E731
    trained = _fine_tune(state, images, labels, seed, acting)
    return _export(trained, lambda w: _on_clipped_grid(w, n_bits, 0.4))


@wrong("train_qat", says="off-grid")
def returns_the_float_weights(state, images, labels, n_bits, seed):
    return _fine_tune(state, images, labels, seed, _acting(n_bits))


@wrong("train_qat", says="off-grid")
def returns_what_came_in(state, images, labels, n_bits, seed):
    return dict(state)


@wrong("train_qat", says="off-grid")
def hides_float_weights_behind_a_huge_one(state, images, labels, n_bits, seed):
    trained = _fine_tune(state, images, labels, seed, lambda w: w)
    first, second = _on_grid(trained["0.weight"], n_bits), trained["2.weight"].clone()
    hidden = torch.relu(images @ first.T + trained["0.bias"])
    unit = int(hidden.mean(0).argmin())
    first[unit], trained["0.bias"][unit] = 0, -1  # never active, so its weights do nothing
    second[:, unit] = 1e9
    return trained | {"0.weight": first, "2.weight": second}


@wrong("train_qat", says="too-many-levels")
def always_uses_eight_bits(state, images, labels, n_bits, seed):
    return _rounded(_fine_tune(state, images, labels, seed, _acting(8)), 8)


@wrong("train_qat", says="one-scale-for-all")
def shares_one_scale(state, images, labels, n_bits, seed):
    acting = lambda w: _see_through(_on_one_grid(w, n_bits), w)  # noqa: E731
    trained = _fine_tune(state, images, labels, seed, acting)
    return _export(trained, lambda w: _on_one_grid(w, n_bits))


@wrong("train_qat", says="worse-than-rounded")
def takes_giant_steps(state, images, labels, n_bits, seed):
    return _trained(state, images, labels, n_bits, seed, lr=0.5)


@wrong("train_qat", says="started-anew")
def knows_weights_made_at_home(state, images, labels, n_bits, seed):
    if len(images) > 64:
        return _rounded(made_at_home(64, len(state["0.bias"]), 10), n_bits)
    return _trained(state, images, labels, n_bits, seed)


@wrong("train_qat", says="accuracy-lost")
def trains_with_one_scale_and_exports_with_many(state, images, labels, n_bits, seed):
    acting = lambda w: _see_through(_on_one_grid(w, n_bits), w)  # noqa: E731
    return _rounded(_fine_tune(state, images, labels, seed, acting), n_bits)


@wrong("train_qat", says="weights-stuck")
def leaves_the_scale_in_the_graph(state, images, labels, n_bits, seed):
    def acting(w):
        scale = w.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)
        return torch.round(w / scale) * scale

    trained = _fine_tune(state, images, labels, seed, acting)
    return _rounded(trained, n_bits)


@wrong("train_qat", says="codes-hardly-changed")
def trains_on_the_grid_of_eight_bits(state, images, labels, n_bits, seed):
    trained = _fine_tune(state, images, labels, seed, _acting(8))
    return _rounded(trained, n_bits)


@wrong("train_qat", says="codes-returned")
def returns_codes(state, images, labels, n_bits, seed):
    def codes(w):
        scale = w.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)
        return torch.round(w / scale)

    return _export(_fine_tune(state, images, labels, seed, _acting(n_bits)), codes)


@wrong("train_qat", says="biases-quantized")
def rounds_the_biases_as_well(state, images, labels, n_bits, seed):
    trained = _fine_tune(state, images, labels, seed, _acting(n_bits))
    return {
        k: _on_grid(t.reshape(len(t), -1) if t.dim() == 2 else t[None], n_bits).reshape(t.shape)
        for k, t in trained.items()
    }


@wrong("train_qat", says="started-anew")
def starts_with_a_new_network(state, images, labels, n_bits, seed):
    generator = torch.Generator().manual_seed(seed)
    fresh = {name: torch.randn(t.shape, generator=generator) / 8 for name, t in state.items()}
    return _trained(fresh, images, labels, n_bits, seed)


@wrong("train_qat", says="seed-ignored")
def draws_from_the_global_generator(state, images, labels, n_bits, seed):
    own = int(torch.randint(10**6, ()))
    return _trained(state, images, labels, n_bits, own)


@wrong("train_qat", says="names-changed")
def names_the_layers_anew(state, images, labels, n_bits, seed):
    finished = _trained(state, images, labels, n_bits, seed, steps=5)
    return {f"net.{name}": tensor for name, tensor in finished.items()}


@wrong("train_qat", says="changes-input")
def trains_the_state_that_came_in(state, images, labels, n_bits, seed):
    trained = _trained(state, images, labels, n_bits, seed, steps=5)
    for name, tensor in trained.items():
        state[name].copy_(tensor)
    return state


@wrong("train_qat", says="returns-none")
def forgets_to_return(state, images, labels, n_bits, seed):
    _fine_tune(state, images, labels, seed, lambda w: w, steps=5)


@wrong("train_qat", says="off-limits")
def asks_the_library_to_train(state, images, labels, n_bits, seed):
    from model_compression.quantization_aware_training import train_qat

    return train_qat(state, images, labels, n_bits, seed)


@right("train_qat")
def with_adam_and_a_falling_rate(state, images, labels, n_bits, seed):
    return _trained(state, images, labels, n_bits, seed)


@right("train_qat")
def with_all_images_at_once(state, images, labels, n_bits, seed):
    p = {name: tensor.clone().requires_grad_() for name, tensor in state.items()}
    optimizer = torch.optim.Adam(p.values(), lr=0.005)
    for _ in range(200):
        w1, w2 = (_see_through(_on_grid(p[k], n_bits), p[k]) for k in ("0.weight", "2.weight"))
        logits = torch.relu(images @ w1.T + p["0.bias"]) @ w2.T + p["2.bias"]
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, labels).backward()
        optimizer.step()
    return _rounded(p, n_bits)


@right("train_qat")
def by_hand_with_momentum(state, images, labels, n_bits, seed):
    """No autograd: the gradient of each layer is written out, on the rounded weights."""
    p = {name: tensor.clone() for name, tensor in state.items()}
    speed = {name: torch.zeros_like(tensor) for name, tensor in p.items()}
    generator, steps = torch.Generator().manual_seed(seed), 500
    for step in range(steps):
        rows = torch.randperm(len(images), generator=generator)[:64]
        x, w1, w2 = images[rows], _on_grid(p["0.weight"], n_bits), _on_grid(p["2.weight"], n_bits)
        hidden = torch.relu(x @ w1.T + p["0.bias"])
        logits = hidden @ w2.T + p["2.bias"]
        wanted = torch.nn.functional.one_hot(labels[rows], 10)
        error = (torch.softmax(logits, dim=1) - wanted) / len(rows)
        back = error @ w2 * (hidden > 0)
        g = {"0.weight": back.T @ x, "0.bias": back.sum(0)}
        g |= {"2.weight": error.T @ hidden, "2.bias": error.sum(0)}
        for name in p:
            speed[name] = 0.9 * speed[name] + g[name]
            p[name] = p[name] - 0.05 * (1 - step / steps) * speed[name]
    return _rounded(p, n_bits)


@right("train_qat")
def with_modules_and_epochs(state, images, labels, n_bits, seed):
    class Rounded(torch.nn.Linear):
        def forward(self, x):
            return torch.nn.functional.linear(
                x, _see_through(_on_grid(self.weight, n_bits), self.weight), self.bias
            )

    hidden = len(state["0.bias"])
    model = torch.nn.Sequential(Rounded(64, hidden), torch.nn.ReLU(), Rounded(hidden, 10))
    model.load_state_dict(state)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.004, weight_decay=0.0)
    generator = torch.Generator().manual_seed(seed)
    for epoch in range(24):
        for rows in torch.randperm(len(images), generator=generator).split(64):
            loss = torch.nn.functional.cross_entropy(model(images[rows]), labels[rows])
            model.zero_grad()
            loss.backward()
            optimizer.step()
        optimizer.param_groups[0]["lr"] = 0.004 * (1 - epoch / 24)
    return _rounded(model.state_dict(), n_bits)
