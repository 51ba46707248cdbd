"""GPTQ that looks at rounded layers, inputs smoothed and rounded; uint4 with its scales searched.

    python -m courseware.experiments --only minilm_rounded_inputs

takes minutes on one core; an interrupted run goes on where it was. Draws are the first three of
`minilm_methods` and `minilm_scales`, and arms of GPTQ have the names that they have there, so that
these compare draw by draw.
"""

from __future__ import annotations

import sys
from itertools import groupby
from typing import cast

from courseware.chapters.c10_language_models.experiments import minilm_methods as methods
from courseware.chapters.c10_language_models.experiments.minilm_scales import by_gptq
from courseware.chapters.c10_language_models.hessians import DAMPING, largest, products
from courseware.chapters.c10_language_models.rounded_products import plain, smoothed
from courseware.chapters.c10_language_models.weight_formats import ZERO_POINTS
from courseware.experiments import records
from courseware.experiments.records import Result
from courseware.subjects.models import with_weights
from courseware.subjects.sentence_encoder import MATRICES, SentenceEncoder, matrix_names

ROW, GROUPS = 0, methods.GROUP
NAMES = {ROW: "a row", GROUPS: f"groups of {GROUPS}"}
SETTINGS = (
    (4, GROUPS, 1.0, DAMPING),
    (3, GROUPS, 0.9, 0.1),
    (2, GROUPS, 1.0, DAMPING),
    (2, GROUPS, 0.5, DAMPING),
    (2, GROUPS, 0.5, 0.1),
    (2, GROUPS, 0.5, 100.0),
    (2, ROW, 0.4, DAMPING),
    (2, ROW, 0.4, 100.0),
)
"""Of GPTQ: bits, group, scale as a ratio to that of the largest weight, damping."""

AFTER_NORMS = "after norms"
SMOOTHED = (
    (8, "", 0.9, False),
    (8, "", 0.75, True),
    (8, AFTER_NORMS, 0.5, True),
    (4, "", 0.75, False),
    (4, "", 0.5, True),
    (4, "", 0.75, True),
    (4, "", 0.9, True),
    (4, AFTER_NORMS, 0.5, True),
)
"""Bits of inputs, which of them are smoothed, α, and whether each token has a scale."""


def main() -> int:
    """Measure everything and write the figures as JSON."""
    what, few = "Rounded inputs, on MiniLM.", 3
    return methods.record(
        what, measure, ZERO_POINTS, few, gptq_settings=SETTINGS, smoothed=SMOOTHED
    )


def measure(model: SentenceEncoder, lines: list[str], n_texts: int, seed: int) -> Result:
    """All arms of one draw, by part as in `minilm_methods`."""
    texts, others = methods.drawn(lines, n_texts, seed)
    known = others[: methods.SIZES[1]]
    names = matrix_names()
    judge = methods.Judge(model, texts, model.encode(texts), products(model, names, texts))
    return {
        "gptq": {
            arm_of(*setting): judge.of_weights(block_by_block(judge, known, *setting))
            for setting in SETTINGS
        },
        "inputs": smoothed_arms(judge, largest(model, names, known)),
    }


def arm_of(n_bits: int, group: int, ratio: float, share: float) -> str:
    """The name that GPTQ with a setting has in `minilm_methods` or `minilm_scales`.

    >>> arm_of(2, 64, 1.0, 0.01), arm_of(2, 0, 0.5, 10.0)
    ('2 bits, groups of 64, GPTQ', '2 bits, a row, GPTQ, scale × 0.5, damped 1000%')
    """
    scale = "" if ratio == 1 else f", scale × {ratio}"
    damping = "" if share == DAMPING else f", damped {share:.0%}"
    return f"{n_bits} bits, {NAMES[group]}, GPTQ{scale}{damping}"


def block_by_block(
    judge: methods.Judge, texts: list[str], n_bits: int, group: int, ratio: float, share: float
) -> methods.Weights:
    """By GPTQ as published: each layer's X^T X is gathered with all layers before it rounded."""
    changed: dict[str, methods.T] = {}
    in_order = judge.matrices()
    for _, names in groupby(in_order, key=lambda name: name.split(".")[1]):
        block = list(names)
        model = cast(SentenceEncoder, with_weights(judge.model, changed))
        xtx = products(model, block, texts)
        for n in block:
            changed[n] = by_gptq(in_order[n], xtx[n], n_bits, group, ratio, share)
    return changed


def smoothed_arms(judge: methods.Judge, absmax: methods.Weights) -> methods.Arms:
    """SmoothQuant, mostly with a scale a token, in 8 and in 4 bits."""
    matrices = judge.matrices()
    arms: methods.Arms = {}
    for n_bits, which, alpha, per_row in SMOOTHED:
        layers = methods.AFTER_A_NORM if which == AFTER_NORMS else MATRICES
        made = {
            n: smoothed(w, n_bits, absmax[n], alpha, per_row)
            if n.split(".")[-2] in layers
            else plain(w, n_bits, per_row)
            for n, w in matrices.items()
        }
        way = " ".join(filter(None, ("smoothed", which)))
        ending = ", a scale a token" if per_row else ""
        arms[f"{n_bits} bits, {way}, α {alpha}{ending}"] = judge.of_products(made)
    return arms


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
