"""What lecture 04 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c04_quantization_aware_training.plots.fake_quantization import (
    example_of_a_staircase,
)

FIGURES = {"04_staircase_explorer.svg": example_of_a_staircase}
"""File name → what draws it."""
