"""The long measurements behind lecture 09, recorded in lectures/results/."""
