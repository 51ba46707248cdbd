"""What lecture 07 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c07_structured_pruning.plots import example_of_units

FIGURES = {"07_unit_explorer.svg": example_of_units}
"""File name → what draws it."""
