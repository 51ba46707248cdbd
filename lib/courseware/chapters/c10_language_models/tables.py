"""The tables of lecture 10: rows for `show_table`, and the lists that verdicts rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Any

import torch

from courseware.showing.byte_text import byte_text
from courseware.showing.say import cell_text, interval, signed
from courseware.showing.spread import ahead

Rows = list[dict[str, Any]]
Record = Mapping[str, Any]

NEAREST, GPTQ = "nearest", "GPTQ"
GROUPINGS = ("a row", "groups of 64")
WAYS = (
    "one scale",
    "a scale a token",
    "outliers in float",
    "rotated, one scale",
    "rotated, a scale a token",
    "smoothed, α 0.75, a scale a token",
    "smoothed after norms, α 0.5, a scale a token",
)
"""Of rounding inputs; in 8 and in 4 bits."""

STEPS = (
    "a byte, unpacked in float32",
    "words of eight codes",
    "two codes to two halves",
    "four rows a program",
    "32 weights summed, then scaled",
    "warps share the long axis",
    "weights fetched before x is there",
    "each shape cut its own way",
)
"""Of the kernel, each with the ones above it."""
BESIDE = ("torch bfloat16", "torch int4")

OF_MATRICES = "One network; intervals over its 36 matrices; equal bits."
"""What a verdict on errors of weights rests on."""

COMPARED = (
    (8, "outliers in float", "a scale a token"),
    (8, "smoothed, α 0.5", "one scale"),
    (8, "smoothed, α 0.75", "one scale"),
    (8, "smoothed, α 0.9", "smoothed, α 0.75"),
    (8, "smoothed after norms, α 0.5", "one scale"),
    (8, "smoothed after norms, α 0.5, a scale a token", "a scale a token"),
    (8, "outliers in float", "smoothed after norms, α 0.5, a scale a token"),
    (8, "rotated, one scale", "smoothed, α 0.75"),
    (8, "rotated, a scale a token", "outliers in float"),
    (4, "rotated, one scale", "one scale"),
    (4, "rotated, a scale a token", "a scale a token"),
    (4, "rotated, a scale a token", "outliers in float"),
    (4, "smoothed, α 0.75", "one scale"),
    (4, "smoothed, α 0.75, a scale a token", "a scale a token"),
    (4, "smoothed, α 0.75, a scale a token", "outliers in float"),
    (4, "rotated, a scale a token", "smoothed, α 0.75, a scale a token"),
)
"""Ways of rounding inputs: each against none, and against another with as many scales."""


def with_arms_of(record: Record, more: Record, part: str) -> Record:
    """A record with the arms that another one has in a part as well, of the same first draws."""
    arms = record["found"][part] | more["found"][part]
    return {**record, "found": record["found"] | {part: arms}}


def found(record: Record, part: str, arm: str, figure: str = "cosine") -> list[float]:
    """What an arm of `minilm_methods` came to, one figure a draw.

    Args:
        record: of that experiment.
        part: "gptq", "texts", "inputs", "formats" or "pruning".
        arm: its name there.
        figure: "cosine", or "error_db" where weights alone were changed.
    """
    values: list[float] = record["found"][part][arm][figure]
    return values


def lead(record: Record, part: str, first: str, second: str, figure: str = "cosine") -> list[float]:
    """By how much an arm is above another one, draw by draw."""
    return of_shared_draws(found(record, part, first, figure), found(record, part, second, figure))


def of_shared_draws(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """The same for figures of two records, the second or first of which may have fewer draws."""
    draws = min(len(first), len(second))
    return ahead(first[:draws], second[:draws])


def gptq_leads(record: Record, n_bits: int) -> dict[str, list[float]]:
    """Cosine of GPTQ minus that of rounding to nearest, by grouping."""
    arms = {name: f"{n_bits} bits, {name}" for name in GROUPINGS}
    return {
        name: lead(record, "gptq", f"{arm}, {GPTQ}", f"{arm}, {NEAREST}")
        for name, arm in arms.items()
    }


def gptq_rows(record: Record) -> Rows:
    """Both ways of rounding at every number of bits: error of the outputs, and cosine."""
    rows = []
    for n_bits in (4, 3, 2):
        for name, points in gptq_leads(record, n_bits).items():
            row: dict[str, Any] = {"bits": n_bits, "one scale for": name}
            for way in (NEAREST, GPTQ):
                arm = f"{n_bits} bits, {name}, {way}"
                error = found(record, "gptq", arm, "error_db")
                row[f"error, dB, {way}"] = interval(error)
                row[f"cosine, {way}"] = interval(found(record, "gptq", arm), 3)
            rows.append(row | {"GPTQ ahead, cosine": signed(points, 3)})
    return rows


def gptq_panels(record: Record) -> dict[str, dict[str, dict[str, list[float]]]]:
    """The same cosines for a picture: by number of bits, grouping and way."""
    return {
        f"{n_bits} bits": {
            name: {
                way: found(record, "gptq", f"{n_bits} bits, {name}, {way}")
                for way in (NEAREST, GPTQ)
            }
            for name in GROUPINGS
        }
        for n_bits in (4, 3, 2)
    }


def errors_lowered(record: Record) -> tuple[float, float]:
    """The least and the most dB by which GPTQ lowers the error of the outputs, means of draws."""
    arms = [f"{bits} bits, {name}" for bits in (4, 3, 2) for name in GROUPINGS]
    means = [
        fmean(lead(record, "gptq", f"{arm}, {NEAREST}", f"{arm}, {GPTQ}", "error_db"))
        for arm in arms
    ]
    return min(means), max(means)


def size_leads(record: Record) -> dict[int, list[float]]:
    """Cosine of GPTQ minus rounding to nearest, 3 bits in groups, by number of texts."""
    arm = f"3 bits, {GROUPINGS[1]}"
    nearest = found(record, "gptq", f"{arm}, {NEAREST}")
    by_size = {int(size): found(record, "texts", size) for size in record["found"]["texts"]}
    by_size[64] = found(record, "gptq", f"{arm}, {GPTQ}")
    return {size: ahead(by_size[size], nearest) for size in sorted(by_size)}


def input_rows(record: Record) -> Rows:
    """Cosine with inputs in 8 and in 4 bits, by way."""
    return [
        {"inputs": way}
        | {
            f"{bits} bits": interval(found(record, "inputs", f"{bits} bits, {way}"), 4)
            for bits in (8, 4)
        }
        for way in WAYS
    ]


def smooth_rows(record: Record) -> Rows:
    """Cosine of SmoothQuant in 8 bits with one scale a batch, and its lead over doing nothing."""
    arms = record["found"]["inputs"]
    ways = [arm for arm in arms if arm.startswith("8 bits, smoothed") and "token" not in arm]
    return [
        {
            "8 bits, one scale a batch": arm.removeprefix("8 bits, "),
            "cosine": interval(found(record, "inputs", arm), 4),
            "ahead of not smoothing": signed(lead(record, "inputs", arm, "8 bits, one scale"), 4),
        }
        for arm in ways
    ]


def input_leads(record: Record) -> dict[tuple[int, str, str], list[float]]:
    """Bits, a way and another one → the cosine that the first is ahead."""
    return {
        (bits, first, second): lead(
            record, "inputs", f"{bits} bits, {first}", f"{bits} bits, {second}"
        )
        for bits, first, second in COMPARED
    }


def sqnr_lead(record: Record, first: str, second: str) -> list[float]:
    """By how many dB a format is above another one, matrix by matrix."""
    formats = record["formats"]
    return ahead(formats[first]["sqnr_db"], formats[second]["sqnr_db"])


def pruning_rows(record: Record) -> Rows:
    """Half of the weights gone, by magnitude and by Wanda's score."""
    rows = []
    for pattern in ("half of each row", "2:4"):
        arms = {name: f"{pattern}, {name}" for name in ("magnitude", "Wanda")}
        row = {"half of the weights": pattern} | {
            f"cosine, {name}": interval(found(record, "pruning", arm), 3)
            for name, arm in arms.items()
        }
        points = lead(record, "pruning", arms["Wanda"], arms["magnitude"])
        rows.append(row | {"Wanda ahead": signed(points, 3)})
    return rows


