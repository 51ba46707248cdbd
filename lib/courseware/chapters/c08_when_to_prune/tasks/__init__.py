"""Exercise 08, when to prune: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `common` holds what they share. Draws are judged by what must
hold for any of them, rankings as in exercise 06: of equal scores any may go.
"""

from __future__ import annotations

from courseware.chapters.c08_when_to_prune.tasks.cubic_sparsity import CUBIC_SPARSITY
from courseware.chapters.c08_when_to_prune.tasks.gradual_masks import GRADUAL_MASKS
from courseware.chapters.c08_when_to_prune.tasks.quiz import QUIZ
from courseware.chapters.c08_when_to_prune.tasks.random_mask import RANDOM_MASK
from courseware.chapters.c08_when_to_prune.tasks.snip_masks import SNIP_MASKS
from courseware.chapters.c08_when_to_prune.tasks.snip_scores import SNIP_SCORES

TASKS = (RANDOM_MASK, SNIP_SCORES, SNIP_MASKS, CUBIC_SPARSITY, GRADUAL_MASKS)

__all__ = ["QUIZ", "TASKS"]
