"""Solutions of exercise 10 as students could write them: NF4."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _quantiles(outermost, count):
    """Quantiles at `count` shares from the outermost one down to 1/2, which is left out."""
    from statistics import NormalDist

    shares = np.linspace(outermost, 0.5, count + 1)[:-1]
    return [NormalDist().inv_cdf(float(share)) for share in shares]


def _negative(count):
    return [-value for value in _quantiles(929 / 960, count)]


def _table():
    """The codebook from its definition."""
    from statistics import NormalDist

    values = [0.0]
    for sign, count in ((-1, 7), (1, 8)):
        shares = np.linspace(929 / 960, 0.5, count + 1)[:-1]
        values += [sign * NormalDist().inv_cdf(float(share)) for share in shares]
    return torch.tensor(sorted(values)) / max(values)


def nf4_codebook():
    """A student's own: `nf4_quantize` is tried at its ties."""
    d = 929 / 960
    above = torch.special.ndtri(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:-1])
    below = -torch.special.ndtri(torch.linspace(d, 0.5, 8, dtype=torch.float64)[:-1])
    values = torch.cat([below, torch.zeros(1), above]).sort().values
    return (values / values.max()).float()


def _exact_table():
    """The codebook as others have it."""
    quarters = [
        [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453],
        [-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0],
        [0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224],
        [0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0],
    ]
    return torch.tensor(quarters).flatten()


def _absmax(x, block_size):
    return torch.stack([block.abs().max() for block in x.reshape(-1).split(block_size)])


def _unit(x, block_size):
    blocks = x.reshape(-1).split(block_size)
    return torch.cat([block / (block.abs().max() if block.any() else 1.0) for block in blocks])


def _nearest(unit, table):
    return (unit[:, None] - table).abs().argmin(dim=1)


# --- nf4_codebook -------------------------------------------------------------------------------


@wrong("nf4_codebook", says="evenly-spaced")
def sixteen_even_steps():
    return torch.linspace(-1, 1, 16)


@wrong("nf4_codebook", says="evenly-spaced")
def integers_over_eight():
    return torch.arange(-8, 8) / 8


@wrong("nf4_codebook", says="sides-swapped")
def eight_below_and_seven_above():
    values = sorted([*(-q for q in _quantiles(929 / 960, 8)), 0.0, *_quantiles(929 / 960, 7)])
    return torch.tensor(values) / values[-1]


@wrong("nf4_codebook", says="no-exact-zero")
def eight_on_each_side():
    side = _quantiles(929 / 960, 8)
    values = sorted([*(-q for q in side), *side])
    return torch.tensor(values) / values[-1]


@wrong("nf4_codebook", says="no-exact-zero")
def sixteen_bins_of_equal_mass():
    values = torch.special.ndtri((torch.arange(16) + 0.5) / 16)
    return values / values.max()


@wrong("nf4_codebook", says="zero-twice")
def both_sides_reach_the_middle():
    side = torch.special.ndtri(torch.linspace(929 / 960, 0.5, 8, dtype=torch.float64))
    values = torch.cat((-side, side)).sort().values
    return (values / values.max()).float()


@wrong("nf4_codebook", says="not-normalised")
def the_quantiles_themselves():
    values = [*(-q for q in _quantiles(929 / 960, 7)), 0.0, *_quantiles(929 / 960, 8)]
    return torch.tensor(sorted(values))


@wrong("nf4_codebook", says="one-spacing-for-both")
def mirrors_the_upper_side():
    side = _quantiles(929 / 960, 8)
    values = sorted([*(-q for q in side[:7]), 0.0, *side])
    return torch.tensor(values) / values[-1]


@wrong("nf4_codebook", says="outermost-share-off")
def begins_at_another_share():
    values = [*(-q for q in _quantiles(1 - 1 / 32, 7)), 0.0, *_quantiles(1 - 1 / 32, 8)]
    return torch.tensor(sorted(values)) / max(values)


@wrong("nf4_codebook", says="evenly-spaced")
def takes_shares_for_quantiles():
    negative = 0.5 - torch.linspace(929 / 960, 0.5, 8)[:-1]
    positive = torch.linspace(929 / 960, 0.5, 9)[:-1] - 0.5
    values = torch.cat((negative, torch.zeros(1), positive)).sort().values
    return values / values.max()


