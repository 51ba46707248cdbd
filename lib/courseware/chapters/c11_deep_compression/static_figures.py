"""What lecture 11 shows as a stored file, for readers without a kernel."""

from __future__ import annotations

from courseware.chapters.c11_deep_compression.explorer import (
    FrontSetting,
    all_arms,
    read_front,
)
from courseware.chapters.c11_deep_compression.plots import size_and_accuracy
from courseware.chapters.c11_deep_compression.results import TOLERATED, TRIES
from courseware.showing.style import Picture


def walked_front() -> Picture:
    """The front, with the setting that the explorer begins with."""
    found = read_front(all_arms(), FrontSetting())
    return size_and_accuracy(found.dots, found.whole, TOLERATED, found.dot.arm, TRIES)


FIGURES = {"11_front_explorer.svg": walked_front}
"""File name → what draws it."""
