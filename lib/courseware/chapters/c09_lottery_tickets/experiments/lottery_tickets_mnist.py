"""Frankle & Carbin's statements on LeNet-300-100, in small: 5,000 images of MNIST.

    python -m courseware.experiments --only lottery_tickets_mnist

takes about five minutes on one core that is free. What is done is kept in a second file beside the
record until all of it is: an interrupted run goes on where it was.

Where it is smaller than the paper: 3,500 training images (55,000), 1,500 updates (50,000), a look
at the validation digits every 50 updates (100), five rounds of 40% over all layers together (20%
a layer, 10% in the last), weights uniform (normal), biases drawn (zero). Adam at 0.0012 and
batches of 60 are the paper's. The early stop is taken on 500 validation digits, accuracy on 1,000
test digits that decide nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from courseware.chapters.c09_lottery_tickets.ticket_arms import Plan, Run, tickets_and_controls
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.data import MNIST_PACKAGE, Digits, mnist
from courseware.subjects.models import mlp
from model_compression.masks import Mask

SIZES = (784, 300, 100, 10)
ROUNDS = 5
RATE = 0.4
PLAN = Plan(steps=1500, learning_rate=0.0012, batch_size=60, watch_every=50)

ByArm = dict[str, list[Run]]


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "Lottery tickets of LeNet-300-100 on MNIST.", seeds=(5, "number of networks")
    )
    settings = records.settings_of(
        options,
        (*PACKAGES, MNIST_PACKAGE),
        sizes=SIZES,
        rounds=ROUNDS,
        rate=RATE,
        plan=asdict(PLAN),
    )
    data = mnist()
    work = {str(seed): partial(search, seed, data) for seed in range(options.seeds)}
    results = records.collect(work, settings, options.out)
    records.write(options.out, settings, searches=list(results.values()))
    return 0


def search(seed: int, data: Digits) -> Result:
    """One network: its tickets of every round, and their controls.

    Returns: "watched", numbers of updates; "levels", from dense on: "remaining", "density" by
        layer, and "runs" by arm, with "losses" and "accuracies" at the updates watched.
    """
    initial = mlp(SIZES, seed).state_dict()
    levels = tickets_and_controls([initial], data, PLAN, rounds=ROUNDS, rate=RATE, seeds=[seed])
    return {
        "watched": levels[0].runs["dense"][0].steps,
        "levels": [
            {
                "remaining": level.remaining,
                "density": {name: Mask(mask).density for name, mask in level.masks[0].items()},
                "runs": {
                    arm: {
                        "losses": [round(loss, 5) for loss in run.losses],
                        "accuracies": [round(accuracy, 5) for accuracy in run.accuracies],
                    }
                    for arm, (run,) in level.runs.items()
                },
            }
            for level in levels
        ],
    }


def by_remaining(searches: Sequence[Mapping[str, Any]]) -> dict[float, ByArm]:
    """The runs of a record by share of remaining weights, then by arm, one a seed."""
    found: dict[float, ByArm] = {}
    for searched in searches:
        for level in searched["levels"]:
            arms = found.setdefault(level["remaining"], {})
            for arm, seen in level["runs"].items():
                run = Run(searched["watched"], seen["losses"], seen["accuracies"])
                arms.setdefault(arm, []).append(run)
    return found


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