@wrong("nf4_codebook", says="few-decimals")
def four_decimals():
    below = [-1.0, -0.6962, -0.5251, -0.3949, -0.2844, -0.1848, -0.0911]
    above = [0.0796, 0.1609, 0.2461, 0.3379, 0.4407, 0.5626, 0.7230, 1.0]
    return torch.tensor([*below, 0.0, *above])


@wrong("nf4_codebook", says="few-decimals")
def stores_16_bits():
    return _table().half()


@wrong("nf4_codebook", says="not-sorted")
def leaves_the_sides_as_they_came():
    values = [*_quantiles(929 / 960, 8), 0.0, *(-q for q in _quantiles(929 / 960, 7))]
    return torch.tensor(values) / max(values)


@wrong("nf4_codebook", says="not-sorted")
def goes_down():
    return _table().flip(0)


@wrong("nf4_codebook", says="sides-too-short")
def does_not_count_the_point_at_one_half():
    values = torch.tensor(sorted([*_quantiles(929 / 960, 7), *_negative(6), 0.0]))
    return values / values.max()


@wrong("nf4_codebook", says="not-normalised")
def swaps_the_sides_and_does_not_divide():
    return torch.tensor(sorted([*_quantiles(929 / 960, 7), *_negative(8), 0.0]))


@wrong("nf4_codebook", says="no-exact-zero")
def takes_means_of_neighbouring_quantiles():
    from statistics import NormalDist

    shares = np.linspace(1 - 929 / 960, 929 / 960, 17)
    edges = torch.tensor([NormalDist().inv_cdf(float(share)) for share in shares])
    values = (edges[1:] + edges[:-1]) / 2
    return values / values.abs().max()


@wrong("nf4_codebook", says="wrong-end-left-out")
def drops_the_outermost_share():
    d = 929 / 960
    above = torch.special.ndtri(torch.linspace(d, 0.5, 9)[1:])
    below = -torch.special.ndtri(torch.linspace(d, 0.5, 8)[1:])
    values = torch.cat([above, torch.zeros(1), below]).sort().values
    return values / values.max()


@wrong("nf4_codebook", says="share-taken-for-value")
def asks_the_distribution_function():
    d = 929 / 960
    above = torch.special.ndtr(torch.linspace(d, 0.5, 9)[:-1])
    below = -torch.special.ndtr(torch.linspace(d, 0.5, 8)[:-1])
    values = torch.cat([above, torch.zeros(1), below]).sort().values
    return values / values.max()


@wrong("nf4_codebook", says="share-taken-for-value")
def inverts_the_error_function_at_the_share():
    d = 929 / 960
    above = math.sqrt(2) * torch.erfinv(torch.linspace(d, 0.5, 9, dtype=torch.float64)[:8])
    below = -math.sqrt(2) * torch.erfinv(torch.linspace(d, 0.5, 8, dtype=torch.float64)[:7])
    values = torch.cat((below, torch.zeros(1), above)).sort().values
    return values / values.max()


@wrong("nf4_codebook", says="sign-lost")
def forgets_the_minus_sign():
    values = [*_quantiles(929 / 960, 7), 0.0, *_quantiles(929 / 960, 8)]
    return torch.tensor(sorted(values)) / max(values)


@wrong("nf4_codebook", says="wrong-shape")
def forgets_the_zero():
    values = [*(-q for q in _quantiles(929 / 960, 7)), *_quantiles(929 / 960, 8)]
    return torch.tensor(sorted(values)) / max(values)


@wrong("nf4_codebook", says="list-not-tensor")
def returns_a_list():
    return _table().tolist()


@wrong("nf4_codebook", says="not-finite")
def begins_at_the_very_end():
    values = torch.special.ndtri(torch.linspace(0, 1, 16))
    return values / values.max()


@right("nf4_codebook")
def from_the_definition_in_float32():
    positive = torch.special.ndtri(torch.linspace(929 / 960, 0.5, 9)[:-1])
    negative = -torch.special.ndtri(torch.linspace(929 / 960, 0.5, 8)[:-1])
    values = torch.cat((negative, torch.zeros(1), positive.flip(0)))
    return values / values[-1]


@right("nf4_codebook")
def from_the_definition_in_python():
    return _table().double()


@right("nf4_codebook")
def with_the_inverse_error_function():
    def side(count):
        steps = torch.arange(count, dtype=torch.float64) / count
        shares = 929 / 960 - (929 / 960 - 0.5) * steps
        return math.sqrt(2) * torch.erfinv(2 * shares - 1)

    values, _ = torch.cat((-side(7), torch.zeros(1), side(8))).sort()
    return (values / values.abs().max()).requires_grad_()


