"""What lecture 09 shows as a stored file, for readers without a kernel."""

from courseware.chapters.c09_lottery_tickets.plots import example_of_rounds

FIGURES = {"09_ticket_explorer.svg": example_of_rounds}
"""File name → what draws it."""
