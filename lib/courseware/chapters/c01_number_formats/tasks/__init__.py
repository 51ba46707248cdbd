"""Exercise 01, number formats: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `common` holds what they share.

Each misconception is a function that a student who holds it would have written; its message names
the idea that is missing, never the code. Inputs: a few fixed corner cases, then random ones.
"""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.float32_fields import FLOAT32_FIELDS
from courseware.chapters.c01_number_formats.tasks.integer_range import INTEGER_RANGE
from courseware.chapters.c01_number_formats.tasks.model_bytes import MODEL_BYTES
from courseware.chapters.c01_number_formats.tasks.negate import NEGATE
from courseware.chapters.c01_number_formats.tasks.quiz import QUIZ
from courseware.chapters.c01_number_formats.tasks.signed_value import SIGNED_VALUE
from courseware.chapters.c01_number_formats.tasks.to_bits import TO_BITS
from courseware.chapters.c01_number_formats.tasks.unsigned_value import UNSIGNED_VALUE

TASKS = (
    UNSIGNED_VALUE,
    SIGNED_VALUE,
    TO_BITS,
    NEGATE,
    INTEGER_RANGE,
    FLOAT32_FIELDS,
    MODEL_BYTES,
)

__all__ = ["QUIZ", "TASKS"]
