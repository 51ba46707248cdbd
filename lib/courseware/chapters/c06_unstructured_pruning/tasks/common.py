"""What the tasks of this exercise have off limits."""

from __future__ import annotations

OFF_LIMITS = tuple(
    f"model_compression.{module}"
    for module in (
        *("_mask_validation", "masks", "magnitude_pruning", "sparse_storage", "masked_training"),
        *("network_surgery", "structured_pruning", "pruning_schedules", "snip", "lottery_tickets"),
    )
)
"""The modules of the reference library that hold this chapter and later ones, which build on it."""
