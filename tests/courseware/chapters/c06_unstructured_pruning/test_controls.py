"""Leads over random weights and with each layer alone, as the lecture reads them."""

from typing import Any

import pytest

from courseware.chapters.c06_unstructured_pruning.controls import (
    control_lead,
    control_rows,
    over_random_told,
)
from courseware.chapters.c06_unstructured_pruning.experiments.pruning_digits import (
    ALONE_AT_ONCE,
    ALONE_STEPWISE,
    AT_ONCE,
    RANDOM,
)


@pytest.fixture
def record() -> dict[str, Any]:
    """Two networks, two rounds: ahead of random weights after one round, behind after two."""
    arms = {
        AT_ONCE: [[0.75, 0.5], [0.75, 0.5]],
        RANDOM: [[0.5, 0.75], [0.5, 0.75]],
        ALONE_AT_ONCE: [[0.5, 0.25], [0.5, 0.25]],
        ALONE_STEPWISE: [[0.25, 0.5], [0.25, 0.5]],
    }
    return {
        "rounds": 2,
        "control_sparsities": [0.8],
        "by_control": {"0.002": {"0.8": arms}, "0.005": {"0.8": arms}},
    }


def test_leads_are_those_of_the_round(record: dict[str, Any]) -> None:
    assert control_lead(record, 0.8, "0.002", (AT_ONCE, RANDOM), 1) == [25.0, 25.0]
    assert control_lead(record, 0.8, "0.005", (AT_ONCE, RANDOM), 2) == [-25.0, -25.0]


def test_settings_are_counted(record: dict[str, Any]) -> None:
    assert over_random_told(record, 0.8, few=1) == "at 80% surely ahead in 2 of 4, behind in 2"


def test_there_is_a_row_a_setting(record: dict[str, Any]) -> None:
    first, second = control_rows(record, few=1)
    assert (first["sparsity"], first["rate"], second["rate"]) == ("80%", "0.002", "0.005")
    assert [*first.values()][2:] == ["+25.0 ± 0.0", "−25.0 ± 0.0", "+25.0 ± 0.0", "+25.0 ± 0.0"]
