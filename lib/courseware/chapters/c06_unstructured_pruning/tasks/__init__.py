"""Exercise 06, unstructured pruning: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `common` holds what is off limits. Of equal magnitudes
any may go: masks are judged by how many weights are pruned, and by nothing kept ranking below
anything pruned.
"""

from __future__ import annotations

from courseware.chapters.c06_unstructured_pruning.tasks.global_magnitude_masks import (
    GLOBAL_MAGNITUDE_MASKS,
)
from courseware.chapters.c06_unstructured_pruning.tasks.magnitude_mask import MAGNITUDE_MASK
from courseware.chapters.c06_unstructured_pruning.tasks.masked_step import MASKED_STEP
from courseware.chapters.c06_unstructured_pruning.tasks.prune_and_finetune import PRUNE_AND_FINETUNE
from courseware.chapters.c06_unstructured_pruning.tasks.quiz import QUIZ
from courseware.chapters.c06_unstructured_pruning.tasks.sparse_bytes import SPARSE_BYTES
from courseware.chapters.c06_unstructured_pruning.tasks.threshold_mask import THRESHOLD_MASK

TASKS = (
    THRESHOLD_MASK,
    MAGNITUDE_MASK,
    GLOBAL_MAGNITUDE_MASKS,
    SPARSE_BYTES,
    MASKED_STEP,
    PRUNE_AND_FINETUNE,
)

__all__ = ["QUIZ", "TASKS"]
