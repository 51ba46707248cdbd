"""Between the large network and the narrow one: other widths, pruned, in as few bytes.

    python -m courseware.experiments --only deep_compression_widths

takes three minutes on one core; an interrupted run goes on where it was. Updates, rates, images and
seeds are those of `deep_compression_mnist`, so that its arms compare with these network by network.
"""

from __future__ import annotations

import sys
from functools import partial

from courseware.chapters.c11_deep_compression.compressing import Plan, refined, rounded
from courseware.chapters.c11_deep_compression.experiments.deep_compression_mnist import (
    CODES,
    FLOAT_STEPS,
    MORE_STEPS,
    RATE,
)
from courseware.chapters.c11_deep_compression.judging import figures
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.data import MNIST_PACKAGE, Digits, mnist
from courseware.subjects.models import mlp

WIDTHS = ((24, 0.0), (48, 0.8), (64, 0.85), (100, 0.9), (100, 0.95), (200, 0.95))
"""Units of the one hidden layer, and the share that is pruned: 2 to 8 kB each."""
LEVELS = 3


def arm_of(width: int, sparsity: float) -> str:
    """The name of an arm.

    >>> arm_of(24, 0.0), arm_of(100, 0.9)
    ('narrow, 24 units, ±3', 'narrow, 100 units, 90% pruned, ±3')
    """
    pruned = [f"{sparsity:.0%} pruned"] if sparsity else []
    return ", ".join(["narrow", f"{width} units", *pruned, f"±{LEVELS}"])


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of("Widths between large and narrow.", seeds=(3, "networks"))
    settings = records.settings_of(
        options,
        (*PACKAGES, MNIST_PACKAGE),
        widths=WIDTHS,
        updates=(FLOAT_STEPS, MORE_STEPS),
        rate=RATE,
    )
    data = mnist()
    work = {str(seed): partial(measure, seed, data) for seed in range(options.seeds)}
    results = records.collect(work, settings, options.out)
    records.write(options.out, settings, runs=list(results.values()))
    return 0


def measure(seed: int, data: Digits) -> Result:
    """All arms of one seed: trained from scratch, then pruned and rounded in the loop.

    Returns: by arm, what `figures` says.
    """
    found = {}
    for width, sparsity in WIDTHS:
        initial = mlp((784, width, 10), seed).state_dict()
        start = refined(initial, data, Plan(), steps=FLOAT_STEPS, rate=RATE, seed=seed).state
        plan = Plan(sparsity, (0, 0.4), LEVELS, (0.5 if sparsity else 0.0, 1))
        small = refined(start, data, plan, steps=MORE_STEPS, rate=RATE, seed=seed + 1000)
        found[arm_of(width, sparsity)] = figures(rounded(small, LEVELS, small.steps), CODES, data)
    return found


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
