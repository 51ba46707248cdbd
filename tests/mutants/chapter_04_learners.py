"""What learners wrote in exercise 04 to see what the checks say."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from tests.mutants.table import wrong


def _fake_quantize(w, scale, top):
    return w + (torch.round(w / scale).clamp(-top, top) * scale - w).detach()


@wrong("qat_forward", says="bias-missing")
def shares_a_scale_and_forgets_the_bias(x, weight, bias, n_bits):
    highest = 2 ** (n_bits - 1) - 1
    scale = weight.detach().abs().max() / highest
    return F.linear(x, _fake_quantize(weight, scale, highest))


@wrong("qat_forward", says="bias-twice")
def adds_the_bias_to_the_layer_once_more(x, weight, bias, n_bits):
    highest = 2 ** (n_bits - 1) - 1
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / highest
    return F.linear(x, _fake_quantize(weight, scale, highest), bias) + bias


@wrong("train_qat", says="one-scale-for-all")
def trains_in_place_and_shares_a_scale_at_the_end(state, images, labels, n_bits, seed):
    for tensor in state.values():
        tensor.requires_grad_()
    top = 2 ** (n_bits - 1) - 1
    optimizer = torch.optim.Adam(state.values(), lr=0.005)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(200):
        rows = torch.randint(len(images), (64,), generator=generator)
        x = images[rows]
        for layer in ("0", "2"):
            weight = state[f"{layer}.weight"]
            scale = weight.detach().abs().amax(dim=1, keepdim=True) / top
            x = torch.relu(x) if layer == "2" else x
            x = F.linear(x, _fake_quantize(weight, scale, top), state[f"{layer}.bias"])
        optimizer.zero_grad()
        F.cross_entropy(x, labels[rows]).backward()
        optimizer.step()
    came = {name: tensor.detach() for name, tensor in state.items()}
    for name in ("0.weight", "2.weight"):
        came[name] = _fake_quantize(came[name], came[name].abs().max() / top, top)
    return came
