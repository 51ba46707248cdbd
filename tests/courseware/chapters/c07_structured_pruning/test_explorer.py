"""The unit explorer shows what the library computes, and says so when it cannot."""

import pytest
import torch

from courseware.chapters.c07_structured_pruning import explorer as unit_explorer
from courseware.chapters.c07_structured_pruning.explorer import (
    UnitExplorer,
    UnitSetting,
    read_units,
)
from courseware.chapters.c07_structured_pruning.unit_pruning import CRITERIA
from courseware.subjects.data import digits
from courseware.subjects.models import mlp
from model_compression.structured_pruning import structured_prune
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)

DATA = digits()
TEST = (DATA.test_images, DATA.test_labels)
STATE = mlp([64, 12, 10], seed=0).state_dict()


def logits(state: dict[str, torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    hidden = (images @ state["0.weight"].T + state["0.bias"]).relu()
    return hidden @ state["2.weight"].T + state["2.bias"]


@pytest.mark.parametrize("keep_ratio", [0.0, 0.25, 0.5, 1.0])
def test_a_reading_is_that_of_the_library(keep_ratio: float) -> None:
    found = read_units(STATE, *TEST, UnitSetting(keep_ratio))
    small = structured_prune(STATE, TEST[0], keep_ratio)
    n = len(small["0.bias"])
    assert len(found.kept) == n == max(1, round(12 * keep_ratio))
    assert torch.equal(STATE["0.weight"][found.kept], small["0.weight"])
    assert found.parameters == 64 * n + n + 10 * n + 10
    assert found.bytes == 4 * found.parameters
    assert found.macs == 74 * n
    hits = logits(small, TEST[0]).argmax(dim=1) == TEST[1]
    assert found.accuracy == hits.double().mean().item()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (UnitSetting(criterion="colour"), "criterion: expected one of"),
        (UnitSetting(keep_ratio=1.5), "keep_ratio: expected"),
        (UnitSetting(keep_ratio=float("nan")), "keep_ratio: expected"),
    ],
)
def test_bad_settings_are_named(setting: UnitSetting, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_units(STATE, *TEST, setting)


def test_only_one_hidden_layer_can_be_shown() -> None:
    deep = mlp([64, 8, 8, 10], seed=0).state_dict()
    with pytest.raises(ValueError, match="state: expected one hidden layer, got 2"):
        read_units(deep, *TEST, UnitSetting())


def test_the_readings_are_those_of_the_setting() -> None:
    explorer = UnitExplorer(STATE, *TEST)
    explorer.controls["keep_ratio"].value = 0.25
    explorer.controls["criterion"].value = "1 − APoZ"
    assert explorer.setting == UnitSetting(0.25, "1 − APoZ")
    found = read_units(STATE, *TEST, explorer.setting)
    assert shown(explorer, "kept") == len(found.kept) == 3
    assert shown(explorer, "parameters") == found.parameters
    assert shown(explorer, "bytes") == found.bytes
    assert shown(explorer, "macs") == found.macs
    assert shown(explorer, "accuracy") == found.accuracy
    assert "9 of 12 units are out" in explorer.message.value


def test_every_control_changes_the_picture() -> None:
    explorer = UnitExplorer(STATE, *TEST)
    changes = (("keep_ratio", 0.75), ("criterion", "L2 norm"))
    pictures = pictures_along(explorer, changes)
    assert len(set(pictures)) == len(pictures)
    assert list(explorer.controls["criterion"].options) == list(CRITERIA)


def test_the_browser_finds_everything_by_its_class() -> None:
    explorer = UnitExplorer(STATE, *TEST)
    names = ["keep-ratio", "criterion", "kept", "parameters", "bytes", "macs", "accuracy"]
    assert classes_of(explorer) == [f"unit-explorer-{name}" for name in [*names, "picture"]]


def test_an_error_shows_in_the_widget_and_the_next_draw_clears_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_error_shows_until_redrawn(
        UnitExplorer(STATE, *TEST),
        monkeypatch,
        (unit_explorer, "read_units"),
        "keep_ratio",
        (0.75, 0.5),
    )
