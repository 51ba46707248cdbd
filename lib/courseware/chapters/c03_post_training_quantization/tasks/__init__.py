"""Exercise 03, post-training quantization: tasks, the misconceptions they recognise, quiz.

One module a task, named after it, and one for its judges or mistakes where these are many;
`judges`, `ranges`, `states` and `quantized_states` hold what they share.

Each misconception is a function that a student who holds it would have written; its message names
the idea that is missing, never the code. Inputs: a few fixed corner cases, then random ones.
"""

from __future__ import annotations

from courseware.chapters.c03_post_training_quantization.tasks.bits_per_weight import BITS_PER_WEIGHT
from courseware.chapters.c03_post_training_quantization.tasks.int8_linear import INT8_LINEAR
from courseware.chapters.c03_post_training_quantization.tasks.minmax_range import MINMAX_RANGE
from courseware.chapters.c03_post_training_quantization.tasks.percentile_range import (
    PERCENTILE_RANGE,
)
from courseware.chapters.c03_post_training_quantization.tasks.quantize_weights import (
    QUANTIZE_WEIGHTS,
)
from courseware.chapters.c03_post_training_quantization.tasks.quiz import QUIZ

TASKS = (
    MINMAX_RANGE,
    PERCENTILE_RANGE,
    INT8_LINEAR,
    BITS_PER_WEIGHT,
    QUANTIZE_WEIGHTS,
)

__all__ = ["QUIZ", "TASKS"]
