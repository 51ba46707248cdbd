"""What lecture 03 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c03_post_training_quantization.plots.calibration import example_of_clipping

FIGURES = {"03_calibration_explorer.svg": example_of_clipping}
"""File name → what draws it."""
