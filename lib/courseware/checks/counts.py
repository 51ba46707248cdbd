"""Slips of counting: how many are to go."""

from __future__ import annotations

DENSITY = (
    "density-for-sparsity",
    "The sparsity was taken for the share that is kept. It is the share that goes; the share that "
    "is kept is called density.",
)
TRUNCATED = (
    "count-truncated",
    "The number to prune was cut off to a whole number. Round it: 40% of 9 weights is 3.6, so 4 "
    "go.",
)
OFF_BY_ONE = (
    "count-off-by-one",
    "The number of pruned weights is off by one. After sorting, the places 0 … k − 1 hold the k "
    "smallest: place k is the first that stays.",
)
RATIO_AS_THRESHOLD = (
    "ratio-taken-for-threshold",
    "The sparsity was used as a threshold for the magnitudes. It is a share: how many weights go, "
    "however large or small they are.",
)
COUNTED_LAYER_BY_LAYER = (
    "counted-layer-by-layer",
    "The numbers to prune were rounded for each tensor and then added up. Take the share of all "
    "weights together, and round once.",
)
