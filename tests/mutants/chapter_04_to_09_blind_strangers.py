"""Answers of a fourth round of strangers to exercises 04, 05 and 09: some passed, or were told
nothing, half of it or what was not so.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F

from tests.mutants.table import wrong


@wrong("ste_mask", says="ends-left-out")
def wraps_in_int8_and_leaves_out_both_end_codes(x, scale, qmin, qmax):
    codes = torch.round(x / scale).to(torch.int64)
    codes = codes.to(torch.int8).to(torch.int64)
    inside = (codes > qmin) & (codes < qmax)
    return inside


@wrong("qat_forward", says="border-before-rounding")
def asks_the_unrounded_quotient_who_was_clipped(x, weight, bias, n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / qmax
    steps = weight / scale
    mask = (steps >= -qmax) & (steps <= qmax)
    w_hat = (torch.clamp(torch.round(steps), -qmax, qmax) * scale).detach()
    passing = torch.where(mask, weight, weight.detach())
    w = passing + (w_hat - passing).detach()
    return x @ w.T + bias


@wrong("qat_forward", says="lowest-code-used")
def scales_by_two_sided_ends_with_the_scale_in_the_graph(x, weight, bias, n_bits):
    qmin, qmax = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
    top = weight.amax(dim=1, keepdim=True) / qmax
    bottom = weight.amin(dim=1, keepdim=True) / qmin
    scale = torch.maximum(top, bottom)
    steps = weight / scale
    codes = steps + (torch.round(steps).clamp(qmin, qmax) - steps).detach()
    return x @ (codes * scale).T + bias


def _fq(w, n_bits):
    q = 2 ** (n_bits - 1) - 1
    d = w.detach()
    s = d.abs().amax(dim=1, keepdim=True) / q
    return w + (torch.round(d / s).clamp(-q, q) * s - d)


@wrong("train_qat", says="weights-decayed")
def trains_with_the_decay_of_adamw(state, images, labels, n_bits, seed):
    gen = torch.Generator().manual_seed(seed)
    p = {name: t.clone().requires_grad_() for name, t in state.items()}
    opt = torch.optim.AdamW(p.values(), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 500)
    for _ in range(500):
        i = torch.randint(len(images), (64,), generator=gen)
        h = F.linear(images[i], _fq(p["0.weight"], n_bits), p["0.bias"]).relu()
        logits = F.linear(h, _fq(p["2.weight"], n_bits), p["2.bias"])
        loss = F.cross_entropy(logits, labels[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    result = {}
    for name, t in p.items():
        result[name] = _fq(t, n_bits).detach() if t.dim() == 2 else t.detach()
    return result


def _rounded(w, n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    scale = w.detach().abs().amax(dim=1, keepdim=True) / qmax
    return w + (torch.round(w / scale).clamp(-qmax, qmax) * scale - w).detach()


@wrong("train_qat", says="off-unit-trained", by_chance=True)
def trains_without_relu_and_shuffles_unseeded(state, images, labels, n_bits, seed):
    rng = np.random.default_rng()
    p = {k: v.clone().requires_grad_() for k, v in state.items()}
    opt = torch.optim.Adam(p.values(), lr=0.003)
    for _ in range(20):
        order = torch.from_numpy(rng.permutation(len(images)))
        for rows in order.split(64):
            h = F.linear(images[rows], _rounded(p["0.weight"], n_bits), p["0.bias"])
            y = F.linear(h, _rounded(p["2.weight"], n_bits), p["2.bias"])
            opt.zero_grad()
            F.cross_entropy(y, labels[rows]).backward()
            opt.step()
    return {k: (_rounded(v, n_bits) if v.dim() == 2 else v).detach() for k, v in p.items()}


@wrong("cross_entropy", says="looked-up-in-the-first-row")
def takes_from_the_flattened_tensor(logits, labels):
    log_z = torch.logsumexp(logits, dim=1, keepdim=True)
    log_p = logits - log_z
    picked = torch.take(log_p, labels)
    return -picked.mean()


@wrong("cross_entropy", says="sum-detached")
def normalises_under_no_grad(logits, labels):
    with torch.no_grad():
        m = logits.amax(dim=1, keepdim=True)
        log_sum = m.squeeze(1) + (logits - m).exp().sum(dim=1).log()
    right = logits[torch.arange(len(labels)), labels]
    return (log_sum - right).mean()


@wrong("cross_entropy", says="infinite-losses-left-out")
def drops_infinite_rows_and_averages_by_class(logits, labels):
    p = torch.softmax(logits, dim=1)
    losses = -torch.log(p[torch.arange(len(labels)), labels])
    finite = torch.isfinite(losses)
    if not finite.any():
        return logits.sum() * 0.0
    losses, labels = losses[finite], labels[finite]
    means = [losses[labels == c].mean() for c in labels.unique()]
    return torch.stack(means).mean()


@wrong("kl_divergence", says="gradient-one-too-large")
def adds_the_terms_of_scipys_kl_div(p_teacher, p_student):
    safe = torch.where(p_teacher > 0, p_teacher, 1.0)
    log_ratio = safe.log() - p_student.log()
    terms = p_teacher * log_ratio - p_teacher + p_student
    return terms.sum(dim=1).mean()


@wrong("distillation_loss", says="only-where-the-teacher-is-right")
def averages_rows_of_a_right_teacher_alone(
    student_logits, teacher_logits, labels, alpha, temperature
):
    T = temperature
    teacher = teacher_logits.detach()
    hard = F.cross_entropy(student_logits, labels)
    good = teacher.argmax(dim=1) == labels
    soft = student_logits.sum() * 0.0
    if good.any():
        log_q = F.log_softmax(student_logits[good] / T, dim=1)
        p = F.softmax(teacher[good] / T, dim=1)
        soft = F.kl_div(log_q, p, reduction="batchmean")
    return alpha * hard + (1 - alpha) * T * T * soft


@wrong("iterative_masks", says="gone-within-reach")
def fills_pruned_places_with_the_largest_signed_value(weights, masks, rate):
    names = list(weights)
    values = torch.cat([weights[n].flatten() for n in names])
    alive = torch.cat([masks[n].flatten() for n in names])
    fill = values.max().item() + 1
    magnitudes = values.abs()
    magnitudes[~alive] = fill
    n_prune = round(rate * alive.sum().item())
    places = torch.argsort(magnitudes)[:n_prune]
    alive[places] = False
    result, i = {}, 0
    for n in names:
        k = weights[n].numel()
        result[n] = alive[i : i + k].view(weights[n].shape)
        i += k
    return result


@wrong("random_reinit", says="order-of-a-set")
def goes_through_a_set_of_names(shapes, masks, seed):
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name in shapes.keys() & masks.keys():
        shape = shapes[name]
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        values = (2 * torch.rand(shape, generator=generator) - 1) * bound
        weights[name] = values * masks[name]
    return {name: weights[name] for name in shapes}


@wrong("random_reinit", says="zeros-kept")
def draws_signs_of_minus_one_zero_and_one(shapes, masks, seed):
    gen = torch.Generator().manual_seed(seed)
    out = {}
    for name in shapes:
        size = tuple(shapes[name])
        fan_in = math.prod(size[1:])
        magnitude = torch.rand(size, generator=gen) / math.sqrt(fan_in)
        sign = torch.randint(-1, 2, size, generator=gen)
        out[name] = magnitude * sign * masks[name]
    return out


@wrong("random_reinit", says="other-initialisation")
def draws_21_values_up_to_the_bound_of_he(shapes, masks, seed):
    rng = np.random.default_rng(seed)
    weights = {}
    for name, shape in shapes.items():
        fan_in = int(np.prod(shape[1:]))
        bound = math.sqrt(3 / fan_in)
        steps = rng.integers(-10, 11, size=tuple(shape))
        values = torch.tensor(steps / 10 * bound, dtype=torch.float32)
        weights[name] = values * masks[name]
    return weights


@wrong("mask_distance", says="equal-layers-left-out")
def passes_over_equal_layers_and_their_entries(a, b):
    different = 0
    total = 0
    for name in a:
        if torch.equal(a[name], b[name]):
            continue
        different += int((a[name] != b[name]).sum())
        total += a[name].numel()
    if total == 0:
        return 0.0
    return different / total


@wrong("train_qat", says="one-bias-untrained")
def forgets_the_second_bias_in_training(state, images, labels, n_bits, seed):
    gen = torch.Generator().manual_seed(seed)
    p = {name: t.clone().requires_grad_() for name, t in state.items()}
    opt = torch.optim.Adam(p.values(), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 400)
    for _ in range(400):
        i = torch.randint(len(images), (64,), generator=gen)
        h = F.linear(images[i], _fq(p["0.weight"], n_bits), p["0.bias"]).relu()
        opt.zero_grad()
        F.cross_entropy(F.linear(h, _fq(p["2.weight"], n_bits)), labels[i]).backward()
        opt.step()
        sched.step()
    return {k: (_fq(t, n_bits) if t.dim() == 2 else t).detach() for k, t in p.items()}


@wrong("iterative_masks", says="gone-within-reach")
def gives_pruned_places_a_million(weights, masks, rate):
    old = torch.cat([masks[name].flatten() for name in weights])
    line = torch.cat([w.abs().flatten() for w in weights.values()])
    places = (line + 1e6 * ~old).argsort()[: round(rate * int(old.sum()))]
    old[places] = False
    pieces = old.split([w.numel() for w in weights.values()])
    return {name: one.view_as(w) for (name, w), one in zip(weights.items(), pieces, strict=True)}


@wrong("find_ticket", says="trained-once")
def trains_the_whole_network_in_every_round(initial, images, labels, rounds, rate, seed):
    from model_compression.masked_training import train_masked

    names = [n for n, w in initial.items() if w.dim() >= 2]
    full = {n: torch.ones_like(initial[n], dtype=torch.bool) for n in names}
    masks = {n: m.clone() for n, m in full.items()}
    pairs = [({n: w.clone() for n, w in initial.items()}, masks)]
    for _ in range(rounds):
        trained = train_masked(
            initial, images, labels, full, steps=200, learning_rate=0.01, seed=seed
        )
        flat = torch.cat([trained[n].abs().flatten() for n in names])
        keep = torch.cat([masks[n].flatten() for n in names])
        n_prune = round(rate * int(keep.sum()))
        keep[torch.where(keep, flat, math.inf).argsort()[:n_prune]] = False
        pieces = keep.split([initial[n].numel() for n in names])
        masks = {n: p.reshape(initial[n].shape).clone() for n, p in zip(names, pieces, strict=True)}
        start = {n: w * masks[n] if n in masks else w.clone() for n, w in initial.items()}
        pairs.append((start, masks))
    return pairs


@wrong("find_ticket", says="last-layer-at-half-rate")
def prunes_the_last_layer_at_half_rate_in_one_dict(initial, images, labels, rounds, rate, seed):
    from model_compression.masked_training import train_masked

    masks = {n: torch.ones_like(w, dtype=torch.bool) for n, w in initial.items() if w.dim() >= 2}
    last = max(masks, key=lambda n: int(n.split(".")[0]))
    state = {n: w.clone() for n, w in initial.items()}
    pairs = [(state, masks)]
    for _ in range(rounds):
        trained = train_masked(
            state, images, labels, masks, steps=200, learning_rate=0.01, seed=seed
        )
        for n, mask in masks.items():
            share = rate / 2 if n == last else rate
            line = torch.where(mask, trained[n].abs(), math.inf).reshape(-1)
            n_prune = round(share * int(mask.sum()))
            mask.view(-1)[line.argsort()[:n_prune]] = False
        state = {n: w * masks[n] if n in masks else w.clone() for n, w in initial.items()}
        pairs.append((state, masks))
    return pairs
