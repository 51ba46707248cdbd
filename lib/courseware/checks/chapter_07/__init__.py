"""Exercise 07, structured pruning: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `common` and `inputs` hold what they share, `networks` and
`ways` what `structured_prune` needs. Of equal scores any unit may stay; elsewhere inputs are drawn
with a gap where the ranking is cut, so that results can be compared exactly.
"""

from __future__ import annotations

from courseware.checks.chapter_07.apoz import APOZ
from courseware.checks.chapter_07.filter_norms import FILTER_NORMS
from courseware.checks.chapter_07.keep_indices import KEEP_INDICES
from courseware.checks.chapter_07.mean_abs_activation import MEAN_ABS_ACTIVATION
from courseware.checks.chapter_07.quiz import QUIZ
from courseware.checks.chapter_07.shrink_conv_pair import SHRINK_CONV_PAIR
from courseware.checks.chapter_07.shrink_linear_pair import SHRINK_LINEAR_PAIR
from courseware.checks.chapter_07.structured_prune import STRUCTURED_PRUNE

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
