"""The long measurements behind lecture 04, recorded in lectures/results/."""
