"""The task `nf4_codebook`."""

from __future__ import annotations

from collections.abc import Iterator

from courseware.chapters.c10_language_models.tasks.common import OFF_LIMITS
from courseware.chapters.c10_language_models.tasks.nf4_codebook_judges import (
    ZERO,
    ascending,
    entries,
    one_zero,
    told_by_values,
)
from courseware.chapters.c10_language_models.tasks.nf4_codebook_mistakes import MISTAKES
from courseware.checks.forms import told_by_form
from courseware.checks.task import Check, Draw, Task
from model_compression import nf4 as reference


def _no_arguments(draw: Draw) -> Iterator[tuple[()]]:
    yield ()


NF4_CODEBOOK = Task(
    name="nf4_codebook",
    points=6,
    reference=reference.nf4_codebook,
    lecture="lecture 10, “Sixteen values for a bell curve”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        *(
            Check(name, weight, _no_arguments, told_by_values(judge))
            for name, weight, judge in (
                ("16 values in ascending order, from −1 to 1", 1, ascending),
                ("an exact 0 at position 7", 1, one_zero),
                ("the eight values above 0", 3, entries(slice(ZERO + 1, None))),
                ("the seven values below 0", 3, entries(slice(0, ZERO))),
            )
        ),
    ),
    misconceptions=MISTAKES,
)
