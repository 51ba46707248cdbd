"""What the tasks of this exercise have off limits."""

from __future__ import annotations

from courseware.checks.ready_made import FAKE_QUANTIZE, QUANTIZERS

CLAMP_MISSING = (
    "clamp-missing",
    "Values beyond the range were not brought back into it. They keep codes that b bits cannot "
    "hold, or wrap around to the other end when they are stored.",
)
SCALE_MULTIPLIED = (
    "scale-multiplied",
    "x was multiplied by the scale. The scale is the width of a step: ask how many steps fit "
    "into x.",
)

OFF_LIMITS = ("model_compression", *QUANTIZERS.names, *FAKE_QUANTIZE.names)
"""What answers a task: the reference library every one, torch's own quantizers some."""
