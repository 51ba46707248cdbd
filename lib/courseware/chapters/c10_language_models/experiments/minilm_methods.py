"""What people do to language models, on MiniLM: GPTQ, outliers, formats, pruning.

    python -m courseware.experiments --only minilm_methods

takes a quarter of an hour on one core; an interrupted run goes on where it was. Every draw is one
choice of texts, to calibrate with and to judge by, no text in both; all arms of a draw meet the
same ones, so that arms are compared draw by draw.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from statistics import fmean
from typing import Any, cast

import torch

from courseware.chapters.c10_language_models.hessians import damped, largest, products
from courseware.chapters.c10_language_models.rounded_products import (
    Product,
    in_fp8,
    plain,
    products_in_place,
    rotated,
    smoothed,
    without_outliers,
)
from courseware.chapters.c10_language_models.weight_formats import FORMATS, WeightFormat
from courseware.experiments import records
from courseware.experiments.records import Result
from courseware.subjects.docstrings import documented
from courseware.subjects.models import weights_of, with_weights
from courseware.subjects.sentence_encoder import PACKAGE, SHA256, SentenceEncoder, matrix_names
from courseware.subjects.sentence_encoder import minilm as float_model
from model_compression.error_measures import sqnr_db
from model_compression.gptq import gptq_quantize
from model_compression.integer_scaling import quantize_groupwise
from model_compression.wanda import n_m_mask, wanda_mask

MODULES = (
    *("numpy", "numpy.fft", "numpy.linalg", "numpy.polynomial.polynomial", "numpy.random"),
    *("scipy.cluster.hierarchy", "scipy.integrate", "scipy.interpolate", "scipy.linalg"),
    *("scipy.ndimage", "scipy.optimize", "scipy.signal", "scipy.sparse", "scipy.sparse.linalg"),
    *("scipy.spatial", "sklearn.cluster", "sklearn.decomposition", "sklearn.ensemble"),
    *("sklearn.feature_selection", "sklearn.linear_model", "sklearn.manifold", "sklearn.metrics"),
    *("sklearn.neighbors", "sklearn.preprocessing"),
)
BITS = (4, 3, 2)
GROUP = 64
SIZES = (8, 64, 256)
"""Texts to calibrate with; 64 where nothing else is said."""
SIZES_AT = 3
"""Bits at which the number of texts is varied, in groups of `GROUP`."""
INPUT_BITS = (8, 4)
THRESHOLD = 6.0
ALPHAS = (0.25, 0.5, 0.75)
AFTER_A_NORM = ("query", "key", "value", "up")
"""Matrices whose inputs come out of a layer normalisation."""

T = torch.Tensor
Weights = Mapping[str, T]
Arms = dict[str, dict[str, float]]


@dataclass(frozen=True, eq=False)
class Judge:
    """The texts that arms of a draw are judged by, and what float makes of them.

    Attributes:
        model: in float.
        texts: none of those to calibrate with.
        exact: embeddings in float.
        xtx: X^T X of each layer's inputs in float.
    """

    model: SentenceEncoder
    texts: list[str]
    exact: T
    xtx: Weights

    def matrices(self) -> dict[str, T]:
        """The weights that are changed, in float."""
        weights = weights_of(self.model)
        return {name: weights[name] for name in matrix_names()}

    def of_weights(self, changed: Weights) -> dict[str, float]:
        """Cosine to the float embeddings, and the mean error of the layers' outputs, in dB."""
        known = weights_of(self.model)
        errors = [relative_error_db(known[n], w, self.xtx[n]) for n, w in changed.items()]
        model = cast(SentenceEncoder, with_weights(self.model, changed))
        return {"cosine": self.cosine(model), "error_db": fmean(errors)}

    def of_products(self, products: Mapping[str, Product]) -> dict[str, float]:
        """Cosine to the float embeddings with layers that multiply in another way."""
        with products_in_place(self.model, products):
            return {"cosine": self.cosine(self.model)}

    def cosine(self, model: SentenceEncoder) -> float:
        """The mean over the texts, between its embeddings and the exact ones."""
        return float((model.encode(self.texts) * self.exact).sum(dim=1).mean())


