"""What lecture 11 shows as a stored file, for readers without a kernel: nothing yet."""

from __future__ import annotations

from collections.abc import Callable

from courseware.showing.style import Picture

FIGURES: dict[str, Callable[[], Picture]] = {}
"""File name → what draws it."""
