"""What scales make of methods, for lecture 10: rows for `show_table`, and what verdicts rest on.

Records with the same draws are read side by side: `minilm_methods`, where scales are those of the
largest weight or follow a rule, `minilm_scales`, where they are searched or smaller, and
`minilm_rounded_inputs`, where GPTQ meets what rounded layers hand on.
"""

from __future__ import annotations

import re
from collections import Counter
from statistics import fmean
from typing import Any

from courseware.chapters.c10_language_models.tables import (
    GPTQ,
    GROUPINGS,
    NEAREST,
    Record,
    Rows,
    found,
    gptq_leads,
    of_shared_draws,
    with_arms_of,
)
from courseware.chapters.c10_language_models.weight_formats import E2M1_RATIOS, RATIOS
from courseware.showing.say import interval, signed
from courseware.showing.spread import ahead

SEARCHED = {size: f"int4, groups of {size}, 16 codes, searched" for size in (64, 32)}
"""Integers of `minilm_scales` with 4.25 and with 4.5 bits."""

BOTH_SEARCHED = {
    "NF4, blocks of 64": SEARCHED[64],
    "NF4, blocks of 32": SEARCHED[32],
    "MXFP4": SEARCHED[64],
    "NVFP4": SEARCHED[32],
}
"""Formats whose scales `minilm_scales` searches → integers of as many bits, searched as well."""

AT_BEST = "GPTQ sees 64 other texts, nearest none. Scales and damping: the best on other draws."
"""What is not equal where GPTQ and rounding to nearest are compared, each at its best."""

TRIED = {
    name: f"Scales tried a block: {n}, of int4 {len(RATIOS)}."
    for name, n in {"MXFP4": 2, "NVFP4": len(E2M1_RATIOS)}.items()
}
"""What a verdict on searched scales says of the search."""


def at_best(
    record: Record, scales: Record, n_bits: int, name: str, way: str
) -> tuple[str, list[float]]:
    """The cosine of a way of rounding with the scale, and damping, that are best on other draws.

    For each draw that setting is taken which has the highest mean on all others: who chose it on
    the draws that judge would be ahead by luck.

    Args:
        record: of `minilm_methods`, where the scale is that of the largest weight.
        scales: `minilm_scales`, where it is smaller, or damping stronger.
        n_bits: 4, 3 or 2.
        name: a row or groups, as in `GROUPINGS`.
        way: `NEAREST` or `GPTQ`.
    Returns: the settings that were taken as text, the commonest first, and the cosine of each draw.
    """
    arm = f"{n_bits} bits, {name}, {way}"
    tried = {"scale × 1.0": found(record, "gptq", arm)}
    for other in scales["found"]["gptq"]:
        if other.startswith(f"{arm}, "):
            tried[_setting(other.removeprefix(f"{arm}, "))] = found(scales, "gptq", other)
    taken = [
        max(tried, key=lambda setting: sum(tried[setting]) - tried[setting][draw])
        for draw in range(len(tried["scale × 1.0"]))
    ]
    names = [setting for setting, _ in Counter(taken).most_common()]
    return " or ".join(names), [tried[setting][draw] for draw, setting in enumerate(taken)]


def _setting(text: str) -> str:
    """A scale and a damping, which is told as a multiple from the whole mean diagonal on.

    >>> _setting("scale × 0.5, damped 1000%"), _setting("scale × 0.9, damped 10%")
    ('scale × 0.5, damped 10 ×', 'scale × 0.9, damped 10%')
    """
    return re.sub(r"(\d+)00%$", r"\1 ×", text)


def best_leads(record: Record, scales: Record, n_bits: int) -> dict[str, tuple[list[float], str]]:
    """Cosine of GPTQ minus rounding to nearest, each at its best, and with what; by grouping."""
    leads = {}
    for name in GROUPINGS:
        gptq, ours = at_best(record, scales, n_bits, name, GPTQ)
        nearest, theirs = at_best(record, scales, n_bits, name, NEAREST)
        leads[name] = ahead(ours, theirs), f"GPTQ {gptq}; nearest {nearest}"
    return leads


def best_rows(record: Record, scales: Record) -> Rows:
    """Both ways, each with its best scale."""
    rows = []
    for n_bits in (4, 3, 2):
        for name, (points, _) in best_leads(record, scales, n_bits).items():
            row: dict[str, Any] = {"bits": n_bits, "one scale for": name}
            for way in (NEAREST, GPTQ):
                setting, cosines = at_best(record, scales, n_bits, name, way)
                row |= {f"cosine, {way}": interval(cosines, 3), f"{way}, with": setting}
            rows.append(row | {"GPTQ ahead, cosine": signed(points, 3)})
    return rows