def relative_error_db(w: T, w_hat: T, xtx: T) -> float:
    """|X (W - W_hat)^T|^2 / |X W^T|^2 in dB, from X^T X."""
    off = w - w_hat
    return 10 * math.log10(float((off @ xtx * off).sum() / (w @ xtx * w).sum()))


def main() -> int:
    """Measure everything and write the figures as JSON."""
    return record("Ways to make a language model small, on MiniLM.", measure, FORMATS, sizes=SIZES)


def record(
    description: str,
    measured: Callable[[SentenceEncoder, list[str], int, int], Result],
    formats: Mapping[str, WeightFormat],
    draws: int = 6,
    **more: Any,
) -> int:
    """Measure all draws, and write the figures as JSON: sizes in the formats, and what was found.

    Args:
        description: of the experiment, for --help.
        measured: all arms of a draw, from model, lines, number of texts and seed.
        formats: those whose bits are recorded.
        draws: of texts, where the command line says nothing else.
        more: settings, for the record.
    """
    options = records.options_of(
        description,
        draws=(draws, "choices of texts"),
        texts=(100, "to judge by, in each draw"),
    )
    torch.set_num_threads(1)  # as the record says of its machine
    packages = ("torch", "numpy", "scipy", "scikit-learn", PACKAGE)
    settings = records.settings_of(options, packages, **more, sha256=SHA256, modules=MODULES)
    model = float_model()
    lines = [entry.first_line for entry in documented(MODULES)]
    work = {
        str(seed): partial(measured, model, lines, options.texts, seed)
        for seed in range(options.draws)
    }
    results = records.collect(work, settings, options.out)
    records.write(
        options.out,
        settings,
        formats=of_formats(model, formats),
        found=by_arm(list(results.values())),
    )
    return 0


def drawn(lines: list[str], n_texts: int, seed: int) -> tuple[list[str], list[str]]:
    """Texts to judge by, and others to calibrate with, for a seed."""
    order = random.Random(seed).sample(lines, n_texts + max(SIZES))
    return order[:n_texts], order[n_texts:]


def measure(model: SentenceEncoder, lines: list[str], n_texts: int, seed: int) -> Result:
    """All arms of one draw: by part of the lecture and arm, the figures."""
    texts, others = drawn(lines, n_texts, seed)
    names = matrix_names()
    judge = Judge(model, texts, model.encode(texts), products(model, names, texts))
    known = {size: products(model, names, others[:size]) for size in SIZES}
    usual = SIZES[1]
    return {
        "gptq": gptq_arms(judge, known[usual]),
        "texts": size_arms(judge, known),
        "inputs": input_arms(judge, largest(model, names, others[:usual])),
        "formats": format_arms(judge),
        "pruning": pruning_arms(judge, known[usual]),
    }


def gptq_arms(judge: Judge, xtx: Weights) -> Arms:
    """Rounding to nearest and GPTQ at every number of bits, a scale a row and in groups."""
    arms: Arms = {}
    for n_bits in BITS:
        for name, group in {"a row": 0, f"groups of {GROUP}": GROUP}.items():
            nearest = {n: rounded(w, n_bits, group) for n, w in judge.matrices().items()}
            arms[f"{n_bits} bits, {name}, nearest"] = judge.of_weights(nearest)
            changed = with_gptq(judge, xtx, n_bits, group)
            arms[f"{n_bits} bits, {name}, GPTQ"] = judge.of_weights(changed)
    return arms


def size_arms(judge: Judge, known: Mapping[int, Weights]) -> Arms:
    """GPTQ with few and with many texts."""
    return {
        str(size): judge.of_weights(with_gptq(judge, xtx, SIZES_AT, GROUP))
        for size, xtx in known.items()
        if size != SIZES[1]  # is among the arms of GPTQ
    }


