"""Answers of a third round of strangers, who saw the statements alone."""

from __future__ import annotations

import heapq
import math

import torch

from tests.mutants.table import wrong


@wrong("rewind", says="wrong-dtype")
def makes_all_tensors_float(initial, masks):
    state = {name: t.clone().float() for name, t in initial.items()}
    for name, mask in masks.items():
        state[name] = state[name] * mask
    return state


@wrong("kv_cache_bytes", says="integers-wrapped")
def counts_in_integers_of_torch(
    n_layers, n_kv_heads, head_dim, context, batch, bits, group_size=None
):
    if group_size is not None and head_dim % group_size != 0:
        raise ValueError("groups do not fit")
    a_vector = head_dim * bits + (0 if group_size is None else head_dim // group_size * 16)
    sizes = torch.tensor([2, n_layers, n_kv_heads, context, batch, a_vector])
    return int((sizes.prod() + 7) // 8)


def _elements(blocks, e):
    """Codes of E2M1 of blocks over 2**e."""
    a = blocks.abs() / torch.exp2(e)
    step = torch.where(a < 2, 0.5, torch.where(a < 4, 1.0, 2.0))
    a = (torch.round(a / step) * step).clamp(max=6.0)
    table = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6], dtype=a.dtype)
    return torch.searchsorted(table, a.contiguous()) + 8 * (blocks < 0)


@wrong("mxfp4_quantize", says="blocks-across-rows")
def fills_the_last_block_up(x):
    n = x.shape[-1]
    padded = torch.nn.functional.pad(x, (0, -n % 32))
    b = padded.reshape(*x.shape[:-1], -1, 32).double()
    amax = b.abs().amax(dim=-1, keepdim=True)
    e = torch.floor(torch.log2(torch.where(amax == 0, 1.0, amax))) - 2
    codes = _elements(b, e).reshape(padded.shape)[..., :n]
    return codes.to(torch.uint8), (e + 127).squeeze(-1).to(torch.uint8)


@wrong("mxfp4_quantize", says="guard-too-large")
def keeps_the_logarithm_above_a_millionth(x):
    if x.shape[-1] % 32:
        raise ValueError("blocks of 32")
    b = x.reshape(*x.shape[:-1], -1, 32).double()
    e = torch.round(torch.log2(b.abs().amax(dim=-1, keepdim=True).clamp(min=1e-6))) - 2
    return _elements(b, e).reshape(x.shape).to(torch.uint8), (e + 127)[..., 0].to(torch.uint8)


@wrong("n_m_mask", says="rest-left-over")
def keeps_what_no_run_holds(scores, n, m):
    mask = torch.ones(scores.shape, dtype=torch.bool)
    for r in range(scores.shape[0]):
        for start in range(0, scores.shape[1] - m + 1, m):
            losers = scores[r, start : start + m].argsort()[: m - n]
            mask[r, start + losers] = False
    return mask


@wrong("n_m_mask", says="zeros-pruned")
def calls_kept_what_is_not_zero(scores, n, m):
    if scores.shape[1] % m:
        raise ValueError("m must divide the row")
    runs = scores.reshape(-1, m).clone()
    losers = runs.argsort(dim=1)[:, : m - n]
    runs.scatter_(1, losers, 0.0)
    return (runs != 0).reshape(scores.shape)


@wrong("hadamard_rotate", says="even-not-a-power")
def asks_for_even_sizes_only(x, block_size):
    if block_size != 1 and block_size % 2 != 0:
        raise ValueError("block_size must be a power of two")
    if block_size < 1 or x.shape[-1] % block_size != 0:
        raise ValueError("block_size must divide the last axis")
    h, n = torch.ones(1, 1, dtype=x.dtype), block_size
    while n > 1:
        h, n = torch.cat([torch.cat([h, h], 1), torch.cat([h, -h], 1)]), n // 2
    runs = x.reshape(-1, len(h))
    return (runs @ h / math.sqrt(len(h))).reshape(x.shape)


