"""The long measurements behind lecture 06, recorded in lectures/results/."""
