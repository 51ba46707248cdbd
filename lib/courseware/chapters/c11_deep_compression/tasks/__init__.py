"""Exercise 11, deep compression: tasks, the misconceptions they recognise, quiz.

One module a task, named after it. The last one, `compress`, is the capstone: files that a student's
own `decompress` reads are judged by their bytes and by what the networks in them can do.
"""

from __future__ import annotations

from courseware.chapters.c11_deep_compression.tasks.compress import COMPRESS
from courseware.chapters.c11_deep_compression.tasks.entropy_bits import ENTROPY_BITS
from courseware.chapters.c11_deep_compression.tasks.huffman_bits import HUFFMAN_BITS
from courseware.chapters.c11_deep_compression.tasks.kmeans_codebook import KMEANS_CODEBOOK
from courseware.chapters.c11_deep_compression.tasks.pareto_front import PARETO_FRONT
from courseware.chapters.c11_deep_compression.tasks.quiz import QUIZ
from courseware.chapters.c11_deep_compression.tasks.relative_index_encode import (
    RELATIVE_INDEX_ENCODE,
)

TASKS = (
    PARETO_FRONT,
    ENTROPY_BITS,
    HUFFMAN_BITS,
    RELATIVE_INDEX_ENCODE,
    KMEANS_CODEBOOK,
    COMPRESS,
)

__all__ = ["QUIZ", "TASKS"]
