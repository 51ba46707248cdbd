"""The pruning explorer shows what the library computes, and says so when it cannot."""

import pytest
import torch

from courseware.chapters.c06_unstructured_pruning import explorer as pruning_explorer
from courseware.chapters.c06_unstructured_pruning.explorer import (
    RULES,
    PruningExplorer,
    PruningSetting,
    read_pruning,
)
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)

TOGETHER, ALONE, THRESHOLD = RULES
WEIGHTS = {
    "0.weight": torch.tensor([[0.1, -0.2, 0.3, -0.4], [0.05, 0.15, 0.25, 0.35]]),
    "2.weight": torch.tensor([[1.0, -2.0]]),
}


@pytest.mark.parametrize(
    ("setting", "n_pruned", "kept_of_first", "lowest"),
    [
        (PruningSetting(TOGETHER, 0.6), 6, 2, 0.25),
        (PruningSetting(ALONE, 0.5), 5, 4, 0.5),
        (PruningSetting(THRESHOLD, 0.9, 0.25), 4, 4, 0.5),  # 0.25 itself stays
        (PruningSetting(TOGETHER, 0.0), 0, 8, 1.0),
        (PruningSetting(TOGETHER, 1.0), 10, 0, 0.0),
    ],
)
def test_a_reading_counts(
    setting: PruningSetting, n_pruned: int, kept_of_first: int, lowest: float
) -> None:
    found = read_pruning(WEIGHTS, setting)
    assert found.n_pruned == n_pruned
    assert found.sparsity == n_pruned / 10
    assert int(found.masks["0.weight"].sum()) == kept_of_first
    assert (found.emptiest, found.lowest_density) == ("0.weight", lowest)
    n_kept = 10 - n_pruned
    assert found.dense_bytes == 40
    assert found.bitmask_bytes == 4 * n_kept + 2  # a byte of bits for each layer
    assert found.csr_bytes == 12 * n_kept + 8 * (3 + 2)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (PruningSetting(rule="by lot"), "rule: expected one of"),
        (PruningSetting(sparsity=1.5), "sparsity: expected"),
        (PruningSetting(THRESHOLD, threshold=-1.0), "threshold: expected"),
    ],
)
def test_bad_settings_are_named(setting: PruningSetting, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_pruning(WEIGHTS, setting)


def test_the_readings_are_those_of_the_setting() -> None:
    explorer = PruningExplorer(WEIGHTS)
    explorer.controls["rule"].value = ALONE
    explorer.controls["sparsity"].value = 0.5
    assert explorer.setting == PruningSetting(ALONE, 0.5, 0.1)
    found = read_pruning(WEIGHTS, explorer.setting)
    assert shown(explorer, "pruned") == found.n_pruned == 5
    assert shown(explorer, "share") == found.sparsity == 0.5
    assert shown(explorer, "lowest-density") == found.lowest_density == 0.5
    assert shown(explorer, "bitmask") == found.bitmask_bytes == 22
    assert shown(explorer, "csr") == found.csr_bytes == 100
    assert "0.weight keeps the smallest share, 50.0%" in explorer.message.value


def test_an_empty_layer_is_named() -> None:
    explorer = PruningExplorer(WEIGHTS, PruningSetting(TOGETHER, 0.8))
    assert "Nothing is left of 0.weight" in explorer.message.value


def test_every_control_changes_the_picture_when_it_counts() -> None:
    explorer = PruningExplorer()
    changes = (("sparsity", 0.5), ("rule", ALONE), ("rule", THRESHOLD))
    pictures = pictures_along(explorer, changes)
    assert explorer.controls["sparsity"].disabled
    assert not explorer.controls["threshold"].disabled
    explorer.controls["threshold"].value = 0.3
    pictures.append(explorer.picture.value)
    assert len(set(pictures)) == len(pictures)
    explorer.controls["rule"].value = TOGETHER
    assert not explorer.controls["sparsity"].disabled
    assert explorer.controls["threshold"].disabled


def test_the_browser_finds_everything_by_its_class() -> None:
    explorer = PruningExplorer()
    names = ["rule", "sparsity", "threshold"]
    names += ["pruned", "share", "lowest-density", "bitmask", "csr", "picture"]
    assert classes_of(explorer) == [f"pruning-explorer-{name}" for name in names]


def test_an_error_shows_in_the_widget_and_the_next_draw_clears_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_error_shows_until_redrawn(
        PruningExplorer(WEIGHTS),
        monkeypatch,
        (pruning_explorer, "read_pruning"),
        "sparsity",
        (0.3, 0.4),
    )
