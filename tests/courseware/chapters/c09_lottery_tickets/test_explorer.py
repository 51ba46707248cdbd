"""The ticket explorer shows what the library computes, and says so when it cannot."""

import pytest

from courseware.chapters.c09_lottery_tickets import explorer as ticket_explorer
from courseware.chapters.c09_lottery_tickets.explorer import (
    NETWORKS,
    TicketExplorer,
    TicketSetting,
    read_ticket,
)
from courseware.chapters.c09_lottery_tickets.ticket_arms import counts_by_round
from model_compression.lottery_tickets import remaining_fraction
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)

DIGITS, LENET = NETWORKS


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("rate", "rounds"), [(0.2, 7), (0.9, 20), (0.05, 1), (0.4, 0)])
def test_a_reading_is_that_of_the_library(network: str, rate: float, rounds: int) -> None:
    found = read_ticket(TicketSetting(network, rate, rounds))
    counts = counts_by_round(NETWORKS[network], rounds, rate)
    assert found.share == remaining_fraction(rounds, rate)
    assert found.left == counts[-1]
    assert found.taken == (counts[-2] - counts[-1] if rounds else 0)
    assert found.trainings == rounds + 1
    # Each round rounds by half a weight at most, of which the later ones leave a part.
    assert abs(found.left - found.share * NETWORKS[network]) <= 0.5 * rounds


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (TicketSetting(network="other"), "network: expected one of"),
        (TicketSetting(rounds=21), "rounds: expected 0 to 20"),
        (TicketSetting(rounds=-1), "rounds: expected 0 to 20"),
        (TicketSetting(rate=1.2), "rate: expected"),
    ],
)
def test_bad_settings_are_named(setting: TicketSetting, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_ticket(setting)


def test_the_readings_are_those_of_the_setting() -> None:
    explorer = TicketExplorer()
    explorer.controls["network"].value = DIGITS
    explorer.controls["rate"].value = 0.4
    explorer.controls["rounds"].value = 3
    assert explorer.setting == TicketSetting(DIGITS, 0.4, 3)
    assert shown(explorer, "share") == pytest.approx(0.216)
    assert shown(explorer, "left") == 1023
    assert shown(explorer, "taken") == 682
    assert shown(explorer, "trainings") == 4
    assert "3 × 40% are not 3 times as much: 78.4%" in explorer.message.value
    explorer.controls["rounds"].value = 0
    assert shown(explorer, "left") == 4736
    assert "dense network, trained once" in explorer.message.value


def test_every_control_changes_the_picture() -> None:
    explorer = TicketExplorer()
    changes = {"network": DIGITS, "rate": 0.5, "rounds": 2}
    pictures = pictures_along(explorer, changes.items())
    assert len(set(pictures)) == len(pictures)


def test_the_browser_finds_everything_by_its_class() -> None:
    explorer = TicketExplorer()
    names = ["network", "rate", "rounds", "share", "left", "taken", "trainings", "picture"]
    assert classes_of(explorer) == [f"ticket-explorer-{name}" for name in names]


def test_an_error_shows_in_the_widget_and_the_next_draw_clears_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_error_shows_until_redrawn(
        TicketExplorer(), monkeypatch, (ticket_explorer, "read_ticket"), "rounds", (5, 6)
    )
