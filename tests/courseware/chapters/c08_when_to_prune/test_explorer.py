"""The schedule explorer shows what the library computes, and says so when it cannot."""

import pytest

from courseware.chapters.c08_when_to_prune.explorer import (
    EVERY,
    LAST,
    N_WEIGHTS,
    ScheduleExplorer,
    ScheduleSetting,
    read_schedule,
)
from model_compression.pruning_schedules import cubic_sparsity
from tests.courseware.showing.explorers import (
    classes_of,
    pictures_along,
    shown,
)


@pytest.mark.parametrize("step", [0, 80, 250, LAST])
def test_a_reading_is_that_of_the_library(step: int) -> None:
    found = read_schedule(ScheduleSetting(0.9, 0, 280, step))
    assert found.sparsity == cubic_sparsity(step, 0, 280, 0.0, 0.9)
    assert found.pruned == round(found.sparsity * N_WEIGHTS)
    later = read_schedule(ScheduleSetting(0.9, 0, 280, step + EVERY))
    assert found.next_taken == later.pruned - found.pruned
    assert found.share_done == found.pruned / round(0.9 * N_WEIGHTS)


def test_half_of_the_way_is_seven_eighths_of_the_pruning() -> None:
    found = read_schedule(ScheduleSetting(1.0, 100, 300, 200))
    assert (found.sparsity, found.pruned, found.share_done) == (0.875, 4144, 0.875)
    assert read_schedule(ScheduleSetting(final=0.0)).share_done == 1.0


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (ScheduleSetting(begin=300, end=300), "end: expected a step after begin"),
        (ScheduleSetting(final=1.5), "final: expected"),
    ],
)
def test_bad_settings_are_named(setting: ScheduleSetting, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_schedule(setting)


def test_the_readings_are_those_of_the_controls() -> None:
    explorer = ScheduleExplorer()
    for name, value in {"final": 1.0, "begin": 100, "end": 300, "step": 200}.items():
        explorer.controls[name].value = value
    assert explorer.setting == ScheduleSetting(1.0, 100, 300, 200)
    assert shown(explorer, "sparsity") == 0.875
    assert shown(explorer, "pruned") == 4144
    assert shown(explorer, "next") == read_schedule(explorer.setting).next_taken
    assert shown(explorer, "done") == 0.875
    assert "50 % of the way, and 88 % of the pruning" in explorer.message.value
    explorer.controls["step"].value = 100
    assert "has not started" in explorer.message.value
    explorer.controls["step"].value = 300
    assert "goal is reached" in explorer.message.value


def test_every_control_changes_the_picture() -> None:
    explorer = ScheduleExplorer()
    changes = {"final": 0.5, "begin": 50, "end": 200, "step": 120}
    pictures = pictures_along(explorer, changes.items())
    assert len(set(pictures)) == len(pictures)


def test_an_end_before_the_beginning_is_explained_and_the_next_draw_clears_it() -> None:
    explorer = ScheduleExplorer()
    explorer.controls["begin"].value = 300
    assert "end: expected a step after begin" in explorer.message.value
    assert 'role="alert"' in explorer.message.value
    assert explorer.readings["pruned"].value.endswith("weights: –")
    assert not explorer.picture.value  # nothing is left of the setting before
    explorer.controls["begin"].value = 40
    assert shown(explorer, "pruned") == read_schedule(explorer.setting).pruned
    assert explorer.picture.value
    assert 'role="alert"' not in explorer.message.value


def test_the_browser_finds_everything_by_its_class() -> None:
    explorer = ScheduleExplorer()
    names = ["final", "begin", "end", "step", "sparsity", "pruned", "next", "done", "picture"]
    assert classes_of(explorer) == [f"schedule-explorer-{name}" for name in names]
