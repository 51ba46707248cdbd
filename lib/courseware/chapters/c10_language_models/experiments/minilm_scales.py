"""How much of a format lies in its scales: integers with a searched one, and 2 bits with half.

    python -m courseware.experiments --only minilm_scales

takes two minutes on one core; an interrupted run goes on where it was. Draws are those of
`minilm_methods`, so that these arms compare with its formats draw by draw.
"""

from __future__ import annotations

import sys

from courseware.chapters.c10_language_models.experiments import minilm_methods as methods
from courseware.chapters.c10_language_models.hessians import products
from courseware.chapters.c10_language_models.weight_formats import SCALES
from courseware.experiments import records
from courseware.experiments.records import Result
from courseware.subjects.sentence_encoder import SentenceEncoder, matrix_names


def main() -> int:
    """Measure everything and write the figures as JSON."""
    return methods.record("Scales of integers, on MiniLM.", measure, SCALES)


def measure(model: SentenceEncoder, lines: list[str], n_texts: int, seed: int) -> Result:
    """All arms of one draw, under "formats" as in `minilm_methods`."""
    texts, _ = methods.drawn(lines, n_texts, seed)
    xtx = products(model, matrix_names(), texts)
    judge = methods.Judge(model, texts, model.encode(texts), xtx)
    return {"formats": methods.format_arms(judge, SCALES)}


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
