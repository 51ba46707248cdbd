"""Slips of cutting rows into groups."""

from __future__ import annotations

ONE_SCALE_A_ROW = (
    "one-scale-a-row",
    "All groups of a row share a scale: these are the scales per channel. Cut the row into "
    "groups first.",
)
DOWN_THE_COLUMNS = (
    "groups-down-the-columns",
    "The groups run down the columns. A group is a run of neighbours within a row: the weights "
    "that are multiplied with neighbouring inputs.",
)
INTERLEAVED = (
    "groups-interleaved",
    "A group took values that lie apart in their row. It is a run of neighbours: look at the "
    "order in which reshaping lays out the values.",
)
SCALES_REPEATED = (
    "scales-repeated",
    "The scales were laid over a row as 1, 2, 1, 2 and not as 1, 1, 2, 2, so that most values meet "
    "the scale of another group: `repeat` copies the whole line, `repeat_interleave` each entry.",
)
SIZE_TAKEN_FOR_COUNT = (
    "size-taken-for-count",
    "Each row was cut into `group_size` groups. `group_size` is how many weights share a scale.",
)
ALL_WEIGHTS_CHECKED = (
    "all-weights-checked",
    "It was asked whether `group_size` divides the number of all weights. Groups end with their "
    "row: it is the length of a row that it has to divide.",
)
OTHER_ERROR = (
    "error-of-another-type",
    "A row that the groups do not fill stops your function, but not with a ValueError. Check the "
    "sizes yourself, before torch stumbles: the message can then say what is wrong.",
)