@right("nf4_codebook")
def copied_with_all_digits():
    return _exact_table()


# --- nf4_quantize -------------------------------------------------------------------------------


@wrong("nf4_quantize", says="other-dtype")
def leaves_the_codes_as_int64(x, block_size):
    return _nearest(_unit(x, block_size), _table()).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="ties-to-the-upper-code")
def counts_midpoints_that_are_reached(x, block_size):
    table = _exact_table()
    midpoints = (table[1:] + table[:-1]) / 2
    codes = (_unit(x, block_size)[:, None] >= midpoints).sum(dim=1)
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="ties-to-the-upper-code")
def counts_midpoints_of_its_own_codebook(x, block_size):
    book = nf4_codebook()
    codes = torch.bucketize(_unit(x, block_size), (book[1:] + book[:-1]) / 2, right=True)
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@right("nf4_quantize")
def compares_with_its_own_codebook(x, block_size):
    book = nf4_codebook()
    codes = torch.bucketize(_unit(x, block_size), (book[1:] + book[:-1]) / 2)
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@right("nf4_quantize")
def compares_with_its_own_codebook_in_float64(x, block_size):
    book = nf4_codebook().double()
    codes = (_unit(x, block_size).double()[:, None] - book).abs().argmin(dim=1)
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="not-the-nearest")
def searches_the_table_itself(x, block_size):
    codes = torch.bucketize(_unit(x, block_size), _table())
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="evenly-spaced")
def spreads_the_codes_evenly(x, block_size):
    codes = torch.round((_unit(x, block_size) + 1) * 7.5)
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="codes-shifted")
def gives_signed_codes(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()) - 8
    return codes.to(torch.int8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="values-not-codes")
def returns_the_entries(x, block_size):
    codes = _nearest(_unit(x, block_size), _table())
    return _table()[codes].reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_quantize", says="not-normalised")
def forgets_to_divide(x, block_size):
    codes = _nearest(x.reshape(-1), _table()).to(torch.uint8).reshape(x.shape)
    return codes, _absmax(x, block_size)


@wrong("nf4_quantize", says="one-absmax-for-all")
def divides_by_the_largest_of_all(x, block_size):
    absmax = x.abs().max()
    return _nearest(x.reshape(-1) / absmax, _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="signed-max")
def takes_the_largest_value(x, block_size):
    parts, sizes = x.reshape(-1).split(block_size), []
    for part in parts:
        sizes.append(part.max())
    units = [part / (s if s != 0 else 1.0) for part, s in zip(parts, sizes, strict=True)]
    codes = [_nearest(unit, _table()) for unit in units]
    return torch.cat(codes).to(torch.uint8).reshape(x.shape), torch.stack(sizes)


@wrong("nf4_quantize", says="other-measure")
def divides_by_the_deviation(x, block_size):
    parts = x.reshape(-1).split(block_size)
    sizes = [part.std() if len(part) > 1 else part.abs().max() for part in parts]
    units = [part / (s if s > 0 else 1.0) for part, s in zip(parts, sizes, strict=True)]
    codes = [_nearest(unit, _table()) for unit in units]
    return torch.cat(codes).to(torch.uint8).reshape(x.shape), torch.stack(sizes)


@wrong("nf4_quantize", says="blocks-stop-at-rows")
def begins_a_block_in_every_row(x, block_size):
    codes, sizes = [], []
    for row in x.reshape(-1, x.shape[-1]):
        codes.append(_nearest(_unit(row, block_size), _table()))
        sizes.append(_absmax(row, block_size))
    return torch.cat(codes).to(torch.uint8).reshape(x.shape), torch.cat(sizes)


@wrong("nf4_quantize", says="size-taken-for-count")
def cuts_into_that_many_blocks(x, block_size):
    blocks = x.reshape(block_size, -1)
    absmax = blocks.abs().amax(dim=1)
    unit = blocks / torch.where(absmax > 0, absmax, 1.0)[:, None]
    return _nearest(unit.reshape(-1), _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="blocks-interleaved")
def reshapes_the_wrong_way_round(x, block_size):
    blocks = x.reshape(block_size, -1)
    absmax = blocks.abs().amax(dim=0)
    unit = blocks / torch.where(absmax > 0, absmax, 1.0)
    return _nearest(unit.reshape(-1), _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="padding-kept")
