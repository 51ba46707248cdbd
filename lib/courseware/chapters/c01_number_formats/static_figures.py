"""What lecture 01 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c01_number_formats.plots.bits import negation_steps

FIGURES = {"01_invert_add_one.svg": lambda: negation_steps("00000101")}
"""File name → what draws it."""
