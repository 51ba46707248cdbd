"""Exercise 04: answers of strangers, with causes that others had before."""

from __future__ import annotations

import torch

from tests.mutants.table import wrong


def ste_mask(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes >= qmin) & (codes <= qmax)


def fake_quantize(x, scale, qmin, qmax):
    a = x * ste_mask(x.detach(), scale, qmin, qmax)
    values = torch.round(x / scale).clamp(qmin, qmax) * scale
    return a + (values - a).detach()


def qat_forward(x, weight, bias, n_bits):
    top = 2 ** (n_bits - 1) - 1
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / top
    return x @ fake_quantize(weight, scale, -top, top).T + bias


@wrong("ste_mask", says="rounded-before-scaled")
def rounds_before_dividing(x, scale, qmin, qmax):
    codes = torch.round(x) / scale
    return (codes >= qmin) & (codes <= qmax)


@wrong("ste_mask", says="ends-left-out")
def marks_what_is_clipped_with_the_ends(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    clipped = (codes <= qmin) | (codes >= qmax)
    return clipped


@wrong("fake_quantize", says="bracket-seen")
def subtracts_the_gradient(x, scale, qmin, qmax):
    mask = ste_mask(x.detach(), scale, qmin, qmax)
    q = torch.round(x / scale).clamp(qmin, qmax) * scale
    a = x * mask
    return a.detach() + (q - a)


@wrong("fake_quantize", says="cut-off")
def begins_at_a_new_leaf(x, scale, qmin, qmax):
    v = x.detach().clone().requires_grad_()
    q = torch.round(v / scale).clamp(qmin, qmax) * scale
    a = v * ste_mask(v, scale, qmin, qmax)
    return a + (q - a).detach()


@wrong("fake_quantize", says="binary-mask")
def passes_between_minus_one_and_one(x, scale, qmin, qmax):
    q = (torch.round(x / scale).clamp(qmin, qmax) * scale).detach()
    a = torch.nn.functional.hardtanh(x)
    return a + (q - a).detach()


@wrong("fake_quantize", says="stored-in-int8")
def stores_codes_in_int8(x, scale, qmin, qmax):
    codes = torch.round(x.detach() / scale).clamp(qmin, qmax).to(torch.int16).to(torch.int8)
    values = codes.to(torch.float32) * scale
    a = x * ste_mask(x.detach(), scale, qmin, qmax)
    return a + (values - a).detach()


@wrong("fake_quantize", says="gradient-of-a-staircase")
def clamps_values_without_an_estimator(x, scale, qmin, qmax):
    return torch.round(x.clamp(qmin, qmax) / scale) * scale


@wrong("fake_quantize", says="not-rounded")
def chooses_between_x_and_the_end(x, scale, qmin, qmax):
    q = torch.round(x / scale).clamp(qmin, qmax) * scale
    return torch.where(ste_mask(x, scale, qmin, qmax), x, q.detach())


@wrong("qat_forward", says="x-cut-off")
def detaches_x(x, weight, bias, n_bits):
    m = 2 ** (n_bits - 1) - 1
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / m
    w_hat = fake_quantize(weight, scale, -m, m)
    return torch.matmul(x.detach(), w_hat.t()) + bias


@wrong("qat_forward", says="not-transposed")
def forgets_to_transpose(x, weight, bias, n_bits):
    m = 2 ** (n_bits - 1) - 1
    scale = weight.data.abs().amax(dim=1, keepdim=True) / m
    w_hat = torch.round(weight.data / scale) * scale
    return x @ w_hat + bias


@wrong("qat_forward", says="wrong-axis")
def cuts_off_by_columns(x, weight, bias, n_bits):
    m = 2 ** (n_bits - 1) - 1
    w = weight.detach()
    scale = w.abs().amax(dim=0, keepdim=True) / m
    q = torch.trunc(w / scale) * scale
    return x @ (weight + (q - w)).T + bias


@wrong("train_qat", says="worse-than-rounded")
def draws_rows_twice(state, images, labels, n_bits, seed):
    gen = torch.Generator().manual_seed(seed)
    p = {k: v.detach().clone().requires_grad_() for k, v in state.items()}
    steps = 400
    opt = torch.optim.Adam(list(p.values()), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, steps)
    for _ in range(steps):
        x = images[torch.randint(len(images), (64,), generator=gen)]
        y = labels[torch.randint(len(labels), (64,), generator=gen)]
        h = torch.nn.functional.relu(qat_forward(x, p["0.weight"], p["0.bias"], n_bits))
        loss = torch.nn.functional.cross_entropy(
            qat_forward(h, p["2.weight"], p["2.bias"], n_bits), y
        )
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    m = 2 ** (n_bits - 1) - 1
    out = {k: v.detach() for k, v in p.items()}
    for k in ("0.weight", "2.weight"):
        s = out[k].abs().amax(dim=1, keepdim=True) / m
        out[k] = torch.round(out[k] / s) * s
    return out


@wrong("train_qat", says="too-many-levels")
def rounds_to_a_finer_grid(state, images, labels, n_bits, seed):
    generator = torch.Generator().manual_seed(seed)
    w1, b1, w2, b2 = [
        state[k].clone().requires_grad_() for k in ("0.weight", "0.bias", "2.weight", "2.bias")
    ]
    opt = torch.optim.Adam([w1, b1, w2, b2], lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 400)
    for _ in range(400):
        i = torch.randint(len(images), (64,), generator=generator)
        hidden = torch.relu(qat_forward(images[i], w1, b1, n_bits))
        loss = torch.nn.functional.cross_entropy(qat_forward(hidden, w2, b2, n_bits), labels[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()

    def rounded(w):
        m = 2**n_bits - 1
        w = w.detach()
        s = w.abs().amax(1, keepdim=True) / m
        return torch.round(w / s) * s

    return {
        "0.weight": rounded(w1),
        "0.bias": b1.detach(),
        "2.weight": rounded(w2),
        "2.bias": b2.detach(),
    }


@wrong("train_qat", says="other-images")
def standardises_the_images(state, images, labels, n_bits, seed):
    g = torch.Generator().manual_seed(seed)
    x_all = (images - images.mean()) / images.std()
    p = {k: v.clone().requires_grad_() for k, v in state.items()}
    opt = torch.optim.Adam(list(p.values()), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 400)
    for _ in range(400):
        i = torch.randint(len(x_all), (64,), generator=g)
        h = qat_forward(x_all[i], p["0.weight"], p["0.bias"], n_bits).relu()
        loss = torch.nn.functional.cross_entropy(
            qat_forward(h, p["2.weight"], p["2.bias"], n_bits), labels[i]
        )
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    m = 2 ** (n_bits - 1) - 1
    done = {}
    for k, v in p.items():
        w = v.detach()
        if k.endswith("weight"):
            s = w.abs().amax(dim=1, keepdim=True) / m
            w = (w / s).round() * s
        done[k] = w
    return done


@wrong("train_qat", says="started-anew")
def builds_a_new_network(state, images, labels, n_bits, seed):
    hidden = state["0.weight"].shape[0]
    net = torch.nn.Sequential(
        torch.nn.Linear(64, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 10)
    )
    g = torch.Generator().manual_seed(seed)
    opt = torch.optim.Adam(net.parameters(), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 500)
    for _ in range(500):
        i = torch.randint(len(images), (64,), generator=g)
        h = torch.relu(qat_forward(images[i], net[0].weight, net[0].bias, n_bits))
        loss = torch.nn.functional.cross_entropy(
            qat_forward(h, net[2].weight, net[2].bias, n_bits), labels[i]
        )
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    m = 2 ** (n_bits - 1) - 1
    out = {}
    for k, v in net.state_dict().items():
        if v.dim() == 2:
            s = v.abs().amax(dim=1, keepdim=True) / m
            v = torch.round(v / s) * s
        out[k] = v
    return out


@wrong("train_qat", says="grid-of-columns")
def rounds_by_columns(state, images, labels, n_bits, seed):
    g = torch.Generator().manual_seed(seed)
    p = {k: v.clone().requires_grad_() for k, v in state.items()}
    opt = torch.optim.Adam(list(p.values()), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 400)
    for _ in range(400):
        i = torch.randint(len(images), (64,), generator=g)
        h = torch.relu(qat_forward(images[i], p["0.weight"], p["0.bias"], n_bits))
        loss = torch.nn.functional.cross_entropy(
            qat_forward(h, p["2.weight"], p["2.bias"], n_bits), labels[i]
        )
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    m = 2 ** (n_bits - 1) - 1
    out = {k: v.detach() for k, v in p.items()}
    for k in ("0.weight", "2.weight"):
        s = (out[k].abs().amax(dim=0, keepdim=True) / m).clamp(min=1e-12)
        out[k] = torch.round(out[k] / s) * s
    return out
