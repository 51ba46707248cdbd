"""What lecture 06 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c06_unstructured_pruning.plots.masks import example_of_masks

FIGURES = {"06_pruning_explorer.svg": example_of_masks}
"""File name → what draws it."""
