"""Exercise 09, lottery tickets: tasks, the misconceptions they recognise, quiz.

One module a task, named after it. What is random or trained is judged by its properties: draws are
never compared with the library's, and a ticket is trained by the judge to see what it is worth.
"""

from __future__ import annotations

from courseware.chapters.c09_lottery_tickets.tasks.find_ticket import FIND_TICKET
from courseware.chapters.c09_lottery_tickets.tasks.iterative_masks import ITERATIVE_MASKS
from courseware.chapters.c09_lottery_tickets.tasks.mask_distance import MASK_DISTANCE
from courseware.chapters.c09_lottery_tickets.tasks.quiz import QUIZ
from courseware.chapters.c09_lottery_tickets.tasks.random_reinit import RANDOM_REINIT
from courseware.chapters.c09_lottery_tickets.tasks.remaining_fraction import REMAINING_FRACTION
from courseware.chapters.c09_lottery_tickets.tasks.rewind import REWIND

TASKS = (
    REMAINING_FRACTION,
    ITERATIVE_MASKS,
    REWIND,
    RANDOM_REINIT,
    MASK_DISTANCE,
    FIND_TICKET,
)

__all__ = ["QUIZ", "TASKS"]
