"""The last cell of exercise 03: a search by MiniLM, stored by the student's own functions.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and a network that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from courseware.showing.pay_off import pay_off
from courseware.showing.say import say

if TYPE_CHECKING:
    from courseware.showing.style import Picture
    from courseware.subjects.sentence_encoder import SentenceEncoder

GROUP = 64
ASKED = "numpy.linalg.matrix_rank"


@pay_off("a search by a real transformer, before and after your functions stored it in few bits")
def search(
    quantize_weights: Callable[..., Any],
    bits_per_weight: Callable[..., Any],
) -> Picture:
    """Ask MiniLM for the first line that belongs to a description, in three formats."""
    from courseware.chapters.c03_post_training_quantization.plots.search import best_matches
    from courseware.chapters.c03_post_training_quantization.retrieval import LONGEST_DESCRIPTION
    from courseware.subjects.docstrings import documented, with_descriptions
    from courseware.subjects.models import weights_of, with_weights
    from courseware.subjects.sentence_encoder import matrix_names, minilm

    encoder = minilm()
    weights = weights_of(encoder)
    matrices = {name: weights[name] for name in matrix_names()}
    formats = {"float32": matrices}
    for n_bits in (8, 4, 2):
        size = bits_per_weight(n_bits, GROUP, 32)
        formats[f"your {n_bits} bits, {size:g} with scales"] = quantize_weights(
            matrices, n_bits, GROUP
        )
    entries = with_descriptions(documented(["numpy.linalg"]))
    lines = [entry.first_line for entry in entries]
    right = next(i for i, entry in enumerate(entries) if entry.name == ASKED)
    found = {}
    for name, changed in formats.items():
        model = cast("SentenceEncoder", with_weights(encoder, changed))
        asked = model.encode([entries[right].description], LONGEST_DESCRIPTION)
        found[name] = (asked @ model.encode(lines).T)[0].tolist()
    say(f"**Asked** for the function that is described by: “{entries[right].description[:160]} …”")
    return best_matches(found, lines, right)