def lead_rows(record: Record, scales: Record) -> Rows:
    """By how much cosine GPTQ is ahead of rounding to nearest, each at its best and as they are."""
    return [
        {
            "bits": n_bits,
            "a scale for": name,
            "GPTQ ahead, both at their best": signed(points, 3),
            "GPTQ ahead, largest scales": signed(gptq_leads(record, n_bits)[name], 3),
        }
        for n_bits in (4, 3, 2)
        for name, (points, _) in best_leads(record, scales, n_bits).items()
    ]


def format_rows(record: Record, scales: Record) -> Rows:
    """Formats of weights, those of `minilm_scales` last: bits, SQNR of the matrices, cosine."""
    names = dict.fromkeys(record["formats"], record) | dict.fromkeys(scales["formats"], scales)
    return [
        {
            "format": name,
            "bits": f"{of['formats'][name]['bits']:.2f}",
            "SQNR, dB": interval(of["formats"][name]["sqnr_db"], 2),
            "cosine": interval(found(of, "formats", name), 4),
        }
        for name, of in names.items()
    ]


def closest(record: Record, scales: Record) -> dict[str, str]:
    """By bits a weight, with scales in 16 bits or less: the format with the highest cosine."""
    figures = {
        name: (of["formats"][name]["bits"], fmean(found(of, "formats", name)))
        for of in (record, scales)
        for name in of["formats"]
    }
    best: dict[str, str] = {}
    for name, (bits, cosine) in figures.items():
        now = best.setdefault(f"{bits:.2f}", name)
        if cosine > figures[now][1]:
            best[f"{bits:.2f}"] = name
    return best


def over_searched(
    record: Record, scales: Record, name: str, too: bool
) -> tuple[list[float], list[float]]:
    """How far a format is ahead of integers with 16 codes and a searched scale.

    Args:
        record: of `minilm_methods`.
        scales: of `minilm_scales`.
        name: of the format, as in `BOTH_SEARCHED`.
        too: whether its own scale is searched as well, or follows the rule.
    Returns: dB, matrix by matrix, and cosine, draw by draw.
    """
    arm, of = (f"{name}, searched", scales) if too else (name, record)
    other = BOTH_SEARCHED[name]
    return (
        ahead(of["formats"][arm]["sqnr_db"], scales["formats"][other]["sqnr_db"]),
        ahead(found(of, "formats", arm), found(scales, "formats", other)),
    )


def over_zero_points(rounded: Record) -> dict[float, list[float]]:
    """Bits a weight → dB by which NF4 is ahead of uint4 with a zero point, both searched.

    Args:
        rounded: the record `minilm_rounded_inputs`.
    """
    sqnr: dict[str, dict[float, list[float]]] = {"uint4": {}, "NF4": {}}
    for name, of in rounded["formats"].items():
        sqnr[name.partition(",")[0]][of["bits"]] = of["sqnr_db"]
    return {bits: ahead(sqnr["NF4"][bits], other) for bits, other in sqnr["uint4"].items()}


def leads_of_rounded(
    record: Record, scales: Record, rounded: Record, n_bits: int
) -> dict[str, list[float]]:
    """What GPTQ gains in cosine if it is calibrated block by block, behind rounded blocks.

    Args:
        record: of `minilm_methods`, where the inputs are those of the float network.
        scales: `minilm_scales`, likewise.
        rounded: `minilm_rounded_inputs`, where each block has those that come out of rounded ones.
        n_bits: of the weights.
    Returns: by grouping and setting.
    """
    floats = with_arms_of(record, scales, "gptq")
    return {
        ", ".join(named[1:]): of_shared_draws(
            found(rounded, "gptq", arm), found(floats, "gptq", arm)
        )
        for arm in rounded["found"]["gptq"]
        if (named := _parts(arm))[0] == str(n_bits)
    }


def rows_of_rounded(record: Record, scales: Record, rounded: Record) -> Rows:
    """GPTQ calibrated on the float network and behind rounded blocks: cosines by setting."""
    rows = []
    floats = with_arms_of(record, scales, "gptq")
    for arm in rounded["found"]["gptq"]:
        in_float, behind = found(floats, "gptq", arm), found(rounded, "gptq", arm)
        row = dict(zip(("bits", "one scale for", "setting"), _parts(arm), strict=True))
        row["inputs of the float network"] = interval(in_float[: len(behind)], 3)
        row["behind rounded blocks"] = interval(behind, 3)
        rows.append(row | {"gained": signed(of_shared_draws(behind, in_float), 3)})
    return rows


def _parts(arm: str) -> tuple[str, str, str]:
    """Bits, grouping and setting of an arm of GPTQ.

    >>> _parts("2 bits, a row, GPTQ, scale × 0.5, damped 1000%")
    ('2', 'a row', 'scale × 0.5, damped 10 ×')
    >>> _parts("3 bits, groups of 64, GPTQ")
    ('3', 'groups of 64', 'scale × 1.0')
    """
    bits, name, _, *setting = arm.split(", ")
    return bits[0], name, _setting(", ".join(setting)) or "scale × 1.0"
