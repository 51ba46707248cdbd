"""The front explorer shows what is recorded, and says so when a setting was not run."""

import pytest

from courseware.chapters.c11_deep_compression import explorer as front_explorer
from courseware.chapters.c11_deep_compression import static_figures
from courseware.chapters.c11_deep_compression.explorer import (
    FrontExplorer,
    FrontSetting,
    all_arms,
    read_front,
)
from courseware.chapters.c11_deep_compression.results import GRID, TRIES, accuracies, file_bytes
from courseware.chapters.c11_deep_compression.streams import BITS, CODERS
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)

FOUND = all_arms()


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize(("sparsity", "levels"), GRID)
def test_every_setting_was_run(sparsity: float, levels: int, coder: str) -> None:
    reading = read_front(FOUND, FrontSetting(sparsity, levels, coder))
    arm = GRID[sparsity, levels]
    sizes = file_bytes(FOUND, arm, coder)
    assert reading.dot.n_bytes == pytest.approx(sum(sizes) / len(sizes))
    assert list(reading.dot.accuracies) == accuracies(FOUND, arm)
    assert reading.times_smaller > 1


@pytest.mark.parametrize(
    "setting", [FrontSetting(0.5), FrontSetting(levels=2), FrontSetting(coder="gzip")]
)
def test_bad_settings_are_named(setting: FrontSetting) -> None:
    with pytest.raises(ValueError, match="setting: expected a sparsity and levels of"):
        read_front(FOUND, setting)


def test_the_readings_are_those_of_the_setting() -> None:
    explorer = FrontExplorer()
    explorer.controls["sparsity"].value = 0.98
    explorer.controls["levels"].value = 1
    explorer.controls["coder"].value = BITS
    assert explorer.setting == FrontSetting(0.98, 1, BITS)
    found = read_front(FOUND, explorer.setting)
    assert shown(explorer, "bytes") == round(found.dot.n_bytes)
    assert shown(explorer, "times") == found.times_smaller
    assert shown(explorer, "accuracy") == found.dot.accuracy
    assert shown(explorer, "lost") == found.lost
    assert shown(explorer, "beaten") == len(found.beaten_by)


@pytest.mark.parametrize(("sparsity", "levels"), [(0.0, 3), (0.98, 1)])
def test_the_text_says_whether_it_is_beaten(sparsity: float, levels: int) -> None:
    explorer = FrontExplorer(FOUND, FrontSetting(sparsity, levels))
    beaten = read_front(FOUND, explorer.setting).beaten_by
    text = f"Beaten by {len(beaten)}, such as" if beaten else "On the front: none of the others"
    assert text in explorer.message.value


def test_every_control_changes_the_picture() -> None:
    changes = (("sparsity", 0.98), ("levels", 1), ("coder", BITS))
    pictures = pictures_along(FrontExplorer(), changes)
    assert len(set(pictures)) == len(pictures)


def test_the_browser_finds_everything_by_its_class() -> None:
    names = ["sparsity", "levels", "coder", "bytes", "times", "accuracy", "lost", "beaten"]
    found = classes_of(FrontExplorer())
    assert found == [f"front-explorer-{name}" for name in [*names, "picture"]]


def test_an_error_shows_in_the_widget_and_the_next_draw_clears_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_error_shows_until_redrawn(
        FrontExplorer(), monkeypatch, (front_explorer, "read_front"), "sparsity", (0.9, 0.98)
    )


def test_the_picture_names_the_tries_of_the_last_section() -> None:
    reading = read_front(FOUND, FrontSetting())
    by_arm = {dot.arm: dot for dot in reading.dots}
    alt = static_figures.walked_front().alt
    for arm, name in TRIES.items():
        assert f"{name}: {by_arm[arm].n_bytes:,.0f} bytes, {by_arm[arm].accuracy:.1f}%" in alt
    assert "longer and better" not in alt, "another recipe: not compared with these arms"
