"""The long measurements behind lecture 05, recorded in lectures/results/."""
