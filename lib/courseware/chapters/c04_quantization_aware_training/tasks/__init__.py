"""Exercise 04, quantization-aware training: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `inputs`, `judges` and `mistakes` hold what they share. What
`train_qat` returns is judged by its properties (`trained_judges`), on networks that are hard to
round (`networks`).

Each misconception is a function that a student who holds it would have written, or is told by a
judge; its message names the idea that is missing, never the code.
"""

from __future__ import annotations

from courseware.chapters.c04_quantization_aware_training.tasks.fake_quantize import FAKE_QUANTIZE
from courseware.chapters.c04_quantization_aware_training.tasks.qat_forward import QAT_FORWARD
from courseware.chapters.c04_quantization_aware_training.tasks.quiz import QUIZ
from courseware.chapters.c04_quantization_aware_training.tasks.ste_mask import STE_MASK
from courseware.chapters.c04_quantization_aware_training.tasks.train_qat import TRAIN_QAT

TASKS = (STE_MASK, FAKE_QUANTIZE, QAT_FORWARD, TRAIN_QAT)

__all__ = ["QUIZ", "TASKS"]
