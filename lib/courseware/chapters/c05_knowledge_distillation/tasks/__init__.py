"""Exercise 05, knowledge distillation: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `common` holds tolerances and judges, `losses` and `wrong_values`
the ways to get the loss wrong, `conflict`, `mixed_rows`, `signs_teacher` and `states` what
`distill` is judged by.

Each misconception is a function that a student who holds it would have written; its message names
the idea that is missing, never the code. A trained student is judged by what it has learned: which
loss it minimises says which mistake was made.
"""

from __future__ import annotations

from courseware.chapters.c05_knowledge_distillation.tasks.cross_entropy import CROSS_ENTROPY
from courseware.chapters.c05_knowledge_distillation.tasks.distill import DISTILL
from courseware.chapters.c05_knowledge_distillation.tasks.distillation_loss import DISTILLATION_LOSS
from courseware.chapters.c05_knowledge_distillation.tasks.kl_divergence import KL_DIVERGENCE
from courseware.chapters.c05_knowledge_distillation.tasks.quiz import QUIZ
from courseware.chapters.c05_knowledge_distillation.tasks.softmax import SOFTMAX

TASKS = (SOFTMAX, CROSS_ENTROPY, KL_DIVERGENCE, DISTILLATION_LOSS, DISTILL)

__all__ = ["QUIZ", "TASKS"]
