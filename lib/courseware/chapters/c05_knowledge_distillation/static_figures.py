"""What lecture 05 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c05_knowledge_distillation.plots.soft_targets import example_of_softening

FIGURES = {"05_temperature_explorer.svg": example_of_softening}
"""File name → what draws it."""
