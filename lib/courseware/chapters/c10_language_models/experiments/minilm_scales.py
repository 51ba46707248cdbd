"""How much of a format lies in its scales: integers with a searched one, and 2 bits with half.

    python -m courseware.experiments --only minilm_scales

takes two minutes on one core; an interrupted run goes on where it was. Draws are those of
`minilm_methods`, so that these arms compare with its formats draw by draw.
"""

from __future__ import annotations

import sys
import time
from functools import partial

import torch

from courseware.chapters.c10_language_models.experiments import minilm_methods as methods
from courseware.chapters.c10_language_models.hessians import products
from courseware.chapters.c10_language_models.weight_formats import SCALES
from courseware.experiments.records import Result, collect, finish, options_of, settings_of
from courseware.subjects.docstrings import documented
from courseware.subjects.sentence_encoder import PACKAGE, SHA256, SentenceEncoder, matrix_names
from courseware.subjects.sentence_encoder import minilm as float_model


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = options_of(
        "Scales of integers, on MiniLM.",
        draws=(6, "choices of texts"),
        texts=(100, "to judge by, in each draw"),
    )
    torch.set_num_threads(1)  # as the record says of its machine
    packages = ("torch", "numpy", "scipy", "scikit-learn", PACKAGE)
    settings = settings_of(options, packages, sha256=SHA256, modules=methods.MODULES)
    model = float_model()
    lines = [entry.first_line for entry in documented(methods.MODULES)]
    unfinished = options.out.with_suffix(".partial")
    work = {
        str(seed): partial(measure, model, lines, options.texts, seed)
        for seed in range(options.draws)
    }
    results = collect(work, settings, unfinished)
    record = settings | {
        "date": time.strftime("%Y-%m-%d"),
        "formats": methods.of_formats(model, SCALES),
        "found": methods.by_arm(list(results.values())),
    }
    finish(record, options.out, unfinished)
    return 0


def measure(model: SentenceEncoder, lines: list[str], n_texts: int, seed: int) -> Result:
    """All arms of one draw, under "formats" as in `minilm_methods`."""
    texts, _ = methods.drawn(lines, n_texts, seed)
    xtx = products(model, matrix_names(), texts)
    judge = methods.Judge(model, texts, model.encode(texts), xtx)
    return {"formats": methods.format_arms(judge, SCALES)}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("minilm_scales: interrupted; the same command goes on from here")
