"""Exercise 02, integer scaling: tasks, the misconceptions they recognise, quiz.

One module a task, named after it; `inputs`, `judges`, `common` and `blocks` hold what they share.

Each misconception is a function that a student who holds it would have written; its message names
the idea that is missing, never the code. One misconception may behave in several ways, for example
with guards of several sizes. Inputs: a few fixed corner cases, then random ones.
"""

from __future__ import annotations

from courseware.checks.chapter_02.absmax_scale import ABSMAX_SCALE
from courseware.checks.chapter_02.affine_params import AFFINE_PARAMS
from courseware.checks.chapter_02.dequantize import DEQUANTIZE
from courseware.checks.chapter_02.pack_int4 import PACK_INT4
from courseware.checks.chapter_02.quantize import QUANTIZE
from courseware.checks.chapter_02.quantize_affine import QUANTIZE_AFFINE
from courseware.checks.chapter_02.quantize_groupwise import QUANTIZE_GROUPWISE
from courseware.checks.chapter_02.quantize_per_channel import QUANTIZE_PER_CHANNEL
from courseware.checks.chapter_02.quiz import QUIZ
from courseware.checks.chapter_02.sqnr_db import SQNR_DB
from courseware.checks.chapter_02.unpack_int4 import UNPACK_INT4

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
