"""Exercise 06, unstructured pruning: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `common`, `inputs`, `rankings` and `networks` hold what they
share. Of equal magnitudes any may go: masks are judged by how many weights are pruned, and by
nothing kept ranking below anything pruned.
"""

from __future__ import annotations

from courseware.checks.chapter_06.global_magnitude_masks import GLOBAL_MAGNITUDE_MASKS
from courseware.checks.chapter_06.magnitude_mask import MAGNITUDE_MASK
from courseware.checks.chapter_06.masked_step import MASKED_STEP
from courseware.checks.chapter_06.prune_and_finetune import PRUNE_AND_FINETUNE
from courseware.checks.chapter_06.quiz import QUIZ
from courseware.checks.chapter_06.sparse_bytes import SPARSE_BYTES
from courseware.checks.chapter_06.threshold_mask import THRESHOLD_MASK

TASKS = (
    THRESHOLD_MASK,
    MAGNITUDE_MASK,
    GLOBAL_MAGNITUDE_MASKS,
    SPARSE_BYTES,
    MASKED_STEP,
    PRUNE_AND_FINETUNE,
)

__all__ = ["QUIZ", "TASKS"]
