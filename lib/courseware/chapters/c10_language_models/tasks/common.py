"""What the tasks of this exercise have off limits."""

from __future__ import annotations

OFF_LIMITS = tuple(
    f"model_compression.{module}"
    for module in (
        *("codebook_quantization", "double_quantization", "nf4", "fast"),
        *("gptq", "microscaling", "hadamard"),
        *("activation_outliers", "kv_cache", "wanda"),
    )
)
"""The modules of the reference library that hold this chapter; earlier ones may be used."""