def keeps_the_filling(x, block_size):
    flat = torch.nn.functional.pad(x.reshape(-1), (0, -x.numel() % block_size))
    return _nearest(_unit(flat, block_size), _table()).to(torch.uint8), _absmax(flat, block_size)


@wrong("nf4_quantize", says="short-block-refused")
def needs_whole_blocks(x, block_size):
    blocks = x.reshape(-1, block_size)
    absmax = blocks.abs().amax(dim=1)
    unit = blocks / torch.where(absmax > 0, absmax, 1.0)[:, None]
    return _nearest(unit.reshape(-1), _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="rest-dropped")
def leaves_out_the_rest(x, block_size):
    whole = x.reshape(-1)[: x.numel() // block_size * block_size]
    if len(whole) == 0:
        return torch.zeros(0, dtype=torch.uint8), torch.zeros(0)
    return _nearest(_unit(whole, block_size), _table()).to(torch.uint8), _absmax(whole, block_size)


@wrong("nf4_quantize", says="shape-lost")
def leaves_the_codes_flat(x, block_size):
    return _nearest(_unit(x, block_size), _table()).to(torch.uint8), _absmax(x, block_size)


@wrong("nf4_quantize", says="absmax-keeps-an-axis")
def keeps_the_axis_of_the_block(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8).reshape(x.shape)
    return codes, _absmax(x, block_size)[:, None]


@wrong("nf4_quantize", says="absmax-per-value")
def repeats_the_absmax(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8).reshape(x.shape)
    return codes, _absmax(x, block_size).repeat_interleave(block_size)[: x.numel()]


@wrong("nf4_quantize", says="packed")
def packs_at_once(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8)
    codes = torch.nn.functional.pad(codes, (0, len(codes) % 2))
    return (codes[0::2] << 4) | codes[1::2], _absmax(x, block_size)


@wrong("nf4_quantize", says="order-swapped")
def returns_the_absmax_first(x, block_size):
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8).reshape(x.shape)
    return _absmax(x, block_size), codes


@wrong("nf4_quantize", says="zero-divided-by-zero")
def lets_zero_be_divided_by_zero(x, block_size):
    absmax = _absmax(x, block_size)
    unit = x.reshape(-1) / absmax.repeat_interleave(block_size)[: x.numel()]
    return _nearest(unit, _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="zero-block-changed")
def shows_the_guard(x, block_size):
    absmax = _absmax(x, block_size)
    codes = _nearest(_unit(x, block_size), _table()).to(torch.uint8).reshape(x.shape)
    return codes, torch.where(absmax == 0, 1.0, absmax)


@wrong("nf4_quantize", says="guard-too-large")
def adds_a_large_epsilon(x, block_size):
    absmax = _absmax(x, block_size) + 1e-5
    unit = x.reshape(-1) / absmax.repeat_interleave(block_size)[: x.numel()]
    return _nearest(unit, _table()).to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="guard-too-large")
def guards_the_division_by_a_millionth(x, block_size):
    absmax = _absmax(x, block_size)
    scale = absmax.clamp(min=1e-6).repeat_interleave(block_size)[: x.numel()]
    codes = _nearest(x.reshape(-1) / scale, _table())
    return codes.to(torch.uint8).reshape(x.shape), absmax


@wrong("nf4_quantize", says="off-limits")
def asks_the_library(x, block_size):
    from model_compression.nf4 import nf4_quantize as ready

    return ready(x, block_size)


@right("nf4_quantize")
def value_by_value(x, block_size):
    table = _table().tolist()
    codes, sizes = [], []
    for block in x.reshape(-1).split(block_size):
        size = max(abs(v) for v in block.tolist())
        sizes.append(size)
        for value in block.tolist():
            unit = value / size if size else 0.0
            distances = [abs(unit - entry) for entry in table]
            codes.append(distances.index(min(distances)))
    return torch.tensor(codes, dtype=torch.uint8).reshape(x.shape), torch.tensor(sizes)


@right("nf4_quantize")
def buckets_between_midpoints(x, block_size):
    flat = torch.nn.functional.pad(x.reshape(-1), (0, -x.numel() % block_size))
    blocks = flat.reshape(-1, block_size)
    absmax = blocks.abs().amax(dim=1)
    table = _table()
    unit = blocks * (1 / absmax.clamp(min=1e-38))[:, None]
    codes = torch.bucketize(unit, (table[1:] + table[:-1]) / 2).reshape(-1)[: x.numel()]
    return codes.to(torch.uint8).reshape(x.shape), absmax


