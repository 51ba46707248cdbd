"""Solutions of exercise 04 by a third round of strangers, who saw the statement alone."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from tests.mutants.table import wrong


@wrong("ste_mask", says="one-answer-for-all")
def answers_once_for_the_whole_tensor(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    if codes.min() >= qmin and codes.max() <= qmax:
        return torch.ones_like(x)
    return torch.zeros_like(x)


@wrong("ste_mask", says="wrapped-around")
def wraps_in_8_bits_and_tests_the_upper_end_alone(x, scale, qmin, qmax):
    codes = torch.round(x / scale).to(torch.int64)
    codes = (codes + 128) % 256 - 128
    return codes <= qmax


@wrong("ste_mask", says="scale-forgotten")
def compares_values_and_returns_a_flat_mask(x, scale, qmin, qmax):
    result = []
    for v in x.flatten().tolist():
        result.append(qmin <= round(v) <= qmax)
    return torch.tensor(result)


@wrong("fake_quantize", says="mask-inverted")
def inverts_the_mask_and_stops_below_the_highest_code(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    clipped = (codes < qmin) | (codes > qmax - 1)
    q = codes.clamp(qmin, qmax - 1) * scale
    a = x * clipped
    return a + (q - a).detach()


@wrong("fake_quantize", says="mask-of-values")
def clamps_x_and_compares_it_in_the_mask(x, scale, qmin, qmax):
    mask = (torch.round(x) >= qmin) & (torch.round(x) <= qmax)
    q = torch.round(torch.clamp(x, qmin, qmax) / scale) * scale
    a = x * mask
    return a + (q - a).detach()


class _RoundClip_15(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, qmin, qmax):
        codes = torch.round(x / scale)
        ctx.save_for_backward(codes <= qmax)
        return codes.clamp(qmin, qmax) * scale

    @staticmethod
    def backward(ctx, grad):
        (inside,) = ctx.saved_tensors
        return grad.clamp(-1, 1) * inside, None, None, None


@wrong("fake_quantize", says="one-end-forgotten")
def clips_the_upstream_and_forgets_the_lower_end(x, scale, qmin, qmax):
    return _RoundClip_15.apply(x, scale, qmin, qmax)


@wrong("train_qat", says="seed-ignored")
def draws_batches_from_the_global_generator(state, images, labels, n_bits, seed):
    qmax = 2 ** (n_bits - 1) - 1

    def fq(w):
        s = w.detach().abs().amax(1, keepdim=True) / qmax
        return w + (torch.round(w / s) * s - w).detach()

    p = {k: v.clone().requires_grad_() for k, v in state.items()}
    n_epochs = 15
    opt = torch.optim.Adam(list(p.values()), lr=0.005)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, n_epochs)
    for _ in range(n_epochs):
        for i in torch.randperm(len(images)).split(64):
            h = F.relu(F.linear(images[i], fq(p["0.weight"]), p["0.bias"]))
            loss = F.cross_entropy(F.linear(h, fq(p["2.weight"]), p["2.bias"]), labels[i])
            opt.zero_grad()
            loss.backward()
            opt.step()
        sched.step()
    return {k: (fq(v) if k.endswith("weight") else v).detach() for k, v in p.items()}


@wrong("qat_forward", says="bias-quantized")
def floors_and_rounds_the_bias_on_the_rows_grids(x, weight, bias, n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / qmax
    w_hat = weight + (torch.floor(weight / scale) * scale - weight).detach()
    s = scale.squeeze(1)
    b_hat = bias + (torch.round(bias / s) * s - bias).detach()
    return x @ w_hat.T + b_hat


@wrong("qat_forward", says="mean-not-largest")
def takes_twice_the_mean_and_detaches_x(x, weight, bias, n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    w = weight.detach()
    scale = 2 * w.abs().mean(dim=1, keepdim=True) / qmax
    w_hat = torch.round(w / scale).clamp(-qmax, qmax) * scale
    w_hat = weight + (w_hat - w)
    return x.detach() @ w_hat.T + bias


@wrong("qat_forward", says="gradient-in-steps")
def doubles_the_steps_and_scales_the_gradient(x, weight, bias, n_bits):
    levels = 2**n_bits - 1
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / levels
    codes = torch.round(weight.detach() / scale)
    codes = weight + (codes - weight).detach()
    return F.linear(x, codes * scale, bias)
