"""What lecture 10 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c10_language_models.explorer import example_of_a_fit

FIGURES = {"10_fit_explorer.svg": example_of_a_fit}
"""File name → what draws it."""
