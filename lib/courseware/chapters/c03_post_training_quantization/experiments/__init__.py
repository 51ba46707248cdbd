"""The long measurements behind lecture 03, recorded in lectures/results/."""
