"""The pictures of lecture 08 draw what they are given, and say it in words."""

import pytest

from courseware.chapters.c08_when_to_prune.plots import (
    LOOKS,
    accuracy_by_moment,
    arms_in_training,
    example_of_a_schedule,
    sparsity_schedule,
)
from courseware.chapters.c08_when_to_prune.pruning_moments import (
    ARMS,
    BEFORE,
    GRADUAL,
    SNIP,
    SNIP_IN_CUTS,
)


def test_a_schedule_names_its_ends_and_the_marked_step() -> None:
    alt = sparsity_schedule(100, 300, 0.8, 200, 400).alt
    assert "from 0 at update 100 to 80.0% at update 300" in alt
    assert "after 200 updates it is 70.0%" in alt
    with pytest.raises(ValueError, match="end: expected"):
        sparsity_schedule(300, 100, 0.8, 200, 400)


def test_the_static_picture_shows_ninety_percent() -> None:
    alt = example_of_a_schedule().alt
    assert "to 90.0% at update 280" in alt
    assert "after 80 updates it is 57.2%" in alt  # 0.9 (1 - (5 / 7)^3) = 0.5720


def test_training_curves_are_means_over_seeds() -> None:
    planned = {SNIP: [0.9, 0.9], GRADUAL: [0.0, 0.9]}
    watched = {SNIP: [[0.5, 0.75], [0.25, 0.25]], GRADUAL: [[1.0, 0.5]]}
    picture = arms_in_training(40, planned, watched)
    assert f"{SNIP} from 37.5 to 50.0; {GRADUAL} from 100.0 to 50.0." in picture.alt
    changed = arms_in_training(40, planned | {GRADUAL: [0.0, 0.2]}, watched)
    assert picture.svg != changed.svg


def test_every_arm_has_a_look_and_means_are_named() -> None:
    arms = {arm: {0.8: [90.0, 92.0], 0.95: [80.0, 70.0]} for arm in ARMS}
    alt = accuracy_by_moment([96.0, 98.0], arms).alt
    assert "at 80%, 95% pruned: dense 97.0" in alt
    for arm in ARMS:
        assert f"{arm} 91.0, 75.0" in alt
    with pytest.raises(ValueError, match="values: expected 2 or more"):
        accuracy_by_moment([96.0], arms)


def test_every_arm_has_one_colour_and_marker_of_its_own() -> None:
    assert set(LOOKS) == {*ARMS, *BEFORE} - {SNIP_IN_CUTS}  # no picture draws it
    colours, _, markers = zip(*LOOKS.values(), strict=True)
    assert len({*colours}) == len({*markers}) == len(LOOKS)
