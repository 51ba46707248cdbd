"""Exercise 10, language models: tasks, the misconceptions they recognise, quiz.

One module a task, named after it, and one for its judges or mistakes where these are many;
`columns` is the loop of GPTQ with parts to exchange, `nf4_blocks` what both directions of NF4
share.
"""

from __future__ import annotations

from courseware.chapters.c10_language_models.tasks.gptq_quantize import GPTQ_QUANTIZE
from courseware.chapters.c10_language_models.tasks.hadamard_rotate import HADAMARD_ROTATE
from courseware.chapters.c10_language_models.tasks.int8_linear_outliers import INT8_LINEAR_OUTLIERS
from courseware.chapters.c10_language_models.tasks.kv_cache_bytes import KV_CACHE_BYTES
from courseware.chapters.c10_language_models.tasks.mxfp4_quantize import MXFP4_QUANTIZE
from courseware.chapters.c10_language_models.tasks.n_m_mask import N_M_MASK
from courseware.chapters.c10_language_models.tasks.nf4_codebook import NF4_CODEBOOK
from courseware.chapters.c10_language_models.tasks.nf4_dequantize import NF4_DEQUANTIZE
from courseware.chapters.c10_language_models.tasks.nf4_quantize import NF4_QUANTIZE
from courseware.chapters.c10_language_models.tasks.quiz import QUIZ
from courseware.chapters.c10_language_models.tasks.smooth import SMOOTH
from courseware.chapters.c10_language_models.tasks.wanda_mask import WANDA_MASK

TASKS = (
    KV_CACHE_BYTES,
    NF4_CODEBOOK,
    NF4_QUANTIZE,
    NF4_DEQUANTIZE,
    HADAMARD_ROTATE,
    INT8_LINEAR_OUTLIERS,
    SMOOTH,
    MXFP4_QUANTIZE,
    GPTQ_QUANTIZE,
    WANDA_MASK,
    N_M_MASK,
)

__all__ = ["QUIZ", "TASKS"]
