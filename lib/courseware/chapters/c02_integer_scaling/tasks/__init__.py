"""Exercise 02, integer scaling: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `judges` and `common` hold what they share.

Each misconception is a function that a student who holds it would have written; its message names
the idea that is missing, never the code. One misconception may behave in several ways, for example
with guards of several sizes. Inputs: a few fixed corner cases, then random ones.
"""

from __future__ import annotations

from courseware.chapters.c02_integer_scaling.tasks.absmax_scale import ABSMAX_SCALE
from courseware.chapters.c02_integer_scaling.tasks.affine_params import AFFINE_PARAMS
from courseware.chapters.c02_integer_scaling.tasks.dequantize import DEQUANTIZE
from courseware.chapters.c02_integer_scaling.tasks.pack_int4 import PACK_INT4
from courseware.chapters.c02_integer_scaling.tasks.quantize import QUANTIZE
from courseware.chapters.c02_integer_scaling.tasks.quantize_affine import QUANTIZE_AFFINE
from courseware.chapters.c02_integer_scaling.tasks.quantize_groupwise import QUANTIZE_GROUPWISE
from courseware.chapters.c02_integer_scaling.tasks.quantize_per_channel import QUANTIZE_PER_CHANNEL
from courseware.chapters.c02_integer_scaling.tasks.quiz import QUIZ
from courseware.chapters.c02_integer_scaling.tasks.sqnr_db import SQNR_DB
from courseware.chapters.c02_integer_scaling.tasks.unpack_int4 import UNPACK_INT4

TASKS = (
    ABSMAX_SCALE,
    QUANTIZE,
    DEQUANTIZE,
    AFFINE_PARAMS,
    QUANTIZE_AFFINE,
    SQNR_DB,
    QUANTIZE_PER_CHANNEL,
    QUANTIZE_GROUPWISE,
    PACK_INT4,
    UNPACK_INT4,
)

__all__ = ["QUIZ", "TASKS"]
