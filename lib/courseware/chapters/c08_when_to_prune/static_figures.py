"""What lecture 08 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c08_when_to_prune.plots import example_of_a_schedule

FIGURES = {"08_schedule_explorer.svg": example_of_a_schedule}
"""File name → what draws it."""
