"""Ticket explorer: what rounds of pruning leave of a network, and what they cost.

`TicketSetting` says what is looked at, `read_ticket` computes it and knows nothing of widgets;
`TicketExplorer` puts controls in front of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ipywidgets

from courseware.chapters.c09_lottery_tickets.plots import weights_left
from courseware.chapters.c09_lottery_tickets.ticket_arms import LENET_WEIGHTS, counts_by_round
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.say import cell_text
from courseware.showing.style import Picture
from model_compression.lottery_tickets import remaining_fraction

NETWORKS = {
    "64-64-10, our digits": 64 * 64 + 64 * 10,
    "LeNet-300-100, MNIST": LENET_WEIGHTS,
}
"""Number of weights, without biases."""

MOST_ROUNDS = 20


@dataclass(frozen=True)
class TicketSetting:
    """A network, and how it is pruned.

    Attributes:
        network: one of `NETWORKS`.
        rate: share of the survivors that each round removes, 0 ... 1.
        rounds: 0 ... MOST_ROUNDS.
    """

    network: str = "LeNet-300-100, MNIST"
    rate: float = 0.2
    rounds: int = 7


@dataclass(frozen=True)
class TicketReading:
    """What is left, and what it costs.

    Attributes:
        share: (1 - rate)^rounds.
        left: weights left, each round rounded to whole weights.
        taken: weights that the last round removed.
        trainings: trainings until the ticket is trained.
    """

    share: float
    left: int
    taken: int
    trainings: int


def read_ticket(setting: TicketSetting) -> TicketReading:
    """Count what is left.

    Raises: ValueError for an unknown network, rounds outside 0 ... MOST_ROUNDS, or a rate outside
        0 ... 1.
    """
    if setting.network not in NETWORKS:
        raise ValueError(f"network: expected one of {list(NETWORKS)}, got {setting.network!r}")
    if not 0 <= setting.rounds <= MOST_ROUNDS:
        raise ValueError(f"rounds: expected 0 to {MOST_ROUNDS}, got {setting.rounds}")
    share = remaining_fraction(setting.rounds, setting.rate)
    counts = counts_by_round(NETWORKS[setting.network], setting.rounds, setting.rate)
    return TicketReading(
        share=share,
        left=counts[-1],
        taken=counts[-2] - counts[-1] if setting.rounds else 0,
        trainings=setting.rounds + 1,
    )


class TicketExplorer(Explorer[TicketSetting]):
    """The widget: controls, readings, picture.

    CSS classes: ticket-explorer; ticket-explorer-network, -rate, -rounds (controls); -share, -left,
    -taken, -trainings (numbers, in `data-value`); -picture, -message.
    """

    def __init__(self, setting: TicketSetting | None = None) -> None:
        super().__init__(
            TicketSetting, "ticket-explorer", _controls(setting or TicketSetting()), _READINGS
        )

    def view(self) -> View:
        """What the present setting comes to."""
        setting = self.setting
        found = read_ticket(setting)
        return View(found, _picture(setting), _in_words(setting, found))


def _picture(setting: TicketSetting) -> Picture:
    counts = counts_by_round(NETWORKS[setting.network], MOST_ROUNDS, setting.rate)
    return weights_left(counts, setting.rounds)


def _in_words(setting: TicketSetting, found: TicketReading) -> str:
    if not setting.rounds:
        return "No round: this is the dense network, trained once."
    removed = cell_text(round(100 * (1 - found.share), 1))
    return (
        f"{setting.rounds} × {100 * setting.rate:.0f}% are not {setting.rounds} times as much: "
        f"{removed}% of the weights are gone."
    )


_READINGS: Readings = {
    "share": ("share left", lambda found: found.share, lambda share: f"{100 * share:.2f}%"),
    "left": ("weights left", lambda found: found.left, cell_text),
    "taken": ("taken by the last round", lambda found: found.taken, cell_text),
    "trainings": ("trainings", lambda found: found.trainings, cell_text),
}


def _controls(setting: TicketSetting) -> dict[str, Any]:
    """One control for each field of `TicketSetting`, by its name."""
    size = wide()
    live: dict[str, Any] = {"continuous_update": False, **size}
    return {
        "network": ipywidgets.Dropdown(
            options=list(NETWORKS), value=setting.network, description="network", **size
        ),
        "rate": ipywidgets.FloatSlider(
            value=setting.rate, min=0.05, max=0.9, step=0.05, description="rate", **live
        ),
        "rounds": ipywidgets.IntSlider(
            value=setting.rounds, min=0, max=MOST_ROUNDS, description="rounds", **live
        ),
    }