@right("nf4_quantize")
def numpy_in_float64(x, block_size):
    flat = x.numpy().astype(np.float64).ravel()
    starts = np.arange(0, flat.size, block_size)
    absmax = np.maximum.reduceat(np.abs(flat), starts)
    unit = flat / np.where(absmax > 0, absmax, 1.0)[np.arange(flat.size) // block_size]
    table = _table().numpy().astype(np.float64)
    codes = np.searchsorted((table[1:] + table[:-1]) / 2, unit, side="left")
    codes = torch.from_numpy(codes.astype(np.uint8).reshape(x.shape))
    return [codes, torch.from_numpy(absmax.astype(np.float32))]


@right("nf4_quantize")
def compares_scaled_entries(x, block_size):
    parts = []
    for block in x.reshape(-1).split(block_size):
        parts.append((block[:, None] - _table() * block.abs().max()).abs().argmin(dim=1))
        if not block.any():
            parts[-1] = torch.full_like(parts[-1], 7)
    return torch.cat(parts).byte().view(x.shape), _absmax(x, block_size)


# --- nf4_dequantize -----------------------------------------------------------------------------


@wrong("nf4_dequantize", says="codes-as-numbers")
def computes_with_the_codes(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return (codes.float() / 7.5 - 1) * spread


@wrong("nf4_dequantize", says="codes-as-numbers")
def reads_the_codes_as_int4(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return (codes.float() - 8) * spread / 7


@wrong("nf4_dequantize", says="index-read-as-mask")
def indexes_with_uint8(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table()[codes] * spread


@wrong("nf4_dequantize", says="index-read-as-mask")
def looks_up_one_by_one_with_uint8(codes, absmax, block_size):
    flat = enumerate(codes.reshape(-1))
    values = torch.tensor([_table()[code] * absmax[i // block_size] for i, code in flat])
    return values.reshape(codes.shape)


@wrong("nf4_dequantize", says="unscaled")
def forgets_the_absmax(codes, absmax, block_size):
    return _table()[codes.long()]


@wrong("nf4_dequantize", says="divided-by-absmax")
def divides_by_the_absmax(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table()[codes.long()] / spread


@wrong("nf4_dequantize", says="absmax-in-turn")
def hands_out_the_absmax_in_turn(codes, absmax, block_size):
    spread = absmax.repeat(block_size)[: codes.numel()].reshape(codes.shape)
    return _table()[codes.long()] * spread


@wrong("nf4_dequantize", says="one-absmax-for-all")
def uses_the_first_absmax(codes, absmax, block_size):
    return _table()[codes.long()] * absmax[0]


@wrong("nf4_dequantize", says="blocks-stop-at-rows")
def multiplies_rows(codes, absmax, block_size):
    if codes.dim() == 1:
        spread = absmax.repeat_interleave(block_size)[: codes.numel()]
        return _table()[codes.long()] * spread
    rows = codes.reshape(-1, block_size) if codes.shape[-1] == block_size else codes
    return _table()[rows.long()] * absmax.reshape(rows.shape[0], 1)


@wrong("nf4_dequantize", says="absmax-not-spread")
def multiplies_by_all_of_absmax(codes, absmax, block_size):
    return _table()[codes.long()] * absmax


@wrong("nf4_dequantize", says="short-block-refused")
def needs_whole_blocks_back(codes, absmax, block_size):
    values = _table()[codes.long()].reshape(-1, block_size) * absmax[:, None]
    return values.reshape(codes.shape)


@wrong("nf4_dequantize", says="padding-kept")
def returns_the_filling(codes, absmax, block_size):
    flat = torch.nn.functional.pad(codes.reshape(-1).long(), (0, -codes.numel() % block_size))
    return (_table()[flat].reshape(-1, block_size) * absmax[:, None]).reshape(-1)


@wrong("nf4_dequantize", says="shape-lost")
def leaves_the_values_flat(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()]
    return _table()[codes.reshape(-1).long()] * spread


@wrong("nf4_dequantize", says="code-off-by-one")
def counts_codes_from_one(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table()[codes.long() - 1] * spread


@wrong("nf4_dequantize", says="codebook-reversed")
def reads_the_table_downwards(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table().flip(0)[codes.long()] * spread


@wrong("nf4_dequantize", says="few-decimals")
def uses_a_table_of_four_decimals(codes, absmax, block_size):
    table = torch.round(_exact_table() * 1e4) / 1e4
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return table[codes.long()] * spread


@wrong("nf4_dequantize", says="few-decimals")
def multiplies_in_16_bits(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return (_table().half()[codes.long()] * spread.half()).float()


@wrong("nf4_dequantize", says="other-dtype")
def returns_float64(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    return _table().double()[codes.long()] * spread


@wrong("nf4_dequantize", says="changes-input")
def scales_the_absmax_in_place(codes, absmax, block_size):
    spread = absmax.repeat_interleave(block_size)[: codes.numel()].reshape(codes.shape)
    values = _table()[codes.long()] * spread
    absmax.zero_()
    return values


@right("nf4_dequantize")
def looks_up_code_by_code(codes, absmax, block_size):
    table, sizes = _table().tolist(), absmax.tolist()
    values = [
        table[code] * sizes[place // block_size]
        for place, code in enumerate(codes.reshape(-1).tolist())
    ]
    return torch.tensor(values).reshape(codes.shape)


@right("nf4_dequantize")
def numpy_look_up(codes, absmax, block_size):
    flat = codes.numpy().ravel()
    sizes = absmax.numpy()[np.arange(flat.size) // block_size]
    values = _table().numpy()[flat] * sizes
    return torch.from_numpy(values.reshape(codes.shape).astype(np.float32))


@right("nf4_dequantize")
def block_by_block(codes, absmax, block_size):
    parts = [
        torch.take(_table(), part.long()) * size
        for part, size in zip(codes.reshape(-1).split(block_size), absmax, strict=True)
    ]
    return torch.cat(parts).view_as(codes)


@right("nf4_dequantize")
def with_a_one_hot_product(codes, absmax, block_size):
    hot = torch.nn.functional.one_hot(codes.reshape(-1).long(), 16).double()
    spread = absmax.double().repeat_interleave(block_size)[: codes.numel()]
    return ((hot @ _table().double()) * spread).float().reshape(codes.shape)


@wrong("nf4_dequantize", says="blocks-of-equal-size")
def cuts_into_as_many_parts_as_there_are_sizes(codes, absmax, block_size):
    parts = codes.reshape(-1).chunk(len(absmax))
    values = [_table()[part.long()] * size for part, size in zip(parts, absmax, strict=False)]
    return torch.cat(values).reshape(codes.shape)


@wrong("nf4_dequantize", says="absmax-in-turn")
def takes_the_remainder_for_the_block(codes, absmax, block_size):
    table, sizes = _table().tolist(), absmax.tolist()
    values = [
        table[code] * sizes[place % block_size % len(sizes)]
        for place, code in enumerate(codes.flatten().tolist())
    ]
    return torch.tensor(values).reshape(codes.shape)


@wrong("nf4_dequantize", says="codes-as-numbers")
def counts_steps_and_repeats_the_whole_list(codes, absmax, block_size):
    flat = codes.reshape(-1).to(torch.float32)
    scale = absmax.repeat(block_size)[: flat.numel()]
    return ((flat - 7) / 8 * scale).reshape(codes.shape)


@wrong("nf4_quantize", says="one-absmax-for-all")
def divides_by_the_largest_of_all_and_returns_each(x, block_size):
    codes = _nearest(x.reshape(-1) / x.abs().max(), _table())
    return codes.to(torch.uint8).reshape(x.shape), _absmax(x, block_size)


@wrong("nf4_dequantize", says="blocks-stop-at-rows")
def begins_a_block_in_every_row_of_codes(codes, absmax, block_size):
    rows = codes.reshape(-1, codes.shape[-1])
    per_row = -(-rows.shape[1] // block_size)
    values = torch.zeros(rows.shape)
    for r in range(rows.shape[0]):
        for c in range(rows.shape[1]):
            block = min(r * per_row + c // block_size, len(absmax) - 1)
            values[r, c] = _table()[int(rows[r, c])] * absmax[block]
    return values.reshape(codes.shape)


@wrong("nf4_dequantize", says="rest-dropped")
def leaves_a_shorter_block_at_0(codes, absmax, block_size):
    flat = codes.reshape(-1).long()
    values = torch.zeros(flat.numel())
    for k in range(flat.numel() // block_size):
        part = slice(k * block_size, (k + 1) * block_size)
        values[part] = _table()[flat[part]] * absmax[k]
    return values.reshape(codes.shape)


@wrong("nf4_dequantize", says="one-absmax-for-all")
def multiplies_all_by_the_largest_in_16_bits(codes, absmax, block_size):
    return _table().to(torch.float16)[codes.long()] * absmax.max().to(torch.float16)
