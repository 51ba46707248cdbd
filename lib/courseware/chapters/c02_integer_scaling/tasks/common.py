"""What the tasks of this exercise have off limits."""

from __future__ import annotations

from collections.abc import Callable

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

SCALE_GUARDED = (
    "The scale was changed before it was used: something small was added to it, or it was kept "
    "above a bound, against a division by 0. The scale that comes in is positive, however small: "
    "use it as it is."
)
SMALL = 1e-12, 1e-9, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3
SCALE_GUARDS: tuple[Callable[[float], float], ...] = (
    *(lambda scale, small=small: scale + small for small in SMALL),
    *(lambda scale, small=small: max(scale, small) for small in SMALL),
)

OFF_LIMITS = ("model_compression", *QUANTIZERS.names, *FAKE_QUANTIZE.names)
"""What answers a task: the reference library every one, torch's own quantizers some."""
