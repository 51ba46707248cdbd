"""The tables of lecture 02: rows for `show_table`, and the numbers that readings need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from courseware.showing.say import cell_text, signed
from courseware.showing.spread import Spread, ahead, spread
from courseware.subjects.data import Digits
from courseware.subjects.models import weights_of, with_weights
from courseware.subjects.training import accuracy
from model_compression.error_measures import sqnr_db
from model_compression.granularity import Granularity
from model_compression.integer_scaling import (
    QuantizedTensor,
    absmax_scale,
    dequantize,
    quantize,
    quantize_tensor,
)

Rows = list[dict[str, Any]]
Scale = Callable[[torch.Tensor, int], torch.Tensor]
Quantizer = Callable[[torch.Tensor, int, Granularity], QuantizedTensor]

BLOCKS: Mapping[Granularity, str] = {
    "tensor": "tensor",
    "channel": "channel",
    16: "group of 16",
    8: "group of 8",
}
"""Granularities of the lecture, and what a reader calls them."""


def codes(weight: torch.Tensor, codes: torch.Tensor, scale: torch.Tensor, every: int = 585) -> Rows:
    """Some weights from the largest magnitude to the smallest, with their codes and errors."""
    rows = []
    for i in weight.flatten().abs().argsort(descending=True)[::every].tolist():
        x, q = weight.flatten()[i].item(), codes.flatten()[i].item()
        steps = x / scale.item()
        row = {"weight x": x, "x / s": steps, "code q": q, "q · s": q * scale.item()}
        row |= {"error, in steps": steps - q}
        rows.append({name: cell_text(round(value, 4)) for name, value in row.items()})
    return rows


def columns(named: Mapping[str, torch.Tensor]) -> Rows:
    """Tensors side by side, one row an element."""
    lists = zip(*(values.tolist() for values in named.values()), strict=True)
    return [dict(zip(named, row, strict=True)) for row in lists]


def gain_per_bit(
    bits: Sequence[int], measured: Mapping[str, Sequence[Sequence[float]]]
) -> tuple[Rows, dict[str, list[list[float]]]]:
    """What each further bit gains: predicted from the steps, and measured in every run.

    Args:
        bits: ascending.
        measured: by name: of each run its SQNR at all bits.
    Returns: rows, and by name the gains of all runs at each further bit.
    """
    steps = np.diff(20 * np.log10([2 ** (n_bits - 1) - 1 for n_bits in bits]))
    gains = {
        name: [list(column) for column in np.diff(np.array(runs), axis=1).T]
        for name, runs in measured.items()
    }
    rows = []
    for i, (before, after) in enumerate(pairwise(bits)):
        row = {"one more bit": f"{before} → {after}", "from the steps": f"{steps[i]:.2f}"}
        rows.append(row | {name: f"{np.mean(of_all[i]):.2f}" for name, of_all in gains.items()})
    return rows, gains


def gain_of_a_bit(
    weights: Sequence[torch.Tensor], n_bits: int, quantizer: Quantizer
) -> list[float]:
    """SQNR gained by one bit more than `n_bits`, one scale a tensor, in dB for every matrix."""
    found = [
        [sqnr_db(w, quantizer(w, n, "tensor").dequantize()) for n in (n_bits, n_bits + 1)]
        for w in weights
    ]
    return [after - before for before, after in found]


def symmetric_or_affine(
    tensors: Mapping[str, torch.Tensor], n_bits: int
) -> tuple[Rows, dict[str, float]]:
    """SQNR of both grids, and by how much the affine one is ahead."""
    rows, gains = [], {}
    for name, x in tensors.items():
        affine = quantize_tensor(x, n_bits, symmetric=False)
        before = sqnr_db(x, quantize_tensor(x, n_bits).dequantize())
        after = sqnr_db(x, affine.dequantize())
        gains[name] = after - before
        assert affine.zero_point is not None
        row = {"tensor": name, "lowest": cell_text(x.min().item()), "highest": x.max().item()}
        row |= {"zero point": int(affine.zero_point), "symmetric, dB": f"{before:.1f}"}
        rows.append(row | {"affine, dB": f"{after:.1f}", "gain, dB": f"{gains[name]:.1f}"})
    return rows, gains


def affine_over_full_range(weights: Sequence[torch.Tensor], n_bits: int) -> list[float]:
    """SQNR of the affine grid less that of the symmetric one with as many codes, in dB."""
    pairs = [
        [quantize_tensor(w, n_bits, symmetric=False), quantize_tensor(w, n_bits, full_range=True)]
        for w in weights
    ]
    return [
        sqnr_db(w, affine.dequantize()) - sqnr_db(w, full.dequantize())
        for w, (affine, full) in zip(weights, pairs, strict=True)
    ]


def by_granularity(weight: torch.Tensor, quantized: Mapping[Granularity, QuantizedTensor]) -> Rows:
    """Number of scales, SQNR and true bits of one weight, one row a granularity."""
    return [
        {
            "one scale per": BLOCKS[granularity],
            "block": str(stored.block),
            "scales": stored.scale.numel(),
            "SQNR, dB": f"{sqnr_db(weight, stored.dequantize()):.1f}",
            "bits per weight": f"{stored.bits_per_weight:.2f}",
        }
        for granularity, stored in quantized.items()
    ]


def full_minus_restricted(
    weights: Sequence[torch.Tensor], bits: Sequence[int], granularities: Sequence[Granularity]
) -> tuple[Rows, dict[tuple[int, Granularity], Spread]]:
    """By how many dB the full range is ahead, by bits and granularity."""

    def sqnr(w: torch.Tensor, n_bits: int, granularity: Granularity, full_range: bool) -> float:
        stored = quantize_tensor(w, n_bits, granularity, full_range=full_range)
        return sqnr_db(w, stored.dequantize())

    found: dict[tuple[int, Granularity], Spread] = {}
    rows = []
    for n_bits in bits:
        row: dict[str, Any] = {"bits": n_bits}
        for granularity in granularities:
            full, restricted = (
                [sqnr(w, n_bits, granularity, way) for w in weights] for way in (True, False)
            )
            found[n_bits, granularity] = spread(ahead(full, restricted))
            row[f"one scale per {BLOCKS[granularity]}"] = signed(found[n_bits, granularity])
        rows.append(row)
    return rows, found


def outlier_damage(
    weights: Sequence[torch.Tensor],
    cases: Mapping[str, torch.Tensor],
    value: float,
    granularities: Sequence[Granularity],
    quantizer: Quantizer = quantize_tensor,
) -> tuple[Rows, dict[tuple[str, Granularity], list[float]]]:
    """How the int4 error of all other weights grows when some are set to a large value.

    Args:
        weights: one matrix a network.
        cases: bool masks of the weights that are set, by name.
        value: what they are set to.
        granularities: one column each.
        quantizer: what makes codes of a matrix, given a number of bits and a granularity.
    Returns: rows, and the ratio of RMSEs by case and granularity for every network.
    """

    def error(w: torch.Tensor, granularity: Granularity, others: torch.Tensor) -> float:
        difference = (w - quantizer(w, 4, granularity).dequantize())[others]
        return difference.square().mean().sqrt().item()

    found: dict[tuple[str, Granularity], list[float]] = {}
    rows = []
    for name, mask in cases.items():
        row = {"set to a large value": name}
        for g in granularities:
            with_it = [error(torch.where(mask, value, w), g, ~mask) for w in weights]
            found[name, g] = [e / error(w, g, ~mask) for e, w in zip(with_it, weights, strict=True)]
            ratio, rmse = spread(found[name, g]), spread(with_it)
            row[f"one scale per {BLOCKS[g]}"] = (
                f"{rmse.mean:.3f}, × {ratio.mean:.2f} ± {ratio.deviation:.2f}"
            )
        rows.append(row)
    return rows, found


def validation_accuracy(network: nn.Module, data: Digits) -> float:
    """The share of the validation digits that is read correctly."""
    return accuracy(network, data.validation_images, data.validation_labels)


def read_with_outlier(
    networks: Sequence[nn.Module],
    data: Digits,
    mask: torch.Tensor,
    value: float,
    quantizers: Mapping[str, Quantizer | None],
) -> tuple[dict[str, float], dict[str, float]]:
    """What is read when some weights of the first layer are set to a value, and it is in int4.

    Args:
        mask: bool, the weights that are set.
        quantizers: by name, each with one scale for the layer; None leaves it in float32.
    Returns: by name the mean validation accuracy, and the mean of what becomes of the value.
    """
    read, left = {}, {}
    for name, quantizer in quantizers.items():
        accuracies, values = [], []
        for network in networks:
            weights = weights_of(network)
            first, w = next(iter(weights.items()))
            w = torch.where(mask, value, w)
            w = quantizer(w, 4, "tensor").dequantize() if quantizer else w
            changed = with_weights(network, weights | {first: w})
            accuracies.append(validation_accuracy(changed, data))
            values.append(w[mask].mean().item())
        read[name], left[name] = spread(accuracies).mean, spread(values).mean
    return read, left


def three_scales(
    networks: Sequence[nn.Module], data: Digits, least_error_scale: Scale, bits: Sequence[int]
) -> dict[tuple[str, int], list[float]]:
    """Validation accuracy with every weight on one scale, chosen in three ways, by way and bits.

    Codes of the restricted range have no lowest code: its scale never reaches it.
    """
    ways: dict[str, Scale] = {
        "absmax, restricted range": absmax_scale,
        "absmax, full range": lambda w, n_bits: absmax_scale(w, n_bits, full_range=True),
        "least squared error": least_error_scale,
    }
    found = {}
    for name, scale_of in ways.items():
        for n_bits in bits:
            found[name, n_bits] = [
                _rounded_accuracy(network, data, scale_of, n_bits) for network in networks
            ]
    return found


def _rounded_accuracy(network: nn.Module, data: Digits, scale_of: Scale, n_bits: int) -> float:
    restored = {}
    for name, w in weights_of(network).items():
        s = scale_of(w, n_bits)
        restored[name] = dequantize(quantize(w, s, n_bits), s)
    return validation_accuracy(with_weights(network, restored), data)


def validation_rows(found: Mapping[tuple[str, int], Sequence[float]]) -> Rows:
    """One row a way, one column a number of bits: mean and standard deviation."""
    rows: dict[str, dict[str, Any]] = {}
    for (name, n_bits), runs in found.items():
        of_all = spread(runs)
        text = f"{of_all.mean:.1%} ± {of_all.deviation:.1%}"
        rows.setdefault(name, {"scale": name})[f"{n_bits} bits"] = text
    return list(rows.values())


def readings_of_bytes(readings: Mapping[str, torch.Tensor]) -> Rows:
    """Codes in order, one row a way to read them; what is missing is left empty."""
    longest = max(len(reading) for reading in readings.values())
    rows = []
    for name, reading in readings.items():
        padded = [int(q) for q in reading] + [None] * (longest - len(reading))
        rows.append({"read by": name} | {f"#{i}": q for i, q in enumerate(padded)})
    return rows


def sizes(n_bytes: Mapping[str, int], n_weights: int) -> Rows:
    """Bytes, bits per weight, and how many times smaller than the first."""
    largest = next(iter(n_bytes.values()))
    return [
        {
            "stored as": name,
            "bytes": f"{n:,}",
            "bits per weight": f"{8 * n / n_weights:.2f}",
            "times smaller": f"{largest / n:.2f}",
        }
        for name, n in n_bytes.items()
    ]


def disagreements(
    differing: Mapping[str, int], n_scaled: int, flipped: Mapping[int, int], n_ties: int
) -> Rows:
    """In how many codes two ways differ: division and reciprocal, zero point after and before."""
    rows = [
        {
            "two ways": f"x / s and x · (1 / s), s = {name}",
            "codes that differ": f"{n} of {n_scaled}",
        }
        for name, n in differing.items()
    ]
    return rows + [
        {"two ways": f"zero point {z} after or before", "codes that differ": f"{n} of {n_ties}"}
        for z, n in flipped.items()
    ]
