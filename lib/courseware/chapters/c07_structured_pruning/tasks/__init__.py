"""Exercise 07, structured pruning: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `inputs`, `unit_numbers` and `surgery` hold what they share,
`networks` and `ways` what `structured_prune` needs. Of equal scores any unit may stay; elsewhere
inputs are drawn with a gap where the ranking is cut, so that results can be compared exactly.
"""

from __future__ import annotations

from courseware.chapters.c07_structured_pruning.tasks.apoz import APOZ
from courseware.chapters.c07_structured_pruning.tasks.filter_norms import FILTER_NORMS
from courseware.chapters.c07_structured_pruning.tasks.keep_indices import KEEP_INDICES
from courseware.chapters.c07_structured_pruning.tasks.mean_abs_activation import MEAN_ABS_ACTIVATION
from courseware.chapters.c07_structured_pruning.tasks.quiz import QUIZ
from courseware.chapters.c07_structured_pruning.tasks.shrink_conv_pair import SHRINK_CONV_PAIR
from courseware.chapters.c07_structured_pruning.tasks.shrink_linear_pair import SHRINK_LINEAR_PAIR
from courseware.chapters.c07_structured_pruning.tasks.structured_prune import STRUCTURED_PRUNE

TASKS = (
    FILTER_NORMS,
    MEAN_ABS_ACTIVATION,
    APOZ,
    KEEP_INDICES,
    SHRINK_LINEAR_PAIR,
    SHRINK_CONV_PAIR,
    STRUCTURED_PRUNE,
)

__all__ = ["QUIZ", "TASKS"]
