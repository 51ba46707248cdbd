"""What the tasks of this exercise have in common."""

from __future__ import annotations

OFF_LIMITS = tuple(
    f"model_compression.{module}"
    for module in (
        "entropy_coding",
        "pareto",
        "range_coding",
        "relative_indexing",
        "weight_sharing",
    )
)
"""Earlier chapters' modules may be used."""
