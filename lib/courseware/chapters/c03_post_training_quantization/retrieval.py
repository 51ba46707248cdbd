"""A task for a sentence encoder: find the first line of a docstring by its description.

The description of a function is what its docstring says after the first line. The encoder compares
it with the first lines of all functions at hand; it has found the function if the right one comes
first. Description and first line often share words, which makes the task easier than a search that
people would do; and several functions may fit a vague description, so nothing finds all of them.
"""

from collections.abc import Sequence

import torch

from courseware.subjects.docstrings import Documented
from courseware.subjects.sentence_encoder import SentenceEncoder

LONGEST_DESCRIPTION = 48
"""Tokens that are read of a description."""


def found_first(model: SentenceEncoder, entries: Sequence[Documented]) -> torch.Tensor:
    """For each entry, whether its description is closest to its own first line.

    Args:
        model: the encoder.
        entries: with descriptions, see `with_descriptions`.
    Returns: bool of shape (len(entries),).
    """
    first_lines = model.encode([entry.first_line for entry in entries])
    descriptions = model.encode([entry.description for entry in entries], LONGEST_DESCRIPTION)
    best = (descriptions @ first_lines.T).argmax(dim=1)
    return best == torch.arange(len(entries))