def n_m_rows() -> Rows:
    """Bits of four weights, dense and as two of four with two places of 2 bits."""
    rows = []
    for bits in (16, 8, 4):
        dense, sparse = 4 * bits, 2 * bits + 2 * 2
        rows.append(
            {
                "bits of a weight": bits,
                "four weights, dense": dense,
                "2:4, with the places": sparse,
                "share": f"{sparse / dense:.0%}",
            }
        )
    return rows


def far_values(x: torch.Tensor, tokens: Sequence[str], deviations: float = 10) -> Rows:
    """Which channels at which tokens hold values far from 0, the largest ones first.

    Args:
        x: (tokens, channels).
        tokens: as text, one a row of x.
        deviations: standard deviations of x from which on a value is far.
    """
    places: dict[tuple[int, str], list[float]] = {}
    for row, channel in (x.abs() > deviations * x.std()).nonzero().tolist():
        places.setdefault((channel, tokens[row]), []).append(x[row, channel].item())
    ordered = sorted(places.items(), key=lambda place: -max(map(abs, place[1])))
    return [
        {
            "channel": channel,
            "token": token,
            "how often": len(values),
            "values": f"{cell_text(round(min(values), 1))} … {cell_text(round(max(values), 1))}",
        }
        for (channel, token), values in ordered
    ]


def decoder_rows(record: Record) -> Rows:
    """The 7B decoder in every format: memory, prefill, one token, and what reading takes."""
    rows = []
    for name, timing in record["formats"].items():
        limit = timing["weight_bytes"] / record["copy_bytes_per_s"]
        graph = timing.get("token_graph_s")
        row = {"weights": name, "on the GPU": byte_text(timing["peak_bytes"])}
        row |= {"prefill, ms": f"{1000 * timing['prefill_s']['median']:.1f}"}
        row |= {"one token, ms": f"{1000 * (graph or timing['token_s'])['median']:.2f}"}
        rows.append(row | {"reading the weights, ms": f"{1000 * limit:.2f}" if graph else "–"})
    return rows


def product_times(record: Record, names: Sequence[str]) -> dict[str, float]:
    """Seconds of one token's products in `int4_products`, four launches a layer, by name."""
    of_all = record["token_products"]["seconds"]
    return {name: median(of_all[f"{name}, four"]) for name in names}


def times_as_fast(record: Record, name: str, other: str) -> list[float]:
    """How many times as fast as another way one is in `int4_products`, run by run."""
    of_all = record["token_products"]["seconds"]
    pairs = zip(of_all[f"{other}, four"], of_all[f"{name}, four"], strict=True)
    return [slower / faster for slower, faster in pairs]


def own_rows(
    sizes: Mapping[int, Mapping[str, Sequence[float]]], n_bytes: Mapping[str, int]
) -> Rows:
    """Times on the reader's processor as shares of float32's, by format.

    Args:
        sizes: by rows of the matrix, then by format: shares, one a round.
        n_bytes: of the largest one, by format.
    """
    largest = max(sizes)
    return [
        {"weights": name, f"bytes at {largest:,}": byte_text(n_bytes[name])}
        | {
            f"{size:,} × {size:,}": f"{median(of_size[name]):.2f}"
            for size, of_size in sizes.items()
        }
        for name in n_bytes
    ]
