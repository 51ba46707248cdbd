"""The tables of lecture 03: rows for `show_table`, and the numbers that readings need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from courseware.showing.say import signed
from courseware.showing.spread import ahead, spread
from courseware.subjects.sentence_encoder import matrix_names
from model_compression.error_measures import sqnr_db

Rows = list[dict[str, Any]]
Found = Mapping[tuple[str, Any], Sequence[float]]
"""Accuracies of the networks, by the names of a row and of a column."""


def accuracies(found: Found, row_heading: str, column: str = "{}") -> Rows:
    """One row and one column a setting: mean and standard deviation over the networks."""
    rows: dict[str, dict[str, Any]] = {}
    for (name, setting), runs in found.items():
        of_all = spread(runs)
        text = f"{of_all.mean:.1%} ± {of_all.deviation:.1%}"
        rows.setdefault(name, {row_heading: name})[column.format(setting)] = text
    return list(rows.values())


def losses(found: Found, exact: Mapping[str, Sequence[float]], row_heading: str) -> Rows:
    """Points lost against float32 on the same images, with the 95% interval.

    Args:
        found: by images and way.
        exact: accuracies in float32, by images.
        row_heading: over the names of the images.
    """
    rows: dict[str, dict[str, Any]] = {}
    for (name, way), runs in found.items():
        row = rows.setdefault(
            name, {row_heading: name, "float32": f"{spread(exact[name]).mean:.1%}"}
        )
        row[f"{way}, points lost"] = signed(ahead(exact[name], runs, factor=100), 2)
    return list(rows.values())


def sqnrs(exact: torch.Tensor, outputs: Mapping[str, torch.Tensor], heading: str) -> Rows:
    """SQNR of each output against the exact one."""
    return [
        {heading: name, "SQNR, dB": f"{sqnr_db(exact, output):.1f}"}
        for name, output in outputs.items()
    ]


def formats(
    sizes: Mapping[str, float],
    accuracies: Mapping[str, Sequence[float]],
    exact: Sequence[float],
) -> Rows:
    """How each way computes, what a weight takes, and what is lost.

    Args:
        sizes: bits per weight by name; a name without "A" computes in floats.
        accuracies: by the same names.
        exact: accuracies in float32.
    """
    return [
        {
            "format": name,
            "bits per weight": f"{sizes[name]:.2f}",
            "multiplies": "integers" if "A" in name else "floats",
            "points lost": signed(ahead(exact, runs, factor=100), 2),
        }
        for name, runs in accuracies.items()
    ]


def widths(largest_product: int) -> Rows:
    """How many products each integer type adds up for certain."""
    rows = []
    for dtype in (torch.int8, torch.int16, torch.int32):
        highest = torch.iinfo(dtype).max
        row = {"accumulator": str(dtype).removeprefix("torch."), "highest value": f"{highest:,}"}
        rows.append(row | {"products that always fit": f"{highest // largest_product:,}"})
    return rows


def whole_models(
    n_bytes: Mapping[int, float],
    accuracies: Mapping[int, Sequence[float]],
    exact: Sequence[float],
    n_weights: int,
) -> Rows:
    """Bytes of everything, bits per weight as the sum of all, and accuracy, by bits of a code."""
    rows = []
    for n_bits, runs in accuracies.items():
        row = {"codes": f"{n_bits} bits", "bytes, all included": f"{n_bytes[n_bits]:,.0f}"}
        row |= {"bits per weight": f"{8 * n_bytes[n_bits] / n_weights:.2f}"}
        rows.append(row | {"points lost": signed(ahead(exact, runs, factor=100), 2)})
    return rows


def weights_by_part(encoder: nn.Module) -> dict[str, int]:
    """How many parameters each part of the sentence encoder has, the largest part first."""
    matrices, sizes = set(matrix_names()), Counter[str]()
    for name, parameter in encoder.named_parameters():
        if name in matrices:
            part = "feed-forward" if name.split(".")[2] in ("up", "down") else "attention"
        else:
            is_table = parameter.dim() > 1
            part = "tables of tokens and places" if is_table else "biases and normalisation"
        sizes[part] += parameter.numel()
    return dict(sizes.most_common())
