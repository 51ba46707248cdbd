"""Answers to exercise 04 of strangers whose mistakes had no cause, or another one's."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from tests.mutants.table import wrong


@wrong("ste_mask", says="mask-applied")
def multiplies_by_the_scale_and_applies_the_mask(x, scale, qmin, qmax):
    q = torch.round(x * scale)
    inside = (q >= qmin) & (q <= qmax)
    return x * inside


@wrong("ste_mask", says="qmin-as-zero-point")
def adds_qmin_as_a_zero_point_in_place(x, scale, qmin, qmax):
    x.div_(scale).round_()
    q = x + qmin
    return (q >= qmin) & (q <= qmax)


@wrong("fake_quantize", says="upstream-clipped")
def clips_gradients_to_the_range_of_x(x, scale, qmin, qmax):

    class ClipGrad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale, qmin, qmax):
            ctx.low, ctx.high = (qmin * float(scale), qmax * float(scale))
            return torch.clamp(torch.round(x / scale), qmin, qmax) * scale

        @staticmethod
        def backward(ctx, grad):
            return (grad.clamp(ctx.low, ctx.high), None, None, None)

    return ClipGrad.apply(x, scale, qmin, qmax)


@wrong("fake_quantize", says="inward-gradients-pass")
def lets_gradients_pass_that_lead_back(x, scale, qmin, qmax):

    class InwardSTE(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale, qmin, qmax):
            codes = torch.round(x / scale)
            ctx.save_for_backward(codes > qmax, codes < qmin)
            return codes.clamp(qmin, qmax) * scale

        @staticmethod
        def backward(ctx, g):
            above, below = ctx.saved_tensors
            blocked = above & (g < 0) | below & (g > 0)
            return (g.masked_fill(blocked, 0.0), None, None, None)

    return InwardSTE.apply(x, scale, qmin, qmax)


@wrong("fake_quantize", says="passes-everywhere")
def rounds_half_up_and_masks_after_the_clamp(x, scale, qmin, qmax):
    v = (x / scale).detach()
    q = torch.floor(v + 0.5).clamp(qmin, qmax)
    mask = ((q >= qmin) & (q <= qmax)).to(x.dtype)
    a = x * mask
    return a + (q * scale - a).detach()


@wrong("fake_quantize", says="soft-staircase")
def takes_the_slope_of_a_soft_staircase(x, scale, qmin, qmax):
    v = x / scale
    codes = torch.round(v.detach())
    mask = (codes >= qmin) & (codes <= qmax)
    two_pi = 2 * 3.141592653589793
    soft = (v - torch.sin(two_pi * v) / two_pi) * scale
    soft = torch.where(mask, soft, torch.zeros_like(soft))
    return soft + (codes.clamp(qmin, qmax) * scale - soft).detach()


@wrong("qat_forward", says="mean-not-largest")
def takes_the_scale_from_the_mean_magnitude(x, weight, bias, n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    w = weight.detach()
    scale = w.abs().mean(dim=1, keepdim=True) / qmax
    w_hat = torch.round(w / scale).clamp(-qmax, qmax) * scale
    w_hat = weight + (w_hat - w)
    return F.linear(x, w_hat, bias)


@wrong("qat_forward", says="bias-quantized")
def forgets_abs_and_rounds_the_bias(x, weight, bias, n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    w = weight.detach()
    scale = w.max(dim=1, keepdim=True).values / qmax
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    w_hat = weight + (torch.round(w / scale).clamp(-qmax, qmax) * scale - w)
    s = scale.squeeze(1)
    b_hat = bias + (torch.round(bias.detach() / s) * s - bias.detach())
    return F.linear(x, w_hat, b_hat)


@wrong("qat_forward", says="first-scale-for-all")
def takes_the_scale_of_row_0_for_all_and_the_bias(x, weight, bias, n_bits):
    qmax = 2 ** (n_bits - 1) - 1
    scale = weight.detach().abs().amax(dim=1) / qmax
    v = weight / scale[:, None]
    codes = v + (torch.round(v).clamp(-qmax, qmax) - v).detach()
    return (x @ codes.T + bias) * scale[0]