def input_arms(judge: Judge, absmax: Weights) -> Arms:
    """Inputs rounded as well, in every way."""
    matrices = judge.matrices()
    ways: dict[str, Callable[[T, int], Product]] = {
        "one scale": partial(plain, per_row=False),
        "a scale a token": partial(plain, per_row=True),
        "outliers in float": partial(without_outliers, threshold=THRESHOLD),
        "rotated, one scale": partial(rotated, per_row=False),
        "rotated, a scale a token": partial(rotated, per_row=True),
    }
    arms: Arms = {}
    for b, (way, make) in product(INPUT_BITS, ways.items()):
        arms[f"{b} bits, {way}"] = judge.of_products({n: make(w, b) for n, w in matrices.items()})
    for alpha in ALPHAS:
        smooth = {n: smoothed(w, 8, absmax[n], alpha) for n, w in matrices.items()}
        arms[f"8 bits, smoothed, α {alpha}"] = judge.of_products(smooth)
    after_norms = {
        n: smoothed(w, 8, absmax[n], 0.5)
        if n.split(".")[-2] in AFTER_A_NORM
        else plain(w, 8, False)
        for n, w in matrices.items()
    }
    arms["8 bits, smoothed after norms, α 0.5"] = judge.of_products(after_norms)
    floats = {n: in_fp8(w) for n, w in matrices.items()}
    return arms | {"FP8, one scale": judge.of_products(floats)}


def format_arms(judge: Judge, formats: Mapping[str, WeightFormat] = FORMATS) -> Arms:
    """The weights in every format."""
    return {
        name: judge.of_weights({n: f.restored(w) for n, w in judge.matrices().items()})
        for name, f in formats.items()
    }


def pruning_arms(judge: Judge, xtx: Weights) -> Arms:
    """Half of the weights gone: by magnitude or by Wanda's score, in each row or two of four."""
    masks: dict[str, Callable[[T, T], T]] = {
        "half of each row, magnitude": lambda w, _: wanda_mask(w, torch.ones(w.shape[1]), 0.5),
        "half of each row, Wanda": lambda w, norm: wanda_mask(w, norm, 0.5),
        "2:4, magnitude": lambda w, _: n_m_mask(w.abs(), 2, 4),
        "2:4, Wanda": lambda w, norm: n_m_mask(w.abs() * norm, 2, 4),
    }
    matrices = judge.matrices()
    return {
        name: judge.of_weights(
            {n: w * mask(w, xtx[n].diagonal().sqrt()) for n, w in matrices.items()}
        )
        for name, mask in masks.items()
    }


def rounded(w: T, n_bits: int, group: int) -> T:
    """To nearest; group 0 is a whole row."""
    return values(*quantize_groupwise(w, n_bits, group or w.shape[1]))


def with_gptq(judge: Judge, xtx: Weights, n_bits: int, group: int) -> Weights:
    """The matrices rounded by GPTQ; X^T X is that of the calibration texts, not damped."""
    return {
        name: values(*gptq_quantize(w, damped(xtx[name]), n_bits, group or w.shape[1]))
        for name, w in judge.matrices().items()
    }


def of_formats(model: SentenceEncoder, formats: Mapping[str, WeightFormat] = FORMATS) -> Result:
    """Of each format: bits a weight with scales, and the SQNR of every matrix."""
    weights = weights_of(model)
    matrices = [weights[name] for name in matrix_names()]
    return {
        name: {
            "bits": f.bits(matrices),
            "sqnr_db": [round(sqnr_db(w, f.restored(w)), 4) for w in matrices],
        }
        for name, f in formats.items()
    }


def by_arm(draws: list[Result]) -> Result:
    """From a figure for each draw and arm to a list, one entry a draw, for each arm."""
    first = draws[0]
    return {
        part: {
            arm: {
                figure: [round(draw[part][arm][figure], 6) for draw in draws]
                for figure in first[part][arm]
            }
            for arm in first[part]
        }
        for part in first
    }


def values(codes: T, scale: T) -> T:
    """Codes times the scale of their group."""
    groups: Any = codes.reshape(*scale.shape, -1) * scale[..., None]
    return cast(T, groups.reshape(codes.shape).float())


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
