"""The long measurement behind lecture 11, recorded in lectures/results/."""
