"""What the tasks of this exercise have off limits."""

from __future__ import annotations

from courseware.checks.ready_made import FAKE_QUANTIZE, QUANTIZERS

OFF_LIMITS = ("model_compression", *QUANTIZERS.names, *FAKE_QUANTIZE.names)
"""What answers a task: the reference library every one, torch's own quantizers some."""
