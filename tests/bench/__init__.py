"""`make bench`: speed, as ratios of two ways measured in one run."""
