"""MiniLM in few bits: its weights, its activations, and where the error comes from.

    python -m courseware.experiments --only minilm_quantization

takes about a quarter of an hour on one core. Lecture 03 reads what it found on the authors'
machine, and measures a part of it anew.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from typing import Any, cast

import torch

from courseware.chapters.c03_post_training_quantization.layer_inputs import (
    integer_layers,
    layer_inputs,
    rounded_inputs,
)
from courseware.chapters.c03_post_training_quantization.retrieval import (
    LONGEST_DESCRIPTION,
    found_first,
)
from courseware.experiments.records import machine, options_of, versions
from courseware.showing.spread import spread
from courseware.subjects.docstrings import Documented, documented, with_descriptions
from courseware.subjects.models import weights_of, with_weights
from courseware.subjects.sentence_encoder import (
    PACKAGE,
    SHA256,
    SentenceEncoder,
    matrix_names,
    minilm,
)
from model_compression.calibration import percentile_range
from model_compression.error_measures import sqnr_db
from model_compression.granularity import Granularity
from model_compression.integer_scaling import QuantizedTensor, quantize_tensor
from model_compression.nf4 import NF4Tensor, nf4_tensor

MODULES = (
    *("numpy", "numpy.fft", "numpy.linalg", "numpy.polynomial.polynomial", "numpy.random"),
    *("scipy.cluster.hierarchy", "scipy.integrate", "scipy.interpolate", "scipy.linalg"),
    *("scipy.ndimage", "scipy.optimize", "scipy.signal", "scipy.sparse", "scipy.sparse.linalg"),
    *("scipy.spatial", "sklearn.cluster", "sklearn.decomposition", "sklearn.ensemble"),
    *("sklearn.feature_selection", "sklearn.linear_model", "sklearn.manifold", "sklearn.metrics"),
    *("sklearn.neighbors", "sklearn.preprocessing"),
)
GROUP = 64
BITS = (8, 4, 3, 2)
PERCENTILES = (100, 99.99, 99.9, 99)
ACTIVATION_BITS = (8, 6, 4)

Quantizer = Callable[[torch.Tensor], QuantizedTensor | NF4Tensor]


def _formats() -> dict[str, Quantizer]:
    formats: dict[str, Quantizer] = {}
    granularities: dict[str, Granularity] = {
        "tensor": "tensor",
        "channel": "channel",
        f"group of {GROUP}": GROUP,
    }
    for n_bits, (name, granularity) in product(BITS, granularities.items()):
        formats[f"int{n_bits}, {name}"] = partial(
            quantize_tensor, n_bits=n_bits, granularity=granularity
        )
    in_groups = partial(quantize_tensor, n_bits=4, granularity=GROUP)
    formats[f"int4, group of {GROUP}, full range"] = partial(in_groups, full_range=True)
    formats[f"uint4, group of {GROUP}, zero point"] = partial(in_groups, symmetric=False)
    formats["NF4"] = partial(nf4_tensor, block_size=GROUP)
    formats["NF4, scales in 8 bits"] = partial(
        nf4_tensor, block_size=GROUP, double_quantization=True
    )
    return formats


FORMATS = _formats()
"""Ways to store a matrix, by the name that stands in the record."""

WHOLE = ("int8, channel", "int4, channel", f"int4, group of {GROUP}", "NF4, scales in 8 bits")
"""Formats in which the tables are tried as well."""

SINGLE = ("int4, tensor", "int3, channel")
"""Formats in which one matrix at a time is tried."""


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = options_of(
        "Measure MiniLM in few bits.",
        seed=(0, "which docstrings are drawn"),
        pairs=(500, "docstrings of the search"),
        sentences=(100, "for all other measurements"),
    )
    torch.set_num_threads(1)  # as the record says of its machine
    model = minilm()
    pairs, sentences = texts(options.seed, options.pairs, options.sentences)
    record: dict[str, Any] = {
        "weights": {"package": PACKAGE, "sha256": SHA256},
        "seed": options.seed,
        # The docstrings are those of three of them.
        "versions": versions("torch", "numpy", "scipy", "scikit-learn", PACKAGE),
        "machine": machine(),
        "date": time.strftime("%Y-%m-%d"),
        "modules": MODULES,
        "pairs": len(pairs),
        "longest_description": LONGEST_DESCRIPTION,
        "sentences": len(sentences),
        "group": GROUP,
    }
    parts = {
        "weight_settings": lambda: weight_settings(model, pairs),
        "whole_model": lambda: whole_model(model, pairs),
        "single_matrices": lambda: single_matrices(model, sentences),
        "activations": lambda: activations(model, sentences),
        "integer_layers": lambda: in_integers(model, sentences),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    for name, measure in parts.items():
        record[name] = measure()
        print(name, "done", flush=True)
        options.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


def texts(seed: int, n_pairs: int, n_sentences: int) -> tuple[list[Documented], list[str]]:
    """Docstrings for the search, and first lines of others for everything else."""
    entries = documented(MODULES)
    random.Random(seed).shuffle(entries)
    pairs = with_descriptions(entries)[:n_pairs]
    used = set(pairs)
    others = [entry.first_line for entry in entries if entry not in used]
    return pairs, others[:n_sentences]


def weight_settings(model: SentenceEncoder, pairs: list[Documented]) -> list[dict[str, Any]]:
    """The 36 matrices of the layers in each format: size, cosine to float, what is found."""
    exact = model.encode([entry.first_line for entry in pairs])
    weights = weights_of(model)
    matrices = {name: weights[name] for name in matrix_names()}
    results: list[dict[str, Any]] = [
        {"format": "float32", "bits_per_weight": 32.0} | judged(model, pairs, exact)
    ]
    for name, quantize in FORMATS.items():
        size, changed = in_format(model, matrices, quantize)
        results.append({"format": name, "bits_per_weight": size} | judged(changed, pairs, exact))
        print(name, results[-1]["cosine"]["mean"], flush=True)
    return results


def whole_model(model: SentenceEncoder, pairs: list[Documented]) -> list[dict[str, Any]]:
    """The tables of the words and places too."""
    exact = model.encode([entry.first_line for entry in pairs])
    results: list[dict[str, Any]] = []
    for name in WHOLE:
        size, changed = in_format(model, weights_of(model), FORMATS[name])
        results.append({"format": name, "bits_per_weight": size} | judged(changed, pairs, exact))
        print("whole", name, results[-1]["cosine"]["mean"], flush=True)
    return results


def in_format(
    model: SentenceEncoder, weights: Mapping[str, torch.Tensor], quantize: Quantizer
) -> tuple[float, SentenceEncoder]:
    """Bits per weight, scales included, and the model with these weights quantized."""
    stored = {name: quantize(weight) for name, weight in weights.items()}
    restored = {name: tensor.dequantize() for name, tensor in stored.items()}
    n_weights = sum(weight.numel() for weight in weights.values())
    size = 8 * sum(tensor.nbytes for tensor in stored.values()) / n_weights
    return size, cast(SentenceEncoder, with_weights(model, restored))


def judged(model: SentenceEncoder, pairs: list[Documented], exact: torch.Tensor) -> dict[str, Any]:
    """Cosines of the sentences to their float embeddings, and one 0 or 1 for each search."""
    cosine = cosines(model, [entry.first_line for entry in pairs], exact)
    hits = found_first(model, pairs)
    return {"cosine": cosine, "found": "".join("01"[hit] for hit in hits.tolist())}


def cosines(model: SentenceEncoder, sentences: list[str], exact: torch.Tensor) -> dict[str, float]:
    """Mean, standard deviation and lowest cosine between embeddings and the exact ones."""
    values = (model.encode(sentences) * exact).sum(dim=1).tolist()
    of_all = spread(values)
    return {"mean": of_all.mean, "deviation": of_all.deviation, "lowest": min(values)}


def single_matrices(model: SentenceEncoder, sentences: list[str]) -> dict[str, Any]:
    """One matrix at a time in int4 (per tensor) and in int3 (per channel), all else in float32."""
    exact = model.encode(sentences)
    results: dict[str, Any] = {}
    for name in matrix_names():
        weight = weights_of(model)[name]
        ratio = (weight.abs().max() / weight.std()).item()
        results[name] = {"absmax_in_deviations": ratio}
        for label in SINGLE:
            restored = FORMATS[label](weight).dequantize()
            changed = cast(SentenceEncoder, with_weights(model, {name: restored}))
            results[name][label] = {
                "sqnr_db": sqnr_db(weight, restored),
                "cosine": cosines(changed, sentences, exact),
            }
    return results


def activations(model: SentenceEncoder, sentences: list[str]) -> list[dict[str, Any]]:
    """The inputs of all linear layers on fixed grids; ranges from one half of the sentences."""
    half = len(sentences) // 2
    calibration, test = sentences[:half], sentences[half:]
    names = [name.removesuffix(".weight") for name in matrix_names()]
    seen = layer_inputs(model, names, lambda: model.encode(calibration))
    exact = model.encode(test)
    results = []
    for percentile in PERCENTILES:
        ranges = {name: percentile_range(batches, percentile) for name, batches in seen.items()}
        for n_bits in ACTIVATION_BITS:
            with rounded_inputs(model, ranges, n_bits):
                found = cosines(model, test, exact)
            results.append({"percentile": percentile, "n_bits": n_bits, "cosine": found})
            print(json.dumps(results[-1]), flush=True)
    return results


def in_integers(model: SentenceEncoder, sentences: list[str]) -> dict[str, Any]:
    """All 36 layers by int8 products; a scale for the whole batch, or one for each token."""
    half = len(sentences) // 2
    exact = model.encode(sentences[half:])
    names = [name.removesuffix(".weight") for name in matrix_names()]
    results = {}
    for label, scale_per_row in (("one scale", False), ("one scale per token", True)):
        with integer_layers(model, names, scale_per_row):
            results[label] = cosines(model, sentences[half:], exact)
    return results


if __name__ == "__main__":
    sys.exit(main())
