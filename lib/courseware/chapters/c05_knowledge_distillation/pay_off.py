"""The last cell of exercise 05: a digit that the student's own student never saw.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and data that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from courseware.showing.pay_off import pay_off
from courseware.showing.say import say

if TYPE_CHECKING:
    from courseware.showing.style import Picture

UNSEEN = 3


@pay_off("how a network that you teach without a single 3 reads threes")
def never_seen(softmax: Callable[..., Any], distill: Callable[..., Any]) -> Picture:
    """Distil a teacher of MNIST by the student's functions, on all digits but one; look at it."""
    from courseware.chapters.c05_knowledge_distillation.distilling import (
        network_of,
        outputs,
        train_teacher,
    )
    from courseware.chapters.c05_knowledge_distillation.plots.soft_targets import digits_and_answers
    from courseware.subjects.data import mnist

    data = mnist()
    teacher = train_teacher(data, hidden=200, seed=0, steps=300)
    seen = data.train_labels != UNSEEN
    images, labels = data.train_images[seen], data.train_labels[seen]
    lesson = outputs(teacher, images), images, labels
    student = network_of(distill(*lesson, 100, 0.0, 4.0, 0))
    threes = data.test_images[data.test_labels == UNSEEN]
    logits = outputs(student, threes)
    read = int((softmax(logits).argmax(dim=1) == UNSEEN).sum())
    say(f"Your student never saw a 3. Of {len(threes)} threes it reads **{read}**. Five of them:")
    first = logits.argmax(dim=1).ne(UNSEEN).int().argsort(stable=True)[:5]  # read ones, if any
    return digits_and_answers(threes[first], logits[first], first * 0 + UNSEEN, 4.0)
