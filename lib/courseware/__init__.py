"""What teaching needs around the reference library: data, plots, widgets, checks, grading."""