@wrong("huffman_bits", says="absent-codes-counted")
def gives_places_to_codes_that_never_come(codes):
    flat = codes.flatten().long()
    heap = torch.bincount(flat - flat.min()).tolist()
    if len(heap) == 1:
        return heap[0]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        s = heapq.heappop(heap) + heapq.heappop(heap)
        total += s
        heapq.heappush(heap, s)
    return total


@wrong("pareto_front", says="sorted-by-size-alone")
def walks_once_in_order_of_size(points):
    front, best = [], float("-inf")
    for i in sorted(range(len(points)), key=lambda i: points[i][0]):
        if points[i][1] > best:
            front.append(i)
            best = points[i][1]
        elif front and points[front[-1]] == points[i]:
            front.append(i)
    return front


@wrong("iterative_masks", says="matched-by-order")
def joins_both_dicts_as_they_come(weights, masks, rate):
    flat_w = torch.cat([w.reshape(-1) for w in weights.values()]).abs()
    flat_m = torch.cat([m.reshape(-1) for m in masks.values()])
    k = round(rate * int(flat_m.sum()))
    flat_m[torch.where(flat_m, flat_w, math.inf).argsort()[:k]] = False
    new, start = {}, 0
    for name, w in weights.items():
        new[name] = flat_m[start : start + w.numel()].reshape(w.shape)
        start += w.numel()
    return new


@wrong("iterative_masks", says="count-truncated")
def cuts_off_a_share_of_all(weights, masks, rate):
    names = sorted(weights)
    line = torch.cat([weights[n].abs().reshape(-1) for n in names])
    keep = torch.cat([masks[n].reshape(-1) for n in names])
    keep[torch.where(keep, line, math.inf).argsort()[: int(rate * line.numel())]] = False
    pieces = torch.split(keep, [weights[n].numel() for n in names])
    return {n: p.reshape(masks[n].shape) for n, p in zip(names, pieces, strict=True)}


@wrong("remaining_fraction", says="first-round-always")
def begins_after_the_first_round(rounds, rate):
    left = 1.0 - rate
    for _ in range(rounds - 1):
        left = left * (1.0 - rate)
    return left


@wrong("remaining_fraction", says="rounded")
def keeps_the_rate_and_four_digits(rounds, rate):
    left = 1.0
    for _ in range(rounds):
        left *= rate
    return round(left, 4)


@wrong("relative_index_encode", says="negatives-lost")
def looks_above_zero_from_the_first_place(w, max_gap):
    flat, gaps, values, last = w.flatten(), [], [], 0
    for p in (flat > 0).nonzero().flatten().tolist():
        while p - last > max_gap:
            gaps.append(max_gap)
            values.append(0.0)
            last += max_gap
        gaps.append(p - last)
        values.append(flat[p].item())
        last = p
    return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=w.dtype)


@wrong("mask_distance", says="mean-of-layers")
def averages_densities_of_layers(a, b):
    apart = [abs(int(a[name].sum()) - int(b[name].sum())) / a[name].numel() for name in a]
    return sum(apart) / len(apart)


@wrong("nf4_codebook", says="outermost-share-off")
def puts_eight_below_and_rounds_the_share():
    above, below = (
        torch.special.ndtri(torch.linspace(0.5, 0.9677, n, dtype=torch.float64)[1:]) for n in (8, 9)
    )
    values = torch.cat((-below, torch.zeros(1, dtype=torch.float64), above)).sort().values
    return (values / values.abs().max()).float()


@wrong("nf4_dequantize", says="blocks-too-early")
def rounds_the_number_of_a_block(codes, absmax, block_size):
    book = torch.tensor(
        [
            *(-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453),
            *(-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0),
            *(0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224),
            *(0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0),
        ]
    )
    flat = codes.flatten().tolist()
    last = len(absmax) - 1
    values = [
        float(book[c]) * float(absmax[min(round(i / block_size), last)]) for i, c in enumerate(flat)
    ]
    return torch.tensor(values, dtype=torch.float64).reshape(codes.shape)
