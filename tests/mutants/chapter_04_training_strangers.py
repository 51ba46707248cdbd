"""Trainings of strangers that passed, or whose mistakes had no cause or another one's."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from tests.mutants.table import wrong


@wrong("train_qat", says="one-scale-for-all")
def trains_with_one_scale_for_all_rows(state, images, labels, n_bits, seed):
    qmax = 2 ** (n_bits - 1) - 1

    def fq(w):
        s = w.detach().abs().max() / qmax
        q = torch.round(w.detach() / s).clamp(-qmax, qmax) * s
        return w + (q - w.detach())

    gen = torch.Generator().manual_seed(seed)
    p = {k: v.clone().requires_grad_() for k, v in state.items()}
    opt = torch.optim.Adam(list(p.values()), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 600)
    for _ in range(600):
        i = torch.randint(len(images), (64,), generator=gen)
        h = F.relu(F.linear(images[i], fq(p["0.weight"]), p["0.bias"]))
        out = F.linear(h, fq(p["2.weight"]), p["2.bias"])
        opt.zero_grad()
        F.cross_entropy(out, labels[i]).backward()
        opt.step()
        sched.step()
    return {k: (fq(v) if "weight" in k else v).detach() for k, v in p.items()}


@wrong("train_qat", says="biases-quantized")
def rounds_the_biases_in_training_too(state, images, labels, n_bits, seed):
    qmax = 2 ** (n_bits - 1) - 1

    def fq(w):
        s = w.detach().abs().amax(dim=-1, keepdim=True) / qmax
        s = torch.where(s == 0, torch.ones_like(s), s)
        return w + (torch.round(w / s).clamp(-qmax, qmax) * s - w).detach()

    gen = torch.Generator().manual_seed(seed)
    p = {k: v.clone().requires_grad_() for k, v in state.items()}
    opt = torch.optim.Adam(list(p.values()), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 600)
    for _ in range(600):
        i = torch.randint(len(images), (64,), generator=gen)
        q = {k: fq(v) for k, v in p.items()}
        h = F.relu(F.linear(images[i], q["0.weight"], q["0.bias"]))
        loss = F.cross_entropy(F.linear(h, q["2.weight"], q["2.bias"]), labels[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    return {k: fq(v).detach() for k, v in p.items()}


@wrong("train_qat", says="scales-frozen")
def keeps_the_scales_that_came_in(state, images, labels, n_bits, seed):
    qmax = 2 ** (n_bits - 1) - 1
    names = ["0.weight", "2.weight"]
    scales = {k: state[k].abs().amax(dim=1, keepdim=True) / qmax for k in names}

    def fq(k, w):
        codes = torch.round(w.detach() / scales[k])
        mask = (codes.abs() <= qmax).float()
        a = w * mask
        return a + (codes.clamp(-qmax, qmax) * scales[k] - a).detach()

    gen = torch.Generator().manual_seed(seed)
    p = {k: v.clone().requires_grad_() for k, v in state.items()}
    opt = torch.optim.Adam(list(p.values()), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 600)
    for _ in range(600):
        i = torch.randint(len(images), (64,), generator=gen)
        h = F.relu(F.linear(images[i], fq("0.weight", p["0.weight"]), p["0.bias"]))
        logits = F.linear(h, fq("2.weight", p["2.weight"]), p["2.bias"])
        opt.zero_grad()
        F.cross_entropy(logits, labels[i]).backward()
        opt.step()
        sched.step()
    return {k: (fq(k, v) if k in names else v).detach() for k, v in p.items()}


@wrong("train_qat", says="biases-untrained")
def trains_the_weights_alone_and_returns_codes(state, images, labels, n_bits, seed):
    qmax = 2 ** (n_bits - 1) - 1

    def scale_of(w):
        return w.detach().abs().amax(dim=1, keepdim=True) / qmax

    def fq(w):
        s = scale_of(w)
        return w + (torch.round(w / s).clamp(-qmax, qmax) * s - w).detach()

    gen = torch.Generator().manual_seed(seed)
    w1 = state["0.weight"].clone().requires_grad_()
    w2 = state["2.weight"].clone().requires_grad_()
    opt = torch.optim.Adam([w1, w2], lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 600)
    for _ in range(600):
        i = torch.randint(len(images), (64,), generator=gen)
        h = F.relu(F.linear(images[i], fq(w1), state["0.bias"]))
        loss = F.cross_entropy(F.linear(h, fq(w2), state["2.bias"]), labels[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    return {
        "0.weight": torch.round(w1 / scale_of(w1)).detach(),
        "0.bias": state["0.bias"].clone(),
        "2.weight": torch.round(w2 / scale_of(w2)).detach(),
        "2.bias": state["2.bias"].clone(),
    }


@wrong("train_qat", says="other-images")
def starts_anew_on_centred_images(state, images, labels, n_bits, seed):
    qmax = 2 ** (n_bits - 1) - 1

    def fq(w):
        s = w.detach().abs().amax(dim=1, keepdim=True) / qmax
        return w + (torch.round(w / s).clamp(-qmax, qmax) * s - w).detach()

    gen = torch.Generator().manual_seed(seed)
    p = {}
    for k, v in state.items():
        start = torch.randn(v.shape, generator=gen) * 0.1 if v.dim() == 2 else torch.zeros(v.shape)
        p[k] = start.requires_grad_()
    data = (images - images.mean()) / images.std()
    opt = torch.optim.Adam(list(p.values()), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 800)
    for _ in range(800):
        i = torch.randint(len(data), (64,), generator=gen)
        h = F.relu(F.linear(data[i], fq(p["0.weight"]), p["0.bias"]))
        loss = F.cross_entropy(F.linear(h, fq(p["2.weight"]), p["2.bias"]), labels[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    return {k: (fq(v) if v.dim() == 2 else v).detach() for k, v in p.items()}
