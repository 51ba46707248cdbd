"""What lecture 02 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c02_integer_scaling.plots.weight_grids import bell_shaped_example

FIGURES = {"02_scale_explorer.svg": bell_shaped_example}
"""File name → what draws it."""
