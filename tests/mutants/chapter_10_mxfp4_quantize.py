"""Solutions of exercise 10 as students could write them: floats of four bits."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _blocks(x):
    if x.shape[-1] % 32:
        raise ValueError("32 must divide the last axis")
    return x.double().reshape(*x.shape[:-1], -1, 32)


def _exponent(blocks):
    """floor(log2(max)) - 2 of each block, and -127 for zeros."""
    top = blocks.abs().amax(dim=-1)
    e = torch.floor(torch.log2(torch.where(top > 0, top, 1.0))) - 2
    return torch.where(top > 0, e, -127.0)


def _grid():
    return torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=torch.float64)


def _even(a):
    """Codes of magnitudes, ties to the even code."""
    step = torch.where(a < 2, 0.5, torch.where(a < 4, 1.0, 2.0))
    a = torch.round(a / step) * step
    return torch.searchsorted(_grid(), a.clamp(max=6).contiguous())


def _stored(codes, e, x):
    return codes.reshape(x.shape).to(torch.uint8), (e + 127).to(torch.uint8)


@wrong("mxfp4_quantize", says="element-exponent-forgotten")
def takes_the_exponent_of_the_largest(x):
    blocks = _blocks(x)
    e = _exponent(blocks) + 2
    scaled = blocks / torch.exp2(e)[..., None]
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="place-off-by-one")
def looks_behind_the_element(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    a = (blocks / torch.exp2(e)[..., None]).abs().clamp(max=6)
    step = torch.where(a < 2, 0.5, torch.where(a < 4, 1.0, 2.0))
    codes = torch.searchsorted(_grid(), (torch.round(a / step) * step).contiguous(), right=True)
    return _stored(codes + 8 * (blocks < 0), e, x)


@wrong("mxfp4_quantize", says="exponent-rounded-up")
def rounds_the_logarithm_up(x):
    blocks = _blocks(x)
    top = blocks.abs().amax(dim=-1)
    e = torch.ceil(torch.log2(top.clamp(min=2.0**-120))) - 2
    scaled = blocks / torch.exp2(e)[..., None]
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="exponent-truncated")
def cuts_the_logarithm_off(x):
    blocks = _blocks(x)
    top = blocks.abs().amax(dim=-1)
    e = torch.log2(top.clamp(min=2.0**-120)).int() - 2
    scaled = blocks / torch.exp2(e.double())[..., None]
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="fitted-to-six")
def lets_nothing_be_cut(x):
    blocks = _blocks(x)
    top = blocks.abs().amax(dim=-1)
    e = torch.ceil(torch.log2(top.clamp(min=2.0**-120) / 6))
    scaled = blocks / torch.exp2(e)[..., None]
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="signed-max")
def takes_the_largest_value(x):
    blocks = _blocks(x)
    top = blocks.amax(dim=-1).clamp(min=2.0**-120)
    e = torch.floor(torch.log2(top)) - 2
    scaled = blocks / torch.exp2(e)[..., None]
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="one-exponent-for-more")
def shares_one_exponent(x):
    blocks = _blocks(x)
    e = _exponent(blocks).max().expand(blocks.shape[:-1])
    scaled = blocks / torch.exp2(e)[..., None]
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="bias-forgotten")
def stores_the_exponent_without_bias(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    codes = _even(scaled.abs()) + 8 * (scaled < 0)
    return codes.reshape(x.shape).to(torch.uint8), e.to(torch.int8)


@wrong("mxfp4_quantize", says="scales-returned")
def returns_scales(x):
    blocks = _blocks(x)
    scale = torch.exp2(_exponent(blocks))
    scaled = blocks / scale[..., None]
    codes = _even(scaled.abs()) + 8 * (scaled < 0)
    return codes.reshape(x.shape).to(torch.uint8), scale


@wrong("mxfp4_quantize", says="not-scaled")
def forgets_to_scale(x):
    blocks = _blocks(x)
    return _stored(_even(blocks.abs()) + 8 * (blocks < 0), _exponent(blocks), x)


@wrong("mxfp4_quantize", says="steps-of-one-size")
def rounds_to_integers(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    return _stored(torch.round(scaled.abs()).clamp(max=7) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="other-elements")
def has_another_table(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    table = torch.tensor([0, 0.25, 0.5, 1, 2, 3, 4, 6], dtype=torch.float64)
    codes = (scaled.abs()[..., None] - table).abs().argmin(dim=-1)
    return _stored(codes + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="ties-to-the-lower")
def takes_the_first_of_two(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    codes = (scaled.abs()[..., None] - _grid()).abs().argmin(dim=-1)
    return _stored(codes + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="ties-to-the-upper")
def rounds_ties_up(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    borders = torch.tensor([0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5], dtype=torch.float64)
    codes = (scaled.abs()[..., None] >= borders).sum(dim=-1)
    return _stored(codes + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="ties-by-the-sign")
def searches_all_sixteen(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    table = torch.cat([-_grid().flip(0), _grid()])
    places = torch.cat([torch.arange(15, 7, -1), torch.arange(8)])
    return _stored(places[(scaled[..., None] - table).abs().argmin(dim=-1)], e, x)


@wrong("mxfp4_quantize", says="not-the-nearest")
def takes_the_next_below(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    codes = (scaled.abs()[..., None] >= _grid()).sum(dim=-1) - 1
    return _stored(codes + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="beyond-the-end")
def runs_over_the_end(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    a = scaled.abs()
    step = torch.where(a < 2, 0.5, torch.where(a < 4, 1.0, 2.0))
    a = (torch.round(a / step) * step).contiguous()
    return _stored(torch.searchsorted(_grid(), a) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="sign-lost")
def forgets_the_sign(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    return _stored(_even((blocks / torch.exp2(e)[..., None]).abs()), e, x)


@wrong("mxfp4_quantize", says="sign-as-twos-complement")
def counts_down_from_sixteen(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    codes = _even(scaled.abs())
    return _stored(torch.where(scaled < 0, (16 - codes) % 16, codes), e, x)


@wrong("mxfp4_quantize", says="negative-codes")
def leaves_codes_negative(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    codes = _even(scaled.abs()) * scaled.sign()
    return codes.reshape(x.shape).to(torch.int8), (e + 127).to(torch.uint8)


@wrong("mxfp4_quantize", says="other-block-size")
def takes_blocks_of_sixteen(x):
    if x.shape[-1] % 16:
        raise ValueError
    blocks = x.double().reshape(*x.shape[:-1], -1, 16)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="blocks-across-rows")
def cuts_one_line(x):
    if x.numel() % 32:
        raise ValueError
    blocks = x.double().reshape(-1, 32)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    codes, stored = _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)
    return codes, stored if x.shape[-1] % 32 else stored.reshape(*x.shape[:-1], -1)


@wrong("mxfp4_quantize", says="exponents-flat")
def leaves_exponents_in_a_line(x):
    _blocks(x)
    blocks = x.double().reshape(-1, 32)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[:, None]
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="exponents-keep-an-axis")
def keeps_the_axis(x):
    blocks = _blocks(x)
    e = _exponent(blocks)[..., None]
    scaled = blocks / torch.exp2(e)
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="values-not-codes")
def gives_values_back(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    values = _grid()[_even(scaled.abs())] * scaled.sign() * torch.exp2(e)[..., None]
    return values.reshape(x.shape).float(), (e + 127).to(torch.uint8)


@wrong("mxfp4_quantize", says="packed")
def packs_two_a_byte(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    codes, stored = _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)
    return codes[..., ::2] | (codes[..., 1::2] << 4), stored


@wrong("mxfp4_quantize", says="zero-block")
def takes_the_logarithm_of_zero(x):
    blocks = _blocks(x)
    e = torch.tensor(
        [[math.floor(math.log2(b.abs().max().item())) - 2] for b in blocks.reshape(-1, 32)]
    )
    e = e.reshape(blocks.shape[:-1]).double()
    scaled = blocks / torch.exp2(e)[..., None]
    return _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)


@wrong("mxfp4_quantize", says="other-dtype")
def keeps_int64(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    codes = _even(scaled.abs()) + 8 * (scaled < 0)
    return codes.reshape(x.shape), (e + 127).long()


@wrong("mxfp4_quantize", says="order-swapped")
def returns_exponents_first(x):
    blocks = _blocks(x)
    e = _exponent(blocks)
    scaled = blocks / torch.exp2(e)[..., None]
    codes, stored = _stored(_even(scaled.abs()) + 8 * (scaled < 0), e, x)
    return stored, codes


@right("mxfp4_quantize")
def by_steps(x):
    if x.shape[-1] % 32 != 0:
        raise ValueError("x: 32 must divide the last axis")
    blocks = x.unflatten(-1, (-1, 32))
    top = blocks.abs().amax(-1, keepdim=True).double()
    e = torch.where(top > 0, torch.log2(top.clamp(min=1e-300)).floor() - 2, 0.0)
    a = blocks.abs() / 2**e
    low = torch.round(a * 2) / 2
    middle = torch.round(a)
    high = (torch.round(a / 2) * 2).clamp(max=6)
    value = torch.where(a < 2, low, torch.where(a < 4, middle, high))
    table = {0: 0, 0.5: 1, 1: 2, 1.5: 3, 2: 4, 3: 5, 4: 6, 6: 7}
    codes = torch.tensor([table[v] for v in value.flatten().tolist()]).reshape(blocks.shape)
    codes = codes + 8 * (blocks < 0)
    return codes.flatten(-2).to(torch.uint8), (e.squeeze(-1) + 127).to(torch.uint8)


@right("mxfp4_quantize")
def by_frexp_and_borders(x):
    if x.shape[-1] % 32:
        raise ValueError
    blocks = x.reshape(*x.shape[:-1], x.shape[-1] // 32, 32)
    _, exponent = torch.frexp(blocks.abs().amax(dim=-1))
    e = exponent - 3
    a = torch.ldexp(blocks.abs(), -e[..., None])
    codes = torch.zeros(blocks.shape, dtype=torch.uint8)
    for border, even_below in (
        (0.25, 1),
        (0.75, 0),
        (1.25, 1),
        (1.75, 0),
        (2.5, 1),
        (3.5, 0),
        (5, 1),
    ):
        codes += (a > border) if even_below else (a >= border)
    codes[torch.signbit(blocks)] += 8
    return codes.reshape(x.shape), (e + 127).to(torch.uint8)


@right("mxfp4_quantize")
def through_numpy(x):
    values = x.numpy().astype(np.float64)
    if values.shape[-1] % 32:
        raise ValueError
    blocks = values.reshape(*values.shape[:-1], -1, 32)
    top = np.abs(blocks).max(axis=-1)
    e = np.where(top > 0, np.floor(np.log2(np.where(top > 0, top, 1))) - 2, -127)
    scaled = np.abs(blocks) / 2.0 ** e[..., None]
    table = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])
    distance = np.abs(scaled[..., None] - table)
    # Odd codes are moved away by a hair: of two at the same distance the even one is nearer.
    codes = (distance + 1e-9 * (np.arange(8) % 2)).argmin(axis=-1)
    codes = (codes + 8 * (blocks < 0)).reshape(values.shape)
    return torch.from_numpy(codes.astype(np.uint8)), torch.from_numpy((e + 127).astype(np.uint8))


@right("mxfp4_quantize")
def value_by_value(x):
    if x.shape[-1] % 32 != 0:
        raise ValueError
    codes, exponents = [], []
    for block in x.reshape(-1, 32).tolist():
        top = max(map(abs, block))
        e = math.frexp(top)[1] - 3 if top else -127
        exponents.append(e + 127)
        for value in block:
            a = min(abs(value) / 2.0**e, 6.0)
            grid = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
            code = min(range(8), key=lambda k, a=a, grid=grid: (abs(grid[k] - a), k % 2))
            codes.append(code + 8 * (value < 0))
    return (
        torch.tensor(codes, dtype=torch.uint8).reshape(x.shape),
        torch.tensor(exponents, dtype=torch.uint8).reshape(*x.shape[:-1], -1),
    )
